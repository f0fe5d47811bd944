"""The desk that init makes."""

import attrs
import pytest

from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.people import SYSTEM
from deskbell.core.desk.blueprint import Catalogue, apply, first_desk, plan
from deskbell.core.store import configuration
from stand_ins.blueprint_bench import CATALOGUE, Bench, PigeonChannel


def found(bench: Bench, **beginning: str) -> list[str]:
    wanted = first_desk(catalogue=Catalogue(channels={"smtp": PigeonLikeSmtp}), **beginning)
    with bench.db.writing() as session:
        made = plan(session, wanted, prune=False, secrets=bench.secrets)
        apply(session, made, by=SYSTEM, now=bench.clock.now())
    return made.render()


class PigeonLikeSmtp(PigeonChannel):
    @attrs.frozen
    class Options:
        host: str = ""


def test_by_itself_it_has_support_a_mailbox_and_an_administrator(bench: Bench) -> None:
    found(bench)
    desk = bench.directory()
    [administrator] = desk.agents.values()
    [support] = desk.departments.values()
    [mailbox] = desk.mailboxes.values()
    assert (administrator.name, administrator.address, administrator.is_admin) == (
        "Administrator",
        "admin@example.com",
        True,
    )
    assert (support.name, support.manager_id, support.members, support.address) == (
        "Support",
        administrator.id,
        (administrator.id,),
        "support@example.com",
    )
    assert (mailbox.name, mailbox.address, mailbox.department_id) == ("support", "support@example.com", support.id)
    assert (desk.profile.desk_name, desk.profile.admin_address, desk.profile.domain) == (
        "Helpdesk",
        "admin@example.com",
        "example.com",
    )
    assert desk.channels == {}
    assert found(bench) == []


def test_it_takes_names_addresses_and_a_server(bench: Bench) -> None:
    found(
        bench,
        desk_name="Acme Help",
        department="Front desk",
        mailbox="help@acme.example",
        admin="eve@acme.example",
        admin_name="Eve",
        smtp_host="mail.acme.example",
    )
    desk = bench.directory()
    assert desk.agent("eve@acme.example").name == "Eve"
    assert desk.mailbox("support").department_id == desk.department("Front desk").id
    assert (desk.profile.desk_name, desk.profile.domain) == ("Acme Help", "acme.example")
    with bench.db.reading() as session:
        assert configuration.channel_options(session, "smtp") == {"host": "mail.acme.example"}


@pytest.mark.parametrize(
    ("beginning", "words"),
    [
        ({"admin": "eve"}, 'settings.admin_address must be a mail address, not "eve".'),
        ({"department": ""}, 'departments."" must not be empty.'),
        ({"mailbox": "support"}, 'departments.Support.address must be a mail address, not "support".'),
        ({"desk_name": ""}, "settings.desk_name must not be empty."),
    ],
)
def test_what_cannot_be_used_is_one_sentence(beginning: dict[str, str], words: str) -> None:
    with pytest.raises(DeskbellError) as refused:
        first_desk(catalogue=CATALOGUE, **beginning)
    assert str(refused.value) == words
