"""A mail server on the loopback that keeps what the desk sends as files, and passes nothing on."""

import asyncio
import re
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
START_SECONDS = 10.0


class Catcher:
    """Takes every mail for every address into `folder`, one file a mail."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._shelf = _Shelf(folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="catcher", daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Open a free port, which is in `port` afterwards."""
        self._thread.start()
        self._server = self._run(self._loop.create_server(self._conversation, host=HOST, port=0))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Hang up; call it when the desk sends no more."""
        if self._server is not None:
            self._run(self._close(self._server))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def _conversation(self) -> SMTP:
        return SMTP(self._shelf, loop=self._loop, hostname="demo.example", ident="catcher", enable_SMTPUTF8=True)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


class _Shelf:
    """Where the mails are put; the names go on where an earlier demo stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._last = max((int(file.name[:5]) for file in folder.glob("[0-9]" * 5 + "-*.eml")), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail and say so."""
        assert isinstance(envelope.content, bytes)
        self._last += 1
        address = re.sub(r"[^\w.@+-]", "_", envelope.rcpt_tos[0])[:100]
        (self._folder / f"{self._last:05}-{address}.eml").write_bytes(envelope.content)
        return "250 2.0.0 Caught"
