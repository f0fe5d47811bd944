"""One mail on standard input, as a mail server's pipe delivers it: kept, or refused with a code of sysexits.h."""

import re
from enum import IntEnum
from typing import BinaryIO

import attrs

from ..contract.errors import UnknownName
from ..store.database import DatabaseFailed, DatabaseUnavailable
from .receive import MIB, Intake

LARGEST_MAIL = 36 * MIB
"""The largest mail taken from a pipe, in octets."""

_CHUNK = MIB
_HEAD = 64 * 1024
_ENVELOPE_LINE = re.compile(rb">?From ([^\s]+) [^\n]*\n")
_RETURN_PATH = re.compile(rb"^Return-Path:[ \t]*<?([^<>\r\n]*)>?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class ExitCode(IntEnum):
    """What a mail server understands (sysexits.h): delivered, never deliverable, or try again later."""

    OK = 0
    DATA_ERROR = 65
    NO_USER = 67
    TEMPORARY_FAILURE = 75


@attrs.frozen(kw_only=True)
class Received:
    """How it ended: the code to exit with, the id of the kept mail, and otherwise one sentence for standard error."""

    code: ExitCode
    mail_id: int | None = None
    sentence: str = ""


def receive_pipe(
    intake: Intake,
    stream: BinaryIO,
    *,
    envelope_from: str | None = None,
    envelope_to: tuple[str, ...] = (),
    mailbox: str | None = None,
    largest: int = LARGEST_MAIL,
) -> Received:
    """Read one mail and keep it. Nothing else is done with it: exit with the code, or process the mail first.

    :param envelope_from: None takes it from the ``From`` line or the Return-Path that mail servers put first.
    :param largest: beyond so many octets a mail is refused, and no more of it is read into memory.
    """
    raw = _read(stream, largest)
    if raw is None:
        limit = f"{largest / MIB:g} MiB"
        return Received(code=ExitCode.DATA_ERROR, sentence=f"The mail is larger than {limit} and was not taken.")
    if not raw.strip():
        sentence = "There was no mail on standard input: give it one, as in 'deskbell mail receive < mail.eml'."
        return Received(code=ExitCode.DATA_ERROR, sentence=sentence)
    sender = envelope_sender(raw) if envelope_from is None else envelope_from.strip("<> ")
    try:
        mail_id = intake.accept(raw, envelope_from=sender, envelope_to=envelope_to, source="pipe", mailbox=mailbox)
    except UnknownName as error:
        return Received(code=ExitCode.NO_USER, sentence=str(error))
    except (DatabaseUnavailable, DatabaseFailed) as error:
        return Received(code=ExitCode.TEMPORARY_FAILURE, sentence=str(error))
    return Received(code=ExitCode.OK, mail_id=mail_id)


def _read(stream: BinaryIO, largest: int) -> bytes | None:
    """All of the stream, or None as soon as it is known to be too large."""
    chunks: list[bytes] = []
    left = largest + 1
    while left and (chunk := stream.read(min(_CHUNK, left))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks) if left else None


def envelope_sender(raw: bytes) -> str | None:
    """The envelope's sender as the mail server wrote it above the mail; '' for the null sender, None when it did not.

    That is the ``From`` line of mailbox files, in which MAILER-DAEMON stands for the null sender, or Return-Path
    (RFC 5321 section 4.4).
    """
    head = raw[:_HEAD]
    line = _ENVELOPE_LINE.match(head)
    if line:
        sender = line[1].decode("utf-8", "replace").strip("<>")
        return "" if sender.upper() == "MAILER-DAEMON" else sender
    header = _HEADER_END.split(head, maxsplit=1)[0]
    found = _RETURN_PATH.search(header)
    return found[1].decode("utf-8", "replace").strip() if found else None
