"""Everything that is done to a mail without a database, and what must hold of it whatever the mail was."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import attrs

from deskbell.core.contract.addresses import normalise, valid
from deskbell.core.contract.tickets import Alignment
from deskbell.core.intake.bounces import read_report
from deskbell.core.intake.gate import Verdict, judge
from deskbell.core.intake.identity import cautions, prove
from deskbell.core.intake.markers import is_ours, strip_subject, subject_numbers
from deskbell.core.intake.parsing import Mail, MailLimits, read_mail
from deskbell.core.intake.parsing.mail import Quarantine
from deskbell.core.intake.quoting import quoted_spans
from deskbell.core.store.directory import AgentRecord, Directory, MailboxRecord

OWN = frozenset({"support@example.com"})
DOMAINS = frozenset({"example.com"})
MAILBOX = MailboxRecord(
    id=1,
    name="support",
    address="support@example.com",
    department_id=1,
    auth_server="mx.example.com",
    arc_sealers=("list.example",),
)
DIRECTORY = Directory(
    agents={1: AgentRecord(id=1, name="Ann Agent", address="agent@example.com")}, mailboxes={1: MAILBOX}
)
MARKER = "-- Please write above this line --"
LIMITS = MailLimits(raw_octets=35 * 1024 * 1024)

_CHECKS = frozenset(
    {
        "null_sender",
        "auto_submitted",
        "mailing_list",
        "precedence",
        "auto_header",
        "report",
        "robot_address",
        "not_addressed",
    }
)
# PostgreSQL refuses NUL, UTF-8 refuses lone surrogates; LF and TAB may stand in a text, in one line only the TAB of no fold.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_IN_A_FIELD = re.compile("[\x00-\x08\n-\x1f\x7f\ud800-\udfff]")
_NOT_IN_A_NAME = re.compile('[\x00-\x1f\x7f-\x9f/\\\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')


@attrs.frozen
class Look:
    """What came of a mail: the limit that put it aside, if any, and what does not hold, in words."""

    quarantine: str
    faults: tuple[str, ...]


def look_at(raw: bytes) -> Look:
    """Take a mail the whole way; whatever the way raises comes out."""
    mail = read_mail(raw, limits=LIMITS)
    return Look(mail.quarantine.value, tuple(fault for check in CHECKS for fault in check(mail)))


def faults_of(raw: bytes) -> list[str]:
    """What does not hold of a mail."""
    return list(look_at(raw).faults)


def _texts(mail: Mail) -> Iterator[str]:
    """Bodies hold nothing that a database or a screen does not take."""
    for name, text in (("text", mail.text), ("html", mail.untrusted_html)):
        found = _NOT_IN_TEXT.search(text)
        if found:
            yield f"{name} holds {found[0]!r}"


def _lines(mail: Mail) -> Iterator[str]:
    """Subject, names and identifiers are one line each; identifiers keep their spelling, by which they are found again."""
    people = (mail.sender, *mail.to, *mail.cc, *mail.reply_to)
    for line in (mail.subject, *(each.name for each in people if each)):
        found = _NOT_IN_A_LINE.search(line)
        if found:
            yield f"a line holds {found[0]!r}: {line[:80]!r}"
    for identifier in (mail.message_id, *mail.in_reply_to, *mail.references):
        if _NOT_IN_A_FIELD.search(identifier) or len(identifier.split()) > 1:
            yield f"identifier {identifier[:80]!r}"
    for name, value in mail.headers.fields:
        found = _NOT_IN_A_FIELD.search(value)
        if found:
            yield f"field {name} holds {found[0]!r}"


def _people(mail: Mail) -> Iterator[str]:
    """Addresses are valid, and the sender is there or the reason why not."""
    for each in (mail.sender, *mail.to, *mail.cc, *mail.reply_to):
        if each is not None and (
            not valid(each.address) or normalise(each.address) != normalise(normalise(each.address))
        ):
            yield f"{each.address!r} is no address"
    if (mail.sender is None) != bool(mail.sender_fault) and mail.quarantine is not Quarantine.UNREADABLE:
        yield f"sender {mail.sender!r} with fault {mail.sender_fault!r}"


def _files(mail: Mail) -> Iterator[str]:
    """Names of files lead nowhere (M32)."""
    for each in mail.attachments:
        name = each.file_name
        if not name or name.startswith(".") or len(name.encode()) > 255 or _NOT_IN_A_NAME.search(name):
            yield f"file name {name!r}"
        if _NOT_IN_A_LINE.search(each.content_id):
            yield f"content id {each.content_id!r}"


def _aside(mail: Mail) -> Iterator[str]:
    """What is put aside shows nothing, and nothing is put aside because the reader broke."""
    if mail.quarantine and (mail.text or mail.untrusted_html or mail.attachments):
        yield f"{mail.quarantine} shows something"
    if mail.quarantine is Quarantine.UNREADABLE:
        yield "the reader broke"


def _judged(mail: Mail) -> Iterator[str]:
    """The gate's answer makes sense."""
    verdict: Verdict = judge(mail, envelope_from=None, own_addresses=OWN)
    if verdict.allowed == bool(verdict.check) or (verdict.check and verdict.check not in _CHECKS):
        yield f"{verdict}"
    if verdict.automatic and verdict.allowed:
        yield "a machine's mail may be answered"


def _marked(mail: Mail) -> Iterator[str]:
    """Our marks are read, and the subject stays short without them."""
    bare = strip_subject(mail.subject)
    if len(bare) > 255 or subject_numbers(bare):
        yield f"subject {bare!r}"
    if not all(number.isascii() and number.isdigit() for number in subject_numbers(mail.subject)):
        yield f"numbers of {mail.subject!r}"
    is_ours(mail, domains=DOMAINS)


def _quoted(mail: Mail) -> Iterator[str]:
    """Quoted stretches are in order, apart and inside the text; every other mail is asked with a marker line."""
    spans = quoted_spans(mail.text, marker=MARKER if len(mail.text) % 2 else "")
    offsets = [offset for span in spans for offset in span]
    if any(before > after for before, after in pairwise((0, *offsets, len(mail.text)))):
        yield f"quoted stretches {spans} of {len(mail.text)}"
    if any(start == end for start, end in spans):
        yield f"an empty stretch in {spans}"


def _reported(mail: Mail) -> Iterator[str]:
    """A report names addresses, or nobody, and its words are one line."""
    report = read_report(mail, envelope_from=None)
    for each in report.recipients if report else ():
        if each.address and not valid(each.address):
            yield f"the report is about {each.address!r}"
        for line in (each.diagnostic, each.status, each.action, each.final):
            if _NOT_IN_A_LINE.search(line):
                yield f"the report holds {line[:80]!r}"
    for identifier in report.message_ids if report else ():
        if _NOT_IN_A_FIELD.search(identifier) or len(identifier.split()) > 1:
            yield f"the report is about {identifier[:80]!r}"


def _proven(mail: Mail) -> Iterator[str]:
    """What proves the sender is told in one line, and only a sender can be proven."""
    proof = prove(mail, MAILBOX)
    if _NOT_IN_A_LINE.search(proof.words):
        yield f"the proof holds {proof.words[:80]!r}"
    if proof.alignment is Alignment.PASS and mail.sender is None:
        yield "nobody is proven"
    cautions(mail, alignment=proof.alignment, directory=DIRECTORY, ticket=None)


CHECKS: tuple[Callable[[Mail], Iterator[str]], ...] = (
    _texts,
    _lines,
    _people,
    _files,
    _aside,
    _judged,
    _marked,
    _quoted,
    _reported,
    _proven,
)
"""What must hold of every mail, each as a function that tells what does not."""
