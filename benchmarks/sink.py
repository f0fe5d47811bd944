"""Postfix's test programs: a server that accepts every mail, and a client that sends as fast as it can."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

BACKLOG = "128"
START_SECONDS = 10.0

_COUNT = re.compile(r"mesg=(\d+)")


class PostfixMissing(LookupError):
    """This machine has no `smtp-sink`."""

    def __init__(self) -> None:
        super().__init__("smtp-sink and smtp-source are not installed. Install them with: apt-get install postfix")


@attrs.frozen
class Sink:
    """A running smtp-sink; `counter` is the file into which it writes the number of mails accepted."""

    port: int
    counter: Path

    @property
    def accepted(self) -> int:
        """How many mails it has taken so far."""
        told = _COUNT.findall(self.counter.read_text())
        return int(told[-1]) if told else 0


@contextmanager
def running_sink(folder: Path) -> Iterator[Sink]:
    """Start a sink on a free port of the loopback, give it out, stop it by its process id.

    :raises PostfixMissing: when the program is not there.
    """
    port = _free_port()
    # Started by root it wants another user to become.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    counter = folder / f"accepted-{port}"
    with counter.open("wb") as out:
        command = [program("smtp-sink"), "-c", *user, f"127.0.0.1:{port}", BACKLOG]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)  # noqa: S603 - no foreign words
    try:
        _await(port)
        yield Sink(port, counter)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def pour(port: int, *, mails: int, octets: int, connections: int) -> float:
    """Seconds that smtp-source takes for so many mails, each connection kept for all of its mails."""
    command = [program("smtp-source"), "-d", "-s", str(connections), "-m", str(mails), "-l", str(octets)]
    command.append(f"127.0.0.1:{port}")
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - no foreign words
    return time.perf_counter() - begun


def program(name: str) -> str:
    """Where a program of Postfix lies.

    :raises PostfixMissing: when it does not.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise PostfixMissing
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
