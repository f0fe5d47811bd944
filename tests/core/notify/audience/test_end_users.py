"""Why an autoresponse or an agent's own words do not go to an end user; the first reason is the one recorded."""

from typing import Any

import pytest

from deskbell.core.contract.events import Event, Incoming, ReplyPosted, TicketCreated
from deskbell.core.contract.kinds import Plugin
from deskbell.core.contract.people import EndUser, Role
from deskbell.core.contract.tickets import Collaborator, EntryKind, Mailbox
from deskbell.core.store.directory import Directory, MailboxRecord
from stand_ins.paper_desk import (
    OTHER,
    acting,
    autoresponder,
    codes,
    correspondence,
    created,
    decide,
    desk,
    entry,
    happened,
    message,
    ticket,
    writing,
)

STRANGER = EndUser(9, "Stan Stranger", "stan@example.org")
THIRD = EndUser(3, "Tess Third", "tess@example.net")
SUPPORT_BOX = MailboxRecord(
    id=1, name="support", address="support@example.com", department_id=1, aliases=("help@example.com",)
)


def by_mail(**facts: Any) -> Incoming:
    return Incoming(mailbox=Mailbox(1, "support", "support@example.com"), **facts)


def reply(**facts: Any) -> Event:
    return happened(ReplyPosted, actor=acting("Ann"), entry=entry(acting("Ann"), kind=EntryKind.REPLY), **facts)


def reasons(plugin: Plugin, event: Event, directory: Directory | None = None) -> list[tuple[str, str]]:
    return [(f"{name} as {role}", code) for name, role, code in codes(decide(plugin, event, directory))]


ALL = (Role.OWNER, Role.POSTER, Role.COLLABORATOR)

# filtered

QUIET = ("rule 'VIP': priority normal -> high", "rule 'Quiet': no automatic answer")


def test_the_filters_keep_every_automatic_answer_to_a_new_ticket_away() -> None:
    decision = decide(autoresponder(*ALL), created(autoresponse=False, applied=QUIET))
    assert [code for _, _, code in codes(decision)] == ["filtered"] * len(decision.candidates)
    assert {each.because for each in decision.candidates} == {
        (
            "The filters let nothing answer this ticket automatically: "
            "rule 'VIP': priority normal -> high; rule 'Quiet': no automatic answer."
        )
    }


def test_the_filters_keep_no_words_of_an_agent_away() -> None:
    opened = created(actor=acting("Ann"), entry=entry(acting("Ann"), kind=EntryKind.REPLY), autoresponse=False)
    assert ("Olga Owner as owner", "notified") in reasons(correspondence(Role.OWNER), opened)


def test_lines_of_the_filters_alone_refuse_nobody() -> None:
    assert ("Olga Owner as owner", "notified") in reasons(autoresponder(Role.OWNER), created(applied=QUIET))


# agent_chose_no_send


@pytest.mark.parametrize("make", [autoresponder, correspondence])
def test_the_agent_who_opens_a_ticket_can_choose_to_send_nothing(make: Any) -> None:
    opened = created(actor=acting("Ann"), entry=None, send_notice=False)
    plugin = make(Role.OWNER, unticked=(Role.COLLABORATOR,))
    decision = decide(plugin, opened)
    assert codes(decision) == [
        ("Olga Owner", "owner", "agent_chose_no_send"),
        ("", "collaborator", "agent_chose_no_send"),
    ]
    assert decision.candidates[0].because == "Ann chose to send nothing."
    sent = created(actor=acting("Ann"), entry=None, send_notice=True)
    assert [code for _, _, code in codes(decide(plugin, sent))] == ["notified", "role_not_selected"]


# automatic_message


@pytest.mark.parametrize("check", ["null_sender", "auto_submitted", "not_addressed"])
def test_an_automatic_message_is_not_answered(check: str) -> None:
    event = created(incoming=by_mail(check=check))
    decision = decide(autoresponder(Role.OWNER, unticked=(Role.COLLABORATOR,)), event)
    assert codes(decision) == [
        ("Olga Owner", "owner", f"automatic_message:{check}"),
        ("", "collaborator", "role_not_selected"),
    ]
    assert check in decision.candidates[0].because


def test_a_mail_that_passed_every_check_is_answered() -> None:
    assert reasons(autoresponder(Role.OWNER), created(incoming=by_mail())) == [("Olga Owner as owner", "notified")]


def test_an_agents_own_words_pass_the_gate() -> None:
    event = reply(incoming=by_mail(check="auto_submitted"))
    assert reasons(correspondence(Role.OWNER), event) == [("Olga Owner as owner", "notified")]


# system_address


@pytest.mark.parametrize("address", ["support@example.com", "HELP@example.com", "support+abc@example.com"])
@pytest.mark.parametrize("make", [autoresponder, correspondence])
def test_the_desk_does_not_write_to_itself(address: str, make: Any) -> None:
    directory = desk(mailboxes={1: SUPPORT_BOX})
    event = created(ticket=ticket(owner=EndUser(1, "Loop", address)))
    assert reasons(make(Role.OWNER), event, directory) == [("Loop as owner", "system_address")]
    assert reasons(make(Role.OWNER), event, desk()) == [("Loop as owner", "notified")]


# sender_unverified


def test_an_unverified_new_ticket_is_confirmed_to_its_owner_and_told_to_nobody_else() -> None:
    event = created(actor=writing(verified=False))
    assert reasons(autoresponder(Role.OWNER, Role.COLLABORATOR), event) == [
        ("Olga Owner as owner", "notified"),
        ("Carl Copied as collaborator", "sender_unverified"),
    ]


def test_an_unverified_message_of_a_participant_is_confirmed_to_the_participant_only() -> None:
    event = message(actor=writing(OTHER, verified=False))
    assert reasons(autoresponder(*ALL), event) == [
        ("Olga Owner as owner", "sender_unverified"),
        ("Carl Copied as poster", "notified"),
        ("Carl Copied as collaborator", "duplicate_of"),
    ]


def test_the_entry_can_be_what_nobody_verified() -> None:
    event = message(entry=entry(writing(), verified=False))
    assert reasons(autoresponder(Role.COLLABORATOR), event) == [("Carl Copied as collaborator", "sender_unverified")]


@pytest.mark.parametrize("verified", [True, False])
def test_a_held_message_reaches_nobody_not_even_its_poster(verified: bool) -> None:
    author = writing(STRANGER, verified=verified)
    event = message(actor=author, entry=entry(author, held=True))
    decision = decide(autoresponder(*ALL), event)
    assert codes(decision) == [
        ("Olga Owner", "owner", "sender_unverified"),
        ("Stan Stranger", "poster", "sender_unverified"),
        ("Carl Copied", "collaborator", "sender_unverified"),
    ]
    assert decision.candidates[1].because == (
        "stan@example.org takes no part in this ticket; the message waits for an agent."
    )


def test_a_verified_message_reaches_all() -> None:
    assert reasons(autoresponder(*ALL), message()) == [
        ("Olga Owner as owner", "notified"),
        ("Olga Owner as poster", "duplicate_of"),
        ("Carl Copied as collaborator", "notified"),
    ]


def test_an_agents_reply_needs_no_verified_end_user() -> None:
    assert reasons(correspondence(Role.OWNER, Role.COLLABORATOR), reply()) == [
        ("Olga Owner as owner", "notified"),
        ("Carl Copied as collaborator", "notified"),
    ]


# already_addressed


def test_whoever_the_mail_went_to_has_it_already() -> None:
    three = ticket(collaborators=(Collaborator(OTHER), Collaborator(THIRD)))
    event = message(ticket=three, actor=writing(OTHER), incoming=by_mail(addressed=frozenset({"olga@example.net"})))
    decision = decide(autoresponder(Role.OWNER, Role.COLLABORATOR), event)
    assert codes(decision) == [
        ("Olga Owner", "owner", "already_addressed"),
        ("Carl Copied", "collaborator", "notified"),
        ("Tess Third", "collaborator", "notified"),
    ]
    assert decision.candidates[0].because == "The mail went to olga@example.net directly."


def test_the_spelling_of_an_address_on_the_mail_does_not_matter() -> None:
    shouting = ticket(owner=EndUser(1, "Olga", "OLGA@Example.NET"))
    event = message(ticket=shouting, actor=writing(OTHER), incoming=by_mail(addressed=frozenset({"olga@example.net"})))
    assert reasons(autoresponder(Role.OWNER), event) == [("Olga as owner", "already_addressed")]


def test_who_sent_a_copy_home_is_answered() -> None:
    event = created(incoming=by_mail(addressed=frozenset({"olga@example.net"})))
    assert reasons(autoresponder(Role.OWNER, Role.POSTER), event)[0] == ("Olga Owner as owner", "notified")


def test_an_agents_own_words_are_not_held_back_by_an_earlier_mail() -> None:
    event = reply(incoming=by_mail(addressed=frozenset({"olga@example.net"})))
    assert reasons(correspondence(Role.OWNER), event) == [("Olga Owner as owner", "notified")]


# inactive_collaborator


@pytest.mark.parametrize("make", [autoresponder, correspondence])
def test_only_active_collaborators_receive_mail(make: Any) -> None:
    two = ticket(collaborators=(Collaborator(OTHER, active=False), Collaborator(THIRD)))
    decision = decide(make(Role.COLLABORATOR), reply(ticket=two))
    assert codes(decision) == [
        ("Carl Copied", "collaborator", "inactive_collaborator"),
        ("Tess Third", "collaborator", "notified"),
    ]
    assert decision.candidates[0].because == "Carl Copied is not an active collaborator."


# no_address


@pytest.mark.parametrize("make", [autoresponder, correspondence])
def test_an_end_user_without_an_address_cannot_be_told(make: Any) -> None:
    event = created(ticket=ticket(owner=EndUser(1, "Olga", "")))
    assert reasons(make(Role.OWNER), event) == [("Olga as owner", "no_address")]


# The order of the reasons


LOOPING = ticket(owner=EndUser(1, "Loop", "support@example.com"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"send_notice": False, "incoming": by_mail(check="precedence")}, "agent_chose_no_send"),
        ({"incoming": by_mail(check="precedence"), "ticket": LOOPING}, "automatic_message:precedence"),
        ({"actor": writing(OTHER, verified=False), "ticket": LOOPING}, "system_address"),
        (
            {
                "actor": writing(OTHER, verified=False),
                "incoming": by_mail(addressed=frozenset({"olga@example.net"})),
            },
            "sender_unverified",
        ),
    ],
)
def test_the_first_reason_that_applies_is_recorded(facts: dict[str, Any], expected: str) -> None:
    directory = desk(mailboxes={1: SUPPORT_BOX})
    event = created(**facts)
    assert isinstance(event, TicketCreated)
    assert [code for _, code in reasons(autoresponder(Role.OWNER), event, directory)] == [expected]


def test_already_addressed_comes_before_an_inactive_collaborator() -> None:
    quiet = ticket(collaborators=(Collaborator(OTHER, active=False),))
    event = message(ticket=quiet, incoming=by_mail(addressed=frozenset({"carl@example.net"})))
    assert reasons(autoresponder(Role.COLLABORATOR), event) == [("Carl Copied as collaborator", "already_addressed")]


def test_a_system_address_comes_before_an_inactive_collaborator() -> None:
    looping = ticket(collaborators=(Collaborator(EndUser(2, "Loop", "support@example.com"), active=False),))
    directory = desk(mailboxes={1: SUPPORT_BOX})
    for plugin in (autoresponder(Role.COLLABORATOR), correspondence(Role.COLLABORATOR)):
        assert reasons(plugin, reply(ticket=looping), directory) == [("Loop as collaborator", "system_address")]


def test_the_actor_of_a_message_is_answered() -> None:
    """The rule about the own act is one for alerts."""
    assert reasons(autoresponder(Role.POSTER), message()) == [("Olga Owner as poster", "notified")]
