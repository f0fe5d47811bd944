"""Takes secrets out of words that strangers wrote: what a peer or a driver says may quote the password that it was given."""

import re

MASK = "***"

# Where a value begins with a quote it goes on to the closing one, escaped ones passed over, or to the end of the words.
_VALUE = (
    r"(?!\*\*\*)(?:\w{0,20}\(?(?:"
    r'\\"(?:(?!\\").)*(?:\\"|$)'
    r"|\\'(?:(?!\\').)*(?:\\'|$)"
    r'|"(?:\\.|[^"\\])*(?:"|$)'
    r"|'(?:\\.|''|[^'\\])*(?:'|$)"
    r")\)?|\S+)"
)
_NAMES = (
    r"(?:[\w-]{0,40}(?:password|passwd|passphrase|passcode|pwd|secret|token|credentials?"
    r"|(?:api|access|private|secret|signing|shared|auth|encryption)[ _-]?key)\w{0,10}"
    r"|(?:\w{1,30}[_-])?(?:pass|key|auth|sig|signature|cookie|pin|otp))"
)
_NAMED = re.compile(rf"(?i)\b(?P<name>{_NAMES}\\?[\"']?\s{{0,5}}(?:=>?|:)\s{{0,5}}){_VALUE}", re.DOTALL)
_SCHEMES = r"(?:basic|bearer|digest|token|negotiate|ntlm|apikey|oauth|aws4-hmac-sha256)"
_AUTHORIZATION = re.compile(
    rf"(?i)\b(?P<name>(?:proxy-)?authorization\\?[\"']?\s{{0,5}}[:=]\s{{0,5}})"
    rf"(?:\\?[\"'])?(?:{_SCHEMES}\s+)?\S+(?:(?<=,)\s*[\w-]{{1,30}}=\S+)*"
)
_BEARER = re.compile(r"(?i)\b(?P<name>bearer\s+)[\w.~+/=:-]{6,}")
# The base64 of a sign-in, in SMTP, POP and IMAP.
_SIGN_IN = re.compile(
    r"(?i)\b(?P<name>AUTH(?:ENTICATE)?\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|SCRAM-[\w-]{1,20})\s+)"
    r"[A-Za-z0-9+/=_-]{6,}"
)
_URL = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?P<rest>\S+)")
# As libraries of HTTP tell of an address that they have taken apart.
_PATH = re.compile(r"(?i)\b(?P<name>(?:url|uri|path)\\?[\"']?\s{0,5}[:=]\s{0,5}\\?[\"']?)/[^\s\"')]*")
_BARE_HOOK = re.compile(
    r"(?i)\b(?P<name>(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}/)(?:services|hooks?|webhooks?|api/webhooks)/\S+"
)


def without_secrets(text: str) -> str:
    """`text` with passwords, tokens, keys, sign-ins and all of an address that may be secret taken out.

    Of addresses of the web the host is left; of others also the user and the place, since these name no secret.
    """
    text = _URL.sub(_address, text)
    for pattern in (_AUTHORIZATION, _SIGN_IN, _BEARER, _NAMED, _BARE_HOOK, _PATH):
        text = pattern.sub(rf"\g<name>{MASK}", text)
    return text


def _address(found: "re.Match[str]") -> str:
    scheme, rest = found["scheme"], found["rest"]
    web = scheme.lower() in ("http://", "https://", "ws://", "wss://")
    # A password may hold an @ or a slash of its own: the last @ ends it.
    userinfo, at, place = rest.rpartition("@")
    host, slash, path = place.partition("/")
    user = ""
    if at:
        name, colon, _ = userinfo.partition(":")
        user = f"{name}:{MASK}@" if colon and not web else f"{MASK}@"
    if web:
        host, question, _ = host.partition("?")
        host = host.partition("#")[0]
        return f"{scheme}{user}{_known_port(host)}{'/…' if slash or question else ''}"
    path, question, _ = path.partition("?")
    return f"{scheme}{user}{_known_port(host)}{slash}{path}{'?…' if question else ''}"


def _known_port(host: str) -> str:
    """The host and its port; what follows the colon and is no number is the beginning of a password."""
    name, colon, port = host.rpartition(":")
    if not colon or "[" in port or "]" in port or port.rstrip(".,;:)]}'\"").isdigit():
        return host
    return f"{name}:{MASK}" if port.rstrip(".,;:)]}'\"") else host
