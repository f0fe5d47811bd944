"""What the before-hooks did to tickets, read from the journal: the lines of those that were opened, the reasons of refusals."""

from collections.abc import Iterator
from datetime import datetime

import attrs
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from ..contract.events import TicketCreated, TicketRefused
from .rows import JournalRow

REFUSED_BY_RULE = "rule '"
"""How the reason of a refusal begins that a rule gave."""
_AT_ONCE = 1_000


@attrs.frozen(kw_only=True)
class Filtered:
    """A ticket that was opened, or refused, after the filters had a say.

    :param ticket: its number; '' when none was opened.
    :param mail_id: the kept mail that was refused.
    :param lines: what was done, a line each; of a refusal its reason.
    """

    event_id: int
    at: datetime
    ticket: str
    mail_id: int | None
    subject: str
    refused: bool
    lines: tuple[str, ...]


def newest(session: Session) -> Iterator[Filtered]:
    """Everything that they had a say in, newest first, read as far as it is wanted."""
    before = None
    while page := _page(session, before=before):
        yield from page
        before = page[-1].event_id


def _page(session: Session, *, before: int | None) -> list[Filtered]:
    data = JournalRow.data
    opened = and_(JournalRow.event == TicketCreated.name, data["applied"][0].as_string().is_not(None))
    refused = and_(
        JournalRow.event == TicketRefused.name,
        data["reason"].as_string().startswith(REFUSED_BY_RULE, autoescape=True),
    )
    wanted = (
        select(
            JournalRow.id,
            JournalRow.at,
            data["ticket"]["number"].as_string(),
            data["raw_mail_id"].as_integer(),
            data["ticket"]["subject"].as_string(),
            data["subject"].as_string(),
            data["applied"],
            data["reason"].as_string(),
        )
        .where(or_(opened, refused))
        .order_by(JournalRow.id.desc())
        .limit(_AT_ONCE)
    )
    if before is not None:
        wanted = wanted.where(JournalRow.id < before)
    return [
        Filtered(
            event_id=number,
            at=at,
            ticket=ticket or "",
            mail_id=mail_id,
            subject=subject or other_subject or "",
            refused=ticket is None,
            lines=tuple(applied) if applied else (reason,),
        )
        for number, at, ticket, mail_id, subject, other_subject, applied, reason in session.execute(wanted)
    ]
