"""Follows a desk: what arrived, what came of it, who is told and who not and why, what was delivered.

It reads what the desk wrote down, so that it also sees what commands in another terminal do.
"""

from collections.abc import Iterator
from operator import attrgetter

from sqlalchemy.orm import Session

from ...contract.decisions import Outcome
from ...contract.events import Event, TicketCreated, TicketEvent, TicketRefused
from ...notify import explain
from ...notify.explain import Line
from ...store import decisions, delivery_log, journal, raw_mails
from ...store.delivery_log import DeliveryRecord
from ...store.raw_mails import RawMail, RawState
from ..opening import Desk
from .happenings import Happening, Kind

AT_ONCE = 200
"""How many new mails, events and deliveries a look takes in."""
LOOKS = 100_000


class Follower:
    """Remembers what it has told. It begins with what is there already, and tells nothing of that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last_mail = 0
        self._last_event = 0
        self._mails: set[int] = set()
        self._undecided: dict[int, Event] = {}
        self._deliveries: dict[int, tuple[str, int]] = {}
        for _ in range(LOOKS):
            if not list(self.look()):
                break
        self._undecided.clear()

    @property
    def quiet(self) -> bool:
        """Whether all that arrived was taken up, decided and delivered, as far as the last look saw."""
        waiting = any(state in ("queued", "leased") for state, _ in self._deliveries.values())
        return not self._mails and not self._undecided and not waiting

    def look(self) -> Iterator[Happening]:
        """What is new since the last look."""
        with self._desk.db.reading() as session:
            yield from self._arrivals(session)
            yield from self._events(session)
            yield from self._decisions(session)
            yield from self._sendings(session)

    def _arrivals(self, session: Session) -> Iterator[Happening]:
        mails = raw_mails.list_mails(session, states=[], limit=AT_ONCE)
        for mail in reversed(mails):
            new = mail.id > self._last_mail
            if not new and mail.id not in self._mails:
                continue
            self._last_mail = max(self._last_mail, mail.id)
            if mail.state is RawState.WAITING:
                self._mails.add(mail.id)
                continue
            self._mails.discard(mail.id)
            yield _arrival(mail)

    def _events(self, session: Session) -> Iterator[Happening]:
        for event in journal.load(session, range(self._last_event + 1, self._last_event + 1 + AT_ONCE)):
            self._last_event = event.id
            if self._desk.host.implementations(event.name):
                self._undecided[event.id] = event
            yield Happening(Kind.HAPPENED, _in_words(event))

    def _decisions(self, session: Session) -> Iterator[Happening]:
        for event_id in tuple(self._undecided):
            recorded = decisions.of_event(session, event_id)
            if not recorded:
                continue
            about = _number(self._undecided.pop(event_id))
            for line in explain.recorded_lines(recorded):
                yield _decision(line, about=about)

    def _sendings(self, session: Session) -> Iterator[Happening]:
        recent = delivery_log.list_deliveries(session, limit=AT_ONCE)
        for delivery in sorted(recent, key=attrgetter("id")):
            before = self._deliveries.get(delivery.id)
            now = (delivery.state, delivery.attempts)
            self._deliveries[delivery.id] = now
            if before != now:
                yield from _sending(delivery)


def _arrival(mail: RawMail) -> Happening:
    sender = "the null sender" if mail.envelope_from == "" else mail.envelope_from
    way = (f" from {sender}" if sender else "") + (f" to {', '.join(mail.envelope_to)}" if mail.envelope_to else "")
    became = mail.state.value + (f": {mail.reason}" if mail.reason else "")
    return Happening(Kind.ARRIVED, f"mail {mail.id}{way}, {mail.size} octets: {became}")


def _in_words(event: Event) -> str:
    what = event.name.replace("_", " ")
    if isinstance(event, TicketRefused):
        return f"{what}, by {event.actor.address or 'nobody'}"
    if not isinstance(event, TicketEvent):
        return what
    ticket = event.ticket
    by = event.actor.name or event.actor.address or "the desk"
    about = f" in {ticket.department.name}: {ticket.subject}" if isinstance(event, TicketCreated) else ""
    check = event.incoming.check if event.incoming is not None else ""
    if isinstance(event, TicketCreated) and event.applied:
        about += f" [{'; '.join(event.applied)}]"
    return f"{what} {ticket.number} by {by}{about}" + (f" (automatic mail: {check})" if check else "")


def _number(event: Event) -> str:
    return f"{event.ticket.number} " if isinstance(event, TicketEvent) else ""


def _decision(line: Line, *, about: str) -> Happening:
    named = line.address and line.person != line.address
    person = f"{line.person} <{line.address}>" if named else line.address or line.person
    roles = ", ".join(line.roles).replace("_", " ")
    whom = " as ".join(filter(None, (person, roles))) or "nobody"
    if line.outcome == Outcome.NOTIFIED.value:
        return Happening(Kind.TOLD, f"{about}{line.plugin}: {whom}")
    return Happening(Kind.NOT_TOLD, f"{about}{line.plugin}: {whom}: {line.reason}. {line.because}".rstrip())


def _sending(delivery: DeliveryRecord) -> Iterator[Happening]:
    what = f"{delivery.channel} to {delivery.address}: {delivery.subject}"
    if delivery.state == "sent":
        yield Happening(Kind.SENT, what)
    elif delivery.state == "dead":
        yield Happening(Kind.FAILED, f"{what} (given up: {delivery.detail})")
    elif delivery.state == "queued" and delivery.attempts:
        yield Happening(Kind.FAILED, f"{what} (to be tried again: {delivery.detail})")
