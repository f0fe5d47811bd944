"""Reads the mails of a batch, each where it belongs: the ordinary one here, the suspect one in a child."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from ..parsing import Mail, MailLimits, read_mail
from .care import Care
from .process import CarefulReader, NoChild, ReadingFailed

_READ_LATER = "another mail that came with it could not be read; it is read later"


@attrs.frozen
class PutOff:
    """A mail that was not read, why, and whether the mail itself is to blame, so that its try counts."""

    reason: str
    blamed: bool


class Readers:
    """Reads mails in this process or, those under suspicion, in a child. May be used by several threads."""

    def __init__(self, *, limits: MailLimits, care: Care) -> None:
        self._limits = limits
        self._care = care

    @contextmanager
    def opened(self) -> Iterator["Reader"]:
        """A reader for the mails of one batch, which share a child if they need one; the child ends with the block."""
        with CarefulReader(limits=self._limits, care=self._care) as careful:
            yield Reader(self._limits, self._care, careful)


@attrs.define(eq=False)
class Reader:
    """Reads the mails of one batch."""

    _limits: MailLimits
    _care: Care
    _careful: CarefulReader
    _no_child: str = attrs.field(default="", init=False)
    _lost: float = attrs.field(default=0, init=False)

    def read(self, raw: bytes, *, suspect: bool) -> Mail | PutOff:
        """The mail, or why it is put off.

        What children come to grief over costs a batch `Care.lost_seconds` at most, because the mails without suspicion
        wait for it: then the other suspects are put off without blame, as is one that had less than the whole time.

        :param suspect: read it in a child in any case.
        """
        if not suspect and not self._care.suspects(raw):
            return read_mail(raw, limits=self._limits)
        if self._no_child:
            return PutOff(self._no_child, blamed=False)
        left = self._care.lost_seconds - self._lost
        if left <= 0:
            return PutOff(_READ_LATER, blamed=False)
        begun = time.monotonic()
        try:
            return self._careful.read(raw, seconds=left)
        except ReadingFailed as error:
            self._lost += time.monotonic() - begun
            if error.timed_out and left < self._care.seconds:
                return PutOff(_READ_LATER, blamed=False)
            return PutOff(f"the process that read it {error}", blamed=True)
        except NoChild as error:
            self._no_child = str(error)
            return PutOff(self._no_child, blamed=False)
