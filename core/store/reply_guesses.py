"""Counts guesses at reply addresses and Message-IDs of ours, one row per guess, beside failed logins: both are guessed secrets.

Every function works in the caller's transaction.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from .logins import GUESSES
from .rows import LoginFailureRow

WINDOW = timedelta(hours=1)
"""How long a guess counts."""
EVERYBODY = "*"
"""Stands for all senders of a mailbox together; nobody has this address."""

# Made once: SQLAlchemy takes longer to make a statement than to run it.
_COUNT = (
    select(LoginFailureRow.counter, func.count())
    .where(LoginFailureRow.counter.in_(bindparam("counters", expanding=True)), LoginFailureRow.at > bindparam("since"))
    .group_by(LoginFailureRow.counter)
)


def counter(address_key: str, mailbox_id: int, *, proven: bool) -> str:
    """The name of a counter. Who is proven has one of the own: whoever forges an address uses up nothing of its owner's.

    :param address_key: the normalised address of the sender, '' for nobody.
    """
    return f"{GUESSES}{mailbox_id}:{'proven' if proven else 'claimed'}:{address_key}"


def counts(session: Session, counters: Collection[str], *, since: datetime) -> Mapping[str, int]:
    """How many guesses each of the counters has had after `since`; one without any is left out."""
    return dict(session.connection().execute(_COUNT, {"counters": list(counters), "since": since}).all())


def add(session: Session, guesses: Mapping[str, int], *, at: datetime) -> None:
    """Add so many guesses to each counter."""
    rows = [{"counter": name, "at": at} for name in sorted(guesses) for _ in range(guesses[name])]
    if rows:
        session.connection().execute(insert(LoginFailureRow), rows)
