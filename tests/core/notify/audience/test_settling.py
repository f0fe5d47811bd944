"""The decisions of one act side by side: a new ticket's alert yields to the assignment alert of the same person."""

from typing import Any

import attrs
import pytest

from deskbell.core.contract.decisions import Candidate, Decision, Outcome
from deskbell.core.contract.kinds import Plugin
from deskbell.core.notify.audience import settle_act
from deskbell.plugins.new_ticket_alert import NewTicketAlert
from stand_ins.paper_desk import alert

ASSIGNMENT = alert()
OTHER = alert()


def candidate(name: str, outcome: Outcome = Outcome.NOTIFIED, **facts: Any) -> Candidate:
    reason = {} if outcome is Outcome.NOTIFIED else {"reason": "why"}
    return Candidate(
        **{
            "person": f"agent:{name}",
            "name": name,
            "address": f"{name.lower()}@example.com",
            "roles": ("department_manager",),
            "outcome": outcome,
            **reason,
            **facts,
        }
    )


def decision(plugin: str, *candidates: Candidate, event_id: int = 1) -> Decision:
    return Decision(event_id=event_id, plugin=plugin, candidates=candidates)


def settled(first: Candidate, second: Candidate) -> Candidate:
    """What becomes of `first`, a candidate of the alert that yields, beside `second` of the assignment alert."""
    new_ticket, _ = settle_act(
        [
            (NewTicketAlert(), decision("new-ticket-alert", first)),
            (ASSIGNMENT, decision("ticket-assignment-alert", second, event_id=2)),
        ]
    )
    return new_ticket.candidates[0]


@pytest.mark.parametrize("told", [Outcome.NOTIFIED, Outcome.DEFERRED, Outcome.DIGESTED])
@pytest.mark.parametrize("outcome", [Outcome.NOTIFIED, Outcome.SHADOWED, Outcome.DEFERRED, Outcome.DIGESTED])
def test_whoever_gets_the_assignment_alert_gets_no_new_ticket_alert(told: Outcome, outcome: Outcome) -> None:
    found = settled(candidate("Mia", outcome), candidate("Mia", told))
    assert (found.outcome, found.reason) == (Outcome.REFUSED, "duplicate_of")
    assert found.because == "Mia gets 'ticket-assignment-alert' about the same act."
    assert found.roles == ("department_manager",)


@pytest.mark.parametrize("told", [Outcome.REFUSED, Outcome.SHADOWED])
def test_a_refused_or_shadowed_assignment_alert_takes_nothing_away(told: Outcome) -> None:
    mine = candidate("Mia")
    assert settled(mine, candidate("Mia", told)) is mine


def test_somebody_elses_assignment_alert_takes_nothing_away() -> None:
    mine = candidate("Mia")
    assert settled(mine, candidate("Ann")) is mine


def test_a_refusal_keeps_its_own_reason() -> None:
    mine = candidate("Mia", Outcome.REFUSED)
    assert settled(mine, candidate("Mia")) is mine


def test_the_admin_address_is_the_agent_of_that_address() -> None:
    admin = candidate("Boss", person="address:mia@example.com", address="MIA@example.com")
    assert settled(admin, candidate("Mia")).reason == "duplicate_of"


def test_a_role_as_a_whole_is_left_alone() -> None:
    whole = Candidate(person="", roles=("administrator",), outcome=Outcome.REFUSED, reason="role_not_selected")
    assert settled(whole, candidate("Mia", person="", address="")) is whole


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_the_decisions_is_kept_and_does_not_matter(turned: bool) -> None:
    act = [
        (NewTicketAlert(), decision("new-ticket-alert", candidate("Mia"), candidate("Ann"))),
        (ASSIGNMENT, decision("ticket-assignment-alert", candidate("Mia"))),
        (OTHER, decision("another-alert", candidate("Mia"))),
    ]
    act = act[::-1] if turned else act
    found = settle_act(act)
    assert [each.plugin for each in found] == [each.plugin for _, each in act]
    told = {each.plugin: [one.name for one in each.notified] for each in found}
    assert told == {"new-ticket-alert": ["Ann"], "ticket-assignment-alert": ["Mia"], "another-alert": ["Mia"]}


def test_a_plugin_that_was_judged_as_a_whole_takes_nothing_away() -> None:
    off = Decision(event_id=2, plugin="ticket-assignment-alert", reason="plugin_off:global")
    mine = decision("new-ticket-alert", candidate("Mia"))
    assert settle_act([(NewTicketAlert(), mine), (ASSIGNMENT, off)]) == (mine, off)


def yielding(*names: str) -> Plugin:
    return alert(yields_to=names)


def test_two_that_yield_to_each_other_do_not_silence_both() -> None:
    found = settle_act(
        [(yielding("b"), decision("a", candidate("Mia"))), (yielding("a"), decision("b", candidate("Mia")))]
    )
    assert [len(each.notified) for each in found] == [0, 1]


def test_a_plugin_that_names_itself_silences_nobody() -> None:
    found = settle_act([(yielding("a"), decision("a", candidate("Mia")))])
    assert [len(each.notified) for each in found] == [1]


def test_an_act_without_decisions_stays_so() -> None:
    assert settle_act([]) == ()


def test_nothing_is_changed_in_place() -> None:
    mine = decision("new-ticket-alert", candidate("Mia"))
    before = attrs.evolve(mine)
    settle_act([(NewTicketAlert(), mine), (ASSIGNMENT, decision("ticket-assignment-alert", candidate("Mia")))])
    assert mine == before
