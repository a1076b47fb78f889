"""The whole service as it ships, in virtual time: simulated chairs, real record, no waiting."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from monitor.alerts import AlarmEvent, AlarmState
from monitor.conditions import Priority
from monitor.displays import Clinic
from monitor.vitals import GenerationMode
from monitor.ward import Change
from simulators.simulation import simulate
from simulators.stories import Story, demo_stories
from tests.servers import ROOT

HOUR = 60.0
SECONDS_MAX = 60.0
"""Of processor time for an hour of six chairs; about a quarter of it is what it takes."""


@pytest.mark.requirement("SIM-010")
def test_an_hour_of_six_chairs_is_the_same_clinic_for_the_same_seed() -> None:
    began = time.process_time()
    once = simulate(4711, chairs=6, minutes=HOUR)
    assert time.process_time() - began < SECONDS_MAX
    again = simulate(4711, chairs=6, minutes=HOUR)
    assert once == again
    assert once.readings > 6 * 3600
    assert once.sessions >= 6
    assert once.alarms


@pytest.mark.requirement("SIM-010")
def test_another_process_gives_the_same_clinic_whatever_order_its_sets_have() -> None:
    code = (
        "from simulators.simulation import simulate;"
        "print(simulate(4711, chairs=2, minutes=1.0).digest)"
    )
    digests = set[str]()
    for seed in ("1", "2"):
        alone = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        program = [sys.executable, "-c", code]
        told = subprocess.run(program, env=alone, capture_output=True, text=True, check=True)
        digests.add(told.stdout)
    assert len(digests) == 1


@pytest.mark.requirement("SIM-010")
def test_another_seed_is_another_clinic() -> None:
    digests = {simulate(seed, chairs=3, minutes=5.0).digest for seed in range(4)}
    assert len(digests) == 4


@dataclass
class Witness:
    """A display that writes down what it sees: alarm events, tiles each second."""

    events: list[AlarmEvent] = field(default_factory=list)
    states: dict[str, set[str]] = field(default_factory=dict)
    modes: set[str] = field(default_factory=set)
    patients: dict[str, list[str]] = field(default_factory=dict)

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        clinic.ward.listen(self._note)
        while not stop.is_set():
            wall = clinic.ward.board.wall(clinic.clock.monotonic(), clinic.clock.utc_us())
            for tile in wall.tiles:
                self.states.setdefault(tile.chair, set()).add(tile.state)
                self.modes.add(tile.mode)
                known = self.patients.setdefault(tile.chair, [])
                if tile.patient and tile.patient not in known[-1:]:
                    known.append(tile.patient)
            await asyncio.sleep(1.0)

    def _note(self, change: Change) -> None:
        self.events += change.events

    def raised(self, chair: str) -> dict[str, Priority]:
        """Conditions that came to sound at a chair, with the highest priority each had."""
        out: dict[str, Priority] = {}
        for event in self.events:
            alarm = event.alarm
            if alarm.chair == chair and alarm.state is AlarmState.ACTIVE_UNACK:
                out[alarm.condition] = max(out.get(alarm.condition, Priority.LOW), alarm.priority)
        return out


def watched(
    minutes: float, *, chairs: int = 6, seed: int = 1, stories: Sequence[Story] | None = None
) -> Witness:
    witness = Witness()
    told = demo_stories(seed, chairs) if stories is None else stories
    simulate(seed, chairs=chairs, minutes=minutes, stories=told, observers=[witness])
    return witness


@pytest.mark.requirement("SIM-011")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_minutes_of_a_demo_show_every_sort_of_thing(seed: int) -> None:
    seen = watched(5.0, seed=seed)
    assert seen.raised("1") == {}
    assert seen.raised("2")["SPO2-2"] is Priority.HIGH
    assert seen.raised("3")["BP-H2"] is Priority.HIGH
    assert seen.raised("4")["T-PROBE"] >= Priority.MEDIUM
    assert seen.raised("5")["T-LINK"] >= Priority.MEDIUM
    assert seen.raised("6") == {}
    assert seen.states["6"] == {"EMPTY"}
    assert "INFUSING" in seen.states["1"]
    assert "RECOVERY" in seen.states["5"]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_quiet_chair_of_the_demo_stays_quiet_for_its_whole_infusion(seed: int) -> None:
    quiet = demo_stories(seed, 6)[:1]
    assert watched(45.0, seed=seed, stories=quiet).raised("1") == {}


@pytest.mark.parametrize("chairs", [1, 12, 24])
def test_a_demo_of_any_size_seats_its_patients(chairs: int) -> None:
    seen = watched(1.0, chairs=chairs)
    empty = [chair for chair, states in seen.states.items() if states == {"EMPTY"}]
    assert empty == ([] if chairs < 6 else ["6"])


@pytest.mark.requirement("SIM-012")
def test_no_simulated_value_is_ever_called_real() -> None:
    seen = watched(3.0)
    assert seen.modes == {GenerationMode.DEMO.value}


def test_a_session_is_closed_and_the_next_patient_is_another() -> None:
    seen = watched(80.0, chairs=1)
    # Cuff and probe come off as the patient leaves: the chair is free at once.
    assert {"INFUSING", "RECOVERY", "EMPTY"} <= seen.states["1"]
    first, second, *_ = seen.patients["1"]
    assert first != second


def test_a_deadline_within_the_present_microsecond_does_not_hold_time_up() -> None:
    # Seed 1 has one, 1e-13 s ahead, at 712.753212 s.
    assert simulate(1, chairs=2, minutes=13.0).readings > 1_000
