"""Writes a mail to the administrator without the database and hands it to the mail channel at once."""

import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from email.utils import format_datetime
from functools import partial

import attrs
import structlog

from ...contract.channel import Channel, Delivery, DeliveryFailure
from ...contract.clock import Clock
from ...contract.decisions import Candidate, Outcome
from ...contract.errors import DeskbellError
from ...contract.events import DatabaseErrorReported, Event, PluginQuarantined, SystemErrorReported
from ...contract.faults import Fault
from ...contract.kinds import SystemAlert
from ...contract.notices import Notice
from ...contract.people import Role
from ...contract.structuring import structure
from ...contract.text import one_line
from ...host.admission import Admitted, Host, Implementation
from ...host.calls import BoundedCalls, CallFailed, raised
from ...host.whereabouts import class_and_place
from ...notify import context, switches
from ...notify.envelopes import new_message_id
from ...notify.rendering import Renderer, Words
from ...settings import DeskPaths
from ...store.database import Database, directory_revision
from ...store.directory import Directory, Profile
from ...store.scrub import without_secrets
from ...store.secrets import SecretBox
from ...watch import Noted, event_of
from .ledger import Ledger
from .snapshot import Snapshot

CHANNEL = "smtp"
SYSTEM_ERROR_ALERT = "system-error-alert"
DATABASE_ERROR_ALERT = "database-error-alert"
WORDS_SECONDS = 2.0
"""How long plugins and templates may take over the words of all mails of one call; then there are plain ones."""
SEND_SECONDS = 7.0
"""How long the channel may take over all mails of one call; the program then goes on without it."""
SPARE_SECONDS = 1.0
REST_SECONDS = 30.0
"""How long a channel that failed is not tried again, so that not every call waits for it anew."""

Told = DatabaseErrorReported | SystemErrorReported | PluginQuarantined

log = structlog.get_logger("deskbell")


@attrs.frozen(kw_only=True)
class _Matter:
    """What is to be told. `later` is how often it is to be told again if that fails now."""

    fault: Fault
    event: Told
    later: int = 0


@attrs.define(eq=False)
class _Batch:
    """The mails of one call, shared with the thread that sends them: how many are `sent`, and whether time is `over`."""

    sent: int = 0
    over: threading.Event = attrs.field(factory=threading.Event)


class NoChannel(DeskbellError, LookupError):
    """The mail channel is not installed."""


class LastResort:
    """Tells the administrator by mail when the usual way is closed. It never raises and reports no faults of its own.

    However much there is to tell, one call takes at most twelve seconds: a mail for each fault, until the channel fails.
    What it could not tell is in the log, in the ledger, and so in the banner of every command and in the doctor's report.
    """

    def __init__(self, paths: DeskPaths, *, host: Host, clock: Clock) -> None:
        self._paths = paths
        self._host = host
        self._clock = clock
        self.ledger = Ledger(paths.last_resort_ledger)
        self._wording = BoundedCalls(limit=WORDS_SECONDS)
        self._sending = BoundedCalls(limit=SEND_SECONDS + SPARE_SECONDS)
        self._turn = threading.Lock()
        self._rests_until = 0.0
        self._failure = ""
        self._renderer = Renderer(overrides=paths.templates, faults=_LOG_ONLY)

    def refresh(self, db: Database) -> None:
        """Copy what the last resort needs from the database, if it changed since the last copy."""
        try:
            with db.reading() as session:
                known = Snapshot.load(self._paths.last_resort_snapshot)
                if known is not None and known.revision == directory_revision(session):
                    return
                directory = db.directory(session)
                silenced = [each.name for each in self._alerts() if not _speaks(each, directory)]
                fresh = Snapshot.of(session, directory, channel=CHANNEL, silenced=silenced)
            fresh.save(self._paths.last_resort_snapshot)
        except Exception as error:  # noqa: BLE001 - the desk must open and work without a fresh copy
            log.warning("The last resort keeps an older copy of the desk", detail=without_secrets(str(error)))

    def take_over(self, noted: Sequence[Noted]) -> None:
        """Tell faults that no database takes, each once in ten minutes with a count."""
        now = self._clock.now()
        due = self.ledger.count(noted, now=now)
        self._tell(
            [
                _Matter(fault=each.fault, event=event_of(each.fault, each.times, at=now), later=each.times)
                for each in due
            ]
        )

    def tell(self, events: Sequence[Told]) -> None:
        """Tell what is in the journal already and no plugin took up; grouping is done.

        What cannot be told now is shown, and not told again: it would come into the journal a second time.
        """
        self._tell([_Matter(fault=_fault_of(event), event=event) for event in events])

    def stuck(self, channel: str, why: str) -> None:
        """Show that a system alert does not get out by `channel`: no other alert may tell it."""
        why = without_secrets(one_line(why))
        if self.ledger.shows(_stuck(channel), why=why, now=self._clock.now()):
            return
        title = f"Channel '{channel}' does not deliver system alerts"
        log.error(title, detail=why)
        fault = Fault(fingerprint=_stuck(channel), title=title, detail=why)
        self.ledger.failed([Noted(fault, 0)], why=why, now=self._clock.now())

    def sent(self, channel: str) -> None:
        """Show it no more: a system alert got out."""
        self.ledger.settled([_stuck(channel)])

    @property
    def alerts(self) -> tuple[str, ...]:
        """The names of the plugins that are system alerts."""
        return tuple(each.name for each in self._alerts())

    def close(self) -> None:
        """Let go of the threads."""
        self._wording.close()
        self._sending.close()

    def _tell(self, matters: Sequence["_Matter"]) -> None:
        """Tell what can be told, in its order, and show the rest."""
        snapshot = Snapshot.load(self._paths.last_resort_snapshot)
        matters = [each for each in matters if not _is_silenced(each, snapshot)]
        if not matters:
            return
        batch = _Batch()
        try:
            why = self._send(matters, batch, snapshot)
        except Exception as error:  # noqa: BLE001 - there is nobody behind the last resort: it shows what it could not tell
            why = class_and_place(error)
        batch.over.set()
        why = without_secrets(one_line(why))
        done, left = matters[: batch.sent], matters[batch.sent :]
        for each in left:
            log.error("Nobody could be told", title=each.fault.title, why=why)
        self.ledger.settled([each.fault.fingerprint for each in done])
        self.ledger.failed([Noted(each.fault, each.later) for each in left], why=why, now=self._clock.now())

    def _send(self, matters: Sequence["_Matter"], batch: "_Batch", snapshot: Snapshot | None) -> str:
        """Send a mail for each, until one fails; answer why it did, '' when all are sent."""
        if snapshot is None or not snapshot.admin_address:
            return "no admin address is known"
        with self._turn:
            if time.monotonic() < self._rests_until:
                return self._failure
            words = self._all_words(matters, snapshot)
            [result] = self._sending.run([partial(self._deliver, words, batch, snapshot)])
            why = result.detail if isinstance(result, CallFailed) else str(result)
            if why:
                self._failure, self._rests_until = why, time.monotonic() + REST_SECONDS
        return why

    def _deliver(self, words: Sequence[Words], batch: "_Batch", snapshot: Snapshot) -> str:
        """Hand a mail with each of these words to the channel; answer why not all went out.

        Its caller may have gone on without it: then it begins no further one.
        """
        try:
            channel = self._channel(snapshot)
        except DeskbellError as error:
            return str(error)
        try:
            if reason := channel.unready():
                return reason
            for each in words:
                if batch.over.is_set():
                    break
                delivery = _delivery(each, snapshot, date=format_datetime(self._clock.now()))
                [result] = channel.deliver([delivery])
                if isinstance(result, DeliveryFailure):
                    return result.detail
                batch.sent += 1
                log.info("The administrator was told by the last resort", address=snapshot.admin_address)
            return ""
        finally:
            with suppress(Exception):
                channel.close()

    def _all_words(self, matters: Sequence["_Matter"], snapshot: Snapshot) -> list[Words]:
        """The words of each matter; plain ones from where a plugin or template hangs."""
        found: list[Words] = []

        def find() -> None:
            for each in matters:
                found.append(self._words(each.event, snapshot))  # noqa: PERF401 - what is found is kept when the next hangs

        self._wording.run([find])
        known = tuple(found)
        return [*known, *(_plain_words(each.event, snapshot) for each in matters[len(known) :])]

    def _words(self, event: Told, snapshot: Snapshot) -> Words:
        """The words of the plugin whose business it is, or plain ones when it is not installed or fails."""
        admitted = self._host.plugins.get(_alert_of(event))
        hooks = [each for each in self._host.implementations(event.name) if each.admitted is admitted]
        if not hooks:
            return _plain_words(event, snapshot)
        try:
            return self._rendered(hooks[0], event, snapshot) or _plain_words(event, snapshot)
        except Exception as error:  # noqa: BLE001 - whatever a plugin does, there are words
            raised(error)
            return _plain_words(event, snapshot)

    def _rendered(self, hook: Implementation, event: Told, snapshot: Snapshot) -> Words | None:
        values: dict[str, object] = {"event": event, "options": hook.admitted.plugin.Options()}
        notice = hook.call(*[values[name] for name in hook.arguments])
        if not isinstance(notice, Notice):
            return None
        profile = Profile(desk_name=snapshot.desk_name, admin_address=snapshot.admin_address, domain=snapshot.domain)
        named = context.for_agents(notice, Directory(profile=profile))
        recipient = Candidate(
            person=f"address:{snapshot.admin_address}",
            address=snapshot.admin_address,
            roles=(Role.ADMIN_ADDRESS,),
            outcome=Outcome.NOTIFIED,
        )
        return self._renderer.render(notice.template, hook.admitted.templates, {**named, "recipient": recipient})

    def _channel(self, snapshot: Snapshot) -> Channel:
        cls = self._host.channels.get(CHANNEL)
        if cls is None:
            raise NoChannel(f"there is no channel '{CHANNEL}'")
        opened = SecretBox(self._paths.key_file).opened(snapshot.channel)
        options: object = structure(opened, cls.Options, file="the copy of the desk's settings", path=CHANNEL)
        return cls(options, send_limit=SEND_SECONDS)

    def _alerts(self) -> list[Admitted]:
        return [each for each in self._host.plugins.values() if isinstance(each.plugin, SystemAlert)]


def _speaks(admitted: Admitted, directory: Directory) -> bool:
    effective = switches.resolve(directory, plugin=admitted.name, kind=admitted.plugin)
    return effective.on and not effective.shadow


def _is_silenced(matter: _Matter, snapshot: Snapshot | None) -> bool:
    """Whether an administrator has switched its alert off."""
    silenced = snapshot is not None and _alert_of(matter.event) in snapshot.silenced
    if silenced:
        log.warning("The alert is switched off", plugin=_alert_of(matter.event), title=matter.fault.title)
    return silenced


def _fault_of(event: Told) -> Fault:
    if isinstance(event, PluginQuarantined):
        title = f"Plugin '{event.plugin}' is quarantined"
        return Fault(fingerprint=f"quarantine:{event.plugin}", title=title, detail=event.reason)
    return Fault(fingerprint=event.fingerprint, title=event.title, detail=event.detail)


def _stuck(channel: str) -> str:
    return f"alerts:{channel}"


def _alert_of(event: Event) -> str:
    return DATABASE_ERROR_ALERT if isinstance(event, DatabaseErrorReported) else SYSTEM_ERROR_ALERT


def _plain_words(event: Told, snapshot: Snapshot) -> Words:
    if isinstance(event, PluginQuarantined):
        title, detail, times = f"Plugin '{event.plugin}' is quarantined", event.reason, ""
    else:
        title, detail = event.title, event.detail
        times = f"It happened {event.count} times.\n" if event.count > 1 else ""
    text = (
        f"{title}.\n\n{detail}\n\n{times}Since {event.at:%Y-%m-%d %H:%M} UTC. This text needs no plugin and no database.\n"
        "Run 'deskbell doctor' on the machine of the desk to see what is wrong.\n"
    )
    return Words(subject=one_line(f"{snapshot.desk_name}: {title}"), text=text)


def _delivery(words: Words, snapshot: Snapshot, *, date: str) -> Delivery:
    """With the null sender and marked as automatic, as all alerts are: nothing may answer it."""
    return Delivery(
        id=0,
        key=secrets.token_hex(16),
        attempt=1,
        address=snapshot.admin_address,
        **attrs.asdict(words),
        date=date,
        message_id=new_message_id(snapshot.domain),
        sender=(snapshot.desk_name, snapshot.sender),
        envelope_sender="",
        to=(("", snapshot.admin_address),),
        automatic="auto-generated",
    )


class _LogOnly:
    """Takes the faults of templates: an alert must raise none."""

    def report(self, fault: Fault) -> None:
        """Log it."""
        log.error(fault.title, fingerprint=fault.fingerprint, detail=fault.detail)


_LOG_ONLY = _LogOnly()
