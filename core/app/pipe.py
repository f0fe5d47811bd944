"""`mail receive`: one mail from an MTA's pipe; whatever goes wrong is an exit code that the MTA understands."""

from pathlib import Path
from typing import BinaryIO

import structlog

from ..contract.errors import DeskbellError
from ..intake.pipe import receive_pipe
from .opening import open_desk

EX_TEMPFAIL = 75

log = structlog.get_logger("deskbell")


def receive_mail(
    directory: Path,
    stream: BinaryIO,
    *,
    mailbox: str | None,
    envelope_from: str | None,
    envelope_to: tuple[str, ...],
    safe_mode: bool,
) -> int:
    """Keep one mail, then process and ring it; answer the exit code (sysexits.h).

    Once the mail is kept the answer is 0, whatever comes after: the sweep finishes what is left.
    """
    try:
        desk = open_desk(directory, safe_mode=safe_mode)
    except (DeskbellError, OSError) as error:
        # An administrator can mend all of it, and an MTA bounces at any other code: the mail shall come again.
        log.error("The mail was not taken", reason=str(error))
        return EX_TEMPFAIL
    received = None
    try:
        with desk:
            received = receive_pipe(
                desk.intake, stream, envelope_from=envelope_from, envelope_to=envelope_to, mailbox=mailbox
            )
            if received.mail_id is not None:
                desk.take_in([received.mail_id])
    except Exception as error:  # noqa: BLE001 - an MTA bounces a mail at any other exit code, also one that is kept
        reason = f"{type(error).__name__}: {error}"
        if received is None:
            log.error("The mail was not taken", reason=reason)
            return EX_TEMPFAIL
        log.error("The mail is kept and waits for the next sweep", mail=received.mail_id, reason=reason)
    if received.mail_id is None:
        log.error("The mail was not taken", reason=received.sentence)
    return received.code
