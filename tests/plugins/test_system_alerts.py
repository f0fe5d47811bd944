"""The system alerts: each rings for its own events, and only to the admin address."""

import pytest

from deskbell.core.contract.events import Event
from deskbell.core.contract.kinds import Plugin
from deskbell.core.store.directory import Profile
from deskbell.plugins.database_error_alert import DatabaseErrorAlert
from deskbell.plugins.excessive_login_alert import ExcessiveLoginAlert
from deskbell.plugins.system_error_alert import SystemErrorAlert
from stand_ins.happenings import database_error, logins_failed, quarantined, system_error
from stand_ins.paper_desk import desk
from stand_ins.paper_rings import decided, refused

RINGS = [
    (SystemErrorAlert(), system_error()),
    (SystemErrorAlert(), quarantined()),
    (DatabaseErrorAlert(), database_error()),
    (ExcessiveLoginAlert(), logins_failed()),
]


@pytest.mark.parametrize(("plugin", "event"), RINGS)
def test_the_admin_address_is_told(plugin: Plugin, event: Event) -> None:
    assert [(each.address, each.roles) for each in decided(plugin, event).notified] == [
        ("boss@example.com", ("admin_address",))
    ]


@pytest.mark.parametrize(("plugin", "event"), RINGS)
def test_without_an_admin_address_it_is_recorded_that_nobody_was_told(plugin: Plugin, event: Event) -> None:
    assert refused(plugin, event, directory=desk(profile=Profile(admin_address=""))) == [
        ("", "admin_address", "no_address")
    ]
