"""A cuff that measures: what waits for it, for how long, and what never does (alarms.md 7.2)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.alerts.cuff import SPANS_MAX, Cuff
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, PR, SPO2, SYS, Chairside

Said = tuple[Validity, str]
MEASURES: Said = (Validity.ONGOING, "measuring")
SEARCHES: Said = (Validity.INVALID, "pulse search")
OFF: Said = (Validity.INVALID, "sensor off")
FAILED: Said = (Validity.INVALID, "movement")


def on_arms(chair: Chairside, *, shared: bool) -> Chairside:
    chair.events += chair.engine.set_arms("1", chair.now, shared=shared)
    return chair


def seconds(
    chair: Chairside,
    count: int,
    said: Mapping[VitalSign, Said],
    *,
    measures: bool = True,
    **values: float,
) -> None:
    """So many seconds in which the monitor says these words instead of numbers."""
    for _ in range(count):
        words = {**said, **({SYS: MEASURES} if measures else {})}
        shown: dict[VitalSign, float | None] = {VitalSign[k]: v for k, v in values.items()}
        chair.pass_second(shown | dict.fromkeys(words), validity=words)


@pytest.mark.requirement("S-34")
def test_a_cuff_that_measures_postpones_its_overdue_alarm_until_its_reading() -> None:
    chair = Chairside()
    chair.cuff(125, 78)
    chair.hold(470)
    seconds(chair, 40, {}, SPO2=97.0, HEART_RATE=72.0)  # due at 480, from the reading at 0
    assert chair.state("T-NIBP-O") is AlarmState.IDLE
    chair.cuff(125, 78)
    chair.hold(400)
    assert chair.raised("T-NIBP-O") == []


@pytest.mark.requirement("S-34")
def test_a_cuff_that_measures_for_ever_postpones_it_for_three_minutes_and_no_more() -> None:
    chair = Chairside()
    chair.cuff(125, 78)
    chair.hold(470)
    seconds(chair, 300, {}, SPO2=97.0, HEART_RATE=72.0)
    assert chair.raised("T-NIBP-O") == [480.0 + 180.0]
    # By then it is older than two intervals, and told as such at once.
    alarm = chair.alarm("T-NIBP-O")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM


@pytest.mark.requirement("S-34")
@pytest.mark.parametrize("result", [FAILED, None])
def test_it_is_overdue_at_once_when_the_cuff_failed_or_says_nothing_more(
    result: Said | None,
) -> None:
    chair = Chairside()
    chair.cuff(125, 78)
    chair.hold(470)
    seconds(chair, 20, {}, SPO2=97.0, HEART_RATE=72.0)
    if result:
        seconds(chair, 1, {SYS: result}, measures=False, SPO2=97.0, HEART_RATE=72.0)
    chair.hold(10)
    # The last word of it was at 490; without a result it counts for five seconds.
    assert chair.raised("T-NIBP-O") == [491.0 if result else 495.0]


@pytest.mark.requirement("S-34")
def test_a_cuff_on_the_probes_arm_freezes_its_alarm_until_it_is_done() -> None:
    def alarms_at(*, shared: bool) -> list[float]:
        chair = on_arms(Chairside(), shared=shared)
        chair.hold(20)
        seconds(chair, 30, {SPO2: OFF}, HEART_RATE=72.0)
        seconds(chair, 1, {SPO2: OFF, SYS: FAILED}, measures=False, HEART_RATE=72.0)
        seconds(chair, 40, {SPO2: OFF}, measures=False, HEART_RATE=72.0)
        return chair.raised("T-PROBE")

    assert alarms_at(shared=False) == [20.0 + 10.0]
    assert alarms_at(shared=True) == [20.0 + 10.0 + 30.0]


@pytest.mark.requirement("S-34", "ALM-220")
@pytest.mark.parametrize("word", [SEARCHES, OFF])
def test_a_number_that_is_missing_is_told_even_under_a_cuff(word: Said) -> None:
    chair = on_arms(Chairside(), shared=True)
    for _ in range(20):
        chair.pass_second({SPO2: 97.0, PR: 70.0})
    seconds(chair, 40, {SPO2: word, PR: word})
    raised = [one for one in chair.events if one.reason is Reason.CONDITION_PRESENT]
    stale = [(one.alarm.instance, one.at_s) for one in raised if one.alarm.condition == "T-STALE"]
    assert stale == [("SpO2", 19.0 + 15.0), ("HR", 19.0 + 15.0)]


@pytest.mark.requirement("S-34")
def test_a_poor_signal_under_the_cuff_waits_too() -> None:
    doubt: Said = (Validity.QUESTIONABLE, "low perfusion")

    def alarms_at(*, shared: bool) -> list[float]:
        chair = on_arms(Chairside(), shared=shared)
        chair.hold(20)
        for _ in range(30):
            chair.pass_second(
                {SPO2: 96.0, HR: 72.0, SYS: None}, validity={SPO2: doubt, SYS: MEASURES}
            )
        for _ in range(30):
            chair.pass_second({SPO2: 96.0, HR: 72.0}, validity={SPO2: doubt})
        return chair.raised("T-SIG")

    assert alarms_at(shared=False) == [35.0]
    # The last word of the cuff, at 49, counts for five seconds: 34 are frozen.
    assert alarms_at(shared=True) == [35.0 + 34.0]


@pytest.mark.requirement("S-34")
def test_a_cuff_that_never_lets_go_postpones_the_probe_by_sixty_seconds() -> None:
    chair = on_arms(Chairside(), shared=True)
    chair.hold(20)
    seconds(chair, 120, {SPO2: OFF}, HEART_RATE=72.0)
    assert chair.raised("T-PROBE") == [20.0 + 10.0 + 60.0]


@pytest.mark.requirement("S-34")
def test_two_cycles_freeze_sixty_seconds_in_all() -> None:
    chair = on_arms(Chairside(), shared=True)
    chair.hold(20)
    for _ in range(2):
        seconds(chair, 40, {SPO2: OFF}, HEART_RATE=72.0)
        seconds(chair, 2, {SPO2: OFF, SYS: FAILED}, measures=False, HEART_RATE=72.0)
    seconds(chair, 20, {SPO2: OFF}, measures=False, HEART_RATE=72.0)
    assert chair.raised("T-PROBE") == [20.0 + 10.0 + 60.0]


@pytest.mark.requirement("S-34")
def test_no_pulse_of_that_probe_waits_and_that_of_the_ecg_does_not() -> None:
    pleth = on_arms(Chairside(), shared=True)
    for _ in range(20):
        pleth.pass_second({SPO2: 97.0, PR: 70.0})
    seconds(pleth, 100, {}, SPO2=97.0, PULSE_RATE=0.0)
    assert pleth.raised("HR-0") == [20.0 + 10.0 + 60.0]
    ecg = on_arms(Chairside(), shared=True)
    ecg.hold(20)
    seconds(ecg, 10, {}, SPO2=97.0, HEART_RATE=0.0)
    assert ecg.raised("HR-0") == [25.0]


@pytest.mark.requirement("S-34")
def test_of_a_pulse_that_the_cuff_takes_away_the_missing_numbers_alone_are_told() -> None:
    chair = on_arms(Chairside(), shared=True)
    for _ in range(3):
        for _ in range(30):
            chair.pass_second({SPO2: 97.0, PR: 70.0})
        seconds(chair, 25, {SPO2: SEARCHES, PR: SEARCHES})
        seconds(chair, 12, {}, SPO2=97.0, PULSE_RATE=70.0)
        chair.pass_second({SPO2: 97.0, PR: 70.0, SYS: 125.0, DIA: 78.0})
    assert {event.alarm.condition for event in chair.events} == {"T-STALE"}


@pytest.mark.requirement("S-34")
@pytest.mark.parametrize(
    ("condition", "spo2", "heart", "at_s"),
    [
        ("SPO2-3", 80.0, 72.0, 25.0),
        ("SPO2-2", 87.0, 72.0, 30.0),
        ("HR-H2", 97.0, 160.0, 25.0),
        ("HR-L2", 97.0, 30.0, 25.0),
    ],
)
def test_no_other_high_rule_waits_for_a_cuff(
    condition: str, spo2: float, heart: float, at_s: float
) -> None:
    chair = on_arms(Chairside(), shared=True)
    chair.hold(20)
    seconds(chair, 40, {}, SPO2=spo2, HEART_RATE=heart)
    assert chair.raised(condition) == [at_s]


@pytest.mark.requirement("S-34")
def test_arms_of_the_last_patient_say_nothing_of_the_next() -> None:
    chair = on_arms(Chairside(), shared=True)
    chair.hold(5)
    chair.events += chair.engine.clear("1", chair.now)
    chair.events += chair.engine.seat("1", "s2", Phase.PREPARE, chair.now)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(15)
    seconds(chair, 40, {SPO2: OFF}, HEART_RATE=72.0)
    assert chair.raised("T-PROBE") == [30.0]


def shared_cuff() -> Cuff:
    """On the probe's arm from the beginning; it said at 10 s that it measures."""
    cuff = Cuff(gap_s=5.0)
    cuff.share(0.0, shared=True)
    cuff.measures(10.0)
    return cuff


def test_a_cycle_covers_its_first_instant_and_not_its_last() -> None:
    cuff = shared_cuff()
    assert [cuff.covers(at_s) for at_s in (9.9, 10.0, 14.9, 15.0)] == [False, True, True, False]


def test_a_cuff_put_on_the_probes_arm_while_it_measures_covers_from_then() -> None:
    cuff = Cuff(gap_s=5.0)
    cuff.measures(10.0)
    cuff.share(12.0, shared=True)
    assert [cuff.covers(at_s) for at_s in (11.9, 12.0, 14.9)] == [False, True, True]


def test_a_cuff_taken_to_the_other_arm_covers_no_more_whatever_its_result() -> None:
    cuff = shared_cuff()
    cuff.share(12.0, shared=False)
    cuff.gave(14.0)
    assert [cuff.covers(at_s) for at_s in (11.9, 12.0, 13.0)] == [True, False, False]


def test_a_word_of_the_instant_of_the_result_begins_no_cycle() -> None:
    cuff = shared_cuff()
    cuff.gave(12.0)
    cuff.measures(12.0)
    assert (cuff.ends_s, cuff.waited_s(0.0)) == (12.0, 2.0)


def test_so_many_cycles_are_remembered_and_no_more() -> None:
    cuff = Cuff(gap_s=5.0)
    cuff.share(0.0, shared=True)
    for cycle in range(SPANS_MAX + 10):
        cuff.measures(100.0 * cycle)
    assert cuff.waited_s(0.0) == 5.0 * SPANS_MAX
