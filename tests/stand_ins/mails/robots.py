"""What machines send to a desk: lists, vacation replies, bounces, complaints, receipts."""

from collections.abc import Mapping

from .mime import mail, multipart, part, plain

_RETURNED = mail(
    plain("Your request is in."), sender="Support <support@example.com>", to="gone@customer.example", number="r"
)

_NO_SENDER = "Return-Path: <>\nAuto-Submitted: auto-replied"

# What mail servers write instead of a report, by the kind of server.
TEXT_BOUNCES = {
    "qmail": (
        "Hi. This is the qmail-send program at mx.customer.example.\nI'm afraid I wasn't able to deliver your message to"
        " the following addresses.\n\n<gone@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n"
    ),
    "exim": (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
        " delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        "  gone@customer.example\n    550 5.1.1 user unknown\n\n------ This is a copy of the message. ------\n\n"
    ),
    "yahoo": (
        "Sorry, we were unable to deliver your message to the following address.\n\n<gone@customer.example>:\n"
        "552 5.2.2 mailbox full\n\n--- Original message follows.\n\n"
    ),
    "plain": "Undeliverable: gone@customer.example does not exist here.\n",
}


def robots_mails() -> Mapping[str, bytes]:
    """Every robot's mail by its name; the same octets at every call."""
    return {**_lists_and_vacations(), **_reports(), **_text_bounces()}


def delivery_report(*recipients: tuple[str, str, str], original: bytes = _RETURNED) -> bytes:
    """A bounce as RFC 3464 wants it, about (address, action, status) each.

    :param original: the mail that is returned with it.
    """
    fields = "Reporting-MTA: dns; mx.customer.example\nArrival-Date: Mon, 02 Mar 2026 09:00:00 +0000\n"
    for address, action, status in recipients:
        fields += f"\nOriginal-Recipient: rfc822;{address}\nFinal-Recipient: rfc822; {address}\nAction: {action}\n"
        words = {"failed": "550 {} no such user", "delayed": "450 {} try later"}.get(action, "250 {} done").format(
            status
        )
        fields += f"Status: {status}\nDiagnostic-Code: smtp; {words}\n"
    content = multipart(
        "report",
        plain("Your mail could not be delivered."),
        part("message/delivery-status", fields),
        part("message/rfc822", original),
        more="; report-type=delivery-status",
    )
    return mail(
        content,
        sender="Mail Delivery System <MAILER-DAEMON@mx.customer.example>",
        subject="Undelivered Mail Returned to Sender",
        number="dsn",
        more=_NO_SENDER,
    )


def _lists_and_vacations() -> dict[str, bytes]:
    text = plain("I am away until Monday.")
    return {
        "newsletter": mail(
            plain("News!"),
            sender="News <news@list.example>",
            more="List-Id: <news.list.example>\nList-Unsubscribe: <https://list.example/u>\nPrecedence: bulk",
        ),
        "discussion-list": mail(
            plain("Has anybody a printer?\n_____\nlist mailing list\nlist@list.example\n"),
            subject="[list] Printer",
            more="List-Post: <mailto:list@list.example>\nSender: list-bounces@list.example",
        ),
        "vacation": mail(
            text, subject="Automatic reply: Printer", more="Auto-Submitted: auto-replied\nIn-Reply-To: <0@example.com>"
        ),
        "vacation-outlook": mail(
            text,
            subject="Automatische Antwort: Printer",
            more="X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: a@b",
        ),
        "vacation-old": mail(text, more="X-Autoreply: yes\nPrecedence: auto_reply"),
        "monitoring": mail(
            plain("disk full"), sender="no-reply@monitor.example", more="Auto-Submitted: auto-generated"
        ),
    }


def _reports() -> dict[str, bytes]:
    gone = ("gone@customer.example", "failed", "5.1.1")
    receipt = (
        "Reporting-UA: mail.customer.example; Mailer\nFinal-Recipient: rfc822;ann@customer.example\n"
        "Original-Message-ID: <0@example.com>\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    )
    complaint = (
        "Feedback-Type: abuse\nUser-Agent: Feedback/1.0\nVersion: 1\nOriginal-Mail-From: <support@example.com>\n"
        "Original-Rcpt-To: <ann@customer.example>\nArrival-Date: Mon, 02 Mar 2026 09:00:00 +0000\nSource-IP: 192.0.2.1\n"
    )
    return {
        "bounce": delivery_report(gone),
        "bounce-of-two": delivery_report(gone, ("full@customer.example", "delayed", "4.2.2")),
        "bounce-delayed": delivery_report(("ann@customer.example", "delayed", "4.4.1")),
        "report-of-success": delivery_report(("ann@customer.example", "relayed", "2.0.0")),
        "receipt": mail(
            multipart(
                "report",
                plain("Your mail was displayed."),
                part("message/disposition-notification", receipt),
                more="; report-type=disposition-notification",
            ),
            subject="Read: Printer",
        ),
        "complaint": mail(
            multipart(
                "report",
                plain("This is an abuse report."),
                part("message/feedback-report", complaint),
                part("message/rfc822", _RETURNED),
                more="; report-type=feedback-report",
            ),
            sender="feedback@isp.example",
            subject="FW: Your request",
        ),
    }


def _text_bounces() -> dict[str, bytes]:
    return {
        f"bounce-{kind}": mail(
            plain(text + _RETURNED.decode()),
            sender="MAILER-DAEMON@mx.customer.example",
            subject="failure notice",
            number=kind,
            more="Return-Path: <>\nX-Failed-Recipients: gone@customer.example",
        )
        for kind, text in TEXT_BOUNCES.items()
    }
