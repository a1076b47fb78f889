"""A patient's earlier infusions, lived through by the shipped ward before a play begins.

Time is stepped by hand, so weeks pass in a second or two. Monitors, acts, alarms and
record are those of the product: whatever looks back finds what a clinic would.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor import service
from monitor.care.closing import Plan
from monitor.care.treatment import PumpAction
from monitor.cataloguing import Cataloguer
from monitor.clinic import Device, Phase
from monitor.clock import Clock
from monitor.commands import Command, Commands, SeatPatient, SetBaseline
from monitor.commands.arriving import AnswerQuestions, SetSitter
from monitor.commands.booking import RegisterPatient
from monitor.commands.closing import NoteAndPlan
from monitor.commands.journaling import TOKEN_BYTES, OpenJournal, WriteJournal, token_hash
from monitor.commands.noting import NoteEvent
from monitor.commands.seating import EnterPhase
from monitor.commands.treating import NotePump, OrderInfusion
from monitor.config import Config
from monitor.displays import Clinic
from monitor.drivers import Decoder, Encoder, Report
from monitor.drivers.registry import DRIVERS
from monitor.hub import Hub
from monitor.intake import Arrival, Intake
from monitor.people import People
from monitor.settling import keep_preset
from monitor.sounding import Sounding
from monitor.store.record import Record, RecordHistory
from monitor.vitals import VitalSign
from monitor.ward import Ward
from simulators.bedside import Bedside
from simulators.episodes import Episode, hypertensive_peak, slow_desaturation
from simulators.farewell import into_recovery, let_go
from simulators.ketamine import Infusion
from simulators.patient import Patient, Person, calm, child, draw_person
from simulators.simulation import preset_of
from simulators.staff import CLINICIAN, NURSE, employ

DAY_US = 86_400_000_000
MINUTE_S = 60.0
FRAME_S = 5.0
"""A frame each five seconds: often enough for every rule, and soon lived through."""
PATIENT_REF = "P-17"
CONCENTRATION_MG_ML = 2.0
SEATED_MIN, BASELINE_MIN, INFUSED_MIN = 1.0, 7.0, 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One earlier infusion: how many days ago, dose, what befell the patient, and what followed.

    `entries` are mood, word and words by day of the journal; without a `plan` the
    clinician has yet to close it.
    """

    days_ago: int
    mg_per_kg: float
    episodes: tuple[Episode, ...] = ()
    events: tuple[tuple[float, str, str], ...] = ()
    entries: tuple[tuple[int, int, str, str], ...] = ()
    plan: Plan | None = Plan.SAME_DOSE
    note: str = ""


COURSE: tuple[Earlier, ...] = (
    Earlier(
        days_ago=25,
        mg_per_kg=0.5,
        events=((20.0, "dissociation", "moderate"), (35.0, "nausea", "mild")),
        entries=((0, 4, "mixed", "Strange, then calm."), (1, 5, "better", ""), (3, 5, "", "")),
        note="Well tolerated. Same dose.",
    ),
    Earlier(
        days_ago=21,
        mg_per_kg=0.5,
        episodes=(hypertensive_peak((BASELINE_MIN + 22) * MINUTE_S, systolic=176.0, minutes=9.0),),
        events=((25.0, "dissociation", "moderate"),),
        entries=((0, 5, "good", ""), (1, 6, "better", "Slept through."), (7, 6, "the same", "")),
        note="Pressure to 176 for some minutes, settled by itself.",
    ),
    Earlier(
        days_ago=18,
        mg_per_kg=0.5,
        events=((18.0, "anxiety", "mild"),),
        entries=((0, 6, "good", ""), (3, 7, "better", "")),
        plan=Plan.CHANGE,
        note="Some anxiety at the start; 0.6 mg/kg next.",
    ),
    Earlier(
        days_ago=14,
        mg_per_kg=0.6,
        episodes=(slow_desaturation((BASELINE_MIN + 30) * MINUTE_S, spo2=89.0, minutes=3.0),),
        events=((22.0, "dissociation", "severe"), (31.0, "nausea", "moderate")),
        entries=((0, 7, "difficult", "Too far away for my taste."), (1, 7, "better", "")),
        plan=Plan.CHANGE,
        note="Back to 0.5 mg/kg.",
    ),
    Earlier(
        days_ago=2,
        mg_per_kg=0.5,
        events=((24.0, "dissociation", "moderate"),),
        plan=None,
    ),
)
"""A course of six, the last of which is still to come; the newest journal is overdue."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A session of the past; the token of its journal's link, "" where none is kept."""

    session: str
    token: str


@dataclass
class Stepped:
    """A ward whose time is stepped: `now_s` seconds after `began_us`."""

    config: Config
    record: Record
    began_us: int
    now_s: float = 0.0
    clock: Clock = field(init=False)
    clinic: Clinic = field(init=False)
    device: Device = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(lambda: self.now_s, epoch_us=self.began_us)

    def open(self, people: People) -> None:
        """Build the ward and all that acts need."""
        preset = preset_of(self.config)
        ward = service.build_ward(
            self.config, drivers=DRIVERS, record=self.record, clock=self.clock, preset=preset
        )
        keep_preset(ward, known=False)
        sounding = Sounding()
        self.clinic = Clinic(
            config=self.config,
            clock=self.clock,
            hub=Hub(),
            ward=ward,
            people=people,
            sounding=sounding,
            commands=Commands(ward, self.config, people, sounding, self.record),
            history=self.record,
            stored=RecordHistory(self.config.record.path),
            catalogue=Cataloguer(self.record, preset),
            status=list,
        )
        self.device = self.config.devices[0]

    @property
    def ward(self) -> Ward:
        """Engine, board and record."""
        return self.clinic.ward

    async def do(self, command: Command) -> str:
        """An act, committed."""
        return await self.clinic.commands.execute(command)

    def leap_to(self, at_us: int) -> None:
        """Let time pass in which nothing is measured."""
        self.now_s = (at_us - self.began_us) / 1e6
        self.ward.advance()


@dataclass
class Chair:
    """A patient at a monitor that sends through its driver's own bytes."""

    house: Stepped
    bedside: Bedside
    intake: Intake
    encoder: Encoder
    decoder: Decoder
    began_s: float

    def until(self, minute: float) -> None:
        """Live on to that minute of the visit, a frame at a time."""
        device = self.intake.device
        shows = device.vitals or DRIVERS[device.driver].vitals
        while self.house.now_s < self.began_s + minute * MINUTE_S:
            self.house.now_s += FRAME_S
            self.bedside.step(self.house.now_s - self.began_s)
            began_us = self.house.began_us + round(self.began_s * 1e6)
            data = self.encoder.encode(self.bedside.shown(shows, began_us))
            for event in self.decoder.feed(data):
                if isinstance(event, Report):
                    arrival = Arrival(
                        received_s=self.house.clock.monotonic(),
                        received_at_us=self.house.clock.utc_us(),
                    )
                    self.house.ward.take(self.intake, event, arrival)


async def live_through(
    config: Config, now_us: int, seed: int, course: Sequence[Earlier] = COURSE
) -> list[Lived]:
    """Put the infusions of a course into the record that the configuration names."""
    clock = Clock(lambda: 0.0, epoch_us=now_us)
    people = employ(config.people, clock)
    began_us = now_us - max(one.days_ago for one in course) * DAY_US
    lived: list[Lived] = []
    waiting: list[tuple[int, WriteJournal]] = []
    async with Record(config.record.path, clock=clock) as record:
        house = Stepped(config=config, record=record, began_us=began_us)
        house.open(people)
        person = calm(draw_person(child(seed, "past")))
        await _register(house)
        for number, one in enumerate(course):
            at_us = now_us - one.days_ago * DAY_US
            waiting = await _written(house, waiting, until_us=at_us)
            house.leap_to(at_us)
            session = await _infusion(house, person, one, child(seed, "past", str(number)).random())
            lived.append(Lived(session, secrets.token_urlsafe(TOKEN_BYTES)))
            waiting += await _after(house, lived[-1], one)
        await _written(house, waiting, until_us=now_us)
    return lived


async def _register(house: Stepped) -> None:
    phone = "+351 910 000 017" if house.config.privacy.names else ""
    await house.do(
        RegisterPatient(patient_ref=PATIENT_REF, initials="P.Q.", phone=phone, actor=NURSE.id)
    )


async def _infusion(house: Stepped, person: Person, one: Earlier, luck: float) -> str:
    chair = house.device.chair
    session = await house.do(
        SeatPatient(
            chair=chair, patient_ref=PATIENT_REF, planned_minutes=round(INFUSED_MIN), actor=NURSE.id
        )
    )
    began_s = house.now_s
    infusion = Infusion(at_s=BASELINE_MIN * MINUTE_S, minutes=INFUSED_MIN, mg_per_kg=one.mg_per_kg)
    patient = Patient(
        person, child(round(luck * 1e9), "body"), infusion=infusion, episodes=one.episodes
    )
    bedside = Bedside(
        patient,
        child(round(luck * 1e9), "sensors"),
        episodes=one.episodes,
        cuff_first_s=20.0,
        cuff_interval_s=150.0,
    )
    driver = DRIVERS[house.device.driver]
    there = Chair(
        house=house,
        bedside=bedside,
        intake=Intake(house.device),
        encoder=driver.encoder(device=house.device.id),
        decoder=driver.decoder(),
        began_s=began_s,
    )
    await _prepare(house, session, person, one, there)
    for minute, event, grade in sorted(one.events):
        there.until(BASELINE_MIN + minute)
        await house.do(NoteEvent(session=session, event=event, grade=grade, actor=NURSE.id))
    there.until(BASELINE_MIN + INFUSED_MIN)
    await house.do(NotePump(session=session, action=PumpAction.STOP, recovery=True, actor=NURSE.id))
    await into_recovery(house.clinic, session)
    there.until(BASELINE_MIN + INFUSED_MIN + 30.0)
    await let_go(house.clinic, session, 0.0)
    return session


async def _prepare(
    house: Stepped, session: str, person: Person, one: Earlier, there: Chair
) -> None:
    await house.do(
        SetSitter(
            session=session,
            person="Sim Sitter",
            phone="+351 910 000 018",
            stays=True,
            drives=True,
            briefed=True,
            actor=NURSE.id,
        )
    )
    asked = house.config.arrival.questions
    answers = {one.id: one.must for one in asked if one.must}
    if answers:
        await house.do(AnswerQuestions(session=session, answers=answers, actor=NURSE.id))
    there.until(SEATED_MIN)
    await house.do(EnterPhase(session=session, phase=Phase.BASELINE, actor=NURSE.id))
    there.until(BASELINE_MIN)
    weight = round(person.weight_kg)
    await house.do(
        OrderInfusion(
            session=session,
            drug="ketamine",
            concentration_mg_ml=CONCENTRATION_MG_ML,
            dose_mg=round(one.mg_per_kg * weight, 1),
            weight_kg=weight,
            minutes=INFUSED_MIN,
            lot="SIM-1",
            actor=CLINICIAN.id,
        )
    )
    known = house.ward.seating.find(session)
    if known and house.ward.measured_baseline(known, house.clock.utc_us()).missing:
        await _state(house, session, person)
    await house.do(NotePump(session=session, action=PumpAction.START, actor=NURSE.id))


async def _state(house: Stepped, session: str, person: Person) -> None:
    values = {
        VitalSign.NIBP_SYSTOLIC: person.systolic,
        VitalSign.NIBP_DIASTOLIC: person.diastolic,
        VitalSign.HEART_RATE: person.heart_rate,
        VitalSign.SPO2: person.spo2,
    }
    reason = "simulated: not measured"
    await house.do(SetBaseline(session=session, values=values, reason=reason, actor=NURSE.id))


async def _after(house: Stepped, lived: Lived, one: Earlier) -> list[tuple[int, WriteJournal]]:
    """The clinician closes the session; what the patient will write, and when."""
    entries: list[tuple[int, WriteJournal]] = []
    if house.config.journal is not None:
        token, session = lived.token, lived.session
        await house.do(OpenJournal(session=session, token_sha256=token_hash(token), actor=NURSE.id))
        for day, mood, how, text in one.entries:
            at_us = house.clock.utc_us() + day * DAY_US + (6 if day == 0 else 2) * 3_600_000_000
            entry = WriteJournal(token=token, day=day, mood=mood, how=how, text=text)
            entries.append((at_us, entry))
    if one.plan is not None:
        await house.do(
            NoteAndPlan(session=lived.session, plan=one.plan, text=one.note, actor=CLINICIAN.id)
        )
    return entries


async def _written(
    house: Stepped, waiting: list[tuple[int, WriteJournal]], *, until_us: int
) -> list[tuple[int, WriteJournal]]:
    """The patient writes what is due until then; what is left."""
    for at_us, entry in sorted(waiting, key=lambda one: one[0]):
        if at_us < until_us:
            house.leap_to(at_us)
            await house.clinic.commands.write(entry)
    return [one for one in waiting if one[0] >= until_us]
