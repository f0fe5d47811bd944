"""How mailboxes are fetched from a mail server, and how that goes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class FetchAccountRow(Row):
    """The account of a mailbox on a server; `secret` is its password or token, sealed.

    `auth` is ``password`` or ``xoauth2``; with a `token_command` the token is asked for each time. `after` is ``seen``,
    ``delete`` or ``move:Folder``.
    """

    __tablename__ = "fetch_accounts"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True)
    protocol: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str]
    auth: Mapped[str]
    secret: Mapped[str] = mapped_column(Text)
    token_command: Mapped[str] = mapped_column(Text)
    ca_file: Mapped[str] = mapped_column(Text)
    folder: Mapped[str]
    after: Mapped[str]


class FetchStateRow(Row):
    """How far a mailbox was fetched and how the last tries went.

    `uid_validity` and `last_uid` are IMAP's. `left_alone` holds the keys of mails that are too large to be fetched.
    `told_at` is when the present trouble was reported.
    """

    __tablename__ = "fetch_states"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("fetch_accounts.mailbox_id", ondelete="CASCADE"), primary_key=True
    )
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)
    left_alone: Mapped[list[Any]]
    last_fetch_at: Mapped[datetime | None]
    fetched: Mapped[int]
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text)
    told_at: Mapped[datetime | None]
