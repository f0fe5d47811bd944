"""The door for mail servers: SMTP or LMTP, in which 250 is said only after the raw mail is committed."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from ..contract.errors import DeskbellError
from ..contract.faults import Fault
from ..settings import ListenerSettings, MailProtocol
from ..store.database import DatabaseUnavailable
from .conversation import LmtpConversation, SmtpConversation, announce, sender_of
from .group_commit import FollowUp, GroupCommit, Stopping
from .receive import Arrival, Intake
from .route import Router

MOST_RECIPIENTS = 1_000
MOST_CONVERSATIONS = 200
"""How many mail servers may talk at a time; each may have twice a piece of a mail in memory, and the mail."""
START_SECONDS = 10.0
GOODBYE_SECONDS = 2.0

_AWAY = "451 4.3.0 The desk cannot keep mail at the moment; try again later"
_UNKNOWN = "550 5.1.1 This is no address of the desk"


class CannotListen(DeskbellError, OSError):
    """The address of the listener is taken or is not this machine's."""

    def __init__(self, settings: ListenerSettings, reason: str) -> None:
        super().__init__(
            f"Cannot listen for mail on {settings.host}:{settings.port}: {reason}. Stop what listens there, or change "
            "listener.port in deskbell.toml."
        )


class Listener:
    """Takes mail for the desk's own addresses, and for no other: it relays nothing."""

    def __init__(self, intake: Intake, *, settings: ListenerSettings, on_mail: FollowUp) -> None:
        """Nothing is opened before `start`.

        :param on_mail: is called with the ids of mails that were just kept, in a thread of the listener, many at once.
        """
        self._settings = settings
        self._commits = GroupCommit(keep=intake.accept_many, follow_up=on_mail, faults=intake.faults)
        self._handler = _Handler(intake, commits=self._commits, source=settings.protocol.value)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._port = settings.port
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def address(self) -> str:
        """Where it listens, as host:port; the port is the real one once it is started."""
        return f"{self._settings.host}:{self._port}"

    def start(self) -> None:
        """Open the door.

        :raises CannotListen: when the address cannot be had.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-listener", daemon=True)
        self._thread.start()
        try:
            self._server = self._run(self._listen()).result(START_SECONDS)
        except OSError as error:
            self._end_loop()
            raise CannotListen(self._settings, error.strerror or str(error)) from error
        self._port = self._server.sockets[0].getsockname()[1]
        self._commits.start()

    def stop(self) -> None:
        """Take no more mail, answer the mails that are there already, and close every conversation."""
        if self._server is None:
            return
        self._run(self._close_server(self._server)).result(START_SECONDS)
        self._server = None
        self._commits.stop()
        self._run(self._say_goodbye()).result(GOODBYE_SECONDS + START_SECONDS)
        self._end_loop()

    def _run(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)
