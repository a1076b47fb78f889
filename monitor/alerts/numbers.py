"""What rules derive at each chair from samples: numbers over the past, and if there is a pulse.

Knows each rule's memory of each chair. Knows no limit and no alarm.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.alerts.derived import FROM_THE_PHASE, Deriving, deriving
from monitor.alerts.layout import COLUMNS, Layout, column_of
from monitor.alerts.place import Place
from monitor.alerts.pulse import Pulses
from monitor.alerts.samples import Sample
from monitor.conditions import Form
from monitor.vitals import VitalSign

Heard = dict[int, Sample]
"""One instant's samples by column of the values: vital signs, then derived numbers."""


class Numbers:
    """Of every chair, by its index."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._pasts: list[dict[int, Deriving]] = []
        self._pulses: list[Pulses] = []
        self._derived_from: dict[VitalSign, list[int]] = {}
        for row in layout.derived.keys() - layout.pulses.keys():
            vital = layout.limit_rows[row].condition.any_of[0].vital
            self._derived_from.setdefault(vital, []).append(row)

    def add_chair(self) -> None:
        """One more chair, of which nothing is known."""
        self._pasts.append({})
        self._pulses.append(Pulses(self._layout.pulses, self._layout.preset))

    def forget(self, place: Place) -> None:
        """A new patient, or none."""
        self._pasts[place.index].clear()
        self._pulses[place.index].forget()

    def begin_anew(self, place: Place, row: int) -> None:
        """The rule's limits are others: what counts from the phase begins again."""
        if self._layout.limit_rows[row].condition.form in FROM_THE_PHASE:
            self._pasts[place.index].pop(row, None)

    def drop(self, place: Place, row: int) -> None:
        """The rule remembers nothing any more."""
        self._pasts[place.index].pop(row, None)

    def move(self, left: Place, to: Place) -> None:
        """The past is of the patient and goes along; the probes stay where they are."""
        self._pasts[to.index], self._pasts[left.index] = self._pasts[left.index], {}
        for place in (left, to):
            self._pulses[place.index].forget()
        for row in self._layout.pulses.keys() & to.open.keys():
            self._pulses[to.index].of(row).still_open()

    def wake(self, place: Place) -> None:
        """After a restart: alarms are open, whatever the little past that was told again says."""
        for row in self._layout.derived.keys() & place.open.keys():
            pulse = row in self._layout.pulses
            past = self._pulses[place.index].of(row) if pulse else self._pasts[place.index].get(row)
            if past is not None:
                past.still_open()

    def made(self, place: Place, samples: Sequence[Sample]) -> Heard:
        """The numbers that follow from one instant's samples."""
        made = self._derive(place, samples) if place.session is not None else {}
        for row, one in self._pulses[place.index].hear(place).items():
            made[self._layout.derived[row]] = one
        return made

    def _derive(self, place: Place, samples: Sequence[Sample]) -> Heard:
        made: Heard = {}
        for one in samples:
            for row in self._derived_from.get(one.vital, ()) if one.valid else ():
                number = self._number(place, row, one)
                if number is not None:
                    made[self._layout.derived[row]] = one._replace(value=number)
        return made

    def _number(self, place: Place, row: int, one: Sample) -> float | None:
        if self._layout.limit_rows[row].condition.form is Form.DISAGREEMENT:
            return place.disagreement(one.at_s, self._layout.preset.source_hold_s)
        past = self._past(place, row)
        return past.feed(one.value, one.at_s) if past else None

    def _past(self, place: Place, row: int) -> Deriving | None:
        """What the rule remembers of this chair; None where it must not begin yet."""
        pasts, column = self._pasts[place.index], column_of(place.phase)
        if row not in pasts:
            condition = self._layout.limit_rows[row].condition
            if condition.form in FROM_THE_PHASE and not self._layout.priority[column, row]:
                return None
            pasts[row] = deriving(condition, COLUMNS[column], self._layout.preset.gap_s)
        return pasts[row]
