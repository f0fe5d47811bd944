"""The pages that links in mails lead to, asked over a real port as mail programs, scanners and people do."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deskbell.core.app.founding import Beginning, found
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.service import Service
from deskbell.core.contract.events import TicketCreated
from deskbell.core.store import participants, tickets
from deskbell.core.store.rows import DeliveryRow
from deskbell.web import Web
from deskbell.web.server import PortUnavailable, Server
from stand_ins.desks import MAIL, new_desk, receive

SETUP = """
[agents."ann@example.com"]
name = "Ann"
[departments.Support]
members = ["ann@example.com"]
[mailboxes.support]
address = "support@example.com"
department = "Support"
[options.new-ticket-alert]
audience.department_member = true
"""
WITH_FILE = b"""\
From: Ada Moss <ada@customer.example>
To: support@example.com
Subject: A plan
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <plan@customer.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part
Content-Type: text/plain

See the plan.
--part
Content-Type: text/html
Content-Disposition: attachment; filename="pl\xc3\xa4n.html"

<script>alert(1)</script>
--part--
"""


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    folder = new_desk(tmp_path / "desk", database_url=database_url, toml=SETUP)
    settings = folder / "deskbell.toml"
    settings.write_text(f"{settings.read_text()}\n".replace("[web]", "[web]\nenabled = true\nport = 0", 1))
    with open_desk(folder) as opened:
        yield opened


@pytest.fixture
def site(desk: Desk) -> Iterator[httpx.Client]:
    web = Web(desk)
    assert web.wanted()
    address = web.start().removeprefix("Pages on ")
    try:
        with httpx.Client(base_url=address, trust_env=False) as client:
            yield client
    finally:
        web.stop()


def _watched(desk: Desk) -> tuple[int, int, str]:
    """A ticket that Ann watches: its id, hers, and the token of the link in the alert that she got."""
    [created, *_] = receive(desk, MAIL)
    assert isinstance(created, TicketCreated)
    with desk.db.writing() as session:
        ann = desk.db.directory(session).agent("ann@example.com").id
        participants.watch(session, created.ticket.id, ann, now=desk.clock.now())
        delivery = session.query(DeliveryRow).filter(DeliveryRow.person == f"agent:{ann}").one()
    link = desk.links.unsubscribe("https://help.example.com", delivery_id=delivery.id)
    return created.ticket.id, ann, link.rpartition("/")[2]


def _watches(desk: Desk, ticket_id: int, agent_id: int) -> bool:
    with desk.db.reading() as session:
        return any(each.id == agent_id for each in tickets.snapshot(session, ticket_id).watchers)


def test_rfc_49_a_look_at_the_link_changes_nothing(desk: Desk, site: httpx.Client) -> None:
    ticket_id, ann, token = _watched(desk)
    for method in ("GET", "HEAD", "OPTIONS"):
        site.request(method, f"/unsubscribe/{token}")
    asked = site.get(f"/unsubscribe/{token}")
    assert asked.status_code == 200
    assert "Stop watching ticket 100001?" in asked.text
    assert "toner" not in asked.text
    assert _watches(desk, ticket_id, ann)


def test_rfc_49_one_click_without_a_cookie_ends_it_and_a_second_one_is_no_mistake(
    desk: Desk, site: httpx.Client
) -> None:
    ticket_id, ann, token = _watched(desk)
    for _ in range(2):
        ended = site.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert ended.status_code == 200
        assert "You do not watch ticket 100001 any more" in ended.text
        assert not ended.cookies
        assert not _watches(desk, ticket_id, ann)
    assert "do not watch" in site.get(f"/unsubscribe/{token}").text


@pytest.mark.parametrize("token", ["1.aaaaaaaaaaaaaaaaaaaaaaaaaa", "rubbish", "%3Cscript%3E", "1" * 5_000])
def test_a_link_that_this_desk_did_not_make_ends_nothing(desk: Desk, site: httpx.Client, token: str) -> None:
    ticket_id, ann, _ = _watched(desk)
    for answer in (site.get(f"/unsubscribe/{token}"), site.post(f"/unsubscribe/{token}")):
        assert answer.status_code == 404
        assert "<script>" not in answer.text
    assert _watches(desk, ticket_id, ann)


def test_m31_a_file_is_saved_and_never_shown(desk: Desk, site: httpx.Client) -> None:
    [created, *_] = receive(desk, WITH_FILE)
    assert isinstance(created, TicketCreated)
    assert created.entry is not None
    [file] = created.entry.attachments
    link = desk.links.file("https://help.example.com", digest=file.digest, now=desk.clock.now())
    got = site.get(f"/files/{link.rpartition('/')[2]}")
    assert got.status_code == 200
    assert got.content == b"<script>alert(1)</script>"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''pl%C3%A4n.html"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["content-length"] == "25"
    assert site.get(f"/files/{'ab' * 32}.1900000000.{'a' * 26}").status_code == 404


def test_every_answer_keeps_scripts_and_strangers_out(site: httpx.Client) -> None:
    for path in ("/health", "/unsubscribe/x", "/nothing", "/static/page.css"):
        headers = site.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    assert site.get("/static/page.css").status_code == 200
    assert site.get("/static/../app.py").status_code == 404
    assert site.get("/schema").status_code == 404


def test_a_body_beyond_all_forms_is_refused(site: httpx.Client) -> None:
    assert site.post("/unsubscribe/x", content=b"x" * 100_000).status_code in (404, 413)
    assert site.get("/health").json() == {"status": "ok"}


def test_health_says_when_the_database_is_gone(desk: Desk, site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from deskbell.core.store.database import DatabaseUnavailable

    assert site.get("/health").status_code == 200

    def away(*_: object) -> None:
        raise DatabaseUnavailable("it is gone")

    monkeypatch.setattr(desk.db, "reading", away)
    assert site.get("/health").status_code == 503
    gone = site.get(f"/unsubscribe/{desk.links.unsubscribe('https://x', delivery_id=1).rpartition('/')[2]}")
    assert gone.status_code == 503
    assert gone.headers["retry-after"] == "60"
    assert "Traceback" not in gone.text


def test_serve_starts_the_pages_and_says_where(desk: Desk) -> None:
    service = Service(desk, listen=True)
    try:
        [line] = service.start()
        assert httpx.get(f"{line.removeprefix('Pages on ')}/health", trust_env=False).json() == {"status": "ok"}
    finally:
        service.stop()


def test_a_desk_that_does_not_want_pages_has_none(tmp_path: Path) -> None:
    found(tmp_path / "desk", Beginning())
    with open_desk(tmp_path / "desk") as desk:
        assert not Web(desk).wanted()
        service = Service(desk, listen=False)
        try:
            assert service.start() == ()
        finally:
            service.stop()


def test_a_taken_port_is_one_sentence(desk: Desk, site: httpx.Client) -> None:
    from deskbell.web.app import create_app

    port = site.base_url.port
    assert port is not None
    with pytest.raises(PortUnavailable, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
        Server(create_app(desk), host="127.0.0.1", port=port).start()
