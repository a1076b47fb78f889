"""What holds an infusion back: values over the clinic's hold limits, answers that are not right.

Each hold is overridden by a named person with a reason, or the infusion does not
start (peers.md (c) 12). An override stands for what it was given for: a value that
is worse since, or another answer, asks again. Knows no database or page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.arrival import Arrival, Override
from monitor.care.arrival_terms import HoldTerms, Question
from monitor.care.baseline import PRESSURES, Cuff
from monitor.vitals import VitalSign

ANSWER = "answer "
"""Before the id of a question, as the key of a hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One thing that holds the infusion back: its key, its words, and the value or answer."""

    key: str
    words: str
    value: str | float

    def covered(self, overrides: Sequence[Override]) -> bool:
        """Did a person go on over this, and over nothing milder?"""
        return any(self._no_worse(one.held.get(self.key)) for one in overrides)

    def _no_worse(self, told: str | float | None) -> bool:
        if isinstance(self.value, str) or isinstance(told, str) or told is None:
            return self.value == told
        return self.value >= told if self.key.endswith("_min") else self.value <= told


def holds_of(
    arrival: Arrival,
    readings: Mapping[VitalSign, Sequence[float]],
    limits: HoldTerms,
    questions: Sequence[Question],
) -> tuple[Hold, ...]:
    """Everything that holds this infusion back, overridden or not.

    `readings` are, of each vital sign, the values that count (this visit's baseline
    and the last cuff reading); the worst of them is judged. What has no value
    holds nothing back: that it is missing is shown, and T-BASE tells of it.
    """
    found = []
    for key, vital, limit in limits.stated():
        values = readings.get(vital, ())
        low = key.endswith("_min")
        worst = (min if low else max)(values, default=None)
        if worst is not None and (worst < limit if low else worst > limit):
            sign = "<" if low else ">"
            words = f"{vital.codes.label} {worst:g} {sign} {limit:g}"
            found.append(Hold(key=key, words=words, value=worst))
    for one in questions:
        said = arrival.answers.get(one.id, "")
        if one.must and said != one.must:
            words = f"{one.text}: {said or 'not answered'}, must be {one.must}"
            found.append(Hold(key=ANSWER + one.id, words=words, value=said))
    return tuple(found)


def uncovered(holds: Sequence[Hold], arrival: Arrival) -> tuple[Hold, ...]:
    """Those of them that nobody has overridden yet."""
    return tuple(one for one in holds if not one.covered(arrival.overrides))


def counting(
    baselines: Sequence[Mapping[VitalSign, int]], cuffs: Sequence[Cuff]
) -> dict[VitalSign, list[float]]:
    """What holds are judged by: each baseline that is known, and the last cuff reading.

    Not single samples of continuous vital signs: those come and go within seconds.
    """
    found: dict[VitalSign, list[float]] = {}
    for baseline in baselines:
        for vital, value in baseline.items():
            found.setdefault(vital, []).append(float(value))
    for cuff in cuffs[-1:]:
        for vital, pressure in zip(PRESSURES, (cuff.systolic, cuff.diastolic), strict=True):
            found.setdefault(vital, []).append(pressure)
    return found
