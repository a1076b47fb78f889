"""The baseline through the whole service in virtual time: measured, frozen, told, changed, kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median

import pytest

from monitor import service
from monitor.alerts import Alarm, Engine
from monitor.clinic import Chair, Device, Phase
from monitor.clock import Clock
from monitor.commands import EnterPhase, SeatPatient, SetBaseline, WaiveBaseline
from monitor.displays import Clinic
from monitor.drivers import Shown
from monitor.drivers.registry import DRIVERS
from monitor.errors import ChairsideError, CommandRefused, NotAllowed
from monitor.history import BASELINE, BASELINE_WAIVED, FactRow, ReadingRow
from monitor.links.direct import DirectWire
from monitor.links.wiring import make_links
from monitor.store.record import Record
from monitor.vitals import GenerationMode
from simulators.clinic import Setting, configuration
from simulators.loops import run_virtual
from simulators.simulation import preset_of, simulate
from simulators.staff import NURSE, employ
from simulators.stories import INFUSING, Story, demo_stories
from tests.judged import DIA, HR, SPO2, SYS
from tests.stored import NOON_US

DRIVER = "chairside-json"
MINUTE_S = 60.0
MEASURED = ((0.3, Phase.BASELINE), (12 * MINUTE_S, Phase.INFUSION))


def story(steps: tuple[tuple[float, Phase], ...]) -> Story:
    """The quiet chair of the demo, with nobody to state its baseline."""
    quiet = demo_stories(1, 6)[0]
    visit = replace(quiet.visit(0), steps=steps, baseline_stated=False)
    return replace(quiet, visit=lambda _: visit)


@dataclass
class Clinician:
    """Looks at the chair when told to, and acts."""

    at_s: float
    commands: list[SetBaseline | WaiveBaseline] = field(default_factory=list)
    refused: list[ChairsideError] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    readings: list[ReadingRow] = field(default_factory=list)
    before: list[Alarm] = field(default_factory=list)
    after: list[Alarm] = field(default_factory=list)
    limits: list[tuple[float | None, float | None]] = field(default_factory=list)

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        await asyncio.sleep(self.at_s)
        engine = clinic.ward.engine
        session = clinic.ward.seating.all()[0].id
        self.before = t_base(engine)
        self.limits.append(engine.limits("1")[HR])
        for command in self.commands:
            try:
                await clinic.commands.execute(replace(command, session=session))
            except (CommandRefused, NotAllowed) as refusal:
                self.refused.append(refusal)
        self.after = t_base(engine)
        self.limits.append(engine.limits("1")[HR])
        await asyncio.sleep(5 * MINUTE_S)
        self.facts = await clinic.history.facts(session)
        self.readings = await clinic.history.readings(session)
        self.limits.append(engine.limits("1")[HR])
        await stop.wait()


def t_base(engine: Engine) -> list[Alarm]:
    return [alarm for alarm in engine.alarms("1") if alarm.condition == "T-BASE"]


def watched(steps: tuple[tuple[float, Phase], ...], clinician: Clinician) -> Clinician:
    minutes = (clinician.at_s + 6 * MINUTE_S) / 60
    simulate(1, chairs=1, minutes=minutes, stories=[story(steps)], observers=[clinician])
    return clinician


@pytest.mark.requirement("S-21")
def test_the_baseline_is_measured_before_the_start_and_nothing_after_moves_it() -> None:
    seen = watched(MEASURED, Clinician(at_s=13 * MINUTE_S))
    (kept,) = [fact for fact in seen.facts if fact.kind == BASELINE]
    started_us, actor = kept.at_us, kept.actor
    assert actor == NURSE.id
    pressures = [row for row in seen.readings if row.vital is SYS and row.value is not None]
    used = [float(row.value or 0) for row in pressures if row.sampled_at_us <= started_us]
    assert 2 <= len(used) < len(pressures)
    assert abs(float(kept.data["NIBP_SYS"] or 0) - fmean(used)) <= 0.5
    rates = [
        float(row.value)
        for row in seen.readings
        if row.vital is HR and row.value is not None
        if started_us - 300e6 <= row.sampled_at_us <= started_us
    ]
    assert abs(float(kept.data["HR"] or 0) - median(rates)) <= 0.5
    assert seen.before == []
    assert seen.limits[0] == seen.limits[-1]


@pytest.mark.requirement("S-20")
def test_an_infusion_without_a_baseline_says_what_is_missing_until_somebody_waives_it() -> None:
    nobody = WaiveBaseline(session="", reason=" ", actor=NURSE.id)
    waived = replace(nobody, reason="known patient, agreed with the prescriber")
    seen = watched(INFUSING, Clinician(30.0, [nobody, waived]))
    (alarm,) = seen.before
    assert alarm.priority.name == "MEDIUM"
    for name in ("BP", "HR", "SpO2"):
        assert name in alarm.message
    assert len(seen.refused) == 1
    assert seen.after == []
    (kept,) = [fact for fact in seen.facts if fact.kind == BASELINE_WAIVED]
    assert (kept.actor, kept.data["reason"]) == (NURSE.id, waived.reason)


@pytest.mark.requirement("S-21")
def test_a_later_change_needs_a_person_and_a_reason_and_is_kept() -> None:
    silent = SetBaseline(session="", values={HR: 54.0}, reason="", actor=NURSE.id)
    nobody = replace(silent, reason="sleeps", actor="nobody")
    meant = replace(silent, reason="resting rate of last week", values={HR: 54.0})
    rest = replace(silent, reason="from the referral", values={SYS: 124, DIA: 78, SPO2: 97})
    seen = watched(INFUSING, Clinician(30.0, [silent, nobody, meant]))
    assert len(seen.refused) == 2
    assert [low for low, _ in seen.limits] == [50.0, 44.0, 44.0]
    (alarm,) = seen.after
    assert "HR" not in alarm.message.split(":")[1]
    changes = [fact for fact in seen.facts if fact.kind == BASELINE and "reason" in fact.data]
    (kept,) = changes
    assert (kept.actor, kept.data["reason"], kept.data["HR"]) == (NURSE.id, meant.reason, 54)
    whole = watched(INFUSING, Clinician(30.0, [meant, rest]))
    assert (len(whole.before), whole.after) == (1, [])


Act = Callable[[Clinic, DirectWire], Awaitable[None]]


@dataclass
class Life:
    """One life of the service: a display that does one thing and then stops it."""

    act: Act
    wire: DirectWire

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        await self.act(clinic, self.wire)
        stop.set()


def live(folder: Path, minute: float, act: Act) -> None:
    """The service on this record, from a minute after noon until the act is done."""

    async def main() -> None:
        clock = Clock.starting_at(asyncio.get_running_loop().time, NOON_US + round(minute * 60e6))
        device = Device(id="mon-1", driver=DRIVER, link="direct:mon-1", chair="1")
        setting = Setting(record=folder / "record.db")
        config = configuration([Chair(id="1", label="1")], [device], setting)
        wiring = make_links(config.devices, None, clock, usual_baud={DRIVER: 0})
        async with Record(config.record.path, clock=clock) as record:
            await service.run(
                config,
                drivers=DRIVERS,
                links=wiring.links,
                record=record,
                people=employ(config.people, clock),
                displays=[Life(act, wiring.wires["mon-1"])],
                clock=clock,
                preset=preset_of(config),
                stop=asyncio.Event(),
            )

    run_virtual(main())


async def measures(clinic: Clinic, wire: DirectWire, systolic: float) -> None:
    """The cuff measures once, then two minutes pass."""
    at_us = clinic.clock.utc_us()
    values = {SYS: systolic, DIA: systolic - 45}
    shown = Shown(
        at_us=at_us, values=values, validity={}, mode=GenerationMode.TEST, nibp_at_us=at_us
    )
    data = DRIVERS[DRIVER].encoder(device="mon-1").encode(shown)
    assert wire.send(data, channel="1/mon-1/vitals")
    await asyncio.sleep(120.0)


@pytest.mark.requirement("CAR-004")
def test_a_restart_keeps_the_baseline_and_what_was_measured_for_one(tmp_path: Path) -> None:
    known: list[tuple[object, int, list[str]]] = []

    async def arrives(clinic: Clinic, wire: DirectWire) -> None:
        seat = SeatPatient(chair="1", patient_ref="A.M.", planned_minutes=40, actor="rk")
        session = await clinic.commands.execute(seat)
        await clinic.commands.execute(EnterPhase(session=session, phase=Phase.BASELINE, actor="rk"))
        await measures(clinic, wire, 120.0)
        await measures(clinic, wire, 124.0)

    async def starts(clinic: Clinic, wire: DirectWire) -> None:
        session = clinic.ward.seating.all()[0].id
        await clinic.commands.execute(EnterPhase(session=session, phase=Phase.INFUSION, actor="rk"))
        await look(clinic, wire)

    async def look(clinic: Clinic, _: DirectWire) -> None:
        (session,) = clinic.ward.seating.all()
        engine = clinic.ward.engine
        known.append((session.baseline, len(t_base(engine)), [a.id for a in t_base(engine)]))

    live(tmp_path, 0.0, arrives)
    live(tmp_path, 5.0, starts)
    live(tmp_path, 6.0, look)
    assert known[0][:2] == ({SYS: 122, DIA: 77}, 1)
    assert known[1] == known[0]
