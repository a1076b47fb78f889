"""No pulse: the ECG and the probe each speak for themselves (alarms.md 7.1 HR-0, 8a.9)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.alerts.pulse import Loss, Speaker
from monitor.alerts.samples import Sample
from monitor.alerts.states import ACTIVE
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.vitals import Validity, VitalSign
from tests.judged import HR, PR, SPO2, Chairside, preset

Said = tuple[Validity, str]
SEARCHES: Said = (Validity.INVALID, "pulse search")
OFF: Said = (Validity.INVALID, "sensor off")


def pleth(chair: Chairside, seconds: int, pulse: float | Said, *, ecg: float | None = None) -> None:
    """So many seconds of an oximeter, beside an ECG where one is given."""
    for _ in range(seconds):
        values: dict[VitalSign, float | None] = {SPO2: 97.0}
        said = {}
        if isinstance(pulse, tuple):
            values[PR], said[PR] = None, pulse
            if pulse == OFF:
                values[SPO2], said[SPO2] = None, pulse
        else:
            values[PR] = pulse
        if ecg is not None:
            values[HR] = ecg
        chair.pass_second(values, validity=said)


def priority(chair: Chairside) -> Priority | None:
    """How urgent the lost pulse is, where it is open."""
    alarm = chair.alarm("HR-0P")
    return alarm.priority if alarm else None


def risen(chair: Chairside) -> list[float]:
    """When it became HIGH."""
    reason = Reason.PRIORITY_RISES
    return [one.at_s for one in chair.events if one.reason is reason]


@pytest.mark.requirement("S-12")
@pytest.mark.parametrize("phase", [None, Phase.PREPARE, Phase.BASELINE, Phase.INFUSION])
def test_no_beat_on_the_ecg_is_high_after_five_seconds_in_every_phase(phase: Phase | None) -> None:
    chair = Chairside(phase)
    chair.hold(20)
    chair.hold(6, HEART_RATE=0)
    assert chair.raised("HR-0") == [25.0]
    alarm = chair.alarm("HR-0")
    assert alarm is not None
    assert (alarm.priority, alarm.onset_s) == (Priority.HIGH, 20.0)


@pytest.mark.requirement("S-12")
def test_a_probe_that_counts_no_beat_is_high_after_ten_seconds() -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, 11, 0.0)
    assert chair.raised("HR-0") == [30.0]
    off = Chairside()
    for _ in range(60):
        off.pass_second({SPO2: None, PR: 0.0}, validity={SPO2: OFF})
    assert off.raised("HR-0") == []


@pytest.mark.requirement("S-12")
def test_no_number_is_no_zero() -> None:
    chair = Chairside()
    chair.hold(20)
    chair.hold(40, HEART_RATE=float("nan"))
    assert chair.raised("HR-0") == []
    assert chair.state("T-STALE") is AlarmState.ACTIVE_UNACK


def test_a_zero_ends_with_a_rate_of_twenty_and_stays_until_seen() -> None:
    chair = Chairside()
    chair.hold(6, HEART_RATE=0)
    chair.hold(30, HEART_RATE=19)
    chair.hold(10, HEART_RATE=20)
    assert chair.state("HR-0") is AlarmState.ACTIVE_UNACK
    chair.hold(1, HEART_RATE=20)
    assert chair.state("HR-0") is AlarmState.LATCHED_UNACK
    chair.acknowledge("HR-0")
    assert chair.state("HR-0") is AlarmState.IDLE


@pytest.mark.requirement("ALM-190")
@pytest.mark.parametrize("condition", ["HR-0", "HR-0P"])
def test_one_beat_ends_no_alarm_of_a_missing_pulse(condition: str) -> None:
    chair, none = Chairside(), 0.0 if condition == "HR-0" else SEARCHES
    pleth(chair, 20, 70.0)
    pleth(chair, 15, none)
    chair.acknowledge(condition)  # a latch would keep an unseen one anyway
    (raised,) = chair.raised(condition)
    for beats in (1, 9):
        pleth(chair, beats, 64.0)
        pleth(chair, 2, none)
    pleth(chair, 10, 64.0)
    assert chair.state(condition) in ACTIVE
    pleth(chair, 1, 64.0)
    assert chair.state(condition) not in ACTIVE
    assert chair.raised(condition) == [raised]


@pytest.mark.requirement("ALM-102")
@pytest.mark.parametrize("ecg", [None, 72.0])
def test_a_pulse_lost_at_the_probe_is_told_whatever_the_ecg_says(ecg: float | None) -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0, ecg=ecg)
    pleth(chair, 10, SEARCHES, ecg=ecg)
    assert chair.raised("HR-0P") == []
    pleth(chair, 1, SEARCHES, ecg=ecg)
    alarm = chair.alarm("HR-0P")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM
    pleth(chair, 18, SEARCHES, ecg=ecg)
    assert chair.alarm("HR-0P") == alarm
    pleth(chair, 1, SEARCHES, ecg=ecg)
    risen = chair.alarm("HR-0P")
    assert risen is not None
    assert (risen.id, risen.priority) == (alarm.id, Priority.HIGH)


@pytest.mark.requirement("ALM-102")
def test_a_probe_that_never_had_a_pulse_has_not_lost_it() -> None:
    chair = Chairside()
    pleth(chair, 60, SEARCHES)
    pleth(chair, 9, 70.0)
    pleth(chair, 60, SEARCHES)
    assert chair.raised("HR-0P") == []
    pleth(chair, 5, 70.0)
    pleth(chair, 11, SEARCHES)
    assert len(chair.raised("HR-0P")) == 1


@pytest.mark.requirement("ALM-102")
def test_a_probe_put_on_again_begins_again() -> None:
    chair = Chairside()
    pleth(chair, 30, 70.0)
    pleth(chair, 5, OFF)
    pleth(chair, 60, SEARCHES)
    assert chair.raised("HR-0P") == []


@pytest.mark.requirement("ALM-201")
@pytest.mark.parametrize(("lost", "rises"), [(21, False), (29, False), (30, True)])
def test_a_pulse_that_is_back_before_the_rise_is_due_rises_no_more(
    lost: int, *, rises: bool
) -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, lost, SEARCHES)
    pleth(chair, 10, 64.0)
    assert (chair.state("HR-0P") in ACTIVE, priority(chair)) == (
        True,
        Priority.HIGH if rises else Priority.MEDIUM,
    )
    pleth(chair, 1, 64.0)
    ended = AlarmState.LATCHED_UNACK if rises else AlarmState.IDLE
    assert chair.state("HR-0P") is ended


@pytest.mark.requirement("ALM-201")
def test_a_pulse_that_is_lost_anew_after_the_rise_was_due_is_high_at_once() -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, 28, SEARCHES)
    pleth(chair, 6, 64.0)
    assert priority(chair) is Priority.MEDIUM
    pleth(chair, 1, SEARCHES)
    assert (priority(chair), risen(chair)) == (Priority.HIGH, [54.0])


@pytest.mark.requirement("ALM-201")
def test_a_pulse_that_is_lost_anew_before_the_rise_is_due_is_high_in_time() -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, 24, SEARCHES)
    pleth(chair, 3, 64.0)
    pleth(chair, 4, SEARCHES)
    assert risen(chair) == [50.0]


@pytest.mark.requirement("ALM-201")
def test_beats_after_which_nothing_comes_stand_for_a_gap() -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, 28, SEARCHES)
    pleth(chair, 2, 64.0)  # the last at 49 s
    for _ in range(4):
        chair.pass_second({}, silent=True)
    assert priority(chair) is Priority.MEDIUM
    chair.pass_second({}, silent=True)
    assert [round(at_s, 3) for at_s in risen(chair)] == [54.0]


def test_a_pulse_that_comes_back_ends_it_and_only_high_is_kept_until_seen() -> None:
    short, long = Chairside(), Chairside()
    for chair, seconds in ((short, 15), (long, 40)):
        pleth(chair, 20, 70.0)
        pleth(chair, seconds, SEARCHES)
        pleth(chair, 11, 64.0)
    assert short.state("HR-0P") is AlarmState.IDLE
    assert long.state("HR-0P") is AlarmState.LATCHED_UNACK


def test_a_probe_that_comes_off_afterwards_ends_nothing() -> None:
    chair = Chairside()
    pleth(chair, 20, 70.0)
    pleth(chair, 15, SEARCHES)
    pleth(chair, 60, OFF)
    assert chair.state("HR-0P") is AlarmState.ACTIVE_UNACK


def test_the_next_patient_starts_without_a_pulse_to_lose() -> None:
    chair = Chairside()
    pleth(chair, 30, 70.0)
    chair.engine.clear("1", chair.now)
    chair.engine.seat("1", "next", Phase.INFUSION, chair.now)
    pleth(chair, 60, SEARCHES)
    assert chair.raised("HR-0P") == []


@pytest.mark.requirement("S-58")
def test_a_rate_of_fifteen_is_extreme_and_not_zero() -> None:
    chair = Chairside()
    chair.hold(30, HEART_RATE=15)
    assert chair.raised("HR-L2") == [5.0]
    assert chair.raised("HR-0") == []


def test_an_ecg_needs_no_probe() -> None:
    chair = Chairside()
    chair.hold(20)
    for _ in range(6):
        chair.pass_second({SPO2: None, HR: 0.0}, validity={SPO2: OFF})
    assert chair.raised("HR-0") == [25.0]


def test_the_first_of_two_probes_speaks_until_it_has_been_silent_for_longer_than_a_hold() -> None:
    speaker = Speaker(hold_s=5.0)
    assert [speaker.may(slot, at_s) for slot, at_s in ((1, 9.0), (0, 10.0), (1, 15.0))] == [
        True,
        True,
        False,
    ]
    assert speaker.may(1, 15.1)


def loss() -> Loss:
    """The rule of the lost pulse, of a probe that has seen no pulse yet."""
    return Loss(PR, preset().condition("HR-0P"), preset())


def said(value: float, at_s: float, *, valid: bool = True, reason: str = "") -> Sample:
    """What a probe says of the pulse."""
    return Sample(PR, value, valid, False, reason, at_s)


def lost(at_s: float, reason: str = "pulse search") -> Sample:
    return said(float("nan"), at_s, valid=False, reason=reason)


def had(pulse: Loss, seconds: int, *, since_s: float = 0.0) -> Loss:
    """It sees a pulse for that long."""
    for at in range(seconds + 1):
        pulse.hear(0, said(70.0, since_s + at))
    return pulse


def test_a_pulse_is_lost_that_was_there_for_ten_seconds_and_no_less() -> None:
    short, long = had(loss(), 9), had(loss(), 10)
    assert short.hear(0, lost(10.0)) is None
    gone = long.hear(0, lost(11.0))
    assert gone is not None
    assert (gone.value, gone.valid) == (0.0, True)


def test_what_a_probe_had_is_forgotten_when_it_comes_off() -> None:
    pulse = had(loss(), 30)
    assert pulse.hear(0, lost(31.0, "sensor off")) is None
    had(pulse, 9, since_s=33.0)  # the time without a probe does not count
    assert pulse.hear(0, lost(43.0)) is None


def test_a_pulse_in_doubt_or_without_a_number_for_another_reason_is_not_lost() -> None:
    pulse = had(loss(), 30)
    assert pulse.hear(0, lost(31.0, "movement")) is None
    assert pulse.hear(0, lost(32.0)._replace(doubtful=True)) is None
    assert pulse.hear(0, lost(33.0)) is not None


def test_the_pulse_of_a_second_probe_is_not_that_of_the_first() -> None:
    pulse = had(loss(), 30)
    assert pulse.hear(1, said(80.0, 31.0)) is None


def test_after_a_restart_an_open_loss_goes_on_without_a_pulse_to_lose() -> None:
    pulse = loss()
    assert pulse.hear(0, lost(1.0)) is None
    pulse.still_open()
    assert pulse.hear(0, lost(2.0)) is not None
