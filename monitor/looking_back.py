"""What is told again after a restart beside the last minutes of everything.

A sum over seconds, a count of dips, a difference of medians and the worst value of an open
alarm rest on readings of longer ago, and so does what a person saw who silenced one. Each is
read for its vital signs alone, and no farther back than it reaches. Knows the record's rows
and the preset. Knows no engine.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import nsmallest
from math import inf
from typing import Protocol

from monitor.alerts.derived import FROM_THE_PHASE
from monitor.conditions import COUNTED_FORMS, AlarmCondition, Form, Preset
from monitor.history import ReadingRow, TransitionRow
from monitor.plausibility import objection
from monitor.sitting import Sitting
from monitor.vitals import STANDS_FOR, Validity, VitalSign

FIRST_LOOK_US, PULSE_LOOK_US, FARTHER = 300_000_000, 60_000_000, 8
"""So far back a stretch within limits, and a pulse, is looked for; the next time how many times
farther."""
CALM_TIMES = 2.0
"""So many times longer than a sum needs to run out: of two senders only one is judged."""
DIFFERENCE_US = 150_000_000
"""A difference of medians reaches less far."""
WORST_MAX, AROUND_US = 16, 10_000_000
"""So many of a sender's worst values are told, with what it and others said about that time:
a value may be an artefact, or another sender's turn."""

Vitals = frozenset[VitalSign]
Known = Callable[[Sequence[ReadingRow]], bool]
PULSE = frozenset({VitalSign.PULSE_RATE})


class Earlier(Protocol):
    """What the record gives to look back at: a session's readings of some vital signs.

    From then until before then; or a few valid ones, the last before then or the first since.
    The last of that device, or of all.
    """

    async def earlier(
        self, session: str, vitals: Vitals, from_us: int, to_us: int
    ) -> list[ReadingRow]: ...
    async def valid_before(
        self, session: str, vitals: Vitals, at_us: int, *, device: str | None = None
    ) -> list[ReadingRow]: ...
    async def valid_since(self, session: str, vitals: Vitals, at_us: int) -> list[ReadingRow]: ...


async def looked_back(
    record: Earlier,
    preset: Preset,
    sittings: Iterable[Sitting],
    span: tuple[int, int],
    told: Sequence[ReadingRow],
) -> list[ReadingRow]:
    """The readings of open sessions before `span` that still count; each once, in no order.

    Its end is now; what was measured within it, `told`, is told anyway. Raises `StoreError`.
    """
    found = list[ReadingRow]()
    rules = [one for one in preset.conditions if one.enabled and one.form in COUNTED_FORMS]
    for sitting in sittings:
        sums = await _of_sums(record, rules, preset, sitting, span[0])
        since_us = sums[0].sampled_at_us if sums else span[0]
        found += sums
        found += await _of_pulses(record, rules, preset, sitting, span[0], told)
        for vitals, watching in _by_vitals(rules).items():
            found += await _of_looks(record, sitting, vitals, watching, span)
            found += await _of_trends(record, sitting, vitals, watching)
            until_us = since_us if vitals in _summed(rules) else span[0]
            found += await _of_alarms(record, sitting, vitals, watching, until_us)
    once = {(row.device, row.vital, row.sampled_at_us): row for row in found}
    return [row for row in once.values() if row.sampled_at_us < span[0]]


def _summed(rules: Sequence[AlarmCondition]) -> list[Vitals]:
    """What sums are about: their readings are told whole."""
    return [sources_of([one]) for one in rules if one.form in FROM_THE_PHASE]


def _by_vitals(rules: Sequence[AlarmCondition]) -> dict[Vitals, list[AlarmCondition]]:
    """Rules by the continuous vital signs that they watch; those that watch none left out."""
    out: dict[Vitals, list[AlarmCondition]] = {}
    for rule in rules:
        if vitals := sources_of([rule]):
            out.setdefault(vitals, []).append(rule)
    return out


def sources_of(rules: Iterable[AlarmCondition]) -> Vitals:
    """The continuous vital signs that rules watch, and what stands for those."""
    watched = frozenset(one for rule in rules for one in rule.watched if not one.episodic)
    return watched | {one for one, stands in STANDS_FOR.items() if stands in watched}


# ------------------------------------------------------------------- sums and dips


async def _of_sums(
    record: Earlier,
    all_rules: Sequence[AlarmCondition],
    preset: Preset,
    sitting: Sitting,
    until_us: int,
) -> list[ReadingRow]:
    """From a stretch on that lets every sum run out and every dip be over."""
    rules = [one for one in all_rules if one.form in FROM_THE_PHASE]
    vitals = sources_of(rules)
    newest = await record.valid_before(sitting.session, vitals, until_us)

    def calm(rows: Sequence[ReadingRow]) -> bool:
        return calm_since(rows, rules, preset) is not None

    back = (until_us, FIRST_LOOK_US)
    rows = await _back_until(record, sitting, vitals, newest, back, calm)
    since_us = calm_since(rows, rules, preset)
    return [row for row in rows if since_us is None or row.sampled_at_us >= since_us]


async def _back_until(
    record: Earlier,
    sitting: Sitting,
    vitals: Vitals,
    newest: Sequence[ReadingRow],
    back: tuple[int, int],
    enough: Known,
) -> list[ReadingRow]:
    """What was measured until `back[0]`, from `back[1]` before the newest on, or from farther.

    No farther than is enough, and than the patient has been there; nothing without a newest.
    """
    until_us, back_us = back
    while newest:
        from_us = max(newest[0].sampled_at_us - back_us, sitting.seated_us)
        rows = await record.earlier(sitting.session, vitals, from_us, until_us)
        if from_us == sitting.seated_us or enough(rows):
            return rows
        back_us *= FARTHER
    return []


def calm_since(
    rows: Sequence[ReadingRow], rules: Sequence[AlarmCondition], preset: Preset
) -> int | None:
    """When the newest stretch began that was within the limits for long enough; None without one.

    Of each gap between two valid samples a second counts, at most.
    """
    needed_s = CALM_TIMES * max(map(_remembers_s, rules))
    low, high = _band(rules)
    calm_s, after_us = 0.0, None
    for row in reversed(rows):
        value = row.value
        if value is None or row.late or not row.validity.believed:
            continue
        if not low <= value <= high:
            calm_s, after_us = 0.0, None
        elif not objection(row.vital, value, preset):
            if after_us is not None:
                calm_s += min((after_us - row.sampled_at_us) / 1e6, 1.0)
            after_us = row.sampled_at_us
            if calm_s >= needed_s:
                return after_us
    return None


def _band(rules: Sequence[AlarmCondition]) -> tuple[float, float]:
    """From what to what, both within, a value is beyond no limit of theirs, in any phase."""
    low, high = -inf, inf
    for rule in rules:
        clause = rule.any_of[0]
        limits = [clause.limit[column].resolve(None) for column in rule.priority]
        for limit in limits:
            if limit is not None and clause.comparison.high:
                high = min(high, limit)
            elif limit is not None:
                low = max(low, limit)
    return low, high


def _remembers_s(rule: AlarmCondition) -> float:
    """For how long of values within the limits such a rule remembers those beyond them."""
    of = rule.settings
    if rule.form is Form.DIPS:
        return of["window_s"]
    return of["sum_max"] / of["leak_per_s"] if of["leak_per_s"] else inf


# -------------------------------------------------------------------- was there a pulse


async def _of_pulses(
    record: Earlier,
    rules: Sequence[AlarmCondition],
    preset: Preset,
    sitting: Sitting,
    until_us: int,
    told: Sequence[ReadingRow],
) -> list[ReadingRow]:
    """A pulse that may be lost, where what is told anyway does not know of one."""
    mine = [row for row in told if row.session == sitting.session and row.vital in PULSE]
    found = list[ReadingRow]()
    back = until_us, PULSE_LOOK_US
    for rule in rules:
        if rule.form is not Form.PULSE_LOST:
            continue
        known = partial(pulse_known, rule=rule, preset=preset)
        if not known(mine):
            newest = await record.valid_before(sitting.session, PULSE, until_us)
            vitals = sources_of([rule])
            found += await _back_until(record, sitting, vitals, newest, back, known)
        heard = {row.device for row in (*mine, *found) if row.vital in PULSE}
        for device in sorted(set(sitting.probes) - heard):
            found += await _of_silent(record, sitting, device, back, known)
    return found


async def _of_silent(
    record: Earlier,
    sitting: Sitting,
    device: str,
    back: tuple[int, int],
    known: Known,
) -> list[ReadingRow]:
    """The same of a probe that has not spoken since what is told of the others."""

    def its(rows: Sequence[ReadingRow]) -> list[ReadingRow]:
        return [row for row in rows if row.device == device]

    newest = await record.valid_before(sitting.session, PULSE, back[0], device=device)
    return its(
        await _back_until(record, sitting, PULSE, newest, back, lambda rows: known(its(rows)))
    )


def pulse_known(rows: Sequence[ReadingRow], rule: AlarmCondition, preset: Preset) -> bool:
    """Do these, in order, tell of every probe among them whether it had a pulse to lose?

    It had one for long enough, or was taken off since.
    """
    had_s, last_us, known = dict[str, float](), dict[str, int](), dict[str, bool]()
    for row in rows:
        if row.vital not in PULSE or row.late:
            continue
        device, at_us, beats = row.device, row.sampled_at_us, row.value or 0.0
        if row.validity.believed and beats > 0 and not objection(row.vital, beats, preset):
            gap_s = (at_us - last_us.get(device, at_us)) / 1e6
            had_s[device] = had_s.get(device, 0.0) + min(gap_s, preset.gap_s)
            last_us[device] = at_us
        enough = had_s.get(device, 0.0) >= rule.settings["after_s"]
        known[device] = known.get(device, False) or enough or row.reason in rule.probe_off
    return bool(known) and all(known.values())


# ------------------------------------------------------- differences and worst values


async def _of_trends(
    record: Earlier, sitting: Sitting, vitals: Vitals, rules: Sequence[AlarmCondition]
) -> list[ReadingRow]:
    """The beginning of the past that a difference asks for; its end is told anyway."""
    found = list[ReadingRow]()
    for rule in rules:
        for began_us in sitting.begins_us(rule) if rule.form is Form.CHANGE else ():
            found += await record.valid_since(sitting.session, vitals, began_us)
    return found


async def _of_looks(
    record: Earlier,
    sitting: Sitting,
    vitals: Vitals,
    rules: Sequence[AlarmCondition],
    span: tuple[int, int],
) -> list[ReadingRow]:
    """What was measured last when a person looked, and before what is told anyway."""
    looks = {look for rule in rules for look in sitting.looks(rule, span[1])}
    if any(sitting.open(rule) for rule in rules):
        looks.add(span[0])
    found = list[ReadingRow]()
    for look_us in looks:
        found += await record.valid_before(sitting.session, vitals, look_us)
    return found


async def _of_alarms(
    record: Earlier,
    sitting: Sitting,
    vitals: Vitals,
    rules: Sequence[AlarmCondition],
    until_us: int,
) -> list[ReadingRow]:
    """What may be the worst of open alarms since their last steps told one."""
    since = [(rule, _told_us(rule, alarm)) for rule in rules for alarm in sitting.open(rule)]
    if not since:
        return []
    from_us = min(at_us for _, at_us in since)
    rows = await record.earlier(sitting.session, vitals, from_us, until_us)
    whole_us = [at_us for rule, at_us in since if rule.form is Form.CHANGE]
    return worst_among(rows, since) + [
        row for row in rows if whole_us and row.sampled_at_us >= min(whole_us)
    ]


def _told_us(rule: AlarmCondition, alarm: TransitionRow) -> int:
    """From when on an alarm may have got worse than it told; a difference needs its own past."""
    if rule.form is Form.CHANGE:
        return alarm.onset_us - DIFFERENCE_US
    return alarm.at_us - AROUND_US


def worst_among(
    rows: Sequence[ReadingRow], since: Sequence[tuple[AlarmCondition, int]]
) -> list[ReadingRow]:
    """Those that may be the worst for a rule from then on, and what was said about those times."""
    by_sender: dict[tuple[str, VitalSign], list[tuple[float, int]]] = {}
    for row in rows:
        doubtful = row.validity is Validity.QUESTIONABLE
        if row.value is not None and (doubtful or row.validity.believed) and not row.late:
            by_sender.setdefault((row.device, row.vital), []).append((row.value, row.sampled_at_us))
    times = set[int]()
    for rule, from_us in since:
        for sign in {-1.0 if one.comparison.high else 1.0 for one in rule.any_of}:
            for told in by_sender.values():
                mine = ((sign * value, at_us) for value, at_us in told if at_us >= from_us)
                times.update(at_us for _, at_us in nsmallest(WORST_MAX, mine))
    marks = sorted(times)
    return [row for row in rows if _near(row.sampled_at_us, marks)]


def _near(at_us: int, marks: Sequence[int]) -> bool:
    """Is one of these times, which are in order, about then?"""
    place = bisect_left(marks, at_us - AROUND_US)
    return place < len(marks) and marks[place] <= at_us + AROUND_US
