"""What the page's status line says of the service itself: counted faults, in words.

Knows counts and sentences. Knows no link, store or screen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

GARBLED_SHOWN_S = 60.0
BRIEF_LENGTH_MAX = 20


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One sentence for whoever asks; `level` is "info", "warn" or "error".

    `brief` is what the header has room for: at most `BRIEF_LENGTH_MAX` characters.
    """

    level: str
    brief: str
    text: str


class Status:
    """Counts what went wrong per device, and says what still matters now."""

    def __init__(self) -> None:
        self.garbled: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._garbled_s: dict[str, tuple[float, str]] = {}
        self._missing: dict[str, int] = {}
        self.inbox_full = 0

    def note_garbled(self, device: str, why: str, at_s: float) -> None:
        """Bytes of a device that were no frame."""
        self.garbled[device] += 1
        self._garbled_s[device] = (at_s, why)

    def note_failure(self, device: str) -> None:
        """A link or driver that broke and is started again."""
        self.failures[device] += 1

    def note_missing(self, device: str, count: int) -> None:
        """How many numbered messages of a device have not come."""
        self._missing[device] = count

    def lines(self, now_s: float) -> list[StatusLine]:
        """The sentences that matter at this instant, devices in order of name."""
        out = []
        for device, (at_s, why) in sorted(self._garbled_s.items()):
            if now_s - at_s <= GARBLED_SHOWN_S:
                count = self.garbled[device]
                text = f"{device}: {count} unreadable frames ({why})"
                out.append(StatusLine("warn", "UNREADABLE FRAMES", text))
        for device, count in sorted(self._missing.items()):
            if count:
                text = f"{device}: {count} numbered messages never came"
                out.append(StatusLine("warn", "MESSAGES MISSING", text))
        if self.inbox_full:
            text = f"alarm engine behind: {self.inbox_full} waits"
            out.append(StatusLine("error", "ENGINE BEHIND", text))
        return out
