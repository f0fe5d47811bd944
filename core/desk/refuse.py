"""The command that writes down that no ticket was opened, and why."""

from datetime import datetime
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.drafts import TicketDraft
from ..contract.events import Event, Incoming, TicketRefused
from ..contract.people import Actor, EndUser
from ..contract.tickets import Department, HelpTopic
from ..store import end_users, journal
from ..store.directory import Directory
from ..store.end_users import Person


def refuse_ticket(
    session: Session,
    directory: Directory,
    *,
    draft: TicketDraft,
    owner: Person | None = None,
    reason: str,
    raw_mail_id: int | None = None,
    incoming: Incoming | None = None,
    now: datetime,
) -> tuple[Event, ...]:
    """Ring `ticket_refused`; the request itself is kept by whoever received it.

    :param draft: as it was offered.
    :param owner: whose ticket it would have been, when not the sender's.
    :raises UnknownName: when the draft names a department or topic that the desk does not know.
    """
    [person] = end_users.ensure(session, [owner or Person(draft.sender.name, draft.sender.address)], now=now)
    department = directory.department(draft.department)
    topic = directory.topic(draft.topic) if draft.topic else None
    event = refusal(
        draft,
        person=person,
        actor=draft.sender if owner else attrs.evolve(draft.sender, id=person.id),
        department=Department(department.id, department.name),
        topic=HelpTopic(topic.id, topic.name) if topic else None,
        reason=reason,
        raw_mail_id=raw_mail_id,
        incoming=incoming,
        now=now,
    )
    return journal.append(session, [event])


def refusal(
    draft: TicketDraft,
    *,
    person: EndUser,
    actor: Actor,
    department: Department,
    topic: HelpTopic | None,
    reason: str,
    raw_mail_id: int | None,
    incoming: Incoming | None,
    now: datetime,
) -> TicketRefused:
    """The event of a ticket that is not opened, as an act of its own, not written yet."""
    return TicketRefused(
        id=0,
        act=uuid4().hex,
        at=now,
        actor=actor,
        end_user=person,
        department=department,
        topic=topic,
        reason=reason,
        subject=draft.subject,
        raw_mail_id=raw_mail_id,
        incoming=incoming,
    )
