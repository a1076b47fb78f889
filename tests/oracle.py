"""What must alarm on a recording, worked out the slow and obvious way.

One value a second, or None. Written from alarms.md sections 7.1, 8 and 8a.19
alone, over plain lists: it shares no line with the engine. The limits stand
here a second time on purpose, as the clinic's signed table would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Row = Mapping[str, float | None]
Test = Callable[[Row], bool | None]
"""True, False, or None when the row has nothing to say of it."""

OFF_DELAY_S = 10
RESTART_GAP_S = 60
COUNTED_GAP_S = 5
PULSE_PRESSURE_MIN = 10
JUMPS = {"hr": 50, "spo2": 10}
JUMP_HOLD_S, JUMP_SECONDS_MIN, JUMP_REST_S = 5, 3, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of column I: violating and clearing tests of a row, delays in seconds."""

    id: str
    violates: Test
    clears: Test
    delay_s: int
    samples: int = 1
    off_delay_s: int = OFF_DELAY_S
    latches: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch in alarm: first violating row, the row it alarmed at, the row it ended at."""

    rule: str
    onset: int
    alarmed: int
    ended: int | None


def _low(vital: str, limit: float) -> Test:
    return lambda row: None if row.get(vital) is None else bool(_value(row, vital) < limit)


def _high(vital: str, limit: float) -> Test:
    return lambda row: None if row.get(vital) is None else bool(_value(row, vital) > limit)


def _at_least(vital: str, limit: float) -> Test:
    return lambda row: None if row.get(vital) is None else bool(_value(row, vital) >= limit)


def _at_most(vital: str, limit: float) -> Test:
    return lambda row: None if row.get(vital) is None else bool(_value(row, vital) <= limit)


def _value(row: Row, vital: str) -> float:
    value = row[vital]
    assert value is not None
    return value


def _any(*tests: Test) -> Test:
    """Of a cuff reading: violated by any component that is there."""

    def test(row: Row) -> bool | None:
        said = [one(row) for one in tests]
        return None if all(one is None for one in said) else any(said)

    return test


def _all(*tests: Test) -> Test:
    """Of a cuff reading: cleared only when every component is there and clears."""

    def test(row: Row) -> bool | None:
        said = [one(row) for one in tests]
        return None if all(one is None for one in said) else all(one is True for one in said)

    return test


def _continuous(
    rule: str,
    side: str,
    vital: str,
    limit: float,
    clear: float,
    delay_s: int,
    *,
    samples: int = 1,
    latches: bool = False,
) -> Rule:
    violates, clears = (_low, _at_least) if side == "low" else (_high, _at_most)
    return Rule(
        id=rule,
        violates=violates(vital, limit),
        clears=clears(vital, clear),
        delay_s=delay_s,
        samples=samples,
        latches=latches,
    )


def _cuff(rule: str, violates: Test, clears: Test, *, latches: bool = False) -> Rule:
    return Rule(
        id=rule, violates=violates, clears=clears, delay_s=0, off_delay_s=0, latches=latches
    )


RULES = (
    _continuous("SPO2-1", "low", "spo2", 92, 94, 15),
    _continuous("SPO2-2", "low", "spo2", 88, 90, 10, latches=True),
    _continuous("SPO2-3", "low", "spo2", 85, 88, 3, samples=2, latches=True),
    _continuous("HR-H1", "high", "hr", 120, 115, 10),
    _continuous("HR-H2", "high", "hr", 150, 145, 5, latches=True),
    _continuous("HR-L1", "low", "hr", 50, 53, 10),
    _continuous("HR-L2", "low", "hr", 40, 43, 5, latches=True),
    _cuff(
        "BP-H1",
        _any(_high("sys", 160), _high("dia", 100)),
        _all(_at_most("sys", 155), _at_most("dia", 95)),
    ),
    _cuff(
        "BP-H2",
        _any(_high("sys", 180), _high("dia", 110)),
        _all(_at_most("sys", 170), _at_most("dia", 105)),
        latches=True,
    ),
    _cuff(
        "BP-L1",
        _any(_low("sys", 90), _low("map", 60)),
        _all(_at_least("sys", 95), _at_least("map", 65)),
    ),
    _cuff(
        "BP-L2",
        _any(_low("sys", 80), _low("map", 50)),
        _all(_at_least("sys", 85), _at_least("map", 55)),
        latches=True,
    ),
)


def episodes(rule: Rule, rows: Sequence[Row]) -> list[Episode]:
    """Every stretch in which the rule alarms, nobody acting meanwhile."""
    rows = without_spikes([mended(row) for row in rows])
    out: list[Episode] = []
    index = 0
    while (found := _next_alarm(rule, rows, index)) is not None:
        onset, alarmed = found
        ended = _end(rule, rows, alarmed)
        out.append(Episode(rule.id, onset, alarmed, ended))
        if ended is None:
            break
        index = ended + 1
    return out


def mended(row: Row) -> Row:
    """A cuff reading that contradicts itself is no reading; a missing mean is derived (7.3)."""
    high, low, mean = row.get("sys"), row.get("dia"), row.get("map")
    wrong = high is not None and low is not None and high - low < PULSE_PRESSURE_MIN
    wrong |= high is not None and mean is not None and mean >= high
    wrong |= low is not None and mean is not None and mean <= low
    if wrong:
        return {**row, "sys": None, "dia": None, "map": None}
    if high is not None and low is not None and mean is None:
        return {**row, "map": low + (high - low) / 3}
    return row


def without_spikes(rows: Sequence[Row]) -> list[Row]:
    """The rows without what a jump made and did not last (7.3 with 8a.5)."""
    out = [dict(row) for row in rows]
    for vital, per_s in JUMPS.items():
        known = [(at, _value(row, vital)) for at, row in enumerate(rows) if row.get(vital)]
        last: tuple[int, float] | None = None
        index, rests = 0, 0
        while index < len(known):
            at, value = known[index]
            fresh = last is not None and at - last[0] <= COUNTED_GAP_S and at >= rests
            if not (fresh and last and abs(value - last[1]) / (at - last[0]) > per_s):
                last, index = (at, value), index + 1
                continue
            held = [one for one in known[index:] if one[0] < at + JUMP_HOLD_S]
            later = [one[1] for one in held[1:]]
            old = last[1]
            back = len(later) >= JUMP_SECONDS_MIN and nearer(median(later), old, value)
            spikes = [one for one in held if back and nearer(one[1], value, old)]
            for when, _ in spikes:
                out[when][vital] = None
            last = [last, *[one for one in held if one not in spikes]][-1]
            index, rests = index + len(held), at + JUMP_HOLD_S + JUMP_REST_S
    return list(out)


def nearer(value: float, to: float, than: float) -> bool:
    """Is the value nearer to the one than to the other?"""
    return abs(value - to) < abs(value - than)


def _next_alarm(rule: Rule, rows: Sequence[Row], start: int) -> tuple[int, int] | None:
    onset, last, counted, samples = -1, -1, 0, 0
    for index in range(start, len(rows)):
        said = rule.violates(rows[index])
        if said is None:
            continue
        if not said:
            onset = -1
            continue
        if onset < 0 or index - last > RESTART_GAP_S:
            onset, counted, samples = index, 0, 0
        else:
            counted += min(index - last, COUNTED_GAP_S)
        last, samples = index, samples + 1
        if counted >= rule.delay_s and samples >= rule.samples:
            return onset, index
    return None


def _end(rule: Rule, rows: Sequence[Row], start: int) -> int | None:
    last, held = -1, 0
    for index in range(start + 1, len(rows)):
        said = rule.clears(rows[index])
        if said is None:
            continue
        if not said:
            last, held = -1, 0
            continue
        held = held + index - last if last >= 0 and index - last <= COUNTED_GAP_S else 0
        last = index
        if held >= rule.off_delay_s:
            return index
    return None
