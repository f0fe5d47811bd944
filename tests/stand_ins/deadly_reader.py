"""A reading process that comes to grief over mails whose subject says how; every other mail it reads like the real one."""

import ctypes
import os
import time

from deskbell.core.intake.careful import child
from deskbell.core.intake.parsing import Mail, MailLimits, read_mail
from deskbell.core.intake.parsing.limits import DEFAULT_LIMITS


def read_or_die(raw: bytes, *, limits: MailLimits = DEFAULT_LIMITS) -> Mail:
    mail = read_mail(raw, limits=limits)
    match mail.subject:
        case "exit":
            os._exit(3)
        case "exit without a word":
            os._exit(0)
        case "segfault":
            ctypes.string_at(0)
        case "sleep":
            time.sleep(60)
        case "spin":
            while True:
                pass
        case "memory":
            ctypes.create_string_buffer(4 << 30)
    return mail


if __name__ == "__main__":
    child.read_mail = read_or_die  # type: ignore[attr-defined]
    child.main()
