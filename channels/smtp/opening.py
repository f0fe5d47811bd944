"""From nothing to a server that is ready for mail: reached, greeted, encrypted, signed in."""

import socket
import ssl
from base64 import b64encode

import attrs

from ...core.contract import faults
from ...core.contract.clock import Clock
from .options import Security, SmtpOptions
from .replies import Broken, Reply, one_line
from .wire import Wire, connect


@attrs.frozen(kw_only=True)
class Features:
    """What the server announced in its answer to EHLO.

    `size` is the largest mail it takes in bytes, 0 when it names no limit, None when it does not know SIZE (RFC 1870).
    """

    pipelining: bool = False
    utf8: bool = False
    eight_bit: bool = False
    starttls: bool = False
    size: int | None = None
    logins: frozenset[str] = frozenset()


def open_wire(options: SmtpOptions, *, clock: Clock, until: float) -> tuple[Wire, Features]:
    """A connection on which a mail can begin, and what the server can do.

    :param until: the moment on the clock's monotonic scale at which the caller gives up.
    :raises Broken: with a sentence for the administrator, whatever stands in the way.
    """
    wire = connect(options, clock=clock, until=min(until, clock.monotonic() + options.timeout_seconds))
    try:
        features = _Opening(wire, options=options, clock=clock, until=until).features()
        faults.hit("smtp.connected")
        return wire, features
    except BaseException:
        wire.close()
        raise


@attrs.frozen
class _Opening:
    wire: Wire
    options: SmtpOptions = attrs.field(kw_only=True)
    clock: Clock = attrs.field(kw_only=True)
    until: float = attrs.field(kw_only=True)

    def features(self) -> Features:
        if self.options.security is Security.TLS:
            self._encrypt()
        greeting = self.wire.reply("the connection", until=self._limit())
        if greeting.code != 220:
            raise self._refused("does not take the connection", greeting, remedy="Look at its log.")
        features = self._hello()
        if self.options.security in (Security.STARTTLS, Security.OPPORTUNISTIC) and self._starttls(features):
            # What was announced before counts no more: anybody could have said it (RFC 3207 section 4.2).
            features = self._hello()
        if self.options.username:
            self._sign_in(features)
        return features

    def _hello(self) -> Features:
        name = self.options.hello_name or _machine_name() or self.wire.own_address
        reply = self._ask(f"EHLO {name}", "EHLO")
        if reply.kind == 2:
            return _announced(reply)
        if reply.kind == 5 and not reply.ends_conversation:
            reply = self._ask(f"HELO {name}", "HELO")
        if reply.kind == 2:
            return Features()
        raise self._refused("refuses the greeting", reply, remedy="Check channels.smtp.hello_name.")

    def _starttls(self, features: Features) -> bool:
        """Encrypt, or answer False where plain text was allowed and nothing else was offered."""
        must = self.options.security is Security.STARTTLS
        if features.starttls:
            reply = self._ask("STARTTLS", "STARTTLS")
            if reply.code == 220:
                self._encrypt()
                return True
            if must or reply.ends_conversation:
                raise self._refused("refuses to begin encryption", reply, remedy="Look at its log.")
        elif must:
            lacks = "offers no encryption (STARTTLS)"
            remedy = 'Give it a certificate, or set channels.smtp.security to "tls" if it encrypts from the first byte.'
            raise Broken(f"the mail server {lacks}", fault=self._fault(lacks, remedy))
        return False

    def _encrypt(self) -> None:
        try:
            context = _trust(self.options)
        except OSError as error:
            reason = f"the certificate authorities in '{self.options.ca_file}' cannot be read"
            raise Broken(reason, fault=f"Mail is held: {reason}. Check channels.smtp.ca_file.") from error
        try:
            self.wire.encrypt(context, until=self._limit())
        except Broken as broken:
            remedy = "Check its certificate, channels.smtp.host and channels.smtp.ca_file."
            broken.fault = self._fault(f"offers no encryption that can be trusted: {broken.detail}", remedy)
            raise

    def _sign_in(self, features: Features) -> None:
        name = self.options.username
        if "PLAIN" in features.logins:
            reply = self._ask(f"AUTH PLAIN {self._plain}", "AUTH")
        elif "LOGIN" in features.logins:
            reply = self._ask("AUTH LOGIN", "AUTH")
            for answer in (name, self.options.password):
                if reply.kind == 3:
                    reply = self._ask(_base64(answer), "AUTH")
        else:
            lacks = "offers no way to sign in that is known here (PLAIN, LOGIN)"
            remedy = "Check channels.smtp.port and channels.smtp.security, or unset channels.smtp.username."
            raise Broken(f"the mail server {lacks}", fault=self._fault(lacks, remedy))
        if reply.code != 235:
            remedy = "Check channels.smtp.username and channels.smtp.password."
            raise self._refused(f"refuses the login of '{name}'", self._without_secret(reply), remedy=remedy)

    @property
    def _plain(self) -> str:
        """The message of the PLAIN mechanism (RFC 4616 section 2)."""
        return _base64(f"\0{self.options.username}\0{self.options.password}")

    def _without_secret(self, reply: Reply) -> Reply:
        """The reply without what it may have echoed of the login."""
        text, password = reply.text, self.options.password
        for secret in (self._plain, _base64(password), password):
            if secret:
                text = text.replace(secret.encode(), b"...")
        return Reply(reply.code, text)

    def _ask(self, command: str, verb: str) -> Reply:
        until = self._limit()
        self.wire.send(f"{command}\r\n".encode(), until=until)
        return self.wire.reply(verb, until=until)

    def _limit(self) -> float:
        """The end of a wait that begins now."""
        return min(self.until, self.clock.monotonic() + self.options.timeout_seconds)

    def _refused(self, what: str, reply: Reply, *, remedy: str) -> Broken:
        fault = self._fault(f"{what} ({reply.code})", remedy)
        return Broken(reply.words, code=str(reply.code), fault=fault)

    def _fault(self, what: str, remedy: str) -> str:
        return one_line(f"The mail server {self.options.server} {what}. {remedy}")


def _announced(reply: Reply) -> Features:
    """The features of an EHLO answer whose lines are joined by line feeds (RFC 5321 section 4.1.1.1)."""
    words: dict[str, list[str]] = {}
    for line in reply.text.decode("latin-1").upper().split("\n")[1:]:
        keyword, *parameters = line.replace("=", " ").split() or [""]
        words.setdefault(keyword, []).extend(parameters)
    size = words.get("SIZE")
    return Features(
        pipelining="PIPELINING" in words,
        utf8="SMTPUTF8" in words,
        eight_bit="8BITMIME" in words,
        starttls="STARTTLS" in words,
        size=None if size is None else _number(size),
        logins=frozenset(words.get("AUTH", ())),
    )


def _number(parameters: list[str]) -> int:
    return int(parameters[0]) if parameters and parameters[0].isdecimal() and len(parameters[0]) < 20 else 0


def _trust(options: SmtpOptions) -> ssl.SSLContext:
    """Read anew for each connection, so that renewed authorities count at once."""
    context = ssl.create_default_context(cafile=options.ca_file or None)
    if options.security is Security.OPPORTUNISTIC:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _machine_name() -> str:
    """The name of this machine if it is a full one. It is not looked up: that can take as long as a mail may."""
    name = socket.gethostname()
    return name if "." in name.strip(".") and name.isascii() else ""


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
