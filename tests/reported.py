"""Whole sessions for reports, as rows: an ordinary one, and those that ask most of a page."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from monitor import shipped
from monitor.conditions import Preset
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.presets import load_preset
from monitor.report.source import Letterhead, Source
from monitor.vitals import Validity, VitalSign
from tests.stored import NOON_US, fact, reading, transition

SESSION = "20270115-080000-1"
MINUTE_S = 60.0
START_MIN, END_MIN, LEAVE_MIN = 20.0, 60.0, 125.0
SYS, DIA, MEAN = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN
HR, SPO2, RR = VitalSign.HEART_RATE, VitalSign.SPO2, VitalSign.RESPIRATORY_RATE
LONG = "Dizzy when sitting up, better lying down with the head raised; water taken, " * 2
PEOPLE = {"rk": "Renate Keller", "jm": "Jörg Müller-Lüdenscheidt", "dl": "Łucja Dąbrowska"}


def preset() -> Preset:
    """The shipped one."""
    text, where = shipped.shipped_preset("ketamine-adult")
    return load_preset(text, where=where)


def letterhead(made_min: float = 180.0, **parts: object) -> Letterhead:
    """Of the clinic of these tests."""
    head = Letterhead(
        clinic="Harbour Infusion",
        zone="Europe/Lisbon",
        version="1.2.3",
        made_us=NOON_US + round(made_min * MINUTE_S * 1e6),
        people=PEOPLE,
        labels={"1": "1 window"},
        questions={"fasted": "Nothing to eat for 4 h"},
        advice={"no-driving": "No driving until tomorrow."},
        drivers={"mon-1": "chairside-json"},
        course_infusions=6,
        call="The clinic, 555 0100",
    )
    return replace(head, **parts)  # type: ignore[arg-type]


@dataclass
class Rows:
    """A session under construction; times are minutes from the seat."""

    facts: list[FactRow] = field(default_factory=list)
    readings: list[ReadingRow] = field(default_factory=list)
    transitions: list[TransitionRow] = field(default_factory=list)

    def say(self, minute: float, kind: str, actor: Any = "rk", **data: Any) -> FactRow:
        """A fact of the session."""
        one = fact(
            minute * MINUTE_S,
            kind,
            session=SESSION,
            ordinal=len(self.facts),
            actor=actor,
            **data,
        )
        self.facts.append(one)
        return one

    def measure(
        self, minute: float, vital: VitalSign, value: float | None, **parts: object
    ) -> None:
        """A reading of the session."""
        told = {"session": SESSION, "vital": vital} | parts
        self.readings.append(reading(minute * MINUTE_S, value, **told))  # type: ignore[arg-type]

    def cuff(self, minute: float, systolic: float, diastolic: float) -> None:
        """One determination."""
        self.measure(minute, SYS, systolic)
        self.measure(minute, DIA, diastolic)
        self.measure(minute, MEAN, round((systolic + 2 * diastolic) / 3))

    def alarm(
        self, number: int, minute: float, priority: str = "HIGH", lasts_s: float = 48.0
    ) -> None:
        """One alarm that was raised, acknowledged after 9 s, and over."""
        name = f"{SESSION}/SPO2-2/SpO2/{number}"
        second = minute * MINUTE_S
        parts = {"alarm": name, "session": SESSION, "priority": priority}
        self.transitions += [
            transition(second, "ACTIVE_UNACK", 0, **parts),  # type: ignore[arg-type]
            transition(
                second + 9,
                "ACTIVE_ACK",
                1,
                reason="acknowledged",
                actor="rk",
                note="probe repositioned",
                **parts,  # type: ignore[arg-type]
            ),
            transition(second + lasts_s, "INACTIVE", 2, reason="condition gone", **parts),  # type: ignore[arg-type]
        ]

    def source(self, head: Letterhead | None = None) -> Source:
        """The rows in the order in which a record gives them."""
        self.readings.sort(key=lambda row: (row.sampled_at_us, row.vital.value))
        return Source(
            facts=sorted(self.facts, key=lambda row: (row.at_us, row.ordinal)),
            readings=self.readings,
            transitions=sorted(self.transitions, key=lambda row: row.at_us),
            preset=preset(),
            letterhead=head or letterhead(),
        )


def seated(patient: str = "A.M.") -> Rows:
    """A patient in the chair, and nothing more."""
    rows = Rows()
    rows.say(0, "seated", patient_ref=patient, planned_minutes=40, infusion=3, course=1)
    return rows


def ordinary(*, step_s: float = 10.0) -> Rows:
    """Two hours: 40 minutes of ketamine, a rise in pressure, one short fall of saturation."""
    rows = seated()
    rows.say(
        2, "sitter", person="Ana Šimić", phone="555 0199", stays=True, drives=True, briefed=True
    )
    rows.say(3, "arms", cuff="left", probe="right")
    rows.say(4, "answers", fasted="yes")
    rows.say(5, "phase", phase="BASELINE")
    rows.say(
        18,
        "ordered",
        drug="ketamine",
        concentration_mg_ml=2.0,
        dose_mg=40.0,
        weight_kg=80.0,
        minutes=40.0,
        lot="K-4711",
    )
    rows.say(START_MIN, "phase", phase="INFUSION")
    base = {SYS.value: 122, DIA.value: 78, HR.value: 72, SPO2.value: 98}
    named = " ".join(f"mon-1@{NOON_US + round(m * 6e7)}" for m in (8, 13))
    rows.say(START_MIN, "baseline", None, **base, **{f"{SYS.value} samples": named})
    rows.say(START_MIN, "pump", action="start", rate_ml_h=30.0)
    rows.say(41, "pump", action="pause")
    rows.say(44, "pump", action="resume", rate_ml_h=30.0)
    rows.say(35, "event", event="nausea", grade="moderate", text="head raised")
    rows.say(38, "event", event="dissociation", grade="mild", text="")
    rows.say(52, "event", "jm", event="drug given", grade="", text="ondansetron 4 mg IV")
    rows.say(30, "observed", item="MOAA/S", value=4.0)
    rows.say(70, "observed", item="MOAA/S", value=5.0)
    rows.say(100, "observed", item="PADSS", value=10.0)
    rows.say(101, "observed", item="IV line", value="out")
    rows.say(END_MIN, "pump", action="stop")
    rows.say(END_MIN, "phase", phase="RECOVERY")
    next_us = NOON_US + 7 * 86_400_000_000
    due: dict[str, Any] = {"next_us": next_us, "journal_due_us": NOON_US + 86_400_000_000}
    rows.say(124, "handed over", person="Ana Šimić", **due, **{"no-driving": True})
    rows.say(LEAVE_MIN, "phase", "dl", phase="CLOSED")
    rows.say(150, "note", "dl", plan="same dose", text="Tolerated well.")
    measured(rows, LEAVE_MIN, step_s)
    rows.alarm(1, 44.0)
    rows.alarm(2, 50.0, "MEDIUM", 300.0)
    return rows


def bump(minute: float, middle: float = 50.0, wide: float = 18.0) -> float:
    """0 to 1 and back around a minute."""
    return math.exp(-(((minute - middle) / wide) ** 2))


def measured(rows: Rows, until_min: float, step_s: float) -> None:
    """Every 5 minutes a cuff reading in the infusion, else every 10; the rest each `step_s`."""
    minute = 8.0
    while minute < until_min:
        rows.cuff(minute, round(122 + 40 * bump(minute)), round(78 + 22 * bump(minute)))
        minute += 5.0 if minute < END_MIN else 10.0
    for count in range(int(until_min * MINUTE_S / step_s)):
        at = count * step_s / MINUTE_S
        if 90 < at < 92:
            rows.measure(at, SPO2, None, validity=Validity.NOT_AVAILABLE, reason="sensor off")
            continue
        rows.measure(at, HR, round(72 + 18 * bump(at)))
        rows.measure(at, SPO2, round(97 - 14 * bump(at, 44.0, 0.8)))
        rows.measure(at, RR, 14.0)


def crowded() -> Rows:
    """Everything at once: 60 alarms, 80 events, very long texts, limits set time and again."""
    rows = ordinary()
    for number in range(60):
        rows.alarm(10 + number, 21 + number * 1.5, ("LOW", "MEDIUM", "HIGH")[number % 3])
    for number in range(80):
        rows.say(20 + number, "event", "jm", event="note", grade="", text=f"{number} {LONG * 3}")
    for number in range(12):
        rows.say(22 + number, "limits", **{"SPO2-1 SpO2": 90.0 + number % 3})
        rows.say(5, "answers", **{f"question-{number}": LONG})
    rows.say(60, "event", event="vomiting", grade="severe", text=LONG * 10)
    return rows


def extremes() -> dict[str, Rows]:
    """Sessions by what is wrong with them."""
    never = seated()
    never.say(10, "phase", "dl", phase="CLOSED", override="patient went home", missing="everything")
    bare = ordinary()
    bare.readings.clear()
    bare.transitions.clear()
    unbased = ordinary()
    unbased.facts = [one for one in unbased.facts if one.kind != "baseline"]
    unbased.readings = [row for row in unbased.readings if row.sampled_at_us > NOON_US + 25 * 6e7]
    instant = seated()
    instant.say(0, "phase", phase="CLOSED")
    return {
        "ordinary": ordinary(),
        "crowded": crowded(),
        "never infused": never,
        "no readings": bare,
        "no baseline": unbased,
        "just seated": seated("X" * 24),
        "over at once": instant,
    }
