"""The stored stream of a clinic through a fresh engine, in the order in which it came.

Same readings, same acts, same times, and therefore the same alarms, byte for
byte. Pure: rows in, rows out; knows no file and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from monitor import journal
from monitor.alerts import AlarmEvent, AlarmState, Engine
from monitor.alerts.states import OPEN
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.history import INPUT, RUN, FactRow, ReadingRow, TransitionRow
from monitor.retelling import Past, retell

Row = ReadingRow | TransitionRow | FactRow


class Replay:
    """Takes every row of the record from the beginning of a run on; `steps` are the alarms' steps.

    `preset_of` gives the preset for the hash that a run names. Rows that only
    follow from others are passed over; of transitions no more counts than how many alarms
    an empty chair had.
    """

    def __init__(self, preset_of: Callable[[str], Preset]) -> None:
        self._preset_of = preset_of
        self._engine: Engine | None = None
        self._preset, self._clock = "", _clock(0)
        self._frame: list[ReadingRow] = []
        self._unheard = ""
        self._open_before: Sequence[TransitionRow] = ()
        self.steps: list[TransitionRow] = []

    def take(self, row: Row) -> None:
        """One more row, in the order of their commit."""
        if isinstance(row, ReadingRow):
            if self._frame and not self._same_frame(row):
                self.finish()
            self._frame.append(row)
            return
        self.finish()
        if isinstance(row, FactRow) and row.kind == RUN:
            self._begin(row)
        elif isinstance(row, FactRow) and row.kind == INPUT:
            self._call(*journal.call_of(row))
        elif isinstance(row, TransitionRow):
            self._number(row)

    def _number(self, step: TransitionRow) -> None:
        """Alarms of an empty chair of which nothing is read again count in the next one's id."""
        over = step.to_state == AlarmState.RESOLVED.value
        if self._engine is not None and over and step.session is None:
            self._engine.returning.given(step.alarm)

    def finish(self) -> None:
        """Judge the frame whose readings were taken last."""
        rows, self._frame = self._frame, []
        if not rows or self._engine is None:
            return
        device, unheard = rows[0].device, self._unheard
        self._unheard = ""
        readings = [journal.reading_again(row, self._clock) for row in rows]
        if device != unheard and not all(row.late for row in rows):
            self._keep(self._engine.frame(device, readings[0].received_s))
        self._keep(self._engine.observe(readings))

    def probes(self) -> Mapping[str, Collection[str]]:
        """By chair, its devices that can tell of a pulse at the finger."""
        return self._engine.probes() if self._engine else {}

    def open_steps(self) -> list[TransitionRow]:
        """The last step of every alarm that is open now."""
        last = {row.alarm: row for row in (*self._open_before, *self.steps)}
        return [row for row in last.values() if AlarmState(row.to_state) in OPEN]

    def _same_frame(self, row: ReadingRow) -> bool:
        """Readings of one report come together, each vital sign once."""
        first = self._frame[0]
        return (
            (row.device, row.received_at_us, row.boot, row.seq)
            == (first.device, first.received_at_us, first.boot, first.seq)
        ) and all(row.vital is not one.vital for one in self._frame)

    def _begin(self, fact: FactRow) -> None:
        preset = self._preset_of(str(fact.data["preset"]))
        self._preset, self._clock = preset.hash, _clock(int(fact.data["epoch_us"] or 0))
        self._engine = Engine(preset, run=str(fact.data["run"]))

    def _call(self, call: str, arguments: dict[str, object]) -> None:
        if call == journal.CLOCK:
            self._clock = _clock(int(str(arguments["epoch_us"])))
        elif call == journal.UNHEARD:
            self._unheard = str(arguments["device"])
        elif self._engine is not None:
            try:
                events = getattr(self._engine, call)(**arguments)
            except CommandRefused:
                # Refused then as now; what fell due by then was taken.
                return
            self._keep(events or [])

    def _keep(self, events: Sequence[AlarmEvent]) -> None:
        self.steps += [
            journal.transition_row(event, self._clock.to_utc_us, self._preset) for event in events
        ]

    def resume(self, past: Past, now: float) -> None:
        """Here the service came back from a restart, and told the engine of the past."""
        self.finish()
        self._open_before = past.alarms
        if self._engine is not None:
            retell(self._engine, self._clock, past, now)


def _clock(epoch_us: int) -> Clock:
    """Between the record's times and the engine's; it never runs."""
    return Clock(lambda: 0.0, epoch_us=epoch_us)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two sequences of steps part: which step (from 1), and both, None past an end."""

    number: int
    stored: TransitionRow | None
    replayed: TransitionRow | None

    def words(self) -> list[str]:
        """For a person: the fields that differ, or which side has no such step."""
        if self.stored is None or self.replayed is None:
            row = self.stored or self.replayed
            assert row is not None
            where = "stored" if self.stored else "replayed"
            return [f"step {self.number}: only {where}: {row.alarm} {row.reason} -> {row.to_state}"]
        stored, replayed = asdict(self.stored), asdict(self.replayed)
        return [f"step {self.number}: {self.stored.alarm} #{self.stored.ordinal}"] + [
            f"  {name}: stored {stored[name]!r}, replayed {replayed[name]!r}"
            for name in stored
            if repr(stored[name]) != repr(replayed[name])
        ]


def first_difference(
    stored: Sequence[TransitionRow], replayed: Sequence[TransitionRow]
) -> Difference | None:
    """The first step in which the two are not the same; None when they are identical.

    When a worst value was measured is no difference where the record did not keep that.
    """
    for number in range(max(len(stored), len(replayed))):
        one = stored[number] if number < len(stored) else None
        other = replayed[number] if number < len(replayed) else None
        if one and other and one.extreme_at_us is None:
            other = replace(other, extreme_at_us=None)
        if repr(one) != repr(other):
            return Difference(number + 1, one, other)
    return None
