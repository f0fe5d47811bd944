"""Mails that a second author wrote from memory of what servers and programs send, without a look at our rules.

The text files hold one mail after another in a short form: a line ``%%% label | kind | what is expected | ...``, the fields
that matter, and either the text or parts that begin with ``@@part <type>``. Everything that is the same in each mail (To,
Date, Message-ID, the boundary, the returned mail) is added here.
"""

from pathlib import Path

import attrs

_HERE = Path(__file__).parent / "remembered"
_TOPS = {
    "@@report": 'multipart/report; report-type=delivery-status; boundary="=_B"',
    "@@fbl": 'multipart/report; report-type=feedback-report; boundary="=_B"',
    "@@mdn": 'multipart/report; report-type=disposition-notification; boundary="=_B"',
    "@@mixed": 'multipart/mixed; boundary="=_B"',
    "@@bound": "",
}
_OURS = """\
Return-Path: <support@desk.example>
Received: from desk.example (desk.example [198.51.100.4]) by mx3.isp.example; Tue, 10 Mar 2026 09:12:01 +0100
From: Support <support@desk.example>
To: {to}
Message-ID: <desk.77@desk.example>
Subject: [#41] Your request
"""
_NESTED = """\
From: MAILER-DAEMON@mx.hoster.example (Mail Delivery System)
To: list-bounces@lists.isp.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_N"

--=_N
Content-Type: text/plain

This is the mail system at host mx.hoster.example.

<{to}>: unknown user
--=_N
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.hoster.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
--=_N--
"""
_ADDED = {
    "To": "support@desk.example",
    "Date": "Tue, 10 Mar 2026 09:15:00 +0100",
    "Message-ID": "<{label}@sender.example>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
}


@attrs.frozen
class Sample:
    """One mail, its kind, and the words of its first line after the kind."""

    label: str
    kind: str
    expected: tuple[str, ...]
    raw: bytes


def bounce_samples() -> list[Sample]:
    """Bounces, warnings, receipts and complaints; expected are the kind of report and its recipients, split by commas."""
    return _samples("bounces.txt", {"Return-Path": "<>", **_ADDED})


def mail_samples() -> list[Sample]:
    """Mails that are no report of a delivery, and some that are; expected is ``answer`` or ``none``."""
    return _samples("mails.txt", _ADDED)


def _samples(name: str, added: dict[str, str]) -> list[Sample]:
    blocks = (_HERE / name).read_text(encoding="utf-8").split("%%% ")[1:]
    return [_sample(block, added=added) for block in blocks]


def _sample(block: str, *, added: dict[str, str]) -> Sample:
    first, _, rest = block.partition("\n")
    label, kind, *expected = (word.strip() for word in first.split("|"))
    recipient = expected[1].split(",")[0] if len(expected) > 1 and expected[1] else "jane.roe@customer.example"
    return Sample(label, kind, tuple(expected), _mail(rest, label=label, to=recipient, added=added))


def _mail(text: str, *, label: str, to: str, added: dict[str, str]) -> bytes:
    """The mail with the fields that it lacks; ``Return-Path: none`` says that it has none."""
    top = next((key for key in _TOPS if f"\n{key}\n" in text), None)
    if top is None:
        head, _, body = text.partition("\n\n")
        body = body.replace("@ORIG@", _OURS.format(to=to) + "\nDear customer,\n")
    else:
        head, _, parts = text.partition(f"\n{top}\n")
        head += f"\nContent-Type: {_TOPS[top]}" if _TOPS[top] else ""
        body = _parts(parts, to=to)
    names = {line.partition(":")[0].lower() for line in head.splitlines()}
    missing = {key: value for key, value in added.items() if key.lower() not in names}
    lines = [line for line in head.splitlines() if line != "Return-Path: none"]
    lines += [f"{key}: {value.format(label=label)}" for key, value in missing.items()]
    return "\r\n".join([*lines, "", *body.splitlines(), ""]).encode()


def _parts(text: str, *, to: str) -> str:
    """The parts between their boundaries; ``@@orig``, ``@@head`` and ``@@nested-dsn`` are written out."""
    whole = _OURS.format(to=to)
    text = text.replace("@@orig\n", f"@@part message/rfc822\n{whole}\nDear customer,\n")
    text = text.replace("@@head\n", f"@@part text/rfc822-headers\n{whole}")
    text = text.replace("@@nested-dsn\n", f"@@part message/rfc822\n{_NESTED.format(to=to)}")
    out = []
    for part in text.split("@@part ")[1:]:
        kind, _, content = part.partition("\n")
        out.append("--=_B\nContent-Type: " + kind.replace("\\n", "\n") + f"\n\n{content}")
    return "".join(out) + "--=_B--\n"
