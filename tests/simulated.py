"""Sessions lived through by the shipped service in virtual time, read back from their record.

Each chair has a seed, a kind of monitor and every trouble of its own: a hypertensive peak,
the probe off, the hand in motion, a silent line, a failing cuff. A nurse beside the
simulated one changes the pump's rate and pauses it, and afterwards charts by hand, calls
readings artefacts and takes one of that back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.care.treatment import PumpAction
from monitor.clinic import Phase
from monitor.commands import ChartValues, Command, Correct, MarkArtefact, NotePump
from monitor.displays import Clinic
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.review import Cause
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from simulators.bedside import MonitorPlan
from simulators.episodes import EpisodeKind, fault, hypertensive_peak, slow_desaturation
from simulators.ketamine import Infusion
from simulators.loops import run_virtual
from simulators.patient import child, draw_person
from simulators.simulation import simulate
from simulators.staff import NURSE
from simulators.stories import Story, Visit, ivy, n560, rad8
from tests.stored import NOON_US

MONITORS: tuple[Callable[[str], tuple[MonitorPlan, ...]], ...] = (ivy, rad8, n560)
START_S, STOP_S, CLOSED_S = 240.0, 840.0, 1_080.0
LASTS_MINUTES = 19.0
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Lived:
    """One session's rows. All times lie on whole seconds after noon, as the oracle counts."""

    facts: list[FactRow]
    readings: list[ReadingRow]
    steps: list[TransitionRow]


def lived(seeds: Sequence[int], path: Path) -> list[Lived]:
    """The sessions of so many chairs, one of each seed."""
    stories = [_story(seed, str(number)) for number, seed in enumerate(seeds, start=1)]
    nurses = [SecondNurse(story.chair) for story in stories]
    simulate(
        sum(seeds),
        chairs=len(seeds),
        minutes=LASTS_MINUTES,
        stories=stories,
        observers=nurses,
        keep=path,
    )
    return run_virtual(_read(path))


def _story(seed: int, chair: str) -> Story:
    chance = child(seed, "oracle")
    later = [chance.randrange(30) for _ in range(6)]
    visit = Visit(
        patient_ref=f"P{seed:04}",
        person=draw_person(chance),
        infusion=Infusion(at_s=START_S, minutes=10.0),
        steps=(
            (60.0, Phase.BASELINE),
            (START_S, Phase.INFUSION),
            (STOP_S, Phase.RECOVERY),
            (CLOSED_S, Phase.CLOSED),
        ),
        episodes=(
            hypertensive_peak(270.0 + later[0], systolic=196.0, minutes=7.0),
            slow_desaturation(300.0 + later[1], spo2=82.0, minutes=2.0),
            fault(EpisodeKind.MOTION, 480.0 + later[2], seconds=25.0),
            fault(EpisodeKind.PROBE_OFF, 560.0 + later[3], seconds=40.0),
            fault(EpisodeKind.LINK_LOST, 640.0 + later[4], seconds=35.0),
            fault(EpisodeKind.CUFF_FAILURE, 720.0 + later[5], seconds=150.0),
        ),
        pause_s=1.0,
        cuff_first_s=20.0 + later[0],
        cuff_interval_s=75.0,
        baseline_stated=seed % 2 == 1,
    )
    # One visit: whoever would come next waits until the simulation is over.
    return Story(
        chair=chair,
        monitors=MONITORS[seed % len(MONITORS)](chair),
        visit=lambda count: visit if count == 0 else replace(visit, pause_s=1e6),
    )


class SecondNurse:
    """Does at one chair what the simulated nurse does not."""

    def __init__(self, chair: str) -> None:
        self._chair = chair

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """A display like any other, until `stop`."""
        acting = asyncio.create_task(self._act(clinic))
        await stop.wait()
        await acting

    async def _act(self, clinic: Clinic) -> None:
        await asyncio.sleep(2.0)
        session = clinic.ward.seating.at(self._chair)
        assert session is not None
        opened_us, own = session.opened_us, session.id
        do = clinic.commands.execute

        def pump(action: PumpAction, rate_ml_h: float | None = None) -> Command:
            return NotePump(session=own, action=action, rate_ml_h=rate_ml_h, actor=NURSE.id)

        def at(second: int) -> int:
            return opened_us + second * SECOND_US

        def marked(first: int, last: int, *vitals: VitalSign) -> Command:
            return MarkArtefact(
                session=own,
                from_us=at(first),
                to_us=at(last),
                vitals=frozenset(vitals),
                cause=Cause.MOVEMENT,
                actor=NURSE.id,
            )

        gone_s = 1.0
        for second, act in (
            (400.0, pump(PumpAction.RATE, 31.5)),
            (520.0, pump(PumpAction.PAUSE)),
            (610.0, pump(PumpAction.RESUME)),
            (700.0, pump(PumpAction.RATE, 12.0)),
        ):
            await asyncio.sleep(second - gone_s)
            gone_s = second
            await do(act)
        await asyncio.sleep(CLOSED_S + 10.0 - gone_s)
        values = {VitalSign.NIBP_SYSTOLIC: 171.0, VitalSign.NIBP_DIASTOLIC: 96.0}
        await do(
            ChartValues(
                session=own, values=values, source="by hand", happened_us=at(650), actor=NURSE.id
            )
        )
        await do(marked(480, 540, VitalSign.SPO2, VitalSign.PULSE_RATE))
        await do(marked(300, 345))
        mistaken = await do(marked(400, 460, VitalSign.NIBP_SYSTOLIC))
        undone = Correct(
            session=own, of=mistaken, reason="mistaken", withdrawn=True, actor=NURSE.id
        )
        await do(undone)


async def _read(path: Path) -> list[Lived]:
    history, found = RecordHistory(path), list[Lived]()
    for session in sorted(await history.sessions()):
        facts, rows = await history.facts(session), await history.readings(session)
        found.append(_on_the_second(facts, rows, await history.transitions(session)))
    return found


def _on_the_second(
    facts: list[FactRow], rows: list[ReadingRow], steps: list[TransitionRow]
) -> Lived:
    """The same session begun at noon. A chair's monitors and its nurse each keep to one beat.

    People's beat is set upon the monitors', less than a second earlier; only what nobody
    counts, such as an acknowledgement, lies between two seconds.
    """
    beat_us = rows[0].sampled_at_us % SECOND_US
    begin_us = min(facts[0].at_us, rows[0].sampled_at_us) // SECOND_US * SECOND_US
    monitors_us = NOON_US - begin_us - beat_us
    people_us = NOON_US - begin_us - facts[0].at_us % SECOND_US

    def name(of: str) -> str:
        at_us, _, ordinal = of.partition("-")
        return f"{_floor(int(at_us) + people_us)}-{ordinal}"

    def data(fact: FactRow) -> FactRow:
        moved = {
            key: _floor(value + people_us)
            for key, value in fact.data.items()
            if key in ("happened_us", "from_us", "to_us") and isinstance(value, int)
        }
        of = {"of": name(str(fact.data["of"]))} if "of" in fact.data else {}
        return replace(
            fact, at_us=_floor(fact.at_us + people_us), data={**fact.data, **moved, **of}
        )

    return Lived(
        [data(fact) for fact in facts],
        [replace(row, sampled_at_us=row.sampled_at_us + monitors_us) for row in rows],
        [replace(step, at_us=step.at_us + people_us) for step in steps],
    )


def _floor(at_us: int) -> int:
    return at_us // SECOND_US * SECOND_US
