# ruff: noqa: RUF001 - people write with other letters
"""Bounces in plain words: sender, subject, further fields, text, and by hand the kind and the recipients."""

from deskbell.core.store.delivery_reports import ReportKind

BOUNCE, DELAYED = ReportKind.BOUNCE, ReportKind.DELAYED
ADA = ("ada@example.org",)
Told = tuple[str, str, tuple[str, ...], str, ReportKind, tuple[str, ...]]

TEXTS: dict[str, Told] = {
    "qmail": (
        "MAILER-DAEMON@mx.example.net",
        "failure notice",
        (),
        (
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<ada@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            "--- Below this line is a copy of the message.\n\nReturn-Path: <support@example.com>\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "qmail-two": (
        "MAILER-DAEMON@mx.example.net",
        "failure notice",
        (),
        (
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
            "<ada@example.org>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 unknown user\nGiving up on 192.0.2.9.\n\n"
            "<bob@example.org>:\nUser's mailbox is over quota. (#5.2.2)\n\n--- Below this line is a copy of the message.\n\n{original}"
        ),
        BOUNCE,
        ("ada@example.org", "bob@example.org"),
    ),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        ("X-Failed-Recipients: ada@example.org", "Auto-Submitted: auto-replied"),
        (
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n\n  ada@example.org\n    unrouteable address\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "exim-without-field": (
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        (),
        (
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to all of its recipients.\n"
            "The following address(es) failed:\n\n  ada@example.org\n    SMTP error from remote mailer after RCPT TO:<ada@example.org>:\n"
            "    host mx.example.org [192.0.2.9]: 550 <ada@example.org>: User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "exim-delay": (
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Warning: message 1abcDE-000123-Xy delayed 24 hours",
        ("Auto-Submitted: auto-replied",),
        (
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\n"
            "recipients after more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message has not yet been delivered is:\n\n"
            "  ada@example.org\n    host mx.example.org [192.0.2.9]: 451 try later\n\nNo action is required on your part. Delivery attempts will continue for\n"
            "some time, and this warning may be repeated at intervals if the message\nremains undelivered."
        ),
        DELAYED,
        ADA,
    ),
    "postfix-text": (
        "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        (),
        (
            "This is the Postfix program at host mx.example.net.\n\nI'm sorry to have to inform you that the message returned\nbelow could not be delivered to one or more destinations.\n\n"
            "For further assistance, please send mail to <postmaster>\n\n\t\t\tThe Postfix program\n\n<ada@example.org>: host mx.example.org[192.0.2.9] said: 550\n    <ada@example.org>: User unknown (in reply to RCPT TO\n    command)\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "sendmail-text": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: User unknown",
        (),
        (
            "The original message was received at Mon, 2 Mar 2026 09:00:00 GMT\nfrom desk.example.com [192.0.2.1]\n\n   ----- The following addresses had permanent fatal errors -----\n"
            "<ada@example.org>\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n>>> RCPT To:<ada@example.org>\n"
            "<<< 550 <ada@example.org>... User unknown\n550 <ada@example.org>... User unknown\n\n   ----- Original message follows -----\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "sendmail-warning": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Warning: could not send message for past 4 hours",
        (),
        (
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n"
            "The original message was received at Mon, 2 Mar 2026 09:00:00 GMT\n\n   ----- The following addresses had transient non-fatal errors -----\n<ada@example.org>\n\n"
            "   ----- Transcript of session follows -----\n<ada@example.org>... Deferred: Connection timed out with mx.example.org.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n"
        ),
        DELAYED,
        ADA,
    ),
    "exchange-5.5": (
        "System Administrator <postmaster@example.org>",
        "Undeliverable: The printer is out of toner",
        ("X-Mailer: Internet Mail Service (5.5.2653.19)",),
        (
            "Your message\n\n  To:      Ada Moss\n  Subject: The printer is out of toner\n  Sent:    Mon, 2 Mar 2026 09:00:00 +0000\n\ndid not reach the following recipient(s):\n\n"
            "ada@example.org on Mon, 2 Mar 2026 09:00:02 +0000\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=us;a= ;p=org;l=MAIL0603\n    MSEXCH:IMS:Org:Site:MAIL 0 (000C05A6) Unknown Recipient"
        ),
        BOUNCE,
        ADA,
    ),
    "exchange-smtpsvc": (
        "postmaster@mail.example.org",
        "Delivery Status Notification (Failure)",
        (),
        "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       ada@example.org\n",
        BOUNCE,
        ADA,
    ),
    "exchange-online-text": (
        "Microsoft Outlook <postmaster@example.org>",
        "Undeliverable: The printer is out of toner",
        ("Auto-Submitted: auto-replied",),
        (
            "Delivery has failed to these recipients or groups:\n\nada@example.org<mailto:ada@example.org>\nThe email address you entered couldn't be found. Please check the recipient's email address and try to resend the message.\n\n"
            "Diagnostic information for administrators:\n\nGenerating server: AM0.example.org\n\nada@example.org\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n\nOriginal message headers:\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "gmail-old": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        ("X-Failed-Recipients: ada@example.org",),
        (
            "Delivery to the following recipient failed permanently:\n\n     ada@example.org\n\nTechnical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected by the recipient domain.\n"
            "The error that the other server returned was: 550 550 5.1.1 <ada@example.org>: Recipient address rejected (state 14).\n\n----- Original message -----\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "gmail-old-without-field": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        (),
        "This is an automatically generated Delivery Status Notification\n\nDelivery to the following recipient failed permanently:\n\n     ada@example.org\n\n   ----- Original message -----\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "gmail-old-delay": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Delay)",
        (),
        "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     ada@example.org\n\nMessage will be retried for 2 more day(s)\n",
        DELAYED,
        ADA,
    ),
    "yahoo": (
        "MAILER-DAEMON@yahoo.com",
        "Failure Notice",
        (),
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n<ada@example.org>:\nRemote host said: 554 delivery error: dd This user doesn't have a example.org account (ada@example.org) [0] - mta1.example.net [BODY]\n\n"
            "--- Below this line is a copy of the message.\n\n{original}"
        ),
        BOUNCE,
        ADA,
    ),
    "yahoo-quota": (
        "MAILER-DAEMON@yahoo.com",
        "Delivery failure",
        (),
        "Message from  yahoo.com.\nUnable to deliver message to the following address(es).\n\n<ada@example.org>:\nSorry, your message to ada@example.org cannot be delivered.  This account is over quota.\n\n--- Original message follows.\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "aol": (
        "Mail Delivery Subsystem <MAILER-DAEMON@aol.example>",
        "Returned mail: User unknown",
        (),
        (
            "The original message was received at Mon, 2 Mar 2026 04:00:00 -0500 (EST)\nfrom root@localhost\n\n\n*** ATTENTION ***\n\nYour e-mail is being returned to you because there was a problem with its\ndelivery.  The address which was undeliverable is listed in the section\n"
            'labeled: "----- The following addresses had permanent fatal errors -----".\n\n   ----- The following addresses had permanent fatal errors -----\n<ada@example.org>\n\n   ----- Transcript of session follows -----\n... while talking to air.mail.aol.example.:\n>>> RCPT To:<ada@example.org>\n<<< 550 MAILBOX NOT FOUND\n550 <ada@example.org>... User unknown\n'
        ),
        BOUNCE,
        ADA,
    ),
    "lotus": (
        "postmaster@example.org",
        "DELIVERY FAILURE: User ada (ada@example.org) not listed in public Name & Address Book",
        (),
        "Your message\n\n  Subject: The printer is out of toner\n\nwas not delivered to:\n\n  ada@example.org\n\nbecause:\n\n  User ada (ada@example.org) not listed in public Name & Address Book\n",
        BOUNCE,
        ADA,
    ),
    "mdaemon": (
        "MDaemon@mx.example.net",
        "Permanent Delivery Failure",
        ("X-MDaemon-Deliver-To: support@example.com",),
        (
            "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has\nbeen removed from the mail queue on this server.\n\n"
            "YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!\n\nFailed address: ada@example.org\n\n--- Session Transcript ---\n Mon 2026-03-02 09:00:00: [1:1] Session 1; child 1\n Mon: --> RCPT To:<ada@example.org>\n Mon: <-- 550 5.1.1 unknown user\n--- End Transcript ---\n"
        ),
        BOUNCE,
        ADA,
    ),
    "imail": (
        "Postmaster <postmaster@mx.example.net>",
        "Undeliverable Mail",
        ("X-Mailer: <SMTP32 v8.15>",),
        "undeliverable to ada@example.org\nUnknown user: ada@example.org\n\nOriginal message follows.\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "groupwise": (
        "Mailer-Daemon@gw.example.org",
        "Message status - undeliverable",
        ("X-Mailer: Novell GroupWise Internet Agent 5.5.3.1",),
        "The message that you sent was undeliverable to the following:\n\tada@example.org (user not found)\n\nPossibly truncated original message follows:\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "courier-text": (
        "Courier mail server at mx.example.net <postmaster@mx.example.net>",
        "NOTICE: mail delivery status.",
        (),
        "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<ada@example.org>:\n   mx.example.org [192.0.2.9]:\n<<< 550 5.1.1 User unknown\n\n---------------------------------------------------------------------------\n\nIf your message was also sent to additional recipients, their delivery status is not included in this report.",
        BOUNCE,
        ADA,
    ),
    "mailenable": (
        "POSTMASTER@mx.example.net",
        "Message delivery has failed",
        (),
        "Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:ada@example.org]\n\tReason:    550 Requested action not taken: mailbox unavailable\n\n\nMessage headers follow:\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "mailmarshal": (
        "MailMarshal <postmaster@gate.example.org>",
        "Undeliverable Mail: The printer is out of toner",
        (),
        "Your message:\n   From:    support@example.com\n   Subject: The printer is out of toner\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    ada@example.org\n\nAdditional Information\n======================\n",
        BOUNCE,
        ADA,
    ),
    "interscan": (
        "InterScan MSS <postmaster@gate.example.org>",
        "Mail could not be delivered",
        (),
        "****** Message from InterScan Messaging Security Suite ******\n\nSent <<< RCPT TO:<ada@example.org>\nReceived >>> 550 5.1.1 <ada@example.org>... user unknown\n\nUnable to deliver message to <ada@example.org>.\n\n************************     End of message     **********************\n",
        BOUNCE,
        ADA,
    ),
    "mimesweeper": (
        "Postmaster <postmaster@gate.example.org>",
        "Mail delivery problem",
        (),
        "----- The following addresses had delivery problems -----\n\n<ada@example.org>   (User unknown)\n\n----- Non-delivered information -----\n{original}",
        BOUNCE,
        ADA,
    ),
    "icloud": (
        "Mail Delivery Subsystem <postmaster@mail.example.net>",
        "Undelivered Mail Returned to Sender",
        (),
        "Your message could not be delivered to: ada@example.org\n\nReason: 552 5.2.2 Mailbox full\n",
        BOUNCE,
        ADA,
    ),
    "gmx": (
        "GMX Mailer Daemon <mailer-daemon@gmx.example>",
        "Mail delivery failed: returning message to sender",
        (),
        'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\none or more of its recipients. This is a permanent error.\nThe following address failed:\n\n"ada@example.org":\nSMTP error from remote server after RCPT command:\nhost mx.example.org[192.0.2.9]\n5.1.1 user unknown\n\n--- The header of the original message is following. ---\n\n{original}',
        BOUNCE,
        ADA,
    ),
    "german": (
        "Mail Delivery System <mailer-daemon@kundenserver.example>",
        "Nachricht nicht zustellbar / Mail delivery failed",
        (),
        "Ihre E-Mail konnte nicht an folgende Empfänger zugestellt werden:\n\n  ada@example.org\n    550 Benutzer unbekannt\n\n--- Ursprüngliche Nachricht ---\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "german-exchange": (
        "Systemadministrator <postmaster@example.org>",
        "Unzustellbar: Der Drucker",
        (),
        "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n      Betreff: Der Drucker\n      Gesendet am: 02.03.2026 10:00\n\nFolgende(r) Empfänger kann/können nicht erreicht werden:\n\n      ada@example.org am 02.03.2026 10:00\n            Das E-Mail-Konto ist nicht vorhanden.\n            <mail.example.org #5.1.1>\n",
        BOUNCE,
        ADA,
    ),
    "french": (
        "Postmaster <postmaster@example.org>",
        "Message non remis",
        (),
        "Votre message n'a pas pu être remis au destinataire suivant :\n\n    ada@example.org\n\nMotif : utilisateur inconnu (550)\n",
        BOUNCE,
        ADA,
    ),
    "french-exchange": (
        "Administrateur système <postmaster@example.org>",
        "=?utf-8?q?Notification_d=27=C3=A9tat_de_remise_=28=C3=A9chec=29?=",
        (),
        "Ceci est un message automatique.\n\nÉchec de la remise aux destinataires suivants.\n\n       ada@example.org\n",
        BOUNCE,
        ADA,
    ),
    "spanish": (
        "Administrador del sistema <postmaster@example.org>",
        "=?utf-8?q?No_se_pudo_entregar=3A_La_impresora?=",
        (),
        "No se pudo entregar el mensaje a los siguientes destinatarios:\n\nada@example.org\nLa dirección de correo no existe en la organización.\n\nMensaje original\n{original}",
        BOUNCE,
        ADA,
    ),
    "italian": (
        "Mail Delivery System <mailer-daemon@mx.example.it>",
        "Mancato recapito: La stampante",
        (),
        "Il messaggio non è stato recapitato al seguente destinatario:\n\n<ada@example.org>\n550 utente sconosciuto\n",
        BOUNCE,
        ADA,
    ),
    "portuguese": (
        "Postmaster <postmaster@example.com.br>",
        "=?utf-8?q?Mensagem_n=C3=A3o_entregue?=",
        (),
        "A sua mensagem não foi entregue ao destinatário:\n\nada@example.org\n\nMotivo: usuário inexistente\n",
        BOUNCE,
        ADA,
    ),
    "dutch": (
        "Postmaster <postmaster@example.nl>",
        "Onbestelbaar: De printer",
        (),
        "Uw bericht kon niet worden bezorgd bij:\n\nada@example.org\n\n550 5.1.1 onbekende gebruiker\n",
        BOUNCE,
        ADA,
    ),
    "polish": (
        "Mail Delivery System <MAILER-DAEMON@mx.example.pl>",
        "=?utf-8?q?Nie_mo=C5=BCna_dostarczy=C4=87_wiadomo=C5=9Bci?=",
        (),
        "Twoja wiadomość nie została dostarczona do:\n\n<ada@example.org>: 550 użytkownik nie istnieje\n",
        BOUNCE,
        ADA,
    ),
    "russian": (
        "Mail Delivery Subsystem <mailer-daemon@mx.example.ru>",
        "=?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtSDRgdC+0L7QsdGJ0LXQvdC40LU=?=",
        (),
        "Ваше письмо не может быть доставлено одному или нескольким получателям:\n\nada@example.org\n550 пользователь не найден\n",
        BOUNCE,
        ADA,
    ),
    "japanese": (
        "MAILER-DAEMON@mx.example.jp",
        "=?utf-8?b?6YWN5L+h44Ko44Op44O8?=",
        (),
        "お客様が送信されたメールは、次の宛先に配信できませんでした。\n\n<ada@example.org>\n理由: 宛先のメールアドレスが見つかりません。\n",
        BOUNCE,
        ADA,
    ),
    "chinese": (
        "PostMaster@mail.example.cn",
        "=?utf-8?b?57O757uf6YCA5L+h?=",
        (),
        "抱歉，您的邮件被退回来了……\n\n收件人邮件地址：\nada@example.org\n退信原因：收件人不存在 550 User not found\n",
        BOUNCE,
        ADA,
    ),
    "korean": (
        "MAILER-DAEMON@mail.example.kr",
        "=?utf-8?b?67CY7IahIOuplOydvA==?=",
        (),
        "메일이 다음 수신자에게 전송되지 못했습니다.\n\n<ada@example.org>\n550 5.1.1 수신자가 존재하지 않습니다\n",
        BOUNCE,
        ADA,
    ),
    "mail-ru": (
        "mailer-daemon@corp.mail.example.ru",
        "Mail failure.",
        (),
        "This message was created automatically by mail.example.ru's delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients.\nThis is a permanent error. The following address(es) failed:\n\n ada@example.org\n user not found\n\n------ This is a copy of the message's headers. ------\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "dovecot-lda": (
        "Mail Delivery Subsystem <postmaster@mx.example.net>",
        "Automatically rejected mail",
        ("Auto-Submitted: auto-replied",),
        "Your message to <ada@example.org> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n",
        BOUNCE,
        ADA,
    ),
    "smail": (
        "<MAILER-DAEMON@mx.example.net>",
        "mail failed, returning to sender",
        (),
        "|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <ada@example.org> ... unknown host\n|------------------------- Message text follows: ------------------------|\n{original}",
        BOUNCE,
        ADA,
    ),
    "cloudmark-policy": (
        "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        "Undeliverable message",
        (),
        "Your message to <ada@example.org> was rejected by the receiving system:\n\n  554 5.7.1 Message blocked due to spam content in the message.\n",
        BOUNCE,
        ADA,
    ),
    "no-from": (
        "<>",
        "Undeliverable mail",
        (),
        "Failed to deliver to 'ada@example.org'\nSMTP module(domain example.org) reports:\n account is full (quota exceeded)\n",
        BOUNCE,
        ADA,
    ),
    "communigate": (
        "<MAILER-DAEMON@mx.example.net>",
        "Undeliverable mail: The printer is out of toner",
        (),
        "Failed to deliver to 'ada@example.org'\nSMTP module(domain mx.example.org) reports:\n host mx.example.org says:\n 550 5.1.1 unknown or illegal user: ada@example.org\n",
        BOUNCE,
        ADA,
    ),
    "surgemail": (
        "Mail Delivery Subsystem <postmaster@mx.example.net>",
        "Delivery Status (Failed): The printer",
        (),
        "Your message cannot be delivered to the following recipients:\n\nRecipient: ada@example.org\nReason: Remote host rejected: 553 sorry, that domain isn't in my list\n",
        BOUNCE,
        ADA,
    ),
    "nameless-told-by-returned-mail": (
        "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        "Undelivered Mail Returned to Sender",
        (),
        "Your message could not be delivered. The mailbox is full.\n\n------ This is a copy of the message ------\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "blocked-by-a-filter": (
        "postmaster@gate.example.org",
        "**Message you sent blocked by our bulk email filter**",
        (),
        "Your message to: ada@example.org\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: The printer\n",
        BOUNCE,
        ADA,
    ),
    "no-domain-told-by-returned-mail": (
        "postmaster@example.org",
        "NDN: The printer is out of toner",
        (),
        "Sorry. Your message could not be delivered to:\n\nAda Moss (The name was not found at the remote site.)\n\nOriginal message follows.\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "docomo": (
        "Mail Administrator <Postmaster@mobile.example.jp>",
        "Mail System Error - Returned Mail",
        (),
        "This Message was undeliverable due to the following reason:\n\nThe following destination addresses were unknown (please check\nthe addresses and re-mail the message):\n\nSMTP <ada@example.org>\n\nPlease reply to Postmaster@mobile.example.jp\nif you feel this message to be in error.\n",
        BOUNCE,
        ADA,
    ),
    "docomo-unknown": (
        "Mail Administrator <Postmaster@mobile.example.jp>",
        "Mail System Error - Returned Mail",
        (),
        "The following recipients did not receive this message:\n\n     <ada@example.org>\n\nPlease reply to Postmaster@mobile.example.jp\nif you feel this message to be in error.\n",
        BOUNCE,
        ADA,
    ),
    "ezweb": (
        "Postmaster@mobile.example.jp",
        "Mail System Error - Returned Mail",
        (),
        "The user(s) account is disabled.\n\n<ada@example.org>: 550 user unknown\n",
        BOUNCE,
        ADA,
    ),
    "kddi": (
        "Postmaster <postmaster@mobile.example.jp>",
        "Delivery failure",
        (),
        "Could not be delivered to: <ada@example.org>\nAs their mailbox is full.\n",
        BOUNCE,
        ADA,
    ),
    "earthlink": (
        "MAILER-DAEMON@isp.example.net",
        "Mail Delivery Failure",
        (),
        "Sorry, unable to deliver your message to ada@example.org for the following reason:\n\n552 Quota violation for ada@example.org\n\nA copy of the original message below this line:\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "opensmtpd": (
        "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Delivery status notification: error",
        (),
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nada@example.org: 550 5.2.2 <ada@example.org>: Recipient mailbox full\n\n    Below is a copy of the original message:\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "opensmtpd-warning": (
        "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Delivery status notification: warning",
        (),
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    A message is delayed for more than 4 hours for the following\n    list of recipients:\n\nada@example.org: 450 4.7.1 try later\n\n    Please note that this is only a temporary failure report.\n    The message is kept in the queue for up to 4 days.\n    You DO NOT NEED to re-send the message to these recipients.\n",
        DELAYED,
        ADA,
    ),
    "sendmail-v5": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: Host unknown",
        (),
        "   ----- Transcript of session follows -----\n550 ada@example.org... Host unknown\n\n   ----- Unsent message follows -----\n{original}",
        BOUNCE,
        ADA,
    ),
    "mailfoundry": (
        "Mail Delivery <postmaster@gate.example.org>",
        "Message delivery has failed",
        (),
        "Unable to deliver message to: <ada@example.org>\nDelivery failed for the following reason:\nServer mx.example.org[192.0.2.9] failed with: 550 <ada@example.org> No such user here\n\nThis has been a permanent failure.  No further delivery attempts will be made.\n",
        BOUNCE,
        ADA,
    ),
    "activehunter": (
        "MAILER-DAEMON@gate.example.jp",
        "FAILURE NOTICE :",
        (),
        "  ----- The following addresses had permanent fatal errors -----\n\n>>> ada@example.org <ada@example.org>\n\n  ----- Transcript of session follows -----\n550 sorry, no mailbox here by that name (#5.1.1 - chkusr)\n",
        BOUNCE,
        ADA,
    ),
    "facsimile-gateway": (
        "System Administrator <postmaster@example.org>",
        "Undeliverable: The printer",
        (),
        "Your message was not delivered to   'ada@example.org' for the following reason:\n\nThe recipient was unavailable to take delivery of the message\n",
        BOUNCE,
        ADA,
    ),
    "messagelabs": (
        "MAILER-DAEMON@messagelabs.example",
        "Mail Delivery Failure",
        (),
        "This is the mail delivery agent at messagelabs.example.\nI was unable to deliver your message to the following addresses:\n\n<ada@example.org>\n550 Invalid recipient <ada@example.org> (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{original}",
        BOUNCE,
        ADA,
    ),
    "zoho": (
        "mailer-daemon@mail.example.in",
        "Undelivered Mail Returned to Sender",
        (),
        "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error. \n\nada@example.org  Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <ada@example.org>... User Unknown\n\n\n",
        BOUNCE,
        ADA,
    ),
    "sina": (
        "MAILER-DAEMON@sina.example",
        "系统退信",
        (),
        "很抱歉，您发送的邮件被退回，以下是该邮件的相关信息：\n\n被退回邮件\n主 题：The printer\n收件人： ada@example.org\n退信原因 550 User not found\n",
        BOUNCE,
        ADA,
    ),
    "free-fr": (
        "Mail Delivery System <MAILER-DAEMON@smtp.example.fr>",
        "Undelivered Mail Returned to Sender",
        (),
        "Bonjour,\n\nLe message n'a pas pu être délivré à un ou plusieurs destinataires.\n\n<ada@example.org>: host mx.example.org[192.0.2.9] said: 550 5.7.1 Service unavailable; client blocked using list (in reply to RCPT TO command)\n",
        BOUNCE,
        ADA,
    ),
    "web-de": (
        "MAILER-DAEMON@web.example.de",
        "Mail delivery failed: returning message to sender",
        (),
        "Eine von Ihnen gesendete Nachricht konnte an einen oder mehrere Empfänger\nnicht ausgeliefert werden. Folgende Adresse(n) schlugen fehl:\n\nada@example.org:\n    Postfach voll (quota)\n",
        BOUNCE,
        ADA,
    ),
    "listserv-error": (
        "LISTSERV <POSTMASTER@lists.example.net>",
        "Undelivered mail",
        (),
        "--> Error description:\n\nError-for:  ada@example.org\nError-Code: 5.1.1\nError-Text: User unknown\n\nError-End:  1 error reported.\n",
        BOUNCE,
        ADA,
    ),
    "retry-timeout": (
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        (),
        "A message that you sent could not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n  ada@example.org\n    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n{original}",
        BOUNCE,
        ADA,
    ),
    "verizon": (
        "Post_Office@mobile.example.com",
        "Undeliverable Message",
        (),
        "Message could not be delivered to mobile.\nError: No valid recipients for this MM\n\nMessage details:\n  Subject: The printer\n  To: ada@example.org\n",
        BOUNCE,
        ADA,
    ),
    "swedish": (
        "postmaster@example.se",
        "Kan inte levereras: Skrivaren",
        (),
        "Meddelandet kunde inte levereras till följande mottagare:\n\nada@example.org\n550 5.1.1 okänd användare\n",
        BOUNCE,
        ADA,
    ),
    "turkish": (
        "postmaster@example.tr",
        "Teslim edilemedi: Yazıcı",
        (),
        "İletiniz şu alıcıya teslim edilemedi:\n\nada@example.org\n550 5.1.1 user unknown\n",
        BOUNCE,
        ADA,
    ),
    "expanded-from-alias": (
        "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        (),
        '<inner@example.net> (expanded from <ada@example.org>): unknown user: "inner"\n',
        BOUNCE,
        ("inner@example.net",),
    ),
    "nameless": (
        "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        "Undelivered Mail Returned to Sender",
        (),
        "Your message could not be delivered. The mailbox is full.\n",
        BOUNCE,
        (),
    ),
}
