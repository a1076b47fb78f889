"""The leave gate: every condition by itself, since when it fails, and the edge that passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.care.observations import ENTRIES_MAX, Entry, Item, checked, noted
from monitor.care.readiness import OpenAlarm, Readiness, readiness
from monitor.clinic import Phase, Session
from monitor.conditions import Preset, Priority
from monitor.errors import CommandRefused
from monitor.history import ReadingRow
from tests.judged import DIA, HR, PR, SPO2, SYS, preset
from tests.stored import NOON_US, reading

ENDED_S, NOW_S = 3_600.0, 5_400.0
NOW_US = NOON_US + round(NOW_S * 1e6)
SAID: dict[Item, tuple[float, str | float]] = {
    Item.SITTER: (10.0, "present"),
    Item.OXYGEN: (20.0, "air"),
    Item.SEDATION: (5_000.0, 5.0),
    Item.PADSS: (5_000.0, 9.0),
    Item.LINE: (5_100.0, "out"),
    Item.ADVICE: (5_100.0, "given"),
}
Said = dict[Item, tuple[float, str | float] | None]


def us(second: float) -> int:
    return NOON_US + round(second * 1e6)


def entered(known: Session, item: Item, second: float, value: str | float) -> Session:
    person = "Mia" if value == "present" else ""
    entry = Entry(item=item, value=value, at_us=us(second), actor="rk", person=person)
    return replace(known, observed=noted(known.observed, entry))


def session(said: Said | None = None) -> Session:
    known = Session(
        id="s-1",
        chair="1",
        patient_ref="A",
        phase=Phase.RECOVERY,
        opened_us=NOON_US,
        phase_since_us=us(ENDED_S),
        infusion_started_us=us(1_200.0),
        infusion_ended_us=us(ENDED_S),
        baseline={SYS: 125, DIA: 80, HR: 72, SPO2: 97},
    )
    for item, one in (SAID | (said or {})).items():
        if one is not None:
            known = entered(known, item, *one)
    return known


def cuff(second: float, systolic: float, diastolic: float = 80.0) -> list[ReadingRow]:
    return [reading(second, systolic, vital=SYS), reading(second, diastolic, vital=DIA)]


CUFFS = cuff(4_500.0, 130.0) + cuff(5_300.0, 128.0)
CALM = cuff(3_800.0, 125.0) + cuff(4_500.0, 130.0)


def steady(spo2: float = 97.0, rate: float | None = 72.0, last: int = 310) -> list[ReadingRow]:
    rows = [reading(NOW_S - n, spo2) for n in range(last, 0, -1)]
    if rate is not None:
        rows += [reading(NOW_S - n, rate, vital=HR) for n in range(last, 0, -1)]
    return rows


FASTER = [reading(NOW_S - n, 72.0 if n > 5 else 101.0, vital=HR) for n in range(310, 0, -1)]


def gate(
    said: Said | None = None,
    cuffs: list[ReadingRow] | None = None,
    rows: list[ReadingRow] | None = None,
    alarms: list[OpenAlarm] | None = None,
    *,
    known: Session | None = None,
    now_us: int = NOW_US,
    rules: Preset | None = None,
) -> Readiness:
    taken = (CUFFS if cuffs is None else cuffs) + (steady() if rows is None else rows)
    return readiness(known or session(said), taken, alarms or [], now_us, rules or preset())


def failing(seen: Readiness) -> dict[str, float]:
    """What fails, and since which second."""
    return {
        one.name: (one.failing_since_us - NOON_US) / 1e6
        for one in seen.checks
        if one.failing_since_us is not None
    }


@pytest.mark.requirement("S-60")
def test_the_gate_is_open_when_every_condition_holds() -> None:
    seen = gate()
    assert (seen.ready, failing(seen), len(seen.checks)) == (True, {}, 10)


@pytest.mark.requirement("S-60")
@pytest.mark.parametrize(
    ("name", "since", "seen"),
    [
        ("Recovery", ENDED_S, gate(now_us=NOW_US - 1)),
        ("Blood pressure", ENDED_S, gate(cuffs=[])),
        ("Blood pressure", ENDED_S, gate(cuffs=cuff(5_300.0, 128.0))),
        ("Blood pressure", ENDED_S, gate(cuffs=cuff(4_701.0, 130.0) + cuff(5_300.0, 128.0))),
        ("Blood pressure", ENDED_S, gate(cuffs=cuff(3_000.0, 130.0) + cuff(5_300.0, 128.0))),
        ("Blood pressure", 5_300.0, gate(cuffs=CALM + cuff(5_300, 151))),
        ("Blood pressure", ENDED_S, gate(cuffs=cuff(4_500, 125, 99) + cuff(5_300, 125))),
        ("Heart rate", 5_395.0, gate(rows=[*steady(rate=None), *FASTER])),
        ("Heart rate", ENDED_S, gate(rows=steady(rate=None))),
        ("SpO2 on air", 5_150.0, gate(rows=[*steady(), reading(5_150.0, 91.0, device="oxi")])),
        ("SpO2 on air", 0.0, gate({Item.OXYGEN: None})),
        ("SpO2 on air", 0.0, gate({Item.OXYGEN: (30.0, "oxygen")})),
        ("SpO2 on air", 0.0, gate({Item.OXYGEN: (5_101.0, "air")})),
        ("MOAA/S 5", ENDED_S, gate({Item.SEDATION: None})),
        ("MOAA/S 5", ENDED_S, gate({Item.SEDATION: (3_599.0, 5.0)})),
        ("MOAA/S 5", ENDED_S, gate({Item.SEDATION: (5_000.0, 4.0)})),
        ("Open alarms", 5_200.0, gate(alarms=[OpenAlarm("BP", Priority.MEDIUM, us(5_200.0))])),
        ("PADSS 9 or more", ENDED_S, gate({Item.PADSS: (5_000.0, 8.0)})),
        ("IV line out", 0.0, gate({Item.LINE: None})),
        ("IV line out", 0.0, gate({Item.LINE: (20.0, "in")})),
        ("Sitter present", 0.0, gate({Item.SITTER: None})),
        ("Advice given", 0.0, gate({Item.ADVICE: None})),
    ],
)
def test_each_condition_closes_the_gate_by_itself_and_says_since_when(
    name: str, since: float, seen: Readiness
) -> None:
    assert (seen.ready, failing(seen)) == (False, {name: since})


@pytest.mark.requirement("S-60")
def test_exactly_a_fifth_over_the_baseline_passes_and_one_more_does_not() -> None:
    assert gate(cuffs=cuff(4_500, 150) + cuff(5_300, 100, 64)).ready
    for systolic, diastolic in ((151, 80), (99, 80), (125, 97), (125, 63)):
        over = CALM + cuff(5_300, systolic, diastolic)
        assert failing(gate(cuffs=over)) == {"Blood pressure": 5_300.0}


@pytest.mark.requirement("S-60")
def test_a_high_baseline_does_not_lift_the_absolute_limits() -> None:
    high = replace(session(), baseline={SYS: 150, DIA: 95, HR: 72, SPO2: 97})
    assert gate(known=high, cuffs=cuff(4_500, 160, 100) + cuff(5_300, 160, 100)).ready
    assert not gate(known=high, cuffs=cuff(4_500, 161, 95) + cuff(5_300, 161, 95)).ready


@pytest.mark.requirement("S-60")
def test_without_a_baseline_the_pressure_cannot_pass() -> None:
    assert failing(gate(known=replace(session(), baseline={}))) == {"Blood pressure": ENDED_S}


@pytest.mark.requirement("S-60")
def test_a_pressure_that_is_overdue_does_not_count_any_more() -> None:
    overdue_s = preset().nibp_overdue_s()[Phase.RECOVERY]
    late_us = us(5_300.0 + overdue_s + 1)
    rows = [reading(5_300.0 + overdue_s + 1 - n, 97.0) for n in range(310, 0, -1)]
    rows += [reading(5_300.0 + overdue_s + 1 - n, 72.0, vital=HR) for n in range(310, 0, -1)]
    assert failing(gate(rows=rows, now_us=late_us)) == {"Blood pressure": 5_300.0 + overdue_s}


@pytest.mark.requirement("S-60")
def test_heart_rate_may_be_its_own_or_in_the_usual_range_and_the_pulse_stands_for_it() -> None:
    slow = replace(session(), baseline={SYS: 125, DIA: 80, HR: 45, SPO2: 97})
    assert gate(known=slow, rows=steady(rate=44.0)).ready
    assert not gate(rows=steady(rate=44.0)).ready
    pulse = [reading(NOW_S - n, 72.0, vital=PR) for n in range(310, 0, -1)]
    assert gate(rows=steady(rate=None) + pulse).ready


@pytest.mark.requirement("S-60")
def test_spo2_must_have_been_seen_for_most_of_the_time() -> None:
    rows = [one for one in steady() if one.vital is not SPO2]
    some = [reading(NOW_S - n, 97.0) for n in range(200, 0, -1)]
    assert list(failing(gate(rows=rows + some))) == ["SpO2 on air"]


@pytest.mark.requirement("S-60")
def test_alarms_of_low_priority_do_not_hold_a_patient() -> None:
    assert gate(alarms=[OpenAlarm("HR raised", Priority.LOW, us(5_000.0))]).ready


@pytest.mark.requirement("S-60")
def test_what_was_so_and_is_not_any_more_fails_since_then() -> None:
    gone = entered(session(), Item.SITTER, 5_200.0, "away")
    assert failing(gate(known=gone)) == {"Sitter present": 5_200.0}
    sleepy = entered(session(), Item.SEDATION, 5_250.0, 3.0)
    assert failing(gate(known=sleepy)) == {"MOAA/S 5": 5_250.0}
    worse = entered(session(), Item.PADSS, 5_250.0, 7.0)
    assert failing(gate(known=worse)) == {"PADSS 9 or more": 5_250.0}
    oxygen = entered(session(), Item.OXYGEN, 5_260.0, "oxygen")
    assert failing(gate(known=oxygen)) == {"SpO2 on air": 5_260.0}
    back = entered(gone, Item.SITTER, 5_300.0, "present")
    assert gate(known=back).ready


@pytest.mark.requirement("S-60")
def test_a_clinic_may_use_another_score_or_none() -> None:
    rules = preset()
    none = replace(rules, readiness=replace(rules.readiness, score="none"))
    assert gate({Item.PADSS: None}, rules=none).ready
    aldrete = replace(rules, readiness=replace(rules.readiness, score="Aldrete"))
    assert list(failing(gate(rules=aldrete))) == ["Aldrete 9 or more"]


@pytest.mark.requirement("S-60")
def test_nobody_leaves_during_the_infusion() -> None:
    running = replace(session(), infusion_ended_us=None, phase=Phase.INFUSION)
    assert failing(gate(known=running)) == {"Recovery": 1_200.0}


@pytest.mark.requirement("CAR-005")
@pytest.mark.parametrize(
    ("item", "value", "person"),
    [
        (Item.SEDATION, 6.0, ""),
        (Item.SEDATION, -1.0, ""),
        (Item.SEDATION, 3.5, ""),
        (Item.SEDATION, float("nan"), ""),
        (Item.SEDATION, "5", ""),
        (Item.TEMPERATURE, 36.85, ""),
        (Item.TEMPERATURE, 20.0, ""),
        (Item.OXYGEN, "water", ""),
        (Item.OXYGEN, 1.0, ""),
        (Item.SITTER, "present", " "),
        (Item.SITTER, "present", "x" * 61),
        (Item.SITTER, "away", "Mia"),
        (Item.PADSS, 9.0, "Mia"),
    ],
)
def test_what_cannot_be_seen_is_not_taken(item: Item, value: str | float, person: str) -> None:
    with pytest.raises(CommandRefused):
        checked(item, value, person)


@pytest.mark.requirement("CAR-005")
def test_what_was_seen_is_taken_as_it_is() -> None:
    assert checked(Item.TEMPERATURE, 36.8, "") == (36.8, "")
    assert checked(Item.SITTER, "present", " Mia ") == ("present", "Mia")
    assert checked(Item.SEDATION, 0, "") == (0.0, "")


@pytest.mark.requirement("CAR-005")
def test_so_many_entries_of_an_item_are_kept_at_hand_and_no_more() -> None:
    known = session()
    for second in range(ENTRIES_MAX + 10):
        known = entered(known, Item.SEDATION, 5_000.0 + second, 4.0)
    kept = known.observed[Item.SEDATION]
    assert (len(kept), kept[-1].at_us) == (ENTRIES_MAX, us(5_000.0 + ENTRIES_MAX + 9))
