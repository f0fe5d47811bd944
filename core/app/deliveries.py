"""The hands of people on the outbox."""

from collections.abc import Mapping, Sequence

from .. import outbox
from ..contract.errors import UnknownName
from ..desk.blueprint.objects import place
from ..store import changes, configuration, delivery_log, tickets
from ..store.changes import Kind, Spot
from ..store.delivery_log import DeliveryRecord, Shown
from .changing import at_this_machine
from .opening import Desk

ALL = 100_000


def listed(
    desk: Desk, *, state: str | None, ticket: str | None, limit: int
) -> tuple[Sequence[DeliveryRecord], Mapping[str, str]]:
    """Deliveries, newest first, and why each channel that waits does so.

    :raises UnknownName: when there is no such ticket.
    """
    with desk.db.reading() as session:
        ticket_id = None if ticket is None else tickets.find_number(session, ticket).id
        rows = delivery_log.list_deliveries(session, state=state, ticket_id=ticket_id, limit=limit)
        directory = desk.db.directory(session)
    return rows, desk.channels.at(directory).waiting


def shown(desk: Desk, delivery_id: int) -> Shown:
    """One delivery with its words and tries.

    :raises UnknownName: when there is none of this id.
    """
    with desk.db.reading() as session:
        return delivery_log.show(session, delivery_id)


def retry(desk: Desk, ids: Sequence[int], *, all_dead: bool) -> tuple[int, ...]:
    """Try deliveries now; answer which were moved."""
    with desk.db.writing() as session:
        dead = delivery_log.list_deliveries(session, state="dead", limit=ALL) if all_dead else ()
        return outbox.retry(session, [*ids, *(each.id for each in dead)], now=desk.clock.now())


def bury(desk: Desk, ids: Sequence[int], *, reason: str) -> tuple[int, ...]:
    """Give deliveries up; answer which were."""
    with desk.db.writing() as session:
        return outbox.bury(session, ids, reason=reason)


def hold(desk: Desk, ids: Sequence[int]) -> tuple[int, ...]:
    """Hold deliveries back; answer which were."""
    with desk.db.writing() as session:
        return outbox.hold(session, ids)


def release(desk: Desk, ids: Sequence[int]) -> tuple[int, ...]:
    """Let held deliveries go; answer which were."""
    with desk.db.writing() as session:
        return outbox.release(session, ids, now=desk.clock.now())


def hold_channel(desk: Desk, name: str, *, held: bool) -> None:
    """Hold a whole channel back, or let it go.

    :raises UnknownName: when there is no such channel.
    """
    if name not in desk.host.channels:
        raise UnknownName("channel", name, desk.host.channels)
    with desk.db.configuring() as session:
        if configuration.hold_channel(session, name, held):
            spot = Spot(kind=Kind.CHANNEL, field=place("channels", name, ("held",)))
            changes.note(session, spot, before=not held, after=held, by=at_this_machine(), now=desk.clock.now())
