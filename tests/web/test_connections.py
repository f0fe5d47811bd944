"""The pages on the wire: clients that are slow, that stay, or that ask for the head alone, and how it ends."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.service import Service
from deskbell.core.contract.companion import Companion
from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.tickets import Attachment
from deskbell.core.store import attachments
from deskbell.web import server
from deskbell.web.app import create_app
from deskbell.web.patience import PromptRequests
from deskbell.web.server import Server
from stand_ins.desks import new_desk

CONTENT = bytes(range(256)) * 40_000  # more than the buffers of a connection hold


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(new_desk(tmp_path / "desk", database_url="")) as opened:
        stored = opened.files.put(CONTENT)
        file = Attachment("plan.bin", "application/x-plan", stored.size, stored.digest, "")
        monkeypatch.setattr(attachments, "find", lambda _session, digest: file if digest == stored.digest else None)
        yield opened


@pytest.fixture
def running(desk: Desk) -> Iterator[tuple[Server, str]]:
    one = Server(create_app(desk), host="127.0.0.1", port=0)
    address = one.start()
    try:
        yield one, address
    finally:
        one.stop()


def link(desk: Desk, address: str) -> str:
    return desk.links.file(address, digest=desk.files.put(CONTENT).digest, now=desk.clock.now())


def connected(address: str, said: bytes) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(5)
    client.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    client.sendall(said)
    return client


def test_the_head_alone_can_be_asked_for(desk: Desk, running: tuple[Server, str]) -> None:
    _, address = running
    with httpx.Client(trust_env=False) as client:
        whole, head = client.get(link(desk, address)), client.head(link(desk, address))
        assert whole.content == CONTENT
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "content-disposition", "content-type", "content-security-policy"):
            assert head.headers[name] == whole.headers[name]
        assert client.head(f"{address}/health").status_code == 200
        assert client.head(f"{address}/unsubscribe/x").status_code == 404
        assert client.head(f"{address}/files/x").status_code == 404


@pytest.mark.parametrize("said", [b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"])
def test_w12_who_sends_no_whole_request_is_cut_off(
    running: tuple[Server, str], monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(PromptRequests, "seconds", 0.2)
    with connected(running[1], said) as client:
        assert 0.1 < seconds_until_closed(client) < 3


def test_w12_nor_may_the_next_request_on_a_connection_take_longer(
    running: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromptRequests, "seconds", 0.2)
    with connected(running[1], b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        while b'"ok"' not in client.recv(4096):
            pass
        client.sendall(b"GET /hea")
        assert 0.1 < seconds_until_closed(client) < 3


def seconds_until_closed(client: socket.socket) -> float:
    begun = time.monotonic()
    while client.recv(4096):
        pass
    return time.monotonic() - begun


def test_w12_an_answer_may_take_longer(
    desk: Desk, running: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromptRequests, "seconds", 0.2)
    path = link(desk, running[1]).removeprefix(running[1])
    with connected(running[1], f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()) as client:
        got = client.recv(1000)
        time.sleep(0.4)
        while piece := client.recv(1_000_000):
            got += piece
    assert got.endswith(CONTENT)


def test_a_download_that_never_ends_does_not_outlive_the_server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 1)
    one = Server(create_app(desk), host="127.0.0.1", port=0)
    address = one.start()
    path = link(desk, address).removeprefix(address)
    with connected(address, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as client:
        assert client.recv(100)
        one.stop()
        assert "web" not in [each.name for each in threading.enumerate()]


def test_c5_the_pages_leave_the_logs_of_the_desk_alone(desk: Desk) -> None:
    before, threads = list(logging.getLogger().handlers), threading.active_count()
    create_app(desk)
    assert logging.getLogger().handlers == before
    assert threading.active_count() == threads


class HalfStarted(Companion):
    """Starts a thread, and then finds that it cannot go on."""

    ended = threading.Event()

    def __init__(self, desk: object) -> None:
        self._thread = threading.Thread(target=self.ended.wait, name="half-started")

    def wanted(self) -> bool:
        return True

    def start(self) -> str:
        self._thread.start()
        raise DeskbellError("There is no room here.")

    def stop(self) -> None:
        self.ended.set()
        self._thread.join()


def test_a_companion_that_cannot_start_leaves_no_thread_behind(desk: Desk) -> None:
    desk.host.offer("half-started", HalfStarted, origin="stranger")
    service = Service(desk, listen=True)
    try:
        with pytest.raises(DeskbellError, match="There is no room here"):
            service.start()
    finally:
        service.stop()
    assert "half-started" not in [each.name for each in threading.enumerate()]
