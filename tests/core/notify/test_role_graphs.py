"""Whatever a desk looks like and whatever happens on it: every pair is judged once, nobody is told twice or of the own act.

The desks are random graphs of people and roles, the acts random too; all built-in plugins answer, by the way of live mail. A
case is one act on one desk.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deskbell.core.app.opening import Desk
from deskbell.core.contract.decisions import Candidate, Decision, Outcome
from deskbell.core.contract.events import Event
from deskbell.core.notify.considering import Considered
from deskbell.core.store import decisions
from deskbell.core.store.directory import Directory
from deskbell.core.store.guards import ban, suppress
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened
from stand_ins.paper_desk import NOW

from .graphs.contract import ALERT, KINDS, LISTENERS
from .graphs.deck import Deck
from .graphs.live import delivered, move_in, same_moment, write_down
from .graphs.oracle import Oracle
from .graphs.world import ACT_BYTES, DIRECTORY_BYTES, act, directory

CHUNKS, DESKS_IN_CHUNK, ACTS_ON_DESK = 8, 1_000, 3
"""24,000 cases in all."""

LIVE_DESKS, LIVE_ACTS = 60, 40
"""2,400 cases in all."""


def data(acts: int) -> st.SearchStrategy[bytes]:
    """What a desk and so many acts are dealt from."""
    size = DIRECTORY_BYTES + acts * ACT_BYTES
    return st.binary(min_size=size, max_size=size)


REVISIONS = itertools.count(1_000_000)
SENT = (Outcome.NOTIFIED, Outcome.SHADOWED)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk on which one end user is banned, and mail to another and to an agent is held back."""
    folder = tmp_path_factory.mktemp("graphs") / "desk"
    with opened(new_desk(folder, database_url=""), clock=FrozenClock()) as desk:
        guard(desk)
        yield desk


@pytest.fixture(scope="module")
def live_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, FrozenClock]]:
    """Such a desk of its own, with its clock."""
    clock = FrozenClock()
    with opened(new_desk(tmp_path_factory.mktemp("live") / "desk", database_url=""), clock=clock) as desk:
        guard(desk)
        yield desk, clock


def guard(desk: Desk) -> None:
    with desk.db.writing() as session:
        ban(session, "u2@example.net", reason="abuse", now=NOW)
        suppress(session, "u1@example.net", reason="550", now=NOW)
        suppress(session, "a4@example.com", reason="550", now=NOW)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_rules_hold_on_every_desk(desk: Desk, chunk: int) -> None:
    """Each chunk draws cases of its own; a failing one is shrunk to the plainest desk that fails."""

    @settings(max_examples=DESKS_IN_CHUNK, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data(ACTS_ON_DESK))
    def holds(choices: bytes) -> None:
        on, acts = dealt(choices)
        considered = desk.rehearsal.consider(itertools.chain(*acts), on)
        for events in acts:
            check(on, events, [each for each in considered if each.event.act == events[0].act])

    holds()


def dealt(choices: bytes) -> tuple[Directory, list[tuple[Event, ...]]]:
    """A desk and some acts on it, each about a ticket of its own; the numbers of its events begin at its own ten."""
    on = directory(Deck(choices[:DIRECTORY_BYTES]), revision=next(REVISIONS))
    starts = range(DIRECTORY_BYTES, len(choices), ACT_BYTES)
    return on, [
        act(Deck(choices[start : start + ACT_BYTES]), on, number=number, first_id=10 * number)
        for number, start in enumerate(starts, start=1)
    ]


def check(on: Directory, events: Sequence[Event], considered: Sequence[Considered]) -> None:
    answered = Counter((each.event.id, each.admitted.name) for each in considered)
    assert answered == Counter((event.id, name) for event in events for name in LISTENERS.get(event.name, ()))
    for each in considered:
        oracle = Oracle(on, each.event, each.admitted.name)
        assert each.decision.reason == oracle.silence(), each.admitted.name
        if each.decision.reason:
            assert each.decision.candidates == ()
        else:
            check_decision(each.decision, oracle)
    check_assignment_rule([each.decision for each in considered])


def check_decision(decision: Decision, oracle: Oracle) -> None:
    pairs = Counter((each.person, role_of(each)) for each in decision.candidates)
    assert pairs == oracle.pairs(), decision.plugin
    told = [each for each in decision.candidates if each.outcome in SENT]
    assert_nobody_twice(told)
    assert all((each.reason == "") is (each.outcome is Outcome.NOTIFIED) for each in decision.candidates)
    assert {each.outcome for each in told} <= {Outcome.SHADOWED if oracle.in_shadow() else Outcome.NOTIFIED}
    if KINDS[decision.plugin] == ALERT:
        assert all(may_be_alerted(each, oracle) for each in told), told
        assert all(rightly_refused(each, oracle) for each in decision.candidates), decision.candidates


def role_of(candidate: Candidate) -> str:
    """The role in which a pair was judged: a survivor lists the others behind it."""
    return candidate.roles[0]


def assert_nobody_twice(told: Sequence[Candidate]) -> None:
    assert len({each.person for each in told}) == len(told)
    assert len({each.address.casefold() for each in told}) == len(told)


def may_be_alerted(candidate: Candidate, oracle: Oracle) -> bool:
    """Not the actor in any role; in every role but that of the admin address somebody who is there and has access."""
    agent_id = int(candidate.person.removeprefix("agent:")) if candidate.person.startswith("agent:") else None
    if oracle.is_actor(agent_id, candidate.address):
        return False
    if candidate.roles == ("admin_address",):
        return True
    assert agent_id is not None
    return oracle.directory.agents[agent_id].available(NOW) and oracle.may_open(agent_id)


def rightly_refused(candidate: Candidate, oracle: Oracle) -> bool:
    """Whether the reason holds, where it is one about the person alone."""
    if not candidate.person.startswith("agent:"):
        return candidate.reason not in ("actor", "inactive", "on_leave", "no_access")
    agent = oracle.directory.agents[int(candidate.person.removeprefix("agent:"))]
    match candidate.reason:
        case "actor":
            return oracle.is_actor(agent.id, candidate.address)
        case "inactive":
            return not agent.active
        case "on_leave":
            return agent.on_leave(NOW)
        case "no_access":
            return not oracle.may_open(agent.id)
    return True


def check_assignment_rule(made: Sequence[Decision]) -> None:
    assigned = {each.address.casefold() for each in told_by(made, "ticket-assignment-alert", Outcome.NOTIFIED)}
    assert not assigned & {each.address.casefold() for each in told_by(made, "new-ticket-alert", *SENT)}


def told_by(made: Sequence[Decision], plugin: str, *outcomes: Outcome) -> list[Candidate]:
    return [each for one in made if one.plugin == plugin for each in one.candidates if each.outcome in outcomes]


# Without shrinking: what fails is one act of forty, and to ring all of them again and again would take minutes.
@settings(
    max_examples=LIVE_DESKS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(choices=data(LIVE_ACTS))
def test_the_preview_is_what_is_written(live_desk: tuple[Desk, FrozenClock], choices: bytes) -> None:
    """Act after act is considered, then rung for good; minutes pass in between, so that windows close as they do live."""
    desk, clock = live_desk
    clock.advance(seconds=same_moment(clock.now()))
    on, acts = dealt(choices)
    with desk.db.writing() as session:
        move_in(session, on)
        written = write_down(session, acts)
    for events in written:
        clock.advance(minutes=1)
        check_live(desk, events)


def check_live(desk: Desk, events: Sequence[Event]) -> None:
    with desk.db.reading() as session:
        current = desk.db.directory(session)
    previewed = [each.decision for each in desk.rehearsal.consider(events, current)]
    rung = desk.ringer.ring(events)
    ids = [event.id for event in events]
    with desk.db.reading() as session:
        recorded = [each.decision for each in decisions.of_events(session, ids)]
        sent = delivered(session, ids)
    assert recorded == sorted(previewed, key=lambda each: (each.event_id, each.plugin))
    told = {(one.event_id, one.plugin, each.person, each.address) for one in previewed for each in one.notified}
    assert sent == told
    assert (rung.decisions, rung.deliveries) == (len(previewed), len(told))
