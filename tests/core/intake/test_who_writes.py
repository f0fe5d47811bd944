"""Who a mail is believed to be from, and what it may do then: verified, held, joined, warned of (tests M21 to M26)."""

from collections.abc import Callable

import attrs
import pytest
from sqlalchemy import delete, func, select

from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.events import CollaboratorAdded, Event, MessagePosted, TicketCreated
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Alignment, Entry, Ticket
from deskbell.core.intake.receive import Intake
from deskbell.core.outbox.signed_addresses import Purpose, SignedAddresses
from deskbell.core.store import configuration, deliveries, journal, records
from deskbell.core.store.deliveries import Envelope, NewBody, NewDelivery
from deskbell.core.store.files import AttachmentStore
from deskbell.core.store.rows import CollaboratorRow, DeliveryRow, LoginFailureRow
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk

BOTH = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

FRIEND, CARL, EVE = "friend@customer.example", "carl@customer.example", "eve@evil.example"
SIGNED = SignedAddresses(b"k" * 32)
OURS = f"<db.{'k' * 32}@example.com>"
PASS = "Authentication-Results: mx.example.com; dmarc=pass header.from=customer.example"
FAIL = "Authentication-Results: mx.example.com; dmarc=fail header.from=customer.example"

Receive = Callable[..., tuple[Event, ...]]


@pytest.fixture
def intake(desk: SmallDesk) -> Intake:
    """An intake that knows signed addresses and believes mx.example.com."""
    change_mailbox(desk, auth_server="mx.example.com", plus_addresses=True)
    return Intake(
        desk.db,
        files=AttachmentStore(desk.folder / "attachments"),
        hooks=desk.hooks,
        faults=desk.faults,
        clock=desk.clock,
        signed=SIGNED,
    )


@pytest.fixture
def receive(desk: SmallDesk, intake: Intake) -> Receive:
    """Take in one mail of these fields; each has a Message-ID of its own."""
    numbers = iter(range(1_000_000))

    def take(*, envelope_to: tuple[str, ...] = (), **fields: str | None) -> tuple[Event, ...]:
        raw = raw_mail(**{"message_id": f"<{next(numbers)}@x.example>", **fields})  # type: ignore[arg-type]
        return intake.process([intake.accept(raw, envelope_from=None, envelope_to=envelope_to, source="test")])

    return take


@pytest.fixture
def ticket(receive: Receive) -> Ticket:
    """Ticket 100001, opened by the owner, whom a trusted server vouched for."""
    [event] = receive(message_id="<first@customer.example>", more=PASS)
    assert isinstance(event, TicketCreated)
    return event.ticket


def change_mailbox(desk: SmallDesk, **changes: object) -> None:
    with desk.writing() as (session, directory):
        box = directory.mailbox("support")
        records.save_mailbox(session, attrs.evolve(box, **changes))  # type: ignore[arg-type]


def sent_to(
    desk: SmallDesk,
    ticket: Ticket,
    address: str,
    *,
    person: str = "user:1",
    message_id: str = OURS,
    on_ticket: bool = True,
) -> str:
    """Write a delivery on the ticket, or one that only its journal row ties to it; answer its reply address."""
    body = NewBody(
        subject="s", text="t", envelope=Envelope(sender=("", "support@example.com"), envelope_sender="", date="now")
    )
    now = desk.clock.now()
    with desk.db.writing() as session:
        [created, *_] = journal.history(session, ticket.id)
        delivery = NewDelivery(
            journal_id=created.id,
            ticket_id=ticket.id if on_ticket else None,
            plugin="new-ticket-autoresponse",
            channel="smtp",
            person=person,
            address=address,
            body=0,
            message_id=message_id,
            due_at=now,
        )
        deliveries.insert_new(session, [body], [delivery], now=now)
        delivery_id = session.scalars(select(func.max(DeliveryRow.id))).one()
    return SIGNED.make(Purpose.REPLY, delivery_id=delivery_id, base="support@example.com")


def posted(events: tuple[Event, ...]) -> Entry:
    assert isinstance(events[0], MessagePosted)
    return events[0].entry


def first_entry(desk: SmallDesk, events: tuple[Event, ...]) -> Entry:
    assert isinstance(events[0], TicketCreated)
    return desk.entries(events[0].ticket.id)[0]


@BOTH
def test_rfc_44_what_a_trusted_server_said_is_kept(desk: SmallDesk, receive: Receive) -> None:
    proven, forged, open_ = (first_entry(desk, receive(more=more)) for more in (PASS, FAIL, ""))
    assert (proven.alignment, proven.verified, proven.warnings) == (Alignment.PASS, True, ())
    assert proven.authentication == "mx.example.com confirms that it comes from customer.example (dmarc=pass)"
    assert (forged.alignment, forged.verified, forged.warnings) == (Alignment.FAIL, False, ("authentication_failed",))
    assert (open_.alignment, open_.verified, open_.warnings) == (Alignment.NONE, False, ())


@SQLITE
def test_rfc_43_and_rfc_44_events_tell_the_alignment(receive: Receive) -> None:
    for more, alignment in ((PASS, "pass"), (FAIL, "fail"), (PASS.replace("mx.", "my."), "none")):
        [event] = receive(more=more)
        assert isinstance(event, TicketCreated)
        assert event.incoming is not None
        assert (event.incoming.alignment, event.actor.verified) == (alignment, alignment == "pass")


@SQLITE
def test_rfc_43_a_mailbox_without_a_trusted_server_believes_none(desk: SmallDesk, receive: Receive) -> None:
    change_mailbox(desk, auth_server="")
    entry = first_entry(desk, receive(more=PASS))
    assert (entry.alignment, entry.verified, entry.authentication) == (Alignment.NONE, False, "")


@SQLITE
def test_m21_a_token_in_a_forged_mail_verifies_nothing(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    assert posted(receive(answers=OURS, to=reply)).verified
    entry = posted(receive(answers=OURS, to=reply, more=FAIL))
    assert (entry.verified, entry.held, entry.warnings) == (False, False, ("authentication_failed",))


@SQLITE
def test_m22_the_right_number_from_somebody_else_opens_a_ticket(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    for more in ("", PASS.replace("customer.example", "evil.example")):
        [event] = receive(sender=EVE, subject="Re: [#100001] Printer", more=more)
        assert isinstance(event, TicketCreated)
        assert event.ticket.owner.address == EVE
    assert len(desk.entries(ticket.id)) == 1


@SQLITE
def test_m22_a_reference_of_somebody_else_is_held(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    more = PASS.replace("customer.example", "evil.example")
    entry = posted(receive(sender=EVE, answers="<first@customer.example>", more=more))
    assert (entry.held, entry.author.address, entry.author.id != ticket.owner.id) == (True, EVE, True)


@BOTH
@pytest.mark.parametrize("field", ["to", "cc", "delivered", "envelope"])
def test_a_reply_address_finds_the_ticket_and_verifies_whom_it_was_given_to(
    desk: SmallDesk, receive: Receive, ticket: Ticket, field: str
) -> None:
    reply = sent_to(desk, ticket, OWNER).upper()
    fields: dict[str, object] = {
        "to": {"to": f"Support <{reply}>"},
        "cc": {"more": f"Cc: {reply}"},
        "delivered": {"more": f"Delivered-To: {reply}"},
        "envelope": {"envelope_to": (reply,)},
    }[field]  # type: ignore[assignment]
    entry = posted(receive(subject="Anything", **fields))
    assert (entry.verified, entry.held) == (True, False)
    assert len(desk.entries(ticket.id)) == 2


@SQLITE
def test_a_reply_address_in_other_hands_verifies_nobody(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    desk.join(ticket.id, FRIEND)
    assert (posted(receive(sender=EVE, to=reply)).verified, posted(receive(sender=EVE, to=reply)).held) == (False, True)
    friend = posted(receive(sender=FRIEND, to=reply))
    assert (friend.verified, friend.held) == (False, False)


@SQLITE
def test_an_address_for_bounces_is_no_reply_address(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    sent_to(desk, ticket, OWNER)
    bounce = SIGNED.make(Purpose.BOUNCE, delivery_id=1, base="support@example.com")
    assert isinstance(receive(to=bounce, subject="Anything")[0], TicketCreated)


@BOTH
def test_rfc_46_a_proven_participant_brings_others_by_the_reply_address(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    reply = sent_to(desk, ticket, OWNER)
    cc = f'Cc: "Carl" <{CARL}>, support@example.com, pia@example.com, {OWNER.upper()}, "x@y" <{FRIEND}>'
    events = receive(to=reply, more=f"{PASS}\n{cc}")
    assert [type(each) for each in events] == [MessagePosted, CollaboratorAdded, CollaboratorAdded]
    joined = [each.collaborator for each in events if isinstance(each, CollaboratorAdded)]
    assert [(each.user.name, each.user.address, each.active) for each in joined] == [
        ("Carl", CARL, True),
        ("", FRIEND, True),
    ]
    assert {each.actor.id for each in events} == {ticket.owner.id}
    assert posted(events).warnings == ()
    [now] = [each for each in desk.tickets() if each.id == ticket.id]
    assert {each.user.address for each in now.collaborators} == {CARL, FRIEND}


@SQLITE
@pytest.mark.parametrize(
    ("by_address", "sender", "more", "expected"),
    [
        # Neither the token in the References nor the proof alone is enough, nor is the address in other hands.
        (True, OWNER, "", (True, False)),
        (False, OWNER, PASS, (True, False)),
        (True, OWNER, FAIL, (False, True)),
        (True, EVE, PASS.replace("customer", "evil"), (True, True)),
        (True, FRIEND, PASS, (True, False)),
    ],
)
def test_m24_and_rfc_46_any_other_mail_adds_nobody(
    desk: SmallDesk,
    receive: Receive,
    ticket: Ticket,
    by_address: bool,
    sender: str,
    more: str,
    expected: tuple[bool, bool],
) -> None:
    desk.join(ticket.id, FRIEND)
    reply = sent_to(desk, ticket, OWNER)
    to = reply if by_address else "support@example.com"
    events = receive(sender=sender, to=to, answers=OURS, more=f"{more}\nCc: {CARL}".strip())
    entry = posted(events)
    assert len(events) == 1
    assert (entry.verified, entry.held) == expected
    assert "names_others" in entry.warnings
    [now] = [each for each in desk.tickets() if each.id == ticket.id]
    assert [each.user.address for each in now.collaborators] == [FRIEND]


@SQLITE
def test_m21_an_unproven_mail_of_the_owner_that_names_others_is_held(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    desk.join(ticket.id, FRIEND)
    desk.close(ticket.id)
    events = receive(subject="[#100001]", more=f"Cc: {CARL}")
    assert [type(each) for each in events] == [MessagePosted]
    assert posted(events).held
    # Whoever takes part already is nobody new.
    [entry, *_] = [posted(receive(subject="[#100001]", more=f"Cc: {FRIEND}, help@example.com"))]
    assert (entry.held, entry.warnings) == (False, ())


@SQLITE
def test_rfc_46_a_mail_brings_twenty_people_at_most(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    cc = ", ".join(f"p{number}@customer.example" for number in range(30))
    receive(to=reply, more=f"{PASS}\nCc: {cc}")
    [now] = [each for each in desk.tickets() if each.id == ticket.id]
    assert len(now.collaborators) == 20


@SQLITE
@pytest.mark.parametrize(
    ("sender", "warnings"),
    [
        ("pia@example.com", ("claims_agent",)),
        ("PIA@Example.COM", ("claims_agent",)),
        ("admin@example.com", ("claims_admin",)),
        ("offers@example.com", ("claims_mailbox",)),
        ("support+x@example.com", ("claims_mailbox",)),
    ],
)
def test_m21_and_rfc_45_who_claims_to_be_of_the_house_is_an_unverified_end_user(
    desk: SmallDesk, receive: Receive, sender: str, warnings: tuple[str, ...]
) -> None:
    with desk.db.writing() as session:
        configuration.set_setting(session, "admin_address", "admin@example.com", by=SYSTEM, now=desk.clock.now())
    for more in ("", "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com"):
        entry = first_entry(desk, receive(sender=sender, more=more))
        assert (entry.author.kind, entry.verified, entry.warnings) == ("end_user", False, warnings)


@SQLITE
@pytest.mark.parametrize("sender", ["no-reply@shop.example", "noreply@shop.example", "MAILER-DAEMON@shop.example"])
def test_m25_robots_are_never_verified(desk: SmallDesk, receive: Receive, sender: str) -> None:
    more = "Authentication-Results: mx.example.com; dmarc=pass header.from=shop.example"
    entry = first_entry(desk, receive(sender=sender, more=more))
    assert (entry.alignment, entry.verified) == (Alignment.PASS, False)
    assert first_entry(desk, receive(sender="shop@shop.example", more=more)).verified


@SQLITE
@pytest.mark.parametrize(
    "sender",
    [
        "Olga <\u043ewner@customer.example>",
        "Olga <owner@cust\u043emer.example>",
        "Olga <owner@xn--custmer-djg.example>",
        "\u041elga <someone@else.example>",
        "Ann <pia@examp1e.com>",
    ],
)
def test_m26_look_alikes_of_known_people_are_marked_and_are_others(
    desk: SmallDesk, receive: Receive, ticket: Ticket, sender: str
) -> None:
    events = receive(sender=sender)
    entry = first_entry(desk, events)
    assert "homograph" in entry.warnings
    assert entry.author.id != ticket.owner.id


@SQLITE
@pytest.mark.parametrize(
    "sender",
    [
        "Olga <owner+x@customer.example>",
        "Olga <own.er@customer.example>",
        "J\u00fcrgen <juergen@customer.example>",
        "\u041e\u043b\u044c\u0433\u0430 <olga@customer.example>",
    ],
)
def test_m26_plus_forms_dots_and_foreign_names_are_others_without_a_mark(
    desk: SmallDesk, receive: Receive, ticket: Ticket, sender: str
) -> None:
    entry = first_entry(desk, receive(sender=sender))
    assert entry.warnings == ()
    assert entry.author.id != ticket.owner.id


@SQLITE
def test_rfc_31_and_m26_case_and_a_labels_are_no_other_identity(desk: SmallDesk, receive: Receive) -> None:
    [one] = receive(sender="olga@b\u00fccher.example")
    [two] = receive(sender="OLGA@XN--BCHER-KVA.example")
    assert isinstance(one, TicketCreated)
    assert isinstance(two, TicketCreated)
    assert one.ticket.owner.id == two.ticket.owner.id


@SQLITE
def test_m26_a_look_alike_of_a_participant_is_marked_on_the_ticket(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    entry = posted(receive(sender="owner@custorner.example", answers="<first@customer.example>"))
    assert (entry.held, entry.warnings) == (True, ("homograph",))


@SQLITE
@pytest.mark.parametrize(
    ("reply_to", "warnings"),
    [
        ("eve@evil.example", ("reply_to_elsewhere",)),
        ("owner@customer.example, eve@evil.example", ("reply_to_elsewhere",)),
        ("other@customer.example", ()),
        ("owner@mail.customer.example", ()),
    ],
)
def test_answers_to_another_domain_are_marked(
    desk: SmallDesk, receive: Receive, reply_to: str, warnings: tuple[str, ...]
) -> None:
    assert first_entry(desk, receive(more=f"Reply-To: {reply_to}")).warnings == warnings


@SQLITE
def test_m23_guesses_are_limited_and_told_once(
    desk: SmallDesk, intake: Intake, receive: Receive, ticket: Ticket
) -> None:
    reply = sent_to(desk, ticket, OWNER)
    local = reply.partition("@")[0]
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    raws = []
    for number in range(1_000):
        tail = letters[number // 32] + letters[number % 32]
        raws.append(raw_mail(to=f"{local[:-2]}{tail}@example.com", subject="x", message_id=f"<a{number}@x>"))
        raws.append(raw_mail(answers=f"<db.{'k' * 30}{tail}@example.com>", subject="x", message_id=f"<m{number}@x>"))
    raws = [each for each in raws if reply.encode() not in each and OURS.encode() not in each]
    assert len(raws) >= 1_998
    ids = [intake.accept(each, envelope_from=None, envelope_to=(), source="test") for each in raws]
    events = intake.process(ids)
    assert not any(isinstance(each, MessagePosted) for each in events)
    with desk.db.reading() as session:
        counted = select(func.count()).where(LoginFailureRow.counter.like("reply:%claimed:owner@customer.example"))
        assert session.scalars(counted).one() == 20
    told = [each for each in desk.faults.reported if each.fingerprint == "intake:guesses"]
    assert [each.title for each in told] == ["Somebody guesses reply addresses"]
    # For an hour no token of that sender proves anything, however good it is; it still finds the ticket, as the number does.
    assert not posted(receive(to=reply, answers=OURS)).verified
    assert not posted(receive(to=reply, answers=OURS, subject="[#100001]")).verified
    # The proven owner has a counter of the own: forgers use up nothing of it.
    assert posted(receive(to=reply, more=PASS)).verified
    desk.clock.advance(hours=1, seconds=1)
    assert posted(receive(to=reply)).verified


@BOTH
def test_m23_guesses_in_one_mail_count_each(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    guesses = " ".join(f"<db.{'k' * 30}{one}{two}@example.com>" for one in "abcde" for two in "abcde")
    receive(references=guesses)
    assert not posted(receive(to=reply, subject="x")).verified


@SQLITE
def test_m23_tokens_of_another_desk_are_no_guesses(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    theirs = " ".join(f"<db.{'k' * 30}{one}{two}@other.example>" for one in "abcde" for two in "abcde")
    receive(references=theirs)
    assert posted(receive(to=reply)).verified
    assert desk.faults.reported == []


@SQLITE
def test_m23_reply_addresses_of_another_desk_are_no_guesses(desk: SmallDesk, receive: Receive, ticket: Ticket) -> None:
    reply = sent_to(desk, ticket, OWNER)
    theirs = reply.partition("@")[0][:-1]
    others = ", ".join(f"{theirs}{last}@other.example" for last in "abcdefghijklmnopqrstuvwxyz234567")
    receive(message_id="<other@x.example>", more=f"Cc: {others}")
    assert posted(receive(to=reply)).verified
    ours = ", ".join(f"{theirs}{last}@example.com" for last in "abcdefghijklmnopqrstuvwxyz234567")
    receive(message_id="<ours@x.example>", more=f"Cc: {ours}")
    assert not posted(receive(to=reply)).verified


@BOTH
def test_m23_an_answer_to_our_mail_about_no_ticket_is_no_guess(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    about_none = f"<db.{'n' * 32}@example.com>"
    address = sent_to(desk, ticket, OWNER, message_id=about_none, on_ticket=False)
    for _ in range(3):
        assert isinstance(receive(to=address, answers=about_none.upper().replace("DB.", "db."))[0], TicketCreated)
    with desk.db.reading() as session:
        assert session.scalars(select(func.count()).select_from(LoginFailureRow)).one() == 0
    assert desk.faults.reported == []


@SQLITE
def test_m23_whoever_guesses_in_the_owners_name_keeps_no_answer_from_the_ticket(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    reply = sent_to(desk, ticket, OWNER)
    receive(references=" ".join(f"<db.{'k' * 30}{one}{two}@example.com>" for one in "abcde" for two in "abcde"))
    for fields in ({"to": reply}, {"answers": OURS}):
        event = receive(subject="Anything", **fields)[0]
        assert isinstance(event, MessagePosted)
        assert (event.ticket.id, event.entry.verified, event.entry.held) == (ticket.id, False, False)


@SQLITE
@pytest.mark.parametrize("person", ["agent:3", "address:owner@customer.example"])
def test_m21_an_alert_proves_nothing_for_an_end_user_of_the_same_address(
    desk: SmallDesk, receive: Receive, ticket: Ticket, person: str
) -> None:
    reply = sent_to(desk, ticket, OWNER, person=person)
    assert not posted(receive(to=reply, answers=OURS)).verified


@BOTH
def test_rfc_46_whoever_is_taken_off_the_ticket_meanwhile_brings_nobody(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    desk.join(ticket.id, FRIEND)
    reply = sent_to(desk, ticket, FRIEND)

    def take_off(draft: MessageDraft) -> MessageDraft:
        with desk.db.writing() as session:
            session.execute(delete(CollaboratorRow))
        return draft

    desk.hooks.on_message = take_off
    events = receive(sender=FRIEND, to=reply, more=f"{PASS}\nCc: {CARL}")
    assert [type(each) for each in events] == [MessagePosted]
    assert posted(events).held


@SQLITE
def test_rfc_46_a_machine_brings_nobody_and_neither_does_a_mail_that_opens_another_ticket(
    desk: SmallDesk, receive: Receive, ticket: Ticket
) -> None:
    reply = sent_to(desk, ticket, OWNER)
    events = receive(to=reply, more=f"{PASS}\nAuto-Submitted: auto-replied\nCc: {CARL}")
    assert [type(each) for each in events] == [MessagePosted]
    assert posted(events).warnings == ("names_others",)
    desk.close(ticket.id)
    desk.clock.advance(days=60)
    events = receive(to=reply, more=f"{PASS}\nCc: {CARL}")
    assert [type(each) for each in events] == [TicketCreated]
    assert first_entry(desk, events).warnings == ("names_others",)


@SQLITE
@pytest.mark.parametrize("name", ["pia@example.com", "pia\uff20example.com", "pia\ufe6bexample.com"])
def test_rfc_25_and_m20_a_name_that_looks_like_an_address_is_not_shown(
    desk: SmallDesk, receive: Receive, name: str
) -> None:
    entry = first_entry(desk, receive(sender=f'"{name}" <eve@evil.example>'))
    assert (entry.author.name, entry.author.address) == ("", "eve@evil.example")
