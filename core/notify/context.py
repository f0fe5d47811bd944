"""What templates may see: one set of names for agents and a smaller one, of public fields only, for end users."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..contract.addresses import normalise
from ..contract.decisions import Candidate
from ..contract.events import Event, TicketCreated
from ..contract.notices import Notice
from ..contract.people import EndUser
from ..contract.tickets import Entry, EntryKind, Ticket
from ..store.directory import Directory
from .switchboard import place_of


@attrs.frozen(kw_only=True)
class PublicTicket:
    """A ticket as its participants may see it. `subject` and `owner` are '' when nobody verified who wrote them."""

    number: str
    subject: str
    status: str
    department: str
    owner: str
    created_at: datetime


@attrs.frozen(kw_only=True)
class PublicEntry:
    """A message or reply as participants may see it, without what it repeats of earlier mails; notes never become one.

    `shortened` tells that it repeats something.
    """

    author: str
    text: str
    shortened: bool
    posted_at: datetime


@attrs.frozen(kw_only=True)
class Desk:
    """The desk's own words about itself. `reply_marker` is the line above which people answer, '' in mail without one."""

    name: str
    base_url: str
    signature: str
    reply_marker: str = ""


def for_agents(notice: Notice, directory: Directory) -> Mapping[str, object]:
    """The names in a template that speaks to agents or the administrator: the event and all that hangs on it."""
    event = notice.about
    ticket = getattr(event, "ticket", None)
    named = {"event": event, "desk": _desk(directory, event), "ticket": ticket, "entry": getattr(event, "entry", None)}
    return {**notice.context, **named}


def for_end_users(notice: Notice, directory: Directory) -> Mapping[str, object]:
    """The names in a template that speaks to end users.

    When the event rests on an unverified message, subject, name and body are left out, and so are the plugin's own
    values: else anybody could make the desk mail a text of theirs to a stranger. The answer that the filters chose is the
    desk's own text, and stays; it is no template.
    """
    event = notice.about
    ticket: Ticket | None = getattr(event, "ticket", None)
    entry = getattr(event, "entry", None)
    verified = event.verified
    context = notice.context if verified else {}
    return {
        **context,
        "desk": _desk(directory, event),
        "ticket": None if ticket is None else _public_ticket(ticket, event),
        "entry": _public_entry(entry) if verified else None,
        "opened": isinstance(event, TicketCreated),
        "answer": event.answer.replace("{number}", event.ticket.number) if isinstance(event, TicketCreated) else "",
        "verified": verified,
    }


def known_name(event: Event, person: Candidate | EndUser) -> str:
    """The name of an end user as far as somebody vouches for it: whoever wrote a verified message has given the own one.

    All other names were read off some mail's From, and a display name there is as much a text of a forger's as a subject.
    """
    entry: Entry | None = getattr(event, "entry", None)
    author = entry.author if entry is not None else event.actor
    if event.verified and author.address and normalise(author.address) == normalise(person.address):
        return author.name
    return ""


def _public_ticket(ticket: Ticket, event: Event) -> PublicTicket:
    return PublicTicket(
        number=ticket.number,
        subject=ticket.subject if event.verified else "",
        status=ticket.status.value,
        department=ticket.department.name,
        owner=known_name(event, ticket.owner),
        created_at=ticket.created_at,
    )


def _public_entry(entry: Entry | None) -> PublicEntry | None:
    if entry is None or entry.kind is EntryKind.NOTE:
        return None
    return PublicEntry(
        author=entry.author.name, text=entry.fresh, shortened=bool(entry.quoted), posted_at=entry.posted_at
    )


def _desk(directory: Directory, event: Event) -> Desk:
    department_id = place_of(event).department_id
    path = () if department_id is None else directory.department_path(department_id)
    signature = next((department.signature for department in path if department.signature), "")
    profile = directory.profile
    # What is said of no ticket has no thread that an answer could land in.
    marker = "" if getattr(event, "ticket", None) is None else profile.reply_marker
    return Desk(name=profile.desk_name, base_url=profile.base_url, signature=signature, reply_marker=marker)
