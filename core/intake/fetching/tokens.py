"""The secret that an account logs in with: its stored password or token, or the token that a command prints."""

import shlex
import subprocess

from ...store.fetch_accounts import FetchAccount
from ...store.secrets import SecretBox
from .trouble import FetchFailed, spoken

COMMAND_SECONDS = 30.0
_REMEDY = "Set it anew with 'deskbell mailbox add --replace'."


def secret_of(account: FetchAccount, *, box: SecretBox) -> str:
    """The password or token in plain text.

    :raises FetchFailed: when the token command fails, or the secret is empty or has a line end in it.
    :raises SecretUnreadable: when the stored secret was sealed with another key.
    """
    secret = _token(account) if account.token_command else box.open(account.secret)
    if not secret or not all(char.isprintable() for char in secret):
        what = "token command prints" if account.token_command else "stored secret is"
        raise FetchFailed(account, f"the {what} nothing usable", _REMEDY)
    return secret


def _token(account: FetchAccount) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            shlex.split(account.token_command), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise FetchFailed(account, f"the token command did not end within {COMMAND_SECONDS:g} s", _REMEDY) from error
    except subprocess.CalledProcessError as error:
        said = spoken(error.stderr) or f"exit code {error.returncode}"
        raise FetchFailed(account, f"the token command failed ({said})", _REMEDY) from error
    except (OSError, ValueError) as error:
        raise FetchFailed(account, f"the token command cannot be run ({spoken(error)})", _REMEDY) from error
    return done.stdout.strip()
