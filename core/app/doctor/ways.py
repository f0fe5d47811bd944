"""The ways in and out: plugins in use, channels that reach their server, mailboxes that are fetched."""

from collections.abc import Iterator

from ...contract.errors import DeskbellError
from .. import mailboxes as fetched
from .. import plugin_views
from ..mailboxes import Fetching
from ..opening import Desk
from .finding import Finding, fault, fine, warning


def plugins(desk: Desk) -> Iterator[Finding]:
    """Which plugins are set aside by the host or quarantined by the watch."""
    lines = plugin_views.listed(desk)
    for line in lines:
        if line.state == "quarantined":
            yield warning(
                "plugins",
                f"'{line.name}' is quarantined: {line.because}",
                remedy=f"Mend it, then run 'deskbell plugins retry {line.name}'.",
            )
        elif line.state == "set aside":
            yield warning(
                "plugins",
                f"'{line.name}' is set aside: {line.because}",
                remedy=f"Mend or uninstall it, or name '{line.name}' in plugins.disabled of deskbell.toml.",
            )
    used = sum(line.state not in ("quarantined", "set aside") for line in lines)
    yield fine("plugins", f"{used} plugins are in use.")


def channels(desk: Desk) -> Iterator[Finding]:
    """Whether each channel is set up, and whether its server takes a connection."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    gathering = desk.channels.at(directory)
    for name, reason in gathering.waiting.items():
        yield warning(
            "channels",
            f"Channel '{name}' waits: {reason.rstrip('.')}.",
            remedy=f"Set channels.{name} with 'deskbell apply', or let it go with 'deskbell outbox release'.",
        )
    for name, channel in gathering.ready.items():
        trouble = channel.health()
        if trouble:
            remedy = f"Start its server, or correct channels.{name}; mail waits in the outbox meanwhile."
            yield fault("channels", f"Channel '{name}' cannot deliver: {trouble}", remedy=remedy)
        else:
            yield fine("channels", f"Channel '{name}' is set up, and its server is ready for mail.")


def mailboxes(desk: Desk) -> Iterator[Finding]:
    """Whether each mailbox that is fetched can be fetched now; nothing is fetched or marked."""
    boxes = [box for box in fetched.listed(desk) if box.state is not Fetching.ELSEWHERE]
    for box in boxes:
        try:
            said = fetched.tried(desk, box.name)
        except DeskbellError as error:
            yield fault(
                "mailboxes",
                f"'{box.name}' cannot be fetched: {error}",
                remedy=f"Set it anew with 'deskbell mailbox add {box.name} --replace'.",
            )
        else:
            yield fine("mailboxes", f"'{box.name}': {said}")
    if not boxes:
        yield fine("mailboxes", "No mailbox is fetched; mail comes by the listener or the pipe.")
