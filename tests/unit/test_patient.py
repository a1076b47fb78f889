"""The simulated body: one seed one patient, and figures a clinician would believe."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import replace
from random import Random

import pytest

from simulators.episodes import (
    Episode,
    EpisodeKind,
    bradycardia,
    fault,
    hypertensive_peak,
    slow_desaturation,
)
from simulators.ketamine import Infusion, Ketamine
from simulators.patient import Patient, Person, Truth, calm, child, draw_person
from simulators.sensors import Cuff, CuffReading, Oximeter, ProbeState

HOUR_S = 3600


def a_person(seed: int = 1) -> Person:
    return calm(draw_person(Random(seed)))


def visit(
    seed: int,
    *,
    seconds: int,
    infusion: Infusion | None = None,
    episodes: list[Episode] | None = None,
) -> list[Truth]:
    patient = Patient(a_person(seed), Random(seed), infusion=infusion, episodes=episodes or [])
    return [patient.at(second) for second in range(seconds)]


@pytest.mark.requirement("SIM-003")
def test_the_same_seed_is_the_same_patient_to_the_last_bit() -> None:
    assert visit(7, seconds=600) == visit(7, seconds=600)
    assert visit(7, seconds=600) != visit(8, seconds=600)


def test_how_often_one_looks_does_not_change_what_is_true() -> None:
    often, seldom = Patient(a_person(), Random(3)), Patient(a_person(), Random(3))
    for second in range(600):
        often.at(second + 0.5)
    assert often.at(600.0) == seldom.at(600.9)


def test_a_patient_cannot_be_asked_about_a_second_gone_by() -> None:
    patient = Patient(a_person(), Random(1))
    patient.at(10)
    with pytest.raises(ValueError, match="second 9 is past"):
        patient.at(9.5)


@pytest.mark.requirement("SIM-004")
def test_another_chair_does_not_reshuffle_this_one() -> None:
    first = child(42, "chair", "1").random()
    child(42, "chair", "2").random()
    assert child(42, "chair", "1").random() == first
    assert child(42, "chair", "2").random() != first
    assert child(43, "chair", "1").random() != first


# Kamp 2020 at 70 kg, 0.5 mg/kg over 40 min, as tabled in the design's physiology file, section 2.
@pytest.mark.parametrize(
    ("minute", "plasma", "effect_site"),
    [(10, 155, 123), (20, 198, 185), (40, 253, 245), (60, 96, 103), (120, 50, 51)],
)
def test_ketamine_follows_the_published_model(
    minute: int, plasma: float, effect_site: float
) -> None:
    drug, plan = Ketamine(70.0), Infusion(at_s=0.0)
    for second in range(minute * 60):
        drug.step(plan.rate_mg_kg_min(second))
    assert drug.plasma_ng_ml == pytest.approx(plasma, rel=0.02)
    assert drug.effect_site_ng_ml == pytest.approx(effect_site, rel=0.02)


@pytest.mark.requirement("SIM-005")
def test_blood_pressure_rises_over_the_infusion_by_what_the_cohorts_found() -> None:
    people = [draw_person(Random(seed)) for seed in range(3000)]
    gains = [person.gain_systolic for person in people]
    assert 10.0 <= statistics.mean(gains) <= 12.6
    assert 0.06 < sum(gain < 0.0 for gain in gains) / len(gains) < 0.22
    diastolic = [person.gain_diastolic for person in people]
    assert statistics.correlation(gains, diastolic) == pytest.approx(0.7, abs=0.06)
    person = replace(people[0], anxiety_systolic=0.0, weight_kg=70.0)
    patient = Patient(person, Random(1), infusion=Infusion(at_s=0.0), noise=0.0)
    before = patient.at(0).systolic
    assert patient.at(2400).systolic - before == pytest.approx(person.gain_systolic, rel=0.02)


def test_without_noise_the_patient_is_exactly_the_model() -> None:
    person = replace(a_person(), anxiety_heart_rate=0.0, heart_rate=70.0)
    patient = Patient(person, Random(5), noise=0.0)
    assert {patient.at(second).heart_rate for second in range(120)} == {70.0}


def residuals(values: list[float], window: int = 600) -> list[float]:
    means = [statistics.mean(values[i : i + window]) for i in range(0, len(values), window)]
    return [value - means[i // window] for i, value in enumerate(values)]


def autocorrelation(values: list[float], lag: int) -> float:
    return statistics.correlation(values[:-lag], values[lag:])


def test_a_quiet_hour_wanders_as_recorded_patients_do() -> None:
    # Acceptance bands of the design's physiology file, section 10.
    patient, oximeter = Patient(a_person(11), Random(11)), Oximeter(Random(12))
    shown = [oximeter.step(patient.at(second), probe_off=False) for second in range(HOUR_S)]
    pulse = residuals([float(one.pulse_rate or 0) for one in shown])
    assert 2.0 <= statistics.pstdev(pulse) <= 4.0
    assert 0.4 <= autocorrelation(pulse, 8) <= 0.8
    assert autocorrelation(pulse, 60) < 0.25
    saturation = [one.spo2 or 0 for one in shown]
    steps = [abs(b - a) for a, b in itertools.pairwise(saturation)]
    assert 0.02 <= sum(step > 0 for step in steps) / len(steps) <= 0.07
    assert max(steps) <= 2


def test_successive_cuff_readings_differ_as_recorded_ones_do() -> None:
    differences: list[float] = []
    for seed in range(8):
        readings = cuff_readings(
            Patient(a_person(seed), Random(seed)), Random(seed), seconds=HOUR_S
        )
        systolic = [one.systolic for one in readings]
        differences += [b - a for a, b in itertools.pairwise(systolic)]
    assert 5.0 <= statistics.pstdev(differences) <= 13.0


def cuff_readings(patient: Patient, rng: Random, *, seconds: int) -> list[CuffReading]:
    cuff, found = Cuff(rng, first_s=10.0, interval_s=300.0), []
    for second in range(seconds):
        shown = cuff.step(second, patient.at(second), failing=False)
        if shown is not None and shown not in found:
            found.append(shown)
    return found


def test_a_cuff_measures_at_its_interval_and_takes_its_time() -> None:
    readings = cuff_readings(Patient(a_person(), Random(1)), Random(1), seconds=HOUR_S)
    assert len(readings) == 12
    for number, reading in enumerate(readings):
        assert 27.0 <= reading.at_s - (10.0 + 300.0 * number) <= 46.0
        assert reading.diastolic < reading.mean < reading.systolic


def test_a_cuff_that_fails_shows_no_numbers() -> None:
    patient, cuff = (
        Patient(a_person(), Random(1)),
        Cuff(Random(1), first_s=0.0, interval_s=300.0),
    )
    shown = [cuff.step(second, patient.at(second), failing=True) for second in range(900)]
    assert shown == [None] * 900
    assert cuff.failures == 3


@pytest.mark.requirement("SIM-006")
def test_a_hypertensive_peak_reaches_its_pressure_and_passes() -> None:
    truth = visit(2, seconds=1800, episodes=[hypertensive_peak(300.0, systolic=192.0)])
    peak = max(truth, key=lambda one: one.systolic)
    assert peak.systolic == pytest.approx(192.0, abs=1.0)
    assert 105.0 <= peak.diastolic <= 120.0
    assert truth[200].systolic < 145.0
    assert truth[1500].systolic < 145.0


def test_a_slow_desaturation_falls_about_ten_percent_a_minute_and_reaches_the_finger_later() -> (
    None
):
    episode = slow_desaturation(60.0, spo2=83.0)
    patient = Patient(a_person(), Random(1), episodes=[episode], noise=0.0)
    oximeter = Oximeter(Random(1), noise=0.0)
    truth = [patient.at(second) for second in range(360)]
    shown = [oximeter.step(one, probe_off=False).spo2 or 100 for one in truth]
    true_at = next(i for i, one in enumerate(truth) if one.spo2 <= 89.5)
    shown_at = next(i for i, value in enumerate(shown) if value <= 89)
    assert min(shown) == 83
    assert 10 <= shown_at - true_at <= 20
    assert truth[330].spo2 > 94.0


def test_a_bradycardia_reaches_its_rate_within_forty_seconds() -> None:
    truth = visit(4, seconds=400, episodes=[bradycardia(100.0, rate=36.0)])
    assert truth[140].heart_rate == pytest.approx(36.0, abs=0.5)
    assert truth[350].heart_rate > 50.0


def test_a_probe_that_comes_off_holds_its_value_then_says_so_then_searches_a_pulse() -> None:
    patient, oximeter = Patient(a_person(), Random(1)), Oximeter(Random(1))
    states = [
        oximeter.step(patient.at(second), probe_off=30 <= second < 60).state for second in range(90)
    ]
    assert set(states[:35]) == {ProbeState.ON}
    assert set(states[35:60]) == {ProbeState.OFF}
    assert set(states[60:66]) == {ProbeState.SEARCH}
    assert set(states[66:]) == {ProbeState.ON}


def test_values_stay_physical_for_forty_patients_with_everything_at_once() -> None:
    everything = [
        bradycardia(10.0),
        slow_desaturation(10.0, spo2=0.0),
        hypertensive_peak(10.0),
    ]
    for seed in range(40):
        patient = Patient(draw_person(Random(seed)), Random(seed), episodes=everything)
        for second in range(0, 600, 20):
            truth = patient.at(second)
            assert 1.0 <= truth.spo2 <= 100.0
            assert truth.diastolic < truth.systolic
            assert truth.heart_rate > 0.0
            assert truth.respiratory_rate > 0.0
            assert math.isfinite(truth.perfusion_index)


@pytest.mark.parametrize("duration_s", [0.0, -1.0, 10.0])
def test_an_episode_shorter_than_its_ramps_is_refused(duration_s: float) -> None:
    with pytest.raises(ValueError, match="two ramps"):
        Episode(
            kind=EpisodeKind.BRADYCARDIA,
            at_s=0.0,
            duration_s=duration_s,
            target=40.0,
            ramp_s=6.0,
        )


def test_an_episode_of_the_body_is_no_device_fault() -> None:
    with pytest.raises(ValueError, match="no device fault"):
        fault(EpisodeKind.BRADYCARDIA, 0.0, seconds=10.0)
