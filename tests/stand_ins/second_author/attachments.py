"""Files and bodies in the arrangements that mail programs use."""

import base64

from .sample import Sample, crlf, letter

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def _b64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _part(body: bytes, *fields: bytes) -> bytes:
    return b"--b\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body + b"\r\n"


def _mixed(*parts: bytes, kind: str = "mixed", more: str = "") -> bytes:
    return letter(b"".join(parts) + b"--b--\r\n", kind=f'multipart/{kind}; boundary="b"{more}')


TEXT = _part(b"See the file.", b"Content-Type: text/plain; charset=utf-8")
B64 = b"Content-Transfer-Encoding: base64"


def _file(key: str, kind: bytes, disposition: bytes, name: str, shown_type: str = "application/pdf") -> Sample:
    """A text and one file of the octets of `PDF`."""
    fields = [b"Content-Type: " + kind] if kind else []
    fields += [b"Content-Disposition: " + disposition] if disposition else []
    return Sample(
        id=f"name-{key}",
        raw=_mixed(TEXT, _part(_b64(PDF), *fields, B64)),
        text="See the file.",
        files=((name, shown_type, len(PDF)),),
    )


P = b"application/pdf"


def _nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    for level in range(depth):
        mark = b"level%d" % level
        inner = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + inner
        inner += b"--" + mark + b"--\r\n"
    return inner


INNER = crlf("From: Bob <bob@example.org>\nSubject: Inner\nDate: Mon, 2 Jun 2025 10:00:00 +0000\n\nInner text.\n")
ICS = crlf(
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Meeting\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n"
)
VCF = crlf("BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nEND:VCARD\n")

ALTERNATIVE = (
    b'Content-Type: multipart/alternative; boundary="a"\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    b"plain\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich</p>\r\n--a--\r\n"
)

SAMPLES = (
    _file("plain", P, b'attachment; filename="report.pdf"', "report.pdf"),
    _file("unquoted", P, b"attachment; filename=report.pdf", "report.pdf"),
    _file("unquoted-spaces", P, b"attachment; filename=my report 1.pdf", "my report 1.pdf"),
    _file("only-in-type", P + b'; name="report.pdf"', b"", "report.pdf"),
    _file("only-in-type-attachment", P + b'; name="report.pdf"', b"attachment", "report.pdf"),
    _file("both-differ", P + b'; name="old.pdf"', b'attachment; filename="new.pdf"', "new.pdf"),
    _file("none", P, b"attachment", "attachment-1.pdf"),
    _file("none-no-disposition", P, b"", "attachment-1.pdf"),
    _file("rfc2047-q", P, b'attachment; filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
    _file("rfc2047-b", P, b'attachment; filename="=?UTF-8?B?R3LDvMOfZS5wZGY=?="', "Grüße.pdf"),
    _file("rfc2047-unquoted", P, b"attachment; filename==?UTF-8?B?R3LDvMOfZS5wZGY=?=", "Grüße.pdf"),
    _file(
        "rfc2047-folded",
        P,
        b'attachment;\r\n filename="=?utf-8?Q?Gr=C3=BC?=\r\n =?utf-8?Q?=C3=9Fe.pdf?="',
        "Grüße.pdf",
    ),
    _file("rfc2047-only-in-type", P + b'; name="=?iso-8859-1?Q?Gr=FC=DFe.pdf?="', b"attachment", "Grüße.pdf"),
    _file("rfc2231", P, b"attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
    _file("rfc2231-latin", P, b"attachment; filename*=iso-8859-1'de'Gr%FC%DFe.pdf", "Grüße.pdf"),
    _file("rfc2231-quoted", P, b"attachment; filename*=\"UTF-8''Gr%C3%BC%C3%9Fe.pdf\"", "Grüße.pdf"),
    _file("rfc2231-small", P, b"attachment; filename*=utf-8''gr%c3%bc%c3%9fe.pdf", "grüße.pdf"),
    _file("rfc2231-no-charset", P, b"attachment; filename*=''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
    _file(
        "rfc2231-pieces",
        P,
        b"attachment;\r\n filename*0*=UTF-8''Gr%C3%BC;\r\n filename*1*=%C3%9Fe;\r\n filename*2=.pdf",
        "Grüße.pdf",
    ),
    _file(
        "rfc2231-pieces-split-character",
        P,
        b"attachment;\r\n filename*0*=UTF-8''Gr%C3;\r\n filename*1*=%BC%C3%9Fe.pdf",
        "Grüße.pdf",
    ),
    _file("rfc2231-plain-pieces", P, b'attachment; filename*0="a long "; filename*1="name.pdf"', "a long name.pdf"),
    _file("rfc2231-disorder", P, b'attachment; filename*1="name.pdf"; filename*0="a long "', "a long name.pdf"),
    _file(
        "rfc2231-and-plain", P, b"attachment; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"
    ),
    _file("rfc2231-only-in-type", P + b"; name*=UTF-8''Gr%C3%BC%C3%9Fe.pdf", b"attachment", "Grüße.pdf"),
    _file("rfc2231-2047-mixed", P, b'attachment; filename*="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
    _file("percent", P, b'attachment; filename="100%25.pdf"', "100%25.pdf"),
    _file("percent-utf-8", P, b'attachment; filename="Gr%C3%BC%C3%9Fe.pdf"', "Gr%C3%BC%C3%9Fe.pdf"),
    _file("raw-utf-8", P, 'attachment; filename="Grüße.pdf"'.encode(), "Grüße.pdf"),
    _file("raw-latin-1", P, 'attachment; filename="Grüße aus Köln.pdf"'.encode("latin-1"), "Grüße aus Köln.pdf"),
    _file("raw-jis", P, b'attachment; filename="' + "報告書.pdf".encode("iso-2022-jp") + b'"', "報告書.pdf"),
    _file("raw-sjis", P, b'attachment; filename="' + "報告書について.pdf".encode("cp932") + b'"', "報告書について.pdf"),
    _file("windows-path", P, rb'attachment; filename="C:\Users\ann\report.pdf"', "report.pdf"),
    _file("unix-path", P, b'attachment; filename="/srv/letters/report.pdf"', "report.pdf"),
    _file("missing-end-quote", P, b'attachment; filename="report.pdf', "report.pdf"),
    _file("missing-start-quote", P, b'attachment; filename=report.pdf"', "report.pdf"),
    _file("single-quotes", P, b"attachment; filename='report.pdf'", "'report.pdf'"),
    _file("semicolon-in-quotes", P, b'attachment; filename="a;b.pdf"', "a;b.pdf"),
    _file("escaped-quote", P, rb'attachment; filename="a \"b\".pdf"', "a _b_.pdf"),
    _file("spaces-round-equals", P, b'attachment; filename = "report.pdf"', "report.pdf"),
    _file("upper-case", P, b'ATTACHMENT; FILENAME="report.pdf"', "report.pdf"),
    _file("no-semicolon", P, b'attachment filename="report.pdf"', "report.pdf"),
    _file("trailing-semicolon", P, b'attachment; filename="report.pdf";', "report.pdf"),
    _file("double-semicolon", P, b'attachment;; filename="report.pdf"', "report.pdf"),
    _file("leading-semicolon", P, b'; filename="report.pdf"', "report.pdf"),
    _file("no-token", P, b'filename="report.pdf"', "report.pdf"),
    _file("unknown-token", P, b'file; filename="report.pdf"', "report.pdf"),
    _file("form-data", P, b'form-data; name="x"; filename="report.pdf"', "report.pdf"),
    _file("with-dates", P, b'attachment; size=44; creation-date="Mon, 2 Jun 2025 10:00:00"; filename="r.pdf"', "r.pdf"),
    _file("comment", P, b'attachment (a file); filename="report.pdf"', "report.pdf"),
    _file("folded-in-name", P, b'attachment; filename="a very long\r\n name.pdf"', "a very long name.pdf"),
    _file("tab-folded", P, b'attachment;\r\n\tfilename="report.pdf"', "report.pdf"),
    _file(
        "octet-stream",
        b"application/octet-stream",
        b'attachment; filename="r.pdf"',
        "r.pdf",
        "application/octet-stream",
    ),
    _file("no-type", b"", b'attachment; filename="r.bin"', "r.bin", "text/plain"),
    _file("inline-pdf", P, b'inline; filename="r.pdf"', "r.pdf"),
    _file("upper-type", b"APPLICATION/PDF", b'attachment; filename="r.pdf"', "r.pdf"),
    _file("bad-type", b"pdf", b'attachment; filename="r.pdf"', "r.pdf", "application/octet-stream"),
    _file("type-alone", b"application", b'attachment; filename="r.pdf"', "r.pdf", "application/octet-stream"),
    _file("jis-in-words", P, b'attachment; filename="=?iso-2022-jp?B?GyRCSnM5cD1xGyhCLnBkZg==?="', "報告書.pdf"),
    _file("rfc2231-jis", P, b"attachment; filename*=iso-2022-jp''%1B%24BJs9p%3Dq%1B%28B.pdf", "報告書.pdf"),
    _file("rfc2231-sjis", P, b"attachment; filename*=shift_jis''%95%F1%8D%90%8F%91.pdf", "報告書.pdf"),
    _file("rfc2231-gb2312", P, b"attachment; filename*=gb2312''%B1%A8%B8%E6.pdf", "报告.pdf"),
    _file("rfc2231-then-plain-piece", P, b"attachment; filename*0*=utf-8'en'a%20; filename*1=b%20.pdf", "a b%20.pdf"),
    _file("rfc2231-pieces-backwards", P, b"attachment; filename*1*=%20b.pdf; filename*0*=utf-8''a", "a b.pdf"),
    _file("rfc2231-without-star", P, b"attachment; filename=UTF-8''Gr%C3%BC.pdf", "Grü.pdf"),
    _file("quotes-in-quotes", P, b'attachment; filename="a "b" c.pdf"', "a _b_ c.pdf"),
    _file("glued-parameters", P, b'attachment; filename="a.pdf"x="y"', "a.pdf"),
    _file("word-with-semicolon", P, b"attachment; filename==?utf-8?Q?a;b.pdf?=", "a;b.pdf"),
    _file("words-with-gap", P, b"attachment; filename==?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9Fe.pdf?=", "Grüße.pdf"),
    _file("words-without-gap", P, b'attachment; filename="=?utf-8?B?R3LDvA==?==?utf-8?B?w59lLnBkZg==?="', "Grüße.pdf"),
    _file("twice", P, b'attachment; filename="a.pdf"; filename="b.pdf"', "a.pdf"),
    _file("tab-inside", P, b'attachment; filename="a long\r\n\tname.pdf"', "a long name.pdf"),
    _file("name-in-disposition", P, b'attachment; name="x.pdf"', "x.pdf"),
    _file("leading-dot", P, b'attachment; filename=".htaccess.pdf"', "htaccess.pdf"),
    _file("colon", P, b'attachment; filename="Re: a.pdf"', "Re_ a.pdf"),
    _file("brackets", P, b"attachment; filename=a(1)[x]=y,z@w.pdf", "a(1)[x]=y,z@w.pdf"),
    _file("empty-name", P, b'attachment; filename=""', "attachment-1.pdf"),
    _file("rich-text", b"text/rtf", b"attachment", "attachment-1.rtf", "text/rtf"),
    Sample(
        id="duplicate-names",
        raw=_mixed(
            TEXT,
            *[
                _part(
                    _b64(PDF), b"Content-Type: application/pdf", b"Content-Disposition: attachment; filename=a.pdf", B64
                )
            ]
            * 2,
        ),
        files=(("a.pdf", "application/pdf", len(PDF)),) * 2,
    ),
    Sample(
        id="empty-file",
        raw=_mixed(
            TEXT, _part(b"", b"Content-Type: text/csv", b"Content-Disposition: attachment; filename=e.csv", B64)
        ),
        text="See the file.",
        files=(("e.csv", "text/csv", 0),),
    ),
    Sample(
        id="text-file-attached",
        raw=_mixed(
            TEXT, _part(b"log line", b"Content-Type: text/plain", b"Content-Disposition: attachment; filename=a.log")
        ),
        text="See the file.",
        files=(("a.log", "text/plain", 8),),
    ),
    Sample(
        id="text-file-inline",
        raw=_mixed(
            TEXT, _part(b"log line", b"Content-Type: text/plain", b"Content-Disposition: inline; filename=a.log")
        ),
        text="See the file.",
        files=(("a.log", "text/plain", 8),),
    ),
    Sample(
        id="text-file-name-in-type",
        raw=_mixed(TEXT, _part(b"log line", b'Content-Type: text/plain; name="a.log"')),
        text="See the file.",
        files=(("a.log", "text/plain", 8),),
    ),
    Sample(
        id="list-footer",
        raw=_mixed(
            TEXT, _part(b"The footer", b"Content-Type: text/plain; charset=us-ascii", b"Content-Disposition: inline")
        ),
        text="See the file.\n\nThe footer",
        files=(),
    ),
    Sample(
        id="html-attached",
        raw=_mixed(
            TEXT, _part(b"<p>x</p>", b"Content-Type: text/html", b"Content-Disposition: attachment; filename=a.html")
        ),
        text="See the file.",
        html="",
        files=(("a.html", "text/html", 8),),
    ),
    Sample(
        id="html-alone",
        raw=letter(b"<p>Hello <b>you</b></p>\r\n", kind="text/html; charset=utf-8"),
        text="Hello you",
        html="<p>Hello <b>you</b></p>",
        files=(),
    ),
    Sample(
        id="mail-attached",
        raw=_mixed(TEXT, _part(INNER, b"Content-Type: message/rfc822")),
        text="See the file.",
        files=(("Inner.eml", "message/rfc822", len(INNER)),),
    ),
    Sample(
        id="mail-attached-named",
        raw=_mixed(
            TEXT,
            _part(
                INNER,
                b"Content-Type: message/rfc822; name=old.eml",
                b"Content-Disposition: attachment; filename=old.eml",
            ),
        ),
        text="See the file.",
        files=(("old.eml", "message/rfc822", len(INNER)),),
    ),
    Sample(
        id="mail-attached-base64",
        raw=_mixed(TEXT, _part(_b64(INNER), b"Content-Type: message/rfc822; name=old.eml", B64)),
        text="See the file.",
        files=(("old.eml", "message/rfc822", len(INNER)),),
    ),
    Sample(
        id="mail-attached-7bit",
        raw=_mixed(TEXT, _part(INNER, b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: 7bit")),
        files=(("Inner.eml", "message/rfc822", len(INNER)),),
    ),
    Sample(
        id="digest",
        raw=_mixed(b"--b\r\n\r\n" + INNER + b"\r\n", b"--b\r\n\r\n" + INNER + b"\r\n", kind="digest"),
        files=(("Inner.eml", "message/rfc822", len(INNER)),) * 2,
    ),
    Sample(
        id="partial",
        raw=letter(b"From: a@example.org\r\n\r\npiece", kind="message/partial; number=1; total=2; id=x"),
        subject="Hello",
        files=(("attachment-1.bin", "message/partial", 28),),
    ),
    Sample(
        id="winmail",
        raw=_mixed(
            TEXT,
            _part(
                _b64(b"\x78\x9f\x3e\x22TNEF"),
                b'Content-Type: application/ms-tnef; name="winmail.dat"',
                b'Content-Disposition: attachment; filename="winmail.dat"',
                B64,
            ),
        ),
        text="See the file.",
        files=(("winmail.dat", "application/ms-tnef", 8),),
    ),
    Sample(
        id="vcard",
        raw=_mixed(TEXT, _part(VCF, b"Content-Type: text/x-vcard; charset=utf-8; name=ann.vcf")),
        text="See the file.",
        files=(("ann.vcf", "text/x-vcard", len(VCF)),),
    ),
    Sample(
        id="calendar-attached",
        raw=_mixed(
            TEXT,
            _part(
                ICS, b"Content-Type: text/calendar; method=REQUEST; name=invite.ics", b"Content-Disposition: attachment"
            ),
        ),
        text="See the file.",
        files=(("invite.ics", "text/calendar", len(ICS)),),
    ),
    Sample(
        id="calendar-in-alternative",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nCome\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Come</p>\r\n"
            b"--b\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n" + ICS + b"\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="Come",
        html="<p>Come</p>",
        files=(("attachment-1.ics", "text/calendar", len(ICS)),),
    ),
    Sample(
        id="smime-detached",
        raw=letter(
            b"This is an S/MIME signed message\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned.\r\n--b\r\n"
            b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\nMIIB\r\n--b--\r\n',
            kind='multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"',
        ),
        text="Signed.",
        files=(("smime.p7s", "application/pkcs7-signature", 3),),
    ),
    Sample(
        id="smime-opaque",
        raw=letter(
            b"MIIB\r\n",
            kind="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
            'Content-Disposition: attachment; filename="smime.p7m"',
            encoding="base64",
        ),
        text="",
        files=(("smime.p7m", "application/pkcs7-mime", 3),),
    ),
    Sample(
        id="pgp-mime-signed",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nSigned.\r\n--b\r\n"
            b'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--b--\r\n',
            kind='multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary="b"',
        ),
        text="Signed.",
        files=(("signature.asc", "application/pgp-signature", 29),),
    ),
    Sample(
        id="pgp-mime-encrypted",
        raw=letter(
            b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
            b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
            b'Content-Disposition: inline; filename="encrypted.asc"\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n',
            kind='multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
        ),
        text="",
    ),
    Sample(
        id="pgp-inline",
        raw=letter(
            b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHi\r\n-----BEGIN PGP SIGNATURE-----\r\n"
        ),
        text="-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n-----BEGIN PGP SIGNATURE-----",
        files=(),
    ),
    Sample(
        id="apple-double",
        raw=_mixed(
            TEXT,
            b'--b\r\nContent-Type: multipart/appledouble; boundary="d"\r\n\r\n'
            b"--d\r\nContent-Type: application/applefile; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAUW\r\n"
            b"--d\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + _b64(PDF)
            + b"--d--\r\n",
        ),
        text="See the file.",
        files=(("a.pdf", "application/applefile", 3), ("a.pdf", "application/pdf", len(PDF))),
    ),
    Sample(
        id="related-picture",
        raw=_mixed(
            _part(b'<p>Look<img src="cid:p1@x"></p>', b"Content-Type: text/html; charset=utf-8"),
            _part(
                _b64(PNG),
                b'Content-Type: image/png; name="p.png"',
                b"Content-ID: <p1@x>",
                b'Content-Disposition: inline; filename="p.png"',
                B64,
            ),
            kind="related",
            more='; type="text/html"',
        ),
        text="Look",
        html='<p>Look<img src="cid:p1@x"></p>',
        files=(("p.png", "image/png", len(PNG)),),
        inline=("p1@x",),
    ),
    Sample(
        id="related-id-without-brackets",
        raw=_mixed(
            _part(b'<img src="cid:p1@x">Look', b"Content-Type: text/html; charset=utf-8"),
            _part(_b64(PNG), b'Content-Type: image/png; name="p.png"', b"Content-ID: p1@x", B64),
            kind="related",
        ),
        inline=("p1@x",),
    ),
    Sample(
        id="related-start",
        raw=_mixed(
            _part(_b64(PNG), b'Content-Type: image/png; name="p.png"', b"Content-ID: <p1@x>", B64),
            _part(b'<img src="cid:p1@x">Look', b"Content-Type: text/html; charset=utf-8", b"Content-ID: <root@x>"),
            kind="related",
            more='; start="<root@x>"; type="text/html"',
        ),
        text="Look",
        html='<img src="cid:p1@x">Look',
        files=(("p.png", "image/png", len(PNG)),),
        inline=("p1@x",),
    ),
    Sample(
        id="picture-in-mixed-referred-to",
        raw=_mixed(
            _part(b'<img src="cid:p1@x">Look', b"Content-Type: text/html; charset=utf-8"),
            _part(
                _b64(PNG),
                b'Content-Type: image/png; name="p.png"',
                b"Content-ID: <p1@x>",
                b"Content-Disposition: attachment; filename=p.png",
                B64,
            ),
        ),
        files=(("p.png", "image/png", len(PNG)),),
        inline=("p1@x",),
    ),
    Sample(
        id="picture-escaped-in-html",
        raw=_mixed(
            _part(b"<img src=cid:p1%40x>Look", b"Content-Type: text/html; charset=utf-8"),
            _part(_b64(PNG), b'Content-Type: image/png; name="p.png"', b"Content-ID: <p1@x>", B64),
            kind="related",
        ),
        inline=("p1@x",),
    ),
    Sample(
        id="picture-not-referred-to",
        raw=_mixed(
            _part(b"<p>Look</p>", b"Content-Type: text/html; charset=utf-8"),
            _part(
                _b64(PNG),
                b'Content-Type: image/png; name="p.png"',
                b"Content-ID: <p1@x>",
                b"Content-Disposition: attachment; filename=p.png",
                B64,
            ),
        ),
        files=(("p.png", "image/png", len(PNG)),),
        inline=(),
    ),
    Sample(
        id="picture-without-disposition",
        raw=_mixed(TEXT, _part(_b64(PNG), b"Content-Type: image/png", B64)),
        files=(("attachment-1.png", "image/png", len(PNG)),),
    ),
    Sample(
        id="picture-location",
        raw=_mixed(
            _part(b'<img src="p.png">Look', b"Content-Type: text/html; charset=utf-8"),
            _part(_b64(PNG), b"Content-Type: image/png", b"Content-Location: p.png", B64),
            kind="related",
        ),
        files=(("attachment-1.png", "image/png", len(PNG)),),
    ),
    Sample(
        id="picture-alone",
        raw=letter(
            _b64(PNG),
            kind='image/png; name="p.png"\r\nContent-Disposition: attachment; filename="p.png"',
            encoding="base64",
        ),
        text="",
        files=(("p.png", "image/png", len(PNG)),),
    ),
    Sample(
        id="alternative-in-mixed",
        raw=_mixed(b"--b\r\n" + ALTERNATIVE, _part(_b64(PDF), b"Content-Type: application/pdf; name=a.pdf", B64)),
        text="plain",
        html="<p>rich</p>",
        files=(("a.pdf", "application/pdf", len(PDF)),),
    ),
    Sample(
        id="alternative-in-related",
        raw=_mixed(
            b"--b\r\n" + ALTERNATIVE.replace(b"rich", b'rich<img src="cid:p">'),
            _part(_b64(PNG), b"Content-Type: image/png; name=p.png", b"Content-ID: <p>", B64),
            kind="related",
        ),
        text="plain",
        html='<p>rich<img src="cid:p"></p>',
        inline=("p",),
    ),
    Sample(
        id="related-in-alternative",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
            b'--r\r\nContent-Type: text/html\r\n\r\n<img src="cid:p">rich\r\n--r\r\nContent-Type: image/png; name=p.png\r\n'
            b"Content-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _b64(PNG) + b"--r--\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="plain",
        html='<img src="cid:p">rich',
        files=(("p.png", "image/png", len(PNG)),),
        inline=("p",),
    ),
    Sample(
        id="apple-mixed-in-alternative",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: multipart/mixed; boundary=r\r\n\r\n"
            b"--r\r\nContent-Type: text/html\r\n\r\n<p>one</p>\r\n--r\r\nContent-Type: application/pdf; name=a.pdf\r\n"
            b"Content-Disposition: inline; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + _b64(PDF)
            + b"--r\r\nContent-Type: text/html\r\n\r\n<p>two</p>\r\n--r--\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="plain",
        files=(("a.pdf", "application/pdf", len(PDF)),),
    ),
    Sample(
        id="apple-text-file-text",
        raw=_mixed(
            _part(b"before", b"Content-Type: text/plain; charset=us-ascii"),
            _part(
                _b64(PDF),
                b"Content-Type: application/pdf; name=a.pdf",
                b"Content-Disposition: inline; filename=a.pdf",
                B64,
            ),
            _part(b"after", b"Content-Type: text/plain; charset=us-ascii"),
        ),
        text="before\n\nafter",
        files=(("a.pdf", "application/pdf", len(PDF)),),
    ),
    Sample(
        id="nested-six-deep",
        raw=b"From: ann@example.org\r\nSubject: deep\r\nMIME-Version: 1.0\r\n" + _nested(6),
        subject="deep",
        text="deep",
        files=(),
    ),
    Sample(
        id="multipart-said-to-be-base64",
        raw=letter(
            TEXT + _part(_b64(PDF), b"Content-Type: application/pdf; name=a.pdf", B64) + b"--b--\r\n",
            kind="multipart/mixed; boundary=b",
            encoding="base64",
        ),
        text="See the file.",
        files=(("a.pdf", "application/pdf", len(PDF)),),
    ),
    Sample(
        id="multipart-said-to-be-quoted-printable",
        raw=letter(TEXT + b"--b--\r\n", kind='multipart/mixed; boundary="b"', encoding="quoted-printable"),
        text="See the file.",
    ),
    Sample(
        id="uuencoded-body",
        raw=letter(b"Here it is.\r\n\r\nbegin 644 a.txt\r\n+:&5L;&\\@=V]R;&0 \r\n`\r\nend\r\n"),
        text="Here it is.\n\nbegin 644 a.txt\n+:&5L;&\\@=V]R;&0 \n`\nend",
        files=(),
    ),
    Sample(
        id="uuencoded-part",
        raw=_mixed(
            TEXT,
            _part(
                b"begin 644 a.txt\r\n+:&5L;&\\@=V]R;&0 \r\n`\r\nend",
                b"Content-Type: application/octet-stream; name=a.txt",
                b"Content-Transfer-Encoding: x-uuencode",
            ),
        ),
        files=(("a.txt", "application/octet-stream", 11),),
    ),
    Sample(
        id="quoted-printable-file",
        raw=_mixed(
            TEXT,
            _part(
                b"a,b=0D=0Ac=3Dd",
                b"Content-Type: text/csv; name=a.csv",
                b"Content-Disposition: attachment",
                b"Content-Transfer-Encoding: quoted-printable",
            ),
        ),
        files=(("a.csv", "text/csv", 8),),
    ),
    Sample(
        id="base64-without-padding",
        raw=_mixed(TEXT, _part(b"aGVsbG8", b"Content-Type: application/x; name=a", B64)),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="base64-with-footer",
        raw=_mixed(TEXT, _part(b"aGVsbG8=\r\n\r\n", b"Content-Type: application/x; name=a", B64)),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="base64-with-blanks",
        raw=_mixed(TEXT, _part(b"aGVs bG8=\r\n", b"Content-Type: application/x; name=a", B64)),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="base64-padding-in-the-middle",
        raw=_mixed(TEXT, _part(b"aGVsbG8=\r\nIHlvdQ==\r\n", b"Content-Type: application/x; name=a", B64)),
        files=(("a", "application/x", 9),),
    ),
    Sample(
        id="binary-encoding",
        raw=_mixed(
            TEXT, _part(PDF, b"Content-Type: application/pdf; name=a.pdf", b"Content-Transfer-Encoding: binary")
        ),
        files=(("a.pdf", "application/pdf", len(PDF)),),
    ),
    Sample(
        id="encoding-with-comment",
        raw=_mixed(
            TEXT,
            _part(b"aGVsbG8=", b"Content-Type: application/x; name=a", b"Content-Transfer-Encoding: base64 (yes)"),
        ),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="encoding-with-semicolon",
        raw=_mixed(
            TEXT,
            _part(b"aGVsbG8=", b"Content-Type: application/x; name=a", b"Content-Transfer-Encoding: base64;"),
        ),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="encoding-quoted",
        raw=_mixed(
            TEXT,
            _part(b"aGVsbG8=", b"Content-Type: application/x; name=a", b'Content-Transfer-Encoding: "base64"'),
        ),
        files=(("a", "application/x", 5),),
    ),
    Sample(
        id="alternative-only-html",
        raw=letter(
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n", kind="multipart/alternative; boundary=b"
        ),
        text="rich",
        html="<p>rich</p>",
    ),
    Sample(
        id="alternative-empty-plain",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="rich",
        html="<p>rich</p>",
    ),
    Sample(
        id="alternative-html-first",
        raw=letter(
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="plain",
        html="<p>rich</p>",
    ),
    Sample(
        id="alternative-with-amp",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/x-amp-html\r\n\r\n<html amp4email>\r\n"
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n",
            kind="multipart/alternative; boundary=b",
        ),
        text="plain",
        html="<p>rich</p>",
    ),
    Sample(
        id="report",
        raw=letter(
            b"--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: failed\r\n--b\r\n"
            b"Content-Type: text/rfc822-headers\r\n\r\nSubject: y\r\n--b--\r\n",
            kind="multipart/report; report-type=delivery-status; boundary=b",
        ),
        text="Failed.",
    ),
    Sample(
        id="voice-message",
        raw=letter(
            b"--b\r\nContent-Type: audio/wav; name=voice.wav\r\nContent-Transfer-Encoding: base64\r\n\r\nUklGRg==\r\n--b--\r\n",
            kind="multipart/voice-message; boundary=b",
        ),
        text="",
        files=(("voice.wav", "audio/wav", 4),),
    ),
)
