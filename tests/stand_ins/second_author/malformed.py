"""Mails with the faults that gateways, scripts, old programs and broken disks make."""

from typing import TypedDict

from .sample import Sample, crlf


class _Sender(TypedDict):
    name: str
    address: str


ANN: _Sender = {"name": "Ann Lee", "address": "ann@example.org"}
TOP = "From: Ann Lee <ann@example.org>\nTo: support@example.com\nSubject: Hello\nDate: Mon, 2 Jun 2025 10:00:00 +0200\n"
MIXED = TOP + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
ONE = "--b\nContent-Type: text/plain\n\none\n"
FILE = "--b\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment\n\n1,2\n"
A_CSV = (("a.csv", "text/csv", 3),)


def _fields(key: str, fields: str, *, subject: str = "Hello", text: str = "body", body: str = "body\n") -> Sample:
    """A mail of those fields, from Ann."""
    return Sample(id=f"header-{key}", raw=crlf(fields + "\n" + body), subject=subject, text=text, **ANN)


def _sender(key: str, value: str, name: str, address: str) -> Sample:
    raw = crlf(f"From: {value}\nSubject: Hello\n\nbody\n".encode())
    return Sample(id=f"sender-{key}", raw=raw, subject="Hello", text="body", name=name, address=address)


def _nobody(key: str, value: str) -> Sample:
    return Sample(id=f"nobody-{key}", raw=crlf(f"From: {value}\nSubject: Hello\n\nbody\n"), address="", text="body")


def _parts(key: str, rest: str, *, text: str = "one", files: tuple[tuple[str, str, int], ...] = A_CSV) -> Sample:
    return Sample(id=f"parts-{key}", raw=crlf(MIXED + rest), subject="Hello", text=text, files=files, **ANN)


SAMPLES = (
    Sample(id="lf-only", raw=(TOP + "\nbody\n").encode(), subject="Hello", text="body", **ANN),
    Sample(
        id="cr-only",
        raw=(TOP + "\nbody\nmore\n").replace("\n", "\r").encode(),
        subject="Hello",
        text="body\nmore",
        **ANN,
    ),
    Sample(
        id="mixed-line-ends",
        raw=b"From: Ann Lee <ann@example.org>\r\nSubject: Hello\n\r\nbody\nmore\r\nlast\n",
        subject="Hello",
        text="body\nmore\nlast",
        **ANN,
    ),
    Sample(id="cr-cr-lf", raw=(TOP + "\nbody\nmore\n").replace("\n", "\r\r\n").encode(), subject="Hello", **ANN),
    _fields("from-line", "From ann@example.org Mon Jun  2 10:00:00 2025\n" + TOP),
    _fields("quoted-from-line", ">From ann@example.org Mon Jun  2 10:00:00 2025\n" + TOP),
    _fields("mbox-in-the-middle", "Received: x\nFrom ann@example.org Mon Jun  2 10:00:00 2025\n" + TOP),
    Sample(
        id="no-blank-line",
        raw=crlf(TOP + "This is the body at once\nmore\n"),
        subject="Hello",
        text="This is the body at once\nmore",
        **ANN,
    ),
    _fields("blank-lines-first", "\n\n" + TOP),
    _fields("space-before-colon", TOP.replace("Subject:", "Subject :").replace("From:", "From :")),
    _fields("no-space-after-colon", TOP.replace(": ", ":")),
    _fields("tab-after-colon", TOP.replace(": ", ":\t")),
    _fields("upper-case", TOP.replace("Subject", "SUBJECT").replace("From", "FROM")),
    _fields("lower-case", TOP.replace("Subject", "subject").replace("From", "from")),
    _fields("folded", TOP.replace("Hello", "Hello\n  you"), subject="Hello you"),
    _fields("folded-with-tab", TOP.replace("Hello", "Hello\n\tyou"), subject="Hello you"),
    _fields("folded-at-once", TOP.replace("Subject: Hello", "Subject:\n Hello")),
    _fields("folded-with-empty-line", TOP.replace("Hello", "Hello\n \n you"), subject="Hello you"),
    _fields("folded-from", TOP.replace("Ann Lee <", "Ann\n Lee\n <")),
    _fields("folding-first", " folded nothing\n" + TOP),
    _fields("garbage-line", TOP.replace("Subject", "this is no field\nSubject")),
    _fields("garbage-line-first", "this is no field\n" + TOP),
    _fields("subject-twice", TOP + "Subject: Second\n"),
    _fields("subject-empty", TOP.replace("Hello", ""), subject=""),
    _fields("subject-missing", TOP.replace("Subject: Hello\n", ""), subject=""),
    _fields("subject-controls", TOP.replace("Hello", "Hel\x00lo\x07"), subject="Hello"),
    _fields("nul-in-body", TOP, body="bo\x00dy\n"),
    _fields("long-line", TOP, body="x" * 5000 + "\n", text="x" * 5000),
    _fields("long-subject", TOP.replace("Hello", "y" * 900), subject="y" * 900),
    _fields("unusual-field-name", "X-Ümlaut: 1\nX(y): 2\n: 3\n" + TOP),
    _fields("no-body", TOP, body="", text=""),
    Sample(id="no-body-no-blank-line", raw=crlf(TOP), subject="Hello", text="", **ANN),
    Sample(id="ends-in-header", raw=crlf(TOP + "X-Long: half"), subject="Hello", text="", **ANN),
    Sample(id="ends-in-name", raw=crlf(TOP + "X-Lon"), subject="Hello", **ANN),
    Sample(id="body-only", raw=b"\r\nJust some text.\r\n", subject="", address="", text="Just some text."),
    Sample(
        id="text-only", raw=b"Just some text, no mail.\r\n", subject="", address="", text="Just some text, no mail."
    ),
    Sample(id="nothing", raw=b"", subject="", address="", text="", files=()),
    Sample(id="blank", raw=b"\r\n\r\n", subject="", address="", text="", files=()),
    Sample(id="bom-first", raw=b"\xef\xbb\xbf" + crlf(TOP + "\nbody\n"), subject="Hello", text="body", **ANN),
    _sender("bare", "ann@example.org", "", "ann@example.org"),
    _sender("brackets-only", "<ann@example.org>", "", "ann@example.org"),
    _sender("comment", "ann@example.org (Ann Lee)", "Ann Lee", "ann@example.org"),
    _sender("quoted", '"Lee, Ann" <ann@example.org>', "Lee, Ann", "ann@example.org"),
    _sender("unquoted-comma", "Lee, Ann <ann@example.org>", "Lee, Ann", "ann@example.org"),
    _sender("unquoted-dot", "Ann B. Lee <ann@example.org>", "Ann B. Lee", "ann@example.org"),
    _sender("unquoted-brackets", "Ann [Sales] Lee <ann@example.org>", "Ann [Sales] Lee", "ann@example.org"),
    _sender("name-is-address", '"ann@example.org" <ann@example.org>', "ann@example.org", "ann@example.org"),
    _sender("name-is-address-unquoted", "ann@example.org <ann@example.org>", "ann@example.org", "ann@example.org"),
    _sender("single-quotes", "'Ann Lee' <ann@example.org>", "'Ann Lee'", "ann@example.org"),
    _sender("comment-after", "Ann Lee <ann@example.org> (Sales)", "Ann Lee", "ann@example.org"),
    _sender("name-with-comment", "Ann Lee (Sales) <ann@example.org>", "Ann Lee", "ann@example.org"),
    _sender("escaped-quotes", r'"Ann \"Annie\" Lee" <ann@example.org>', 'Ann "Annie" Lee', "ann@example.org"),
    _sender("spaces-in-brackets", "Ann Lee < ann@example.org >", "Ann Lee", "ann@example.org"),
    _sender("route", "Ann Lee <@relay.example,@b.example:ann@example.org>", "Ann Lee", "ann@example.org"),
    _sender("trailing-comma", "Ann Lee <ann@example.org>,", "Ann Lee", "ann@example.org"),
    _sender("trailing-semicolon", "Ann Lee <ann@example.org>;", "Ann Lee", "ann@example.org"),
    _sender("mailto", "Ann Lee <mailto:ann@example.org>", "Ann Lee", "ann@example.org"),
    _sender("bracket-glued", "Ann Lee<ann@example.org>", "Ann Lee", "ann@example.org"),
    _sender("quoted-local", '"ann lee"@example.org', "", '"ann lee"@example.org'),
    _sender("plus", "ann+tag@example.org", "", "ann+tag@example.org"),
    _sender("upper", "ANN@EXAMPLE.ORG", "", "ANN@EXAMPLE.ORG"),
    _sender("domain-literal", "Ann <ann@[192.0.2.1]>", "Ann", "ann@[192.0.2.1]"),
    _sender("idn", "Ann <ann@xn--bcher-kva.example>", "Ann", "ann@xn--bcher-kva.example"),
    Sample(
        id="sender-open-quote",
        raw=crlf('From: "Ann Lee <ann@example.org>\nSubject: Hello\n\nbody\n'),
        subject="Hello",
        text="body",
    ),
    _sender("domain-backslash", "DOMAIN\\ann <ann@example.org>", "DOMAIN\\ann", "ann@example.org"),
    _sender("ampersand", "Ann & Bob <ann@example.org>", "Ann & Bob", "ann@example.org"),
    _sender("comma-after-blank", "Ann <ann@example.org> ,", "Ann", "ann@example.org"),
    _sender("folded", "Ann\n\tLee <ann@example.org>", "Ann Lee", "ann@example.org"),
    _sender("empty-name", '"" <ann@example.org>', "", "ann@example.org"),
    _sender("apostrophe", "Ann O'Lee <ann.o'lee@example.org>", "Ann O'Lee", "ann.o'lee@example.org"),
    _sender("colon-in-name", "Sales: Ann <ann@example.org>", "Sales: Ann", "ann@example.org"),
    _sender("slash-in-name", "Ann Lee/Sales/ACME <ann@example.org>", "Ann Lee/Sales/ACME", "ann@example.org"),
    _sender("two-quoted", '"Ann" "Lee" <ann@example.org>', "Ann Lee", "ann@example.org"),
    _nobody("undisclosed", "undisclosed-recipients:;"),
    _nobody("empty", ""),
    _nobody("word", "root"),
    _nobody("null", "<>"),
    _nobody("two", "a@example.org, b@example.org"),
    _nobody("double-brackets", "Ann Lee <<ann@example.org>>"),
    _nobody("no-end-bracket", "Ann Lee <ann@example.org"),
    _nobody("two-ats", "a@b@example.org"),
    _nobody("name-at-trusted", "boss@bank.example <a@evil.example>"),
    Sample(
        id="from-twice",
        raw=crlf("From: a@example.org\nFrom: b@example.org\nSubject: Hello\n\nbody\n"),
        address="",
        text="body",
    ),
    Sample(
        id="from-twice-the-same",
        raw=crlf(TOP + "From: Ann Lee <ann@example.org>\n\nbody\n"),
        subject="Hello",
        text="body",
    ),
    _parts("good", ONE + FILE + "--b--\n"),
    _parts("no-final-boundary", ONE + FILE, files=(("a.csv", "text/csv", 5),)),
    _parts("final-boundary-half", ONE + FILE + "--b-"),
    _parts("trailing-spaces", ONE.replace("--b\n", "--b  \n") + FILE.replace("--b\n", "--b\t\n") + "--b--  \n"),
    _parts("preamble", "This is a multi-part message in MIME format.\n\n" + ONE + FILE + "--b--\n"),
    _parts("epilogue", ONE + FILE + "--b--\n\nepilogue\n"),
    _parts("no-line-end-before", ONE + FILE.rstrip("\n") + "\n--b--"),
    _parts("after-end", ONE + "--b--\n" + FILE + "--b--\n", files=()),
    _parts("no-parts-text", "just text, no boundary\n", text="just text, no boundary", files=()),
    _parts("part-without-fields", "--b\n\none\n" + FILE + "--b--\n"),
    _parts("part-without-blank-line", "--b\nContent-Type: text/plain\n\none\n--b\n--b--\n", files=()),
    _parts("empty-lines-before-fields", "--b\nContent-Type: text/plain\n\none\n" + FILE + "--b\n\n--b--\n"),
    Sample(
        id="parts-ends-in-part-fields", raw=crlf(MIXED + ONE + FILE + "--b\nContent-Type: image/p"), text="one", **ANN
    ),
    _parts("ends-in-file", ONE + FILE.rstrip("\n")),
    _parts("ends-in-boundary", ONE.rstrip("\n") + "\n--", files=()),
    _parts("prefix", ONE.replace("one", "--bc\none") + "--b--\n", text="--bc\none", files=()),
    Sample(
        id="boundary-other-case",
        raw=crlf(MIXED.replace('"b"', '"B"') + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-not-quoted-odd",
        raw=crlf(MIXED.replace('"b"', "==_x/y?z=1") + (ONE + FILE + "--b--\n").replace("--b", "--==_x/y?z=1")),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-not-quoted-blanks",
        raw=crlf(MIXED.replace('"b"', '"part b"') + (ONE + FILE + "--b--\n").replace("--b", "--part b")),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-with-dashes",
        raw=crlf(MIXED.replace('"b"', '"----b"') + (ONE + FILE + "--b--\n").replace("--b", "------b")),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-empty",
        raw=crlf(MIXED.replace('"b"', '""') + (ONE + FILE + "--b--\n").replace("--b", "--")),
        subject="Hello",
        **ANN,
    ),
    Sample(
        id="boundary-missing",
        raw=crlf(MIXED.replace('; boundary="b"', "") + ONE + FILE + "--b--\n"),
        subject="Hello",
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-without-end-quote",
        raw=crlf(MIXED.replace('"b"', '"b') + ONE + FILE + "--b--\n"),
        subject="Hello",
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-folded",
        raw=crlf(MIXED.replace("; boundary", ";\n\tboundary") + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-line-not-folded",
        raw=crlf(MIXED.replace("; boundary", ";\nboundary") + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="boundary-2231",
        raw=crlf(MIXED.replace('boundary="b"', 'boundary*0="b"') + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="same-boundary-inside",
        raw=crlf(
            MIXED
            + '--b\nContent-Type: multipart/alternative; boundary="b"\n\n'
            + ONE
            + "--b\nContent-Type: text/html\n\n<p>one</p>\n--b--\n--b--\n"
        ),
        text="one",
        **ANN,
    ),
    Sample(
        id="inner-not-closed",
        raw=crlf(MIXED + '--b\nContent-Type: multipart/alternative; boundary="c"\n\n--c\n\none\n' + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="mime-version-missing",
        raw=crlf(MIXED.replace("MIME-Version: 1.0\n", "") + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="type-twice-the-same",
        raw=crlf(MIXED.rstrip("\n") + '\nContent-Type: multipart/mixed; boundary="b"\n\n' + ONE + FILE + "--b--\n"),
        text="one",
        files=A_CSV,
        **ANN,
    ),
    Sample(
        id="type-twice-plain-first",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Type: text/html\n\nbody\n"),
        text="body",
        **ANN,
    ),
    Sample(id="type-text-alone", raw=crlf(TOP + "Content-Type: text\n\nbody\n"), text="body", files=(), **ANN),
    Sample(id="type-empty", raw=crlf(TOP + "Content-Type:\n\nbody\n"), text="body", files=(), **ANN),
    Sample(id="type-unknown-text", raw=crlf(TOP + "Content-Type: text/markdown\n\nbody\n"), text="body", **ANN),
    Sample(id="type-plain-only", raw=crlf(TOP + "Content-Type: plain/text\n\nbody\n"), text="body", **ANN),
    Sample(id="type-unknown", raw=crlf(TOP + "Content-Type: foo\n\nbody\n"), text="body", **ANN),
    Sample(id="type-multipart-alone", raw=crlf(TOP + "Content-Type: multipart/mixed\n\nbody\n"), text="body", **ANN),
    Sample(
        id="unknown-transfer-encoding",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: x-foo\n\nbody\n"),
        text="body",
        **ANN,
    ),
    Sample(
        id="transfer-encoding-utf-8",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: utf-8\n\nbody\n"),
        text="body",
        **ANN,
    ),
    Sample(
        id="base64-that-is-none",
        raw=crlf(TOP + "Content-Transfer-Encoding: base64\n\nThis is plain text, not base64 at all!\n"),
        text="This is plain text, not base64 at all!",
        **ANN,
    ),
    Sample(
        id="base64-cut",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybG\n"),
        text="hello worl",
        **ANN,
    ),
    Sample(
        id="base64-then-plain-footer",
        raw=crlf(
            TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=\n\n-- \nThe list\n"
        ),
        subject="Hello",
        **ANN,
    ),
    Sample(
        id="quoted-printable-cut",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nhello=\n"),
        text="hello",
        **ANN,
    ),
    Sample(
        id="quoted-printable-cut-in-code",
        raw=crlf(TOP + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nhello=2\n"),
        text="hello=2",
        **ANN,
    ),
    Sample(
        id="reply-to-odd",
        raw=crlf(TOP + "Reply-To: <>\nCc: ,,\nTo: undisclosed-recipients:;\n\nbody\n"),
        text="body",
        subject="Hello",
        **ANN,
    ),
    Sample(
        id="html-named-plain",
        raw=crlf(TOP + "Content-Type: text/plain\n\n<html>stays</html>\n"),
        text="<html>stays</html>",
        html="",
        **ANN,
    ),
    Sample(
        id="html-cut",
        raw=crlf(TOP + "Content-Type: text/html\n\n<html><body><p>Hello <b>you\n"),
        text="Hello you",
        **ANN,
    ),
    Sample(id="html-upper", raw=crlf(TOP + "Content-Type: TEXT/HTML\n\n<P>Hello\n"), text="Hello", **ANN),
    Sample(
        id="blank-line-in-header-then-mime",
        raw=crlf(
            'From: Ann Lee <ann@example.org>\nSubject: Hello\n \nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
            + ONE
            + FILE
            + "--b--\n"
        ),
        text="one",
        files=A_CSV,
        **ANN,
    ),
)
