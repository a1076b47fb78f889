"""The rule engine a tick, beside bare numpy, the cost of objects, plain Python and pandas.

One tick is one sample of heart rate and SpO2 from every chair, 2 % of them
missing. All judge the same rows in alternating rounds of one process; the ratio of a
round is what counts, the median over rounds is printed. Engine and twin judge some
ticks before, so that alarms are open and every rule knows its past. "frames" is the
engine as the service calls it: the readings of one monitor at a time. Processor time,
so that other work on the machine counts little.

    python -m benchmarks.rule_engine [--chairs 10 100 1000 10000] [--ticks 30] [--rounds 5]
        [--before 130]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import pandas as pd

from monitor import shipped
from monitor.alerts import Engine
from monitor.alerts.layout import COLUMNS, VITAL_INDEX, Layout, column_of
from monitor.clinic import Phase
from monitor.conditions import Form, Preset
from monitor.presets import load_preset
from monitor.vitals import GenerationMode, Reading, TimeBasis, Validity, VitalSign
from tests import oracle
from tests.scalar_twin import Twin

Tick = Callable[[int], object]
LIMITS = ((0, "low", 92.0), (0, "low", 88.0), (0, "low", 85.0))
TWIN_CHAIRS_MAX = 100
"""The twin asks every rule anew of all its past: a thousand chairs would take minutes."""
ALARMING_EACH = 10
"""One chair of so many has an open alarm; "alarming" is the engine with these chairs alone."""
HEART = ((1, "high", 120.0), (1, "high", 150.0), (1, "low", 50.0), (1, "low", 40.0))


def samples(chairs: int, ticks: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    """[tick, chair, (SpO2, HR)] with gaps, calm but for one chair in ten."""
    random = np.random.default_rng(chairs)
    values = np.empty((ticks, chairs, 2))
    values[..., 0] = random.integers(94, 99, (ticks, chairs))
    values[..., 1] = random.integers(60, 90, (ticks, chairs))
    values[:, ::ALARMING_EACH, 0] = 90.0
    values[random.random((ticks, chairs, 2)) < 0.02] = np.nan
    return values


def _preset() -> Preset:
    text, where = shipped.preset_text("ketamine-adult", base=Path())
    return load_preset(text, where=where)


def _seated_engine(chairs: int) -> Engine:
    engine = Engine(_preset())
    for chair in range(chairs):
        name = str(chair)
        engine.add_chair(name, {f"d{name}": (3.0, frozenset(VitalSign))}, 0.0)
        engine.seat(name, f"s{name}", Phase.INFUSION, 0.0)
    return engine


def whole_engine(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """Everything: readings in, delays, groups, absences, events out."""
    engine = _seated_engine(values.shape[1])

    def tick(number: int) -> object:
        at_s, readings = float(number), _tick_of(values, number)
        start = time.process_time()
        engine.observe(readings)
        engine.advance(at_s)
        return time.process_time() - start

    return tick


def frame_by_frame(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """The same in the manner of the service: what is due, that a frame came, its two readings."""
    engine, chairs = _seated_engine(values.shape[1]), values.shape[1]

    def tick(number: int) -> object:
        at_s, readings = float(number), _tick_of(values, number)
        start = time.process_time()
        for chair in range(chairs):
            engine.advance(at_s)
            engine.frame(f"d{chair}", at_s)
            engine.observe(readings[2 * chair : 2 * chair + 2])
        return time.process_time() - start

    return tick


def _reading(vital: VitalSign, value: float, chair: str, at_s: float) -> Reading:
    missing = bool(np.isnan(value))
    return Reading(
        vital=vital,
        value=None if missing else float(value),
        validity=Validity.NOT_AVAILABLE if missing else Validity.VALID,
        mode=GenerationMode.TEST,
        basis=TimeBasis.RECEIVED,
        reason="",
        device=f"d{chair}",
        chair=chair,
        session=None,
        sampled_s=at_s,
        received_s=at_s,
        sampled_at_us=round(at_s * 1e6),
        received_at_us=round(at_s * 1e6),
    )


def compare_only(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """Seven limits in numpy and nothing else: no delay, no mask, no event."""
    columns = np.array([column for column, _, _ in (*LIMITS, *HEART)])
    signs = np.array([1.0 if side == "high" else -1.0 for _, side, _ in (*LIMITS, *HEART)])
    limits = np.array([limit for _, _, limit in (*LIMITS, *HEART)]) * signs

    def tick(number: int) -> object:
        start = time.process_time()
        np.nonzero(values[number][:, columns] * signs > limits)
        return time.process_time() - start

    return tick


def compare_all(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """The same with every clause that the preset has in an infusion, on a number for each.

    What a rule derives from a vital sign's past (a sum, a trend, a pulse) is there already.
    """
    layout, chairs = Layout(_preset()), values.shape[1]
    column = column_of(Phase.INFUSION)
    known = [clause.limit.get(COLUMNS[column]) for clause in layout.clauses]
    levels = [level.resolve(None) if level else None for level in known]
    limits = np.array([np.nan if one is None else one for one in levels]) * layout.clause_sign
    numbers = np.full((len(values), chairs, layout.width), np.nan)
    for vital, number in ((VitalSign.SPO2, 0), (VitalSign.HEART_RATE, 1)):
        numbers[..., VITAL_INDEX[vital]] = values[..., number]

    def tick(number: int) -> object:
        start = time.process_time()
        np.nonzero(numbers[number][:, layout.clause_source] * layout.clause_sign > limits)
        return time.process_time() - start

    return tick


def medians_only(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """A control: of one rule (HR-D) its two medians, of samples that are in arrays already."""
    (rule,) = (one for one in _preset().conditions if one.form is Form.CHANGE)
    of = {name: int(number) for name, number in rule.settings.items()}
    heart = np.nan_to_num(values[..., 1], nan=75.0)

    def tick(number: int) -> object:
        start = time.process_time()
        recent = heart[number - of["recent_s"] : number]
        earlier = heart[number - of["earlier_from_s"] : number - of["earlier_to_s"]]
        np.abs(np.median(recent, axis=0) - np.median(earlier, axis=0))
        return time.process_time() - start

    return lambda number: tick(number) if number >= of["earlier_from_s"] else 0.0


def objects_only(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """The control: the same readings put into arrays and compared, no more; the cost of objects."""
    compare = compare_only(values)
    chairs = {str(chair): chair for chair in range(values.shape[1])}
    columns = {VitalSign.SPO2: 0, VitalSign.HEART_RATE: 1}

    def tick(number: int) -> object:
        readings = _tick_of(values, number)
        start = time.process_time()
        filled = np.full(values.shape[1:], np.nan)
        for one in readings:
            if one.value is not None and one.validity is Validity.VALID:
                filled[chairs[one.chair], columns[one.vital]] = one.value
        compare(number)
        return time.process_time() - start

    return tick


def scalar_twin(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """Every rule without an array: the twin that the tests compare the engine with."""
    preset, twins = _preset(), []
    for chair in range(values.shape[1]):
        twins.append(Twin(preset, str(chair), {f"d{chair}": (3.0, frozenset(VitalSign))}, 0.0))
        twins[-1].seat(f"s{chair}", Phase.INFUSION, 0.0)

    def tick(number: int) -> object:
        readings = _tick_of(values, number)
        start = time.process_time()
        for chair, twin in enumerate(twins):
            twin.observe(readings[2 * chair : 2 * chair + 2])
            twin.advance(float(number))
        return time.process_time() - start

    return tick


def _tick_of(
    values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]], number: int
) -> list[Reading]:
    return [
        _reading(vital, values[number, chair, column], str(chair), float(number))
        for chair in range(values.shape[1])
        for column, vital in ((0, VitalSign.SPO2), (1, VitalSign.HEART_RATE))
    ]


def plain_python(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """The oracle's rules, violating and clearing, a counter for each, in plain Python."""
    rules = [rule for rule in oracle.RULES if rule.delay_s]
    held = [[0] * len(rules) for _ in range(values.shape[1])]

    def tick(number: int) -> object:
        rows = [{"spo2": _or_none(spo2), "hr": _or_none(heart)} for spo2, heart in values[number]]
        start = time.process_time()
        for chair, row in enumerate(rows):
            counters = held[chair]
            for index, rule in enumerate(rules):
                said = rule.violates(row)
                if said is not None:
                    counters[index] = counters[index] + 1 if said else 0
                    rule.clears(row)
        return time.process_time() - start

    return tick


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def with_pandas(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Tick:
    """The limits with a running count of violating samples, in pandas columns."""
    counts = pd.DataFrame(0, index=range(values.shape[1]), columns=range(7))

    def tick(number: int) -> object:
        frame = pd.DataFrame(values[number], columns=["spo2", "hr"])
        start = time.process_time()
        for index, (column, side, limit) in enumerate((*LIMITS, *HEART)):
            series = frame["hr" if column else "spo2"]
            violating = series > limit if side == "high" else series < limit
            counts[index] = (counts[index] + 1).where(violating, 0)
        return time.process_time() - start

    return tick


def microseconds(tick: Tick, before: int, ticks: int) -> float:
    """Median microseconds of a tick, after so many others."""
    for number in range(before):
        tick(number)
    return 1e6 * median(float(str(tick(before + number))) for number in range(ticks))


def rounds(chairs: int, before: int, ticks: int, count: int) -> list[dict[str, float]]:
    """Each round runs all of them on the same values, in an order that changes."""
    random, out = Random(chairs), []
    for _ in range(count):
        values = samples(chairs, before + ticks)
        subjects = {
            "engine": whole_engine(values),
            "alarming": whole_engine(values[:, ::ALARMING_EACH]),
            "frames": frame_by_frame(values),
            "objects": objects_only(values),
            "compare": compare_only(values),
            "compare_all": compare_all(values),
            "medians": medians_only(values),
            "python": plain_python(values),
            "pandas": with_pandas(values),
        }
        if chairs <= TWIN_CHAIRS_MAX:
            subjects["twin"] = scalar_twin(values)
        order = list(subjects)
        random.shuffle(order)
        out.append({name: microseconds(subjects[name], before, ticks) for name in order})
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chairs", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--ticks", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", type=int, default=130)
    options = parser.parse_args(arguments)
    for chairs in options.chairs:
        found = rounds(chairs, options.before, options.ticks, options.rounds)
        row: dict[str, float | int] = {"chairs": chairs}
        for name in sorted(found[0]):
            row[f"{name}_us"] = round(median(one[name] for one in found), 1)
        row["frame_us"] = round(row["frames_us"] / chairs, 1)
        for peer in sorted(found[0].keys() - {"engine", "frames", "alarming"}):
            row[f"engine_to_{peer}"] = round(median(one["engine"] / one[peer] for one in found), 2)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
