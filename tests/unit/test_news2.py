"""The early warning score: the table of the Royal College, and what is missing from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.care.news2 import Part, news2
from monitor.care.observations import Entry, Item, noted
from monitor.care.scoring import scored
from monitor.clinic import Phase, Session
from monitor.history import ReadingRow
from monitor.vitals import VitalSign
from tests.judged import DIA, HR, SYS, preset
from tests.stored import NOON_US, reading

WELL: dict[Part, float | str] = {
    Part.RESPIRATION: 14,
    Part.SPO2: 97,
    Part.OXYGEN: "air",
    Part.SYSTOLIC: 125,
    Part.PULSE: 72,
    Part.CONSCIOUSNESS: "alert",
    Part.TEMPERATURE: 36.8,
}
TABLE: list[tuple[Part, list[tuple[float | str, int]]]] = [
    (
        Part.RESPIRATION,
        [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
    ),
    (Part.SPO2, [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]),
    (Part.OXYGEN, [("air", 0), ("oxygen", 2)]),
    (
        Part.SYSTOLIC,
        [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    ),
    (
        Part.PULSE,
        [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (131, 3)],
    ),
    (
        Part.CONSCIOUSNESS,
        [("alert", 0), ("confused", 3), ("voice", 3), ("pain", 3), ("unresponsive", 3)],
    ),
    (
        Part.TEMPERATURE,
        [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
    ),
]


@pytest.mark.requirement("S-59")
@pytest.mark.parametrize(
    ("part", "value", "points"),
    [(part, value, points) for part, rows in TABLE for value, points in rows],
)
def test_each_item_scores_as_the_table_says(part: Part, value: float | str, points: int) -> None:
    assert news2(WELL | {part: value}).total == points


@pytest.mark.requirement("S-59")
@pytest.mark.parametrize("part", list(Part))
def test_one_item_missing_makes_the_score_partial(part: Part) -> None:
    score = news2({one: value for one, value in WELL.items() if one is not part})
    assert (score.total, score.risk, score.missing) == (None, "", (part,))
    assert score.text == "partial 6 of 7"


@pytest.mark.parametrize(
    ("more", "risk"),
    [
        ({}, "low"),
        ({Part.OXYGEN: "oxygen", Part.SPO2: 93}, "low"),
        ({Part.SYSTOLIC: 220}, "low-medium"),
        ({Part.SYSTOLIC: 220, Part.OXYGEN: "oxygen"}, "medium"),
        ({Part.SYSTOLIC: 220, Part.OXYGEN: "oxygen", Part.SPO2: 93}, "high"),
    ],
)
@pytest.mark.requirement("S-59")
def test_the_total_says_which_response_it_asks_for(
    more: dict[Part, float | str], risk: str
) -> None:
    assert news2(WELL | more).risk == risk


# ------------------------------------------------------------------ what is known at a chair

NOW_S = 1_000.0
NOW_US = NOON_US + round(NOW_S * 1e6)


def session() -> Session:
    return Session(
        id="s-1",
        chair="1",
        patient_ref="A",
        phase=Phase.RECOVERY,
        opened_us=NOON_US,
        phase_since_us=NOON_US,
    )


def entered(known: Session, item: Item, value: str | float, second: float) -> Session:
    entry = Entry(item=item, value=value, at_us=NOON_US + round(second * 1e6), actor="rk")
    return replace(known, observed=noted(known.observed, entry))


def measured() -> list[ReadingRow]:
    rows = [reading(NOW_S - n, 97.0) for n in range(40, 0, -1)]
    rows += [reading(NOW_S - n, 72.0, vital=HR) for n in range(40, 0, -1)]
    return [*rows, reading(900.0, 125.0, vital=SYS), reading(900.0, 80.0, vital=DIA)]


@pytest.mark.requirement("S-59")
def test_the_score_is_whole_when_devices_and_people_have_told_all_seven() -> None:
    known = session()
    assert scored(known, measured(), NOW_US, preset()).text == "partial 3 of 7"
    for item, value in (
        (Item.RESPIRATION, 22.0),
        (Item.OXYGEN, "air"),
        (Item.CONSCIOUSNESS, "alert"),
    ):
        known = entered(known, item, value, 950.0)
    assert scored(known, measured(), NOW_US, preset()).missing == (Part.TEMPERATURE,)
    known = entered(known, Item.TEMPERATURE, 38.4, 960.0)
    assert scored(known, measured(), NOW_US, preset()).text == "3 (low risk)"
    counted = [reading(NOW_S - n, 14.0, vital=VitalSign.RESPIRATORY_RATE) for n in range(20, 0, -1)]
    assert scored(known, measured() + counted, NOW_US, preset()).total == 1


@pytest.mark.requirement("S-59")
def test_what_is_too_old_is_missing() -> None:
    known = entered(session(), Item.CONSCIOUSNESS, "alert", 950.0)
    later_us = NOW_US + round(preset().entries.entered_s * 1e6)
    assert Part.CONSCIOUSNESS in scored(known, measured(), NOW_US, preset()).points
    assert scored(known, measured(), later_us, preset()).points == {}
