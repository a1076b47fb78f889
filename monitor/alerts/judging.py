"""Samples of any number of chairs against the limit rules: raised, worse, over.

Knows limits, counters and open alarms. Most frames change nothing: a chair at
rest whose values lie between all its limits is passed by without a further
look; all others of a turn are judged in one pass over the arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from monitor.alerts.book import Book
from monitor.alerts.layout import VITAL_INDEX, VITALS, Bools, Layout, column_of
from monitor.alerts.limits import Delays, Samples, Verdict
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place, Sample
from monitor.alerts.states import AlarmEvent, AlarmState, Reason
from monitor.alerts.wording import message
from monitor.vitals import VitalSign

Turn = tuple[Place, float, float, Sequence[Sample]]
"""A chair, when its samples arrived, when they were taken, and they."""


class Judging:
    """The limit rules of every chair."""

    def __init__(self, layout: Layout, book: Book) -> None:
        self._layout, self._book = layout, book
        self._delays = Delays(layout)
        self._rules_on = {vital: layout.rules_on(vital) for vital in VITALS}
        self._clauses = [layout.clauses_of(row) for row in range(layout.limits)]

    def add_chair(self) -> None:
        """One more chair, at rest."""
        self._delays.add_chair()

    def rest(self, place: Place) -> None:
        """Nothing is counted for this chair any more."""
        self._delays.rest(place.index)

    def wake(self, place: Place) -> None:
        """Look at every sample of this chair in full until it is at rest."""
        place.restless = True

    def judge(self, turns: Sequence[Turn]) -> Iterator[tuple[Place, float, list[AlarmEvent]]]:
        """One turn of chairs: for each that is not at rest, the steps its alarms take."""
        full = [turn for turn in turns if turn[0].restless or not _calm(turn[0], turn[3])]
        if not full:
            return
        verdict = self._verdict(full)
        for number, (place, received_s, at_s, samples) in enumerate(full):
            events = self._apply(place, number, verdict, samples, at_s, received_s)
            counting = bool(self._delays.pending[place.index].any())
            place.restless = counting or any(row < self._layout.limits for row in place.open)
            yield place, received_s, events

    def switch_limits(self, place: Place, before: int, after: int) -> None:
        """The column of limits in force is another: what changed is counted anew (8a.13, 8a.16)."""
        same = np.isclose(self._layout.limit[before], self._layout.limit[after], equal_nan=True)
        for row in range(self._layout.limits):
            if all(same[number] for number in self._clauses[row]):
                continue
            self._recount(place, row, after)
            self._delays.clearing[place.index, row] = False
            opened = place.open.get(row)
            if opened is not None and opened.active:
                still = self._violating(row, after, place.values())
                self._delays.relaxed[place.index, row] = not still
        counting = bool(self._delays.pending[place.index].any())
        place.restless = counting or any(row < self._layout.limits for row in place.open)

    def _recount(self, place: Place, row: int, column: int) -> None:
        vitals = self._layout.limit_rows[row].condition.watched
        quantity = place.quantities.get(vitals[0])
        if (
            len(vitals) > 1
            or quantity is None
            or np.isnan(self._layout.limit[column, self._clauses[row][0]])
        ):
            self._delays.recount(place.index, row, ())
            return
        high = bool(self._layout.high[column, row])
        said = [
            (one.at_s, self._violating(row, column, {one.vital: one.value}))
            for one in quantity.kept
            if one.valid or (high and self._violating(row, column, {one.vital: one.value}))
        ]
        self._delays.recount(place.index, row, said)

    def _violating(self, row: int, column: int, values: dict[VitalSign, float]) -> bool:
        return any(
            self._beyond(number, column, values.get(self._layout.clauses[number].vital))
            for number in self._clauses[row]
        )

    def _beyond(self, number: int, column: int, value: float | None) -> bool:
        """Does a value violate one clause in this column?"""
        if value is None:
            return False
        signed = value * float(self._layout.clause_sign[number])
        limit = float(self._layout.limit[column, number])
        return signed > limit or (bool(self._layout.clause_inclusive[number]) and signed == limit)

    def _verdict(self, turns: Sequence[Turn]) -> Verdict:
        size = (len(turns), len(VITALS))
        values = np.full(size, np.nan)
        valid, doubtful = np.zeros(size, bool), np.zeros(size, bool)
        for number, (place, _, _, samples) in enumerate(turns):
            for one in samples:
                column = VITAL_INDEX[one.vital]
                values[number, column] = one.value
                valid[number, column], doubtful[number, column] = one.valid, one.doubtful
                self._note_source(place, one.vital)
        chairs = np.array([place.index for place, _, _, _ in turns])
        times = np.array([at_s for _, _, at_s, _ in turns])
        columns = np.array([column_of(place.phase) for place, _, _, _ in turns])
        return self._delays.judge(Samples(chairs, values, valid, doubtful, times), columns)

    def _note_source(self, place: Place, vital: VitalSign) -> None:
        """Another source of a vital sign clears nothing that the first began (8a.22)."""
        quantity = place.quantities[vital]
        if quantity.switched:
            quantity.switched = False
            self._delays.forget_clearing(place.index, self._rules_on[vital])

    def _apply(
        self,
        place: Place,
        number: int,
        verdict: Verdict,
        samples: Sequence[Sample],
        at_s: float,
        received_s: float,
    ) -> list[AlarmEvent]:
        """Turn the few rules that are due, over or worse into steps."""
        events: list[AlarmEvent] = []
        due = {int(row) for row in np.nonzero(verdict.due[number])[0]}
        opened_rows = {row for row in place.open if row < self._layout.limits}
        now = {one.vital: one for one in samples}
        for row in sorted(due | opened_rows):
            opened = place.open.get(row)
            violates = verdict.violates[number]
            if opened is None or (row in due and opened.state is AlarmState.LATCHED_UNACK):
                events += self._raise(place, row, violates, now, at_s, received_s)
            elif opened.active and any(violates[clause] for clause in self._clauses[row]):
                worse = self._worse(opened, row, column_of(place.phase), violates, now)
                self._violated(place, opened, row, violates, now)
                if worse:
                    events += self._book.step(
                        place, opened, Reason.WORSE, received_s, sampled_s=at_s
                    )
            elif opened.active and verdict.over[number, row]:
                events += self._book.step(
                    place, opened, Reason.CONDITION_ENDED, received_s, sampled_s=at_s
                )
        return events

    def _raise(
        self,
        place: Place,
        row: int,
        violates: Bools,
        now: dict[VitalSign, Sample],
        at_s: float,
        received_s: float,
    ) -> list[AlarmEvent]:
        onset_s = float(self._delays.onset_s[place.index, row])
        opened = place.open.get(row)
        reason = Reason.CONDITION_PRESENT if opened is None else Reason.CONDITION_AGAIN
        if opened is None:
            opened = self._book.new(place, row, onset_s, received_s)
        else:
            opened.episode += 1
            opened.onset_s, opened.extremes = onset_s, {}
            opened.priority = max(opened.priority, self._book.priority(place, row))
        self._delays.relaxed[place.index, row] = False
        self._seed_extremes(place, opened, row, onset_s)
        self._violated(place, opened, row, violates, now)
        return self._book.step(place, opened, reason, received_s, sampled_s=at_s)

    def _seed_extremes(self, place: Place, opened: Opened, row: int, onset_s: float) -> None:
        """The worst value of an episode may lie within its on-delay."""
        column = column_of(place.phase)
        high = bool(self._layout.high[column, row])
        for number in self._clauses[row]:
            clause = self._layout.clauses[number]
            for one in place.quantities[clause.vital].kept if self._layout.on_delay[row] else ():
                counts = one.at_s >= onset_s and (one.valid or high)
                if counts and self._beyond(number, column, one.value):
                    opened.extremes_follow(clause, one.value, one.at_s)

    def _violated(
        self,
        place: Place,
        opened: Opened,
        row: int,
        violates: Bools,
        now: dict[VitalSign, Sample],
    ) -> None:
        """A violating sample: value, limit and extremes follow; the first clause speaks."""
        opened.speaks = None
        for number in self._clauses[row]:
            if violates[number]:
                clause, sample = (
                    self._layout.clauses[number],
                    now[self._layout.clauses[number].vital],
                )
                limit = self._layout.limit[column_of(place.phase), number]
                signed = float(limit * self._layout.clause_sign[number])
                opened.violates(clause, sample.value, signed, sample.at_s)
        opened.message = message(opened, place)

    def _worse(
        self, opened: Opened, row: int, column: int, violates: Bools, now: dict[VitalSign, Sample]
    ) -> bool:
        """Has an acknowledged or paused alarm got worse by its step since a person looked?"""
        if opened.state is not AlarmState.ACTIVE_ACK and not opened.held:
            return False
        for number in self._clauses[row]:
            clause = self._layout.clauses[number]
            sample = now.get(clause.vital)
            if not violates[number] or clause.step is None or sample is None or not sample.valid:
                continue
            sign = float(self._layout.clause_sign[number])
            # Not known when the person looked: measured from the limit.
            limit = float(self._layout.limit[column, number]) * sign
            if (sample.value - opened.reference.get(clause.vital, limit)) * sign >= clause.step:
                return True
        return False


def _calm(place: Place, samples: Sequence[Sample]) -> bool:
    """Can these samples raise nothing? A value at its limit is looked at in full."""
    for one in samples:
        if one.valid or one.doubtful:
            band = place.calm.get(one.vital)
            if band is not None and not band[0] < one.value < band[1]:
                return False
    return True
