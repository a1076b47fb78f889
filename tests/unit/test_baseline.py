"""A patient's baseline: which readings make it, and what is said when they do not."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.care.baseline import checked, data_of, measure, merged
from monitor.care.gathering import Gathering
from monitor.errors import CommandRefused
from monitor.history import ReadingRow
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, MEAN, PR, SPO2, SYS, preset
from tests.stored import NOON_US, reading

START_S = 2_000.0
START_US = NOON_US + round(START_S * 1e6)


def cuff(
    second: float,
    systolic: float,
    diastolic: float | None = 78.0,
    mean: float | None = None,
    *,
    validity: Validity = Validity.VALID,
    session: str = "s-1",
) -> list[ReadingRow]:
    """One determination, so many seconds before the start."""
    parts = {SYS: systolic, DIA: diastolic, MEAN: mean}
    return [
        reading(START_S - second, value, vital=vital, validity=validity, session=session)
        for vital, value in parts.items()
        if value is not None
    ]


def steady(
    vital: VitalSign, value: float, *, every: float = 1.0, last: float = 300.0
) -> list[ReadingRow]:
    """The same value for the last seconds before the start."""
    count = int(last / every)
    return [reading(START_S - every * n, value, vital=vital) for n in range(count, 0, -1)]


def values(*parts: list[ReadingRow]) -> Mapping[VitalSign, int]:
    return measure([row for part in parts for row in part], START_US, preset()).values


def missing(*parts: list[ReadingRow]) -> Mapping[str, str]:
    return measure([row for part in parts for row in part], START_US, preset()).missing


@pytest.mark.requirement("CAR-001")
def test_pressure_is_the_mean_of_two_readings_a_minute_apart() -> None:
    based = values(cuff(600, 121, 75), cuff(120, 130, 82))
    assert (based[SYS], based[DIA]) == (126, 79)
    exactly = values(cuff(180, 120, 80), cuff(120, 122, 80))
    assert (exactly[SYS], exactly[DIA]) == (121, 80)


@pytest.mark.requirement("CAR-001", "S-25")
@pytest.mark.parametrize(
    "rows",
    [
        [],
        cuff(120, 120),
        cuff(179, 120) + cuff(120, 122),
        cuff(1_801, 120) + cuff(120, 122),
        cuff(600, 120, validity=Validity.QUESTIONABLE) + cuff(120, 122),
        cuff(600, 80, 120) + cuff(120, 122),
        cuff(600, 120, 112) + cuff(120, 122),
        cuff(600, 120, 80, 130) + cuff(120, 122),
        cuff(600, 301, 80) + cuff(120, 122),
        cuff(600, 120, None) + cuff(120, 122),
    ],
    ids=[
        "none", "one", "less than a minute apart", "too old", "doubtful", "upside down",
        "no pulse pressure", "mean outside", "impossible", "half a reading",
    ],
)  # fmt: skip
def test_anything_less_is_no_pressure_baseline(rows: list[ReadingRow]) -> None:
    assert "BP" in missing(rows)
    assert SYS not in values(rows)
    assert DIA not in values(rows)


@pytest.mark.requirement("CAR-002")
def test_readings_far_apart_need_a_third_and_the_median_counts() -> None:
    two = [cuff(600, 120, 80), cuff(300, 131, 84)]
    assert missing(*two)["BP"] == "cuff readings 11 mmHg apart, one more needed"
    three = values(*two, cuff(120, 150, 95))
    assert (three[SYS], three[DIA]) == (131, 84)
    assert values(cuff(600, 120), cuff(300, 130))[SYS] == 125


@pytest.mark.requirement("CAR-003")
def test_heart_rate_and_saturation_are_the_median_of_five_minutes() -> None:
    rising = [reading(START_S - n, 60.0 + n % 11, vital=HR) for n in range(300, 0, -1)]
    based = values(rising, steady(SPO2, 96.5))
    assert (based[HR], based[SPO2]) == (65, 97)
    # What is older than five minutes does not count.
    before = [reading(START_S - n, 180.0, vital=HR) for n in range(900, 300, -1)]
    assert values(before, rising)[HR] == 65


@pytest.mark.requirement("CAR-003")
def test_a_vital_sign_that_was_valid_for_less_than_four_fifths_has_none() -> None:
    assert values(steady(HR, 72, last=240))[HR] == 72
    assert missing(steady(HR, 72, last=239))["HR"].startswith("valid for 79 % of the last 5 min")
    doubtful = [
        reading(
            START_S - n, 72.0, vital=HR, validity=Validity.QUESTIONABLE if n % 2 else Validity.VALID
        )
        for n in range(300, 0, -1)
    ]
    assert "HR" in missing(doubtful)


def test_a_slow_monitor_that_never_paused_is_valid_all_the_time() -> None:
    assert values(steady(SPO2, 98, every=2.0))[SPO2] == 98
    assert "SpO2" in missing(steady(SPO2, 98, every=10.0))


def test_the_pulse_stands_in_while_no_ecg_is_valid() -> None:
    assert values(steady(PR, 64))[HR] == 64
    both = values(steady(HR, 72), steady(PR, 64))
    assert both[HR] == 72
    ecg = [row for row in steady(HR, 72) if row.sampled_at_us > START_US - 100e6]
    assert values(ecg, steady(PR, 64))[HR] == 64


def test_what_another_patient_measured_here_does_not_count() -> None:
    gathering = Gathering(preset())
    gathering.take(cuff(600, 150, session="s-0") + cuff(500, 150, session="s-0"))
    gathering.take(cuff(120, 122))
    found = gathering.measure("s-1", START_US, START_US - 1_000_000_000)
    assert found.missing["BP"].startswith("1 cuff readings")


def test_nothing_before_the_seat_counts_and_nothing_late() -> None:
    gathering = Gathering(preset())
    gathering.take(cuff(600, 120) + cuff(120, 122))
    seated_us = START_US - 500_000_000
    assert "BP" in gathering.measure("s-1", START_US, seated_us).missing
    late = Gathering(preset())
    late.take([reading(START_S - n, 72.0, vital=HR, late=True) for n in range(300, 0, -1)])
    assert "HR" in late.measure("s-1", START_US, NOON_US).missing


def test_a_gathering_holds_no_more_than_it_needs() -> None:
    gathering = Gathering(preset())
    for second in range(20_000):
        gathering.take([reading(float(second), 97.0)])
    assert len(gathering._continuous) <= 302
    gathering.take([row for n in range(2_000) for row in cuff(-float(n), 120.0)])
    assert len(gathering._episodic) == 256


def test_the_samples_used_are_named() -> None:
    rows = cuff(600, 121) + cuff(120, 123) + steady(SPO2, 97)
    found = measure(rows, START_US, preset())
    data = data_of(found)
    first, second = START_US - 600_000_000, START_US - 120_000_000
    assert data["NIBP_SYS samples"] == f"mon-1@{first} mon-1@{second}"
    oldest, newest = START_US - 300_000_000, START_US - 1_000_000
    assert data["SpO2 samples"] == f"300 of mon-1 from {oldest} to {newest}"
    assert data["missing HR"] == found.missing["HR"]


def test_what_a_person_states_goes_before_what_was_measured() -> None:
    found = measure(cuff(600, 121) + cuff(120, 123) + steady(SPO2, 97), START_US, preset())
    both = merged(found, {SYS: 140, DIA: 90, HR: 70})
    assert both.values == {SYS: 140, DIA: 90, HR: 70, SPO2: 97}
    assert both.missing == {}
    assert list(both.samples) == [SPO2]


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {SYS: 125.0},
        {SYS: 80.0, DIA: 78.0},
        {HR: 301.0},
        {SPO2: 0.0},
        {HR: float("nan")},
        {PR: 72.0},
    ],
)
def test_what_cannot_be_a_baseline_is_refused(stated: dict[VitalSign, float]) -> None:
    with pytest.raises(CommandRefused):
        checked(stated, preset())


def test_a_stated_baseline_is_whole_with_halves_up() -> None:
    assert checked({SYS: 124.5, DIA: 77.4, HR: 71.5}, preset()) == {SYS: 125, DIA: 77, HR: 72}


Second = tuple[float | None, float | None, bool]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 60.0, 72.0, 73.0, 150.0]),
            st.sampled_from([None, 64.0, 66.0]),
            st.booleans(),
        ),
        min_size=300,
        max_size=300,
    )
)
@settings(max_examples=30, deadline=None)
def test_second_by_second_the_slow_way_gives_the_same(seconds: list[Second]) -> None:
    """At one sample a second from each source a second is valid when one of them is."""
    rows, heard = [], []
    for number, (ecg, pulse, usable) in enumerate(seconds):
        at_s = START_S - 300 + number
        validity = Validity.VALID if usable else Validity.QUESTIONABLE
        if ecg is not None:
            rows.append(reading(at_s, ecg, vital=HR, validity=validity))
        else:
            rows.append(reading(at_s, None, vital=HR))
        rows.append(reading(at_s, pulse, vital=PR))
        heard.append(ecg if ecg is not None and usable else pulse)
    found = measure(rows, START_US, preset())
    valid = [one for one in heard if one is not None]
    if len(valid) >= 240:
        assert found.values[HR] == int(median(valid) + 0.5)
    else:
        assert f"valid for {len(valid) * 100 // 300} %" in found.missing["HR"]
