"""Which mails are read in a child process, and what the child may take."""

import re
import sys

import attrs

KIB = 1024
MIB = 1024 * KIB

_HEADER_END = re.compile(rb"\n\r?\n")


@attrs.frozen(kw_only=True)
class Care:
    """Which mails are read in a child process, and what the child may take.

    :param octets: a larger mail is suspect.
    :param header_octets: one whose header is longer.
    :param delimiter_lines: one with more lines that begin like a boundary.
    :param encoded_words: one with more encoded words in its header.
    :param addresses: one with more at signs in its header.
    :param seconds: how long the child may take for one mail.
    :param lost_seconds: how long the mails of a batch may wait in all for those that come to grief.
    :param start_seconds: how long it may take to start; no mail is blamed for that.
    :param memory: how many octets of address space the child may have.
    :param command: the program that is the child.
    """

    octets: int = 10 * MIB
    header_octets: int = 100 * KIB
    delimiter_lines: int = 1_000
    encoded_words: int = 500
    addresses: int = 2_000
    seconds: float = 4
    lost_seconds: float = 5
    start_seconds: float = 10
    memory: int = 512 * MIB
    command: tuple[str, ...] = (sys.executable, "-P", "-m", f"{__package__}.child")

    def suspects(self, raw: bytes) -> bool:
        """Whether a mail is to be read with care; counts octets and looks at nothing else."""
        if len(raw) > self.octets or raw.count(b"\n--") > self.delimiter_lines:
            return True
        match = _HEADER_END.search(raw)
        header_end = match.start() if match else len(raw)
        return (
            header_end > self.header_octets
            or raw.count(b"=?", 0, header_end) > self.encoded_words
            or raw.count(b"@", 0, header_end) > self.addresses
        )
