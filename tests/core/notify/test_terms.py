"""Before-hooks and the place of a draft: switches, quarantine, idle filters, and options that name what is not there."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from deskbell.core.contract.clock import SystemClock
from deskbell.core.contract.drafts import MessageDraft, Refusal, TicketDraft
from deskbell.core.contract.errors import DeskbellError, InvalidValue
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert, Filter, Level, Switch
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.contract.structuring import described
from deskbell.core.contract.tickets import Origin
from deskbell.core.host.admission import Host
from deskbell.core.host.before import BeforeHooks
from deskbell.core.host.calls import BoundedCalls
from deskbell.core.host.quarantine import Quarantine
from deskbell.core.notify.switches import check_shadow
from deskbell.core.notify.terms import Terms
from deskbell.core.store.directory import (
    DepartmentRecord,
    Directory,
    MailboxRecord,
    OptionRecord,
    SwitchRecord,
    TopicRecord,
)
from stand_ins.paper_desk import ticket
from stand_ins.small_desk import Faults

DRAFT = TicketDraft(
    sender=Actor(ActorKind.END_USER, address="ada@customer.example"),
    origin=Origin.MAIL,
    subject="A",
    text="B",
    department="Printers",
    topic="Toner",
    mailbox="post",
)
MESSAGE = MessageDraft(sender=DRAFT.sender, origin=Origin.MAIL, ticket="100001", text="B", mailbox="post")
PARTS: dict[str, Any] = {
    "departments": {
        1: DepartmentRecord(id=1, name="Support"),
        2: DepartmentRecord(id=2, name="Printers", parent_id=1),
    },
    "topics": {3: TopicRecord(id=3, name="Toner")},
    "mailboxes": {4: MailboxRecord(id=4, name="post", address="post@example.com", department_id=2)},
}


@attrs.frozen
class Item:
    name: str = ""
    where: str = described("", help="", names="departments")


@attrs.frozen
class Wishes:
    word: str = "usual"
    items: tuple[Item, ...] = ()


@attrs.define(eq=False)
class Asked(Filter):
    """Keeps with which options it was asked."""

    Options = Wishes
    options: list[object] = attrs.field(factory=list)

    @hookimpl
    def before_ticket_created(self, draft: TicketDraft, options: Wishes) -> None:
        self.options.append(options)

    @hookimpl
    def before_message_accepted(self, options: Wishes) -> None:
        self.options.append(options)


@attrs.define(eq=False)
class Idle(Asked):
    idle_by_default = True


@attrs.define
class Bench:
    plugin: Asked
    opened: Callable[[object], object] = lambda options: options
    faults: Faults = attrs.field(factory=Faults)
    hooks: BeforeHooks = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        host = Host()
        host.admit("asked", self.plugin)
        quarantine = Quarantine(clock=SystemClock(), faults=self.faults, hand_over=lambda *_: None)
        self.hooks = BeforeHooks(
            host,
            calls=BoundedCalls(limit=5),
            quarantine=quarantine,
            terms=Terms(opened=self.opened, faults=self.faults),
        )

    def ask(self, **parts: Any) -> list[object]:
        """With which options the plugin was asked on this desk: about a ticket, then about a message on one."""
        self.plugin.options.clear()
        desk = Directory(**{**PARTS, **parts})
        assert self.hooks.before_ticket_created(DRAFT, directory=desk) is DRAFT
        on = attrs.evolve(
            ticket(),
            department=attrs.evolve(ticket().department, id=2, name="Printers, as it was called"),
        )
        assert self.hooks.before_message_accepted(MESSAGE, ticket=on, directory=desk) is MESSAGE
        return list(self.plugin.options)


def option(value: object, *, field: str = "word", level: Level = Level.GLOBAL, scope_id: int = 0) -> OptionRecord:
    return OptionRecord(plugin="asked", level=level, scope_id=scope_id, field=field, value=value)


def off(level: Level, scope_id: int = 0, *, position: Switch = Switch.OFF) -> SwitchRecord:
    return SwitchRecord(plugin="asked", level=level, scope_id=scope_id, position=position)


def test_options_are_those_of_the_nearest_department() -> None:
    bench = Bench(Asked())
    assert bench.ask() == [Wishes()] * 2
    assert bench.ask(options=(option("desk"),)) == [Wishes("desk")] * 2
    above = option("support", level=Level.DEPARTMENT, scope_id=1)
    assert bench.ask(options=(option("desk"), above)) == [Wishes("support")] * 2
    own = option("printers", level=Level.DEPARTMENT, scope_id=2)
    assert bench.ask(options=(option("desk"), above, own)) == [Wishes("printers")] * 2


@pytest.mark.parametrize("level", [(Level.GLOBAL, 0), (Level.DEPARTMENT, 1), (Level.DEPARTMENT, 2), (Level.MAILBOX, 4)])
def test_a_plugin_that_is_off_is_not_asked(level: tuple[Level, int]) -> None:
    assert Bench(Asked()).ask(switches=(off(*level),)) == []


@pytest.mark.parametrize("place", [(Level.GLOBAL, 0), (Level.DEPARTMENT, 1)])
def test_a_plugin_in_shadow_changes_nothing_and_is_not_asked(place: tuple[Level, int]) -> None:
    in_shadow = attrs.evolve(off(*place, position=Switch.ON), shadow=True)
    assert Bench(Asked()).ask(switches=(in_shadow,)) == []


def test_a_filter_cannot_be_put_in_shadow() -> None:
    for level in (Level.GLOBAL, Level.DEPARTMENT):
        with pytest.raises(InvalidValue, match="a filter sends nothing and has none"):
            check_shadow(Idle(), level=level)


def test_a_topic_switch_is_that_of_the_ticket() -> None:
    """The draft has the topic, the ticket of the message has none."""
    assert Bench(Asked()).ask(switches=(off(Level.TOPIC, 3),)) == [Wishes()]


def test_a_nearer_switch_puts_it_on_again() -> None:
    switches = (off(Level.DEPARTMENT, 1), off(Level.DEPARTMENT, 2, position=Switch.ON))
    assert Bench(Asked()).ask(switches=switches) == [Wishes()] * 2


def test_a_plugin_that_the_desk_has_quarantined_is_not_asked() -> None:
    """Also in a process that has not rung anything yet."""
    assert Bench(Asked()).ask(quarantined={"asked": "it hung"}) == []


def test_an_idle_filter_is_asked_where_an_option_is_set_and_only_there() -> None:
    bench = Bench(Idle())
    assert bench.ask() == []
    assert bench.ask(options=(option("x", level=Level.DEPARTMENT, scope_id=2),)) == [Wishes("x")] * 2
    assert bench.ask(options=(option("usual"),)) == []


def test_an_item_that_names_what_is_not_there_is_left_out_and_reported_once() -> None:
    bench = Bench(Asked())
    items = [
        {"name": "A", "where": "Printer"},
        {"name": "B", "where": "PRINTERS"},
        {"where": "Nowhere"},
        {"name": "C", "where": ""},
    ]
    desk = Directory(**PARTS, options=(option(items, field="items"),))
    for _ in range(3):
        bench.hooks.before_ticket_created(DRAFT, directory=desk)
    assert bench.plugin.options == [Wishes(items=(Item("B", "PRINTERS"), Item("C")))] * 3
    assert [fault.detail for fault in bench.faults.reported] == [
        "'A': There is no department named 'Printer'. Did you mean 'Printers'?",
        "items[2]: There is no department named 'Nowhere'.",
    ]


def test_options_that_cannot_be_opened_leave_the_plugin_out_and_the_mail_alone() -> None:
    class Sealed(DeskbellError):
        pass

    def closed(_: object) -> object:
        raise Sealed("The secret cannot be read.")

    bench = Bench(Asked(), opened=closed)
    assert bench.hooks.before_ticket_created(DRAFT, directory=Directory(**PARTS)) is DRAFT
    assert [fault.detail for fault in bench.faults.reported] == ["The secret cannot be read."]


def test_a_hook_may_leave_the_options_out_and_any_kind_may_have_one() -> None:
    class Plain(AgentAlert):
        @hookimpl
        def before_ticket_created(self, draft: TicketDraft) -> Refusal:
            return Refusal(f"not {draft.subject}")

    host = Host()
    host.admit("plain", Plain())
    faults = Faults()
    quarantine = Quarantine(clock=SystemClock(), faults=faults, hand_over=lambda *_: None)
    terms = Terms(opened=lambda options: options, faults=faults)
    hooks = BeforeHooks(host, calls=BoundedCalls(limit=5), quarantine=quarantine, terms=terms)
    assert hooks.before_ticket_created(DRAFT, directory=Directory(**PARTS)) == Refusal("not A")
