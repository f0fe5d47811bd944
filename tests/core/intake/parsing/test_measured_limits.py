"""Hostile mails measured in a process of their own: under two seconds and 64 MiB above the mail itself (M13, M14, M11)."""

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from deskbell.core.intake.parsing import Quarantine, read_mail

MIB = 1024 * 1024
TOP = b"From: a@example.org\nTo: support@example.com\nSubject: s\n"

MEASURED = """
import json, resource, sys, time
from deskbell.core.intake.parsing import read_mail
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
raw = sys.stdin.buffer.read()
read_mail(b"From: a@b.example\\nContent-Type: text/html\\n\\n<p>warm</p>")
before, begun = peak(), time.process_time()
mail = read_mail(raw)
print(json.dumps([mail.quarantine, time.process_time() - begun, peak() - before]))
"""


def measured(raw: bytes) -> tuple[str, float, int]:
    """Which limit put the mail aside, the seconds computed, and by how many octets the process grew."""
    done = subprocess.run([sys.executable, "-c", MEASURED], input=raw, capture_output=True, check=True)
    quarantine, seconds, grown = json.loads(done.stdout)
    return quarantine, seconds, grown


def nested(depth: int, kind: bytes = b"mixed") -> bytes:
    lines = (b"Content-Type: multipart/%s; boundary=b%d\n\n--b%d\n" % (kind, number, number) for number in range(depth))
    return TOP + b"".join(lines) + b"\ndeep\n"


HOSTILE: dict[str, tuple[Callable[[], bytes], Quarantine]] = {
    "m13 depth 100": (lambda: nested(100), Quarantine.NONE),
    "m13 depth 100 of alternatives": (lambda: nested(100, b"alternative"), Quarantine.NONE),
    "m13 depth 1,000": (lambda: nested(1_000), Quarantine.NESTED_TOO_DEEP),
    "m13 depth 100,000": (lambda: nested(100_000), Quarantine.NESTED_TOO_DEEP),
    "m13 1,000 mails in mails": (lambda: TOP + b"Content-Type: message/rfc822\n\n" * 1_000, Quarantine.NONE),
    "m13 one boundary for 100 levels": (
        lambda: TOP + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 100 + b"\ndeep\n" + b"--b--\n" * 100,
        Quarantine.NONE,
    ),
    "m14 header line of 1 MB": (lambda: b"Subject: " + b"x" * 1_000_000 + b"\n\nHello", Quarantine.NONE),
    "m14 100,000 headers": (lambda: TOP + b"X: y\n" * 100_000 + b"\n", Quarantine.TOO_MANY_HEADERS),
    "m14 100,000 addresses": (lambda: b"To: " + b"x@example.com, " * 100_000 + b"\n\n", Quarantine.TOO_MANY_ADDRESSES),
    "m14 16,000 encoded words": (
        lambda: b"Subject: " + b"=?utf-8?Q?=C3=A4?=\n " * 16_000 + b"\n\n",
        Quarantine.TOO_MANY_ENCODED_WORDS,
    ),
    "m14 16,000 pieces of a file name": (
        lambda: (
            TOP + b"Content-Disposition: attachment" + b"".join(b"; filename*%d=x" % n for n in range(16_000)) + b"\n\n"
        ),
        Quarantine.NONE,
    ),
    "m14 100,000 parts": (
        lambda: TOP + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
        Quarantine.TOO_MANY_PARTS,
    ),
    "m14 100,000 short lines of raw octets": (
        lambda: TOP + b"X: \xe4\xff\n" * 900 + b"\n" + b"\xe4\n" * 100_000,
        Quarantine.NONE,
    ),
    "m14 a million soft line ends": (
        lambda: TOP + b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 1_000_000,
        Quarantine.NONE,
    ),
    "m14 a calendar of a million lines": (
        lambda: TOP + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b"SUMMARY:x\n" * 1_000_000,
        Quarantine.NONE,
    ),
    "m14 commands of rich text": (
        lambda: TOP + b"Content-Type: text/enriched\n\n" + b"<<param>" * 300_000,
        Quarantine.NONE,
    ),
    "m14 uuencoded lines": (
        lambda: (
            TOP + b"Content-Type: a/b\nContent-Transfer-Encoding: uuencode\n\nbegin 644 x\n" + b"#86)C \n" * 500_000
        ),
        Quarantine.NONE,
    ),
    "m14 commas before a bracket": (lambda: b"From: " + b"," * 100_000 + b"<" * 1_000 + b"\n\n", Quarantine.NONE),
    "m14 nothing but padded soft breaks": (
        lambda: TOP + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= \n" * 1_000_000,
        Quarantine.NONE,
    ),
    "m14 lines like boundaries that nobody declared": (
        lambda: TOP + b"Content-Type: multipart/mixed\n\n" + b"--x \n" * 1_000_000,
        Quarantine.NONE,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_m13_and_m14_within_two_seconds_and_64_mib(name: str) -> None:
    build, expected = HOSTILE[name]
    raw = build()
    quarantine, seconds, grown = measured(raw)
    assert quarantine == expected
    assert seconds < 2
    assert grown < 64 * MIB


def archive(kind: str) -> bytes:
    """A file of a few octets that would unpack to far more."""
    file = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            entry = tarfile.TarInfo("../../etc/zeros")
            entry.size = 64 * MIB
            tar.addfile(entry, io.BytesIO(bytes(64 * MIB)))
        return file.getvalue()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(64 * MIB))
    if kind == "nested zip":
        inner, file = file, io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as outer:
            for number in range(16):
                outer.writestr(f"{number}.zip", inner.getvalue())
    return file.getvalue()


@pytest.mark.parametrize("kind", ["zip", "nested zip", "tar"])
def test_m11_an_archive_is_a_file_like_any_other(kind: str) -> None:
    octets = archive(kind)
    raw = TOP + b"Content-Type: application/zip; name=bomb.zip\n\n" + octets
    [kept] = read_mail(raw).attachments
    assert (kept.file_name, kept.content) == ("bomb.zip", octets)
    _, seconds, grown = measured(raw)
    assert seconds < 2
    assert grown < 16 * MIB
