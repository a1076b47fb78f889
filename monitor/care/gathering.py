"""What was measured lately of whoever sits there: for the baseline, the leave gate and scores.

Readings in as they come, bounded. Knows no live value, alarm or database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from monitor.care.attribution import belonging, corrections_of
from monitor.care.baseline import SOURCES, Baseline, measure
from monitor.conditions import Preset
from monitor.history import FactRow, ReadingRow
from monitor.vitals import NIBP, VitalSign, under_way

_SCORED = (VitalSign.RESPIRATORY_RATE, VitalSign.TEMPERATURE)
_KEPT = frozenset({*NIBP, *_SCORED, *(one for sources in SOURCES.values() for one in sources)})
_CONTINUOUS_MAX = 8_192
_EPISODIC_MAX = 256


class Gathering:
    """What a chair measured lately: as much as baseline, leave gate and scores can need."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._continuous: deque[ReadingRow] = deque(maxlen=_CONTINUOUS_MAX)
        self._episodic: deque[ReadingRow] = deque(maxlen=_EPISODIC_MAX)

    def take(self, rows: Iterable[ReadingRow]) -> None:
        """Note readings as they come; late ones were not judged and do not count here."""
        for row in rows:
            told = not (row.late or under_way(row.vital, row.validity))
            if row.vital in _KEPT and told:
                (self._episodic if row.vital.episodic else self._continuous).append(row)
        oldest_us = self._newest_us() - self._preset.baseline.continuous_s * 1e6
        while self._continuous and self._continuous[0].sampled_at_us < oldest_us:
            self._continuous.popleft()

    def _newest_us(self) -> int:
        return self._continuous[-1].sampled_at_us if self._continuous else 0

    def all(self) -> list[ReadingRow]:
        """All that is at hand."""
        return [*self._episodic, *self._continuous]

    def measure(self, session: str, start_us: int, since_us: int) -> Baseline:
        """The baseline of a session that was seated at `since_us` and starts at `start_us`."""
        rows = [row for row in self.rows(session, since_us) if row.sampled_at_us <= start_us]
        return measure(rows, start_us, self._preset)

    def rows(self, session: str, since_us: int) -> list[ReadingRow]:
        """What is known of a session since then: all its cuff readings, the rest of late."""
        return [
            row for row in self.all() if row.session == session and row.sampled_at_us >= since_us
        ]


class Gatherings:
    """What each open session measured lately, in whatever chair."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._by_session: dict[str, Gathering] = {}

    def of(self, session: str) -> Gathering:
        """Of one session; empty where it measured nothing yet."""
        return self._by_session.get(session, Gathering(self._preset))

    def take(self, session: str, rows: Iterable[ReadingRow]) -> None:
        """Note a session's readings as they come."""
        self._by_session.setdefault(session, Gathering(self._preset)).take(rows)

    def attribute(self, told: Mapping[str, Sequence[FactRow]], rows: Iterable[ReadingRow]) -> None:
        """Gather anew what measured for these sessions, whose devices were corrected.

        `told` are the facts of each, `rows` what the corrected devices measured.
        """
        known = dict.fromkeys(row for one in self._by_session.values() for row in one.all())
        known |= dict.fromkeys(rows)
        for session, facts in told.items():
            gathering = Gathering(self._preset)
            gathering.take(belonging(session, corrections_of(facts), known))
            self._by_session[session] = gathering

    def forget(self, session: str) -> None:
        """The session is over."""
        self._by_session.pop(session, None)
