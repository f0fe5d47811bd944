"""The detectors of flufl.bounce, for forms of bounces that its authors have met; bounded in size and guarded."""

import logging
from email.message import Message

from flufl.bounce import all_failures

from ...contract.addresses import valid

MOST_CHARACTERS = 12_000
LONGEST_LINE = 200
"""Some of its patterns take time with the square of a line's length; longer lines are cut."""

_log = logging.getLogger(__name__)


def known_failures(text: str, *, subject: str, mailer: str, sender: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses with a passing and with a lasting failure, in the order of the alphabet.

    The detectors get a message that is made of the decoded text alone, not the octets of a stranger.
    """
    try:
        soft, hard = all_failures(_message(text, subject=subject, mailer=mailer, sender=sender))
    except Exception:  # noqa: BLE001 - a stranger wrote the text; a detector that breaks on it has found nothing
        _log.debug("A bounce detector broke on a mail.", exc_info=True)
        return (), ()
    return _addresses(soft), _addresses(hard)


def _message(text: str, *, subject: str, mailer: str, sender: str) -> Message:
    lines = (line[:LONGEST_LINE] for line in text[:MOST_CHARACTERS].split("\n"))
    body = Message()
    body["Content-Type"] = "text/plain; charset=us-ascii"
    body["Content-Description"] = "notification"
    body.set_payload("\n".join(lines).encode("ascii", "replace").decode("ascii"))
    message = Message()
    message["From"] = _plain(sender)
    message["Subject"] = _plain(subject)
    message["X-Mailer"] = _plain(mailer)
    message["Content-Type"] = 'multipart/mixed; boundary="="'
    message.attach(body)
    return message


def _plain(value: str) -> str:
    return " ".join(value[:LONGEST_LINE].encode("ascii", "replace").decode("ascii").split())


def _addresses(found: frozenset[bytes]) -> tuple[str, ...]:
    texts = (each.decode("ascii", "replace").strip("<> ") for each in found)
    return tuple(sorted(each for each in texts if valid(each)))
