"""The desk that ``deskbell init`` makes."""

from .catalogue import Catalogue
from .parsed import Blueprint
from .reading import read_blueprint

MAILBOX = "support"


def first_desk(
    *,
    catalogue: Catalogue,
    desk_name: str = "Helpdesk",
    department: str = "Support",
    mailbox: str = "support@example.com",
    admin: str = "admin@example.com",
    admin_name: str = "Administrator",
    smtp_host: str = "",
) -> Blueprint:
    """One department with one mailbox, and one administrator who manages it.

    The administrator's address is the admin address too; the mail domain of the desk is that of the mailbox.

    :param smtp_host: the server for outgoing mail; empty to name it later.
    :raises InvalidSetting: if a name or address cannot be used.
    """
    desk: dict[str, object] = {
        "agents": {admin: {"name": admin_name, "admin": True}},
        "departments": {department: {"manager": admin, "members": [admin], "address": mailbox}},
        "mailboxes": {MAILBOX: {"address": mailbox, "department": department}},
        "settings": {"desk_name": desk_name, "admin_address": admin, "domain": mailbox.rpartition("@")[2]},
    }
    if smtp_host:
        desk["channels"] = {"smtp": {"host": smtp_host}}
    return read_blueprint(desk, file="", catalogue=catalogue)
