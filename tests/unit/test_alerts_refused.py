"""What a person reads when an act at an alarm is refused: what, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.alerts import AlarmEvent
from monitor.clinic import Phase
from monitor.errors import CommandRefused
from monitor.vitals import Validity
from tests.judged import HR, SPO2, Chairside

Act = Callable[[Chairside], object]


def suspended(chair: Chairside, rule: str, seconds: float = 60.0, at: str = "1") -> object:
    return chair.engine.suspend(at, rule, chair.now, seconds)


def stood_by(chair: Chairside, seconds: float = 60.0) -> list[AlarmEvent]:
    return chair.engine.stand_by("1", chair.now, seconds)


def paused(chair: Chairside, seconds: float = 60.0) -> list[AlarmEvent]:
    return chair.engine.pause_audio("1", "rk", chair.now, seconds)


def ended(chair: Chairside, condition: str) -> object:
    alarm = chair.alarm(condition)
    assert alarm is not None
    return chair.engine.end_unusable(alarm.id, "rk", chair.now, "away")


def test_suspending() -> None:
    must_be_heard = refusal(lambda chair: suspended(chair, "SPO2-3"))
    assert must_be_heard == (
        "SPO2-3 cannot be suspended\n"
        "  why: it is HIGH in some phase, or tells that monitoring itself fails\n"
        "  fix: acknowledge the alarm, or pause the chair's sound"
    )
    twice = refusal(lambda chair: (suspended(chair, "HR-H1"), suspended(chair, "HR-H1")))
    assert twice == (
        "HR-H1 cannot be suspended\n"
        "  why: it is suspended already\n"
        "  fix: wait for its end, or end it now"
    )
    too_long = refusal(lambda chair: suspended(chair, "HR-H1", 1801.0))
    assert too_long == (
        "HR-H1 cannot be suspended for 1801.0 s\n"
        "  why: 1800 s are left of 1800 s in this phase\n"
        "  fix: choose a shorter time, or acknowledge the alarm"
    )
    unknown = refusal(lambda chair: suspended(chair, "HR-X"))
    assert unknown == (
        "there is no rule 'HR-X'\n"
        "  why: the preset in force has none of that name\n"
        "  fix: reload the page"
    )
    elsewhere = refusal(lambda chair: suspended(chair, "T-COPY"))
    assert elsewhere == (
        "T-COPY cannot be suspended here\n"
        "  why: it is about the whole clinic\n"
        "  fix: suspend it where the alarms of the whole clinic are listed"
    )
    of_the_clinic = refusal(lambda chair: suspended(chair, "T-COPY", 1801.0, at=""))
    assert of_the_clinic == (
        "T-COPY cannot be suspended for 1801.0 s\n"
        "  why: 1800 s are left of 1800 s until it is over\n"
        "  fix: choose a shorter time, or acknowledge the alarm"
    )
    of_a_chair = refusal(lambda chair: suspended(chair, "HR-H1", at=""))
    assert of_a_chair == (
        "HR-H1 cannot be suspended here\n"
        "  why: it is about one chair\n"
        "  fix: suspend it where the alarms of one chair are listed"
    )


def test_standing_by() -> None:
    assert refusal(stood_by) == (
        "the chair cannot stand by\n"
        "  why: an infusion runs\n"
        "  fix: acknowledge the alarm, or pause the chair's sound"
    )
    assert refusal(stood_by, phase=None) == (
        "the chair cannot stand by\n"
        "  why: nobody is seated there\n"
        "  fix: acknowledge the alarm, or pause the chair's sound"
    )
    assert refusal(lambda chair: stood_by(chair, 601.0), phase=Phase.RECOVERY) == (
        "the chair cannot stand by for 601.0 s\n"
        "  why: a standby lasts at most 600 s and always ends by itself\n"
        "  fix: choose a shorter time"
    )

    def again(chair: Chairside) -> None:
        stood_by(chair)
        chair.hold(62)
        stood_by(chair)

    assert refusal(again, phase=Phase.RECOVERY) == (
        "the chair cannot stand by\n"
        "  why: it stood by a moment ago and must be heard for 10 s in between\n"
        "  fix: try again in a moment"
    )


def test_pausing() -> None:
    assert refusal(lambda chair: paused(chair, 121.0)) == (
        "rk cannot pause the sound for 121.0 s\n"
        "  why: a pause lasts at most 120 s and always ends by itself\n"
        "  fix: pause again when the alarm sounds again, or acknowledge it"
    )

    def again(chair: Chairside) -> None:
        paused(chair)
        chair.hold(62)
        paused(chair)

    assert refusal(again) == (
        "the sound was paused a moment ago\n"
        "  why: it must be heard for 10 s in between\n"
        "  fix: go to the chair, or acknowledge the alarm"
    )


def test_acknowledging() -> None:
    assert refusal(lambda chair: chair.engine.acknowledge("x", "", 0.0)) == (
        "nobody is named who acknowledges\n"
        "  why: an alarm is acknowledged by a person, and the record says by whom\n"
        "  fix: choose who you are at the top of the page"
    )
    assert refusal(lambda chair: chair.engine.acknowledge("x", "rk", 0.0)) == (
        "this alarm is not open any more\n"
        "  why: it has ended or was acknowledged meanwhile\n"
        "  fix: look at the tile; the alarm history keeps it"
    )

    def twice(chair: Chairside) -> None:
        chair.hold(16, SPO2=91)
        chair.acknowledge("SPO2-1", "mb")
        chair.acknowledge("SPO2-1")

    assert refusal(twice) == (
        "this alarm is acknowledged already\n"
        "  why: by mb\n"
        "  fix: nothing to do; it sounds again if it gets worse"
    )


def test_ending_without_data() -> None:
    look = "  fix: look at the tile; acknowledge it, or mend what gives no data"
    what = "this alarm cannot be ended by a person"

    def gone(chair: Chairside) -> None:
        chair.engine.end_unusable("x", "rk", 0.0, "away")

    def of_equipment(chair: Chairside) -> None:
        for _ in range(12):
            off = {SPO2: (Validity.INVALID, "sensor off")}
            chair.pass_second({SPO2: None, HR: 72.0}, validity=off)
        chair.acknowledge("T-PROBE")
        ended(chair, "T-PROBE")

    def not_seen(chair: Chairside) -> None:
        chair.hold(16, SPO2=91)
        ended(chair, "SPO2-1")

    def with_data(chair: Chairside) -> None:
        chair.hold(16, SPO2=91)
        chair.acknowledge("SPO2-1")
        chair.pass_second({HR: 72.0})
        chair.pass_second({HR: 72.0})
        ended(chair, "SPO2-1")

    def of_a_cuff(chair: Chairside) -> None:
        chair.cuff(190, 90)
        chair.acknowledge("BP-H2")
        ended(chair, "BP-H2")

    reasons = {
        gone: "it has ended meanwhile",
        of_equipment: "it does not rest on what a monitor measures of the patient",
        not_seen: "nobody has acknowledged it, or it is over",
        with_data: "valid data came 3 s ago",
        of_a_cuff: "its cuff is not said to be off",
    }
    for act, why in reasons.items():
        assert refusal(act) == f"{what}\n  why: {why}\n{look}"


def refusal(act: Act, phase: Phase | None = Phase.INFUSION) -> str:
    """What a person reads of it."""
    with pytest.raises(CommandRefused) as refused:
        act(Chairside(phase))
    return str(refused.value)


@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_the_shortest_silences_are_no_mistake(seconds: float) -> None:
    chair = Chairside(Phase.RECOVERY)
    suspended(chair, "HR-H1", seconds)
    stood_by(chair, seconds)
    paused(chair, seconds)
    silences = chair.engine.silences("1")
    assert set(silences.suspended) == {"HR-H1"}
    assert silences.standby_until_s == chair.now + seconds
    assert chair.engine.audio_paused_until("1") == chair.now + seconds


@pytest.mark.requirement("S-56")
def test_only_what_was_not_used_of_a_suspension_is_given_back() -> None:
    chair = Chairside()
    suspended(chair, "HR-H1", 1000.0)
    chair.hold(100)
    chair.engine.end_suspension("1", "HR-H1", chair.now)
    assert chair.engine.silences("1").left_s("HR-H1") == 1700.0
    suspended(chair, "HR-H1", 100.0)
    chair.engine.end_suspension("1", "HR-H1", chair.now + 99.5)
    assert chair.engine.silences("1").left_s("HR-H1") == 1600.5


@pytest.mark.requirement("S-56")
def test_the_next_alarm_of_the_clinic_sounds_and_may_be_suspended_for_as_long() -> None:
    chair = Chairside(None)

    def behind(since_s: float | None, now: float) -> None:
        chair.engine.assert_technical("T-COPY", "", since_s, "COPY BEHIND", now)
        chair.engine.advance(now)

    def heard() -> list[bool]:
        return [one.audible for one in chair.engine.alarms("") if one.condition == "T-COPY"]

    behind(0.0, 4000.0)
    assert heard() == [True]
    chair.engine.suspend("", "T-COPY", 4000.0, 1800.0)
    assert heard() == [False]
    for now in range(4001, 4200):
        behind(None, float(now))
    assert heard() == []
    behind(4200.0, 5799.0)
    assert heard() == [True]
    assert chair.engine.silences("").left_s("T-COPY") == 1800.0


def test_what_fell_due_before_two_refused_acts_is_told_with_the_next_call() -> None:
    chair = Chairside(chairs=("1", "2"))
    for one in ("1", "2"):
        with pytest.raises(CommandRefused):
            chair.engine.pause_audio(one, "rk", 20.0, 900.0)
    told = [event.alarm.chair for event in chair.engine.advance(20.0)]
    assert told == ["1", "2"]
