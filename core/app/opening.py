"""Opens a desk's directory: every room built once and handed what it needs."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from ..contract.clock import Clock, SystemClock
from ..contract.errors import DeskbellError
from ..contract.events import Event
from ..contract.faults import Fault, FaultKind, FaultReporter
from ..delivery.alerts import AlertsUnderWay, stuck_alerts
from ..delivery.leases import Leases
from ..delivery.open_channels import OpenChannels
from ..delivery.postman import Postman, Round
from ..host.admission import Host
from ..host.before import BeforeHooks
from ..host.calls import BoundedCalls
from ..host.quarantine import Quarantine
from ..intake.receive import Intake
from ..notify import switches
from ..notify.guests import Guests
from ..notify.rendering import Renderer
from ..notify.ringer import Ringer
from ..notify.switchboard import Switchboard
from ..notify.terms import Terms
from ..outbox.signed_addresses import SignedAddresses
from ..outbox.signed_links import SignedLinks
from ..settings import DeskPaths, Settings, load_settings
from ..store import waiting_alerts
from ..store.database import Database, DatabaseFailed, DatabaseUnavailable, SchemaOutdated, open_database
from ..store.files import AttachmentStore, FilesUnavailable
from ..store.job_leases import JobLeases
from ..store.secrets import SecretBox
from ..store.trouble import AWAY
from ..watch import Watch
from .disk import full_disk
from .last_resort import LastResort
from .logs import configure_logs
from .stored_channels import PluginSecrets, StoredChannels

FLUSH_ROUNDS = 3
GONE = "The database cannot be used"


class NoDeskHere(DeskbellError, FileNotFoundError):
    """A directory without a desk."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"There is no desk in {directory}: run 'deskbell init', or name its directory with --dir.")


@attrs.frozen(kw_only=True)
class Desk:
    """An open desk; use it in a ``with`` block.

    It belongs to one process. All of it but `close` may be used by several threads.
    """

    paths: DeskPaths
    settings: Settings
    clock: Clock
    db: Database
    files: AttachmentStore
    host: Host
    watch: Watch
    calls: BoundedCalls
    ringer: Ringer
    rehearsal: Ringer
    hooks: BeforeHooks
    intake: Intake
    channels: OpenChannels
    leases: Leases
    postman: Postman
    secrets: SecretBox
    signed: SignedAddresses
    links: SignedLinks
    job_leases: JobLeases
    last_resort: LastResort

    def ring(self, events: Sequence[Event]) -> None:
        """Ring what was just committed, and the faults that came of it.

        When the database is out of reach the rows stay unrung, and the sweep rings them later; its faults go to the last
        resort at once.
        """
        try:
            if events:
                self.last_resort.tell(self.ringer.ring(events).unheard)
            for _ in range(FLUSH_ROUNDS):
                faults = self.watch.flush(self.db)
                if not faults:
                    return
                # One by one: the next may end the process, and what no plugin took up is told by then.
                for event in faults:
                    self.last_resort.tell(self.ringer.ring([event]).unheard)
        except DatabaseUnavailable:
            self.watch.flush(self.db)

    def take_in(self, ids: Sequence[int]) -> tuple[Event, ...]:
        """Process waiting mails and ring what they caused; answer the events."""
        events = self.intake.process(ids)
        self.ring(events)
        return events

    def sweep(self) -> int:
        """Pick up what a crash left: unrung acts and waiting mails. Answers how many of both.

        One process sweeps at a time: two would take each other's work for that of the dead. Either half goes on when the
        other cannot.

        :raises DatabaseUnavailable: when the database is away.
        """
        with self.job_leases.hold("sweep") as held:
            if not held:
                return 0
            try:
                taken_up = self.intake.sweep(on_events=self.ring)
            except FilesUnavailable as error:
                self.watch.report(Fault(fingerprint="files", title="Attachments cannot be written", detail=str(error)))
                taken_up = 0
            rung = self.ringer.sweep(on_unheard=self.last_resort.tell)
            self.ring(())
            self._look_back()
            self.ring(())
            self._show_waiting_alerts()
            return taken_up + rung

    def _look_back(self) -> None:
        """Take up what happened in a silence that is over and what the last resort could not tell; look at the disk."""
        self.ring(self.watch.remind(self.db))
        for noted in self.last_resort.ledger.taken_back(now=self.clock.now()):
            self.watch.report(noted.fault, times=noted.times)
        self.last_resort.refresh(self.db)
        if fault := full_disk(self.paths.directory):
            self.watch.report(fault)

    def _show_waiting_alerts(self) -> None:
        """Show each system alert that does not get out; who is tried and fails shows it at once, who waits only here."""
        with self.db.reading() as session:
            waiting = waiting_alerts.by_channel(session, plugins=self.last_resort.alerts)
            directory = self.db.directory(session)
        if waiting:
            gathering = self.channels.at(directory)
            for channel, why in stuck_alerts(waiting, gathering, now=self.clock.now()).items():
                self.last_resort.stuck(channel, why)

    def deliver_round(self) -> Round:
        """Deliver up to 50 due deliveries here and now, and ring what their ends caused."""
        done = self.postman.deliver_due()
        self.ring(done.events)
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write down pending faults and let go of connections and threads."""
        try:
            self.ring(())
            if not self.db.away:
                self.last_resort.refresh(self.db)
        finally:
            self.last_resort.close()
            self.channels.close()
            self.calls.close()
            self.db.close()


def open_desk(
    directory: Path, *, clock: Clock | None = None, safe_mode: bool = False, host: Host | None = None
) -> Desk:
    """Open the desk in `directory`.

    :param safe_mode: start with built-in plugins only, whatever the settings say.
    :param host: a host that is loaded already; default: one with everything that is installed.
    :raises NoDeskHere: when there is none.
    :raises DeskbellError: when its settings, key or database cannot be used, in one sentence.
    """
    paths = DeskPaths(directory)
    if not paths.settings_file.is_file():
        raise NoDeskHere(directory)
    settings = load_settings(directory)
    configure_logs(settings.log)
    secrets = SecretBox(paths.key_file)
    clock = clock or SystemClock()
    host = host or _loaded_host(settings, safe_mode=safe_mode)
    last_resort = LastResort(paths, host=host, clock=clock)
    watch = Watch(clock=clock, last_resort=last_resort.take_over)
    db = _opened_database(paths, settings, clock, watch, last_resort)
    desk = _furnish(paths, settings, clock, db, host, secrets, watch, last_resort)
    last_resort.refresh(db)
    return desk


def _opened_database(
    paths: DeskPaths, settings: Settings, clock: Clock, watch: Watch, last_resort: LastResort
) -> Database:
    """The database; when it cannot be opened, the administrator hears of it before the command that wanted it fails."""
    try:
        return open_database(paths.database_url(settings), clock=clock, on_trouble=watch.report)
    except (DatabaseUnavailable, DatabaseFailed):
        watch.give_up()
        last_resort.close()
        raise
    except SchemaOutdated as error:
        if not error.found and paths.last_resort_snapshot.is_file():
            # There was a desk here: its file was taken away, or put back empty.
            watch.report(Fault(kind=FaultKind.DATABASE, fingerprint=AWAY, title=GONE, detail=str(error)))
            watch.give_up()
        last_resort.close()
        raise


def _loaded_host(settings: Settings, *, safe_mode: bool) -> Host:
    host = Host(safe_mode=safe_mode or settings.plugins.safe_mode, disabled=settings.plugins.disabled)
    host.load()
    return host


def _furnish(
    paths: DeskPaths,
    settings: Settings,
    clock: Clock,
    db: Database,
    host: Host,
    secrets: SecretBox,
    watch: Watch,
    last_resort: LastResort,
) -> Desk:
    calls = BoundedCalls(limit=settings.worker.ring_limit_seconds)
    always_on = [name for name, each in host.plugins.items() if switches.is_always_on(type(each.plugin))]
    quarantine = Quarantine(clock=clock, faults=watch, hand_over=watch.quarantine, exempt=always_on)
    terms = Terms(opened=PluginSecrets(secrets).opened, faults=watch)
    hooks = BeforeHooks(host, calls=calls, quarantine=quarantine, terms=terms)
    files = AttachmentStore(paths.attachments)
    channels = OpenChannels(
        host.channels,
        options_of=StoredChannels(db, secrets).options,
        send_limit=settings.worker.send_limit_seconds,
        faults=watch,
    )
    leases = Leases(db, clock=clock, longest=timedelta(seconds=settings.worker.send_limit_seconds), faults=watch)
    alerts = AlertsUnderWay(plugins=last_resort.alerts, stuck=last_resort.stuck, sent=last_resort.sent)
    signed = SignedAddresses(secrets.key_for("signed addresses"))
    links = SignedLinks(secrets.key_for("signed links"))
    bench = _Bench(paths=paths, clock=clock, db=db, host=host, calls=calls, secrets=secrets, links=links)
    return Desk(
        paths=paths,
        settings=settings,
        clock=clock,
        db=db,
        files=files,
        host=host,
        watch=watch,
        calls=calls,
        ringer=bench.ringer(quarantine, watch),
        rehearsal=bench.ringer(Quarantine(clock=clock, faults=SILENT, hand_over=lambda *_: None), SILENT),
        hooks=hooks,
        intake=Intake(db, files=files, hooks=hooks, faults=watch, clock=clock, signed=signed),
        channels=channels,
        leases=leases,
        postman=Postman(
            db,
            channels=channels,
            leases=leases,
            signed=signed,
            links=links,
            files=files,
            clock=clock,
            faults=watch,
            alerts=alerts,
        ),
        secrets=secrets,
        signed=signed,
        links=links,
        job_leases=JobLeases(db, folder=paths.scheduler_locks),
        last_resort=last_resort,
    )


class _Silent:
    """Takes faults of a rehearsal: simulate writes nothing, also of what fails in it."""

    def report(self, fault: Fault) -> None:
        """Leave it."""


SILENT = _Silent()


@attrs.frozen(kw_only=True)
class _Bench:
    """What every ringer of a desk is built from."""

    paths: DeskPaths
    clock: Clock
    db: Database
    host: Host
    calls: BoundedCalls
    secrets: SecretBox
    links: SignedLinks

    def ringer(self, quarantine: Quarantine, faults: FaultReporter) -> Ringer:
        """A ringer that reports to `faults` and hands plugins to `quarantine`."""
        switchboard = Switchboard(
            self.host, calls=self.calls, quarantine=quarantine, opened=PluginSecrets(self.secrets).opened
        )
        return Ringer(
            self.db,
            switchboard=switchboard,
            guests=Guests(self.host, calls=self.calls, quarantine=quarantine),
            calls=self.calls,
            renderer=Renderer(overrides=self.paths.templates, faults=faults),
            clock=self.clock,
            faults=faults,
            links=self.links,
        )
