"""What the last step of an alarm alone tells, when nothing else is told again after a restart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from monitor.alerts import Alarm, AlarmState, Engine
from monitor.history import TransitionRow
from monitor.retelling import Past, retell
from tests.acts import engine_of
from tests.judged import DIA, HR, SYS, preset, reading
from tests.unit.test_alerts_restart import Room


def last_of(room: Room, condition: str) -> TransitionRow:
    """The last step that the record would hold of that alarm."""
    return [one for one in room.kept.steps if one.condition == condition][-1]


def returned(room: Room, *alarms: TransitionRow, ids: Iterable[TransitionRow] = ()) -> Engine:
    """An engine that knows these steps and who is seated, and not who looked or what was read."""
    facts = [fact for fact in room.kept.facts if fact.kind != "acknowledged"]
    engine = engine_of(preset())
    retell(engine, room.kept.clock, Past(facts, [], alarms, list(ids)), room.at + 0.5)
    return engine


def only(engine: Engine, condition: str) -> Alarm:
    """Its open alarm of that condition."""
    (alarm,) = [one for one in engine.alarms("1") if one.condition == condition]
    return alarm


def very_high() -> Room:
    """The diastolic pressure alone is very high."""
    room = Room()
    room.hold(1, SYS=170.0, DIA=114.0)
    return room


@pytest.mark.requirement("S-48")
def test_who_acknowledged_it_and_when_follows_from_its_last_step() -> None:
    room = very_high()
    room.acknowledge("BP-H2")
    alarm = only(returned(room, last_of(room, "BP-H2")), "BP-H2")
    assert (alarm.state, alarm.acknowledged_by) == (AlarmState.ACTIVE_ACK, "rk")
    assert alarm.acknowledged_s == room.alarm("BP-H2").acknowledged_s


@pytest.mark.requirement("S-48")
def test_an_episode_keeps_its_number() -> None:
    room = very_high()
    room.hold(1, SYS=125.0, DIA=78.0)
    room.hold(1, SYS=170.0, DIA=114.0)
    assert room.alarm("BP-H2").episode == 2
    assert only(returned(room, last_of(room, "BP-H2")), "BP-H2").episode == 2


@pytest.mark.requirement("S-48")
def test_an_alarm_of_several_pressures_speaks_of_the_one_that_fired_it() -> None:
    room = very_high()
    engine = returned(room, last_of(room, "BP-H2"))
    lower = (reading(SYS, 170.0, room.at + 1.0), reading(DIA, 112.0, room.at + 1.0))
    engine.observe([replace(one, device="mon-1") for one in lower])
    assert (only(engine, "BP-H2").value, only(engine, "BP-H2").extreme) == (112.0, 114.0)


@pytest.mark.requirement("ALM-147")
def test_a_worst_value_that_made_it_worse_has_the_time_of_that_step() -> None:
    room = Room()
    room.hold(12, SPO2=87.0)
    room.acknowledge("SPO2-2")
    room.hold(1, SPO2=83.0)
    last = last_of(room, "SPO2-2")
    alarm = only(returned(room, last), "SPO2-2")
    assert (alarm.extreme, alarm.extreme_s) == (83.0, room.at)
    # A record of before layout 9 does not say when it was.
    other = only(returned(room, replace(last, extreme=80.0, extreme_at_us=None)), "SPO2-2")
    assert (other.extreme, other.extreme_s) == (80.0, None)


@pytest.mark.requirement("S-48")
def test_a_step_without_a_worst_value_tells_its_own_and_one_without_a_value_none() -> None:
    room = very_high()
    last = last_of(room, "BP-H2")
    assert only(returned(room, replace(last, extreme=None)), "BP-H2").extreme == last.value
    engine = returned(room, replace(last, extreme=None, value=None))
    higher = (reading(SYS, 171.0, room.at + 1.0), reading(DIA, 115.0, room.at + 1.0))
    engine.observe([replace(one, device="mon-1") for one in higher])
    assert only(engine, "BP-H2").extreme == 115.0


@pytest.mark.requirement("S-48")
def test_what_is_over_and_what_is_another_patients_stays_closed() -> None:
    room = very_high()
    last = last_of(room, "BP-H2")
    over = replace(last, to_state=AlarmState.RESOLVED.value)
    assert returned(room, over, replace(last, session="another")).alarms("1") == []


@pytest.mark.requirement("S-48")
def test_no_number_is_given_twice_in_whatever_order_they_are_known() -> None:
    room = Room()
    for _ in range(3):
        room.hold(12, HEART_RATE=125.0)
        room.hold(12, HEART_RATE=72.0)
    engine = returned(room, ids=reversed(room.kept.steps))
    for second in range(1, 13):
        at_s = room.at + second
        engine.observe([replace(reading(HR, 125.0, at_s), device="mon-1")])
        engine.advance(at_s)
    assert only(engine, "HR-H1").id.endswith("/4")


@pytest.mark.requirement("S-48")
def test_no_pulse_of_the_ecg_is_open_again_as_the_ecgs() -> None:
    room = Room()
    room.hold(20)
    room.hold(6, HEART_RATE=0.0)
    instance = room.alarm("HR-0").instance
    assert (instance, only(returned(room, last_of(room, "HR-0")), "HR-0").instance) == (
        "ECG",
        "ECG",
    )
