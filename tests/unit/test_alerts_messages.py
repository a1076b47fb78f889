"""What each rule says, row by row of alarms.md 7.1 and 7.2, with this patient's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.alerts import Engine
from monitor.alerts.word import NOT_YET
from monitor.alerts.wording import message
from monitor.clinic import Phase
from monitor.conditions import Column, Form, Priority, Wording
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, PR, QUIET_S, SPO2, SYS, Chairside, preset, reading
from tests.unit.test_alerts_relative import based


def said(chair: Chairside, condition: str) -> str:
    alarm = chair.alarm(condition)
    assert alarm is not None
    return alarm.message


def held(seconds: int, *, phase: Phase = Phase.INFUSION, **values: float) -> Chairside:
    chair = Chairside(phase)
    chair.hold(seconds, **values)
    return chair


def read(systolic: float, diastolic: float, *, phase: Phase = Phase.INFUSION) -> Chairside:
    chair = Chairside(phase)
    chair.cuff(systolic, diastolic)
    return chair


def dipped() -> Chairside:
    chair = Chairside()
    for _ in range(3):
        chair.hold(2, SPO2=91)
        chair.hold(2)
    return chair


def beside(condition: str, **values: float) -> Chairside:
    """Held long enough for any relative rule; base 72/min, 98 %."""
    chair = based(hr=72, spo2=98)
    chair.hold(70, **values)
    assert chair.alarm(condition)
    return chair


def over(systolic: float, diastolic: float) -> Chairside:
    chair = based(sys=125, dia=78)
    chair.cuff(systolic, diastolic)
    return chair


def changed() -> Chairside:
    chair = Chairside()
    chair.hold(150, HEART_RATE=60)
    chair.hold(30, HEART_RATE=93)
    return chair


def risen(minutes: float) -> Chairside:
    chair = Chairside()
    chair.hold(30)
    chair.cuff(118, 77)
    chair.hold(40)
    chair.cuff(120, 78)
    chair.hold(round(minutes * 60) - 1)
    chair.cuff(153, 88)
    return chair


def scored(score: float) -> Chairside:
    chair = Chairside()
    chair.events += chair.engine.enter_score("1", score, "rk", 0.0)
    return chair


PHYSIOLOGICAL: list[tuple[str, Callable[[], Chairside], str]] = [
    ("SPO2-A", lambda: held(61, SPO2=93), "SpO2 93 < 94: watch"),
    ("SPO2-1", lambda: held(16, SPO2=91), "SpO2 91 < 92: check airway, probe"),
    (
        "SPO2-1",
        lambda: held(16, SPO2=93, phase=Phase.BASELINE),
        "SpO2 93 < 94: check airway, probe",
    ),
    (
        "SPO2-2",
        lambda: held(11, SPO2=87),
        "SpO2 87 < 88: go to chair, hold infusion per protocol",
    ),
    ("SPO2-3", lambda: held(9, SPO2=84), "DESAT SpO2 84 < 85"),
    ("SPO2-I", lambda: held(20, SPO2=88), "SpO2 low, cumulative"),
    ("SPO2-N", dipped, "SpO2 unstable"),
    ("SPO2-B", lambda: beside("SPO2-B", SPO2=94), "SpO2 4 below baseline"),
    ("SPO2-B", lambda: beside("SPO2-B", SPO2=93.5), "SpO2 4.5 below baseline"),
    ("SPO2-B", lambda: beside("SPO2-B", SPO2=93.44), "SpO2 4.6 below baseline"),
    ("HR-A", lambda: held(61, HEART_RATE=111), "HR 111 > 110"),
    ("HR-H1", lambda: held(11, HEART_RATE=121), "HR 121 > 120"),
    ("HR-H2", lambda: held(6, HEART_RATE=151), "EXTREME TACHY HR 151 > 150"),
    ("HR-L1", lambda: held(11, HEART_RATE=49), "HR 49 < 50"),
    ("HR-L2", lambda: held(6, HEART_RATE=39), "EXTREME BRADY HR 39 < 40"),
    ("HR-0", lambda: held(6, HEART_RATE=0), "NO PULSE DETECTED: check patient"),
    ("HR-R", lambda: beside("HR-R", HEART_RATE=101), "HR +40 % of baseline"),
    ("HR-D", changed, "HR changed 33/min"),
    (
        "BP-A",
        lambda: read(141, 80, phase=Phase.BASELINE),
        "BP 141/80: tell prescriber before start",
    ),
    ("BP-H1", lambda: read(165, 95), "BP high 165/95: recheck in 3 min"),
    (
        "BP-H1",
        lambda: read(165, 95, phase=Phase.PREPARE),
        "BP high 165/95: recheck in 3 min, do not start",
    ),
    (
        "BP-H1",
        lambda: read(165, 95, phase=Phase.BASELINE),
        "BP high 165/95: recheck in 3 min, do not start",
    ),
    ("BP-H1", lambda: read(165, 95, phase=Phase.RECOVERY), "BP high 165/95: recheck in 3 min"),
    (
        "BP-H2",
        lambda: read(188, 112),
        "BP very high 188/112: hold infusion per protocol, symptoms?, recheck in 2 min",
    ),
    ("BP-H2", lambda: read(201, 112), "BP very high 201/112: STOP per protocol"),
    ("BP-L1", lambda: read(89, 52), "BP low 89/52 (64)"),
    ("BP-L2", lambda: read(78, 50), "BP very low 78/50 (59)"),
    ("BP-R1", lambda: over(150, 80), "BP +20 % of baseline (expected effect)"),
    ("BP-R2", lambda: over(165, 104), "BP +40/+26 over baseline"),
    ("BP-R3", lambda: over(87, 60), "BP -30 % of baseline"),
    ("BP-D", lambda: risen(8), "BP rising 33 in 8 min: recheck"),
    ("BP-D", lambda: risen(0.4), "BP rising 33 in 1 min: recheck"),
    ("BP-D", lambda: risen(14.6), "BP rising 33 in 15 min: recheck"),
    ("SED", lambda: scored(3), "Sedation MOAA/S 3"),
    ("SED", lambda: scored(2), "Sedation MOAA/S 2"),
]


@pytest.mark.requirement("ALM-160")
@pytest.mark.parametrize(("condition", "scene", "text"), PHYSIOLOGICAL)
def test_a_rule_about_the_patient_says_its_row(
    condition: str, scene: Callable[[], Chairside], text: str
) -> None:
    assert said(scene(), condition) == text


@pytest.mark.requirement("ALM-160")
def test_every_rule_about_the_patient_has_its_row_here() -> None:
    rules = {one.id for one in preset().conditions if one.kind.value == "physiological"}
    # The pulse that a probe has lost is no row of the table (8a.9).
    assert {row[0] for row in PHYSIOLOGICAL} == rules - {"HR-0P"}


# ------------------------------------------------------------------- beside the baseline


@pytest.mark.requirement("ALM-161")
@pytest.mark.parametrize(
    ("base", "value", "told"),
    [(125, 150, "+20"), (130, 156.5, "+20"), (131, 160, "+22"), (121, 145.2, "+20")],
)
def test_a_percentage_is_whole_and_never_more_than_was_reached(
    base: float, value: float, told: str
) -> None:
    chair = based(sys=base, dia=200)
    chair.pass_second({SYS: value})
    assert said(chair, "BP-R1") == f"BP {told} % of baseline (expected effect)"


@pytest.mark.requirement("ALM-161")
@pytest.mark.parametrize(
    ("base", "value", "told"), [(120, 84, "-30"), (121, 84, "-30"), (99, 60, "-39")]
)
def test_a_fall_is_told_with_its_sign_and_never_as_more_than_it_is(
    base: float, value: float, told: str
) -> None:
    chair = based(sys=base, dia=60)
    chair.cuff(value, 45)
    assert said(chair, "BP-R3") == f"BP {told} % of baseline"


@pytest.mark.requirement("ALM-161")
def test_of_two_pressures_the_one_that_is_farther_from_its_baseline_is_told() -> None:
    assert said(over(150, 110), "BP-R1") == "BP +41 % of baseline (expected effect)"
    assert said(over(150, 70), "BP-R1") == "BP +20 % of baseline (expected effect)"
    assert said(over(130, 94), "BP-R1") == "BP +20 % of baseline (expected effect)"


@pytest.mark.requirement("ALM-161")
def test_a_difference_is_told_of_each_pressure_with_its_sign() -> None:
    assert said(over(166, 70), "BP-R2") == "BP +41/-8 over baseline"
    assert said(over(166, 78), "BP-R2") == "BP +41/+0 over baseline"


@pytest.mark.requirement("ALM-161")
def test_a_difference_that_nobody_can_know_is_told_as_missing() -> None:
    half = based(sys=125)
    half.cuff(166, 90)
    assert said(half, "BP-R2") == "BP +41/-- over baseline"
    alone = based(sys=125, dia=78)
    alone.pass_second({SYS: 166.0})
    assert said(alone, "BP-R2") == "BP +41/-- over baseline"


@pytest.mark.requirement("ALM-161")
def test_a_rule_whose_baseline_is_none_says_no_percentage() -> None:
    one = replace(preset().condition("HR-H1"), message="{p} {below}")
    chair = Chairside(rules=replace(preset(), conditions=(one,)))
    chair.hold(11, HEART_RATE=121)
    assert said(chair, "HR-H1") == "-- --"
    chair.engine.set_baseline("1", {HR: 0.0}, chair.now)
    chair.hold(1, HEART_RATE=122)
    assert said(chair, "HR-H1") == "-- -122"


@pytest.mark.requirement("ALM-161")
def test_a_message_follows_the_values_while_they_violate() -> None:
    chair = over(150, 80)
    chair.cuff(156, 81)
    assert said(chair, "BP-R1") == "BP +24 % of baseline (expected effect)"
    chair.cuff(144, 81)  # within what clears it: the last that violated is told
    assert chair.alarm("BP-R1") is not None
    assert said(chair, "BP-R1") == "BP +24 % of baseline (expected effect)"


# ------------------------------------------------------------------------------ phases


@pytest.mark.requirement("ALM-163")
def test_what_must_not_be_started_is_no_longer_told_once_it_runs() -> None:
    chair = read(165, 95, phase=Phase.BASELINE)
    assert said(chair, "BP-H1").endswith("do not start")
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    assert said(chair, "BP-H1") == "BP high 165/95: recheck in 3 min"


@pytest.mark.requirement("ALM-163")
def test_of_several_wordings_the_last_that_applies_is_said() -> None:
    rule = preset().condition("HR-H1")
    baseline = Wording(message="before", columns=(Column.BASELINE,))
    later = Wording(message="later", columns=(Column.INFUSION, Column.RECOVERY))
    one = replace(rule, message="usual", wordings=(baseline, later))
    told = {}
    for phase in (Phase.PREPARE, Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY):
        chair = Chairside(phase, rules=replace(preset(), conditions=(one,)))
        chair.hold(11, HEART_RATE=121)
        told[phase.name] = said(chair, "HR-H1")
    assert told == {
        "PREPARE": "usual",
        "BASELINE": "before",
        "INFUSION": "later",
        "RECOVERY": "later",
    }


# --------------------------------------------------------------------------- technical


def overdue(interval_min: int, *, seconds: int, phase: Phase = Phase.INFUSION) -> Chairside:
    """Its last reading is of second 100."""
    chair = Chairside(phase)
    chair.hold(50)
    chair.cuff(118, 77)
    chair.hold(49)
    chair.cuff(120, 78)
    chair.hold(seconds)
    assert preset().nibp_interval_s[phase] == interval_min * 60
    return chair


@pytest.mark.requirement("ALM-162")
def test_an_overdue_cuff_says_how_old_its_reading_is_and_again_when_it_becomes_urgent() -> None:
    chair = overdue(5, seconds=480)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 8 min"
    chair.hold(118)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 8 min"
    chair.hold(1)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 10 min"
    told = [one.alarm.message for one in chair.events if one.alarm.condition == "T-NIBP-O"]
    assert told == ["NIBP OVERDUE 8 min", "NIBP OVERDUE 10 min"]


@pytest.mark.requirement("ALM-162")
def test_without_a_reading_it_says_how_long_the_patient_is_here() -> None:
    chair = Chairside()
    chair.hold(481)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 8 min"


@pytest.mark.requirement("ALM-162")
def test_an_age_is_that_of_the_reading_whatever_the_phase_has_to_say_of_when_it_is_due() -> None:
    chair = overdue(10, seconds=600, phase=Phase.BASELINE)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(240)
    # Ten minutes old at the start, it is due five later: the rule counts from then (8a.17).
    assert chair.raised("T-NIBP-O") == [880.0]
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 13 min"


@pytest.mark.requirement("ALM-162")
def test_a_reading_that_is_overdue_within_a_minute_is_no_minute_old() -> None:
    rules = preset()
    one = replace(rules.condition("T-NIBP-O"), settings={"intervals": 1.0, "slack_s": 0.0})
    often = dict.fromkeys(rules.nibp_interval_s, 20.0)
    chair = Chairside(rules=replace(rules, conditions=(one,), nibp_interval_s=often))
    chair.hold(30)
    chair.cuff(120, 78)
    chair.hold(20)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 0 min"


@pytest.mark.requirement("ALM-162")
def test_a_time_that_is_not_known_is_told_as_missing() -> None:
    chair = risen(1)
    place = chair.engine._by_chair["1"]
    [rise] = [one for one in place.open.values() if one.row.condition.form is Form.RISE]
    for left, minutes in ((2, "1"), (1, "--"), (0, "--")):
        while len(place.quantities[SYS].kept) > left:
            place.quantities[SYS].kept.popleft()
        assert message(rise, place) == f"BP rising 33 in {minutes} min: recheck"
    del place.quantities[SYS]
    assert message(rise, place) == "BP rising 33 in -- min: recheck"
    late = overdue(5, seconds=480)
    place = late.engine._by_chair["1"]
    [waits] = [one for one in place.open.values() if one.row.condition.form is Form.OVERDUE]
    waits.entered_s = NOT_YET
    assert message(waits, place) == "NIBP OVERDUE --"


@pytest.mark.requirement("ALM-160")
def test_what_an_alarm_has_no_number_for_is_told_as_missing() -> None:
    one = replace(preset().condition("T-LINK"), message="{v} {limit} {chair}")
    chair = Chairside(rules=replace(preset(), conditions=(one,)))
    for _ in range(12):
        chair.pass_second({}, silent=True)
    assert said(chair, "T-LINK") == "-- -- 1"


@pytest.mark.requirement("ALM-160")
def test_a_vital_sign_is_told_by_its_name_on_the_tile() -> None:
    one = replace(preset().condition("T-NIBP-F"), message="{vital} of {chair}")
    chair = Chairside(rules=replace(preset(), conditions=(one,)))
    chair.pass_second({SYS: None}, validity={SYS: (Validity.INVALID, "cuff leak")})
    assert said(chair, "T-NIBP-F") == f"{SYS.codes.label} of 1"
    assert SYS.codes.label != "NIBP"


@pytest.mark.requirement("ALM-161")
def test_a_doubtful_sample_that_raises_an_urgent_alarm_is_the_one_that_is_told() -> None:
    rule = preset().condition("SPO2-B")
    urgent = dict.fromkeys(rule.priority, Priority.HIGH)
    one = replace(rule, priority=urgent, on_delay_s=0.0, message="SpO2 {p} %, {below} below")
    chair = Chairside(rules=replace(preset(), conditions=(one,)))
    chair.engine.set_baseline("1", {SPO2: 98.0}, 0.0)
    chair.hold(5)
    chair.pass_second({SPO2: 90.0, HR: 72.0}, validity={SPO2: (Validity.QUESTIONABLE, "motion")})
    assert said(chair, "SPO2-B") == "SpO2 -8 %, 8 below"


@pytest.mark.requirement("ALM-162")
def test_an_age_goes_along_to_another_chair() -> None:
    chair = Chairside(chairs="1")
    chair.engine.add_chair("2", {"dev-2": (QUIET_S, frozenset(VitalSign))}, 0.0)
    chair.cuff(120, 78)
    chair.hold(300)
    chair.events += chair.engine.move("1", "2", chair.now)
    for _ in range(180):
        chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="2")
    told = {one.condition: one.message for one in chair.engine.alarms("2")}
    assert told["T-NIBP-O"] == "NIBP OVERDUE 8 min"


@pytest.mark.requirement("ALM-162")
def test_a_failed_or_doubtful_reading_makes_none_younger() -> None:
    chair = Chairside()
    chair.cuff(120, 78)
    chair.hold(200)
    doubtful = {SYS: (Validity.QUESTIONABLE, ""), DIA: (Validity.QUESTIONABLE, "")}
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: 121.0, DIA: 79.0}, validity=doubtful)
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None}, validity={SYS: (Validity.INVALID, "leak")})
    chair.hold(280)
    assert said(chair, "T-NIBP-O") == "NIBP OVERDUE 8 min"


@pytest.mark.requirement("ALM-160")
def test_rules_about_equipment_say_their_row() -> None:
    dark = Chairside()
    dark.hold(5)
    for _ in range(13):
        dark.pass_second({HR: 72.0, SPO2: None}, validity={SPO2: (Validity.INVALID, "sensor off")})
    assert said(dark, "T-PROBE") == "SpO2 PROBE OFF (sensor off)"
    poor = Chairside()
    doubt = {SPO2: (Validity.QUESTIONABLE, "low perfusion")}
    for _ in range(17):
        poor.pass_second({HR: 72.0, SPO2: 96.0}, validity=doubt)
    assert said(poor, "T-SIG") == "SpO2 signal poor: value in doubt"
    wild = held(12, SPO2=101)
    assert said(wild, "T-IMP") == "SpO2 IMPLAUSIBLE, rejected"
    failed = Chairside()
    failed.pass_second({SYS: None}, validity={SYS: (Validity.INVALID, "cuff leak")})
    assert said(failed, "T-NIBP-F") == "NIBP FAILED: cuff leak"
    two = Chairside()
    for _ in range(32):
        two.pass_second({SPO2: 97.0, HR: 72.0, PR: 94.0})
    assert said(two, "T-SRC") == "HR sources disagree by 22"
    nobody = Chairside(None)
    nobody.hold(12)
    assert said(nobody, "T-ASSIGN") == "DATA WITHOUT PATIENT"


@pytest.mark.requirement("ALM-160")
def test_rules_measured_elsewhere_have_room_for_all_of_their_row() -> None:
    words = {one.id: one.message for one in preset().conditions}
    assert {words[name] for name in ("T-GATE", "T-CLK", "T-BASE", "T-ENG", "T-COPY")} == {
        "{reason}"
    }
    assert words["T-STORE"] == "NOT RECORDING (alarms still run)"
    assert words["T-LINK"] == "MONITOR DISCONNECTED chair {chair}"
    assert words["T-UI"] == "NOT LIVE"
    assert words["T-AUDIO"] == "AUDIO NOT ENABLED"


@pytest.mark.requirement("ALM-164")
def test_an_alarm_of_missing_data_tells_since_when_they_are() -> None:
    chair = Chairside()
    chair.hold(40)
    for _ in range(20):
        chair.pass_second({HR: 72.0})
    alarm = chair.alarm("T-STALE")
    assert alarm is not None
    assert (alarm.message, alarm.onset_s) == ("SpO2 NO DATA", 39.0)
    assert alarm.no_data_since_onset
    low = held(16, SPO2=91).alarm("SPO2-1")
    assert low is not None
    assert not low.no_data_since_onset


@pytest.mark.requirement("ALM-160")
def test_a_message_is_the_same_however_its_readings_were_bundled() -> None:
    told = []
    for size in (1, 4):
        engine = Engine(preset())
        engine.add_chair("1", {"dev-1": (QUIET_S, frozenset(VitalSign))}, 0.0)
        engine.seat("1", "s1", Phase.INFUSION, 0.0)
        engine.set_baseline("1", {SYS: 125.0, DIA: 78.0}, 0.0)
        pairs = [(120.0, 76.0), (152.0, 80.0), (166.0, 90.0), (170.0, 111.0)]
        rows = [
            [reading(SYS, high, 60.0 * n), reading(DIA, low, 60.0 * n)]
            for n, (high, low) in enumerate(pairs, 1)
        ]
        events = []
        for first in range(0, len(rows), size):
            events += engine.observe([one for row in rows[first : first + size] for one in row])
        told.append([(one.alarm.id, one.alarm.message) for one in events])
    assert told[0] == told[1]
    assert ("s1/BP-R2/NIBP/1", "BP +41/+12 over baseline") in told[0]
