"""The door for mail servers: SMTP or LMTP, in which 250 is said only after the raw mail is committed."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

from ..contract.errors import DeskbellError
from ..settings import ListenerSettings, MailProtocol
from .conversation import Busy, LmtpConversation, Registry, SmtpConversation
from .group_commit import FollowUp, GroupCommit
from .porter import Porter
from .receive import Intake

MOST_CONVERSATIONS = 200
"""How many mail servers may talk at a time."""
START_SECONDS = 10.0
GOODBYE_SECONDS = 2.0


class CannotListen(DeskbellError, OSError):
    """The address of the listener is taken or is not this machine's."""

    def __init__(self, settings: ListenerSettings, reason: str) -> None:
        super().__init__(
            f"Cannot listen for mail on {settings.host}:{settings.port}: {reason}. Stop what listens there, or change "
            "listener.host and listener.port in deskbell.toml."
        )


class Listener:
    """Takes mail for the desk's own addresses, and for no other: it relays nothing."""

    def __init__(self, intake: Intake, *, settings: ListenerSettings, on_mail: FollowUp) -> None:
        """Open nothing before `start`.

        :param on_mail: is called with the ids of mails that were just kept, in a thread of the listener, many at once.
        """
        self._settings = settings
        self._commits = GroupCommit(keep=intake.accept_many, follow_up=on_mail, faults=intake.faults)
        self._porter = Porter(intake, commits=self._commits, source=settings.protocol.value)
        self._hostname = socket.gethostname()
        self._conversations: Registry = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._port = settings.port

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
            self._server = self._run(self._open()).result(START_SECONDS)
        except OSError as error:
            self._end_loop()
            raise CannotListen(self._settings, error.strerror or str(error)) from error
        self._port = self._server.sockets[0].getsockname()[1]
        self._commits.start()

    def stop(self) -> None:
        """Take no more mail, answer the mails that are there already, and close every conversation."""
        if self._server is None:
            return
        self._run(self._close_door(self._server)).result(START_SECONDS)
        self._server = None
        self._commits.stop()
        self._run(self._say_goodbye()).result(GOODBYE_SECONDS + START_SECONDS)
        self._end_loop()

    def _run(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _open(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._conversation, host=self._settings.host, port=self._settings.port)

    def _conversation(self) -> asyncio.Protocol:
        """Who talks with a new caller."""
        if len(self._conversations) >= MOST_CONVERSATIONS:
            return Busy()
        kind = LmtpConversation if self._settings.protocol is MailProtocol.LMTP else SmtpConversation
        return kind(
            self._porter,
            registry=self._conversations,
            data_size_limit=self._settings.max_mail_bytes,
            enable_SMTPUTF8=True,
            hostname=self._hostname,
            ident="deskbell",
            loop=self._loop,
        )

    async def _close_door(self, server: asyncio.Server) -> None:
        server.close()

    async def _say_goodbye(self) -> None:
        """End the conversations, in words where the peer listens."""
        for conversation in tuple(self._conversations):
            conversation.say_goodbye()
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        if talking:
            await asyncio.wait(talking, timeout=GOODBYE_SECONDS)
        for conversation in tuple(self._conversations):
            conversation.hang_up()
        await asyncio.gather(*talking, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()

    def _end_loop(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None
