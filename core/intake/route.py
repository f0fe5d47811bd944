"""Which mailbox a mail came to, and which department and topic that means, by the addresses it was sent to."""

from collections.abc import Iterable

import attrs

from ..contract.addresses import normalise
from ..outbox.signed_addresses import claims_token
from ..store.directory import DepartmentRecord, Directory, MailboxRecord
from .parsing import Mail

MOST_TAGS = 5
"""How many plus tags of an address are looked behind."""
NO_OWN_RECIPIENT = "no recipient is an address of this desk: it went to the first mailbox"


@attrs.frozen(kw_only=True)
class Route:
    """Where a mail goes. `department` is '' where mailbox and topic decide; `note` says why when that was a guess.

    `own_addresses` are those that the mail may name to count as addressed to us, in their identity form.
    """

    mailbox: MailboxRecord
    department: str = ""
    own_addresses: frozenset[str]
    note: str = ""


class Router:
    """Routes mails by one state of the directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._first = directory.mailboxes[min(directory.mailboxes)] if directory.mailboxes else None
        self._departments = _departments_by_address(directory)
        self._own = {box.id: frozenset(map(normalise, box.addresses)) for box in directory.mailboxes.values()}

    def takes(self, address: str) -> bool:
        """Whether mail to this address is for the desk: of a mailbox, a department, or a plus form of one."""
        return self.mailbox_of(address) is not None

    def mailbox_of(self, address: str) -> MailboxRecord | None:
        """The mailbox that takes mail to this address; None when the address is not the desk's."""
        for key in _forms(address):
            mailbox = self._directory.mailboxes_by_address.get(key)
            if mailbox is not None:
                return mailbox
        department = self._department_of(address)
        if department:
            return self._mailbox_for(department)
        return self._first if self._is_return_path(address) else None

    def route(self, mail: Mail, *, mailbox_id: int | None, envelope_to: Iterable[str]) -> Route | None:
        """Where a mail goes; None when the desk has no mailbox.

        A mailbox that the door named wins; then the recipients of the envelope, of Delivered-To and X-Original-To, of To
        and of Cc are looked at, in this order.
        """
        named = self._directory.mailboxes.get(mailbox_id) if mailbox_id is not None else None
        if named:
            return self._route(named)
        header = (mailbox.address for mailbox in (*mail.to, *mail.cc))
        for address in (*envelope_to, *mail.delivered_to, *header):
            mailbox = self.mailbox_of(address)
            if mailbox:
                return self._route(mailbox, department=self._named_department(address))
        return self._route(self._first, note=NO_OWN_RECIPIENT) if self._first else None

    def _route(self, mailbox: MailboxRecord, *, department: DepartmentRecord | None = None, note: str = "") -> Route:
        return Route(
            mailbox=mailbox,
            department=department.name if department else "",
            own_addresses=self._own[mailbox.id] | _addresses_of(department),
            note=note,
        )

    def _is_return_path(self, address: str) -> bool:
        """Whether the address is one of those that mails come back to on the desk's bounce domain."""
        domain = self._directory.profile.bounce_domain
        return bool(domain) and address.rpartition("@")[2].lower() == domain.lower() and claims_token(address)

    def _named_department(self, address: str) -> DepartmentRecord | None:
        """The department whose own address this is, unless a mailbox has it."""
        if any(key in self._directory.mailboxes_by_address for key in _forms(address)):
            return None
        return self._department_of(address)

    def _department_of(self, address: str) -> DepartmentRecord | None:
        return next((self._departments[key] for key in _forms(address) if key in self._departments), None)

    def _mailbox_for(self, department: DepartmentRecord) -> MailboxRecord | None:
        """The oldest mailbox that brings mail to the department, else the desk's oldest."""
        own = [box for box in self._directory.mailboxes.values() if box.department_id == department.id]
        return min(own, key=lambda box: box.id, default=self._first)


def _departments_by_address(directory: Directory) -> dict[str, DepartmentRecord]:
    return {key: department for department in directory.departments.values() for key in _addresses_of(department)}


def _addresses_of(department: DepartmentRecord | None) -> frozenset[str]:
    """The identity forms of a department's addresses."""
    if department is None:
        return frozenset()
    return frozenset(normalise(each) for each in (department.address, department.autoresponse_address) if each)


def _forms(address: str) -> tuple[str, ...]:
    """The identity form of an address, and those it is a plus form of, the longest first (RFC 5233 section 1).

    A mailbox may have a plus in its own address, and get another one behind it for our token.
    """
    key = normalise(address)
    local, at, domain = key.rpartition("@")
    if "+" not in local:
        return (key,)
    forms = [key]
    while "+" in local and len(forms) < MOST_TAGS:
        local = local.rpartition("+")[0]
        forms.append(local + at + domain)
    return tuple(forms)
