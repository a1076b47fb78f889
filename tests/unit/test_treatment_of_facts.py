"""What was ordered and what the pump gave, by hand-reckoned examples."""

from __future__ import annotations

import pytest

from monitor.care.treatment import PumpAction, Treatment, misstep, treatment_of
from tests.charted import SECOND_US, Told


def at(treatment: Treatment, second: int) -> tuple[float, float | None, float | None]:
    now_us = second * SECOND_US
    return (
        treatment.elapsed_s(now_us),
        treatment.infused_ml(now_us),
        treatment.total_mg(now_us),
    )


@pytest.mark.requirement("TRT-001")
def test_an_order_gives_dose_by_weight_volume_and_rate() -> None:
    told = Told()
    told.order(10)
    order = treatment_of(told.facts).order
    assert order is not None
    assert (order.dose_mg_kg, order.volume_ml, order.rate_ml_h) == (0.5, 20.0, 30.0)


@pytest.mark.requirement("TRT-001")
def test_the_clock_and_the_total_leave_pauses_out() -> None:
    told = Told()
    told.order(10)
    told.pump(100, "start", 36.0)
    told.pump(200, "pause")
    told.pump(500, "resume")
    told.pump(600, "rate", 72.0)
    told.pump(700, "stop")
    seen = treatment_of(told.facts)
    # 36 ml/h are 0.01 ml/s.
    assert at(seen, 150) == (50.0, 0.5, 1.0)
    assert at(seen, 400) == pytest.approx((100.0, 1.0, 2.0))
    assert at(seen, 9_999) == pytest.approx((300.0, 4.0, 8.0))
    assert (seen.started_us, seen.stopped_us) == (100 * SECOND_US, 700 * SECOND_US)
    assert not seen.paused
    assert seen.remaining_ml(9_999 * SECOND_US) == pytest.approx(16.0)


@pytest.mark.requirement("TRT-001")
def test_a_pause_is_told_with_since_when_and_a_rate_set_in_it_starts_nothing() -> None:
    told = Told()
    told.order(0)
    told.pump(100, "start", 36.0)
    told.pump(200, "pause")
    told.pump(300, "rate", 18.0)
    seen = treatment_of(told.facts)
    assert (seen.paused, seen.paused_us, seen.running) == (True, 200 * SECOND_US, False)
    assert at(seen, 400) == pytest.approx((100.0, 1.0, 2.0))
    told.pump(400, "resume")
    resumed = treatment_of(told.facts)
    assert (resumed.paused, resumed.rate_ml_h) == (False, 18.0)
    assert at(resumed, 500) == pytest.approx((200.0, 1.5, 3.0))
    assert resumed.remaining_s(500 * SECOND_US) == pytest.approx(18.5 / 18.0 * 3_600)


@pytest.mark.requirement("TRT-002")
def test_a_corrected_time_moves_the_total_and_a_withdrawn_pause_never_was() -> None:
    told = Told()
    told.order(0)
    start = told.pump(100, "start", 36.0)
    pause = told.pump(200, "pause")
    told.correct(300, start, 50)
    moved = treatment_of(told.facts)
    assert moved.started_us == 50 * SECOND_US
    assert at(moved, 300) == pytest.approx((150.0, 1.5, 3.0))
    assert moved.steps[0].entered_us == 100 * SECOND_US
    told.correct(400, pause, None)
    assert at(treatment_of(told.facts), 450) == pytest.approx((400.0, 4.0, 8.0))


@pytest.mark.requirement("TRT-002")
def test_each_ml_counts_at_the_concentration_that_ran_in() -> None:
    told = Told()
    told.pump(100, "start", 36.0)
    told.order(150, 1.0)
    told.order(200, 2.0)
    seen = treatment_of(told.facts)
    assert at(seen, 300) == pytest.approx((200.0, 2.0, 1.0 * 1.0 + 1.0 * 2.0))


@pytest.mark.requirement("TRT-003")
def test_a_phase_entered_without_a_word_of_the_pump_starts_the_clock_but_no_total() -> None:
    told = Told()
    told.phase(100, "INFUSION")
    running = treatment_of(told.facts)
    assert at(running, 160) == (60.0, None, None)
    assert running.order is None
    told.phase(400, "RECOVERY")
    ended = treatment_of(told.facts)
    assert (ended.started_us, ended.stopped_us) == (100 * SECOND_US, 400 * SECOND_US)
    assert at(ended, 9_999)[0] == 300.0


@pytest.mark.requirement("TRT-003")
def test_recovery_stops_a_pump_whose_stop_nobody_entered() -> None:
    told = Told()
    told.order(0)
    told.phase(100, "INFUSION")
    told.pump(100, "start", 36.0)
    told.phase(200, "RECOVERY")
    seen = treatment_of(told.facts)
    assert seen.stopped_us == 200 * SECOND_US
    assert at(seen, 300) == pytest.approx((100.0, 1.0, 2.0))
    assert [one.action for one in seen.steps] == [PumpAction.START]
    told.pump(250, "stop", happened_s=150)
    assert treatment_of(told.facts).stopped_us == 150 * SECOND_US


@pytest.mark.requirement("TRT-001")
def test_nothing_is_known_of_a_session_without_a_treatment() -> None:
    seen = treatment_of(Told().facts)
    assert at(seen, 100) == (0.0, 0.0, None)
    assert (seen.started_us, seen.order, seen.running, seen.paused) == (None, None, False, False)
    assert seen.remaining_ml(0) is None


@pytest.mark.requirement("TRT-009")
def test_what_cannot_have_been_done_at_the_pump_is_told() -> None:
    told = Told()
    told.pump(100, "start", 36.0)
    told.pump(200, "pause")
    assert misstep(told.facts) == ""
    told.pump(300, "pause")
    assert misstep(told.facts) == "at the time of a pause the pump was paused"
    told.correct(310, told.facts[-1], None)
    assert misstep(told.facts) == ""
    told.pump(320, "stop", happened_s=50)
    assert misstep(told.facts) == "at the time of a stop the pump was not started"


@pytest.mark.requirement("TRT-009")
def test_a_pump_is_not_started_after_the_infusion_ended_and_phases_alone_are_no_misstep() -> None:
    told = Told()
    told.phase(100, "INFUSION")
    told.phase(400, "RECOVERY")
    told.phase(900, "CLOSED")
    assert misstep(told.facts) == ""
    told.pump(950, "start", 36.0, happened_s=110)
    assert misstep(told.facts) == ""
    late = Told()
    late.phase(100, "RECOVERY")
    late.pump(200, "start", 36.0)
    assert misstep(late.facts) == "at the time of a start the pump was stopped"
    assert treatment_of(late.facts).runs == ()
