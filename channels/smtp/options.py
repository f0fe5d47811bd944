"""What an administrator can set about outgoing mail, and the sentences for values that cannot be used."""

import ipaddress
import re
from enum import StrEnum

import attrs
from attrs.validators import and_, ge, gt, le, optional

from ...core.contract.structuring import described, secret
from .dkim_options import DkimKey

_BLANKS_AND_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
_HELLO_NAME = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Za-z.:]+\]")


class Security(StrEnum):
    """How the conversation is kept private.

    `STARTTLS` and `TLS` verify the certificate and send nothing without it. `OPPORTUNISTIC` encrypts where it is
    offered and verifies nothing; `NONE` never encrypts.
    """

    STARTTLS = "starttls"
    TLS = "tls"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"


_USUAL_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.OPPORTUNISTIC: 25, Security.NONE: 25}


def _check_host(_options: object, _field: "attrs.Attribute[str]", host: str) -> None:
    if _BLANKS_AND_CONTROLS.search(host) or _holds_a_port(host):
        raise ValueError("must be the name or the address of one server, with neither a blank nor a port")


def _holds_a_port(host: str) -> bool:
    """Whether there is a colon, other than those of an IPv6 address."""
    if ":" not in host:
        return False
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return True
    return False


def _check_hello_name(_options: object, _field: "attrs.Attribute[str]", name: str) -> None:
    if name and not _HELLO_NAME.fullmatch(name):
        raise ValueError("must be a host name such as desk.example.com, or an address in brackets")


@attrs.frozen(kw_only=True)
class SmtpOptions:
    """The mail server that takes what the desk sends, and how to talk to it."""

    host: str = described(
        "", help="The server that takes outgoing mail. Empty: mail is held until one is named.", validator=_check_host
    )
    port: int | None = described(
        None,
        help="Its port. Unset: 587 for starttls, 465 for tls, 25 else.",
        validator=optional(and_(ge(1), le(65535))),
    )
    security: Security = described(  # noqa: RUF009 - it makes a field
        Security.STARTTLS,
        help="starttls and tls verify the certificate; opportunistic encrypts if it can and verifies nothing; none "
        "sends everything, a password too, in the clear.",
    )
    username: str = described("", help="The name to sign in with. Empty: do not sign in.")
    password: str = secret(help="The password to sign in with.")
    ca_file: str = described(
        "", help="A file of certificate authorities (PEM) to trust instead of those of the machine."
    )
    hello_name: str = described(
        "",
        help="What the desk calls itself to the server. Empty: the name of the machine.",
        validator=_check_hello_name,
    )
    timeout_seconds: float = described(
        30.0, help="How long to wait for each answer of the server.", validator=and_(gt(0), le(600))
    )
    connections: int = described(
        4, help="How many conversations with the server run at a time.", validator=and_(ge(1), le(100))
    )

    dkim: tuple[DkimKey, ...] = described(
        (), help="Keys that sign what is sent from their domain (DKIM); one of each type makes two signatures."
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a password that anybody in between could ask for: opportunistic encryption verifies nobody."""
        if self.username and self.security is Security.OPPORTUNISTIC:
            raise ValueError('must not sign in with security "opportunistic", which verifies no certificate')

    @property
    def server(self) -> str:
        """The server as it is called in sentences: ``host:port``."""
        return f"{self.host}:{self.effective_port}"

    @property
    def effective_port(self) -> int:
        """The port that is set, or else the usual one (RFC 8314 section 7)."""
        return _USUAL_PORTS[self.security] if self.port is None else self.port

    @property
    def missing(self) -> str:
        """What has to be set before mail can be sent, as a sentence; empty when nothing is missing."""
        return "" if self.host else "no SMTP server is named; set channels.smtp.host"
