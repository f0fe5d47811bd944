"""What happens to those who passed: duplicates, the address, the plugins' last word, shadow."""

import attrs
import pytest

from deskbell.core.contract.decisions import Outcome
from deskbell.core.contract.events import Event
from deskbell.core.contract.kinds import Plugin
from deskbell.core.contract.people import EndUser, Role
from deskbell.core.contract.tickets import Collaborator
from deskbell.core.notify.audience import Refusal
from deskbell.core.store.directory import Profile
from stand_ins.paper_desk import (
    ID,
    OWNER,
    acting,
    agent,
    alert,
    autoresponder,
    codes,
    correspondence,
    created,
    decide,
    desk,
    message,
    on_leave,
    system_alert,
    ticket,
)

ADMIN, MANAGER, MEMBER = Role.ADMIN_ADDRESS, Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER

# Rule 9


def test_a_person_is_told_once_and_the_first_pair_lists_every_role_that_passed() -> None:
    directory = desk(department={"manager_id": ID["Ann"]}, agents={"Ann": {"is_admin": True}})
    decision = decide(alert(MANAGER, Role.ADMINISTRATOR, MEMBER), created(), directory)
    anns = [each for each in decision.candidates if each.name == "Ann"]
    assert [(each.roles, each.outcome, each.reason) for each in anns] == [
        (("department_manager", "administrator", "department_member"), Outcome.NOTIFIED, ""),
        (("administrator",), Outcome.REFUSED, "duplicate_of"),
        (("department_member",), Outcome.REFUSED, "duplicate_of"),
    ]
    assert anns[0].because == "Ann is told as department manager and administrator and department member."
    assert anns[1].because == "Ann is one person and is considered as department manager already."


def test_the_order_of_the_roles_decides_which_pair_is_kept() -> None:
    directory = desk(department={"manager_id": ID["Ann"]})
    decision = decide(alert(MEMBER, MANAGER), created(), directory)
    assert codes(decision)[0] == ("Ann", "department_member", "notified")
    assert codes(decision)[-1] == ("Ann", "department_manager", "duplicate_of")


def test_a_refused_pair_is_no_first_pair() -> None:
    """Ann is refused as a member, for the ticket was born assigned, and told as manager."""
    directory = desk(department={"manager_id": ID["Ann"]})
    decision = decide(alert(MEMBER, MANAGER), created(ticket=ticket(agent=agent("Bob"))), directory)
    anns = [each for each in decision.candidates if each.name == "Ann"]
    assert [(each.roles, each.reason) for each in anns] == [
        (("department_member",), "assigned_at_creation"),
        (("department_manager",), ""),
    ]


@pytest.mark.parametrize("spelling", ["mia@example.com", "Mia@EXAMPLE.com"])
def test_the_admin_address_of_an_agent_is_that_agent(spelling: str) -> None:
    directory = desk(profile=Profile(admin_address=spelling))
    decision = decide(alert(ADMIN, MANAGER), created(), directory)
    assert [(each.person, each.address, each.roles, each.reason) for each in decision.candidates] == [
        ("agent:3", spelling, ("admin_address", "department_manager"), ""),
        ("agent:3", "mia@example.com", ("department_manager",), "duplicate_of"),
    ]


def test_the_admin_address_goes_out_when_the_agents_own_pair_is_refused() -> None:
    directory = desk(profile=Profile(admin_address="mia@example.com"), agents={"Mia": on_leave()})
    assert codes(decide(alert(MANAGER, ADMIN), created(), directory)) == [
        ("Mia", "department_manager", "on_leave"),
        ("Mia", "admin_address", "notified"),
    ]


def test_two_people_with_one_address_are_one() -> None:
    directory = desk(agents={"Bob": {"address": "ANN@example.com"}})
    assert codes(decide(alert(MEMBER), created(), directory))[:2] == [
        ("Ann", "department_member", "notified"),
        ("Bob", "department_member", "duplicate_of"),
    ]


def test_an_end_user_with_two_addresses_is_one() -> None:
    elsewhere = EndUser(OWNER.id, OWNER.name, "olga@home.example")
    event = message(ticket=ticket(collaborators=(Collaborator(elsewhere),)))
    decision = decide(autoresponder(Role.OWNER, Role.COLLABORATOR), event)
    assert [(each.address, each.reason) for each in decision.candidates] == [
        ("olga@example.net", ""),
        ("olga@home.example", "duplicate_of"),
    ]


def test_a_chain_of_shared_addresses_is_one_person() -> None:
    """Two accounts share an address, and one of them has a second address."""
    other = EndUser(2, "Olga's second account", "olga@example.net")
    elsewhere = EndUser(2, "Olga's second account", "second@example.net")
    event = message(ticket=ticket(collaborators=(Collaborator(other), Collaborator(elsewhere))))
    decision = decide(autoresponder(Role.OWNER, Role.COLLABORATOR), event)
    assert [each.reason for each in decision.candidates] == ["", "duplicate_of"]
    assert decision.candidates[0].roles == ("owner", "collaborator")


# Rule 10, its end


@pytest.mark.parametrize(
    ("address", "because"),
    [
        ("", "Mia has no address."),
        ("mia", "'mia' is no address that mail can be sent to."),
        ("mia@@example.com", "'mia@@example.com' is no address that mail can be sent to."),
    ],
)
def test_whoever_has_no_address_cannot_be_told(address: str, because: str) -> None:
    decision = decide(alert(MANAGER), created(), desk(agents={"Mia": {"address": address}}))
    [candidate] = decision.candidates
    assert (candidate.reason, candidate.because) == ("no_address", because)


def test_people_without_an_address_are_not_the_same_person() -> None:
    directory = desk(agents={"Ann": {"address": ""}, "Bob": {"address": ""}})
    assert [code for _, _, code in codes(decide(alert(MEMBER), created(), directory))][:2] == ["no_address"] * 2


def test_no_address_comes_after_all_that_judges_the_pair() -> None:
    directory = desk(agents={"Mia": {"address": "", "active": False}})
    assert codes(decide(alert(MANAGER), created(), directory)) == [("Mia", "department_manager", "inactive")]


# The plugins' last word


class Filter:
    """Refuses the given addresses and remembers whom it was asked about."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, event: Event, address: str, roles: tuple[str, ...]) -> Refusal | None:
        assert event.id == 7
        self.asked.append((address, roles))
        return ("quiet:no", "Plugin 'quiet' refused it: no") if address in self.refused else None


def test_plugins_are_asked_once_for_each_survivor_with_all_roles() -> None:
    quiet = Filter("ann@example.com")
    directory = desk(department={"manager_id": ID["Ann"]}, agents={"Bob": {"active": False}, "Ed": {"address": ""}})
    decision = decide(alert(ADMIN, MANAGER, MEMBER), created(), directory, before_delivery=quiet)
    assert codes(decision)[:4] == [
        ("boss@example.com", "admin_address", "notified"),
        ("Ann", "department_manager", "quiet:no"),
        ("Ann", "department_member", "duplicate_of"),
        ("Bob", "department_member", "inactive"),
    ]
    assert quiet.asked == [
        ("boss@example.com", ("admin_address",)),
        ("ann@example.com", ("department_manager", "department_member")),
    ]
    assert decision.candidates[1].because == "Plugin 'quiet' refused it: no"


def test_plugins_are_not_asked_about_whoever_has_no_address() -> None:
    quiet = Filter()
    decide(alert(MANAGER), created(), desk(agents={"Mia": {"address": ""}}), before_delivery=quiet)
    assert quiet.asked == []


def test_plugins_can_refuse_an_autoresponse_but_no_system_alert_and_no_agents_own_words() -> None:
    quiet = Filter("olga@example.net", "boss@example.com")
    opened = created(actor=acting("Ann"), entry=None)
    assert codes(decide(autoresponder(Role.OWNER), opened, before_delivery=quiet)) == [
        ("Olga Owner", "owner", "quiet:no")
    ]
    assert codes(decide(correspondence(Role.OWNER), opened, before_delivery=quiet)) == [
        ("Olga Owner", "owner", "notified")
    ]
    assert codes(decide(system_alert(ADMIN), opened, before_delivery=quiet)) == [
        ("boss@example.com", "admin_address", "notified")
    ]


# Rule 11


def test_shadow_comes_last_and_takes_nobody_out_of_the_record() -> None:
    directory = desk(department={"manager_id": ID["Ann"]}, agents={"Bob": {"active": False}})
    decision = decide(
        alert(MANAGER, MEMBER),
        created(),
        directory,
        shadow="department",
        shadow_because="In shadow in department 'Support'.",
        before_delivery=Filter("ed@example.com"),
    )
    assert [(each.name, each.roles, each.outcome.value, each.reason) for each in decision.candidates[:3]] == [
        ("Ann", ("department_manager", "department_member"), "shadowed", "shadow:department"),
        ("Ann", ("department_member",), "refused", "duplicate_of"),
        ("Bob", ("department_member",), "refused", "inactive"),
    ]
    assert decision.candidates[0].because == "In shadow in department 'Support'."
    assert decision.notified == ()


@pytest.mark.parametrize(
    "plugin", [alert(ADMIN), system_alert(ADMIN), autoresponder(Role.OWNER), correspondence(Role.OWNER)]
)
def test_every_kind_can_be_in_shadow(plugin: Plugin) -> None:
    decision = decide(plugin, created(), shadow="global", shadow_because="x")
    assert [(each.outcome, each.reason) for each in decision.candidates] == [(Outcome.SHADOWED, "shadow:global")]


@pytest.mark.parametrize(
    "plugin", [alert(ADMIN), system_alert(ADMIN), autoresponder(Role.OWNER), correspondence(Role.OWNER)]
)
def test_shadow_comes_after_a_missing_address(plugin: Plugin) -> None:
    nowhere = created(ticket=ticket(owner=EndUser(1, "Olga", "olga")))
    decision = decide(plugin, nowhere, desk(profile=Profile(admin_address="boss")), shadow="global")
    assert [each.reason for each in decision.candidates] == ["no_address"]


def test_a_filter_is_asked_before_shadow() -> None:
    for plugin in (alert(ADMIN), autoresponder(Role.OWNER)):
        quiet = Filter("boss@example.com", "olga@example.net")
        decision = decide(plugin, created(), shadow="global", before_delivery=quiet)
        assert [each.reason for each in decision.candidates] == ["quiet:no"]


# System alerts


def test_a_system_alert_goes_to_the_admin_address_whatever_is_ticked_and_whoever_acted() -> None:
    directory = desk(profile=Profile(admin_address="Ada@example.com"), agents={"Ada": on_leave()})
    plugin = system_alert(unticked=(ADMIN, Role.ADMINISTRATOR))
    decision = decide(plugin, created(actor=acting("Ada")), directory)
    assert [(each.person, each.address, each.reason) for each in decision.candidates] == [
        (f"agent:{ID['Ada']}", "Ada@example.com", "")
    ]
    assert codes(decide(plugin, created(), directory, roles=(Role.OWNER,))) == [("Ada", "admin_address", "notified")]


@pytest.mark.parametrize(("address", "person"), [("", ""), ("boss", "address:boss")])
def test_a_system_alert_without_an_address_says_so(address: str, person: str) -> None:
    decision = decide(system_alert(ADMIN), created(), desk(profile=Profile(admin_address=address)))
    assert [(each.person, each.reason) for each in decision.candidates] == [(person, "no_address")]


def test_a_decision_can_be_kept_and_compared() -> None:
    """Candidates are shared between decisions, which is safe because nobody can change them."""
    first = decide(alert(MANAGER), created()).candidates[0]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        first.reason = "changed"  # type: ignore[misc]
