"""What a review should say, counted second by second from the raw rows, as slowly as can be.

Shares nothing with `monitor.review`: rows and facts in, plain numbers out. All times
of the rows lie on whole seconds after `tests.stored.NOON_US`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from monitor.conditions import Preset
from monitor.history import FactRow, ReadingRow
from monitor.vitals import Validity, VitalSign
from tests.stored import NOON_US, reading

SYS, DIA = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC
CUFF_PARTS = (SYS, DIA, VitalSign.NIBP_MEAN, VitalSign.NIBP_PULSE_RATE)
SOURCES = {VitalSign.HEART_RATE: [VitalSign.HEART_RATE, VitalSign.PULSE_RATE]}


def second(at_us: int) -> int:
    whole, rest = divmod(at_us - NOON_US, 1_000_000)
    assert rest == 0
    return whole


@dataclass(frozen=True)
class Cuff:
    at: int
    device: str
    parts: dict[VitalSign, float]
    marked: bool

    @property
    def valid(self) -> bool:
        return SYS in self.parts or DIA in self.parts


class Slow:
    """One session, looked at in every second of it."""

    def __init__(
        self,
        facts: Sequence[FactRow],
        rows: Sequence[ReadingRow],
        preset: Preset,
        *,
        with_artefacts: bool = False,
    ) -> None:
        self.preset, self.with_artefacts = preset, with_artefacts
        self.facts, self.rows = facts, list(rows)
        self.opened = self.start = self.end = self.stop = -1
        self.phases: list[tuple[str, int, int]] = []
        self._walk_phases()
        self._walk_pump()
        self._move_phases()
        self.rows += self._charted()
        self.last = self._end()
        if self.phases and self.phases[-1][0] != "CLOSED":
            name, begun, _ = self.phases[-1]
            self.phases[-1] = (name, begun, self.last)
        self.phases = [one for one in self.phases if one[0] != "CLOSED"]
        self.streams: dict[tuple[VitalSign, str], dict[int, ReadingRow]] = {}
        for row in self.rows:
            stream = self.streams.setdefault((row.vital, row.device), {})
            stream[second(row.sampled_at_us)] = row
        self.known: dict[tuple[VitalSign, int], tuple[int, float] | None] = {}
        self.cuffs = self._cuffs()

    def _walk_phases(self) -> None:
        for fact in self.facts:
            at = second(fact.at_us)
            if fact.kind == "seated":
                self.opened = at
                self.phases.append(("PREPARE", at, at))
            if fact.kind == "phase":
                name, begun, _ = self.phases[-1]
                self.phases[-1] = (name, begun, at)
                self.phases.append((str(fact.data["phase"]), at, at))
                if fact.data["phase"] == "INFUSION":
                    self.start = at
                if name == "INFUSION":
                    self.stop = at
                if fact.data["phase"] == "CLOSED":
                    self.end = at

    def _walk_pump(self) -> None:
        """What somebody said of the pump goes before what the phases say of it."""
        for fact in self.facts:
            if fact.kind == "pump" and fact.data["action"] == "start":
                self.start = second(int(fact.data.get("happened_us") or fact.at_us))
        for fact in self.facts:
            if fact.kind == "pump" and fact.data["action"] == "stop":
                self.stop = second(int(fact.data.get("happened_us") or fact.at_us))

    def _move_phases(self) -> None:
        """Infusion and recovery are where the pump was; none before them begins after them."""
        pump = {"INFUSION": self.start, "RECOVERY": self.stop}
        begun = [pump.get(name, at) for name, at, _ in self.phases]
        for place in range(len(begun) - 2, -1, -1):
            begun[place] = min(begun[place], begun[place + 1])
        ended = [*begun[1:], self.phases[-1][2]]
        names = [name for name, _, _ in self.phases]
        self.phases = list(zip(names, begun, ended, strict=True))

    def _charted(self) -> list[ReadingRow]:
        return [
            replace(
                reading(second(int(one.data["happened_us"] or 0)), float(value), vital=vital),
                device="by hand",
            )
            for one in self.facts
            if one.kind == "charted"
            for vital in VitalSign
            if isinstance(value := one.data.get(vital.value), int | float)
        ]

    def _end(self) -> int:
        if self.end >= 0:
            return self.end
        known = [self.phases[-1][1], self.start, self.stop]
        return max([*known, *(second(row.sampled_at_us) for row in self.rows)])

    # ------------------------------------------------------------------- single rows

    def marked(self, row: ReadingRow) -> bool:
        if self.with_artefacts:
            return False
        gone = {
            str(one.data["of"])
            for one in self.facts
            if one.kind == "corrected" and one.data.get("withdrawn")
        }
        for one in self.facts:
            if one.kind != "artefact" or f"{one.at_us}-{one.ordinal}" in gone:
                continue
            names = [name for name in str(one.data["vitals"]).split(",") if name]
            inside = (
                int(one.data["from_us"] or 0) <= row.sampled_at_us <= int(one.data["to_us"] or 0)
            )
            if inside and (not names or row.vital.value in names):
                return True
        return False

    def good(self, row: ReadingRow) -> bool:
        for one in self.facts:
            if one.kind == "suspect discarded":
                vital = "HR" if row.vital is VitalSign.PULSE_RATE else row.vital.value
                told = (one.data["vital"], one.data["sampled_at_us"], one.data["value"])
                if told == (vital, row.sampled_at_us, row.value):
                    return False
        believed = row.validity in (Validity.VALID, Validity.VALIDATED)
        return row.value is not None and believed and not self.marked(row)

    # -------------------------------------------------------------- continuous signs

    def speaking(self, vital: VitalSign, at: int) -> tuple[int, float] | None:
        """The sample that stands in the second from `at` on: its own second and value."""
        if (vital, at) not in self.known:
            self.known[vital, at] = self._speaking(vital, at)
        return self.known[vital, at]

    def _speaking(self, vital: VitalSign, at: int) -> tuple[int, float] | None:
        order = [key for source in SOURCES.get(vital, [vital]) for key in self.order(source)]
        order.sort(key=lambda one: one[1] == "by hand")
        return self._of(order, at)

    def _of(self, order: list[tuple[VitalSign, str]], at: int) -> tuple[int, float] | None:
        if not order or at >= self.last:
            return None
        better = self._of(order[:-1], at)
        if better is not None:
            return better
        stream = self.streams[order[-1]]
        for back in range(math.ceil(self.preset.gap_s)):
            row = stream.get(at - back)
            if row is None:
                continue
            if not self.good(row):
                return None
            # Of a worse source, only what began and lasted while the better was silent.
            if any(self._of(order[:-1], at - step) is not None for step in range(1, back + 1)):
                return None
            assert row.value is not None
            return at - back, row.value
        return None

    def values(self, vital: VitalSign, begin: int, end: int) -> dict[int, tuple[int, float]]:
        """What stood in each second that something stood in."""
        found = {at: self.speaking(vital, at) for at in range(begin, end)}
        return {at: one for at, one in found.items() if one is not None}

    def summary(self, vital: VitalSign) -> dict[str, float | None] | None:
        good = sorted(
            (second(row.sampled_at_us), row.value)
            for row in self.rows
            if row.vital is vital and self.good(row) and row.value is not None
        )
        if not good:
            return None
        numbers = [value for _, value in good]
        whole = range(self.opened, self.last)
        known = {at for at in whole if self._of(self.order(vital), at) is not None}
        stop = self.stop if self.stop >= 0 else self.last
        infusion = range(self.start, stop) if self.start >= 0 else range(0)
        longest = run = 0
        for at in whole:
            run = 0 if at in known else run + 1
            longest = max(longest, run)
        return {
            "count": len(good),
            "minimum": min(numbers),
            "minimum_at": next(at for at, value in good if value == min(numbers)),
            "median": median(numbers),
            "maximum": max(numbers),
            "maximum_at": next(at for at, value in good if value == max(numbers)),
            "valid": len(known) / len(whole) if whole else 0.0,
            "infusion": (
                None
                if self.start < 0
                else sum(at in known for at in infusion) / len(infusion)
                if len(infusion)
                else 0.0
            ),
            "longest_gap": longest,
        }

    def order(self, vital: VitalSign) -> list[tuple[VitalSign, str]]:
        own = [one for one in self.streams if one[0] is vital]
        return sorted(own, key=lambda one: (one[1] == "by hand", one[1]))

    # ---------------------------------------------------------------------- pressure

    def _cuffs(self) -> list[Cuff]:
        found: dict[tuple[int, str], list[ReadingRow]] = {}
        for row in self.rows:
            # What a cuff sends while it measures is no determination.
            if row.vital in CUFF_PARTS and row.validity is not Validity.ONGOING:
                found.setdefault((second(row.sampled_at_us), row.device), []).append(row)
        cuffs = []
        for (at, device), parts in sorted(found.items()):
            values = {row.vital: row.value or 0.0 for row in parts if self.good(row)}
            shown = (Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE)
            marked = any(self.marked(row) and row.validity in shown for row in parts)
            none = SYS not in values and DIA not in values
            cuffs.append(Cuff(at, device, values, marked and none))
        return cuffs

    def pressure(self, vital: VitalSign, at: int) -> float | None:
        last = [one for one in self.cuffs if one.at <= at and vital in one.parts]
        if not last or at - last[-1].at >= self.preset.review.cuff_hold_s:
            return None
        return last[-1].parts[vital]

    def baseline(self) -> dict[VitalSign, int]:
        """As measured at the start of the infusion, when no fact tells it."""
        told = [one for one in self.facts if one.kind == "baseline"]
        over = [one for one in self.facts if one.kind == "baseline reviewed"]
        out: dict[VitalSign, int] = {}
        if told:
            for vital in VitalSign:
                if vital.value in told[-1].data:
                    out[vital] = int(told[-1].data[vital.value] or 0)
        elif self.start >= 0 and not over:
            out = self._measured()
        for vital in VitalSign:
            if over and vital.value in over[-1].data:
                out[vital] = int(over[-1].data[vital.value] or 0)
        return out

    def _measured(self) -> dict[VitalSign, int]:
        terms, out = self.preset.baseline, dict[VitalSign, int]()
        used: list[Cuff] = []
        for one in reversed(self.cuffs):
            recent = self.start - terms.cuff_within_s <= one.at <= self.start
            apart = not used or used[-1].at - one.at >= terms.cuff_apart_s
            if recent and apart and self._whole(one):
                used.append(one)
        tops = [one.parts[SYS] for one in used]
        wide = bool(tops) and max(tops) - min(tops) > terms.systolic_spread_max
        if len(used) >= terms.cuff_readings + (1 if wide else 0):
            for vital in (SYS, DIA):
                numbers = [one.parts[vital] for one in used]
                out[vital] = math.floor((median(numbers) if wide else fmean(numbers)) + 0.5)
        window = int(terms.continuous_s)
        for vital in (VitalSign.HEART_RATE, VitalSign.SPO2):
            stood = self.values(vital, self.start - window, self.start)
            samples = {at: value for at, value in stood.values() if at >= self.start - window}
            known = sum(at >= self.start - window for at, _ in stood.values())
            if known / window >= terms.valid_share:
                out[vital] = math.floor(median(samples.values()) + 0.5)
        return out

    def _whole(self, one: Cuff) -> bool:
        if SYS not in one.parts or DIA not in one.parts:
            return False
        for vital, value in one.parts.items():
            hard = self.preset.plausible.get(vital)
            if hard is not None and not hard.low <= value <= hard.high:
                return False
        top, low = one.parts[SYS], one.parts[DIA]
        mean = one.parts.get(VitalSign.NIBP_MEAN, (top + low) / 2)
        return top - low >= self.preset.pulse_pressure_min and low < mean < top

    def rise(self, vital: VitalSign) -> dict[str, object]:
        base = self.baseline().get(vital)
        after = [] if self.start < 0 else list(range(self.start, self.last))
        stood = {at: value for at in after if (value := self.pressure(vital, at)) is not None}
        peaks = [
            (one.parts[vital], one.at)
            for one in self.cuffs
            if self.start >= 0 and self.start <= one.at <= self.last and vital in one.parts
        ]
        top = max((value for value, _ in peaks), default=None)
        return {
            "baseline": base,
            "peak": top,
            "peak_at": next((at for value, at in peaks if value == top), None),
            "rise": None if top is None or base is None else top - base,
            "above": {
                step: sum(value > base + step for value in stood.values()) / 60
                for step in self.preset.review.rises
                if base is not None and self.start >= 0
            },
            "area": (
                None
                if base is None or self.start < 0
                else sum(max(0.0, value - base) for value in stood.values()) / 60
            ),
            "held": len(stood) / len(after) if after else 0.0,
        }

    def above_limit(self, vital: VitalSign, limit: float) -> float:
        whole = range(self.opened, self.last)
        return sum((self.pressure(vital, at) or 0.0) > limit for at in whole) / 60

    # ------------------------------------------------------------------ time in range

    def bands(self, vital: VitalSign) -> list[float]:
        edges = self.preset.review.bands[vital]
        counts = [0] * (len(edges) + 1)
        for at in range(self.opened, self.last):
            if vital in CUFF_PARTS:
                value = self.pressure(vital, at)
            else:
                one = self.speaking(vital, at)
                value = None if one is None else one[1]
            if value is not None:
                counts[sum(value >= edge for edge in edges)] += 1
        return [count / 60 for count in counts]

    # ------------------------------------------------------------------- completeness

    def planned(self) -> int:
        count = 0
        for name, begun, ended in self.phases:
            every = {phase.value: s for phase, s in self.preset.nibp_interval_s.items()}.get(name)
            at = begun
            while every and at + every <= ended:
                count, at = count + 1, at + int(every)
        return count

    def counted(self) -> tuple[int, int, int]:
        """Taken, failed and called artefacts, from the seat to the end."""
        own = [one for one in self.cuffs if self.opened <= one.at <= self.last]
        taken, marked = sum(one.valid for one in own), sum(one.marked for one in own)
        return taken, len(own) - taken - marked, marked

    def longest_cuff_gap(self) -> int:
        taken = {one.at for one in self.cuffs if one.valid}
        longest = run = 0
        for at in range(self.opened, self.last):
            run = 1 if at in taken else run + 1
            longest = max(longest, run)
        return longest

    # --------------------------------------------------------------------- key points

    def near(self, at: int) -> tuple[float | None, float | None] | None:
        """The pressures of the cuff reading that speaks for a point."""
        for away in range(int(self.preset.review.near_s) + 1):
            for side in (at - away, at + away):
                for one in self.cuffs:
                    if one.at == side and one.valid:
                        return one.parts.get(SYS), one.parts.get(DIA)
        return None

    def middle(self, vital: VitalSign, begin: int, end: int) -> tuple[float, int] | None:
        samples = [
            one[1]
            for at in range(begin, end)
            if (one := self.speaking(vital, at)) is not None and one[0] == at
        ]
        return (median(samples), len(samples)) if samples else None

    def cells(self) -> list[tuple[int, int]]:
        """The rows of the table: from when to when."""
        step, zero = int(self.preset.review.table_s), self.start if self.start >= 0 else self.opened
        begin = zero
        while begin > self.opened:
            begin -= step
        return [(at, at + step) for at in range(begin, self.last + 1, step)]
