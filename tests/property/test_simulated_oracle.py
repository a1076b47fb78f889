"""Every figure of simulated sessions, of their reports and course rows, against the slow count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest

from monitor import review
from monitor.care.course import Infusion, Known, infusion_of
from monitor.history import ReadingRow
from monitor.report.during import points, table
from monitor.report.source import Source
from monitor.report.wording import NONE, listed, number, signed
from monitor.review.by_hand import BY_HAND
from monitor.review.wording import minutes
from monitor.vitals import Validity, VitalSign
from tests.property.test_review_oracle import HR, PRESET, RR, SPO2, compared
from tests.reported import letterhead
from tests.review_oracle import DIA, SYS, Cuff, Slow, second
from tests.simulated import CLOSED_S, START_S, Lived, lived
from tests.stored import NOON_US

SEEDS = (1, 2, 3, 12)
LATE_US = NOON_US + 86_400_000_000


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[Lived]:
    found = lived(SEEDS, tmp_path_factory.mktemp("lived") / "record.db")
    assert len(found) == len(SEEDS)
    return found


@pytest.mark.requirement("REV-009")
def test_the_sessions_hold_every_trouble(sessions: list[Lived]) -> None:
    for one in sessions:
        assert {fact.kind for fact in one.facts} >= {"pump", "charted", "artefact", "corrected"}
        assert {Validity.INVALID, Validity.NOT_AVAILABLE} & {row.validity for row in one.readings}
        times = sorted({second(row.sampled_at_us) for row in one.readings if row.vital is SPO2})
        assert max(after - before for before, after in pairwise(times)) > 30
        assert max(row.value or 0 for row in one.readings if row.vital is SYS) > 160
        assert {"BP-H1", "SPO2-2"} <= {step.condition for step in one.steps}
    held = {row.vital for one in sessions for row in one.readings}
    assert held >= {SYS, DIA, HR, SPO2, RR, VitalSign.PULSE_RATE, VitalSign.PERFUSION_INDEX}


@pytest.mark.requirement("REV-009")
def test_every_figure_of_simulated_sessions_is_the_one_counted_second_by_second(
    sessions: list[Lived],
) -> None:
    for one in sessions:
        compared(one.facts, one.readings, PRESET)


@dataclass(frozen=True)
class Counted:
    """A session, and its slow count without artefacts."""

    lived: Lived
    slow: Slow

    def after_min(self, at: object) -> float:
        assert isinstance(at, int)
        return (at - START_S) / 60


def counted(sessions: list[Lived]) -> Iterator[Counted]:
    for one in sessions:
        yield Counted(one, Slow(one.facts, one.readings, PRESET))


def row_of(one: Lived) -> Infusion:
    """The course table's row."""
    found = review.figures(one.facts, one.readings, one.steps, PRESET)
    seen = review.review(one.facts, one.readings, one.steps)
    return infusion_of(1, Known(one.facts, found, seen.alarms), {}, LATE_US)


def given_mg(one: Lived) -> float:
    """Second by second what the pump ran at, as people said it."""
    (order,) = [fact.data for fact in one.facts if fact.kind == "ordered"]
    said = {second(fact.at_us): fact.data for fact in one.facts if fact.kind == "pump"}
    rate = before = total = 0.0
    for at in range(int(CLOSED_S)):
        data = said.get(at, {})
        if data.get("action") in ("pause", "stop"):
            before, rate = rate, 0.0
        elif data.get("action") == "resume":
            rate = before
        rate = float(data.get("rate_ml_h") or rate)
        total += rate / 3_600 * float(order["concentration_mg_ml"] or 0)
    return total


@pytest.mark.requirement("CRS-002")
def test_the_course_rows_of_simulated_sessions_are_the_slow_count(sessions: list[Lived]) -> None:
    for one in counted(sessions):
        row, rise, low = row_of(one.lived), one.slow.rise(SYS), one.slow.summary(SPO2)
        assert low is not None
        base = one.slow.baseline()
        assert [row.baseline.get(vital) for vital in (SYS, DIA)] == [base[SYS], base[DIA]]
        assert row.given_mg == pytest.approx(given_mg(one.lived))
        assert row.peak_rise == rise["rise"]
        assert row.peak_after_min == one.after_min(rise["peak_at"]) // 1
        assert row.lowest_spo2 == low["minimum"]
        assert row.lowest_spo2_after_min == one.after_min(low["minimum_at"]) // 1
        assert row.over_limits
        for (vital, limit), over in row.over_limits.items():
            assert over == pytest.approx(one.slow.above_limit(vital, limit))
        alarms = {step.alarm for step in one.lived.steps if step.to_state == "ACTIVE_UNACK"}
        assert sum(row.alarms.values()) == len(alarms)


@pytest.mark.requirement("REV-009")
def test_the_reports_of_simulated_sessions_say_the_slow_count(sessions: list[Lived]) -> None:
    for one in counted(sessions):
        facts, readings, steps = one.lived.facts, one.lived.readings, one.lived.steps
        head = letterhead(zone="UTC")
        source = Source(
            facts=facts, readings=readings, transitions=steps, preset=PRESET, letterhead=head
        )
        shown = [row.cells[1:] for row in table(source).rows]
        assert shown == list(told_table(one))
        said = {one.label: one.text for one in points(source).said}
        rise, below = one.slow.rise(SYS), one.slow.rise(DIA)
        peak_at = one.after_min(rise["peak_at"])
        assert said["Peak rise"] == (
            f"{rise['rise']:+g}/{told_sign(below['rise'])}; "
            f"SBP {rise['peak']:g} at {int(peak_at // 1):+d} min"
        )
        assert said["SBP over"] == told_above(one.slow)
        limits = source.figures.diastolic.above_limits
        over = {limit: one.slow.above_limit(DIA, limit) for limit in limits}
        told = [f"{limit:g} {minutes(count)}" for limit, count in over.items() if count]
        assert said.get("DBP over", NONE) == listed(told)
        low = one.slow.summary(SPO2)
        assert low is not None
        assert said["SpO2 low"].startswith(f"{low['minimum']:g} at ")
        assert said["SpO2 low"].endswith(f"; min {told_below(one.slow)}")


def told_sign(value: object) -> str:
    assert value is None or isinstance(value, int | float)
    return signed(value)


def told_above(slow: Slow) -> str:
    """How long the pressure was over each limit and over the baseline."""
    limits = [(f"{limit:g}", slow.above_limit(SYS, limit)) for limit in (160.0, 180.0)]
    above = slow.rise(SYS)["above"]
    assert isinstance(above, dict)
    steps = [(f"{step:+g}", count) for step, count in above.items()]
    return listed(f"{name} {minutes(count)}" for name, count in (*limits, *steps) if count)


def told_below(slow: Slow) -> str:
    """How long the saturation was below each edge of its bands."""
    edges, counts = PRESET.review.bands[SPO2], slow.bands(SPO2)
    return listed(
        f"<{edge:g} {minutes(sum(counts[: place + 1]))}" for place, edge in enumerate(edges)
    )


def told_table(one: Counted) -> Iterator[tuple[str, ...]]:
    """Minute, pressure, HR, SpO2, RR and sedation of each row that has anything."""
    for begin, end in one.slow.cells():
        middles = [one.slow.middle(vital, begin, end) for vital in (HR, SPO2, RR)]
        words = [NONE if middle is None else number(middle[0]) for middle in middles]
        words.append(told_sedation(one.lived, begin, end))
        own = [cuff for cuff in one.slow.cuffs if begin <= cuff.at < end]
        if not own and any(word != NONE for word in words):
            yield (told_minute(begin), NONE, *words)
        for place, cuff in enumerate(own):
            shown = words if place == 0 else [NONE] * 4
            yield (told_minute(cuff.at), told_cuff(cuff, one.slow.rows), *shown)


def told_sedation(lived_: Lived, begin: int, end: int) -> str:
    said = [
        float(fact.data["value"] or 0)
        for fact in lived_.facts
        if fact.data.get("item") == "MOAA/S" and begin <= second(fact.at_us) < end
    ]
    return number(said[-1]) if said else NONE


def told_minute(at: int) -> str:
    return f"{int((at - START_S) // 60):+d}"


def told_cuff(cuff: Cuff, rows: list[ReadingRow]) -> str:
    if cuff.marked:
        raw = {
            row.vital: row.value
            for row in rows
            if (second(row.sampled_at_us), row.device) == (cuff.at, cuff.device)
        }
        return f"{number(raw.get(SYS))}/{number(raw.get(DIA))} X"
    if not cuff.valid:
        return "failed"
    who = "M" if cuff.device == BY_HAND else "D"
    return f"{number(cuff.parts.get(SYS))}/{number(cuff.parts.get(DIA))} {who}"
