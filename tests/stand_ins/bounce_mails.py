"""Bounces as mail servers write them, made up from the forms that they have, each with what is in it, told by hand."""

from deskbell.core.store.delivery_reports import ReportKind

from .bounce_texts import TEXTS

BOUNCE, DELAYED, DELIVERED = ReportKind.BOUNCE, ReportKind.DELAYED, ReportKind.DELIVERED

ORIGINAL = """\
Received: from desk.example.com (desk.example.com [192.0.2.1]) by mx.example.com; Mon, 2 Mar 2026 09:00:00 +0000
From: Support <support@example.com>
To: Ada Moss <{to}>
Subject: Re: The printer is out of toner
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <db.aaaabbbbccccddddeeeeffffgg@example.com>
Content-Type: text/plain; charset=utf-8

We send somebody with toner. Questions go to hotline@example.com.
"""


def plain(sender: str, subject: str, body: str, *fields: str, charset: str = "utf-8") -> bytes:
    """A bounce of one text."""
    head = [
        "Return-Path: <>",
        f"From: {sender}",
        "To: support@example.com",
        f"Subject: {subject}",
        "Date: Mon, 02 Mar 2026 09:01:00 +0000",
        "Message-ID: <report@mx.example.net>",
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={charset}",
        "Content-Transfer-Encoding: 8bit",
        *fields,
    ]
    return ("\n".join(head) + "\n\n").encode() + body.encode(charset)


def report(
    sender: str,
    subject: str,
    text: str,
    status: str,
    *,
    status_type: str = "message/delivery-status",
    top: str = "multipart/report; report-type=delivery-status",
    returned: str | None = ORIGINAL.format(to="ada@example.org"),
    returned_type: str = "message/rfc822",
    fields: tuple[str, ...] = (),
    return_path: str = "<>",
) -> bytes:
    """A bounce of a text for people, one for machines and the returned mail."""
    head = [
        f"Return-Path: {return_path}",
        f"From: {sender}",
        "To: support@example.com",
        f"Subject: {subject}",
        "Date: Mon, 02 Mar 2026 09:01:00 +0000",
        "Message-ID: <report@mx.example.net>",
        "MIME-Version: 1.0",
        f'Content-Type: {top}; boundary="cut"',
        *fields,
    ]
    parts = [f"Content-Type: text/plain; charset=utf-8\n\n{text}\n", f"Content-Type: {status_type}\n\n{status}\n"]
    if returned is not None:
        parts.append(f"Content-Type: {returned_type}\n\n{returned}\n")
    body = "".join(f"--cut\n{part}" for part in parts) + "--cut--\n"
    return ("\n".join(head) + "\n\n" + body).encode()


DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
UNDELIVERED = "Undelivered Mail Returned to Sender"

REPORTS: dict[str, tuple[bytes, ReportKind, tuple[str, ...]]] = {
    "postfix": (
        report(
            DAEMON,
            UNDELIVERED,
            "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\n"
            "be delivered to one or more recipients. It's attached below.\n\n<ada@example.org>: host mx.example.org[192.0.2.9] said:"
            " 550 5.1.1 <ada@example.org>: Recipient address\n    rejected: User unknown (in reply to RCPT TO command)",
            "Reporting-MTA: dns; mx.example.net\nX-Postfix-Queue-ID: 4F1\nArrival-Date: Mon, 2 Mar 2026 09:00:00 +0000\n\n"
            "Final-Recipient: rfc822; ada@example.org\nOriginal-Recipient: rfc822;ada@example.org\nAction: failed\nStatus: 5.1.1\n"
            "Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "postfix-two": (
        report(
            DAEMON,
            UNDELIVERED,
            "This is the mail system.\n\n<ada@example.org>: unknown user\n\n<bob@example.org>: mailbox full",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1\n"
            'Diagnostic-Code: X-Postfix; unknown user: "ada"\n\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2',
        ),
        BOUNCE,
        ("ada@example.org", "bob@example.org"),
    ),
    "postfix-delay": (
        report(
            DAEMON,
            "Delayed Mail (still being retried)",
            "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
            "Your message could not be delivered for more than 4 hour(s).",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: delayed\nStatus: 4.4.1\n"
            "Diagnostic-Code: X-Postfix; connect to mx.example.org[192.0.2.9]:25: Connection timed out\nWill-Retry-Until: Sat, 7 Mar 2026 09:00:00 +0000",
            returned_type="text/rfc822-headers",
        ),
        DELAYED,
        ("ada@example.org",),
    ),
    "postfix-success": (
        report(
            DAEMON,
            "Successful Mail Delivery Report",
            "Your message was successfully delivered to the destination(s) listed below.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: delivered\nStatus: 2.0.0",
            returned_type="text/rfc822-headers",
        ),
        DELIVERED,
        ("ada@example.org",),
    ),
    "postfix-relayed": (
        report(
            DAEMON,
            "Successful Mail Delivery Report",
            "Your message was relayed.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: relayed (to non-DSN-aware mailer)\nStatus: 2.0.0",
        ),
        DELIVERED,
        ("ada@example.org",),
    ),
    "postfix-original-recipient": (
        report(
            DAEMON,
            UNDELIVERED,
            "<ada.moss@inner.example.org> (expanded from <ada@example.org>): unknown user",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada.moss@inner.example.org\n"
            "Original-Recipient: rfc822;ada@example.org\nAction: failed\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "original-recipient-xtext": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: dns; mx.example.net\n\nOriginal-Recipient: rfc822;ada+2Bdesk@example.org\n"
            "Final-Recipient: rfc822;inner@example.org\nAction: failed\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("ada+desk@example.org",),
    ),
    "sendmail": (
        report(
            "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
            "Returned mail: see transcript for details",
            "The original message was received at Mon, 2 Mar 2026 09:00:00 GMT\n\n   ----- The following addresses had permanent fatal errors -----\n"
            "<ada@example.org>\n    (reason: 550 5.1.1 <ada@example.org>... User unknown)\n\n   ----- Transcript of session follows -----\n"
            "... while talking to mx.example.org.:\n>>> DATA\n<<< 550 5.1.1 <ada@example.org>... User unknown\n550 5.1.1 <ada@example.org>... User unknown",
            "Reporting-MTA: dns; mx.example.net\nReceived-From-MTA: DNS; desk.example.com\n\nFinal-Recipient: RFC822; ada@example.org\n"
            "Action: failed\nStatus: 5.1.1\nRemote-MTA: DNS; mx.example.org\nDiagnostic-Code: SMTP; 550 5.1.1 <ada@example.org>... User unknown\n"
            "Last-Attempt-Date: Mon, 2 Mar 2026 09:00:01 GMT",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "exim-report": (
        report(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n\n  ada@example.org\n    SMTP error from remote mail server after RCPT TO:<ada@example.org>:\n"
            "    550 No such user here",
            "Reporting-MTA: dns; mx.example.net\n\nAction: failed\nFinal-Recipient: rfc822;ada@example.org\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.org\n"
            "Diagnostic-Code: smtp; 550 No such user here",
            fields=("X-Failed-Recipients: ada@example.org", "Auto-Submitted: auto-replied"),
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "office365": (
        report(
            "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>",
            "Undeliverable: The printer is out of toner",
            "Your message to ada@example.org couldn't be delivered.\n\nada wasn't found at example.org.",
            "Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com\nReceived-From-MTA: dns;desk.example.com\nArrival-Date: Mon, 2 Mar 2026 09:00:00 +0000\n\n"
            "Final-Recipient: rfc822;ada@example.org\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.org not found by SMTP address lookup",
            fields=("X-MS-Exchange-Message-Is-Ndr:",),
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "exchange-2003": (
        report(
            "System Administrator <postmaster@example.org>",
            "Undeliverable: The printer is out of toner",
            "Your message\n\n  To:      ada@example.org\n  Subject: The printer is out of toner\n  Sent:    Mon, 2 Mar 2026 09:00:00 +0000\n\ndid not reach the following recipient(s):\n\n"
            "ada@example.org on Mon, 2 Mar 2026 09:00:02 +0000\n    The e-mail account does not exist at the organization this message was sent to.\n      <mail.example.org #5.1.1>",
            "Reporting-MTA: dns;mail.example.org\n\nFinal-Recipient: RFC822;ada@example.org\nAction: failed\nStatus: 5.1.1\nX-Supplementary-Info: <mail.example.org #5.1.1>\nX-Display-Name: ada@example.org",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "gmail": (
        report(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            "** Address not found **\n\nYour message wasn't delivered to ada@example.org because the address couldn't be found, or is unable to receive mail.\n\n"
            "The response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.",
            "Reporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; support@example.com\nX-Original-Message-ID: <db.aaaabbbbccccddddeeeeffffgg@example.com>\n\n"
            "Final-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; gmail-smtp-in.example.net.\n"
            "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address",
            fields=("Auto-Submitted: auto-replied", "X-Failed-Recipients: ada@example.org"),
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "gmail-delay": (
        report(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Delay)",
            "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to ada@example.org. Gmail will retry for 46 more hours.",
            "Reporting-MTA: dns; googlemail.com\n\nFinal-Recipient: rfc822; ada@example.org\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: Wed, 4 Mar 2026 09:00:00 +0000",
        ),
        DELAYED,
        ("ada@example.org",),
    ),
    "amazon-ses": (
        report(
            "MAILER-DAEMON@eu-west-1.amazonses.com",
            "Delivery Status Notification (Failure)",
            "An error occurred while trying to deliver the mail to the following recipients:\nada@example.org",
            "Reporting-MTA: dns; a4-1.smtp-out.eu-west-1.amazonses.com\n\nAction: failed\nFinal-Recipient: rfc822; ada@example.org\n"
            "Diagnostic-Code: smtp; 550 5.1.1 user unknown\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "lotus-report": (
        report(
            "postmaster@example.org",
            "DELIVERY FAILURE: User ada (ada@example.org) not listed in Domino Directory",
            "Your message\n\n  Subject: The printer is out of toner\n\nwas not delivered to:\n\n  ada@example.org\n\nbecause:\n\n  User ada (ada@example.org) not listed in Domino Directory",
            "Reporting-MTA: dns;mail.example.org\n\nFinal-Recipient: rfc822;ada@example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: X-Notes; User ada (ada@example.org) not listed in Domino Directory",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "courier": (
        report(
            "Courier mail server at mx.example.net <@>",
            "NOTICE: mail delivery status.",
            "This is a delivery status notification from mx.example.net,\nrunning the Courier mail server, version 0.73.\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n"
            "<ada@example.org>:\n    mx.example.org [192.0.2.9]:\n>>> RCPT TO:<ada@example.org>\n<<< 550 User unknown.",
            "Reporting-MTA: dns; mx.example.net\nArrival-Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.0.0\n"
            "Remote-MTA: dns; mx.example.org [192.0.2.9]\nDiagnostic-Code: smtp; 550 User unknown.",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "zimbra": (
        report(
            "MAILER-DAEMON@zimbra.example.net (Mail Delivery System)",
            UNDELIVERED,
            "This is the mail system at host zimbra.example.net.\n\n<ada@example.org>: mail for example.org loops back to myself",
            "Reporting-MTA: dns; zimbra.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.4.6",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "groupwise-report": (
        report(
            "Mailer-Daemon@gw.example.org",
            "Message status - undeliverable",
            "The attached message to the following recipients was undeliverable:\n\nada@example.org (user not found)",
            "Reporting-MTA: dns; gw.example.org\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1 (user not found)",
            top="multipart/report; report-type=delivery-status",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "smtputf8": (
        report(
            DAEMON,
            UNDELIVERED,
            "<jürgen@example.org>: unbekannt",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: utf-8; jürgen@example.org\nAction: failed\nStatus: 5.1.1",
            status_type="message/global-delivery-status",
        ),
        BOUNCE,
        ("jürgen@example.org",),
    ),
    "smtputf8-escaped": (
        report(
            DAEMON,
            UNDELIVERED,
            "not delivered",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: utf-8; j\\x{FC}rgen@example.org\nAction: failed\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("jürgen@example.org",),
    ),
    "status-as-text": (
        report(
            DAEMON,
            UNDELIVERED,
            "Your mail could not be delivered.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1",
            status_type="text/plain; name=details.txt",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "status-as-octets": (
        report(
            DAEMON,
            UNDELIVERED,
            "Your mail could not be delivered.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1",
            status_type="application/octet-stream; name=details.txt",
            top="multipart/mixed",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "status-in-mixed": (
        report(
            "postmaster@mx.example.net",
            "Delivery failure",
            "Your mail could not be delivered.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1",
            top="multipart/mixed",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "status-without-blank-lines": (
        report(
            DAEMON,
            UNDELIVERED,
            "Two failed.",
            "Reporting-MTA: dns; mx.example.net\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1\n"
            "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("ada@example.org", "bob@example.org"),
    ),
    "status-without-type": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: mx.example.net\n\nFinal-Recipient: <ada@example.org>\nAction: FAILED\nStatus: 5.1.1",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "status-without-action": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: dns;mx.example.net\n\nFinal-Recipient: rfc822;ada@example.org\nStatus: 5.4.4\nDiagnostic-Code: smtp;550 Host unknown",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "local-recipient-told-in-text": (
        report(
            DAEMON,
            UNDELIVERED,
            "<ada@example.org>: Command died with status 1",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: x-local; ada\nAction: failed\nStatus: 5.3.0",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "local-recipient-told-by-returned-mail": (
        report(
            DAEMON,
            UNDELIVERED,
            "Delivery failed for user ada.",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: x-local; ada\nAction: failed\nStatus: 5.3.0",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "nothing-returned": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1",
            returned=None,
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
    "one-failed-one-delivered": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1\n\n"
            "Final-Recipient: rfc822; bob@example.org\nAction: delivered\nStatus: 2.1.5",
        ),
        BOUNCE,
        ("ada@example.org", "bob@example.org"),
    ),
    "crlf-and-tabs": (
        report(
            DAEMON,
            UNDELIVERED,
            "failed",
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient:\trfc822;\tada@example.org\nAction:\tfailed\nStatus:\t5.1.1\n"
            "Diagnostic-Code: smtp;\n\t550 5.1.1 no such\n\tuser",
        ).replace(b"\n", b"\r\n"),
        BOUNCE,
        ("ada@example.org",),
    ),
    "german-office365": (
        report(
            "Microsoft Outlook <postmaster@example.org>",
            "=?utf-8?q?Unzustellbar=3A_Der_Drucker?=",
            "Ihre Nachricht an ada@example.org konnte nicht zugestellt werden.",
            "Reporting-MTA: dns;mail.example.org\n\nFinal-Recipient: rfc822;ada@example.org\nAction: failed\nStatus: 5.1.10",
        ),
        BOUNCE,
        ("ada@example.org",),
    ),
}


def _wrapped() -> bytes:
    inner = REPORTS["postfix"][0].decode()
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example.net\nTo: support@example.com\nSubject: Undeliverable mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="out"\n\n--out\nContent-Type: text/plain\n\nA report is attached.\n'
        f"--out\nContent-Type: message/rfc822\n\n{inner}\n--out--\n"
    ).encode()


REPORTS["wrapped"] = (_wrapped(), BOUNCE, ("ada@example.org",))

BOUNCES: dict[str, tuple[bytes, ReportKind, tuple[str, ...]]] = {
    **REPORTS,
    **{
        name: (
            plain(sender, subject, body.replace("{original}", ORIGINAL.format(to="ada@example.org")), *fields),
            kind,
            expected,
        )
        for name, (sender, subject, fields, body, kind, expected) in TEXTS.items()
    },
}
