"""Reading from servers that drip: each octet comes in time, and the answer never ends (test M37)."""

import time
from io import BufferedReader

SLOWEST = 4 * 1024
"""Octets a second that an answer must bring, beyond the time that any answer may take."""


class Patience:
    """How long the answer to one command may take: so many seconds, and a little more for every octet that it brings."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        self.begin()

    def begin(self) -> None:
        """A command goes out, or the greeting is awaited."""
        self._until = time.monotonic() + self._seconds

    def read(self, file: BufferedReader, size: int) -> bytes:
        """So many octets, fewer at the end of the connection.

        :raises TimeoutError: when the answer takes too long.
        """
        pieces: list[bytes] = []
        left = size
        while left and (piece := file.read1(left)):
            self._came(len(piece))
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def read_line(self, file: BufferedReader, most: int) -> bytes:
        """A line with its end, or its first octets when it is longer than `most`.

        :raises TimeoutError: when the answer takes too long.
        """
        pieces: list[bytes] = []
        left = most
        while left and (waiting := len(file.peek(1))):
            piece = file.readline(min(waiting, left))
            self._came(len(piece))
            pieces.append(piece)
            left -= len(piece)
            if piece.endswith(b"\n"):
                break
        return b"".join(pieces)

    def _came(self, octets: int) -> None:
        self._until += octets / SLOWEST
        if time.monotonic() > self._until:
            raise TimeoutError("the answer drips")
