"""Keeping what the engine is told beside readings, on a wall clock that may be stepped.

From it and the readings the same alarms follow again (see `journal`). Knows the
record's facts; knows no alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from monitor import journal
from monitor.clinic import Session
from monitor.clock import Clock
from monitor.factbook import FactBook
from monitor.history import INPUT, RUN, Data


class Inputs:
    """One run of the service. `heard`: readings that are kept anyway say that a frame came.

    Calls about the chair or device `unkept` are those of a test and are not kept.
    """

    def __init__(
        self, facts: FactBook, clock: Clock, *, run: str, preset: str, unkept: str
    ) -> None:
        self._facts, self._clock, self._unkept = facts, clock, unkept
        self._epoch_us = clock.epoch_us
        self._stepped_us: Counter[str] = Counter()
        self.heard = False
        start: Data = {"run": run, "epoch_us": clock.epoch_us, "preset": preset}
        facts.jot(RUN, "", start)

    def note(self, call: str, arguments: Mapping[str, object]) -> None:
        """Keep one call, with the readings it belongs to."""
        if call == "frame" and self.heard:
            return
        if self._unkept in (arguments.get("chair"), arguments.get("device")):
            return
        data = {"call": call, "arguments": journal.encode(call, arguments)}
        self._facts.jot(INPUT, str(arguments.get("chair", "")), data)

    def follow_clock(self, sessions: Iterable[Session]) -> None:
        """The wall clock may have been stepped: from here on stored times are by the new one."""
        by_us = self._clock.epoch_us - self._epoch_us
        if by_us:
            self._epoch_us = self._clock.epoch_us
            for session in sessions:
                self._stepped_us[session.id] += by_us
            self.note(journal.CLOCK, {"epoch_us": self._epoch_us})

    def here_since_us(self, session: Session) -> int:
        """Since when its patient is in the chair, by the wall clock as it stands; never to come.

        Whoever came later than now came before the clock was set back, while nothing ran.
        """
        here_us, now_us = session.here_since_us, self._clock.utc_us()
        ahead_us = here_us + self._stepped_us[session.id] - now_us
        self._stepped_us[session.id] -= max(ahead_us, 0)
        return here_us + self._stepped_us[session.id]
