"""One chair's own data: what of its readings is judged, and by which source (alarms.md 8a)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from monitor.alerts.cuff import Cuff
from monitor.alerts.place import Place, Watched
from monitor.alerts.samples import Sample
from monitor.jumps import Jumps
from monitor.vitals import Reading, Validity, VitalSign
from tests.judged import DIA, HR, MEAN, PR, SPO2, SYS, preset, reading

MONITOR = frozenset({HR, PR, SPO2, SYS, DIA, MEAN})
DEVICES = {"mon": MONITOR, "oxi": frozenset({PR, SPO2})}


def place(devices: Mapping[str, frozenset[VitalSign]] = DEVICES) -> Place:
    """A chair with these devices, the first in charge."""
    watched = {name: Watched(slot, 10.0, of) for slot, (name, of) in enumerate(devices.items())}
    jumps = Jumps[Sample](preset().jump, preset().gap_s)
    return Place(id="1", index=0, devices=watched, jumps=jumps, cuff=Cuff(preset().gap_s))


def tell(
    chair: Place,
    at_s: float,
    values: Mapping[VitalSign, float | None],
    *,
    device: str = "mon",
    validity: Validity = Validity.VALID,
) -> dict[VitalSign, float]:
    """One frame of a device; what is judged of it."""
    told = [
        replace(reading(vital, value, at_s, validity=validity), device=device)
        for vital, value in values.items()
    ]
    samples = chair.judgeable(chair.samples(told, preset()), at_s)
    return {one.vital: one.value for one in samples}


def measures(at_s: float) -> Reading:
    """A monitor says that its cuff measures."""
    return reading(SYS, None, at_s, validity=Validity.ONGOING)


# --------------------------------------------------------------------- what is told when


def test_an_instant_is_judged_once_and_nothing_older() -> None:
    chair = place()
    assert tell(chair, 10.0, {SPO2: 97.0}) == {SPO2: 97.0}
    assert tell(chair, 10.0, {SPO2: 80.0}) == {}
    assert chair.spoken == []  # nor does it say anything of the pulse
    assert tell(chair, 9.5, {SPO2: 80.0}) == {}
    assert chair.value(SPO2) == 97.0
    assert tell(chair, 10.5, {SPO2: 96.0}) == {SPO2: 96.0}


def test_what_was_measured_before_the_patient_sat_down_is_of_nobody() -> None:
    chair = place()
    chair.forget(20.0)
    assert tell(chair, 19.5, {SPO2: 80.0}) == {}
    assert tell(chair, 20.0, {SPO2: 97.0}) == {SPO2: 97.0}
    assert chair.spoken[0][1].value == 97.0


def test_a_cuff_that_measured_before_the_patient_sat_down_is_not_theirs() -> None:
    chair = place()
    chair.forget(20.0)
    chair.cuff.share(20.0, shared=True)
    chair.samples([measures(19.5)], preset())
    assert not chair.cuff.covers(20.0)
    chair.samples([measures(20.0)], preset())
    assert chair.cuff.covers(20.0)


def test_of_two_devices_the_same_instant_is_judged_once() -> None:
    chair = place()
    assert tell(chair, 1.0, {SPO2: 96.0}, device="oxi") == {SPO2: 96.0}
    assert tell(chair, 1.0, {SPO2: 97.0}) == {}
    assert tell(chair, 2.0, {SPO2: 97.0}) == {SPO2: 97.0}


# ----------------------------------------------------------------------- which source


def test_the_first_device_keeps_the_word_for_as_long_as_a_hold() -> None:
    chair = place()
    tell(chair, 0.0, {SPO2: 97.0})
    assert tell(chair, 5.0, {SPO2: 91.0}, device="oxi") == {}
    assert tell(chair, 5.5, {SPO2: 91.0}, device="oxi") == {SPO2: 91.0}
    assert tell(chair, 6.0, {SPO2: 97.0}) == {SPO2: 97.0}


def test_the_ecg_speaks_for_the_heart_whatever_comes_first_in_its_frame() -> None:
    assert tell(place(), 0.0, {PR: 71.0, HR: 72.0}) == {HR: 72.0}


def test_of_two_sources_that_speak_at_once_the_one_with_a_number_is_judged() -> None:
    told = [reading(HR, None, 1.0), reading(PR, 71.0, 1.0)]
    samples = place().samples([replace(one, device="mon") for one in told], preset())
    assert [(one.vital, one.value) for one in samples] == [(HR, 71.0)]


def test_an_ecg_that_takes_the_word_again_is_no_jump() -> None:
    chair = place()
    for at_s in (0.0, 1.0, 2.0):
        tell(chair, at_s, {PR: 60.0}, device="oxi")
    assert tell(chair, 3.0, {HR: 130.0}) == {HR: 130.0}
    assert tell(chair, 4.0, {HR: 60.0}) == {}  # of one source it is


def test_a_better_source_that_is_in_doubt_leaves_the_word_to_a_valid_one() -> None:
    chair = place()
    tell(chair, 0.0, {SPO2: 95.0}, device="oxi")
    doubt = Validity.QUESTIONABLE
    assert tell(chair, 5.0, {SPO2: 80.0}, validity=doubt) == {}
    assert tell(chair, 5.5, {SPO2: 80.0}, validity=doubt) == {SPO2: 80.0}


def test_a_device_that_the_chair_does_not_list_speaks_after_those_that_it_does() -> None:
    chair = place()
    assert tell(chair, 0.0, {SPO2: 90.0}, device="guest") == {SPO2: 90.0}
    assert chair.spoken[0][0] == len(DEVICES)
    tell(chair, 1.0, {SPO2: 97.0})
    assert chair.spoken[0][0] == 0
    tell(chair, 1.5, {SPO2: 97.0}, device="oxi")
    assert chair.spoken[0][0] == 1
    assert tell(chair, 2.0, {SPO2: 90.0}, device="guest") == {}
    assert chair.measures(SPO2)


def test_another_source_is_noted_until_somebody_takes_note_and_the_first_is_none() -> None:
    chair = place()
    tell(chair, 0.0, {PR: 71.0}, device="oxi")
    heart = chair.quantities[HR]
    assert (heart.switched, chair.on_ecg()) == (False, False)
    tell(chair, 1.0, {HR: 72.0})
    assert (heart.switched, chair.on_ecg()) == (True, True)
    tell(chair, 2.0, {HR: 72.0})
    assert heart.switched


def test_the_judged_rate_has_the_name_of_the_heart_whatever_gave_it() -> None:
    chair = place()
    assert tell(chair, 0.0, {PR: 71.0}) == {HR: 71.0}
    assert chair.values() == {HR: 71.0}


# --------------------------------------------------------------------------- the ECG


def test_an_ecg_has_been_seen_for_as_long_as_its_samples_cover() -> None:
    chair = place()
    assert chair.ecg_seen_s() == 0.0
    for at_s in (0.0, 1.0, 4.0, 14.0):
        tell(chair, at_s, {HR: 72.0, PR: 72.0})
    assert chair.ecg_seen_s() == 1.0 + 3.0 + 5.0
    tell(chair, 15.0, {HR: 70.0}, validity=Validity.QUESTIONABLE)
    assert chair.ecg_seen_s() == 9.0


def test_an_ecg_that_was_laid_aside_was_not_seen() -> None:
    chair = place()
    for at_s in (1.0, 2.0):
        tell(chair, at_s, {HR: 72.0})
    chair.lay_ecg_aside()
    assert chair.ecg_seen_s() == 0.0


def test_a_chair_that_cannot_measure_it_has_neither_ecg_nor_disagreement() -> None:
    chair = place({"oxi": frozenset({SPO2})})
    assert (chair.ecg_seen_s(), chair.on_ecg()) == (0.0, False)
    assert chair.disagreement(0.0, preset().source_hold_s) is None
    chair.forget(3.0)
    assert (chair.valid_s(HR), chair.measures(HR), chair.value(HR)) == (3.0, False, None)


def test_sources_disagree_while_both_are_fresh() -> None:
    chair = place()
    hold_s = preset().source_hold_s
    assert chair.disagreement(0.0, hold_s) is None
    tell(chair, 0.0, {PR: 90.0})
    assert chair.disagreement(0.0, hold_s) is None
    tell(chair, 2.0, {HR: 72.0})
    tell(chair, 3.0, {PR: 50.0}, device="oxi")  # the first device's pulse is the one
    assert chair.disagreement(5.0, hold_s) == 18.0
    assert chair.disagreement(5.5, hold_s) == 22.0
    assert chair.disagreement(7.5, hold_s) is None


# ------------------------------------------------------------------ who sits there


def test_valid_data_are_looked_for_since_the_patient_is_here() -> None:
    chair = place()
    tell(chair, 5.0, {PR: 72.0, SPO2: 97.0})
    assert [chair.valid_s(one) for one in (HR, SPO2)] == [5.0, 5.0]
    chair.forget(10.0)
    assert [chair.valid_s(one) for one in (HR, SPO2, SYS)] == [10.0] * 3
    assert (chair.value(SPO2), chair.values(), chair.ecg_seen_s()) == (None, {}, 0.0)
    assert list(chair.quantities[SPO2].kept) == []


@pytest.mark.parametrize("shared", [False, True])
def test_whoever_moves_takes_along_what_is_known_and_on_which_arms(*, shared: bool) -> None:
    left, to = place(), place({"other": MONITOR})
    left.session, left.score = "s1", 4.0
    left.baseline, left.edits = {SPO2: 97.0}, {"SPO2-1 SpO2": 90.0}
    tell(left, 1.0, {SPO2: 95.0})
    left.cuff.share(1.0, shared=shared)
    tell(to, 2.0, {SPO2: 80.0}, device="other")
    to.take_over(left, 10.0)
    assert (to.session, to.score, to.subject) == ("s1", 4.0, "s1")
    assert (to.baseline, to.edits) == ({SPO2: 97.0}, {"SPO2-1 SpO2": 90.0})
    assert (to.value(SPO2), to.cuff.shared, to.since_s) == (95.0, shared, 10.0)
    assert [one.value for one in to.quantities[SPO2].kept] == [95.0]
    assert to.quantities[SPO2].data_s == 1.0
    gone = place()
    gone.forget(10.0)
    for name in ("session", "subject", "baseline", "edits", "score", "since_s"):
        assert getattr(left, name) == getattr(gone, name), name
    assert left.values() == {}
    assert not left.cuff.shared
    assert len(to.quantities[SPO2].kept) == 1


def test_what_went_along_or_was_derived_is_judged_under_its_own_name_when_a_device_gives_it() -> (
    None
):
    left, to = place(), place({"other": frozenset({SYS, DIA})})
    tell(to, 1.0, {SYS: 120.0, DIA: 90.0}, device="other")
    assert tell(to, 2.0, {MEAN: 95.0}, device="guest") == {MEAN: 95.0}
    tell(left, 1.0, {SPO2: 95.0})
    to.take_over(left, 10.0)
    assert tell(to, 11.0, {SPO2: 96.0}, device="guest") == {SPO2: 96.0}


# --------------------------------------------------------------------------- the cuff


def test_a_cuffs_parts_are_one_reading_and_its_mean_is_derived() -> None:
    chair = place({"mon": frozenset({SYS, DIA})})
    assert tell(chair, 1.0, {SYS: 120.0, DIA: 90.0}) == {SYS: 120.0, DIA: 90.0, MEAN: 100.0}
    assert chair.value(MEAN) == 100.0


@pytest.mark.parametrize(
    ("validity", "ends"),
    [
        (Validity.VALID, True),
        (Validity.QUESTIONABLE, True),
        (Validity.INVALID, True),
        (Validity.NOT_AVAILABLE, False),
    ],
)
def test_a_result_ends_the_cycle_of_a_cuff(validity: Validity, *, ends: bool) -> None:
    chair = place()
    chair.cuff.share(0.0, shared=True)
    assert chair.samples([measures(0.0)], preset()) == []
    tell(chair, 1.0, {SYS: 120.0, DIA: 80.0}, validity=validity)
    assert chair.cuff.covers(0.5)
    assert chair.cuff.covers(2.0) is not ends


def test_why_there_is_no_number_is_known_until_there_is_one() -> None:
    chair = place()
    off = reading(SPO2, None, 1.0, validity=Validity.INVALID, reason="sensor off")
    chair.samples([replace(off, device="mon")], preset())
    assert chair.quantities[SPO2].reason == "sensor off"
    tell(chair, 2.0, {SPO2: 97.0})
    assert chair.quantities[SPO2].reason == ""
