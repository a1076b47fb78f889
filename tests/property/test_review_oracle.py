"""Every figure of a review against a count of every second, over rows of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import review
from monitor.clinic import Phase
from monitor.conditions import Preset
from monitor.history import FactRow, ReadingRow, happened_us
from monitor.review import Figures
from monitor.suspects import SUSPECT, suspect
from monitor.vitals import Validity, VitalSign
from simulators import recordings
from simulators.recordings import Recording
from tests import judged, recorded
from tests.review_oracle import DIA, SYS, Slow, second
from tests.stored import NOON_US, fact, reading

HR, PR, SPO2 = VitalSign.HEART_RATE, VitalSign.PULSE_RATE, VitalSign.SPO2
RR, MEAN = VitalSign.RESPIRATORY_RATE, VitalSign.NIBP_MEAN
STREAMS = ((HR, "mon-1"), (PR, "mon-1"), (SPO2, "mon-1"), (SPO2, "mon-2"), (RR, "mon-1"))
LONGEST_S = 420
KINDS = [
    *[Validity.VALID] * 6,
    Validity.VALIDATED,
    Validity.QUESTIONABLE,
    Validity.INVALID,
    Validity.NOT_AVAILABLE,
]


def hurried() -> Preset:
    """The shipped preset in shorter times, so that a few minutes hold everything."""
    shipped = judged.preset()
    terms = replace(
        shipped.review,
        cuff_hold_s=90.0,
        start_minutes=(0.5, 1.0, 2.0, 3.0),
        end_minutes=(0.25, 1.0),
        near_s=20.0,
        point_s=10.0,
        table_s=60.0,
    )
    base = replace(shipped.baseline, cuff_apart_s=10.0, cuff_within_s=120.0, continuous_s=30.0)
    every = {Phase.PREPARE: 60.0, Phase.BASELINE: 60.0, Phase.INFUSION: 30.0, Phase.RECOVERY: 45.0}
    return replace(shipped, review=terms, baseline=base, nibp_interval_s=every)


PRESET = hurried()


@dataclass(frozen=True)
class Story:
    facts: list[FactRow]
    rows: list[ReadingRow]


@st.composite
def continuous(draw: st.DrawFn) -> list[ReadingRow]:
    """Stretches of samples of each stream: dense and sparse, valid and not, some of them late."""
    rows: list[ReadingRow] = []
    for vital, device in STREAMS:
        at: dict[int, ReadingRow] = {}
        for _ in range(draw(st.integers(0, 4))):
            begin, length = draw(st.integers(0, LONGEST_S)), draw(st.integers(1, 80))
            step, value = draw(st.integers(1, 7)), draw(st.integers(80, 125))
            validity, late = draw(st.sampled_from(KINDS)), draw(st.booleans())
            for second_ in range(begin, min(begin + length, LONGEST_S), step):
                number = None if validity is Validity.NOT_AVAILABLE else value + second_ % 5
                at[second_] = reading(
                    second_, number, vital=vital, device=device, validity=validity, late=late
                )
        rows += at.values()
    return rows


@st.composite
def cuffs(draw: st.DrawFn) -> list[ReadingRow]:
    """Determinations of two devices: whole, in part, failed and in doubt."""
    rows = []
    places = st.tuples(st.integers(0, LONGEST_S), st.sampled_from(["mon-1", "mon-2"]))
    for at, device in draw(st.lists(places, max_size=14, unique=True)):
        top, width = draw(st.integers(85, 205)), draw(st.integers(5, 60))
        validity = draw(st.sampled_from(KINDS))
        numbers = {SYS: top, DIA: top - width, MEAN: top - width + width // 3}
        for vital in draw(st.sampled_from([[SYS, DIA, MEAN], [SYS, DIA], [SYS], [DIA]])):
            number = None if validity is Validity.NOT_AVAILABLE else float(numbers[vital])
            rows.append(reading(at, number, vital=vital, device=device, validity=validity))
    return rows


CHARTED = st.tuples(st.integers(0, LONGEST_S), st.sampled_from([0, 120, 175]), st.integers(50, 130))


@st.composite
def at_the_pump(draw: st.DrawFn, facts: list[FactRow]) -> list[FactRow]:
    """Sometimes somebody says when the pump was started and stopped, and not as the phases do."""
    said: list[FactRow] = []
    for name, action, away in (("INFUSION", "start", 9), ("RECOVERY", "stop", 5)):
        found = [one for one in facts if one.data.get("phase") == name]
        told: bool = draw(st.booleans())
        if told and found:
            at_us = found[0].at_us + draw(st.integers(-40, away)) * 1_000_000
            at_us = min([at_us, *(one.at_us for one in facts if one.at_us > found[0].at_us)])
            # Never before the seat, and no stop before the start.
            begun = said or [one for one in facts if one.data.get("phase") == "INFUSION"]
            least_us = facts[0].at_us if action == "start" else happened_us(begun[0]) + 1_000_000
            one = fact(900, "pump", ordinal=50 + away, action=action)
            said.append(replace(one, data={**one.data, "happened_us": max(at_us, least_us)}))
    return said


@st.composite
def stories(draw: st.DrawFn) -> Story:
    lengths = draw(st.lists(st.integers(1, 110), min_size=1, max_size=4))
    facts = [fact(0, "seated", patient_ref="A.M.", planned_minutes=40)]
    at = 0
    names = ("BASELINE", "INFUSION", "RECOVERY", "CLOSED")
    for number, (length, name) in enumerate(zip(lengths, names, strict=False), start=1):
        at += length
        facts.append(fact(at, "phase", ordinal=number, phase=name))
    facts += draw(at_the_pump(list(facts)))
    rows = [*draw(continuous()), *draw(cuffs())]
    for number, (at_s, top, pulse) in enumerate(draw(st.lists(CHARTED, max_size=3))):
        told = fact(850 + number, "charted", ordinal=60 + number, source="paper", HR=pulse)
        pair = {"NIBP_SYS": top, "NIBP_DIA": top - 40} if top else {}
        measured = {"happened_us": NOON_US + at_s * 1_000_000}
        facts.append(replace(told, data={**told.data, **pair, **measured}))
    marks = st.tuples(
        st.integers(0, LONGEST_S),
        st.integers(0, 60),
        st.sampled_from(["", "SpO2", "HR,PR", "NIBP_SYS,NIBP_DIA,NIBP_MEAN,NIBP_PR", "NIBP_SYS"]),
        st.booleans(),
    )
    for number, (begin, length, vitals, withdrawn) in enumerate(draw(st.lists(marks, max_size=3))):
        one = fact(
            500 + number,
            "artefact",
            ordinal=10 + number,
            from_us=NOON_US + begin * 1_000_000,
            to_us=NOON_US + (begin + length) * 1_000_000,
            vitals=vitals,
            cause="movement",
            text="",
        )
        facts.append(one)
        if withdrawn:
            of = f"{one.at_us}-{one.ordinal}"
            undone = fact(600 + number, "corrected", ordinal=20 + number, of=of, reason="mistaken")
            facts.append(replace(undone, data={**undone.data, "withdrawn": True}))
    if draw(st.booleans()):
        top = draw(st.integers(90, 150))
        facts.append(fact(at, "baseline", ordinal=30, NIBP_SYS=top, NIBP_DIA=70, HR=75))
    if draw(st.integers(0, 4)) == 0:
        facts.append(fact(700, "baseline reviewed", ordinal=31, NIBP_SYS=118, reason="the last"))
    for row in draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []:
        if row.value is not None and row.vital is not PR:
            told = fact(800, SUSPECT, ordinal=40 + len(facts))
            data = suspect(row.vital, row.value, row.sampled_at_us)
            facts.append(replace(told, data=data))
    order = draw(st.randoms(use_true_random=False))
    order.shuffle(rows)
    return Story(facts, rows)


def agrees(found: Figures, slow: Slow, preset: Preset) -> None:
    """Nothing that the review says differs from the slow count."""
    assert second(found.end_us) == slow.last
    for one in (found.systolic, found.diastolic):
        expected = slow.rise(one.vital)
        assert one.baseline == expected["baseline"]
        assert (one.peak, one.rise) == (expected["peak"], expected["rise"])
        assert (None if one.peak_us is None else second(one.peak_us)) == expected["peak_at"]
        assert one.above == pytest.approx(expected["above"])
        assert one.area == pytest.approx(expected["area"])
        assert one.held_share == pytest.approx(expected["held"])
        for limit, minutes in one.above_limits.items():
            assert minutes == pytest.approx(slow.above_limit(one.vital, limit))
    assert set(found.systolic.above_limits) == {160.0, 180.0}
    assert [one.vital for one in found.in_range] == list(preset.review.bands)
    for span in found.in_range:
        expected_minutes = slow.bands(span.vital)
        assert [band.minutes for band in span.bands] == pytest.approx(expected_minutes)
        whole = (slow.last - slow.opened) / 60
        assert span.valid_share * whole == pytest.approx(sum(expected_minutes))
        if span.vital is SPO2:
            assert span.below(94.0) == pytest.approx(sum(expected_minutes[:2]))
    for vital in (HR, PR, SPO2, RR):
        _summary_agrees(found, slow, vital)
    _counts_agree(found, slow)
    _points_agree(found, slow)
    _table_agrees(found, slow)


def _summary_agrees(found: Figures, slow: Slow, vital: VitalSign) -> None:
    one, expected = found.summary(vital), slow.summary(vital)
    assert (one is None) == (expected is None)
    if one is None or expected is None:
        return
    assert (one.count, one.minimum, one.median, one.maximum) == (
        expected["count"],
        expected["minimum"],
        expected["median"],
        expected["maximum"],
    )
    assert second(one.minimum_at_us) == expected["minimum_at"]
    assert second(one.maximum_at_us) == expected["maximum_at"]
    assert one.valid_share == pytest.approx(expected["valid"])
    assert one.infusion_share == pytest.approx(expected["infusion"])
    assert one.longest_gap_s == expected["longest_gap"]


def _counts_agree(found: Figures, slow: Slow) -> None:
    done = found.cuffs_done
    assert done.session.planned == slow.planned()
    assert (done.session.taken, done.session.failed, done.session.artefacts) == slow.counted()
    assert done.longest_gap_s == slow.longest_cuff_gap()


def _points_agree(found: Figures, slow: Slow) -> None:
    first, *others = found.points
    base = slow.baseline()
    assert (first.systolic, first.diastolic) == (base.get(SYS), base.get(DIA))
    names = []
    for one in others:
        assert one.at_us is not None
        at = second(one.at_us)
        assert at <= slow.last
        names.append(one.name)
        pair = slow.near(at)
        assert (one.systolic, one.diastolic) == (pair or (None, None))
        half = int(PRESET.review.point_s / 2)
        for vital in (HR, SPO2):
            middle = one.middles.get(vital)
            expected = slow.middle(vital, at - half, at + half)
            assert (None if middle is None else (middle.value, middle.count)) == expected
    expected_names = set()
    if 0 <= slow.start <= slow.last:
        expected_names.add("start")
    if slow.start >= 0:
        for number in PRESET.review.start_minutes:
            if slow.start + number * 60 <= slow.last:
                expected_names.add(f"{number:g} min")
    if slow.rise(SYS)["peak"] is not None:
        expected_names.add("peak")
    if 0 <= slow.stop <= slow.last:
        expected_names.add("end")
    if slow.stop >= 0:
        for number in PRESET.review.end_minutes:
            if slow.stop + number * 60 <= slow.last:
                expected_names.add(f"end +{number:g} min")
    if slow.end >= 0:
        expected_names.add("leave")
    assert (len(names), set(names)) == (len(expected_names), expected_names)


def _table_agrees(found: Figures, slow: Slow) -> None:
    cells = slow.cells()
    assert [second(row.from_us) for row in found.table] == [begin for begin, _ in cells]
    zero = slow.start if slow.start >= 0 else slow.opened
    for row, (begin, end) in zip(found.table, cells, strict=True):
        assert row.minute == (begin - zero) / 60
        own = [one for one in slow.cuffs if begin <= one.at < end]
        shown = [(second(one.at_us), one.systolic, one.diastolic) for one in row.cuffs]
        assert shown == [(one.at, one.parts.get(SYS), one.parts.get(DIA)) for one in own]
        for vital in (HR, SPO2, RR):
            middle = row.middles.get(vital)
            expected = slow.middle(vital, begin, end)
            assert (None if middle is None else (middle.value, middle.count)) == expected


def compared(facts: Sequence[FactRow], rows: Sequence[ReadingRow], preset: Preset) -> None:
    """Both ways of counting, without artefacts and with them."""
    for with_artefacts in (False, True):
        found = review.figures(facts, rows, [], preset, with_artefacts=with_artefacts)
        agrees(found, Slow(facts, rows, preset, with_artefacts=with_artefacts), preset)


@pytest.mark.requirement("REV-001")
@settings(max_examples=60, deadline=None, phases=[hypothesis.Phase.generate])
@given(story=stories())
def test_every_figure_is_the_one_counted_second_by_second(story: Story) -> None:
    compared(story.facts, story.rows, PRESET)


def recorded_story(recording: Recording, longest_s: int) -> Story:
    """A recording as a session: a quarter of it before the infusion, half of it in it."""
    first_s = recording.rows[0].t_s
    rows = [
        reading(round(row.t_s - first_s), value, vital=vital)
        for row in recording.rows
        for vital, value in row.values.items()
        if row.t_s - first_s <= longest_s
    ]
    end = max(4, min(longest_s, round(recording.rows[-1].t_s - first_s)))
    starts = {"BASELINE": end // 8, "INFUSION": end // 4, "RECOVERY": 3 * end // 4, "CLOSED": end}
    facts = [fact(0, "seated", patient_ref="A.M.", planned_minutes=40)]
    facts += [
        fact(at, "phase", ordinal=number, phase=name)
        for number, (name, at) in enumerate(starts.items(), start=1)
    ]
    marked = fact(end, "artefact", ordinal=9, vitals="", cause="movement", text="")
    from_us, to_us = NOON_US + end // 2 * 1_000_000, NOON_US + 600 * end * 1_000
    facts.append(replace(marked, data={**marked.data, "from_us": from_us, "to_us": to_us}))
    return Story(facts, rows)


LONGEST_RECORDED_S = 2 * 3_600


@pytest.mark.requirement("REV-002")
@pytest.mark.parametrize("path", recorded.paths(), ids=lambda path: path.stem)
def test_every_figure_of_every_recording_is_the_one_counted_second_by_second(path: Path) -> None:
    story = recorded_story(recordings.load(path), LONGEST_RECORDED_S)
    # Recorded once a minute or more seldom: a sample stands for longer here.
    preset = replace(PRESET, gap_s=75.0, review=replace(PRESET.review, cuff_hold_s=900.0))
    compared(story.facts, story.rows, preset)
