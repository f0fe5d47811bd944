# ruff: noqa: RUF001 - people write with other letters
"""Ordinary mails, as people's programs write them: one for each kind that a desk meets every day."""

from collections.abc import Mapping

from .mime import file, html, mail, multipart, part, plain

PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000100000001080600000" + "01f15c4890000000049454e44ae426082")
TNEF = bytes.fromhex("789f3e2201000690080004000000000001000100010790060008000000e4040000000000")

# Charset label, Python's codec, and a line that somebody could have written in it.
CHARSETS = (
    ("us-ascii", "ascii", "The printer is out of toner."),
    ("utf-8", "utf-8", "Der Drucker läuft nicht mehr – schöne Grüße ☎"),
    ("iso-8859-1", "latin-1", "Der Drucker läuft nicht mehr, schöne Grüße"),
    ("windows-1252", "cp1252", "Der „Drucker“ kostet 5 €"),
    ("iso-8859-2", "iso8859-2", "Drukarka nie działa, proszę o pomoc"),
    ("windows-1250", "cp1250", "Tiskárna nefunguje, prosím o pomoc"),
    ("iso-8859-5", "iso8859-5", "Принтер не работает"),
    ("windows-1251", "cp1251", "Принтер не работает"),
    ("koi8-r", "koi8-r", "Принтер не работает"),
    ("koi8-u", "koi8-u", "Принтер не працює, її немає"),
    ("iso-8859-7", "iso8859-7", "Ο εκτυπωτής δεν λειτουργεί"),
    ("windows-1253", "cp1253", "Ο εκτυπωτής δεν λειτουργεί"),
    ("iso-8859-9", "iso8859-9", "Yazıcı çalışmıyor, teşekkürler"),
    ("windows-1254", "cp1254", "Yazıcı çalışmıyor, teşekkürler"),
    ("iso-8859-8", "iso8859-8", "המדפסת אינה פועלת"),
    ("windows-1255", "cp1255", "המדפסת אינה פועלת"),
    ("iso-8859-6", "iso8859-6", "الطابعة لا تعمل"),
    ("windows-1256", "cp1256", "الطابعة لا تعمل"),
    ("windows-1257", "cp1257", "Spausdintuvas neveikia, ačiū"),
    ("windows-1258", "cp1258", "May in khong hoat dong"),
    ("tis-620", "tis-620", "เครื่องพิมพ์ไม่ทำงาน"),
    ("iso-2022-jp", "iso2022_jp", "プリンターが動きません"),
    ("shift_jis", "cp932", "プリンターが動きません①"),
    ("euc-jp", "euc_jp", "プリンターが動きません"),
    ("gb2312", "gb18030", "打印机坏了，谢谢"),
    ("gbk", "gbk", "打印機壞了"),
    ("gb18030", "gb18030", "打印机坏了𠀀"),
    ("big5", "big5", "印表機壞了，謝謝"),
    ("ks_c_5601-1987", "cp949", "프린터가 고장났습니다"),
    ("euc-kr", "euc_kr", "프린터가 고장났습니다"),
    ("utf-16", "utf-16", "Drucker läuft nicht"),
    ("utf-16le", "utf-16-le", "Drucker läuft nicht"),
    ("utf-7", "utf-7", "Der Drucker läuft nicht"),
    ("macintosh", "mac_roman", "L’imprimante ne marche plus"),
)

# The line that a program puts above what it quotes, by language.
ATTRIBUTIONS = {
    "english": "On Mon, 2 Mar 2026 at 10:00, Support <support@example.com> wrote:",
    "german": "Am Mo., 2. März 2026 um 10:00 Uhr schrieb Support <support@example.com>:",
    "french": "Le lun. 2 mars 2026 à 10:00, Support <support@example.com> a écrit :",
    "spanish": "El lun, 2 mar 2026 a las 10:00, Support (<support@example.com>) escribió:",
    "italian": "Il giorno lun 2 mar 2026 alle ore 10:00 Support <support@example.com> ha scritto:",
    "portuguese": "Em seg., 2 de mar. de 2026 às 10:00, Support <support@example.com> escreveu:",
    "dutch": "Op ma 2 mrt 2026 om 10:00 schreef Support <support@example.com>:",
    "swedish": "Den mån 2 mars 2026 kl 10:00 skrev Support <support@example.com>:",
    "danish": "Den man. 2. mar. 2026 kl. 10.00 skrev Support <support@example.com>:",
    "norwegian": "man. 2. mars 2026 kl. 10:00 skrev Support <support@example.com>:",
    "finnish": "ma 2. maalisk. 2026 klo 10.00 Support (support@example.com) kirjoitti:",
    "polish": "pon., 2 mar 2026 o 10:00 Support <support@example.com> napisał(a):",
    "czech": "po 2. 3. 2026 v 10:00 odesílatel Support <support@example.com> napsal:",
    "hungarian": "Support <support@example.com> ezt írta (időpont: 2026. márc. 2., H, 10:00):",
    "russian": "пн, 2 мар. 2026 г. в 10:00, Support <support@example.com>:",
    "ukrainian": "пн, 2 бер. 2026 р. о 10:00 Support <support@example.com> пише:",
    "greek": "Στις Δευ 2 Μαρ 2026 στις 10:00 π.μ., ο/η Support <support@example.com> έγραψε:",
    "turkish": "Support <support@example.com>, 2 Mar 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "japanese": "2026年3月2日(月) 10:00 Support <support@example.com>:",
    "chinese": "Support <support@example.com> 于2026年3月2日周一 10:00写道：",
    "korean": "2026년 3월 2일 (월) 오전 10:00, Support <support@example.com>님이 작성:",
    "hebrew": "\u202bבתאריך יום ב׳, 2 במרץ 2026 ב-10:00 מאת \u202aSupport\u202c\u200f <\u202asupport@example.com\u202c\u200f>:\u202c",
    "arabic": "في الاثنين، 2 مارس 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Support <support@example.com>:",
    "vietnamese": "Vào Th 2, 2 thg 3, 2026 vào lúc 10:00 Support <support@example.com> đã viết:",
}

OUTLOOK_BLOCKS = {
    "english": "From: Support <support@example.com>\nSent: Monday, March 2, 2026 10:00 AM\nTo: Ann Lee\nSubject: Printer",
    "german": "Von: Support <support@example.com>\nGesendet: Montag, 2. März 2026 10:00\nAn: Ann Lee\nBetreff: Printer",
    "french": "De : Support <support@example.com>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Ann Lee\nObjet : Printer",
    "spanish": "De: Support <support@example.com>\nEnviado el: lunes, 2 de marzo de 2026 10:00\nPara: Ann Lee\nAsunto: Printer",
    "dutch": "Van: Support <support@example.com>\nVerzonden: maandag 2 maart 2026 10:00\nAan: Ann Lee\nOnderwerp: Printer",
    "polish": "Od: Support <support@example.com>\nWysłano: poniedziałek, 2 marca 2026 10:00\nDo: Ann Lee\nTemat: Printer",
}

_ANSWER = "In-Reply-To: <0@example.com>\nReferences: <0@example.com>"


def ordinary_mails() -> Mapping[str, bytes]:
    """Every ordinary mail by its name; the same octets at every call."""
    return {**_people(), **_charsets(), **_replies(), **_kept_whole(), **_proven()}


def _people() -> dict[str, bytes]:
    text = plain("The printer on the second floor is out of toner.\n\n-- \nAnn Lee\nAccounts")
    rich = html('<html><body><p>The printer is <b>broken</b>.</p><img src="cid:logo@x"></body></html>')
    picture = file("", "image/png", PNG, inline_id="logo@x")
    both = multipart("alternative", text, rich, boundary="=_alt")
    return {
        "plain": mail(text),
        "plain-base64": mail(plain("Täglich kaputt.", transfer="base64")),
        "plain-qp": mail(plain("Täglich kaputt. " * 20, transfer="quoted-printable")),
        "html": mail(rich),
        "alternative": mail(both),
        "related": mail(multipart("related", rich, picture, boundary="=_rel")),
        "related-in-alternative": mail(
            multipart("alternative", text, multipart("related", rich, picture, boundary="=_rel"), boundary="=_alt")
        ),
        "attachment": mail(multipart("mixed", both, file("invoice.pdf", "application/pdf", b"%PDF-1.4 " + b"x" * 400))),
        "attachments": mail(
            multipart(
                "mixed",
                text,
                file("photo.png", "image/png", PNG),
                file("notes.txt", "text/plain", b"one\ntwo\n"),
                file("table.csv", "text/csv", b"a;b\n1;2\n"),
            )
        ),
        "attachment-2231": mail(
            multipart(
                "mixed",
                text,
                part(
                    "application/pdf",
                    b"%PDF",
                    transfer="base64",
                    more="Content-Disposition: attachment; filename*0*=utf-8'de'Rechnung%20M%C3%A4;\n filename*1*=rz.pdf",
                ),
            )
        ),
        "flowed": mail(
            part(
                "text/plain; format=flowed; delsp=yes",
                "A long line that goes \non and on.\n> and a \n> quote",
                charset="utf-8",
            )
        ),
        "several-recipients": mail(
            text,
            to='Support <support@example.com>, "Lee, Bob" <bob@customer.example>',
            more="Cc: Carol <carol@customer.example>",
        ),
        "encoded-subject": mail(text, subject="=?utf-8?B?RHJ1Y2tlciBsw6R1ZnQgbmljaHQ=?=\r\n =?utf-8?Q?_mehr?="),
        "raw-utf8-header": mail(text, sender="Änne <änne@bücher.example>", subject="Drucker läuft nicht"),
        "idn": mail(text, sender="Ann <ann@xn--bcher-kva.example>"),
        "plus": mail(text, sender="ann+printer@customer.example"),
        "nothing-but-text": b"It smokes.\n",
        "no-subject": mail(text, subject=None),
        "no-from": mail(text, sender=None),
        "line-feeds": mail(both).replace(b"\r\n", b"\n"),
        "from-an-mbox": b"From ann@customer.example Mon Mar  2 09:00:00 2026\n" + mail(text),
    }


def _charsets() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for number, (label, codec, text) in enumerate(CHARSETS, 100):
        subject = f"=?{label}?Q?{''.join(f'={octet:02X}' for octet in text[:12].encode(codec, 'replace'))}?="
        transfer = ("8bit", "quoted-printable", "base64")[number % 3]
        content = plain(text, charset=label, codec=codec, transfer=transfer)
        found[f"charset-{label}"] = mail(content, subject=subject, number=number)
    return found


def _replies() -> dict[str, bytes]:
    quoted = "> What is the model?\n>\n> Support\n>> The printer is broken."
    found = {
        f"reply-{language}": mail(
            plain(f"It is a LaserJet.\n\n{line}\n\n{quoted}\n"), subject="Re: [#100001] Printer", more=_ANSWER
        )
        for language, line in ATTRIBUTIONS.items()
    }
    for language, block in OUTLOOK_BLOCKS.items():
        text = f"It is a LaserJet.\n\n________________________________\n{block}\n\nWhat is the model?\n"
        markup = f"<p>It is a LaserJet.</p><hr><div>{'<br>'.join(block.splitlines())}</div><p>What is the model?</p>"
        found[f"reply-outlook-{language}"] = mail(
            multipart("alternative", plain(text), html(markup)), subject="AW: Printer", more=_ANSWER
        )
    found["reply-gmail-html"] = mail(
        html(
            '<div dir="ltr">It is a LaserJet.</div><br><div class="gmail_quote"><div class="gmail_attr">'
            "On Mon, Mar 2, 2026 at 10:00 AM Support &lt;support@example.com&gt; wrote:<br></div><blockquote>What is the model?</blockquote></div>"
        ),
        subject="Re: Printer",
        more=_ANSWER,
    )
    found["reply-inline"] = mail(
        plain("> What is the model?\nLaserJet\n> And its colour?\nGrey\n"), subject="Re: Printer", more=_ANSWER
    )
    found["reply-original-message"] = mail(
        plain("Yes.\n\n-----Original Message-----\nFrom: Support\n\nIs it on?\n"), subject="RE: Printer", more=_ANSWER
    )
    found["reply-from-a-phone"] = mail(plain("Yes\n\nSent from my phone\n\n> Is it on?\n"), more=_ANSWER)
    return found


def _kept_whole() -> dict[str, bytes]:
    text = plain("See below.")
    inner = mail(
        multipart("mixed", plain("Inner text."), file("a.txt", "text/plain", b"a"), boundary="=_in"),
        subject="Inner",
        number="inner",
    )
    event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Repair\nDTSTART:20260303T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    return {
        "forwarded-as-part": mail(multipart("mixed", text, part("message/rfc822", inner))),
        "forwarded-inline": mail(
            plain(
                "FYI\n\n---------- Forwarded message ---------\nFrom: Bob <bob@x.example>\nSubject: Toner\n\nNo toner.\n"
            ),
            subject="Fwd: Toner",
        ),
        "calendar": mail(
            multipart(
                "alternative", text, part("text/calendar; method=REQUEST", event, charset="utf-8"), boundary="=_cal"
            )
        ),
        "smime-signed": mail(
            multipart(
                "signed",
                text,
                file("smime.p7s", "application/pkcs7-signature", bytes(range(200))),
                more='; protocol="application/pkcs7-signature"; micalg=sha-256',
            )
        ),
        "smime-encrypted": mail(
            file("smime.p7m", "application/pkcs7-mime; smime-type=enveloped-data", bytes(range(200)))
        ),
        "pgp-encrypted": mail(
            multipart(
                "encrypted",
                part("application/pgp-encrypted", "Version: 1\n"),
                part("application/octet-stream", "-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n"),
                more='; protocol="application/pgp-encrypted"',
            )
        ),
        "tnef": mail(multipart("mixed", text, file("winmail.dat", "application/ms-tnef", TNEF))),
        "uuencode": mail(plain("begin 644 a.txt\n#86)C\n`\nend\n")),
        "yenc": mail(plain("=ybegin line=128 size=3 name=a.bin\n\x8b\x8c\x8d\n=yend size=3\n", charset="iso-8859-1")),
        "apple-double": mail(
            multipart(
                "mixed",
                text,
                multipart(
                    "appledouble",
                    part("application/applefile", bytes(range(64)), transfer="base64"),
                    file("a.png", "image/png", PNG),
                    boundary="=_apple",
                ),
            )
        ),
        "external-body": mail(
            multipart(
                "mixed",
                text,
                part(
                    'message/external-body; access-type=URL; URL="https://files.customer.example/a.pdf"',
                    "Content-Type: application/pdf\nContent-ID: <a@x>\n\n",
                ),
            )
        ),
        "digest": mail(
            multipart("digest", *[b"\r\n" + mail(plain("One of several."), number="digest")] * 2, boundary="=_dig")
        ),
    }


def _proven() -> dict[str, bytes]:
    text = plain("Hello")
    results = "Authentication-Results: mx.example.com; dmarc=pass header.from=customer.example;\n dkim=pass header.d=customer.example"
    sealed = (
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.example; s=k; b=AAAA\n"
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=list.example; s=k; h=from; bh=AAAA; b=AAAA\n"
        "ARC-Authentication-Results: i=1; list.example; dmarc=pass header.from=customer.example\n"
        "Authentication-Results: mx.example.com; dmarc=fail (p=none) header.from=customer.example; arc=pass smtp.remote-ip=192.0.2.1"
    )
    received = (
        "Received: from mx.customer.example (192.0.2.1) by mx.example.com with ESMTPS; Mon, 02 Mar 2026 09:00:00 +0000"
    )
    return {
        "proven": mail(text, more=f"{results}\n{received}"),
        "proven-by-somebody-else": mail(text, more=f"{received}\n{results}"),
        "not-proven": mail(
            text, more="Authentication-Results: mx.example.com 1; spf=fail smtp.mailfrom=a@evil.example"
        ),
        "sealed": mail(text, more=sealed),
    }
