"""The autoresponders one by one: what they answer, and who of the participants is told."""

import attrs

from deskbell.core.contract.events import ReplyPosted, TicketLimitReached, TicketRefused
from deskbell.core.contract.notices import Once, Per
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Collaborator, EntryKind
from deskbell.plugins.new_message_autoresponse import NewMessageAutoresponse
from deskbell.plugins.new_message_participant_notice import NewMessageParticipantNotice
from deskbell.plugins.new_ticket_autoresponse import NewTicketAutoresponse
from deskbell.plugins.new_ticket_by_agent_notice import NewTicketByAgentNotice
from deskbell.plugins.overlimit_notice import OverlimitNotice
from deskbell.plugins.reply_to_end_user import ReplyToEndUser
from stand_ins.happenings import by_mail
from stand_ins.paper_desk import OTHER, OWNER, acting, created, desk, entry, happened, message, ticket, writing
from stand_ins.paper_rings import answer, refused, told

ANN = acting("Ann")
FIRST_REPLY = entry(ANN, kind=EntryKind.REPLY)
INACTIVE = ticket(collaborators=(Collaborator(OTHER, active=False),))

# new-ticket-autoresponse


def test_who_opens_a_ticket_gets_an_answer() -> None:
    assert told(NewTicketAutoresponse(), created()) == ["Olga Owner"]


def test_a_ticket_that_an_agent_opened_is_not_answered() -> None:
    assert answer(NewTicketAutoresponse(), created(actor=ANN, entry=None)) is None
    assert answer(NewTicketAutoresponse(), created(actor=SYSTEM, entry=None)) is None


# new-ticket-by-agent-notice


def test_all_participants_learn_of_a_ticket_that_an_agent_opened() -> None:
    notice = answer(NewTicketByAgentNotice(), created(actor=ANN, entry=None))
    assert notice is not None
    assert notice.reply_all
    assert told(NewTicketByAgentNotice(), created(actor=ANN, entry=None)) == ["Olga Owner", "Carl Copied"]
    assert told(NewTicketByAgentNotice(), created(actor=ANN, entry=FIRST_REPLY)) == ["Olga Owner", "Carl Copied"]


def test_no_notice_of_a_ticket_that_an_end_user_opened() -> None:
    assert answer(NewTicketByAgentNotice(), created()) is None
    assert answer(NewTicketByAgentNotice(), created(actor=SYSTEM, entry=None)) is None


def test_the_agent_who_opened_it_can_choose_to_send_nothing() -> None:
    assert refused(NewTicketByAgentNotice(), created(actor=ANN, entry=None, send_notice=False)) == [
        ("Olga Owner", "owner", "agent_chose_no_send"),
        ("Carl Copied", "collaborator", "agent_chose_no_send"),
    ]


# new-message-autoresponse


def test_whoever_writes_gets_a_confirmation() -> None:
    carl = writing(OTHER)
    assert told(NewMessageAutoresponse(), message()) == ["Olga Owner"]
    assert told(NewMessageAutoresponse(), message(actor=carl)) == ["Carl Copied"]


def test_a_machine_gets_no_confirmation() -> None:
    incoming = by_mail(check="auto_submitted", automatic=True)
    assert refused(NewMessageAutoresponse(), message(incoming=incoming)) == [
        ("Olga Owner", "poster", "automatic_message:auto_submitted")
    ]


# new-message-participant-notice


def test_the_others_get_what_one_of_them_wrote() -> None:
    notice = answer(NewMessageParticipantNotice(), message())
    assert notice is not None
    assert notice.reply_all
    assert told(NewMessageParticipantNotice(), message()) == ["Carl Copied"]
    assert told(NewMessageParticipantNotice(), message(actor=writing(OTHER))) == ["Olga Owner"]


def test_who_had_the_mail_or_left_is_not_sent_it() -> None:
    had_it = message(incoming=by_mail(addressed=frozenset({OTHER.address})))
    assert refused(NewMessageParticipantNotice(), had_it) == [("Carl Copied", "collaborator", "already_addressed")]
    assert refused(NewMessageParticipantNotice(), message(ticket=INACTIVE)) == [
        ("Carl Copied", "collaborator", "inactive_collaborator")
    ]


def test_an_unverified_message_is_not_passed_on() -> None:
    event = message(actor=writing(verified=False))
    assert refused(NewMessageParticipantNotice(), event) == [("Carl Copied", "collaborator", "sender_unverified")]


# overlimit-notice


def test_the_owner_learns_once_a_day_that_the_limit_is_reached() -> None:
    event = happened(TicketLimitReached, limit=20, open_tickets=21)
    notice = answer(OverlimitNotice(), event)
    assert notice is not None
    assert notice.once == Once(Per.PERSON, "reached", hours=24)
    assert notice.context == {"limit": 20, "open_tickets": 21}
    assert told(OverlimitNotice(), event) == ["Olga Owner"]


def test_who_is_refused_learns_it_once_a_day() -> None:
    event = _refused("overlimit")
    notice = answer(OverlimitNotice(), event)
    assert notice is not None
    assert notice.once == Once(Per.PERSON, "refused", hours=24)
    assert notice.context == {"subject": "Printer", "kept": False}
    assert told(OverlimitNotice(), event, directory=desk()) == ["Olga Owner"]


def test_other_refusals_are_not_its_business() -> None:
    assert answer(OverlimitNotice(), _refused("banned")) is None
    assert answer(OverlimitNotice(), _refused("vip:spam")) is None


def _refused(reason: str) -> TicketRefused:
    known = happened(TicketLimitReached, limit=1, open_tickets=1)
    return TicketRefused(
        id=7,
        act="act",
        at=known.at,
        actor=writing(),
        end_user=OWNER,
        department=ticket().department,
        reason=reason,
        subject="Printer",
    )


# reply-to-end-user


def test_a_reply_goes_to_owner_and_collaborators() -> None:
    event = happened(ReplyPosted, actor=ANN, entry=FIRST_REPLY)
    notice = answer(ReplyToEndUser(), event)
    assert notice is not None
    assert notice.reply_all
    assert told(ReplyToEndUser(), event) == ["Olga Owner", "Carl Copied"]


def test_no_automatic_mail_gate_stands_before_a_reply() -> None:
    robot = attrs.evolve(OWNER, address="no-reply@example.net")
    event = happened(ReplyPosted, actor=ANN, entry=FIRST_REPLY, ticket=ticket(owner=robot))
    assert told(ReplyToEndUser(), event) == ["Olga Owner", "Carl Copied"]


def test_a_reply_that_shall_not_be_sent_is_not_sent() -> None:
    event = happened(ReplyPosted, actor=ANN, entry=FIRST_REPLY, send_notice=False)
    assert [each[2] for each in refused(ReplyToEndUser(), event)] == ["agent_chose_no_send", "agent_chose_no_send"]


def test_only_the_chosen_collaborators_get_a_reply() -> None:
    dora = attrs.evolve(OTHER, id=3, name="Dora Dropped", address="dora@example.net")
    both = ticket(collaborators=(Collaborator(OTHER), Collaborator(dora)))
    event = happened(ReplyPosted, actor=ANN, entry=FIRST_REPLY, ticket=both, chosen=frozenset({OTHER.id}))
    assert told(ReplyToEndUser(), event) == ["Olga Owner", "Carl Copied"]


def test_it_answers_a_new_ticket_only_if_that_began_with_a_reply() -> None:
    assert told(ReplyToEndUser(), created(actor=ANN, entry=FIRST_REPLY)) == ["Olga Owner", "Carl Copied"]
    assert answer(ReplyToEndUser(), created(actor=ANN, entry=None)) is None
    assert answer(ReplyToEndUser(), created()) is None
