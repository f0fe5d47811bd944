"""Mails that speak of deliveries, failures and addresses and are no reports: what people, shops and absent people send."""

from collections.abc import Iterator, Mapping

QUOTED = """\
> This is the mail system at host mx.example.net.
>
> I'm sorry to have to inform you that your message could not
> be delivered to one or more recipients.
>
> <bob@example.org>: host mx.example.org[192.0.2.9] said: 550 5.1.1
>     <bob@example.org>: Recipient address rejected: User unknown
"""
PASTED = QUOTED.replace("> ", "").replace(">", "")
STATUS = """\
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.1.1
"""

SUBJECTS = (
    "Delivery failed: your parcel 00340434",
    "We could not deliver your parcel",
    "Delivery status of order 4711",
    "Your delivery has been delayed",
    "Delivery notification: your order is on its way",
    "Returned goods: RMA 1234",
    "Return to sender: parcel 77",
    "Undelivered parcel at your post office",
    "Re: Undelivered Mail Returned to Sender",
    "Fwd: Undelivered Mail Returned to Sender",
    "WG: Unzustellbar: Angebot",
    "AW: Mail delivery failed: returning message to sender",
    "TR: Message non remis",
    "RV: No se pudo entregar",
    "What does 'Undelivered Mail Returned to Sender' mean?",
    "I get failure notices all day",
    "Delivery Status Notification (Failure) when I write to Bob",
    "Undeliverable: what shall I do?",
    "My mailbox is full",
    "User unknown when I log in",
    "Failed login",
    "Payment failed",
    "Backup failed on srv01",
    "Mail server down",
    "Ihre Sendung konnte nicht zugestellt werden",
    "Lieferung fehlgeschlagen",
    "Zustellung Ihres Pakets verzögert",
    "Votre colis n'a pas pu être remis",
    "Su pedido no se pudo entregar",
    "お荷物を配達できませんでした",
    "您的包裹无法投递",
    "Ваша посылка не может быть доставлена",
)
BODIES = {
    "parcel": "Dear customer,\n\nwe could not deliver your parcel 00340434 to you: nobody was at home. Write to service@parcels.example or call us.\n",
    "order": "Your order 4711 has been delayed. Delivery attempts will continue. Questions: orders@shop.example\n\nThe shop\n",
    "question": f"Hello,\n\nI got this today. What is wrong with bob@example.org?\n\n{QUOTED}\nAda\n",
    "pasted": f"Hello,\n\nthis is what I get, please help:\n\n{PASTED}\n{STATUS}\nAda\n",
}
ABSENCES = (
    (
        "Out of office: Undeliverable: Your ticket",
        "I no longer work here, the address does not exist from May on. Write to bob@example.org.\n",
    ),
    (
        "Automatic reply: Delivery failed for order 7",
        "I am away and cannot be reached. My mails are not read: bob@example.org\n",
    ),
    (
        "Out of office: Re: Your ticket",
        "I am out of the office until 9 March. In urgent cases write to bob@example.org.\n",
    ),
    (
        "Automatic reply: Your ticket",
        "Thank you for your mail. I no longer work here. Please contact bob@example.org.\n",
    ),
    ("Abwesenheitsnotiz: Ihr Ticket", "Ich bin bis 9. März nicht erreichbar. In dringenden Fällen: bob@example.org\n"),
    (
        "Automatische Antwort: Ihr Ticket",
        "Ich bin im Urlaub und nicht erreichbar. Ihre Nachricht wird nicht weitergeleitet.\n",
    ),
    (
        "Réponse automatique : votre ticket",
        "Je suis absente jusqu'au 9 mars. Contactez bob@example.org en cas d'urgence.\n",
    ),
    ("Respuesta automática: su ticket", "Estoy fuera de la oficina hasta el 9 de marzo. Escriba a bob@example.org.\n"),
    ("Risposta automatica: il suo ticket", "Sono fuori ufficio fino al 9 marzo. Scrivete a bob@example.org.\n"),
    ("不在のお知らせ", "3月9日まで不在にしております。bob@example.org までご連絡ください。\n"),
    ("Vacation", "I am away. Your mail has been received and will be read when I return.\n"),
    ("Re: Your ticket", "This is an automatic answer: I have left the company, bob@example.org took over.\n"),
    (
        "Auto: We got your mail",
        "We have received your request and will answer soon. Your number is 4711. support@customer.example\n",
    ),
    (
        "Ticket received [#77]",
        "Your message was received. Do not answer to noreply@customer.example, nobody reads it.\n",
    ),
)
ROBOTS = (
    (
        "postmaster@customer.example",
        "Your mailbox is almost full",
        "Your mailbox has used 95 % of its quota. Delete mails, or write to hotline@customer.example.\n",
    ),
    (
        "postmaster@customer.example",
        "Ticket 77",
        "Your message was received by hotline@customer.example and is being worked on.\n",
    ),
    (
        "system-administrator@customer.example",
        "New password",
        "Your password expires in 3 days. Questions: hotline@customer.example\n",
    ),
    (
        "noreply@shop.example",
        "Your order 4711",
        "Your order was shipped to ada@example.org. It cannot be returned after 14 days.\n",
    ),
    (
        "noreply@bank.example",
        "Your payment failed",
        "The payment of 10 EUR was rejected: account not found. Write to help@bank.example.\n",
    ),
    (
        "root@srv01.customer.example",
        "Cron <root@srv01> backup",
        "backup: error: could not reach host db01\nexit status 1\n",
    ),
    (
        "monitor@customer.example",
        "** PROBLEM Service Alert: srv01/SMTP is CRITICAL **",
        "CRITICAL - connection refused to 192.0.2.9 port 25\n",
    ),
    (
        "mailer@news.example",
        "Our newsletter in March",
        "You get this because you subscribed as ada@example.org. Unsubscribe at any time.\n",
    ),
    ("bounces@lists.example", "[list] digest", "Today's topics: 1. undeliverable mail (bob@example.org)\n"),
    (
        "noreply@ci.example",
        "Build failed: main",
        "Build 17 failed: user.py not found. Last change by bob@example.org\n",
    ),
    (
        "delivery@parcels.example",
        "Delivery failed",
        "We could not deliver your parcel. It was returned to the depot. info@parcels.example\n",
    ),
    (
        "delivery@parcels.example",
        "Delivery delayed",
        "Your parcel is delayed; delivery attempts will continue tomorrow.\n",
    ),
    (
        "notifications@forge.example",
        "[forge] Bounces are not detected (#12)",
        "bob@example.org wrote: a 550 5.1.1 user unknown is not detected\n",
    ),
    (
        "postmaster@customer.example",
        "Maintenance of the mail server",
        "On Sunday the mail server is down from 2 to 4. Questions to hotline@customer.example.\n",
    ),
    (
        "postmaster@customer.example",
        "DMARC report for example.com",
        "This is an aggregate report. Contact: dmarc@customer.example\n",
    ),
    ("admin@customer.example", "New user ada@example.org", "The account ada@example.org was created.\n"),
    (
        "listserv@lists.example",
        "You have been subscribed",
        "ada@example.org has been added to the list. To leave it write to list-request@lists.example.\n",
    ),
    (
        "noreply@quarantine.example",
        "Spam digest",
        "3 mails to ada@example.org were blocked as spam. Release them here.\n",
    ),
)


def plain_mail(sender: str, subject: str, text: str, *fields: str) -> bytes:
    """A mail of one text with the fields that everybody writes."""
    head = [
        f"From: {sender}",
        "To: Support <support@example.com>",
        f"Subject: {subject}",
        "Date: Mon, 02 Mar 2026 09:01:00 +0000",
        "Message-ID: <one@customer.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *fields,
    ]
    return ("\n".join(head) + "\n\n" + text).encode()


def no_bounces() -> Mapping[str, bytes]:
    """Every such mail by its name."""
    return dict(_all())


def _all() -> Iterator[tuple[str, bytes]]:
    for number, subject in enumerate(SUBJECTS):
        for name, body in BODIES.items():
            yield (
                f"person-{number}-{name}",
                plain_mail("Ada Moss <ada@customer.example>", subject, body, "Return-Path: <ada@customer.example>"),
            )
    for number, (subject, body) in enumerate(ABSENCES):
        answers = ("Auto-Submitted: auto-replied", "In-Reply-To: <db.aaaabbbbccccddddeeeeffffgg@example.com>")
        yield f"absence-{number}", plain_mail("Ada <ada@customer.example>", subject, body, "Return-Path: <>", *answers)
        yield (
            f"absence-bare-{number}",
            plain_mail("Ada <ada@customer.example>", subject, body, "Return-Path: <ada@customer.example>"),
        )
    for number, (sender, subject, body) in enumerate(ROBOTS):
        yield f"robot-{number}", plain_mail(sender, subject, body, f"Return-Path: <{sender}>", "Precedence: bulk")
        yield (
            f"robot-null-{number}",
            plain_mail(sender, subject, body, "Return-Path: <>", "Auto-Submitted: auto-generated"),
        )
    yield from _forwarded()


def _forwarded() -> Iterator[tuple[str, bytes]]:
    """Bounces that people send on, with all their parts."""
    text = "Content-Type: text/plain\n\nWhat is this?\n"
    status = f"Content-Type: message/delivery-status\n\n{STATUS}\n"
    inner = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="in"\n\n--in\n\n{PASTED}\n--in\n{status}--in--\n'
    )
    whole = f"Content-Type: message/rfc822\n\n{inner}\n"
    for name, parts in {"parts": (text, status), "attached": (text, whole)}.items():
        body = "".join(f"--out\n{part}" for part in parts) + "--out--\n"
        for subject in (
            "Fwd: Undelivered Mail Returned to Sender",
            "Please help",
            "Undelivered Mail Returned to Sender",
        ):
            head = f'From: Ada <ada@customer.example>\nTo: support@example.com\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="out"\n\n'
            yield f"forwarded-{name}-{subject[:6]}", (head + body).encode()
