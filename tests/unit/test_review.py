"""A session's review against slow and obvious counting."""

from __future__ import annotations

import pytest

from monitor import review
from monitor.clinic import Phase
from monitor.history import FactRow
from monitor.review import ABSENT, DOUBTFUL, GOOD, Gap, Review
from monitor.vitals import GenerationMode, Validity, VitalSign
from tests.judged import preset
from tests.stored import NOON_US, fact, reading, transition

SEATED = fact(0, "seated", patient_ref="A.M.", planned_minutes=40)


def phase(second: float, name: str, ordinal: int) -> FactRow:
    return fact(second, "phase", ordinal=ordinal, phase=name)


WHOLE = [
    SEATED,
    phase(60, "BASELINE", 1),
    phase(300, "INFUSION", 2),
    phase(2_700, "RECOVERY", 3),
    phase(4_500, "CLOSED", 4),
]


def us(second: float) -> int:
    return NOON_US + round(second * 1e6)


@pytest.mark.requirement("SHO-091")
def test_the_phases_and_the_infusion_have_their_times() -> None:
    seen = review.review(WHOLE, [], [])
    assert [(one.phase, one.from_us, one.to_us) for one in seen.phases] == [
        (Phase.PREPARE, us(0), us(60)),
        (Phase.BASELINE, us(60), us(300)),
        (Phase.INFUSION, us(300), us(2_700)),
        (Phase.RECOVERY, us(2_700), us(4_500)),
    ]
    session = seen.session
    assert (session.infusion_started_us, session.infusion_ended_us) == (us(300), us(2_700))
    assert (session.opened_us, session.closed_us) == (us(0), us(4_500))


def test_a_session_still_open_ends_with_its_last_reading() -> None:
    rows = [reading(400.0), reading(401.0)]
    assert review.review(WHOLE[:3], rows, []).phases[-1].to_us is None
    found = review.figures(WHOLE[:3], rows, [], preset())
    assert found.end_us == us(401)
    assert found.summaries[0].gaps == (Gap(us(0), us(400)),)


def test_facts_without_a_seat_are_no_session() -> None:
    with pytest.raises(ValueError, match="seat"):
        review.review(WHOLE[1:], [], [])


@pytest.mark.requirement("SHO-092")
def test_the_lowest_saturation_and_when_it_first_was() -> None:
    rows = [reading(float(s), v) for s, v in [(1, 97), (2, 91), (3, 95), (4, 91), (5, 99)]]
    rows.append(reading(6.0, 60.0, validity=Validity.QUESTIONABLE))
    rows.append(reading(7.0, 50.0, validity=Validity.INVALID))
    one = review.figures(WHOLE, rows, [], preset()).summaries[0]
    assert (one.minimum, one.minimum_at_us) == (91.0, us(2))
    assert (one.maximum, one.maximum_at_us) == (99.0, us(5))
    assert (one.median, one.count) == (95.0, 5)


def test_every_stored_row_is_counted_and_every_sample_keeps_its_quality() -> None:
    rows = [
        reading(1.0, 97.0),
        reading(2.0, 96.0, validity=Validity.QUESTIONABLE),
        reading(3.0, 95.0, validity=Validity.INVALID),
        reading(4.0, None),
        reading(0.5, 98.0, late=True),
    ]
    seen = review.review(WHOLE, rows, [])
    assert seen.readings == 5
    assert [(one.value, one.quality) for one in seen.traces[VitalSign.SPO2]] == [
        (98.0, GOOD),
        (97.0, GOOD),
        (96.0, DOUBTFUL),
        (None, ABSENT),
        (None, ABSENT),
    ]
    assert seen.simulated
    real = reading(1.0, mode=GenerationMode.REAL)
    assert not review.review(WHOLE, [real], []).simulated


@pytest.mark.requirement("SHO-094")
def test_cuff_readings_are_listed_whole_in_time_by_device() -> None:
    systolic, diastolic, mean = (
        VitalSign.NIBP_SYSTOLIC,
        VitalSign.NIBP_DIASTOLIC,
        VitalSign.NIBP_MEAN,
    )
    rows = [
        reading(60.0, 128.0, vital=systolic),
        reading(60.0, 80.0, vital=diastolic),
        reading(60.0, 96.0, vital=mean),
        reading(60.0, 131.0, vital=systolic, device="other"),
        reading(10.0, None, vital=systolic, validity=Validity.INVALID, reason="cuff leak"),
        reading(20.0, 97.0),
    ]
    seen = review.review(WHOLE, rows, []).cuffs
    assert [(c.at_us, c.systolic, c.diastolic, c.mean, c.valid, c.reason) for c in seen] == [
        (us(10), None, None, None, False, "cuff leak"),
        (us(60), 128.0, 80.0, 96.0, True, ""),
        (us(60), 131.0, None, None, True, ""),
    ]
    assert VitalSign.NIBP_SYSTOLIC not in review.review(WHOLE, rows, []).traces


def lived() -> Review:
    steps = [
        transition(100, "ACTIVE_UNACK", 0, priority="MEDIUM", value=87.0, extreme=87.0),
        transition(105, "ACTIVE_UNACK", 1, priority="HIGH", extreme=82.0, message="SpO2 82 <88"),
        transition(
            109,
            "ACTIVE_ACK",
            2,
            actor="rk",
            reason="acknowledged",
            extreme=82.0,
            message="SpO2 82 <88",
        ),
        transition(148, "RESOLVED", 3, extreme=82.0),
        transition(200, "ACTIVE_UNACK", 0, alarm="s-1/HR-H1/HR/1", condition="HR-H1"),
        transition(150, "IDLE", 0, alarm="s-1/HR-L1/HR/1", condition="HR-L1"),
    ]
    return review.review(WHOLE, [], steps)


@pytest.mark.requirement("SHO-095")
def test_an_alarm_has_onset_end_worst_value_and_who_saw_it_when() -> None:
    first, second = lived().alarms
    assert (first.condition, first.priority, first.state) == ("SPO2-2", "HIGH", "RESOLVED")
    assert (first.onset_us, first.raised_us, first.ended_us) == (us(90), us(100), us(148))
    assert (first.acknowledged_by, first.acknowledged_us) == ("rk", us(109))
    assert (first.extreme, first.limit, first.message) == (82.0, 88.0, "SpO2 82 <88")
    assert (second.condition, second.ended_us, second.acknowledged_by) == ("HR-H1", None, None)


def test_the_order_in_which_rows_come_does_not_matter() -> None:
    rows = [reading(float(s), 90.0 + s % 7) for s in range(30)]
    forward = review.review(WHOLE, rows, [])
    backward = review.review(WHOLE, rows[::-1], [])
    assert forward == backward


def test_who_entered_what_raised_an_alarm_has_not_acknowledged_it() -> None:
    raised = transition(100.0, "ACTIVE_UNACK", 0, condition="SED", actor="rk")
    (life,) = review.lives([raised])
    assert (life.acknowledged_by, life.acknowledged_us) == (None, None)
    seen = transition(130.0, "ACTIVE_ACK", 1, condition="SED", actor="ao", reason="acknowledged")
    (life,) = review.lives([raised, seen])
    assert (life.acknowledged_by, life.acknowledged_us) == ("ao", us(130))
