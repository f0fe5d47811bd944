"""What a demo tells while it runs, one line each."""

from enum import StrEnum

import attrs


class Kind(StrEnum):
    """What sort of thing a line tells."""

    ARRIVED = "arrived"
    HAPPENED = "happened"
    TOLD = "told"
    NOT_TOLD = "not told"
    SENT = "sent"
    FAILED = "failed"
    NOTE = "note"


@attrs.frozen
class Happening:
    """One line; `text` may hold whatever a stranger wrote into a mail."""

    kind: Kind
    text: str
