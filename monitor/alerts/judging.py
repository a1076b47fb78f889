"""Samples of any number of chairs against the limit rules: raised, worse, over.

Knows limits, counters and open alarms. Most frames change nothing: a chair at
rest whose values lie between all its limits is passed by without a further
look; all others of a turn are judged in one pass over the arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from monitor.alerts.book import Book
from monitor.alerts.layout import COLUMNS, VITAL_INDEX, VITALS, Bools, Layout, column_of
from monitor.alerts.levels import Levels
from monitor.alerts.limits import Delays, Samples, Verdict
from monitor.alerts.numbers import Heard, Numbers
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place
from monitor.alerts.samples import Sample
from monitor.alerts.states import AlarmEvent, AlarmState, Evidence, Reason
from monitor.alerts.timers import Timers
from monitor.alerts.wording import message
from monitor.conditions import Form
from monitor.edits import limit_key
from monitor.vitals import VitalSign

Turn = tuple[Place, float, float, Sequence[Sample]]
"""A chair, when its samples arrived, when they were taken, and they."""


class Judging:
    """The counted rules of every chair; `levels` are the limits in force."""

    def __init__(self, layout: Layout, book: Book) -> None:
        self._layout, self._book = layout, book
        self._delays, self._timers = Delays(layout), Timers(layout)
        self.levels = Levels(layout)
        self._numbers = Numbers(layout)
        self._rules_on = {vital: layout.rules_on(vital) for vital in VITALS}
        self._clauses = layout.clauses_of

    def add_chair(self, place: Place) -> None:
        """One more chair, at rest, with the limits of its phase."""
        self._delays.add_chair()
        self.levels.add_chair()
        self._numbers.add_chair()
        self.rest(place)

    def rest(self, place: Place) -> None:
        """Nothing is counted for this chair any more; the limits of its phase are in force."""
        self._delays.rest(place.index)
        self._numbers.forget(place)
        self._put_in_force(place)

    def move(self, left: Place, to: Place, assigned: Iterable[int], now: float) -> list[AlarmEvent]:
        """What is counted for a patient, and the past that rules remember, goes along.

        Alarms of `assigned` rows were open in the other chair, by the limits there.
        """
        rows = self._layout.goes_along[: self._layout.limits]
        self._delays.move(left.index, to.index, rows)
        self._numbers.move(left, to)
        self.rest(left)
        changed, events = self._put_in_force(to), list[AlarmEvent]()
        for row in sorted(one for one in assigned if one < self._layout.limits):
            self._delays.relaxed[to.index, row] = False
            if changed[self._clauses[row]].any():
                events += self._limit(to, row, now)
        self._settle(to)
        return events

    def rearm(self, place: Place, row: int) -> None:
        """A rule begins anew, as if nothing had been measured yet."""
        self._delays.rearm(place.index, row)
        self._numbers.drop(place, row)
        self._settle(place)

    def wake(self, place: Place) -> None:
        """Alarms are open again: look at every sample in full until all is at rest."""
        place.restless = True
        self._numbers.wake(place)

    def judge(self, turns: Sequence[Turn]) -> Iterator[tuple[Place, float, list[AlarmEvent]]]:
        """One turn of chairs: for each that is not at rest, the steps its alarms take."""
        full: list[Turn] = []
        heard: list[Heard] = []
        for turn in turns:
            said = self._numbers.heard(turn[0], turn[3])
            if turn[0].restless or not _calm(turn[0], said):
                full.append(turn)
                heard.append(said)
        if not full:
            return
        verdict = self._verdict(full, heard)
        for number, (place, received_s, at_s, _) in enumerate(full):
            events = self._apply(place, number, verdict, heard[number], at_s, received_s)
            self._settle(place)
            yield place, received_s, events

    def warm(self, turns: Sequence[Turn], *, counting: bool) -> Iterable[tuple[Turn, Heard]]:
        """Take one turn of chairs and no step; count what violates and clears, if so asked."""
        heard = [self._numbers.heard(turn[0], turn[3]) for turn in turns]
        if counting and turns:
            verdict = self._verdict(turns, heard)
            for number, (place, received_s, *_) in enumerate(turns):
                self._settle(place)
                for row in range(self._layout.limits):
                    self._hear(place, row, verdict, number, received_s)
        return zip(turns, heard, strict=True)

    def switch(self, place: Place, now: float) -> list[AlarmEvent]:
        """Another phase, baseline or edit: what has other limits counts anew (8a.13, 8a.16)."""
        changed, events = self._put_in_force(place), list[AlarmEvent]()
        for row in range(self._layout.limits):
            if not changed[self._clauses[row]].any():
                continue
            self._numbers.begin_anew(place, row)
            self._recount(place, row)
            self._delays.clearing[place.index, row] = False
            events += self._limit(place, row, now)
        self._settle(place)
        return events

    def _limit(self, place: Place, row: int, now: float) -> list[AlarmEvent]:
        """What another limit does to the row's open alarm."""
        opened = place.open.get(row)
        if opened is None or not opened.active:
            return []
        if self._gone(place, row):
            return self._book.step(place, opened, Reason.LIMIT_GONE, now)
        still = row in self._layout.derived or self._violating(place, row, place.values())
        return self._relax(place, row, opened, now, relaxed=not still)

    def _gone(self, place: Place, row: int) -> bool:
        """Is no limit of this rule in force: did the baseline go that it was reckoned from?"""
        limits = self.levels.limit[place.index]
        groups = self._layout.groups_of[row]
        return any(bool(np.isnan(limits[group]).all()) for group in groups)

    def _relax(
        self, place: Place, row: int, opened: Opened, now: float, *, relaxed: bool
    ) -> list[AlarmEvent]:
        """An episode that the new limit would not have begun clears at that limit (8a.13)."""
        if bool(self._delays.relaxed[place.index, row]) is relaxed:
            return []
        self._delays.relaxed[place.index, row] = relaxed
        reason = Reason.LIMIT_RELAXED if relaxed else Reason.LIMIT_BINDS
        return self._book.step(place, opened, reason, now)

    def recall_relaxed(self, place: Place, row: int, *, relaxed: bool) -> None:
        """After a restart: at which of the two the rule's present episode cleared then."""
        if row < self._layout.limits:
            self._delays.relaxed[place.index, row] = relaxed

    def _put_in_force(self, place: Place) -> Bools:
        after = column_of(place.phase)
        self._delays.set_delays(place.index, place.edits)
        changed = self.levels.switch(place.index, after, place.baseline, place.edits)
        place.calm = self.levels.calm(place.index)
        return changed

    def _settle(self, place: Place) -> None:
        counting = bool(self._delays.pending[place.index].any())
        place.restless = counting or any(row < self._layout.limits for row in place.open)

    def pending(self, place: Place) -> frozenset[VitalSign]:
        """The vital signs beyond a limit whose delay is running: no alarm yet."""
        if not place.restless:
            return frozenset()
        rows = [int(row) for row in np.flatnonzero(self._delays.pending[place.index])]
        waiting = [self._layout.rows[row] for row in rows if row not in place.open]
        return frozenset(vital for row in waiting for vital in row.condition.watched)

    # ------------------------------------------------------------------ limit changes

    def _recount(self, place: Place, row: int) -> None:
        vitals = self._layout.limit_rows[row].condition.watched
        quantity = place.quantities.get(vitals[0])
        counts = len(vitals) == 1 and not vitals[0].episodic and row not in self._layout.derived
        if quantity is None or not counts:
            self._delays.recount(place.index, row, ())
            return
        high = self._high(place, row)
        said = [
            (one.at_s, violates)
            for one in quantity.kept
            for violates in [self._violating(place, row, {one.vital: one.value})]
            if one.valid or (high and violates)
        ]
        self._delays.recount(place.index, row, said)

    def _violating(self, place: Place, row: int, values: dict[VitalSign, float]) -> bool:
        """Does every group of the rule have a clause that these values violate?"""
        return all(
            any(
                self.levels.beyond(place.index, n, values.get(self._layout.clauses[n].vital))
                for n in group
            )
            for group in self._layout.groups_of[row]
        )

    def _high(self, place: Place, row: int) -> bool:
        return bool(self._layout.high[column_of(place.phase), row])

    # ------------------------------------------------------------------------ verdict

    def _verdict(self, turns: Sequence[Turn], heard: Sequence[Heard]) -> Verdict:
        size = (len(turns), self._layout.width)
        values = np.full(size, np.nan)
        valid, doubtful = np.zeros(size, bool), np.zeros(size, bool)
        for number, (place, _, _, samples) in enumerate(turns):
            for column, one in heard[number].items():
                values[number, column] = one.value
                valid[number, column], doubtful[number, column] = one.valid, one.doubtful
            for one in samples:
                self._note_source(place, one.vital)
        chairs = np.array([place.index for place, _, _, _ in turns])
        times = np.array([at_s for _, _, at_s, _ in turns])
        columns = np.array([column_of(place.phase) for place, _, _, _ in turns])
        high = self._layout.clause_high[columns]
        limit, clear = self.levels.limit[chairs], self.levels.clear[chairs]
        cuffs = np.array([place.cuff.covers(at_s) for place, _, at_s, _ in turns])
        said = Samples(chairs, values, valid, doubtful, times, cuffs)
        return self._delays.judge(said, limit, clear, high)

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
        heard: Heard,
        at_s: float,
        received_s: float,
    ) -> list[AlarmEvent]:
        """Turn the few rules that are due, over or worse into steps."""
        events: list[AlarmEvent] = []
        due = {int(row) for row in np.nonzero(verdict.due[number])[0]}
        opened_rows = {row for row in place.open if row < self._layout.limits}
        for row in sorted(due | opened_rows):
            opened = place.open.get(row)
            clauses = [n for n in self._clauses[row] if verdict.violates[number, n]]
            if opened is None or (row in due and self._begins_again(opened)):
                events += self._raise(place, row, clauses, heard, at_s, received_s)
                continue
            reason = None
            self._hear(place, row, verdict, number, received_s)
            if opened.active and verdict.violating[number, row]:
                reason = self._goes_on(place, opened, row, clauses, heard)
            elif opened.active and verdict.over[number, row]:
                reason = Reason.CONDITION_ENDED
            if reason is not None:
                events += self._book.step(place, opened, reason, received_s, sampled_s=at_s)
        return events

    def _hear(
        self, place: Place, row: int, verdict: Verdict, number: int, received_s: float
    ) -> None:
        """What this turn says of a rule is the newest word of it."""
        well = bool(verdict.clearing[number, row])
        if well or verdict.violating[number, row]:
            gap_s = self._layout.preset.gap_s
            self._book.word(place, row).came(received_s, well=well, gap_s=gap_s)

    @staticmethod
    def _begins_again(opened: Opened) -> bool:
        """Is a violation after the on-delay another episode of the open alarm?"""
        each = opened.row.condition.form is Form.RISE
        return opened.state is AlarmState.LATCHED_UNACK or each

    def _goes_on(
        self, place: Place, opened: Opened, row: int, clauses: Sequence[int], heard: Heard
    ) -> Reason | None:
        """One more violating sample of an active alarm."""
        worse = self._worse(place, opened, row, clauses, heard)
        opened.violations += 1
        self._violated(place, opened, clauses, heard)
        to = self._timers.repeated(opened, place)
        if to is not None:
            opened.priority = to
            return Reason.PRIORITY_RISES
        return Reason.WORSE if worse else None

    def _raise(
        self,
        place: Place,
        row: int,
        clauses: Sequence[int],
        heard: Heard,
        at_s: float,
        received_s: float,
    ) -> list[AlarmEvent]:
        onset_s = float(self._delays.onset_s[place.index, row])
        opened = place.open.get(row)
        if opened is None and self._book.yields(place, row):
            return []
        reason = Reason.CONDITION_PRESENT if opened is None else Reason.CONDITION_AGAIN
        if opened is None:
            opened = self._book.new(place, row, onset_s)
        else:
            opened.episode += 1
            opened.onset_s, opened.extremes, opened.violations = onset_s, {}, 1
            opened.priority = max(opened.priority, self._book.priority(place, row))
        self._delays.relaxed[place.index, row] = False
        self._seed_extremes(place, opened, row, onset_s)
        self._violated(place, opened, clauses, heard)
        self._explain(place, opened, row, clauses, heard)
        return self._book.step(place, opened, reason, received_s, sampled_s=at_s)

    def _seed_extremes(self, place: Place, opened: Opened, row: int, onset_s: float) -> None:
        """The worst value of an episode may lie before the sample that completes it."""
        if row in self._layout.derived:
            return
        high = self._high(place, row)
        for number in self._clauses[row]:
            clause = self._layout.clauses[number]
            quantity = place.quantities.get(clause.vital)
            for one in quantity.kept if quantity else ():
                counts = one.at_s >= onset_s and (one.valid or high)
                if counts and self.levels.beyond(place.index, number, one.value):
                    opened.extremes_follow(clause, one.value, one.at_s)

    def _explain(
        self, place: Place, opened: Opened, row: int, clauses: Sequence[int], heard: Heard
    ) -> None:
        """What the alarm rests on: baseline and samples, the first that violated and the last."""
        derived, column = row in self._layout.derived, COLUMNS[column_of(place.phase)]
        # The first speaks for the alarm; see `_violated`.
        spoken = self._layout.clauses[clauses[0]]
        own = limit_key(opened.row.condition.id, spoken.vital) in place.edits
        relative = spoken.limit[column].relative and not own
        opened.baseline = place.baseline.get(spoken.vital) if relative else None
        vitals = dict.fromkeys(self._layout.clauses[number].vital for number in clauses)
        pulse = self._layout.derived[row] if row in self._layout.pulses else None
        fired = [heard[VITAL_INDEX[one] if pulse is None else pulse] for one in vitals]
        earlier: list[Sample] = []
        if not derived:
            earlier = self._earlier(place, clauses, opened.onset_s, high=self._high(place, row))
        samples = [one for one in earlier[:1] if one not in fired] + fired
        opened.fired_by = tuple(Evidence(one.vital, one.at_s, one.value) for one in samples)
        opened.fired_count = len({one.at_s for one in (*earlier, *fired)})

    def _earlier(
        self, place: Place, clauses: Sequence[int], onset_s: float, *, high: bool
    ) -> list[Sample]:
        """The retained samples of the on-delay that violate, in order of time."""
        found = [
            one
            for number in clauses
            for one in place.quantities[self._layout.clauses[number].vital].kept
            if one.at_s >= onset_s and (one.valid or high)
            if self.levels.beyond(place.index, number, one.value)
        ]
        return sorted(found, key=lambda one: one.at_s)

    def _violated(self, place: Place, opened: Opened, clauses: Sequence[int], heard: Heard) -> None:
        """A violating sample: value, limit and extremes follow; the first clause speaks."""
        opened.speaks = None
        for number in clauses:
            sample = heard[int(self._layout.clause_source[number])]
            limit = self.levels.level(place.index, number)
            opened.violates(self._layout.clauses[number], sample.value, limit, sample.at_s)
        opened.message = message(opened, place)

    def _worse(
        self, place: Place, opened: Opened, row: int, clauses: Sequence[int], heard: Heard
    ) -> bool:
        """Has an acknowledged or paused alarm got worse by its step since a person looked?"""
        looked = opened.state is AlarmState.ACTIVE_ACK or opened.held
        if not looked and opened.silent_until_s is None:
            return False
        derived = row in self._layout.derived
        for number in clauses:
            clause = opened.row.condition.any_of[0] if derived else self._layout.clauses[number]
            sample = heard.get(VITAL_INDEX[clause.vital])
            if clause.step is None or sample is None or not sample.valid:
                continue
            sign = 1.0 if clause.comparison.high else -1.0
            # Not known when the person looked: measured from the limit.
            limit = sample.value if derived else self.levels.level(place.index, number)
            if (sample.value - opened.reference.get(clause.vital, limit)) * sign >= clause.step:
                return True
        return False


def _calm(place: Place, heard: Heard) -> bool:
    """Can these samples raise nothing?"""
    for column, one in heard.items():
        low, high = place.calm[column]
        if (one.valid or one.doubtful) and not low <= one.value <= high:
            return False
    return True
