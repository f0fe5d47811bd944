"""Desks for tests: founded for real in a temporary folder, on either database, with outgoing mail to a sink."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deskbell.core.app import configuring
from deskbell.core.app.founding import Beginning, found
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.clock import Clock
from deskbell.core.contract.events import Event
from deskbell.core.host.admission import Host

MAIL = b"""\
From: Ada Moss <ada@customer.example>
To: support@example.com
Subject: The printer is out of toner
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <one@customer.example>
Content-Type: text/plain; charset=utf-8

The printer on the second floor is out of toner.
"""


def new_desk(folder: Path, *, database_url: str, smtp_port: int | None = None, toml: str = "") -> Path:
    """Found a desk in `folder`, name an SMTP server on the loopback, and apply further TOML."""
    url = database_url if database_url.startswith("postgresql") else ""
    found(folder, Beginning(database_url=url))
    if smtp_port is not None:
        toml += f'\n[channels.smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\n'
    if toml:
        file = folder.parent / f"{folder.name}.toml"
        file.write_text(toml, encoding="utf-8")
        with open_desk(folder) as desk:
            configuring.apply(desk, file, prune=False)
    return folder


def receive(desk: Desk, raw: bytes, *, envelope_from: str | None = None) -> tuple[Event, ...]:
    """Keep, process and ring one mail, as a door does; answer its events."""
    mail_id = desk.intake.accept(raw, envelope_from=envelope_from, envelope_to=(), source="test")
    return desk.take_in([mail_id])


@contextmanager
def opened(folder: Path, *, clock: Clock | None = None, plugins: dict[str, object] | None = None) -> Iterator[Desk]:
    """Open a desk with the built-ins and, as if they were installed, further plugins."""
    host = Host()
    host.load()
    for name, plugin in (plugins or {}).items():
        host.offer(name, plugin, origin="stranger")
    with open_desk(folder, clock=clock, host=host) as desk:
        yield desk
