"""Whether a mail looks like the word of a mail server about another mail: only such a mail is searched for a failure."""

import re

import attrs

from ..parsing import Mail

_DAEMON = re.compile(
    r"(?:mailer[-_. ]?daemon|mail[-_.]?daemon|postmaster|mdaemon|"
    r"e?-?mail[-_.]?delivery(?:[-_.]?(?:(?:sub)?system|failure|status|error|notification))?|"
    r"mail[-_.]?system|"
    r"system[-_.]?administrator|microsoftexchange[0-9a-f]+|smtp32|symantec_\w{0,40}|interscan\w{0,20}|uucp|"
    r"mailmaster|"
    r"mailsweeper|mail[-_]administrator|smtp[-_](?:daemon|gateway))(?:[+][^@\s]{0,64})?",
    re.IGNORECASE,
)
_WEAK_DAEMON = re.compile(
    r"(?:mailer|smtp|dsn|ndr|bounces?|noreply|no-reply|groupwise|listserv|devnull|nobody)"
    r"(?:[-+_.][^@\s]{0,64})?|[^@\s]{1,60}-bounces?",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mailer[-_ ]?daemon|mail delivery|system ?administrator|postmaster|mail administrator|internet mail|"
    r"^\W?microsoft (?:outlook|exchange)|\bmail system\b|administrateur syst|administrador del sistema|system attendant|"
    r"mail router|mail gateway|virus ?wall|mail server|mail subsystem|delivery subsystem",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|un-delivered|non-?deliver|not (?:be |been )?(?:\w+ )?deliver|n't (?:be )?deliver|"
    r"deliver\w* (?:has |was )?(?:fail|problem|error|status|delay|report|notif|notice|warning|abort)|"
    r"fail\w* (?:to deliver|delivery|mail|notice)|"
    r"(?:mail|message|e-mail)(?: delivery)? (?:failed|failure|error|returned|rejected|delay|could not|status|"
    r"problem)|"
    r"return(?:ed|ing)?:? (?:mail|message|e-?mail|to sender)|bounced? (?:mail|message)|"
    r"mail system (?:error|failure|problem)|delayed (?:mail|"
    r"message)|"
    r"delivery (?:to|of) .{0,60}(?:failed|delayed)|warning: .{0,40}(?:not|delay|could not)|status notification|"
    r"permanent (?:error|failure)|unknown (?:user|recipient|address)|user unknown|invalid (?:address|recipient)|"
    r"mailbox full|"
    r"ndn:|(?:could not|can't|cannot|error|unable to) (?:send|sending|deliver)|rejected (?:mail|message)|"
    r"automatically rejected|"
    r"zustell|nicht zugestellt|fehlgeschlagen|fehler beim senden|rückläufer|"
    r"non remis|non distribu|non d[eé]livr|retour[a-z]* à l'exp|[eé]chec|[eé]tat de (?:la )?remise|message retourn|"
    r"entregad[oa]|se pudo entregar|devuelt|devoluci[oó]n|fallo (?:en|de)|error de entrega|"
    r"mancat[oa] (?:recapito|consegna)|non recapitat|impossibile recapitare|"
    r"entregue|poss[ií]vel entregar|falha na entrega|devolvid|onbestelbaar|niet (?:worden )?bezorgd|"
    r"verz[öo]ger|r[uü]ckl[aä]ufer|warnung: (?:nachricht|e?-?mail|zustell)|"
    r"levereras|leveres|levererat|ei voi toimittaa|toimitus|παράδοσ|livr[aă](?:rea|bil|t[aă]?\b)|"
    r"nezdařil|neuspje|neuspe|не вдалося|недоставлен|dostarcz|zwrot poczty|nedoru[cč]|kézbesít(?:het|etlen)|teslim edil|"
    r"доставлен|невозможно доставить|配信|配送|送信(?:できま|エラー)|未達|退信|投[递遞]|傳遞|送达|반송|배달|전송 실패",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"\s*(?:re|aw|fwd?|wg|antw|sv|tr|rv|vs|vb)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)
_ABSENCE = re.compile(
    r"out of (?:the )?office|automatic reply|auto[- ]?(?:reply|response)|automatische antwort|\baway\b|vacation|"
    r"holiday|"
    r"abwesen|urlaub|absen(?:ce|t)\b|fuera de (?:la )?oficina|ausen(?:te|cia)|fuori ufficio|"
    r"réponse automatique|respuesta automática|risposta automatica|自動(?:返信|応答)|不在",
    re.IGNORECASE,
)
_BOUNCE_FIELDS = ("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr", "X-MS-Embedded-Report", "X-Postfix-Sender")
_LONGEST_SUBJECT = 300


@attrs.frozen(kw_only=True)
class Look:
    """What a mail looks like from the outside.

    :param daemon: a mail server sent it: a daemon's address or name, or a field that only they write.
    :param robot: some machine sent it, which may be a mail server.
    :param null_sender: nobody is to answer it.
    :param answerable: what cannot be delivered of it goes back to somebody, which is not how mail servers send reports.
    :param speaks_of_delivery: its subject does.
    :param answers: it is somebody's answer, forwarding or notice of absence.
    """

    daemon: bool = False
    robot: bool = False
    null_sender: bool = False
    answerable: bool = False
    speaks_of_delivery: bool = False
    answers: bool = False


PERSON = Look()


def look_at(mail: Mail, *, envelope_from: str | None) -> Look:
    """Look at the header only; this is asked of every mail, and most are a person's.

    :param envelope_from: the sender of the envelope, ``""`` when it has none, None when it is not known.
    """
    null_sender = envelope_from == ""
    answerable = bool(envelope_from) and _DAEMON.fullmatch(str(envelope_from).rpartition("@")[0]) is None
    by_field = mail.headers.has_any(_BOUNCE_FIELDS)
    by_daemon = _is_daemon(mail, by_name=not answerable)
    if not (by_field or by_daemon or null_sender or _may_be_robot(mail)):
        return PERSON
    subject = mail.subject[:_LONGEST_SUBJECT]
    speaking = _SUBJECT.search(subject)
    absence = _ABSENCE.search(subject)
    # A bounce says what it is before it repeats a subject, and so does who is away.
    absent = absence is not None and (speaking is None or absence.start() < speaking.start()) and not by_daemon
    forwarded = _ANSWER.match(subject) is not None and not (by_daemon or null_sender)
    return Look(
        daemon=by_field or by_daemon,
        robot=True,
        null_sender=null_sender,
        answerable=answerable,
        speaks_of_delivery=speaking is not None,
        answers=not by_field and (absent or forwarded),
    )


def _is_daemon(mail: Mail, *, by_name: bool) -> bool:
    sender = mail.sender
    if sender is not None:
        local = sender.address.rpartition("@")[0]
        named = by_name and _DAEMON_NAME.search(sender.name[:100]) is not None
        return named or _DAEMON.fullmatch(local) is not None
    value = (mail.headers.get("From") or "").strip()[:300]
    words = re.split(r"[\s<>\",;@]+", value)
    nobody = value in ("", "<>") or value.endswith("<>")
    return nobody or any(map(_DAEMON.fullmatch, words)) or _DAEMON_NAME.search(value) is not None


def _may_be_robot(mail: Mail) -> bool:
    automatic = (mail.headers.get("Auto-Submitted") or "no").strip().lower()
    if not automatic.startswith("no") or mail.headers.get("X-Autogenerated") is not None:
        return True
    return mail.sender is not None and _WEAK_DAEMON.fullmatch(mail.sender.address.rpartition("@")[0]) is not None
