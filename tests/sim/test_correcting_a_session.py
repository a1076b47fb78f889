"""What was seen at the chair, entered late, corrected or withdrawn: gate and alarms follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts import AlarmState
from monitor.care.notes import Noted, noted_of
from monitor.care.observations import Item, newest
from monitor.care.session import session_of
from monitor.clinic import Phase
from monitor.commands import EnterScore, SessionAct
from monitor.commands.correcting import Correct
from monitor.commands.leaving import gate_of
from monitor.commands.observing import Observe
from monitor.conditions import Priority
from monitor.errors import CommandRefused
from monitor.history import HANDED_OVER, OBSERVED
from tests.real.test_leaving import FULL, recovered
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped

pytestmark = pytest.mark.asyncio
SECOND_US = 1_000_000
SED = tuple[Priority, AlarmState, float | None] | None


def ago(house: Stepped, seconds: int) -> int:
    """That many seconds before now."""
    return house.clock.utc_us() - seconds * SECOND_US


async def observe(
    house: Stepped, session: str, item: Item, value: str | float, at_us: int | None = None
) -> str:
    """A nurse enters what they see, or saw at that time; the entry's name."""
    person = "Mia" if value == "present" else ""
    act = Observe(
        session=session, item=item, value=value, person=person, happened_us=at_us, actor=ACTOR
    )
    return await house.commands.execute(act)


async def correct(house: Stepped, session: str, of: str, **said: Any) -> None:
    """An entry was otherwise, or never was."""
    act = Correct(session=session, of=of, reason="slip of the finger", actor=ACTOR)
    await house.commands.execute(replace(act, **said))


async def withdraw(house: Stepped, session: str, of: str) -> None:
    await correct(house, session, of, withdrawn=True)


async def refused(house: Stepped, act: SessionAct) -> str:
    with pytest.raises(CommandRefused) as caught:
        await house.commands.execute(act)
    return caught.value.why


def sedation(house: Stepped) -> SED:
    """The open alarm of sedation at chair 1."""
    found = [one for one in house.ward.engine.alarms("1") if one.condition == "SED"]
    return (found[0].priority, found[0].state, found[0].value) if found else None


def failing(house: Stepped, session: str) -> list[str]:
    """What the leave gate still lacks."""
    seated = house.ward.seating.find(session)
    assert seated is not None
    return [one.name for one in gate_of(house.ward, seated).checks if not one.holds]


async def entries(house: Stepped, session: str, kind: str = OBSERVED) -> list[Noted]:
    await house.record.commit()
    return [one for one in noted_of(await house.record.facts(session)) if one.fact.kind == kind]


ACTIVE = AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("COR-001")
async def test_what_was_seen_earlier_has_both_times_and_is_marked_manual(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(600)
        await observe(house, session, Item.SEDATION, 5.0)
        seen_us = ago(house, 300)
        await observe(house, session, Item.OXYGEN, "oxygen", seen_us)
        await house.commands.execute(
            EnterScore(
                session=session, item=Item.PADSS, parts=FULL, happened_us=seen_us, actor=ACTOR
            )
        )
        await observe(house, session, Item.OXYGEN, "air", ago(house, 500))
        told = await entries(house, session)
        assert [(one.data["value"], one.manual) for one in told] == [
            ("air", True),
            ("oxygen", True),
            (10.0, True),
            (5.0, False),
        ]
        assert (told[1].at_us, told[1].fact.at_us) == (seen_us, house.clock.utc_us())
        seated = house.ward.seating.find(session)
        assert seated is not None
        # The newest is what was seen last, whatever was entered last.
        last = newest(seated.observed, Item.OXYGEN)
        assert last is not None
        assert (last.value, last.at_us) == ("oxygen", seen_us)
        for wrong_us in (ago(house, -60), ago(house, 7_200)):
            act = Observe(
                session=session, item=Item.OXYGEN, value="air", happened_us=wrong_us, actor=ACTOR
            )
            assert "still to come" in await refused(house, act)


@pytest.mark.requirement("COR-001")
async def test_after_the_close_it_is_entered_with_its_time_and_corrected(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(120)
        seen_us = ago(house, 60)
        await house.enter(session, Phase.RECOVERY)
        await house.enter(session, Phase.CLOSED)
        house.wait(600.0)
        act = Observe(session=session, item=Item.SEDATION, value=4.0, actor=ACTOR)
        assert "nobody said when" in await refused(house, act)
        name = await observe(house, session, Item.SEDATION, 4.0, seen_us)
        await correct(house, session, name, value=5.0, happened_us=seen_us - SECOND_US)
        (told,) = await entries(house, session)
        assert (told.data["value"], told.at_us) == (5.0, seen_us - SECOND_US)
        assert told.manual
        assert told.corrections[0].reason == "slip of the finger"
        assert sedation(house) is None


@pytest.mark.requirement("COR-002")
async def test_a_late_score_alarms_where_it_is_the_newest_and_still_stands(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(300)
        await observe(house, session, Item.SEDATION, 5.0)
        house.hold(300)
        # Older than what is known: no news of now.
        await observe(house, session, Item.SEDATION, 1.0, ago(house, 400))
        assert sedation(house) is None
        # The newest that is known of this patient, and no hour old.
        await observe(house, session, Item.SEDATION, 2.0, ago(house, 200))
        assert sedation(house) == (Priority.HIGH, ACTIVE, 2.0)


@pytest.mark.requirement("COR-002")
async def test_a_score_longer_ago_than_an_entry_stands_neither_alarms_nor_ends_an_alarm(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        stands_s = round(house.ward.preset.entries.entered_s)
        house.wait(60.0)
        house.wait(float(stands_s))
        await observe(house, session, Item.SEDATION, 1.0, ago(house, stands_s + 1))
        assert sedation(house) is None
        await observe(house, session, Item.SEDATION, 3.0, ago(house, stands_s))
        assert sedation(house) == (Priority.LOW, ACTIVE, 3.0)
        await observe(house, session, Item.SEDATION, 3.0)
        house.wait(float(stands_s) + 60.0)
        await observe(house, session, Item.SEDATION, 5.0, ago(house, stands_s + 1))
        assert sedation(house) == (Priority.LOW, ACTIVE, 3.0)
        await observe(house, session, Item.SEDATION, 5.0)
        assert sedation(house) is None


@pytest.mark.requirement("COR-003")
async def test_a_corrected_score_moves_its_alarm_and_a_restart_keeps_that(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(60)
        name = await observe(house, session, Item.SEDATION, 2.0)
        assert sedation(house) == (Priority.HIGH, ACTIVE, 2.0)
        await correct(house, session, name, value=3.0)
        assert sedation(house) == (Priority.LOW, ACTIVE, 3.0)
        await correct(house, session, name, value=5.0)
        assert sedation(house) is None
        await correct(house, session, name, value=2.0)
        assert sedation(house) == (Priority.HIGH, ACTIVE, 2.0)
        await house.record.commit()
    async with stepped(tmp_path, at_s=90) as again:
        assert sedation(again) == (Priority.HIGH, ACTIVE, 2.0)
        await correct(again, session, name, value=5.0)
        assert sedation(again) == (Priority.HIGH, AlarmState.LATCHED_UNACK, 2.0)


@pytest.mark.requirement("COR-003")
async def test_a_withdrawn_score_ends_its_alarm_and_what_was_before_it_stands_again(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(60)
        first = await observe(house, session, Item.SEDATION, 3.0)
        house.hold(60)
        second = await observe(house, session, Item.SEDATION, 5.0)
        assert sedation(house) is None
        # The good score never was: the patient is as the one before said.
        await withdraw(house, session, second)
        assert sedation(house) == (Priority.LOW, ACTIVE, 3.0)
        await house.record.commit()
    async with stepped(tmp_path, at_s=180) as again:
        assert sedation(again) == (Priority.LOW, ACTIVE, 3.0)
        # And nothing is known when that one never was either.
        await withdraw(again, session, first)
        assert sedation(again) is None
        await again.enter(session, Phase.RECOVERY)
        assert sedation(again) is None
        await again.record.commit()
    async with stepped(tmp_path, at_s=240) as third:
        seated = third.ward.seating.find(session)
        assert seated == session_of(third.ward.facts.ledger.of(session))
        assert sedation(third) is None


@pytest.mark.requirement("COR-003")
async def test_a_score_moved_to_before_another_no_longer_counts_and_its_time_alone_is_no_news(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(300)
        await observe(house, session, Item.SEDATION, 3.0)
        house.hold(60)
        name = await observe(house, session, Item.SEDATION, 5.0)
        assert sedation(house) is None
        await correct(house, session, name, happened_us=ago(house, 10))
        assert sedation(house) is None
        await correct(house, session, name, happened_us=ago(house, 200))
        assert sedation(house) == (Priority.LOW, ACTIVE, 3.0)


@pytest.mark.requirement("COR-004")
@pytest.mark.parametrize(
    ("item", "check"),
    [
        ("MOAA/S", "MOAA/S 5"),
        ("sitter", "Sitter present"),
        ("oxygen", "SpO2 on air"),
        ("IV line", "IV line out"),
        ("PADSS", "PADSS 9 or more"),
        (HANDED_OVER, "Advice given"),
    ],
)
async def test_what_is_withdrawn_opens_the_leave_gate_again(
    tmp_path: Path, item: str, check: str
) -> None:
    async with stepped(tmp_path) as house:
        session = await recovered(house)
        assert failing(house, session) == []
        kind = HANDED_OVER if item == HANDED_OVER else OBSERVED
        said = await entries(house, session, kind)
        for one in said:
            if item in (one.data.get("item"), one.fact.kind):
                name = f"{one.fact.at_us}-{one.fact.ordinal}"
                await withdraw(house, session, name)
        left = failing(house, session)
        if item == "sitter":
            # Whoever was handed the patient is there, until that is withdrawn too.
            (handed,) = await entries(house, session, HANDED_OVER)
            await withdraw(house, session, f"{handed.fact.at_us}-{handed.fact.ordinal}")
            left = failing(house, session)
        assert check in left
        await house.record.commit()
    async with stepped(tmp_path, at_s=house.time[0] - 17.25) as again:
        assert check in failing(again, session)


@pytest.mark.requirement("COR-004")
async def test_a_corrected_value_opens_and_closes_the_gate(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await recovered(house)
        (score,) = [
            one for one in await entries(house, session) if one.data["item"] == Item.SEDATION.value
        ]
        name = f"{score.fact.at_us}-{score.fact.ordinal}"
        await correct(house, session, name, value=4.0)
        assert failing(house, session) == ["MOAA/S 5"]
        await observe(house, session, Item.SEDATION, 5.0, ago(house, 60))
        assert failing(house, session) == []
        act = Correct(session=session, of=name, reason="slip", value=9.0, actor=ACTOR)
        assert "number from 0 to 5" in await refused(house, act)
        assert "stands so already" in await refused(house, replace(act, value=4.0))
        (padss,) = [one for one in await entries(house, session) if one.data["item"] == "PADSS"]
        of = f"{padss.fact.at_us}-{padss.fact.ordinal}"
        assert "item by item" in await refused(house, replace(act, of=of))
        (handed,) = await entries(house, session, HANDED_OVER)
        of = f"{handed.fact.at_us}-{handed.fact.ordinal}"
        assert "this is handed over" in await refused(house, replace(act, of=of, actor=CLINICIAN))


@pytest.mark.requirement("COR-004")
async def test_a_sitter_who_is_corrected_away_leaves_no_name(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        name = await observe(house, session, Item.SITTER, "present")
        act = Correct(session=session, of=name, reason="it was Ana", person="Ana", actor=ACTOR)
        await house.commands.execute(act)
        seated = house.ward.seating.find(session)
        assert seated is not None
        last = newest(seated.observed, Item.SITTER)
        assert last is not None
        assert (last.value, last.person) == ("present", "Ana")
        await correct(house, session, name, value="away")
        seated = house.ward.seating.find(session)
        assert seated is not None
        last = newest(seated.observed, Item.SITTER)
        assert last is not None
        assert (last.value, last.person) == ("away", "")
