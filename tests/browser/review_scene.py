"""Sessions to be reviewed, as rows, and the very answer that the service makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from math import sin
from typing import Any

from monitor.history import ARTEFACT, FactRow, ReadingRow, TransitionRow, name_of
from monitor.review import REVIEWED, Cause
from monitor.vitals import Validity, VitalSign
from monitor.web.present import Json
from monitor.web.reviewed import reviewed
from monitor.words import Words
from tests import judged
from tests.stored import NOON_US, fact, reading, transition

LASTS_S = 2 * 3_600
START_S, STOP_S = 1_200, 3_720
SYS, DIA, MEAN = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN
WORDS = Words(UTC, {"rk": "R. Kessler", "dl": "D. Lang"}, {"1": "4"})


@dataclass
class Stored:
    """One session's rows; facts may be added."""

    facts: list[FactRow]
    rows: list[ReadingRow] = field(default_factory=list)
    steps: list[TransitionRow] = field(default_factory=list)

    def answer(self) -> Json:
        """What the service answers for its review."""
        end_us = NOON_US + LASTS_S * 1_000_000
        return reviewed(self.facts, self.rows, self.steps, judged.preset(), WORDS, end_us)

    def take(self, path: str, body: dict[str, Any]) -> str:
        """Keep what a page posted, as the acts of the service do."""
        kind = {"artefacts": ARTEFACT, "review/baseline": REVIEWED}.get(path, "corrected")
        data = dict(body)
        if kind == ARTEFACT:
            data["vitals"] = ",".join(body["vitals"])
            data["cause"] = Cause(body["cause"]).value
        elif kind == REVIEWED:
            data = {**body["values"], "reason": body["reason"]}
        else:
            data["withdrawn"] = True
        new = fact(LASTS_S + len(self.facts), kind, ordinal=1_000 + len(self.facts), actor="dl")
        new = replace(new, data=data)
        self.facts.append(new)
        return name_of(new)


def seated(*, closed: bool = True) -> list[FactRow]:
    phases = ["BASELINE", "INFUSION", "RECOVERY", "CLOSED"]
    times = [240, START_S, STOP_S, LASTS_S]
    names = zip(times, phases, strict=True)
    told = [fact(0, "seated", patient_ref="R.S.", planned_minutes=40)]
    told += [
        fact(at, "phase", ordinal=number, phase=name)
        for number, (at, name) in enumerate(names, start=1)
        if closed or name != "CLOSED"
    ]
    return told


def whole() -> Stored:
    """Two hours at 1 Hz of five vital signs, a cuff each five minutes, gaps, doubt and alarms."""
    return replace(unmeasured(), rows=[*_continuous(), *_cuffs()])


def unmeasured() -> Stored:
    """The same without its 35,000 readings."""
    facts = seated()
    facts += [
        fact(
            1_100,
            "ordered",
            ordinal=20,
            drug="ketamine",
            concentration_mg_ml=1.0,
            dose_mg=40.0,
            weight_kg=80.0,
            minutes=40.0,
            lot="L1",
        ),
        fact(START_S, "pump", ordinal=21, action="start", rate_ml_h=60.0),
        fact(START_S + 900, "pump", ordinal=22, action="pause"),
        fact(START_S + 1_020, "pump", ordinal=23, action="resume"),
        fact(STOP_S, "pump", ordinal=24, action="stop"),
        fact(START_S + 700, "event", ordinal=25, event="nausea", grade="mild"),
        fact(START_S + 1_500, "event", ordinal=26, event="dissociation", grade="moderate"),
        fact(START_S + 1_200, "observed", ordinal=27, item="MOAA/S", value=4.0),
        fact(STOP_S + 600, "observed", ordinal=28, item="MOAA/S", value=5.0),
        fact(
            START_S,
            "baseline",
            ordinal=29,
            NIBP_SYS=122,
            NIBP_DIA=78,
            HR=70,
            SpO2=97,
            **{"NIBP_SYS samples": f"mon-1@{NOON_US + 600_000_000} mon-1@{NOON_US + 900_000_000}"},
        ),
        fact(STOP_S + 900, "charted", ordinal=30, NIBP_SYS=131, NIBP_DIA=84, source="by hand"),
    ]
    return Stored(facts, steps=_alarms())


def _continuous() -> list[ReadingRow]:
    rows = []
    for second in range(30, LASTS_S - 60):
        if 2_000 <= second < 2_090:
            continue
        lift = max(0.0, 1 - abs(second - 2_600) / 1_600)
        values = {
            VitalSign.HEART_RATE: round(70 + 22 * lift + 3 * sin(second / 17)),
            VitalSign.PULSE_RATE: round(70 + 22 * lift + 3 * sin(second / 16)),
            VitalSign.SPO2: 97 - (13 if 2_700 <= second < 2_745 else round(1 - sin(second / 50))),
            VitalSign.RESPIRATORY_RATE: round(13 + 2 * sin(second / 90)),
            VitalSign.PERFUSION_INDEX: 2.1,
        }
        doubtful = 4_000 <= second < 4_060
        for vital, value in values.items():
            doubt = doubtful and vital is VitalSign.SPO2
            validity = Validity.QUESTIONABLE if doubt else Validity.VALID
            rows.append(reading(second, float(value), vital=vital, validity=validity))
    return rows


def _cuffs() -> list[ReadingRow]:
    rows = []
    for second in range(300, LASTS_S - 100, 300):
        lift = max(0.0, 1 - abs(second - 2_600) / 1_800)
        numbers = {
            SYS: 122 + round(46 * lift),
            DIA: 78 + round(23 * lift),
            MEAN: 92 + round(30 * lift),
        }
        failed = second == 3_300
        for vital, value in numbers.items():
            number = None if failed else float(value)
            validity = Validity.INVALID if failed else Validity.VALID
            reason = "cuff leak" if failed else ""
            rows.append(reading(second, number, vital=vital, validity=validity, reason=reason))
    return rows


def _alarms() -> list[TransitionRow]:
    rising = [
        transition(
            2_500,
            "ACTIVE_UNACK",
            0,
            reason="condition present for its delay",
            message="BP +46/+23 over baseline",
        ),
        transition(3_100, "RESOLVED", 1),
    ]
    low = [
        transition(2_712, "ACTIVE_UNACK", 0, reason="condition present for its delay"),
        transition(2_721, "ACTIVE_ACK", 1, reason="acknowledged", actor="rk"),
        transition(2_760, "RESOLVED", 2, reason="condition ended"),
    ]
    return low + [
        replace(one, alarm="s-1/BP-R2/NIBP_SYS/1", condition="BP-R2", priority="MEDIUM")
        for one in rising
    ]


def empty() -> Stored:
    """Seated, and nothing ever came."""
    return Stored([fact(0, "seated", patient_ref="N.N.", planned_minutes=40)])


def sessions() -> dict[str, Stored]:
    """By id."""
    marked = whole()
    marked.take(
        "artefacts",
        {
            "from_us": NOON_US + 2_700_000_000,
            "to_us": NOON_US + 2_744_000_000,
            "vitals": ["SpO2", "PI"],
            "cause": "movement",
        },
    )
    return {"s-1": whole(), "s-2": whole(), "s-3": marked, "s-empty": empty()}
