"""Bounces in plain words: qmail, Exim, Exchange, large providers, and whatever else servers have written to people."""

import re
from collections.abc import Collection, Iterator, Sequence

import attrs

from ...contract.addresses import normalise, valid
from ...contract.text import one_line
from .known_forms import known_failures
from .report import Recipient
from .wording import ENHANCED, is_permanent, status_in

MOST_CHARACTERS = 20_000
LONGEST_LINE = 400
MOST_RECIPIENTS = 100

_RETURNED = re.compile(
    r"^>\s?(?:from|to|date|subject|message-id)\s?:|"
    r"^\W{0,40}(?:(?:below this line|this|here|following|included|attached|enclosed) .{0,30}copy of|"
    r"(?:start of |begin(?:ning)? of |text of )?(?:the |your )?(?:original|returned|unsent|forwarded|"
    r"undelivered) (?:mail|message|e-mail)"
    r"(?! (?:header ?)?(?:to|was|has|with|from|could|is|sent|size))|"
    r"(?:message|original) (?:headers?|text|contents?) follows?|headers? of (?:the |your )?(?:original )?(?:mail|"
    r"message)|"
    r"original (?:message )?headers?|returned mail follows|your message reads|copy of (?:your|the)|"
    r"here is your returned|"
    r"ursprüngliche nachricht|kopfzeilen der|message d'origine|mensaje original|messaggio originale|以下は元|原始邮件|"
    r"(?:return-path|received|dkim-signature|x-received|mime-version|content-type)\s?:)",
    re.IGNORECASE | re.MULTILINE,
)
_FAILURE = re.compile(
    r"could ?n[o']t (?:be )?(?:deliver|reach|sen[dt])|(?:not|n't|unable to|cannot|can't|failed to|"
    r"impossible to) (?:be |been )?(?:\w+ )?"
    r"(?:deliver|reach|relay)|undeliver|fail(?:ed|ure)|(?:permanent|fatal|delivery) (?:fatal )?error|gave up|"
    r"giving up|given up|"
    r"returned (?:to (?:you|sender)|mail|below|un)|bounced|rejected|refused|problem deliver|user unknown|"
    r"unknown (?:user|recipient|address)|"
    r"no such (?:user|recipient|mailbox|address|person)|does ?n[o']t exist|mailbox (?:is )?(?:full|unavailable|"
    r"disabled)|quota|not found|"
    r"not yet been delivered|not been able to deliver|(?:been|is|was) delayed|still being|undeliver|not listed|"
    r"no longer|"
    r"unzustellbar|nicht (?:\w+ )?(?:zugestellt|zustell|erreich|übermittelt)|fehlgeschlagen|konnten? (?:noch )?nicht|"
    r"unbekannt|"
    r"mislyk|mislykk|epäonnistu|ei (?:voi|löyty)|nezda[rř]il|nepoda[rř]il|nedoru[cč]|nem sikerült|nem található|"
    r"nem kézbesít|ismeretlen|"
    r"edilemedi|bulunamad\u0131|απέτυχε|δεν βρέθηκε|δεν (?:είναι δυνατή|παραδόθηκε)|eșuat|nu a (?:fost|putut)|gick inte att|"
    r"не вдалося|не удается|"
    r"pas (?:pu )?(?:être )?(?:\w+ )?(?:remis|distribu|délivr|parven)|n'a pu|[eé]chec|inconnu|"
    r"impossible de (?:remettre|distribuer)|"
    r"no (?:se )?(?:ha |pudo |pude )?(?:podido )?(?:ser )?entreg|no existe|devuelto|rechazad|desconocid|"
    r"non (?:è stato )?(?:\w+ )?(?:recapita|consegn)|impossibile|sconosciut|respint|"
    r"n[aã]o (?:foi |p[oô]de )?(?:\w+ )?(?:entreg|poss[ií]vel)|inexistente|devolvid|"
    r"niet (?:\w+ )?(?:bezorgd|afgeleverd|besteld)|onbestelbaar|kunde inte|kunne ikke|nie (?:\w+ )?dostarcz|"
    r"не (?:\w+ )?(?:доставлен|удалось|существует)|невозможно|"
    r"配信(?:でき|不能|され)|配送(?:でき|不能)|送信でき|届けること|存在しま|見つかりま|不明|无法|無法|退回|退信|不存在|失败|전송되지|배달|실패",
    re.IGNORECASE,
)
_MAIL = (
    r"\b(?:e-?mails?|mail(?:box)?|messages?|nachricht(?:en)?|mensajes?|messaggi[oi]?|mensage(?:m|ns)|bericht(?:en)?|"
    r"meddelande|beskeder?|melding|viesti\w*|zpráv\w*|üzenet\w*|ileti\w*|mesaj\w*|μήνυμα|wiadomo\w+|письм\w+|"
    r"сообщени\w+|повідомлен\w+)\b|メール|邮件|郵件|메일"
)
_MAIL_NAMES = re.compile(_MAIL, re.IGNORECASE)
_MAIL_WORDS = re.compile(rf"{_MAIL}|\b(?:recipients?|empfänger|destinataires?|destinatari[oa]s?)\b", re.IGNORECASE)
_UNDELIVERED = re.compile(
    r"(?:not|n't|unable to|cannot|failed to) (?:be |been )?(?:successfully )?deliver|undeliver|(?:was|been|is|were) (?:\w+ )?"
    r"(?:rejected|blocked|refused|returned|bounced)|did not reach",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"not yet been delivered|has been delayed|delivery (?:is |was |has been )?delayed|will (?:be )?(?:re)?tr(?:y|"
    r"ied)|will (?:continue|keep)|"
    r"still (?:trying|being)|delivery attempts will continue|no action is required|warning message only|"
    r"(?:do not|don.t) need to (?:re-?send|do)|temporary failure report|"
    r"need not re-?send|noch nicht|verzögert|weiter(?:hin)? versuch|pas encore|"
    r"retardé|aún no|todavía|遅延|будут продолжены|warning: ",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"permanent|(?<!non-)fatal|(?<!will )giv(?:e|ing|en) up|gave up|will not (?:be )?(?:re)?tr(?:y|ied)|no further|"
    r"(?<!will be )returned to|"
    r"has been returned|could not be delivered for (?!more than)|retry time ?out exceeded|(?:last|final) attempt|expired|"
    r"failed permanently",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"[^\s<>\"'`,;:()\[\]{}|\\*=]{1,64}(?:=[^\s<>\"'`,;:()\[\]{}|\\*@]{1,64})?"
    r"@[A-Za-z0-9\u0080-\uffff][A-Za-z0-9\u0080-\uffff.-]{1,252}"
)
_NOT_ABOUT = re.compile(
    r"^[\s>*|]{0,12}(?:from|sender|reply-to|message-id|in-reply-to|references|mail from|subject|date|received|"
    r"return-path|reporting-mta|"
    r"x-[\w-]+|von|absender|de|expéditeur|remitente|da|mittente|発信者|差出人|发件人|contact|questions?)\b\s?:",
    re.IGNORECASE,
)
# Whom to write to instead is not whom the mail did not reach.
_INSTEAD = re.compile(
    r"(?:please|kindly) (?:\w+ ){0,3}?(?:contact|write|use|send|forward|reply|e?-?mail|try)\b[^@.:;]{0,40}$|"
    r"(?:wenden|schreiben) sie (?:sich )?(?:bitte )?an[^@.:;]{0,40}$|"
    r"(?:contactez|contacter|[eé]crivez à|escriba a|contacte con|contattare|scriva a)[^@.:;]{0,20}$",
    re.IGNORECASE,
)
_MAIL_FROM = re.compile(r"(?:mail from:?|sender:?|from:)\s{0,4}<?\s{0,4}$", re.IGNORECASE)
_ALONE = re.compile(r"[\s>*\-•|\d.)]{0,16}(?:smtp:|mailto:|rfc822;|to:)?\s{0,4}[<\"'\[(]?$", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:rcpt to|(?:failed |final |original |intended |bad |unknown |invalid )?(?:recipients?|address(?:es)?|user|"
    r"mailbox|account)|to|"
    r"empf[aä]nger\w*|adresse?|benutzer|destinataires?|destinatari[oa]s?|direcci[oó]n|usuario|indirizzo|utente|"
    r"utilisateur|"
    r"endere[cç]o|ontvanger|адрес|получател\w*|宛先|受信者|ユーザー?|收件人|地址|수신자)"
    r"(?:\s?\([^()]{0,20}\))?(?:\s(?:was|is|are|the|not|unknown|email|mail|e-mail|address|"
    r"account))*\s{0,3}[:=]?\s{0,8}(?:rfc822;|smtp:|mailto:)?[<\"'\[(]?\s?$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,252}>?(?:\s*$|\s?:)")
_EXPANDED = re.compile(r"(?:generated|expanded) from:?\s{0,3}<?$", re.IGNORECASE)
_ROLES = frozenset(
    {"postmaster", "mailer-daemon", "abuse", "hostmaster", "mailerdaemon", "mailer_daemon", "post.master"}
)
_NAMED, _NEAR, _ANYWHERE = 3, 2, 1


@attrs.frozen(kw_only=True)
class _Sighting:
    """An address in the text: its line and how sure it is that it is a recipient."""

    address: str
    line: int
    weight: int


def notification_of(text: str) -> str:
    """What the server wrote itself: the text before the mail that it returns."""
    head = text[:MOST_CHARACTERS]
    # The mail may begin with its own From line; what comes first of all is never a returned mail.
    first = len(head) - len(head.lstrip())
    found = _RETURNED.search(head, first + 1)
    return head[: found.start()] if found and head[: found.start()].strip() else head


def tells_failure(notification: str) -> bool:
    """Whether the text says that a mail did not arrive, in one of the languages that mail servers speak."""
    return _FAILURE.search(notification) is not None


def says_undelivered(notification: str) -> bool:
    """Whether the text says outright that a mail was kept from its recipient: more than that something is full or amiss."""
    return _UNDELIVERED.search(notification) is not None


def is_about_own_mail(notification: str) -> bool:
    """Whether the text is about what came to the desk or was kept from it, not about a mail that the desk sent."""
    return _OWN_MAIL.search(notification) is not None


_OWN_MAIL = re.compile(
    r"quarant|digest|(?:mails?|messages?) (?:\w+ ){0,2}to you\b|\byour (?:mailbox|postfach)\b|ihr postfach|"
    r"votre bo[iî]te",
    re.IGNORECASE,
)


def is_about_mail(notification: str) -> bool:
    """Whether the text speaks of a mail: other things are delivered as well, and machines tell of them."""
    return _MAIL_WORDS.search(notification) is not None


def names_mail(notification: str) -> bool:
    """Whether the text speaks of a mail by its name; a parcel has a recipient, too."""
    return _MAIL_NAMES.search(notification) is not None


def has_protocol(notification: str) -> bool:
    """Whether the text holds what only mail servers say: an enhanced status, or an address in their notation."""
    return ENHANCED.search(notification) is not None or _PROTOCOL.search(notification) is not None


_PROTOCOL = re.compile(
    r"^\s{0,8}<[^<>\s]{1,64}@[^<>\s]{1,250}>\s?:|\b(?:smtp|rcpt to|mail from|mx)\b|(?<!\d)55\d[ -]|\bhost \S+\[",
    re.IGNORECASE | re.MULTILINE,
)


def names_refused(notification: str) -> bool:
    """Whether a line begins with an address in the notation of mail servers, and a code of refusal stands soon after."""
    return _REFUSED.search(notification) is not None


_REFUSED = re.compile(
    r"^\s{0,8}<[^<>\s]{1,64}@[^<>\s]{1,250}>\s?:[^<>]{0,200}?(?<![\d.])(?:[45]\.[1-7]\.\d{1,2}(?![\d.])|55[0-4][ -])",
    re.MULTILINE,
)


def text_recipients(
    text: str, notification: str, *, subject: str, mailer: str, sender: str, named: Sequence[str], own: Collection[str]
) -> tuple[Recipient, ...]:
    """The recipients that a bounce in plain words names.

    :param text: all of what is shown; forms that are known well are looked for in it.
    :param notification: the beginning of it, before the returned mail.
    :param subject: of the bounce, and `mailer` its X-Mailer, `sender` the value of its From field.
    :param named: the addresses in X-Failed-Recipients, which win.
    :param own: addresses that are no recipients: those of the desk and of the bounce's sender, normalised.
    """
    lines = [line[:LONGEST_LINE] for line in notification.split("\n")]
    sightings = list(_sightings(lines, own))
    chosen = list(named) or _chosen(sightings)
    delayed = is_delay(notification, subject)
    if not chosen:
        soft, hard = known_failures(text, subject=subject, mailer=mailer, sender=sender)
        elsewhere = _told_elsewhere(text)
        chosen = [each for each in (*hard, *soft) if normalise(each) not in own and each.lower() not in elsewhere]
        delayed = delayed or (bool(soft) and not hard)
    places = {normalise(each.address): each.line for each in reversed(sightings)}
    unique = {normalise(each): each for each in reversed(chosen)}
    return tuple(
        _recipient(unique[key], words=_words(lines, places.get(key)), notification=notification, delayed=delayed)
        for key in reversed(unique)
    )[:MOST_RECIPIENTS]


def _told_elsewhere(text: str) -> frozenset[str]:
    """What looks like an address in the fields of a returned mail that name no recipient, such as its Message-ID."""
    lines = (line[:LONGEST_LINE] for line in text[:MOST_CHARACTERS].split("\n"))
    found = (each for line in lines if _NOT_ABOUT.match(line) for each in _ADDRESS.findall(line))
    return frozenset(each.rstrip(".-").lower() for each in found)


def is_delay(notification: str, subject: str) -> bool:
    """Whether the server goes on trying."""
    told = f"{subject}\n{notification}"
    return _DELAY.search(told) is not None and _FINAL.search(told) is None


def nameless(notification: str, *, subject: str, address: str = "") -> Recipient:
    """The recipient of a bounce that names none; `address` is whom the returned mail was to."""
    return _recipient(address, words="", notification=notification or subject, delayed=is_delay(notification, subject))


def _recipient(address: str, *, words: str, notification: str, delayed: bool) -> Recipient:
    status = status_in(words) or status_in(notification)
    if delayed:
        status = status if status.startswith("4") else "4.0.0"
    return Recipient(
        address=address,
        action="delayed" if delayed else "failed",
        status=status,
        diagnostic=one_line(words or notification[:400]),
        permanent=not delayed and is_permanent(status),
    )


def _sightings(lines: Sequence[str], own: Collection[str]) -> Iterator[_Sighting]:
    telling = [_FAILURE.search(line) is not None or ENHANCED.search(line) is not None for line in lines]
    for number, line in enumerate(lines):
        if "@" not in line or _NOT_ABOUT.match(line):
            continue
        near = any(telling[max(0, number - 2) : number + 3])
        for found in _ADDRESS.finditer(line):
            address = found[0].rstrip(".-").removeprefix("mailto:")
            key = normalise(address)
            if (
                key in own
                or not valid(address)
                or key.rpartition("@")[0] in _ROLES
                or "." not in key.rpartition("@")[2]
            ):
                continue
            before, after = line[: found.start()], line[found.end() :]
            if _MAIL_FROM.search(before) or _INSTEAD.search(before):
                continue
            yield _Sighting(address=address, line=number, weight=_weight(before, after, near=near))


def _weight(before: str, after: str, *, near: bool) -> int:
    if _EXPANDED.search(before):
        return _ANYWHERE
    if _ALONE.fullmatch(before) and (
        not after.strip("<>\"'])}:;., \t") or after.lstrip("\"'>)]")[:1] in (":", " ", "(", "-", "\t")
    ):
        return _NAMED
    if _LABEL.search(before):
        return _NAMED
    return _NEAR if near else _ANYWHERE


def _chosen(sightings: Sequence[_Sighting]) -> list[str]:
    """Those that are surest; of mere mentions only a single one."""
    if not sightings:
        return []
    best = max(each.weight for each in sightings)
    chosen = list({normalise(each.address): each.address for each in sightings if each.weight == best}.values())
    return chosen if best > _ANYWHERE or len(chosen) == 1 else []


def _words(lines: Sequence[str], place: int | None) -> str:
    """The lines that belong to an address: from its own to the next blank one or the next address."""
    if place is None:
        return ""
    kept = [lines[place].strip()]
    for line in lines[place + 1 : place + 10]:
        bare = line.strip()
        ended = not bare and len(kept) > 1 and not kept[-1].endswith(":")
        if ended or _NEXT.match(bare) or bare.startswith("---"):
            break
        if bare:
            kept.append(bare)
    return " ".join(kept).strip()
