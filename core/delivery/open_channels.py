"""The channels of this process, built from their stored options and rebuilt when an administrator changes them."""

import threading
from collections.abc import Callable, Mapping

import attrs

from ..contract.channel import Channel
from ..contract.errors import DeskbellError
from ..contract.faults import Fault, FaultReporter
from ..contract.structuring import structure
from ..host.calls import raised
from ..store.database import DatabaseUnavailable
from ..store.directory import Directory

OptionsOf = Callable[[str], Mapping[str, object]]


@attrs.frozen(kw_only=True)
class Gathering:
    """The channels at one revision of the directory: those that can deliver, and why each other cannot."""

    revision: int
    ready: Mapping[str, Channel]
    waiting: Mapping[str, str]


class OpenChannels:
    """Keeps one instance per channel.

    :param options_of: gives the stored options of a channel, secrets opened; called outside any transaction.
    :param send_limit: seconds that one send may take.
    """

    def __init__(
        self,
        types: Mapping[str, type[Channel]],
        *,
        options_of: OptionsOf,
        send_limit: float,
        faults: FaultReporter,
    ) -> None:
        self._types = types
        self._options_of = options_of
        self._send_limit = send_limit
        self._faults = faults
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Mapping[str, object], Channel]] = {}
        self._retired: list[Channel] = []
        self._gathering: Gathering | None = None

    def at(self, directory: Directory) -> Gathering:
        """The channels as the directory's revision has them."""
        with self._lock:
            if self._gathering is None or self._gathering.revision != directory.revision:
                gathering = self._gather(directory)
                # A channel that could not be built may be built the next time: its key file is back, for example.
                self._gathering = gathering if self._open.keys() >= self._types.keys() else None
                return gathering
            return self._gathering

    def _gather(self, directory: Directory) -> Gathering:
        ready: dict[str, Channel] = {}
        waiting: dict[str, str] = {}
        for name in self._types:
            held = directory.channels[name].held if name in directory.channels else False
            channel, reason = self._channel(name)
            reason = "held back by an administrator" if held else reason
            if channel is not None and not reason:
                ready[name] = channel
            else:
                waiting[name] = reason
        return Gathering(revision=directory.revision, ready=ready, waiting=waiting)

    def _channel(self, name: str) -> tuple[Channel | None, str]:
        try:
            channel = self._build(name)
            return channel, channel.unready()
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's channel may do anything when it is built
            title = f"Channel '{name}' cannot be used as it is set up"
            detail = str(error) if isinstance(error, DeskbellError) else raised(error).detail
            self._faults.report(Fault(fingerprint=f"channel-options:{name}", title=title, detail=detail))
            return None, detail

    def _build(self, name: str) -> Channel:
        stored = self._options_of(name)
        known = self._open.get(name)
        if known is not None and known[0] == stored:
            return known[1]
        cls = self._types[name]
        options: object = structure(stored, cls.Options, file="the desk's settings", path=f"channels.{name}")
        channel = cls(options, send_limit=self._send_limit)
        if known is not None:
            # Another thread may be sending through it; it is closed with the rest at the end.
            self._retired.append(known[1])
        self._open[name] = (stored, channel)
        return channel

    def close(self) -> None:
        """Close every channel; call it when no thread delivers any more."""
        with self._lock:
            for channel in (*self._retired, *(channel for _, channel in self._open.values())):
                channel.close()
            self._open.clear()
            self._retired.clear()
            self._gathering = None
