"""The marks that machines leave on their mails beyond those of RFC 3834, as far as no person's mail carries them."""

import re

from .parsing import Mail

# Vacation programs, web mailers and group mail servers each have a field of their own, built from the same few words.
_ROBOT_FIELD = re.compile(
    r"x-(?!.*suppress)(?:.*[-_])?(?:[a-z]{0,6}auto[-_]?(?:repl(?:y|ied)|respon(?:d|ded|der|se)|generated)|vacation|ooo)"
    r"(?:$|[-_])",
    re.IGNORECASE,
)
# Nearly every mail has none of these in the names of its fields, which is found out faster than by the pattern.
_PARTS = ("auto", "vacation", "ooo")
_NO = frozenset({"", "no", "none", "false", "0", "off"})
_ROBOT_VALUE = re.compile(r"\bauto-?(?:respon|reply)", re.IGNORECASE)
_FIELDS_WITH_VALUE = ("X-Mailer", "X-POST-MessageClass", "Delivered-To")

# Mail programs put these before the subject they answer. "Out of office hours" is a person's.
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(?:out of office:? auto-?reply|auto(?:matic|mated)?[ -]?reply|automatic response|abwesenheitsnotiz|"
    r"automatische antwort|automatisch antwoord|automatiskt svar|automatisk svar|autosvar|automaattinen vastaus|"
    r"réponse automatique|respuesta automática|risposta automatica|resposta automática|odpowiedź automatyczna|"
    r"automatická odpov[eě]ď|automatikus válasz|otomatik yan\u0131t|răspuns automat|automatski odgovor|αυτόματη απάντηση|"
    r"автоматическ\w{2,3} ответ|автоответ|автоматична відповідь|自動(?:返信|応答|回覆|答复)|自动(?:回复|答复)|자동 회신)"
    r"\s?[:\uff1a]|"
    r"\s*(?:absence du bureau|fuera de la oficina|fuori ufficio|afwezigheidsbericht|abwesend)\s?:|"
    r"\s*out of (?:the )?office(?:\W*$|\s*[:(\[\u2013\u2014-]|"
    r"\s+(?:auto|reply|response|notification|message|notice|re:|until\b))",
    re.IGNORECASE,
)
# RFC 7489 section 7.2.1.1 and RFC 8460 section 5.3 fix the first; one large provider reports complaints by the second.
_REPORT_SUBJECT = re.compile(
    r"\s*(?:report domain: ?\S{1,255}\s+submitter:|complaint about message from \d{1,3}(?:\.\d{1,3}){3}\s*$)",
    re.IGNORECASE,
)
_SEPARATOR = "[-._]?"
_NOBODY = re.compile(
    rf"(?:.*[-._])?(?:no{_SEPARATOR}reply|do{_SEPARATOR}no?t{_SEPARATOR}reply|no{_SEPARATOR}respon(?:se|da|der)|"
    rf"ne{_SEPARATOR}pas{_SEPARATOR}r[eé]pondre|nicht{_SEPARATOR}antworten|keine{_SEPARATOR}antwort|"
    rf"non{_SEPARATOR}rispondere|n[aã]o{_SEPARATOR}respond[ae]r?|auto{_SEPARATOR}(?:reply|respond(?:er)?)|"
    rf"mail{_SEPARATOR}daemon|e?-?mail{_SEPARATOR}delivery|microsoftexchange[0-9a-f]{{32}})\d{{0,4}}(?:[-._].*)?"
)
# Of a list or of bulk mail, with the recipient or a number inside: the addresses of RFC checklist line 7 as they are sent.
_RETURNS = re.compile(
    r"(?:.*[-._])?bounces?|bounces?[-._=](?=.*[\d=]).*|.*[-._=]bounces?[-._=].*[\d=].*|.+-return-\d.*|sentto-\d.*|.+-(?:un)?subscribe"
)


def has_robot_field(mail: Mail) -> bool:
    """Whether a field by its name or value says that a machine answers."""
    names = "\n".join([name for name, _ in mail.headers.fields]).lower()
    if any(part in names for part in _PARTS) and any(
        _is_robot_field(name, value) for name, value in mail.headers.fields
    ):
        return True
    values = (value for name in _FIELDS_WITH_VALUE for value in mail.headers.get_all(name))
    return any("@" not in value and _ROBOT_VALUE.search(value[:200]) for value in values)


def has_automatic_subject(mail: Mail) -> bool:
    """Whether the subject begins as only programs begin it that answer while somebody is away."""
    return _AUTOMATIC_SUBJECT.match(mail.subject) is not None


def has_report_subject(mail: Mail) -> bool:
    """Whether the subject is that of a report about our domain, or of a complaint, that has no type of its own."""
    return _REPORT_SUBJECT.match(mail.subject) is not None


def is_nobodys(local: str) -> bool:
    """Whether a local part, casefolded and without its tag, says that nobody reads what is sent to it."""
    return _NOBODY.fullmatch(local[:128]) is not None


def takes_returns(local: str) -> bool:
    """Whether a local part is one that bulk mail and lists take undeliverable mails at."""
    return _RETURNS.fullmatch(local[:128]) is not None


def _is_robot_field(name: str, value: str) -> bool:
    lowered = name[:80].lower()
    return (
        any(part in lowered for part in _PARTS)
        and _ROBOT_FIELD.match(lowered) is not None
        and value.strip().lower() not in _NO
    )
