"""Writes a mail to the administrator without the database and hands it to the mail channel at once."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from email.utils import format_datetime
from functools import partial

import attrs
import structlog

from ...contract.channel import Channel, Delivery, DeliveryFailure, Receipt
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
from ...host.calls import BoundedCalls, CallFailed
from ...notify import context, switches
from ...notify.envelopes import new_message_id
from ...notify.rendering import Renderer, Words
from ...settings import DeskPaths
from ...store.database import Database, directory_revision
from ...store.directory import Directory, Profile
from ...store.secrets import SecretBox
from ...watch import Noted, event_of
from .ledger import Ledger
from .snapshot import Snapshot

CHANNEL = "smtp"
SYSTEM_ERROR_ALERT = "system-error-alert"
DATABASE_ERROR_ALERT = "database-error-alert"
SEND_SECONDS = 10.0
"""How long the channel may take; the program then goes on without it."""
SPARE_SECONDS = 2.0

Told = DatabaseErrorReported | SystemErrorReported | PluginQuarantined

log = structlog.get_logger("deskbell")


class NobodyTold(DeskbellError, RuntimeError):
    """Why the last resort could not tell the administrator."""


class LastResort:
    """Tells the administrator by mail when the usual way is closed. It never raises and reports no faults of its own.

    What it could not tell is in the log, in the ledger, and so in the banner of every command and in the doctor's report.
    """

    def __init__(self, paths: DeskPaths, *, host: Host, clock: Clock) -> None:
        self._paths = paths
        self._host = host
        self._clock = clock
        self.ledger = Ledger(paths.last_resort_ledger)
        self._calls = BoundedCalls(limit=SEND_SECONDS + SPARE_SECONDS)
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
        except (DeskbellError, OSError) as error:
            log.warning("The last resort keeps an older copy of the desk", detail=str(error))

    def take_over(self, noted: Sequence[Noted]) -> None:
        """Tell faults that no database takes, each once in ten minutes with a count."""
        for each in noted:
            times = self.ledger.count(each, now=self._clock.now())
            if times:
                self._tell(each.fault, event_of(each.fault, times, at=self._clock.now()))

    def tell(self, event: Told) -> None:
        """Tell what is in the journal already and no plugin took up; grouping is done."""
        if isinstance(event, PluginQuarantined):
            title = f"Plugin '{event.plugin}' is quarantined"
            fault = Fault(fingerprint=f"quarantine:{event.plugin}", title=title, detail=event.reason)
        else:
            fault = Fault(fingerprint=event.fingerprint, title=event.title, detail=event.detail)
        self._tell(fault, event)

    def stuck(self, channel: str, why: str) -> None:
        """Show that a system alert does not get out by `channel`: no other alert may tell it."""
        title = f"Channel '{channel}' does not deliver system alerts"
        log.error(title, detail=why)
        fault = Fault(fingerprint=_stuck(channel), title=title, detail=why)
        self.ledger.failed(fault, times=0, why=one_line(why), now=self._clock.now())

    def sent(self, channel: str) -> None:
        """Show it no more: a system alert got out."""
        self.ledger.settled(_stuck(channel))

    @property
    def alerts(self) -> tuple[str, ...]:
        """The names of the plugins that are system alerts."""
        return tuple(each.name for each in self._alerts())

    def close(self) -> None:
        """Let go of the thread."""
        self._calls.close()

    def _tell(self, fault: Fault, event: Told) -> None:
        try:
            self._send(event)
        except Exception as error:  # noqa: BLE001 - there is nobody behind the last resort: it shows what it could not tell
            why = one_line(str(error))
            log.error("Nobody could be told", title=fault.title, why=why)
            self.ledger.failed(fault, times=getattr(event, "count", 1), why=why, now=self._clock.now())

    def _send(self, event: Told) -> None:
        snapshot = Snapshot.load(self._paths.last_resort_snapshot)
        if snapshot is None or not snapshot.admin_address:
            raise NobodyTold("no admin address is known")
        if _alert_of(event) in snapshot.silenced:
            log.warning("The alert is switched off", plugin=_alert_of(event))
            return
        delivery = _delivery(self._words(event, snapshot), snapshot, date=format_datetime(self._clock.now()))
        [result] = self._calls.run([partial(self._deliver, delivery, snapshot)])
        if isinstance(result, CallFailed):
            raise NobodyTold(result.detail)
        if isinstance(result, DeliveryFailure):
            raise NobodyTold(result.detail)
        log.info("The administrator was told without the database", address=snapshot.admin_address)

    def _words(self, event: Told, snapshot: Snapshot) -> Words:
        """The words of the plugin whose business it is, or plain ones when it is not installed or fails."""
        admitted = self._host.plugins.get(_alert_of(event))
        hooks = [each for each in self._host.implementations(event.name) if each.admitted is admitted]
        if not hooks:
            return _plain_words(event, snapshot)
        [answer] = self._calls.run([partial(self._rendered, hooks[0], event, snapshot)])
        return answer if isinstance(answer, Words) else _plain_words(event, snapshot)

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

    def _deliver(self, delivery: Delivery, snapshot: Snapshot) -> Receipt | DeliveryFailure:
        channel = self._channel(snapshot)
        try:
            if reason := channel.unready():
                raise NobodyTold(reason)
            [result] = channel.deliver([delivery])
            return result
        finally:
            with suppress(Exception):
                channel.close()

    def _channel(self, snapshot: Snapshot) -> Channel:
        cls = self._host.channels.get(CHANNEL)
        if cls is None:
            raise NobodyTold(f"there is no channel '{CHANNEL}'")
        opened = SecretBox(self._paths.key_file).opened(snapshot.channel)
        options: object = structure(opened, cls.Options, file="the copy of the desk's settings", path=CHANNEL)
        return cls(options, send_limit=SEND_SECONDS)

    def _alerts(self) -> list[Admitted]:
        return [each for each in self._host.plugins.values() if isinstance(each.plugin, SystemAlert)]


def _speaks(admitted: Admitted, directory: Directory) -> bool:
    effective = switches.resolve(directory, plugin=admitted.name, kind=admitted.plugin)
    return effective.on and not effective.shadow


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
