"""A person ends a seen alarm of which no usable data come (alarms.md 8a.15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.errors import CommandRefused
from monitor.vitals import Validity
from tests.judged import HR, PR, SPO2, Chairside, preset

OFF = {SPO2: (Validity.INVALID, "sensor off")}
DOUBT = {SPO2: (Validity.QUESTIONABLE, "low perfusion")}


def seen() -> Chairside:
    """SPO2-2 acknowledged, and the probe off since."""
    chair = Chairside()
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    return chair


def end(
    chair: Chairside, condition: str, *, cuff_off: bool = False, electrodes_off: bool = False
) -> None:
    alarm = chair.alarm(condition)
    assert alarm is not None
    chair.events += chair.engine.end_unusable(
        alarm.id, "rk", chair.now, "away", cuff_off=cuff_off, electrodes_off=electrodes_off
    )


def watch(chair: Chairside, seconds: int, *, ecg: bool) -> None:
    """So many seconds of an oximeter, with an ECG or without."""
    for _ in range(seconds):
        chair.pass_second({SPO2: 97.0, PR: 72.0} | ({HR: 72.0} if ecg else {}))


@pytest.mark.requirement("ALM-131")
def test_it_can_be_ended_after_a_minute_without_valid_data_and_not_before() -> None:
    chair = seen()
    for _ in range(58):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    with pytest.raises(CommandRefused, match="59 s ago"):
        end(chair, "SPO2-2")
    chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    end(chair, "SPO2-2")
    assert chair.state("SPO2-2") is AlarmState.IDLE
    last = chair.events[-1]
    assert (last.reason, last.actor, last.note) == (Reason.UNUSABLE, "rk", "away")
    # What is wrong with the equipment goes on.
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("ALM-131")
def test_doubtful_data_are_none_that_could_ever_end_it() -> None:
    chair = seen()
    for _ in range(61):
        chair.pass_second({SPO2: 90.0, HR: 72.0}, validity=DOUBT)
    end(chair, "SPO2-2")
    assert chair.state("SPO2-2") is AlarmState.IDLE


@pytest.mark.requirement("ALM-131")
def test_its_rule_begins_anew_with_the_next_data() -> None:
    chair = seen()
    for _ in range(61):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    first = chair.alarm("SPO2-2")
    assert first is not None
    end(chair, "SPO2-2")
    began = chair.now
    chair.hold(15, SPO2=87)
    again = chair.alarm("SPO2-2")
    assert again is not None
    assert again.id != first.id
    assert (again.onset_s, chair.raised("SPO2-2")[-1]) == (began, began + 10.0)


@pytest.mark.requirement("ALM-131")
def test_a_cuffs_alarm_is_ended_by_saying_that_the_cuff_is_off() -> None:
    chair = Chairside()
    chair.cuff(185, 95)
    chair.acknowledge("BP-H2")
    chair.hold(5)
    with pytest.raises(CommandRefused, match="not said to be off"):
        end(chair, "BP-H2")
    end(chair, "BP-H2", cuff_off=True)
    assert chair.state("BP-H2") is AlarmState.IDLE


@pytest.mark.requirement("ALM-131")
def test_one_that_nobody_has_seen_and_one_of_equipment_are_not_ended() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=87)
    for _ in range(70):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    with pytest.raises(CommandRefused, match="nobody has acknowledged"):
        end(chair, "SPO2-2")
    chair.acknowledge("T-PROBE")
    with pytest.raises(CommandRefused, match="does not rest"):
        end(chair, "T-PROBE")


def test_what_a_nurse_scored_is_not_ended_as_unmeasured() -> None:
    chair = Chairside()
    chair.engine.enter_score("1", 2.0, "rk", chair.now)
    chair.hold(1)
    chair.acknowledge("SED")
    with pytest.raises(CommandRefused, match="does not rest"):
        end(chair, "SED")


def test_a_preset_may_leave_no_alarm_to_be_ended_by_a_person() -> None:
    chair = Chairside(rules=replace(preset(), unusable_s=None))
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    for _ in range(70):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    with pytest.raises(CommandRefused, match="cannot be ended"):
        end(chair, "SPO2-2")


@pytest.mark.requirement("ALM-193")
def test_an_ecg_that_was_taken_off_on_purpose_is_expected_no_more() -> None:
    chair = Chairside()
    watch(chair, 40, ecg=True)
    watch(chair, 20, ecg=False)
    with pytest.raises(CommandRefused, match="nobody has acknowledged"):
        end(chair, "T-STALE", electrodes_off=True)
    chair.acknowledge("T-STALE")
    with pytest.raises(CommandRefused, match=r"\bits electrodes are not said to be off\b"):
        end(chair, "T-STALE", cuff_off=True)
    end(chair, "T-STALE", electrodes_off=True)
    last = chair.events[-1]
    assert (last.reason, last.actor, last.note) == (Reason.UNUSABLE, "rk", "away")
    watch(chair, 400, ecg=False)
    assert chair.engine.alarms() == []


@pytest.mark.requirement("ALM-193")
@pytest.mark.parametrize(("back_s", "expected"), [(24, False), (40, True)])
def test_an_ecg_that_is_put_on_again_is_expected_again(back_s: int, *, expected: bool) -> None:
    chair = Chairside()
    watch(chair, 40, ecg=True)
    watch(chair, 20, ecg=False)
    chair.acknowledge("T-STALE")
    end(chair, "T-STALE", electrodes_off=True)
    watch(chair, back_s, ecg=True)
    watch(chair, 20, ecg=False)
    assert (len(chair.raised("T-STALE")) == 2) is expected


@pytest.mark.requirement("ALM-193")
def test_electrodes_that_are_off_end_no_alarm_of_anything_else() -> None:
    chair = seen()
    for _ in range(16):
        chair.pass_second({SPO2: None, HR: 72.0})
    with pytest.raises(CommandRefused, match="valid data came"):
        end(chair, "SPO2-2", electrodes_off=True)
    chair.acknowledge("T-STALE")
    with pytest.raises(CommandRefused, match="does not rest"):
        end(chair, "T-STALE", electrodes_off=True)
