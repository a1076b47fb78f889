"""Text lines out of a byte stream, in a bounded buffer. Knows no protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.drivers import Garbled

SAMPLE_BYTES_MAX = 32


class LineBuffer:
    """Splits at LF; CR and other control characters stay for the caller to strip.

    A stretch longer than `line_bytes_max` without an end is garbled and dropped.
    """

    def __init__(self, line_bytes_max: int) -> None:
        self._rest = bytearray()
        self._max = line_bytes_max
        self._dropping = False

    def feed(self, data: bytes) -> Iterator[str | Garbled]:
        """The lines completed by these bytes, as Latin-1 text without their LF."""
        for part in data.splitlines(keepends=True) if b"\n" in data else [data]:
            ends = part.endswith(b"\n")
            self._rest += part[: self._max + 1]
            if len(self._rest) > self._max and not self._dropping:
                self._dropping = True
                yield Garbled(
                    sample=bytes(self._rest[:SAMPLE_BYTES_MAX]),
                    why=f"{self._max} bytes without a line end: wrong speed?",
                )
            if self._dropping:
                self._rest.clear()
            if ends:
                if not self._dropping:
                    yield self._rest.rstrip(b"\n").decode("latin-1")
                self._rest.clear()
                self._dropping = False


def moment(year: int, month: int, day: int, clock: str) -> datetime | None:
    """What a device's clock shows, by its two-digit year and `HH:MM:SS`; None for no such time."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001  no zone told
    except ValueError:
        return None
