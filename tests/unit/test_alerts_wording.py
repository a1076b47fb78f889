"""What an open alarm says, word for word, with the numbers of this patient at this time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import Engine
from monitor.clinic import Phase
from monitor.conditions import Clause, Column, Wording
from monitor.thresholds import Comparison, Level
from monitor.vitals import Validity, VitalSign
from tests.judged import HR, MEAN, QUIET_S, SPO2, SYS, Chairside, preset, reading

OFF = {SPO2: (Validity.INVALID, "sensor off")}


def said(chair: Chairside, condition: str) -> str:
    alarm = chair.alarm(condition)
    assert alarm is not None
    return alarm.message


def test_a_limit_alarm_says_the_value_and_the_limit_that_it_violates() -> None:
    chair = Chairside()
    chair.hold(16, SPO2=91)
    assert said(chair, "SPO2-1") == "SpO2 91 < 92: check airway, probe"
    chair.hold(1, SPO2=90)
    assert said(chair, "SPO2-1") == "SpO2 90 < 92: check airway, probe"


def test_a_pressure_alarm_says_all_the_numbers_of_its_reading() -> None:
    chair = Chairside()
    chair.cuff(85, 48, 58)
    assert said(chair, "BP-L1") == "BP low 85/48 (58)"
    chair.cuff(88, 47, 59)
    assert said(chair, "BP-L1") == "BP low 88/47 (59)"


def test_a_number_that_was_not_measured_is_told_as_missing() -> None:
    chair = Chairside()
    chair.pass_second({SYS: 85.0})
    assert said(chair, "BP-L1") == "BP low 85/-- (--)"


@pytest.mark.parametrize(
    ("systolic", "diastolic", "advice"),
    [
        (185, 90, "hold infusion per protocol, symptoms?, recheck in 2 min"),
        (200, 120, "hold infusion per protocol, symptoms?, recheck in 2 min"),
        (201, 110, "STOP per protocol"),
        (185, 121, "STOP per protocol"),
    ],
)
def test_a_pressure_above_the_second_limit_says_stop(
    systolic: float, diastolic: float, advice: str
) -> None:
    chair = Chairside()
    chair.cuff(systolic, diastolic)
    assert said(chair, "BP-H2") == f"BP very high {systolic}/{diastolic}: {advice}"


@pytest.mark.parametrize(
    ("comparison", "on_it", "beyond"),
    [
        (Comparison.ABOVE, False, 191.0),
        (Comparison.AT_OR_ABOVE, True, 191.0),
        (Comparison.BELOW, False, 189.0),
        (Comparison.AT_OR_BELOW, True, 189.0),
    ],
)
def test_a_presets_own_wording_begins_where_its_comparison_says(
    comparison: Comparison, beyond: float, *, on_it: bool
) -> None:
    rules = preset()
    level = dict.fromkeys(Column, Level(value=190.0))
    clause = Clause(vital=SYS, comparison=comparison, limit=level)
    missing = replace(clause, vital=MEAN)
    urgent = Wording(any_of=(missing, clause), message="URGENT {s}")
    one = replace(rules.condition("BP-H2"), wordings=(urgent,), message="usual {s}")
    engine = Engine(replace(rules, conditions=(one,)))
    engine.add_chair("1", {"dev-1": (QUIET_S, frozenset({SYS}))}, 0.0)
    engine.seat("1", "s1", Phase.INFUSION, 0.0)
    told = []
    for at_s, systolic in ((1.0, 190.0), (2.0, beyond), (3.0, 380.0 - beyond)):
        engine.observe([reading(SYS, systolic, at_s)])
        told += [alarm.message for alarm in engine.alarms()]
    inner = 380.0 - beyond
    first = "URGENT 190" if on_it else "usual 190"
    assert told == [first, f"URGENT {beyond:g}", f"usual {inner:g}"]


def test_what_is_missing_is_told_by_the_name_on_the_tile() -> None:
    chair = Chairside()
    chair.hold(40)
    for _ in range(30):
        chair.pass_second({})
    texts = {one.instance: one.message for one in chair.engine.alarms()}
    assert texts == {"SpO2": "SpO2 NO DATA", "HR": "HR NO DATA"}


def test_an_ecg_that_went_while_the_pulse_goes_on_is_told_as_the_ecg() -> None:
    chair = Chairside()
    chair.hold(40, PULSE_RATE=72)
    for _ in range(30):
        chair.pass_second({SPO2: 97.0, VitalSign.PULSE_RATE: 72.0})
    assert [one.message for one in chair.engine.alarms()] == ["ECG NO DATA"]


def test_a_probe_that_is_off_is_told_in_the_devices_words() -> None:
    chair = Chairside()
    chair.hold(5)
    for _ in range(12):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    assert said(chair, "T-PROBE") == "SpO2 PROBE OFF (sensor off)"


def test_a_silent_monitor_is_told_with_its_chair() -> None:
    chair = Chairside()
    for _ in range(12):
        chair.pass_second({}, silent=True)
    assert said(chair, "T-LINK") == "MONITOR DISCONNECTED chair 1"


def test_what_was_measured_elsewhere_is_told_in_the_words_of_who_measured_it() -> None:
    chair = Chairside()
    chair.engine.assert_technical("T-ENG", "", 0.0, "NO TEST ALARM FOR 10 s", 0.0)
    assert said(chair, "T-ENG") == "NO TEST ALARM FOR 10 s"
    chair.engine.assert_technical("T-ENG", "", 0.0, "NO TEST ALARM FOR 11 s", 1.0)
    assert said(chair, "T-ENG") == "NO TEST ALARM FOR 11 s"


def test_a_wording_that_asks_for_a_reason_where_nobody_gave_one_says_none() -> None:
    rules = preset()
    one = replace(rules.condition("SPO2-1"), message="{vital} {v} ({reason})")
    chair = Chairside(rules=replace(rules, conditions=(one,)))
    chair.hold(16, SPO2=91)
    assert said(chair, "SPO2-1") == "SpO2 91 ()"
