"""A Dovecot of the tests' own: IMAP and POP3 on loopback ports that are free, with TLS by a certificate made for it."""

import base64
import getpass
import grp
import hashlib
import hmac
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from stand_ins.certificates import make_server_tls

INSTALL = "apt-get install dovecot-imapd dovecot-pop3d"
PROGRAM = Path("/usr/sbin/dovecot")
MODULES = (Path("/usr/lib/dovecot/imap"), Path("/usr/lib/dovecot/pop3"))
PASSWORD = 'dry w\u00f6rds "only"'
MOST_USERS = 2000
START_SECONDS = 20.0
STOP_SECONDS = 10.0
TOKEN_KEY = b"a key that only the tests' Dovecot and the tests know"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_verbose = yes
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:~/Maildir
mailbox_idle_check_interval = 1 s
mail_fsync = never
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # No waiting after a wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


class DovecotMissing(LookupError):
    """This machine has no Dovecot with IMAP and POP3."""

    def __init__(self) -> None:
        super().__init__(f"Dovecot is not installed with IMAP and POP3. Install it with: {INSTALL}")


@attrs.frozen
class Ports:
    """Where it listens; those with an s speak TLS from the first octet."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int


@attrs.define(eq=False)
class Dovecot:
    """A running server with accounts that all have the same password."""

    folder: Path
    ports: Ports
    _users: "itertools.count[int]" = attrs.field(factory=lambda: itertools.count(1), init=False)
    _mails: "itertools.count[int]" = attrs.field(factory=lambda: itertools.count(1), init=False)

    @property
    def authority_file(self) -> Path:
        """The authority that vouches for the server."""
        return self.folder / "authority.pem"

    def new_user(self) -> str:
        """An account with an empty maildir."""
        name = f"user{next(self._users)}"
        for part in ("tmp", "new", "cur"):
            self._own(self.maildir(name) / part)
        return name

    def maildir(self, user: str, folder: str = "") -> Path:
        """Where the mails of an account lie; folders other than the INBOX are below it."""
        home = self.folder / "mail" / user / "Maildir"
        return home / f".{folder}" if folder else home

    def deliver(self, user: str, mail: bytes) -> None:
        """Put a mail into an INBOX, as a delivery agent does."""
        name = f"{time.time_ns()}.{next(self._mails)}.test"
        path = self.maildir(user) / "tmp" / name
        path.write_bytes(mail)
        shutil.chown(path, *_account())
        path.rename(self.maildir(user) / "new" / name)

    def flags(self, user: str, folder: str = "") -> list[str]:
        """The flags of each mail that is in a folder, by letter: S is seen, T is deleted."""
        place = self.maildir(user, folder)
        fresh = ["" for _ in (place / "new").glob("*")]
        return fresh + [path.name.partition(":2,")[2] for path in sorted((place / "cur").glob("*"))]

    def token(self, user: str, *, lasts: int = 3600) -> str:
        """A bearer token for an account, that ends in so many seconds."""
        now = int(time.time())
        claims = {"sub": user, "iat": now - 10, "exp": now + lasts}
        head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _encoded(json.dumps(claims).encode())
        sign = hmac.new(TOKEN_KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{_encoded(sign)}"

    def renumber(self, user: str) -> None:
        """Forget the numbers of all mails: the next client sees another UIDVALIDITY."""
        time.sleep(1.1)  # it is a time in seconds
        for path in self.maildir(user).glob("dovecot*"):
            path.unlink()

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for each in (folder, *folder.parents):
            if each == self.folder / "mail":
                return
            shutil.chown(each, *_account())


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a server, give it out, stop it by its process id; raises `DovecotMissing`."""
    if not all(path.exists() for path in (PROGRAM, *MODULES)):
        raise DovecotMissing
    # Short, because the path of a socket has room for 107 bytes; pytest's folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="deskbell-dc-"))
    try:
        server = Dovecot(folder, _free_ports())
        _write_files(server)
        process = _start(folder)
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder)


def _account() -> tuple[str, str]:
    """User and group of the server: it does not open mail as root."""
    if os.geteuid() == 0:
        return "nobody", "nogroup"
    return getpass.getuser(), grp.getgrgid(os.getegid()).gr_name


def _write_files(server: Dovecot) -> None:
    folder, (user, group) = server.folder, _account()
    make_server_tls(folder)
    key = folder / "keys" / "default" / "HS256" / "default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(TOKEN_KEY))
    # All at the start: Dovecot may not notice a line that is added within the second of its last look.
    lines = (f"user{number}:{{PLAIN}}{PASSWORD}\n" for number in range(1, MOST_USERS))
    (folder / "users").write_text("".join(lines), encoding="utf-8")
    (folder / "mail").mkdir()
    (folder / "oauth2.conf").write_text(OAUTH2.format(folder=folder), encoding="utf-8")
    config = CONFIG.format(
        folder=folder,
        user=user,
        group=group,
        uid=pwd.getpwnam(user).pw_uid,
        gid=grp.getgrnam(group).gr_gid,
        **attrs.asdict(server.ports),
    )
    (folder / "dovecot.conf").write_text(config, encoding="utf-8")
    for each in (folder, *folder.rglob("*")):
        shutil.chown(each, user, group)


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    user, group = _account()
    command = ["setpriv", "--pdeathsig", "TERM"]
    if os.geteuid() == 0:
        command += ["--reuid", user, "--regid", group, "--clear-groups"]
    command += [str(PROGRAM), "-F", "-c", str(folder / "dovecot.conf")]
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(command, cwd="/", stdout=output, stderr=output, stdin=subprocess.DEVNULL)


def _wait_until_ready(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in attrs.astuple(server.ports):
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                told = [path.read_text(errors="replace") for path in server.folder.glob("[lo]*") if path.is_file()]
                raise RuntimeError(f"The Dovecot of the tests did not start: {' '.join(told)}")
            time.sleep(0.02)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def _free_ports() -> Ports:
    """Ports that were free a moment ago, held together so that none is given twice."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    try:
        return Ports(*(each.getsockname()[1] for each in sockets))
    finally:
        for each in sockets:
            each.close()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
