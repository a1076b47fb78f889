"""Whose tile must be drawn anew: every change of what is heard or stands there names its chair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import Engine
from monitor.clinic import Phase
from monitor.vitals import VitalSign
from tests.judged import HR, SPO2, Chairside, preset


def at_rest(chair: Chairside) -> None:
    chair.hold(14, HEART_RATE=122)
    chair.engine.take_changed()


def test_a_pause_and_its_end_name_their_chair() -> None:
    chair = Chairside(chairs="12")
    at_rest(chair)
    chair.engine.pause_audio("1", "rk", chair.now, 60.0)
    assert chair.engine.take_changed() == {"1"}
    assert chair.engine.take_changed() == set()
    chair.hold(59, HEART_RATE=122)
    chair.engine.take_changed()
    chair.hold(1, HEART_RATE=122)
    assert chair.engine.take_changed() == {"1"}
    alarm = chair.alarm("HR-H1")
    assert alarm is not None
    assert (alarm.audible, alarm.audio_paused) == (True, False)


def test_a_suspension_and_its_end_name_their_chair() -> None:
    chair = Chairside(chairs="12")
    at_rest(chair)
    chair.engine.suspend("1", "HR-H1", chair.now, 60.0)
    assert chair.engine.take_changed() == {"1"}
    chair.hold(59, HEART_RATE=122)
    chair.engine.take_changed()
    chair.hold(1, HEART_RATE=122)
    assert chair.engine.take_changed() == {"1"}
    chair.engine.suspend("1", "HR-H1", chair.now, 60.0)
    chair.engine.take_changed()
    chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert chair.engine.take_changed() == {"1"}
    chair.engine.stand_by("1", chair.now, 60.0)
    assert chair.engine.take_changed() == {"1"}


def test_what_is_spoken_for_or_has_no_data_names_its_chair_when_it_is_so() -> None:
    chair = Chairside(chairs="12")
    chair.hold(16, SPO2=91)
    chair.engine.take_changed()
    # A frame without a number: nothing but the absence of data is new.
    assert chair.engine.next_deadline() == 20.0
    chair.engine.advance(19.9)
    assert chair.engine.take_changed() == set()
    chair.engine.advance(20.0)
    assert chair.engine.take_changed() == {"1"}
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert (alarm.data_lost, alarm.data_lost_s) == (True, 15.0)


def test_a_pause_goes_on_over_a_suspension_and_is_broken_by_its_end() -> None:
    chair = Chairside()
    at_rest(chair)
    chair.engine.pause_audio("1", "rk", chair.now, 120.0)
    chair.engine.suspend("1", "HR-H1", chair.now, 60.0)
    paused = chair.alarm("HR-H1")
    assert paused is not None
    assert paused.audio_paused is True
    chair.engine.end_suspension("1", "HR-H1", chair.now)
    heard = chair.alarm("HR-H1")
    assert heard is not None
    assert (heard.audible, heard.audio_paused) == (True, False)


def test_the_next_pause_may_follow_as_soon_as_the_alarm_was_heard_for_long_enough() -> None:
    chair = Chairside()
    at_rest(chair)
    chair.engine.pause_audio("1", "rk", chair.now, 60.0)
    chair.hold(70, HEART_RATE=122)
    chair.engine.pause_audio("1", "rk", chair.now, 60.0)
    assert chair.engine.audio_paused_until("1") == chair.now + 60.0


@pytest.mark.parametrize(
    ("gate_alarm", "lost", "heard"),
    [(True, "mon", "oxi"), (True, "oxi", "mon"), (False, "mon", "mon oxi")],
)
def test_a_lost_link_is_silent_only_where_an_alarm_of_its_gateway_speaks_for_it(
    lost: str, heard: str, *, gate_alarm: bool
) -> None:
    rules = preset()
    gate = replace(rules.condition("T-GATE"), enabled=gate_alarm)
    others = tuple(one for one in rules.conditions if one.id != "T-GATE")
    engine = Engine(replace(rules, conditions=(*others, gate)))
    vitals = frozenset({SPO2, HR, VitalSign.PULSE_RATE})
    engine.add_chair("1", {"mon": (3.0, vitals), "oxi": (3.0, vitals)}, 0.0)
    engine.seat("1", "s1", Phase.INFUSION, 0.0)
    engine.advance(60.0)
    engine.gate(lost, 60.0, lost=True)
    links = [one for one in engine.alarms("1") if one.condition == "T-LINK"]
    assert {one.instance for one in links} == {"mon", "oxi"}
    assert {one.instance for one in links if one.audible} == set(heard.split())
    engine.gate(lost, 61.0, lost=False)
    assert all(one.audible for one in engine.alarms("1") if one.condition == "T-LINK")


def test_a_condition_that_is_told_in_other_words_names_its_chair() -> None:
    chair = Chairside()
    for second, words in ((1.0, "CLOCK 12 s"), (40.0, "CLOCK 12 s"), (41.0, "CLOCK 13 s")):
        chair.engine.take_changed()
        chair.engine.assert_technical("T-CLK", "1", 1.0, words, second)
    assert chair.engine.take_changed() == {"1"}
