"""A small desk in a real database: a few agents, two departments, a team, topics and mailboxes, each with an id to ask for.

Support: manager Mia, primary member Pia, extended member Eva. Sales: manager Sam. Ada is an administrator, Lea is on leave,
Ian inactive, Out works nowhere. Team Night: lead Mia, members Pia and Lea; team Absent: Lea alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import attrs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deskbell.core.contract.addresses import normalise
from deskbell.core.contract.drafts import MessageDraft, Refusal, TicketDraft
from deskbell.core.contract.events import Event
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind
from deskbell.core.contract.tickets import Entry, Origin, Priority, Ticket
from deskbell.core.store import configuration, records, tickets
from deskbell.core.store.database import Database
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    SlaPlanRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from deskbell.core.store.records import EndUserRecord
from deskbell.core.store.rows import CollaboratorRow, EndUserAddressRow, RawMailRow, TicketRow

from .clock import FrozenClock

OWNER = "owner@customer.example"


@attrs.define
class Faults:
    """Follows `FaultReporter`; keeps what is reported."""

    reported: list[Fault] = attrs.field(factory=list)

    def report(self, fault: Fault) -> None:
        self.reported.append(fault)


@attrs.define
class Hooks:
    """Follows `BeforeHooks`; lets everything pass until a test puts another answer in, and keeps what was asked."""

    on_ticket: Callable[[TicketDraft], TicketDraft | Refusal] = lambda draft: draft
    on_message: Callable[[MessageDraft], MessageDraft | Refusal] = lambda draft: draft
    asked: list[TicketDraft | MessageDraft] = attrs.field(factory=list)

    def before_ticket_created(self, draft: TicketDraft, *, directory: Directory) -> TicketDraft | Refusal:
        self.asked.append(draft)
        return self.on_ticket(draft)

    def before_message_accepted(
        self, draft: MessageDraft, *, ticket: Ticket, directory: Directory
    ) -> MessageDraft | Refusal:
        self.asked.append(draft)
        return self.on_message(draft)


@attrs.define(eq=False)
class SmallDesk:
    """The desk, its clock, and what tests look at."""

    db: Database
    clock: FrozenClock
    folder: Path
    faults: Faults = attrs.field(factory=Faults)
    hooks: Hooks = attrs.field(factory=Hooks)
    ids: dict[str, int] = attrs.field(factory=dict)

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, Directory]]:
        """A transaction with the directory in it."""
        with self.db.writing() as session:
            yield session, self.db.directory(session)

    @property
    def directory(self) -> Directory:
        with self.db.reading() as session:
            return self.db.directory(session)

    def agent(self, name: str) -> Actor:
        """One of the agents as the cause of an act."""
        return Actor(ActorKind.AGENT, self.ids[name], name, f"{name.lower()}@example.com")

    def user(self, address: str, *, name: str = "", verified: bool = True) -> Actor:
        """An end user as a draft names one."""
        return Actor(ActorKind.END_USER, name=name, address=address, verified=verified)

    def tickets(self) -> tuple[Ticket, ...]:
        """All tickets, oldest first."""
        with self.db.reading() as session:
            return tuple(reversed(tickets.list_tickets(session, limit=1000)))

    def entries(self, ticket_id: int) -> tuple[Entry, ...]:
        with self.db.reading() as session:
            return tickets.entries(session, ticket_id)

    def raw_rows(self) -> list[RawMailRow]:
        """All raw mails, oldest first."""
        with self.db.reading() as session:
            return list(session.scalars(select(RawMailRow).order_by(RawMailRow.id)))

    def close(self, ticket_id: int) -> None:
        """Close a ticket now, as a command of a later part will."""
        with self.db.writing() as session:
            row = session.get_one(TicketRow, ticket_id)
            row.status, row.closed_at = "closed", self.clock.now()

    def join(self, ticket_id: int, address: str, *, active: bool = True) -> None:
        """Make an end user a collaborator."""
        with self.db.writing() as session:
            wanted = select(EndUserAddressRow.user_id).where(EndUserAddressRow.address_key == normalise(address))
            user_id = session.scalar(wanted) or records.save_end_user(
                session, EndUserRecord(addresses=(address,)), now=self.clock.now()
            )
            session.add(
                CollaboratorRow(
                    ticket_id=ticket_id, user_id=user_id, address=address, active=active, added_at=self.clock.now()
                )
            )


def small_desk(db: Database, *, clock: FrozenClock, folder: Path) -> SmallDesk:
    """Write the desk into a migrated database."""
    desk = SmallDesk(db, clock, folder)
    with db.writing() as session:
        _agents(desk, session)
        _places(desk, session)
        _doors(desk, session)
    return desk


def plan_of_the_desk(desk: SmallDesk, *, grace_seconds: int) -> None:
    """Give every ticket an SLA plan without business hours."""
    now = desk.clock.now()
    with desk.db.writing() as session:
        records.save_sla_plan(session, SlaPlanRecord(id=0, name="Day and night", grace_seconds=grace_seconds))
        configuration.set_setting(session, "sla_plan", "Day and night", by=SYSTEM, now=now)


def names_of(events: tuple[Event, ...]) -> list[str]:
    return [event.name for event in events]


def draft(sender: Actor, *, department: str = "Support", **changes: object) -> TicketDraft:
    """A draft that routes to Support, but for the changes."""
    base = TicketDraft(sender=sender, origin=Origin.API, subject="Printer", text="It smokes.", department=department)
    return attrs.evolve(base, **changes)  # type: ignore[arg-type]


def _agents(desk: SmallDesk, session: Session) -> None:
    now = desk.clock.now()
    for record in (
        AgentRecord(id=0, name="Ada", address="ada@example.com", is_admin=True),
        AgentRecord(id=0, name="Mia", address="mia@example.com"),
        AgentRecord(id=0, name="Pia", address="pia@example.com"),
        AgentRecord(id=0, name="Eva", address="eva@example.com"),
        AgentRecord(id=0, name="Sam", address="sam@example.com"),
        AgentRecord(id=0, name="Lea", address="lea@example.com", leave_from=now - timedelta(days=1)),
        AgentRecord(id=0, name="Ian", address="ian@example.com", active=False),
        AgentRecord(id=0, name="Out", address="out@example.com"),
    ):
        desk.ids[record.name] = records.save_agent(session, record)


def _places(desk: SmallDesk, session: Session) -> None:
    ids = desk.ids
    support = DepartmentRecord(
        id=0,
        name="Support",
        manager_id=ids["Mia"],
        members=(ids["Pia"],),
        extended=(ExtendedMember(agent_id=ids["Eva"]),),
    )
    sales = DepartmentRecord(id=0, name="Sales", manager_id=ids["Sam"], address="offers@example.com")
    ids["Support"] = records.save_department(session, support, by=SYSTEM, now=desk.clock.now())
    ids["Sales"] = records.save_department(session, sales, by=SYSTEM, now=desk.clock.now())
    night = TeamRecord(
        id=0,
        name="Night",
        lead_id=ids["Mia"],
        members=(TeamMember(agent_id=ids["Pia"]), TeamMember(agent_id=ids["Lea"])),
    )
    ids["Night"] = records.save_team(session, night)
    absent = TeamRecord(id=0, name="Absent", lead_id=ids["Mia"], members=(TeamMember(agent_id=ids["Lea"]),))
    ids["Absent"] = records.save_team(session, absent)


def _doors(desk: SmallDesk, session: Session) -> None:
    ids = desk.ids
    for topic in (
        TopicRecord(id=0, name="Quotes", department_id=ids["Sales"], priority=Priority.HIGH, agent_id=ids["Sam"]),
        TopicRecord(id=0, name="Lost cause", department_id=ids["Support"], agent_id=ids["Lea"], team_id=ids["Absent"]),
        TopicRecord(id=0, name="Anything"),
    ):
        ids[topic.name] = records.save_topic(session, topic, by=SYSTEM, now=desk.clock.now())
    for box in (
        MailboxRecord(
            id=0,
            name="support",
            address="support@example.com",
            aliases=("help@example.com",),
            department_id=ids["Support"],
        ),
        MailboxRecord(
            id=0, name="sales", address="sales@example.com", department_id=ids["Sales"], topic_id=ids["Quotes"]
        ),
    ):
        ids[f"{box.name} mailbox"] = records.save_mailbox(session, box)
