"""The marks by which an answer finds its ticket, our Message-ID token and subject tag; and subjects kept short."""

import re

from .parsing import Mail

TOKEN_FIELD = "X-Deskbell-Token"  # noqa: S105 - the name of a header field
MAX_SUBJECT_CHARACTERS = 255

_OUR_IDENTIFIER = re.compile(r"<?db\.([a-z2-7]{26,64})@([^<>@\s]{1,255})>?", re.IGNORECASE)
_TAG = re.compile(r"\[#([0-9]{1,12})\]")

# What mail programs put before the subject of an answer or a forwarded mail, in the languages they are sold in.
_ANSWER_PREFIXES = (
    "re", "aw", "antw", "antwort", "sv", "vs", "odp", "ynt", "yan", "atb", "res", "resp", "rif", "r",
    "bls", "vá", "válasz", "vast", "ats", "hf", "απ", "σχετ", "отв", "ответ", "відп", "отг", "на", "תשובה", "השב", "رد",
    "回复", "回覆", "答复", "答覆", "返信", "답장", "회신", "ตอบ", "ตอบกลับ", "trả lời",
)  # fmt: skip
_FORWARD_PREFIXES = (
    "fw", "fwd", "wg", "vb", "vl", "vid", "doorst", "tr", "rv", "enc", "pd", "ilt", "i̇lt", "i", "fs", "trs",
    "továbbítás", "továbbított", "edasi", "prsl", "πρθ", "пересл", "перес", "пер", "препр", "הועבר", "إعادة توجيه",
    "转发", "轉寄", "転送", "전달", "ส่งต่อ", "chuyển tiếp",
)  # fmt: skip
_AUTOMATIC_PREFIXES = (
    "auto", "automatic reply", "auto reply", "autoreply", "automatische antwort", "automatisch antwoord",
    "réponse automatique", "respuesta automática", "risposta automatica", "resposta automática", "out of office",
    "autosvar", "自动答复", "自動回覆", "自動応答",
)  # fmt: skip
_WORDS = sorted((*_ANSWER_PREFIXES, *_FORWARD_PREFIXES, *_AUTOMATIC_PREFIXES), key=len, reverse=True)
_WORD = "|".join(map(re.escape, _WORDS))
_COUNT = r"(?:\[\d{1,4}\]|\(\d{1,4}\)|[*^]\d{1,4})"  # Re[2]: Re(2): Re^2:
_PREFIXES = re.compile(rf"(?:(?:{_WORD})\s?{_COUNT}?\s?[:\uff1a]\s*)+", re.IGNORECASE)
_OUTERMOST = re.compile(rf"({_WORD})\s?{_COUNT}?\s?[:\uff1a]", re.IGNORECASE)
_ANSWERING = frozenset(_ANSWER_PREFIXES)
_FORWARDING = frozenset(_FORWARD_PREFIXES)
_AUTOMATIC = frozenset(_AUTOMATIC_PREFIXES)
# Behind these words stands what is answered, or nothing: "Out of office hours" is a person's subject.
_AWAY = re.compile(
    r"(?:out of (?:the )?office|automatic reply|auto[- ]?reply)"
    r"(?:\W*\Z|\s*[:\uff1a(\[\u2013\u2014-]|\s+(?:auto|reply|response|notification|message|notice|re:|fwd?:|until\b|from\b))",
    re.IGNORECASE,
)


def subject_numbers(subject: str) -> tuple[str, ...]:
    """The ticket numbers in our tags `[#123456]` of a subject, in their order, each once."""
    return tuple(dict.fromkeys(_TAG.findall(subject)))


def strip_subject(subject: str) -> str:
    """The subject without our tags and without any run of answer, forward and automatic prefixes before it.

    The result is at most 255 characters, so that two machines that answer each other cannot make it grow.
    """
    bare = " ".join(_TAG.sub(" ", subject).split())
    prefixes = _PREFIXES.match(bare)
    return bare[prefixes.end() if prefixes else 0 :][:MAX_SUBJECT_CHARACTERS].strip()


def answers(subject: str) -> bool:
    """Whether the subject begins as that of an answer, `Re:` in some language; our tags are passed over."""
    return _outermost(subject) in _ANSWERING


def forwards(subject: str) -> bool:
    """Whether the subject begins as that of a forwarded mail: what such a mail repeats is what its sender wants to say."""
    return _outermost(subject) in _FORWARDING


def _outermost(subject: str) -> str:
    prefix = _OUTERMOST.match(_TAG.sub(" ", subject).lstrip())
    return prefix[1].lower() if prefix else ""


def is_ours(mail: Mail, *, domains: frozenset[str]) -> bool:
    """Whether we sent this mail ourselves: it came back in a loop.

    Its Message-ID is one of ours, or it has our token field (`token@domain`) with our domain: one that names none, or that
    of another desk, is somebody else's word, and no mail is dropped on it.
    """
    if _token(mail.message_id, domains):
        return True
    values = mail.headers.get_all(TOKEN_FIELD)
    return any("@" in value and value.rpartition("@")[2].strip("<> ").lower() in domains for value in values)


def domain_of_ours(identifier: str) -> str:
    """The domain of a Message-ID that has the form of ours, in lower case; '' for every other one."""
    match = _OUR_IDENTIFIER.fullmatch(identifier)
    return match[2].lower() if match else ""


def says_automatic(subject: str) -> bool:
    """Whether the subject begins as that of a mail that a machine answers with while its owner is away."""
    bare = " ".join(_TAG.sub(" ", subject).split())
    return _outermost(subject) in _AUTOMATIC or _AWAY.match(bare) is not None


def _token(identifier: str, domains: frozenset[str]) -> str:
    """The token of one of our Message-IDs, `<db.token@domain>`; empty when it is somebody else's."""
    match = _OUR_IDENTIFIER.fullmatch(identifier)
    return match[1].lower() if match and match[2].lower() in domains else ""
