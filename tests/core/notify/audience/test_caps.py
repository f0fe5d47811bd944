"""The caps on answers and the guard against loops, by what the store would say: nothing is read or written here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from deskbell.core.contract.decisions import Candidate, Outcome
from deskbell.core.contract.events import Event, Incoming
from deskbell.core.contract.people import EndUser, Role
from deskbell.core.contract.tickets import Mailbox
from deskbell.core.notify.audience import Lately, Tally, asked_by
from deskbell.core.store.answers import Answer, Newest
from deskbell.core.store.directory import Directory, MailboxRecord, Profile
from deskbell.core.store.guards import COMPLAINT, Guard, Guards
from stand_ins.paper_desk import NOW, OWNER, autoresponder, created, decide, desk, message, ticket, writing

BOX = MailboxRecord(id=9, name="support", address="support@example.com", department_id=1)
PLUGIN = autoresponder(Role.POSTER, counts_as_answer=True)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def by_mail(envelope_from: str | None = None) -> Incoming:
    return Incoming(mailbox=Mailbox(9, "support", "support@example.com"), envelope_from=envelope_from)


def caps(**figures: Any) -> Directory:
    return desk(profile=Profile(**figures), mailboxes={9: BOX})


def tally(
    directory: Directory,
    answers: Sequence[Answer] = (),
    *,
    newest: Newest | None = None,
    first_tickets: Mapping[int, datetime] | None = None,
    looking_back: bool = False,
) -> Tally:
    """What went lately; an error when it is asked for what a test does not expect."""
    known = Lately(to_people=tuple(answers), of_mailboxes={} if newest is None else {9: newest})

    def first() -> Mapping[int, datetime]:
        assert first_tickets is not None
        return first_tickets

    return Tally(directory.profile, lately=lambda: known, first_tickets=first, looking_back=looking_back)


def to_olga(*before: timedelta, key: str = "olga@example.net", mailbox: int | None = 9, about: int = 5) -> list[Answer]:
    return [Answer(mailbox, key, about, NOW - each) for each in before]


def judged(event: Event, directory: Directory, lately: Tally) -> Candidate:
    [candidate] = decide(PLUGIN, event, directory, tally=lately).candidates
    return candidate


def verdict(answers: Sequence[Answer], event: Event | None = None, **figures: int) -> tuple[str, str]:
    directory = caps(**figures)
    candidate = judged(event or message(incoming=by_mail()), directory, tally(directory, answers))
    return candidate.outcome.value, candidate.reason


TOLD = ("notified", "")
CAPPED = ("refused", "rate_capped")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((1, 2, 3, 4, 5), CAPPED),
        ((1, 2, 3, 4), TOLD),
        ((1, 2, 3, 4, 59), CAPPED),
        ((1, 2, 3, 4, 60), TOLD),
        ((1, 2, 3, 4, 61, 62), TOLD),
        # What is held for later will be sent as well.
        ((-120, -60, -1, 0, 59), CAPPED),
    ],
)
def test_rfc_14_five_answers_an_hour(minutes: tuple[int, ...], expected: tuple[str, str]) -> None:
    assert verdict(to_olga(*(each * MINUTE for each in minutes))) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([1.1 * number for number in range(1, 21)], CAPPED),
        ([1.1 * number for number in range(1, 20)], TOLD),
        ([1.1 * number for number in range(1, 20)] + [24], TOLD),
        ([1.1 * number for number in range(1, 20)] + [23.99], CAPPED),
    ],
)
def test_rfc_14_twenty_answers_a_day(hours: list[float], expected: tuple[str, str]) -> None:
    assert verdict(to_olga(*(each * HOUR for each in hours))) == expected


def test_rfc_14_each_figure_is_a_setting_and_0_lifts_it() -> None:
    five, twenty = to_olga(*(each * MINUTE for each in range(11, 16))), to_olga(*(each * HOUR for each in range(1, 21)))
    assert verdict(five, answers_per_hour=6) == TOLD
    assert verdict(five[:2], answers_per_hour=2) == CAPPED
    assert verdict(five, answers_per_hour=0) == TOLD
    assert verdict(twenty, answers_per_day=0) == TOLD
    assert verdict(five, answers_per_hour=0, answers_per_day=5) == CAPPED


def test_rfc_14_and_rfc_31_counted_are_the_answers_of_this_mailbox_to_this_person_without_plus_tag() -> None:
    elsewhere = [11 * MINUTE] * 5
    assert verdict(to_olga(*elsewhere, mailbox=8)) == TOLD
    assert verdict(to_olga(*elsewhere, key="carl@example.net")) == TOLD
    tagged = attrs.evolve(OWNER, address="Olga+printers@Example.NET")
    event = message(actor=writing(tagged), incoming=by_mail(), ticket=ticket(owner=tagged))
    assert verdict(to_olga(*elsewhere), event) == CAPPED


def test_rfc_14_what_no_mail_caused_is_not_capped() -> None:
    assert verdict(to_olga(*[MINUTE] * 5), message()) == TOLD


def test_rfc_14_the_sentence_says_when_there_is_room_again() -> None:
    directory = caps()
    five = to_olga(*(each * MINUTE for each in (50, 40, 30, 20, 11)))
    candidate = judged(message(incoming=by_mail()), directory, tally(directory, five))
    assert candidate.because == (
        "Mailbox 'support' gave olga@example.net 5 automatic answers within an hour; "
        "the next is possible from 2026-03-02 09:10 UTC on."
    )


def test_a_plugin_that_does_not_count_is_not_capped_and_nothing_is_read() -> None:
    def never() -> Any:
        raise AssertionError("nothing has to be read")

    directory = caps()
    idle = Tally(directory.profile, lately=never, first_tickets=never)
    decided = decide(autoresponder(Role.POSTER), message(incoming=by_mail()), directory, tally=idle)
    assert [each.outcome for each in decided.candidates] == [Outcome.NOTIFIED]


# --- the mailbox ---


def full(*more: timedelta) -> Newest:
    """A mailbox that may give two answers an hour and gave these lately, the newest first."""
    return Newest(0, tuple(NOW - each for each in more))


@pytest.mark.parametrize(
    ("newest", "held_until"),
    [
        ((5, 20), 40),
        ((5, 60), 0),
        ((5,), 0),
        ((0, 0), 60),
        # Two are held already: the next waits behind the first of them for an hour.
        ((-50, -40, 10, 20), 100),
    ],
)
def test_rfc_14_beyond_the_cap_of_the_mailbox_answers_are_held(newest: tuple[int, ...], held_until: int) -> None:
    directory = caps(mailbox_answers_per_hour=2)
    lately = tally(directory, newest=full(*(each * MINUTE for each in newest)))
    event = message(incoming=by_mail())
    candidate = judged(event, directory, lately)
    asked = asked_by(event, OWNER.address, directory)
    assert asked is not None
    assert lately.free_at(asked, moment=NOW) == NOW + held_until * MINUTE
    assert (candidate.outcome, candidate.reason) == (
        (Outcome.DEFERRED, "rate_capped") if held_until else (Outcome.NOTIFIED, "")
    )


def test_rfc_14_a_held_answer_can_still_be_refused() -> None:
    directory = caps(mailbox_answers_per_hour=2)
    lately = tally(directory, newest=full(MINUTE, MINUTE))
    event = message(incoming=by_mail())
    refused = decide(PLUGIN, event, directory, tally=lately, before_delivery=lambda *_: ("guest:no", "No."))
    assert [each.reason for each in refused.candidates] == ["guest:no"]
    shadowed = decide(PLUGIN, event, directory, tally=lately, shadow="global", shadow_because="It is tried out.")
    assert [each.outcome for each in shadowed.candidates] == [Outcome.SHADOWED]


def new_ticket(*, verified: bool) -> Event:
    actor = writing(verified=verified)
    return created(actor=actor, incoming=by_mail())


@pytest.mark.parametrize(
    ("verified", "first", "expected"),
    [
        (False, {}, ("refused", "rate_capped")),
        (False, {1: NOW}, ("refused", "rate_capped")),
        (False, {1: NOW - MINUTE}, ("deferred", "rate_capped")),
        (True, {}, ("deferred", "rate_capped")),
    ],
)
def test_rfc_14_whom_nobody_knows_or_vouches_for_gets_none(
    verified: bool, first: dict[int, datetime], expected: tuple[str, str]
) -> None:
    directory = caps(mailbox_answers_per_hour=2)
    lately = tally(directory, newest=full(MINUTE, MINUTE), first_tickets=first)
    candidate = judged(new_ticket(verified=verified), directory, lately)
    assert (candidate.outcome.value, candidate.reason) == expected


def test_rfc_14_no_hour_has_more_than_the_cap_however_many_are_held() -> None:
    """Places are taken by people who ask at once and by others who ask later, each in turn."""
    directory = caps(mailbox_answers_per_hour=3)
    lately = tally(directory, newest=Newest(0, (NOW - 10 * MINUTE, NOW - 20 * MINUTE)))
    times = [NOW - 20 * MINUTE, NOW - 10 * MINUTE]
    for number in range(40):
        moment = NOW + number * 4 * MINUTE
        user = EndUser(100 + number, "", f"person{number}@example.net")
        event = message(actor=writing(user), incoming=by_mail(), ticket=ticket(owner=user))
        asked = asked_by(event, user.address, directory)
        assert asked is not None
        times.append(lately.free_at(asked, moment=moment))
        lately.take(asked, at=times[-1])
    assert times == sorted(times)
    assert max(sum(first <= each < first + HOUR for each in times) for first in times) == 3


# --- loops ---


@pytest.mark.parametrize(
    ("minutes", "about", "expected"),
    [
        ((1, 2, 3), 1, ("refused", "loop_guard")),
        ((1, 2, 9.9), 1, ("refused", "loop_guard")),
        ((1, 2), 1, TOLD),
        ((1, 2, 10), 1, TOLD),
        ((1, 2, 3), 2, TOLD),
        # The cap on answers comes first.
        ((1, 2, 3, 4, 5), 1, CAPPED),
    ],
)
def test_loop_guard(minutes: tuple[float, ...], about: int, expected: tuple[str, str]) -> None:
    assert verdict(to_olga(*(each * MINUTE for each in minutes), about=about)) == expected


# --- one ring, and looking back ---


def test_the_events_of_one_ring_count_against_each_other() -> None:
    directory = caps(answers_per_hour=2)
    lately = tally(directory, to_olga(11 * MINUTE))
    event = message(incoming=by_mail())
    asked = asked_by(event, OWNER.address, directory)
    assert asked is not None
    assert judged(event, directory, lately).outcome is Outcome.NOTIFIED
    lately.take(asked, at=NOW)
    assert judged(event, directory, lately).reason == "rate_capped"


def test_a_look_back_sees_what_went_before_and_not_its_own_trace() -> None:
    directory = caps(answers_per_hour=2)
    event = message(incoming=by_mail())
    own_and_later = to_olga(timedelta(), -MINUTE, 11 * MINUTE)
    assert judged(event, directory, tally(directory, own_and_later, looking_back=True)).outcome is Outcome.NOTIFIED
    before = to_olga(11 * MINUTE, 12 * MINUTE)
    assert judged(event, directory, tally(directory, before, looking_back=True)).reason == "rate_capped"


# --- where answers go ---


def test_rfc_10_an_answer_goes_to_the_sender_of_the_envelope() -> None:
    directory = caps()
    away = message(incoming=by_mail("olga@home.example"))
    candidate = judged(away, directory, tally(directory))
    assert (candidate.person, candidate.address, candidate.roles) == ("user:1", "olga@home.example", ("poster",))


@pytest.mark.parametrize("envelope_from", [None, "", "olga", "olga@", "OLGA@Example.NET"])
def test_rfc_10_without_a_usable_envelope_it_goes_to_from(envelope_from: str | None) -> None:
    candidate = judged(message(incoming=by_mail(envelope_from)), caps(), tally(caps()))
    assert candidate.address == "olga@example.net"


def test_rfc_10_others_get_it_at_their_own_address() -> None:
    event = message(incoming=by_mail("olga@home.example"))
    decided = decide(autoresponder(Role.OWNER, Role.COLLABORATOR), event, caps())
    assert [each.address for each in decided.candidates] == ["olga@home.example", "carl@example.net"]
    from_carl = message(actor=writing(EndUser(2, "Carl", "carl@example.net")), incoming=by_mail("carl@home.example"))
    decided = decide(autoresponder(Role.OWNER, Role.COLLABORATOR), from_carl, caps())
    assert [each.address for each in decided.candidates] == ["olga@example.net", "carl@home.example"]


@pytest.mark.parametrize(
    "address",
    ["support@example.com", "Help@Example.com", "help+anything@example.com", "desk@example.com", "auto@example.com",
     "sam@example.com"],
)  # fmt: skip
def test_rfc_9_no_address_of_the_system_is_answered(address: str) -> None:
    """A mailbox, its alias, a plus form, what a department writes from, and an agent's address that is for alerts only."""
    directory = desk(
        mailboxes={9: attrs.evolve(BOX, aliases=("help@example.com",))},
        department={"address": "desk@example.com", "autoresponse_address": "auto@example.com"},
        agents={"Sam": {"alert_only": True}},
    )
    itself = EndUser(3, "", address)
    event = message(actor=writing(itself), incoming=by_mail(), ticket=ticket(owner=itself))
    assert judged(event, directory, tally(directory)).reason == "system_address"
    assert judged(message(incoming=by_mail()), directory, tally(directory)).outcome is Outcome.NOTIFIED


def test_rfc_9_and_rfc_10_a_system_address_in_either_place_gets_none() -> None:
    for event in (
        message(incoming=by_mail("SUPPORT+x@example.com")),
        message(actor=writing(attrs.evolve(OWNER, address="support@example.com")), incoming=by_mail("a@b.example")),
    ):
        assert judged(event, caps(), tally(caps())).reason == "system_address"


def test_rfc_14_an_answer_counts_under_both_addresses() -> None:
    """A robot that takes a new envelope for each mail is one sender, and so is a flood of Froms with one envelope."""
    directory = caps(answers_per_hour=1)
    asked = asked_by(message(incoming=by_mail("one@home.example")), "one@home.example", directory)
    assert asked is not None
    lately = tally(directory)
    taken = lately.take(asked, at=NOW)
    assert [(each.mailbox_id, each.address_key) for each in taken] == [
        (9, "one@home.example"),
        (None, "olga@example.net"),
    ]
    assert judged(message(incoming=by_mail("two@home.example")), directory, lately).reason == "rate_capped"
    carl = EndUser(2, "Carl", "carl@example.net")
    same_envelope = message(actor=writing(carl), incoming=by_mail("one@home.example"))
    assert judged(same_envelope, directory, lately).reason == "rate_capped"
    assert judged(message(actor=writing(carl), incoming=by_mail()), directory, lately).outcome is Outcome.NOTIFIED


def test_rfc_41_and_rfc_10_who_complained_gets_no_answer_at_another_envelope_either() -> None:
    guard = Guard(COMPLAINT, NOW - timedelta(days=1))
    guards = Guards(suppressions={"olga@example.net": guard})
    event = message(incoming=by_mail("bounces-7@home.example"))
    decision = decide(autoresponder(Role.POSTER), event, guards=guards)
    [candidate] = decision.candidates
    assert candidate.reason == "address_suppressed"
    assert candidate.because == "olga@example.net has been getting no mail since 2026-03-01 09:00 UTC (complaint)."
    bounced = Guards(suppressions={"olga@example.net": Guard("bounce: no such mailbox", NOW - timedelta(days=1))})
    [candidate] = decide(autoresponder(Role.POSTER), event, guards=bounced).candidates
    assert candidate.outcome is Outcome.NOTIFIED
