"""What rules derive at each chair from samples: numbers over the past, and if there is a pulse.

Knows each rule's memory of each chair. Knows no limit and no alarm.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.alerts.derived import FROM_THE_PHASE, Deriving, counted_from, deriving
from monitor.alerts.layout import VITAL_INDEX, Layout
from monitor.alerts.place import Place
from monitor.alerts.pulse import Pulses
from monitor.alerts.samples import Sample
from monitor.conditions import COLUMN_OF, Form
from monitor.vitals import VitalSign

Heard = dict[int, Sample]
"""One instant's samples by column of the values: vital signs, then derived numbers."""


class Numbers:
    """Of every chair, by its index."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._pasts: list[dict[int, Deriving]] = []
        self._pulses: list[Pulses] = []
        self._derived_from: dict[VitalSign, list[tuple[int, int]]] = {}
        for row in sorted(layout.derived.keys() - layout.pulses.keys()):
            vital = layout.limit_rows[row].condition.any_of[0].vital
            self._derived_from.setdefault(vital, []).append((row, layout.derived[row]))
        self._counted = {
            row: counted_from(layout.limit_rows[row].condition)
            for form in FROM_THE_PHASE
            for row in layout.rows_of(form)
        }
        self._of_two_sources = frozenset(layout.rows_of(Form.DISAGREEMENT))

    def add_chair(self) -> None:
        """One more chair, of which nothing is known."""
        layout = self._layout
        self._pasts.append({})
        self._pulses.append(Pulses(layout.pulses, layout.derived, layout.preset))

    def forget(self, place: Place) -> None:
        """A new patient, or none."""
        self._pasts[place.index].clear()
        self._pulses[place.index].forget()

    def begin_anew(self, place: Place, row: int) -> None:
        """The rule's limits are others: what counts from the phase begins again."""
        if row in self._counted:
            self._pasts[place.index].pop(row, None)

    def drop(self, place: Place, row: int) -> None:
        """The rule remembers nothing any more."""
        self._pasts[place.index].pop(row, None)

    def move(self, left: Place, to: Place) -> None:
        """The past is of the patient and goes along; the probes stay where they are."""
        self._pasts[to.index], self._pasts[left.index] = self._pasts[left.index], {}
        for place in (left, to):
            self._pulses[place.index].forget()
        self.wake(to)

    def wake(self, place: Place) -> None:
        """After a restart: alarms of a pulse are open, whatever was told again says."""
        for row in self._layout.pulses.keys() & place.open.keys():
            self._pulses[place.index].of(row).still_open()

    def heard(self, place: Place, samples: Sequence[Sample]) -> Heard:
        """One instant's samples, and the numbers that follow from them."""
        heard = {VITAL_INDEX[one.vital]: one for one in samples}
        for one in samples if place.session is not None else ():
            if one.valid:
                self._derive(place, one, heard)
        if place.spoken:
            heard |= self._pulses[place.index].hear(place)
        return heard

    def _derive(self, place: Place, one: Sample, heard: Heard) -> None:
        for row, column in self._derived_from.get(one.vital, ()):
            number = self._number(place, row, one)
            if number is not None:
                heard[column] = Sample(one.vital, number, *one[2:])

    def _number(self, place: Place, row: int, one: Sample) -> float | None:
        if row in self._of_two_sources:
            return place.disagreement(one.at_s, self._layout.preset.source_hold_s)
        value, counted = one.value, self._counted.get(row)
        if counted is not None:
            level = counted.get(COLUMN_OF[place.phase])
            if level is None:
                return None
            value = (value - level[0]) * level[1]
        past = self._pasts[place.index].get(row)
        if past is None:
            past = deriving(self._layout.limit_rows[row].condition, self._layout.preset.gap_s)
            self._pasts[place.index][row] = past
        return past.feed(value, one.at_s)
