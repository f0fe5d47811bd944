"""Addresses of which each delivery can make one of its own: they reach a mailbox that takes plus forms, or a bounce domain."""

from collections.abc import Iterable, Iterator, Sequence

from ..contract.addresses import normalise
from ..store.directory import DepartmentRecord, Directory, MailboxRecord
from .remembered import PerDirectory


def bounce_base(directory: Directory, sender: str, departments: Sequence[DepartmentRecord]) -> str:
    """What the envelope senders of deliveries are made of; '' where a bounce could not be told from other mail.

    :param sender: the address in From.
    :param departments: the department of the notice and its parents, the nearest first.
    """
    domain = directory.profile.bounce_domain
    return f"@{domain}" if domain else reply_base(directory, sender, departments)


def reply_base(directory: Directory, sender: str, departments: Iterable[DepartmentRecord]) -> str:
    """What the Reply-To addresses are made of: the sender's own mailbox if it can be, else the nearest that can; else ''."""
    able = _able.of(directory)
    if not able:
        return ""
    own = directory.mailboxes_by_address.get(normalise(sender))
    if own is not None and own.plus_addresses:
        return own.address
    return next(_nearest(able, departments)).address


def _plus_mailboxes(directory: Directory) -> Sequence[MailboxRecord]:
    """The mailboxes that take plus forms, the oldest first."""
    return sorted((box for box in directory.mailboxes.values() if box.plus_addresses), key=lambda box: box.id)


_able = PerDirectory(_plus_mailboxes)


def _nearest(boxes: Sequence[MailboxRecord], departments: Iterable[DepartmentRecord]) -> Iterator[MailboxRecord]:
    """The mailboxes of the departments in turn, then all of them."""
    for department in departments:
        yield from (box for box in boxes if box.department_id == department.id)
    yield from boxes
