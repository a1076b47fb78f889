"""The engine against the slow oracle, on random rows; and what must not matter."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import AlarmEvent, Engine, Reason
from monitor.clinic import Phase
from monitor.vitals import Reading, VitalSign
from tests import oracle
from tests.examples import examples
from tests.judged import Chairside, preset, reading
from tests.oracle import Episode, Row

NAMES = {
    "spo2": VitalSign.SPO2,
    "hr": VitalSign.HEART_RATE,
    "sys": VitalSign.NIBP_SYSTOLIC,
    "dia": VitalSign.NIBP_DIASTOLIC,
    "map": VitalSign.NIBP_MEAN,
}


def rows(seed: int, seconds: int) -> list[Row]:
    """Values that dwell near the limits, with gaps, cuff readings now and then."""
    random = Random(seed)
    spo2, hr = 97.0, 72.0
    out: list[Row] = []
    for _ in range(seconds):
        if random.random() < 0.08:
            spo2 = float(random.choice([97, 95, 94, 93, 92, 91, 90, 88, 87, 85, 84, 80]))
        if random.random() < 0.08:
            hr = float(random.choice([72, 53, 51, 50, 49, 43, 41, 40, 39, 115, 120, 121, 150, 155]))
        row: dict[str, float | None] = {
            "spo2": None if random.random() < 0.06 else spo2,
            "hr": None if random.random() < 0.06 else hr,
        }
        if random.random() < 0.05:
            row["sys"] = float(random.choice([75, 82, 88, 95, 120, 155, 161, 171, 181, 200]))
            row["dia"] = random.choice([None, 50.0, 80.0, 96.0, 101.0, 111.0])
            row["map"] = random.choice([None, 45.0, 52.0, 58.0, 65.0, 93.0])
        out.append(row)
        if random.random() < 0.01:
            out += [{} for _ in range(random.randint(2, 80))]
    return out


def readings(row: Row, second: int, chair: str = "1") -> list[Reading]:
    return [
        reading(NAMES[name], value, float(second), chair=chair)
        for name, value in row.items()
        if value is not None
    ]


def told(events: list[AlarmEvent], condition: str) -> list[Episode]:
    """The engine's steps as the oracle's episodes."""
    out: list[Episode] = []
    for event in events:
        if event.alarm.condition != condition:
            continue
        if event.reason in (Reason.CONDITION_PRESENT, Reason.CONDITION_AGAIN):
            # A jump is judged later than it was sampled; the oracle knows rows alone.
            assert event.sampled_s is not None
            out.append(Episode(condition, round(event.alarm.onset_s), round(event.sampled_s), None))
        elif event.reason is Reason.CONDITION_ENDED:
            last = out.pop()
            assert event.sampled_s is not None
            out.append(Episode(condition, last.onset, last.alarmed, round(event.sampled_s)))
    return out


@pytest.mark.requirement("ALM-101")
@given(seed=st.integers(0, 2**32), seconds=st.integers(30, 400))
@settings(max_examples=examples(60), deadline=None)
def test_every_episode_is_the_oracles(seed: int, seconds: int) -> None:
    rows_in, chair = rows(seed, seconds), Chairside()
    for second, row in enumerate(rows_in):
        chair.events += chair.engine.observe(readings(row, second))
    chair.events += chair.engine.advance(len(rows_in) + 10.0)
    for rule in oracle.RULES:
        assert told(chair.events, rule.id) == oracle.episodes(rule, rows_in), rule.id


def run(order: list[str], batch: int, seed: int) -> dict[str, list[tuple[float, str, str, str]]]:
    engine = Engine(preset())
    for chair in order:
        engine.add_chair(chair, {f"dev-{chair}": (3.0, frozenset(VitalSign))}, 0.0)
        engine.seat(chair, f"s{chair}", Phase.INFUSION, 0.0)
    stream = [
        one
        for second in range(150)
        for chair in order
        for one in readings(rows(seed + ord(chair), 150)[second], second, chair)
    ]
    events: list[AlarmEvent] = []
    for start in range(0, len(stream), batch):
        events += engine.observe(stream[start : start + batch])
    out: dict[str, list[tuple[float, str, str, str]]] = {chair: [] for chair in order}
    for event in events:
        alarm = event.alarm
        step = (event.at_s, alarm.id, alarm.state.value, alarm.message)
        out[alarm.chair].append(step)
    return {chair: sorted(steps) for chair, steps in out.items()}


@pytest.mark.requirement("S-53")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_the_order_of_chairs_nor_the_size_of_batches_matters(seed: int) -> None:
    """Readings of one chair and instant stay together, as one frame brings them."""
    whole = run(["a", "b", "c"], 10_000, seed)
    assert run(["c", "a", "b"], 10_000, seed) == whole
    one_by_one = run(["a", "b", "c"], 1, seed)
    cuff = ("BP-", "T-N")
    for chair, steps in whole.items():
        calm = [step for step in steps if step[1].split("/")[1][:3] not in cuff]
        split = [step for step in one_by_one[chair] if step[1].split("/")[1][:3] not in cuff]
        assert split == calm
    assert any(whole.values())
