"""What words and codes of other servers mean: a status where there is none, and whether a failure is for good."""

import re

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]\d)")
"""An enhanced status code (RFC 3463), no part of an IP address or version."""
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.]\d)(?=[\s\-:;,.)#]|$)")
_CODED = re.compile(
    r"(?:smtp|said|error|code|status|reply|response|rcpt to|<<<)\W{0,6}(?:\w+\W{1,3}){0,3}?([45]\d\d)\b", re.IGNORECASE
)

# The first that is found gives the status; what is more specific stands first.
_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern, re.IGNORECASE))
    for status, pattern in (
        (
            "5.2.2",
            (
                r"over ?quota|quota exceed|exceed\w* (?:\w+ ){0,3}quota|quota (?:has been|is) exceeded|"
                r"mailbox (?:is |has )?full|"
                r"mailbox (?:\w+ ){0,3}(?:size|storage) limit|inbox is (?:full|out of storage)|insufficient (?:disk|"
                r"system )?storage|"
                r"not enough (?:storage|space)|out of (?:storage|disk) ?space|mailfolder is full|disk quota|"
                r"too many messages|"
                r"postfach (?:ist )?voll|speicherplatz|bo[iî]te (?:aux lettres |de r[eé]ception )?(?:est )?pleine|"
                r"quota d[eé]pass|"
                r"buz[oó]n (?:est[aá] )?lleno|casella piena|caixa (?:postal )?cheia|skrzynka (?:jest )?pe[lł]na|"
                r"maximum storage|storage allocation|"
                r"メールボックス.{0,12}(?:いっぱい|容量)|容量(?:超過|オーバー)|邮箱(?:已)?满|переполнен"
            ),
        ),
        (
            "5.3.4",
            (
                r"message (?:is )?too (?:large|big)|size (?:of the message )?exceeds|"
                r"exceed\w* (?:\w+ ){0,4}(?:message|mail) size|"
                r"message size (?:limit )?exceed|larger than the (?:current|maximum)|message length exceeds"
            ),
        ),
        (
            "5.7.1",
            (
                r"spam|blocked|black ?list|block ?list|spamhaus|reputation|dmarc|\bspf\b|\bdkim\b|"
                r"policy (?:rejection|violation|reasons)|"
                r"relay(?:ing)? (?:access )?(?:is )?(?:denied|prohibited)|not (?:permitted|allowed|"
                r"authori[sz]ed) to (?:relay|send)|"
                r"unable to relay|access denied|rejected (?:due to|by) (?:policy|content|security)|content rejected|"
                r"virus|unsolicited|message (?:was )?refused by|administrative prohibition|sender (?:denied|"
                r"rejected)|prohibited"
            ),
        ),
        (
            "5.2.1",
            (
                r"(?:mailbox|account|user|address) (?:\w+ ){0,5}(?:disabled|inactive|suspended|deactivated|expired|"
                r"not active|closed)|"
                r"no longer (?:active|in use|accepts|valid|available|works|employed|with)|discontinued|"
                r"has been (?:deleted|terminated)"
            ),
        ),
        (
            "5.1.1",
            (
                r"user (?:is )?unknown|unknown user|no such (?:user|recipient|mailbox|address|person|account)|"
                r"(?:user|recipient|mailbox|address|account|alias) (?:\S+ ){0,4}(?:unknown|not found|not exist|"
                r"unavailable|invalid|"
                r"not listed|undeliverable)|(?:doesn'?t|does not|didn'?t|did not) (?:exist|have an? \S* ?(?:account|"
                r"mailbox))|"
                r"unknown (?:local[ -]?part|recipient|address|account|mailbox)|invalid (?:recipient|mailbox|address|"
                r"user)|"
                r"recipient (?:address )?(?:was )?rejected|not listed in|bad destination mailbox|couldn't be found|"
                r"could not be found|"
                r"wasn't found|no mailbox (?:here )?by that name|unrouteable address|unroutable|not our customer|"
                r"not a valid|"
                r"not a known user|no account by that name|there is no (?:user|account|such)|is not known|"
                r"does not like recipient|"
                r"not recogni[sz]ed|this user|name (?:is )?not recogni|not in directory|unbekannt|existiert nicht|"
                r"nicht gefunden|"
                r"ungültig|n'existe (?:pas|plus)|inconnue?\b|introuvable|no existe|desconocid|non (?:esiste|trovato)|"
                r"sconosciut|"
                r"n[aã]o existe|bestaat niet|onbekend|ne existuje|не (?:существует|найден)|неизвест|nie istnieje|"
                r"存在しません|見つかりません|不明|不存在|존재하지"
            ),
        ),
        (
            "5.1.2",
            (
                r"(?:host|domain)(?: name)? (?:\S+ ){0,3}(?:not found|unknown|not exist|could not be resolved|"
                r"couldn't be found|lookup failed)|"
                r"unknown (?:host|domain)|name service error|no (?:mx|mail exchanger|dns)|nxdomain|"
                r"bad destination (?:host|system)|"
                r"no route to|domain n?'?(?:existe pas)?(?:not exist)"
            ),
        ),
        (
            "4.4.1",
            (
                r"timed? ?out|connection (?:was )?refused|connection (?:dropped|lost|reset)|could ?n[o']t connect|"
                r"cannot connect|"
                r"unable to connect|not responding|unreachable|deferred|greylist|gray ?list|try again later|temporar"
            ),
        ),
    )
)

SOFT_PREFIX = "4."


def status_in(text: str) -> str:
    """The enhanced status that a text tells: by its own code, an SMTP reply code, or its words; ``""`` when by none."""
    found = ENHANCED.findall(text)
    specific: list[str] = [each for each in found if not each.endswith(".0.0")]
    if specific:
        return specific[0]
    by_words = next((status for status, meaning in _MEANINGS if meaning.search(text)), "")
    reply = _CODED.search(text) or _REPLY.search(text)
    group = found[0][0] if found else reply[1][0] if reply else ""
    if by_words and group and by_words[0] != group:
        return group + by_words[1:]
    return by_words or (f"{group}.0.0" if group else "")


def settled_status(status: str, *, diagnostic: str) -> str:
    """The status of a recipient: its own, made more precise by the diagnostic where it only tells its class."""
    own = ENHANCED.search(status)
    if own and not own[1].endswith(".0.0"):
        return own[1]
    told = status_in(diagnostic)
    if not own:
        return told
    return told if told[:1] == own[1][0] else own[1]


def is_permanent(status: str) -> bool:
    """Whether a failed delivery with this status is useless to repeat; one without status is taken for that."""
    return not status.startswith(SOFT_PREFIX)
