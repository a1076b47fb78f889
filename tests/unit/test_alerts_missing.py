"""What is missing, and since when: over a restart, a move and a phase (alarms.md 7.2, 8, 8a.17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import CLINIC, Phase
from monitor.conditions import Preset, Priority
from monitor.presets import load_preset
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, PR, SPO2, SYS, Chairside, preset, reading
from tests.unit.test_alerts_restart import Room

CALM = {SPO2: 97.0, HR: 72.0, PR: 72.0}
WITHOUT_ECG = {SPO2: 97.0, PR: 72.0}
OFF = {SPO2: (Validity.INVALID, "sensor off")}
LEAK = {SYS: (Validity.INVALID, "cuff leak"), DIA: (Validity.INVALID, "cuff leak")}
RAISED = Reason.CONDITION_PRESENT.value


def told(
    room: Room, seconds: int, values: Mapping[VitalSign, float | None], *, chair: str = "1"
) -> None:
    """Frames with these values and no others, one a second."""
    device = f"mon-{chair[0]}"
    for _ in range(seconds):
        room.at += 1.0
        said = [
            replace(reading(vital, value, room.at, chair=chair), device=device)
            for vital, value in values.items()
        ]
        room.kept.play([(room.at, chair, "frame", (device, said))])


def wait(room: Room, until_s: float) -> None:
    """No monitor says anything until then."""
    room.at = until_s
    room.kept.now = until_s
    room.kept._keep(room.kept.engine.advance(until_s))


def restart(room: Room, at_s: float) -> None:
    """Down since the last frame, and there again at this second."""
    room.kept.now = room.at = at_s
    room.restart()


def steps(room: Room, condition: str, reason: str = RAISED) -> list[float]:
    """When it took such a step, in seconds, since the last restart."""
    taken = [one for one in room.kept.steps if one.condition == condition]
    return [one.at_us / 1e6 for one in taken if one.reason == reason]


def changed(before: str, after: str) -> Preset:
    """The shipped preset with another line."""
    assert before in preset().text
    return load_preset(preset().text.replace(before, after), where="another preset")


# -------------------------------------------------------------------------- a restart


@pytest.mark.requirement("ALM-180")
@pytest.mark.parametrize("restarts", [False, True])
def test_a_cuff_is_overdue_from_its_last_reading_whatever_was_restarted(*, restarts: bool) -> None:
    room = Room()
    told(room, 30, CALM)
    told(room, 1, {SYS: 120.0, DIA: 80.0})
    told(room, 200, CALM)
    if restarts:
        room.restart()
    told(room, 279, CALM)
    assert steps(room, "T-NIBP-O") == []
    told(room, 1, CALM)
    assert steps(room, "T-NIBP-O") == [31.0 + 480.0]


@pytest.mark.requirement("ALM-180")
@pytest.mark.parametrize(
    ("values", "condition", "after_s"),
    [(None, "T-LINK", 10.0), ({HR: 72.0}, "T-STALE", 15.0), ({SPO2: 97.0}, "T-STALE", 15.0)],
)
def test_what_is_silent_from_a_restart_on_is_told_in_its_time(
    values: dict[VitalSign, float | None] | None, condition: str, after_s: float
) -> None:
    room = Room()
    told(room, 20, {SPO2: 97.0, HR: 72.0})
    restart(room, 50.0)
    if values is None:
        wait(room, 70.0)
    else:
        told(room, 20, values)
    assert steps(room, condition) == [50.0 + after_s]


@pytest.mark.requirement("ALM-180")
def test_data_without_a_patient_are_told_in_time_over_a_restart() -> None:
    room = Room()
    told(room, 6, CALM, chair="spare")
    room.restart()
    told(room, 5, CALM, chair="spare")
    assert steps(room, "T-ASSIGN") == [11.0]


@pytest.mark.requirement("ALM-180")
def test_data_without_a_patient_are_over_ten_seconds_after_a_restart_without_any() -> None:
    room = Room()
    told(room, 15, CALM, chair="spare")
    assert steps(room, "T-ASSIGN") == [11.0]
    restart(room, 100.0)
    wait(room, 120.0)
    assert steps(room, "T-ASSIGN", Reason.CONDITION_ENDED.value) == [110.0]


@pytest.mark.requirement("ALM-181")
@pytest.mark.parametrize("low", [False, True])
def test_what_fell_due_while_nothing_ran_is_told_from_the_restart_on(*, low: bool) -> None:
    room = Room()
    told(room, 450, CALM)
    told(room, 20, CALM | {SPO2: 91.0 if low else 97.0})
    assert ("SPO2-1" in room.open()) is low
    restart(room, 600.5)
    told(room, 1, CALM)
    assert steps(room, "T-NIBP-O") == [600.5]


def silent_ecg() -> Room:
    """Its ECG has been silent for longer than is read again after a restart."""
    room = Room()
    told(room, 40, CALM)
    told(room, 320, WITHOUT_ECG)
    (alarm,) = room.kept.engine.alarms("1")
    assert (alarm.condition, alarm.instance) == ("T-STALE", "ECG")
    return room


@pytest.mark.requirement("ALM-182")
@pytest.mark.parametrize("restarts", [False, True])
def test_an_ecg_that_is_there_again_ends_its_alarm_at_once(*, restarts: bool) -> None:
    room = silent_ecg()
    if restarts:
        room.restart()
    told(room, 3, CALM)
    assert "T-STALE" in room.open()
    told(room, 1, CALM)
    assert room.open() == {}
    told(room, 10, WITHOUT_ECG)
    assert room.open() == {}


@pytest.mark.requirement("ALM-182")
def test_a_silent_ecg_that_a_nurse_knows_of_sounds_again_in_time_over_a_restart() -> None:
    room = silent_ecg()
    room.acknowledge("T-STALE")
    room.restart()
    told(room, 300, WITHOUT_ECG)
    assert not room.sounds("T-STALE")
    told(room, 1, WITHOUT_ECG)
    assert room.sounds("T-STALE")


@pytest.mark.requirement("ALM-193")
@pytest.mark.parametrize("restarts", [False, True])
def test_an_ecg_that_was_taken_off_on_purpose_stays_so_over_a_restart(*, restarts: bool) -> None:
    room = Room()
    told(room, 40, CALM)
    told(room, 20, WITHOUT_ECG)
    room.acknowledge("T-STALE")
    room.end("T-STALE")
    assert room.open() == {}
    if restarts:
        room.restart()
    told(room, 60, WITHOUT_ECG)
    assert room.open() == {}
    told(room, 40, CALM)
    told(room, 20, WITHOUT_ECG)
    assert "T-STALE" in room.open()


@pytest.mark.requirement("ALM-180")
def test_what_a_phase_passes_over_is_told_again_after_it_over_a_restart_too() -> None:
    of_clocks = 'id = "T-CLK"\nkind = "technical"\nsuspendable = true\nform = "asserted"\n'
    everywhere = 'priority = { baseline = "LOW", infusion = "LOW", recovery = "LOW" }'
    rules = changed(of_clocks + everywhere, of_clocks + 'priority = { infusion = "LOW" }')
    room = Room()
    room.kept = room.kept.killed(rules)
    room.kept.engine.seat("1", "s", Phase.INFUSION, 0.0)
    room.kept.sessions["1"] = "s"
    room.kept._fact(0.0, "1", "seated", {"patient_ref": "A", "planned_minutes": 40})
    room.kept._fact(0.0, "1", "phase", {"phase": Phase.INFUSION.value})
    room.kept._keep(room.kept.engine.assert_technical("T-CLK", "1", 5.0, "CLOCK", 5.0))
    told(room, 40, CALM)
    assert steps(room, "T-CLK") == [35.0]
    room.kept = room.kept.killed(rules)
    engine = room.kept.engine
    room.kept._keep(engine.set_phase("1", Phase.RECOVERY, 41.0))
    assert "T-CLK" not in room.open()
    room.kept._keep(engine.set_phase("1", Phase.INFUSION, 45.0))
    wait(room, 45.0)
    assert room.alarm("T-CLK").onset_s == 5.0


# ---------------------------------------------------------------------------- a phase


@pytest.mark.parametrize(
    ("before", "after", "at_s", "overdue_s"),
    [
        # Due every 5 min, then every 15: due at 5 min, and 22.5 - 15 min of grace.
        (Phase.INFUSION, Phase.RECOVERY, 200, 300.0 + 450.0),
        # Due every 10 min, then every 5: due 5 min after the start, and 3 min of grace.
        (Phase.BASELINE, Phase.INFUSION, 100, 100.0 + 300.0 + 180.0),
        # Due at 10 min, which is sooner than 5 min after the start.
        (Phase.BASELINE, Phase.INFUSION, 400, 600.0 + 180.0),
    ],
)
def test_a_cuff_is_due_at_the_old_time_or_an_interval_after_the_phase_began(
    before: Phase, after: Phase, at_s: int, overdue_s: float
) -> None:
    chair = Chairside(before)
    chair.hold(at_s)
    chair.events += chair.engine.set_phase("1", after, chair.now)
    chair.hold(round(overdue_s) - at_s + 1)
    assert chair.raised("T-NIBP-O") == [overdue_s]


@pytest.mark.requirement("ALM-211")
@pytest.mark.parametrize("taken", [False, True])
def test_an_overdue_cuff_began_with_its_last_reading_and_never_before_the_patient_came(
    *, taken: bool
) -> None:
    chair = Chairside()
    chair.hold(50)
    if taken:
        chair.cuff(125, 78)
    chair.hold(20)
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    while chair.alarm("T-NIBP-O") is None:
        chair.hold(1)
    overdue = chair.alarm("T-NIBP-O")
    assert overdue is not None
    assert overdue.onset_s == (50.0 if taken else 0.0)


def test_one_instant_of_data_without_a_patient_is_told_to_nobody() -> None:
    chair = Chairside(None)
    chair.hold(1)
    chair.events += chair.engine.advance(30.0)
    assert chair.events == []


def test_where_no_cuff_is_expected_none_is_overdue() -> None:
    chair = Chairside(Phase.RECOVERY, rules=changed("RECOVERY = 900\n", ""))
    chair.hold(1000)
    assert chair.raised("T-NIBP-O") == []


@pytest.mark.parametrize("phase", [Phase.BASELINE, Phase.INFUSION])
@pytest.mark.parametrize(("seen", "expected"), [(30, False), (31, True)])
def test_an_ecg_is_expected_after_thirty_valid_seconds(
    phase: Phase, seen: int, *, expected: bool
) -> None:
    chair = Chairside(phase)
    for second in range(60):
        chair.pass_second(CALM if second < seen else WITHOUT_ECG)
    assert chair.raised("T-STALE") == ([seen - 1 + 15.0] if expected else [])


def test_nobody_is_woken_for_what_is_not_judged() -> None:
    chair = Chairside(None)
    chair.pass_second({SPO2: None}, validity=OFF)
    assert chair.engine.next_deadline() == inf


# ----------------------------------------------------------------------------- a move


def seated(rules: Preset | None = None) -> Chairside:
    """Two chairs, a patient in the first."""
    chair = Chairside(None, chairs="12", rules=rules)
    chair.events += chair.engine.seat("1", "s", Phase.PREPARE, 0.0)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, 0.0)
    return chair


@pytest.mark.requirement("S-72")
def test_a_cuff_is_overdue_from_the_last_reading_in_whatever_chair() -> None:
    chair = seated()
    chair.hold(300)
    chair.events += chair.engine.move("1", "2", chair.now)
    for _ in range(190):
        chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="2")
    assert chair.raised("T-NIBP-O") == [480.0]


@pytest.mark.requirement("S-72")
def test_a_missing_baseline_that_is_not_told_yet_is_told_in_the_new_chair() -> None:
    of_baselines = 'form = "asserted"\npriority = { infusion = "MEDIUM" }\n'
    chair = seated(changed(of_baselines, of_baselines + "on_delay_s = 60\n"))
    chair.events += chair.engine.assert_technical("T-BASE", "1", 0.0, "NO BASELINE BP", 0.0)
    chair.hold(30)
    chair.events += chair.engine.move("1", "2", chair.now)
    for _ in range(35):
        chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="2")
    alarm = chair.alarm("T-BASE")
    assert alarm is not None
    assert (alarm.message, chair.raised("T-BASE")) == ("NO BASELINE BP", [60.0])


@pytest.mark.requirement("ALM-142")
def test_a_probe_that_nobody_wore_is_off_from_the_move_on() -> None:
    chair = seated()
    for _ in range(60):
        chair.pass_second({SPO2: 97.0, HR: 72.0})
        chair.now -= 1.0
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF, chair="2")
    chair.events += chair.engine.move("1", "2", chair.now)
    for _ in range(20):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF, chair="2")
    (alarm,) = [one for one in chair.engine.alarms("2") if one.condition == "T-PROBE"]
    assert alarm.onset_s == 60.0
    assert chair.raised("T-PROBE") == [70.0]


# --------------------------------------------------------------- a count, and the clinic


def test_a_rule_that_counts_to_three_is_urgent_at_the_third_failure() -> None:
    chair = Chairside(
        rules=changed('count = 2, columns = ["infusion"]', 'count = 3, columns = ["infusion"]')
    )
    found = []
    for _ in range(3):
        chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None, DIA: None}, validity=LEAK)
        alarm = chair.alarm("T-NIBP-F")
        assert alarm is not None
        found.append(alarm.priority)
        chair.hold(60)
    assert found == [Priority.LOW, Priority.LOW, Priority.MEDIUM]
    (rose,) = [one for one in chair.events if one.alarm.priority is Priority.MEDIUM]
    assert (rose.reason, rose.at_s, rose.sampled_s) == (Reason.PRIORITY_RISES, 122.0, 122.0)


def test_one_reading_ends_what_failed_and_what_was_overdue() -> None:
    chair = Chairside()
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None, DIA: None}, validity=LEAK)
    chair.hold(485)
    chair.cuff(120, 80)
    ended = {one.alarm.condition for one in chair.events if one.reason is Reason.CONDITION_ENDED}
    assert ended == {"T-NIBP-F", "T-NIBP-O"}
    assert chair.engine.alarms() == []


@pytest.mark.requirement("ALM-200")
def test_what_is_not_recorded_is_as_urgent_as_for_the_chair_that_infuses() -> None:
    """Of the whole clinic: MEDIUM while any chair infuses, else LOW; one that has risen stays."""
    chair = Chairside(phase=Phase.BASELINE)
    engine, at_s = chair.engine, 0.0

    def stored(now_s: float) -> Priority:
        engine.assert_technical("T-STORE", CLINIC, at_s, "NOT RECORDING", now_s)
        (alarm,) = engine.alarms(CLINIC)
        return alarm.priority

    assert stored(6.0) is Priority.LOW
    events = engine.set_phase("1", Phase.INFUSION, 7.0)
    (rose,) = [one for one in events if one.alarm.chair == CLINIC]
    assert (rose.reason, rose.alarm.priority) == (Reason.PRIORITY_RISES, Priority.MEDIUM)
    assert rose.at_s == 7.0
    engine.set_phase("1", Phase.RECOVERY, 8.0)
    assert stored(9.0) is Priority.MEDIUM
    engine.assert_technical("T-STORE", CLINIC, None, "", 20.0)
    engine.advance(40.0)
    assert engine.alarms(CLINIC) == []
    at_s = 50.0
    assert stored(56.0) is Priority.LOW
    engine.clear("1", 57.0)
    assert stored(58.0) is Priority.LOW
    engine.seat("1", "next", Phase.INFUSION, 59.0)
    assert stored(60.0) is Priority.MEDIUM
    engine.clear("1", 61.0)
    engine.assert_technical("T-STORE", CLINIC, None, "", 62.0)
    engine.advance(80.0)
    at_s = 90.0
    assert stored(96.0) is Priority.LOW


@pytest.mark.parametrize(
    ("condition", "after_s", "priority"),
    [
        ("T-GATE", 10.0, Priority.HIGH),
        ("T-ENG", 0.0, Priority.HIGH),
        ("T-STORE", 5.0, Priority.MEDIUM),
        ("T-COPY", 60.0, Priority.LOW),
    ],
)
def test_what_concerns_the_clinic_is_told_once_and_at_no_chair(
    condition: str, after_s: float, priority: Priority
) -> None:
    chair = Chairside()
    for where in (CLINIC, "1"):
        chair.events += chair.engine.assert_technical(condition, where, 0.0, "WHY", 0.0)
    chair.hold(70)
    (alarm,) = chair.engine.alarms()
    assert (alarm.condition, alarm.chair, alarm.priority) == (condition, CLINIC, priority)
    assert alarm.state is AlarmState.ACTIVE_UNACK
    assert chair.raised(condition) == [after_s]


def test_what_fell_due_meanwhile_is_told_with_a_condition_that_is_over() -> None:
    chair = Chairside()
    chair.hold(2)
    events = chair.engine.assert_technical("T-CLK", "1", None, "", 40.0)
    assert "T-LINK" in {one.alarm.condition for one in events}
