"""What a reading is worth to a rule, and what is made of a cuff's parts."""

from __future__ import annotations

from math import isnan

import pytest

from monitor.alerts.samples import Sample, one_each, sample_of, whole
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, MEAN, SPO2, SYS, preset, reading

V = Validity


@pytest.mark.parametrize(
    ("value", "validity", "said", "sample"),
    [
        (91.0, V.VALID, "", (91.0, True, False, "", "")),
        (91.0, V.VALIDATED, "", (91.0, True, False, "", "")),
        (91.0, V.QUESTIONABLE, "motion", (91.0, False, True, "motion", "questionable")),
        (91.0, V.INVALID, "sensor off", (91.0, False, False, "sensor off", "invalid")),
        (91.0, V.CALIBRATING, "warming", (91.0, False, False, "warming", "")),
        (101.0, V.VALID, "", (101.0, False, False, "implausible", "invalid")),
        (101.0, V.QUESTIONABLE, "", (101.0, False, False, "implausible", "invalid")),
        (127.0, V.VALID, "", (127.0, False, False, "no value", "")),
    ],
)
def test_a_reading_is_valid_doubtful_or_no_value(
    value: float, validity: Validity, said: str, sample: tuple[float, bool, bool, str, str]
) -> None:
    one = sample_of(reading(SPO2, value, 7.0, validity=validity, reason=said), preset())
    assert (one.value, one.valid, one.doubtful, one.reason, one.flag) == sample
    assert (one.vital, one.at_s) == (SPO2, 7.0)


@pytest.mark.parametrize(("validity", "flag"), [(V.INVALID, "invalid"), (V.NOT_AVAILABLE, "")])
def test_a_reading_without_a_number_is_neither_valid_nor_in_doubt(
    validity: Validity, flag: str
) -> None:
    one = sample_of(reading(SPO2, None, 7.0, validity=validity, reason="off"), preset())
    assert isnan(one.value)
    assert (one.valid, one.doubtful, one.reason, one.flag) == (False, False, "off", flag)
    assert (one.vital, one.at_s) == (SPO2, 7.0)


def said(vital: VitalSign, value: float, *, doubtful: bool = False, valid: bool = True) -> Sample:
    return Sample(vital, value, valid and not doubtful, doubtful, "as told", 7.0)


def test_of_two_sources_the_one_with_a_value_speaks_and_of_two_values_the_later() -> None:
    none = said(HR, 0.0, valid=False)
    valid, doubtful = said(HR, 72.0), said(HR, 71.0, doubtful=True)
    for several, one in (
        ([none, valid], valid),
        ([valid, none], valid),
        ([doubtful, none], doubtful),
        ([none, doubtful], doubtful),
        ([valid, doubtful], doubtful),
        ([doubtful, valid], valid),
    ):
        assert one_each(several) == [one]
    other = said(SPO2, 97.0)
    assert one_each([none, other, valid]) == [valid, other]


@pytest.mark.parametrize(
    ("cuff", "agrees"),
    [
        ({SYS: 120.0, DIA: 80.0, MEAN: 93.0}, True),
        ({SYS: 120.0, DIA: 110.0}, True),
        ({SYS: 120.0, DIA: 111.0}, False),
        ({SYS: 120.0, DIA: 80.0, MEAN: 80.0}, False),
        ({SYS: 120.0, DIA: 80.0, MEAN: 120.0}, False),
        ({SYS: 120.0, MEAN: 121.0}, False),
        ({DIA: 80.0, MEAN: 79.0}, False),
        ({SYS: 120.0}, True),
        ({DIA: 80.0}, True),
        ({MEAN: 93.0}, True),
    ],
)
def test_a_cuffs_reading_that_contradicts_itself_is_none(
    cuff: dict[VitalSign, float], *, agrees: bool
) -> None:
    rate = said(HR, 72.0)
    found = whole([rate, *(said(vital, value) for vital, value in cuff.items())], 10.0)
    assert found[0] is rate
    for one in found[1:]:
        assert one.valid is agrees
        if not agrees:
            assert (one.doubtful, one.flag, one.reason) == (False, "invalid", "inconsistent")


@pytest.mark.parametrize(
    ("systolic", "diastolic", "worth"),
    [
        ({}, {}, (True, False)),
        ({"doubtful": True}, {}, (False, True)),
        ({}, {"doubtful": True}, (False, True)),
        ({"doubtful": True}, {"doubtful": True}, (False, True)),
    ],
)
def test_a_mean_that_no_device_gave_is_a_third_above_the_lower_and_as_sure_as_both(
    systolic: dict[str, bool], diastolic: dict[str, bool], worth: tuple[bool, bool]
) -> None:
    absent = said(MEAN, 0.0, valid=False)
    told = [said(SYS, 120.0, **systolic), absent, said(DIA, 75.0, **diastolic)]
    found = whole(told, 10.0)
    assert [one.vital for one in found] == [SYS, DIA, MEAN]
    assert (found[-1].value, found[-1].valid, found[-1].doubtful) == (90.0, *worth)
    assert (found[-1].reason, found[-1].at_s) == ("as told", 7.0)


def test_a_mean_is_not_made_of_one_pressure_nor_where_a_device_gave_one() -> None:
    for told in ([said(SYS, 120.0)], [said(DIA, 80.0)], [said(SYS, 120.0), said(MEAN, 93.0)]):
        assert whole(told, 10.0) == told
    given = [said(SYS, 120.0), said(DIA, 75.0), said(MEAN, 92.0)]
    assert whole(given, 10.0) == given


def test_a_reading_in_doubt_that_contradicts_itself_is_none_either() -> None:
    told = [said(SYS, 70.0, doubtful=True), said(DIA, 65.0, doubtful=True)]
    assert [(one.valid, one.doubtful) for one in whole(told, 10.0)] == [(False, False)] * 2
