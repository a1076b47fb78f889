"""What staff did at alarms is there after a restart: who looked, at what, and what is silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import Alarm, AlarmState
from monitor.clinic import Phase
from monitor.conditions import Kind, Priority
from monitor.retelling import Past, retell
from monitor.vitals import Validity
from tests.acts import engine_of
from tests.judged import DIA, HR, PR, SPO2, SYS, preset, reading
from tests.restarted import Kept

CALM = {"SPO2": 97.0, "HEART_RATE": 72.0}
OFF = (Validity.INVALID, "sensor off")
NAMED = {"SPO2": SPO2, "HEART_RATE": HR, "PULSE_RATE": PR, "SYS": SYS, "DIA": DIA}


class Room:
    """Chair "1" with its patient, and a spare one; time passes in whole seconds."""

    def __init__(self) -> None:
        self.kept = Kept(engine_of(preset()))
        self.at = 0.0
        self.do("seat", ("s", Phase.INFUSION))

    def do(self, what: str, argument: object, chair: str = "1") -> None:
        """One act, a moment after the last frame."""
        self.kept.play([(self.at + 0.5, chair, what, argument)])

    def hold(
        self,
        seconds: int,
        *,
        probe_off: bool = False,
        searches: bool = False,
        lifted: bool = False,
        chair: str = "1",
        **values: float,
    ) -> None:
        """Frames with these values, one a second; heart rate and SpO2 are calm unless named."""
        device = f"mon-{chair[0]}"
        for _ in range(seconds):
            self.at += 1.0
            said = [
                replace(reading(NAMED[name], value, self.at, chair=chair), device=device)
                for name, value in (CALM | values).items()
                if not (probe_off and name == "SPO2")
            ]
            if probe_off:
                lost = reading(SPO2, None, self.at, chair=chair, validity=OFF[0], reason=OFF[1])
                said.append(replace(lost, device=device))
            if searches:
                lost = reading(
                    PR, None, self.at, chair=chair, validity=OFF[0], reason="pulse search"
                )
                said.append(replace(lost, device=device))
            if lifted:
                lost = reading(PR, None, self.at, chair=chair, validity=OFF[0], reason=OFF[1])
                said.append(replace(lost, device=device))
            self.kept.play([(self.at, chair, "frame", (device, said))])

    def restart(self) -> None:
        """Killed, and there again within the same second."""
        kept, rules = self.kept, preset()
        self.kept = kept.killed(rules)

    def acknowledge(self, condition: str) -> None:
        """A nurse has seen it."""
        self.do("acknowledge", self._among(condition, self.kept.engine.alarms("1")))

    def end(self, condition: str) -> None:
        """A nurse ends it: there are no data of it."""
        alarms = self.kept.engine.alarms("1")
        seen = [one for one in alarms if one.state is AlarmState.ACTIVE_ACK]
        # Of an ECG that it was taken off; of a cuff it is not said here.
        self.do("end", (*self._among(condition, seen), condition == "T-STALE"))

    def _among(self, condition: str, alarms: list[Alarm]) -> tuple[Kind, int]:
        """Which of these it is."""
        alarm = self.alarm(condition)
        return alarm.kind, sorted(one.id for one in alarms if one.kind is alarm.kind).index(
            alarm.id
        )

    def open(self, chair: str = "1") -> dict[str, Alarm]:
        """Its open alarms."""
        return {one.condition: one for one in self.kept.engine.alarms(chair)}

    def alarm(self, condition: str, chair: str = "1") -> Alarm:
        """One of them."""
        return self.open(chair)[condition]

    def sounds(self, condition: str, chair: str = "1") -> bool:
        """Is it heard?"""
        return self.alarm(condition, chair).audible


def low_pressure_seen() -> Room:
    room = Room()
    room.hold(1, SYS=185.0, DIA=112.0)
    room.acknowledge("BP-H2")
    return room


@pytest.mark.requirement("S-48")
def test_who_acknowledged_and_when_is_known_and_it_sounds_again_in_time() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.acknowledge("SPO2-1")
    room.hold(30, SPO2=91.0)
    room.restart()
    alarm = room.alarm("SPO2-1")
    assert (alarm.acknowledged_by, alarm.acknowledged_s) == ("rk", 20.5)
    room.hold(270, SPO2=91.0)
    assert not room.sounds("SPO2-1")
    room.hold(1, SPO2=91.0)
    assert room.sounds("SPO2-1")


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize(("diastolic", "sounds"), [(126.0, False), (127.0, True)])
def test_worse_is_measured_from_every_value_of_when_a_person_looked(
    diastolic: float, *, sounds: bool
) -> None:
    room = low_pressure_seen()
    room.restart()
    room.hold(1, SYS=185.0, DIA=diastolic)
    assert room.sounds("BP-H2") is sounds


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize(("score", "sounds"), [(2.0, False), (1.0, True)])
def test_a_score_is_worse_than_the_one_that_a_person_knew(score: float, *, sounds: bool) -> None:
    room = Room()
    room.do("score", 2.0)
    room.acknowledge("SED")
    room.restart()
    room.do("score", score)
    assert room.sounds("SED") is sounds


@pytest.mark.requirement("S-48")
def test_what_was_acknowledged_at_the_chair_of_before_a_move_is_known_at_the_new_one() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.acknowledge("SPO2-1")
    room.hold(1, SPO2=91.0)
    room.do("move", "spare")
    room.hold(1, chair="spare", SPO2=91.0)
    room.restart()
    alarm = room.alarm("SPO2-1", "spare")
    assert (alarm.acknowledged_by, alarm.acknowledged_s) == ("rk", 20.5)
    room.hold(1, chair="spare", SPO2=88.0)
    assert not room.sounds("SPO2-1", "spare")


@pytest.mark.requirement("S-48")
def test_a_move_leaves_what_was_looked_at_in_other_chairs() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.acknowledge("SPO2-1")
    room.do("seat", ("t", Phase.INFUSION), "spare")
    room.do("phase", Phase.CLOSED, "spare")
    room.restart()
    room.kept.engine.returning.moved("nobody's", "spare")
    assert room.alarm("SPO2-1").acknowledged_by == "rk"


@pytest.mark.requirement("S-48")
def test_a_rule_that_a_person_ended_begins_anew_after_a_restart_too() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.acknowledge("SPO2-1")
    room.hold(61, probe_off=True)
    room.end("SPO2-1")
    assert "SPO2-1" not in room.open()
    room.restart()
    room.hold(15, SPO2=91.0)
    assert "SPO2-1" not in room.open()
    room.hold(1, SPO2=91.0)
    assert "SPO2-1" in room.open()


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize(("rate", "sounds"), [(149.0, False), (150.0, True)])
def test_a_suspended_alarm_gets_worse_from_the_values_of_its_suspension(
    rate: float, *, sounds: bool
) -> None:
    room = Room()
    room.hold(12, HEART_RATE=122.0)
    room.hold(2, HEART_RATE=135.0)
    room.do("suspend", ("HR-H1", 600.0))
    room.restart()
    assert not room.sounds("HR-H1")
    room.hold(1, HEART_RATE=rate)
    assert room.sounds("HR-H1") is sounds


@pytest.mark.requirement("S-48")
def test_an_alarm_that_no_suspension_is_about_gets_worse_from_what_it_told_last() -> None:
    room = low_pressure_seen()
    last = {step.alarm: step for step in room.kept.steps}
    again = engine_of(preset())
    # Nothing is known of the person who looked.
    facts = [fact for fact in room.kept.facts if fact.kind != "acknowledged"]
    retell(again, room.kept.clock, Past(facts, [], list(last.values()), []), room.at)
    for systolic, state in ((204.0, AlarmState.ACTIVE_ACK), (205.0, AlarmState.ACTIVE_UNACK)):
        room.at += 1.0
        one = replace(reading(SYS, systolic, room.at, chair="1"), device="mon-1")
        again.observe([one])
        assert [one.state for one in again.alarms() if one.condition == "BP-H2"] == [state]


@pytest.mark.requirement("S-48")
def test_an_alarm_of_a_chair_that_is_no_more_hinders_no_other() -> None:
    room = Room()
    room.hold(20, SPO2=91.0, HEART_RATE=125.0)
    first, second = {step.alarm: step for step in room.kept.steps}.values()
    again = engine_of(preset())
    lost = replace(first, chair="sold")
    unknown = replace(first, condition="no such rule")
    past = Past(room.kept.facts, room.kept.readings, [lost, unknown, second], room.kept.steps)
    retell(again, room.kept.clock, past, room.at)
    assert [one.condition for one in again.alarms()] == [second.condition]


def paused_for_a_minute() -> Room:
    """From second 20 on; the heart rate alarms for the first time after that."""
    room = Room()
    room.hold(20, SPO2=91.0)
    room.do("pause", 60.0)
    room.hold(11, SPO2=91.0, HEART_RATE=125.0)
    return room


@pytest.mark.requirement("S-48")
def test_what_is_left_of_a_pause_holds_what_sounded_then_and_nothing_newer() -> None:
    room = paused_for_a_minute()
    room.restart()
    assert room.kept.engine.audio_paused_until("1") == 80.5
    assert (room.sounds("SPO2-1"), room.sounds("HR-H1")) == (False, True)
    assert room.alarm("SPO2-1").audio_paused
    room.hold(49, SPO2=91.0, HEART_RATE=125.0)
    assert not room.sounds("SPO2-1")
    assert room.kept.engine.next_deadline() == 80.5
    room.hold(1, SPO2=91.0, HEART_RATE=125.0)
    assert room.sounds("SPO2-1")
    assert room.kept.engine.audio_paused_until("1") is None


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize(("again_at", "paused"), [(89, False), (90, True)])
def test_after_a_pause_the_sound_must_be_heard_for_as_long_as_without_a_restart(
    again_at: int, *, paused: bool
) -> None:
    room = paused_for_a_minute()
    room.restart()
    room.hold(again_at - 31, SPO2=91.0, HEART_RATE=125.0)
    room.do("pause", 60.0)
    assert (room.kept.engine.audio_paused_until("1") is not None) is paused


@pytest.mark.requirement("S-48")
def test_a_pause_that_ended_meanwhile_holds_nothing() -> None:
    room = paused_for_a_minute()
    room.kept.now = room.at = 80.5
    room.restart()
    assert room.kept.engine.audio_paused_until("1") is None
    assert (room.sounds("SPO2-1"), room.sounds("HR-H1")) == (True, True)


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize(("value", "sounds"), [(87.0, False), (86.0, True)])
def test_a_paused_alarm_gets_worse_from_the_values_of_the_pause(
    value: float, *, sounds: bool
) -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.hold(1, SPO2=90.0)
    room.do("pause", 60.0)
    room.restart()
    room.hold(1, SPO2=value)
    assert room.sounds("SPO2-1") is sounds


@pytest.mark.requirement("S-48")
def test_a_paused_score_gets_worse_from_that_of_the_pause() -> None:
    room = Room()
    room.do("score", 2.0)
    room.at = 5.0
    room.do("pause", 60.0)
    room.restart()
    room.do("score", 2.0)
    assert not room.sounds("SED")
    room.do("score", 1.0)
    assert room.sounds("SED")


@pytest.mark.requirement("S-48")
def test_what_was_acknowledged_during_a_pause_is_measured_from_the_acknowledge() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.do("pause", 60.0)
    room.hold(5, SPO2=89.0)
    room.acknowledge("SPO2-1")
    room.restart()
    room.hold(1, SPO2=86.0)
    assert not room.sounds("SPO2-1")
    room.hold(1, SPO2=85.0)
    assert room.sounds("SPO2-1")


@pytest.mark.requirement("S-48")
def test_a_pause_at_the_very_instant_of_an_alarm_holds_it_after_a_restart_too() -> None:
    room = Room()
    room.hold(16, SPO2=91.0)
    room.kept.play([(room.at, "1", "pause", 60.0)])
    room.hold(1, SPO2=91.0)
    assert not room.sounds("SPO2-1")
    room.restart()
    assert not room.sounds("SPO2-1")


def latched_at(worst: float) -> Room:
    """A desaturation with that worst value at 11 s, over but not seen."""
    room = Room()
    room.hold(10, SPO2=84.0)
    room.hold(1, SPO2=worst)
    room.hold(2, SPO2=83.0)
    room.hold(15, SPO2=97.0)
    assert room.alarm("SPO2-3").state is AlarmState.LATCHED_UNACK
    return room


@pytest.mark.requirement("ALM-147")
@pytest.mark.parametrize("later_s", [0, 200, 400])
def test_the_worst_value_of_an_alarm_is_told_after_a_restart_with_its_own_time(
    later_s: int,
) -> None:
    room = latched_at(80.0)
    room.hold(later_s)
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (80.0, 11.0)
    room.restart()
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (80.0, 11.0)


@pytest.mark.requirement("ALM-147")
def test_a_value_that_was_worst_when_it_was_raised_keeps_its_time_however_long_ago() -> None:
    room = latched_at(84.0)
    room.hold(400)
    room.restart()
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (83.0, 12.0)
    room = Room()
    room.hold(10, SPO2=84.0)
    room.hold(400, SPO2=97.0)
    room.restart()
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (84.0, 1.0)


@pytest.mark.requirement("ALM-147")
def test_a_value_that_got_worse_after_the_last_step_is_the_worst_after_a_restart() -> None:
    room = Room()
    room.hold(20, SPO2=91.0)
    room.hold(2, SPO2=89.0)
    room.hold(2, SPO2=90.0)
    room.restart()
    assert (room.alarm("SPO2-1").extreme, room.alarm("SPO2-1").extreme_s) == (89.0, 21.0)


@pytest.mark.requirement("ALM-147")
def test_what_was_low_before_and_after_an_episode_is_not_its_worst_value() -> None:
    room = Room()
    # Slowly: what falls at once is held back as an artefact.
    for value in (88.0, 80.0, 88.0):
        room.hold(1, SPO2=value)
    room.hold(10, SPO2=84.0)
    room.hold(15, SPO2=97.0)
    for value in (88.0, 79.0, 88.0):
        room.hold(1, SPO2=value)
    assert room.alarm("SPO2-3").extreme == 84.0
    room.restart()
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (84.0, 4.0)


@pytest.mark.requirement("ALM-147")
def test_a_doubtful_value_that_was_the_worst_is_so_after_a_restart() -> None:
    room = Room()
    room.hold(10, SPO2=84.0)
    doubtful = reading(SPO2, 80.0, 11.0, validity=Validity.QUESTIONABLE)
    told = ("mon-1", [replace(doubtful, device="mon-1")])
    room.kept.play([(11.0, "1", "frame", told)])
    assert room.alarm("SPO2-3").extreme == 80.0
    room.restart()
    assert (room.alarm("SPO2-3").extreme, room.alarm("SPO2-3").extreme_s) == (80.0, 11.0)


@pytest.mark.requirement("S-48")
def test_an_alarm_of_one_pressure_is_back_where_the_cuff_gives_no_other() -> None:
    room = Room()
    room.do("seat", ("t", Phase.INFUSION), "2")
    room.hold(1, chair="2", SYS=84.0)
    room.restart()
    assert room.alarm("BP-L1", "2").extreme == 84.0


@pytest.mark.requirement("S-48")
def test_what_was_looked_at_in_one_chair_stays_there_when_another_patient_moves() -> None:
    room = Room()
    room.do("seat", ("t", Phase.INFUSION), "2")
    room.hold(20, SPO2=91.0)
    room.hold(2, SPO2=93.0)
    room.acknowledge("SPO2-1")
    room.do("move", "spare", "2")
    room.restart()
    room.hold(1, SPO2=90.0)
    assert not room.sounds("SPO2-1")
    room.hold(1, SPO2=89.0)  # by four from what was looked at, though by two only from 91
    assert room.sounds("SPO2-1")


@pytest.mark.requirement("S-48")
def test_an_alarm_is_told_after_a_restart_as_it_was_told_before() -> None:
    room = Room()
    room.kept._keep(room.kept.engine.set_baseline("1", {SYS: 125.0, DIA: 80.0}, 0.0))
    room.kept._fact(0.0, "1", "baseline", {"NIBP_SYS": 125.0, "NIBP_DIA": 80.0})
    room.hold(20, SPO2=91.0, HEART_RATE=125.0)
    room.hold(1, SYS=190.0, DIA=95.0)
    room.acknowledge("HR-H1")
    room.hold(12, probe_off=True, HEART_RATE=125.0)
    room.do("score", 2.0)
    before = room.open()
    room.restart()
    after = room.open()
    assert len(before) >= 8
    assert {one.id for one in after.values()} == {one.id for one in before.values()}
    assert set(after.values()) == set(before.values())
    assert [one.id for one in room.kept.engine.alarms("1")] == [one.id for one in before.values()]
    room.acknowledge("SPO2-1")
    assert room.kept.steps[-1].ordinal == before["SPO2-1"].episode


@pytest.mark.requirement("S-48")
def test_the_number_of_an_alarm_that_ended_is_not_given_again() -> None:
    room = Room()
    for number in (1, 2, 3):
        room.hold(16, SPO2=91.0)
        assert room.alarm("SPO2-1").id == f"s/SPO2-1/SpO2/{number}"
        room.hold(14)
        assert room.open() == {}
        if number == 2:
            room.restart()


@pytest.mark.requirement("S-48")
def test_what_is_told_again_raises_nothing_that_was_seen_already() -> None:
    room = Room()
    room.hold(5)
    room.at = 30.0
    room.kept.play([(30.0, "1", "baseline", {})])
    room.acknowledge("T-LINK")
    room.at = 40.0
    room.do("score", 5.0)
    room.restart()
    link = room.alarm("T-LINK")
    assert (link.state, link.acknowledged_by) == (AlarmState.ACTIVE_ACK, "rk")
    assert link.id.endswith("/1")


@pytest.mark.requirement("S-48")
def test_a_score_that_alarmed_as_a_phase_began_and_is_better_alarms_no_more() -> None:
    room = Room()
    room.do("phase", Phase.BASELINE)
    room.do("score", 3.0)
    room.do("phase", Phase.INFUSION)
    assert room.sounds("SED")
    room.do("score", 5.0)
    room.hold(5)
    room.restart()
    assert room.open() == {}


@pytest.mark.requirement("S-48")
def test_a_sum_of_longer_ago_than_is_read_again_is_still_at_its_limit() -> None:
    room = Room()
    room.hold(26, SPO2=90.0)
    for _ in range(180):  # up and down by a point: six minutes that change nothing
        room.hold(1, SPO2=91.0)
        room.hold(1, SPO2=95.0)
    room.restart()
    room.hold(20, SPO2=95.0)
    assert "SPO2-I" in room.open()
    room.hold(10, SPO2=95.0)
    assert "SPO2-I" not in room.open()


@pytest.mark.requirement("S-48")
def test_a_rule_without_an_open_alarm_remembers_nothing_that_was_not() -> None:
    room = Room()
    room.hold(12, HEART_RATE=125.0)
    room.restart()
    room.hold(5, HEART_RATE=125.0, SPO2=88.0)
    assert set(room.open()) >= {"HR-H1"}
    assert not {"SPO2-I", "HR-0P"} & set(room.open())


@pytest.mark.requirement("S-48")
def test_a_pulse_that_was_lost_before_and_flickers_afterwards_is_lost_again() -> None:
    room = Room()
    room.hold(20, PULSE_RATE=70.0)
    room.hold(320, searches=True)
    room.restart()
    room.hold(1, PULSE_RATE=70.0)
    room.hold(11, searches=True)
    assert room.alarm("HR-0P").state is AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("S-48")
@pytest.mark.parametrize("restarts", [False, True])
def test_a_sum_that_a_person_ended_begins_anew(*, restarts: bool) -> None:
    room = Room()
    room.hold(30, SPO2=90.0)
    room.acknowledge("SPO2-I")
    room.hold(61, probe_off=True)
    room.end("SPO2-I")
    if restarts:
        room.restart()
    room.hold(25, SPO2=90.0)
    assert "SPO2-I" not in room.open()
    room.hold(1, SPO2=90.0)
    assert "SPO2-I" in room.open()


@pytest.mark.requirement("ALM-201")
@pytest.mark.parametrize("down", [0.0, 3.0, 6.0])
def test_a_pulse_that_was_back_at_the_restart_rises_as_if_there_had_been_none(down: float) -> None:
    room = Room()
    room.hold(20, PULSE_RATE=70.0)
    room.hold(28, searches=True)
    room.hold(4, PULSE_RATE=70.0)  # due at 51 s, when it was back; the last beat came at 52 s
    room.kept = room.kept.killed(preset(), room.at + down)
    urgent = down > 5.0  # beats after which nothing comes stand for a gap
    assert room.alarm("HR-0P").priority is (Priority.HIGH if urgent else Priority.MEDIUM)
