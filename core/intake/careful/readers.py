"""Reads the mails of a batch, each where it belongs: the ordinary one here, the suspect one in a child."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from ..parsing import Mail, MailLimits, read_mail
from .care import Care
from .process import CarefulReader, NoChild, ReadingFailed


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
    _trouble: str = attrs.field(default="", init=False)

    def read(self, raw: bytes, *, suspect: bool) -> Mail | PutOff:
        """The mail, or why it is put off.

        Once a child came to grief, the other suspects of the batch are put off without blame, so that the mails without
        suspicion wait for one time limit and no more.

        :param suspect: read it in a child in any case.
        """
        if not suspect and not self._care.suspects(raw):
            return read_mail(raw, limits=self._limits)
        if self._trouble:
            return PutOff(self._trouble, blamed=False)
        try:
            return self._careful.read(raw)
        except ReadingFailed as error:
            self._trouble = "another mail that came with it could not be read; it is read later"
            return PutOff(f"the process that read it {error}", blamed=True)
        except NoChild as error:
            self._trouble = str(error)
            return PutOff(self._trouble, blamed=False)
