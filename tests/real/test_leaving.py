"""The way out: scores by item, the gate at the door, hand-over, and whose sensors are still on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.care.handover import hand_over_of
from monitor.care.leaving_terms import ADVICE, LeavingTable
from monitor.care.observations import Entry, Item, checked, newest
from monitor.care.scales import SCALES, scored, short_of
from monitor.care.session import entry_of, observed_data
from monitor.clinic import Phase
from monitor.commands import (
    CloseAnyway,
    CloseSession,
    EnterPhase,
    EnterScore,
    HandOver,
    Observe,
    SeatPatient,
    TurnOver,
)
from monitor.commands.leaving import gate_of
from monitor.errors import CommandRefused, NotAllowed
from monitor.history import FactRow
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped

FULL = {part.name: 2 for part in SCALES[Item.PADSS]}
POINTS = tuple(point.id for point in ADVICE)
TILE_S = 1.0


def state(house: Stepped, chair: str = "1") -> str:
    now_s, now_us = house.clock.monotonic(), house.clock.utc_us()
    return house.ward.board.tile(chair, now_s, now_us).state


async def observe(house: Stepped, session: str, item: Item, value: str | float) -> None:
    person = "Mia" if value == "present" else ""
    await house.commands.execute(
        Observe(session=session, item=item, value=value, person=person, actor=ACTOR)
    )


def close(session: str, cuff: str = "off", probe: str = "off", reason: str = "") -> CloseSession:
    return CloseSession(session=session, cuff=cuff, probe=probe, reason=reason, actor=ACTOR)


def anyway(session: str, why: str, actor: str) -> CloseAnyway:
    return CloseAnyway(session=session, cuff="off", probe="off", override=why, actor=actor)


async def recovered(house: Stepped) -> str:
    """A patient for whom everything is so that they may leave, a minute after it became so."""
    session = await house.seat(phase=Phase.BASELINE)
    for _ in range(2):
        house.hold(70, NIBP_SYSTOLIC=120.0, NIBP_DIASTOLIC=78.0)
    house.hold(300)
    await house.enter(session, Phase.INFUSION)
    house.hold(60)
    await house.enter(session, Phase.RECOVERY)
    for item, value in ((Item.OXYGEN, "air"), (Item.SITTER, "present"), (Item.LINE, "out")):
        await observe(house, session, item, value)
    await observe(house, session, Item.SEDATION, 5.0)
    await house.commands.execute(
        EnterScore(session=session, item=Item.PADSS, parts=FULL, actor=ACTOR)
    )
    for _ in range(6):
        house.hold(1, NIBP_SYSTOLIC=121.0, NIBP_DIASTOLIC=77.0)
        house.hold(300)
    await hand_over(house, session)
    house.hold(60)
    return session


def last_two(house: Stepped, session: str) -> list[tuple[str, bool]]:
    """The gate's items of who goes along, and whether each holds."""
    seated = house.ward.seating.find(session)
    assert seated is not None
    found = {one.name: one.holds for one in gate_of(house.ward, seated).checks}
    return [(name, found[name]) for name in ("Sitter present", "Advice given")]


async def hand_over(house: Stepped, session: str, points: tuple[str, ...] = POINTS) -> None:
    await house.commands.execute(
        HandOver(session=session, sitter="Mia", points=points, actor=ACTOR)
    )


async def facts_of(house: Stepped, session: str, kind: str) -> list[FactRow]:
    await house.record.commit()
    return [one for one in await house.record.facts(session) if one.kind == kind]


@pytest.mark.requirement("LVE-002")
def test_a_score_is_the_sum_of_its_five_items_and_a_fact_keeps_each() -> None:
    parts = FULL | {"bleeding": 1}
    assert scored(Item.PADSS, parts) == 9
    entry = Entry(item=Item.PADSS, value=9.0, at_us=5, actor="rk", parts=parts)
    fact = FactRow(
        at_us=5,
        ordinal=1,
        session="s",
        chair="1",
        kind="observed",
        actor="rk",
        data=observed_data(entry),
    )
    assert entry_of(fact) == replace(entry, name="5-1", told_us=5)
    assert entry_of(fact).parts == parts


@pytest.mark.requirement("LVE-002")
@pytest.mark.parametrize(
    "parts",
    [
        {},
        dict.fromkeys(list(FULL)[:4], 2),
        FULL | {"bleeding": 3},
        FULL | {"bleeding": -1},
        FULL | {"mood": 2},
    ],
)
def test_a_score_that_is_not_whole_is_refused(parts: dict[str, int]) -> None:
    with pytest.raises(CommandRefused):
        scored(Item.PADSS, parts)


@pytest.mark.requirement("LVE-002")
def test_each_scale_has_five_items_of_two_and_a_bare_sum_is_not_taken_any_more() -> None:
    for item, parts in SCALES.items():
        assert scored(item, {part.name: 2 for part in parts}) == 10
        assert len(parts) == 5
        with pytest.raises(CommandRefused, match="item by item"):
            checked(item, 9.0, "")


@pytest.mark.requirement("LVE-003")
def test_aldrete_wants_full_points_in_respiration_and_saturation() -> None:
    full = {part.name: 2 for part in SCALES[Item.ALDRETE]}
    assert short_of(Item.ALDRETE, full) == []
    assert short_of(Item.ALDRETE, full | {"SpO2": 1}) == ["SpO2"]
    assert short_of(Item.ALDRETE, full | {"activity": 1}) == []
    assert short_of(Item.ALDRETE, {}) == []


@pytest.mark.requirement("LVE-004")
async def test_a_patient_who_is_not_ready_is_not_let_go_and_each_condition_is_named(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.RECOVERY)
        house.hold(60)
        with pytest.raises(CommandRefused, match="may not leave yet") as refused:
            await house.commands.execute(close(session))
        names = [one.partition(":")[0] for one in refused.value.why.split("; ")]
        assert names == [
            "Recovery",
            "Blood pressure",
            "SpO2 on air",
            "MOAA/S 5",
            "PADSS 9 or more",
            "IV line out",
            "Sitter present",
            "Advice given",
        ]
        assert house.ward.seating.at("1") is not None


@pytest.mark.requirement("LVE-005")
async def test_only_a_clinician_overrides_by_name_and_what_was_missing_is_kept(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.RECOVERY)
        with pytest.raises(NotAllowed):
            await house.commands.execute(anyway(session, "goes home", ACTOR))
        with pytest.raises(CommandRefused, match="reason"):
            await house.commands.execute(anyway(session, " ", CLINICIAN))
        await house.commands.execute(anyway(session, "goes to the ward", CLINICIAN))
        (*_, fact) = await facts_of(house, session, "phase")
        assert (fact.actor, fact.data["override"]) == (CLINICIAN, "goes to the ward")
        assert "Sitter present: not entered" in str(fact.data["missing"])
        (turned,) = await facts_of(house, session, "turned over")
        assert turned.data["ready_us"] is None


@pytest.mark.requirement("LVE-006")
async def test_who_is_ready_leaves_and_since_when_is_kept_beside_when_they_left(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await recovered(house)
        told_us = house.clock.utc_us() - 60_000_000
        await house.commands.execute(close(session))
        (*_, fact) = await facts_of(house, session, "phase")
        assert "override" not in fact.data
        (turned,) = await facts_of(house, session, "turned over")
        ready_us = turned.data["ready_us"]
        assert isinstance(ready_us, int)
        assert told_us <= ready_us < told_us + 1_000_000
        assert fact.at_us - ready_us >= 59_000_000


@pytest.mark.requirement("LVE-007")
async def test_who_was_never_infused_leaves_when_cuff_and_probe_are_spoken_of(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        for wrong in (close(session, cuff=""), close(session, probe="gone")):
            with pytest.raises(CommandRefused, match="not turned over"):
                await house.commands.execute(wrong)
        with pytest.raises(CommandRefused, match="reason"):
            await house.commands.execute(close(session, cuff="kept"))
        with pytest.raises(CommandRefused, match="not closed like this"):
            await house.commands.execute(
                EnterPhase(session=session, phase=Phase.CLOSED, actor=ACTOR)
            )
        await house.commands.execute(close(session))
        assert (house.ward.seating.at("1"), state(house)) == (None, "EMPTY")


@pytest.mark.requirement("LVE-008")
async def test_an_active_high_alarm_keeps_a_session_open_before_the_infusion_too(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        house.hold(12, SPO2=82.0)
        with pytest.raises(CommandRefused, match="may not leave") as refused:
            await house.commands.execute(close(session))
        assert "Open alarms" in refused.value.why
        await house.enter(session, Phase.CLOSED)
        assert house.ward.seating.at("1") is None


@pytest.mark.requirement("LVE-009")
async def test_a_chair_where_something_was_kept_on_is_done_until_it_is_turned_over(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        await house.commands.execute(close(session, probe="kept", reason="waits for the taxi"))
        assert state(house) == "DONE"
    async with stepped(tmp_path, chairs=1, at_s=30.0) as house:
        assert state(house) == "DONE"
        next_one = SeatPatient(chair="1", patient_ref="B.N.", planned_minutes=40, actor=ACTOR)
        with pytest.raises(CommandRefused, match="not turned over") as refused:
            await house.commands.execute(next_one)
        assert "probe of A.M." in refused.value.why
        off = TurnOver(chair="1", cuff="off", probe="off", actor=ACTOR)
        await house.commands.execute(off)
        assert state(house) == "EMPTY"
        with pytest.raises(CommandRefused, match="nothing was kept"):
            await house.commands.execute(off)
        await house.commands.execute(next_one)
        assert state(house) == "READY"
        first, second = await facts_of(house, session, "turned over")
        assert (first.data["reason"], second.data["probe"]) == ("waits for the taxi", "off")
        assert first.data["ready_us"] == second.data["ready_us"]
    async with stepped(tmp_path, chairs=1, at_s=60.0) as house:
        assert state(house) == "READY"


@pytest.mark.requirement("LVE-009")
async def test_the_same_patient_may_sit_down_again_with_everything_on(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        await house.commands.execute(close(session, cuff="kept", reason="closed by mistake"))
        assert await house.seat(phase=Phase.BASELINE) != session


@pytest.mark.requirement("LVE-010")
async def test_the_sitter_is_told_every_point_and_that_opens_the_gate_s_last_two_items(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.INFUSION)
        with pytest.raises(CommandRefused, match="not handed over"):
            await hand_over(house, session)
        await house.enter(session, Phase.RECOVERY)
        assert last_two(house, session) == [("Sitter present", False), ("Advice given", False)]
        await observe(house, session, Item.SITTER, "present")
        # That somebody sits there is not yet that they were told.
        assert last_two(house, session) == [("Sitter present", True), ("Advice given", False)]
        await observe(house, session, Item.SITTER, "away")
        with pytest.raises(CommandRefused, match="not told everything") as refused:
            await hand_over(house, session, POINTS[1:])
        assert "No driving" in refused.value.why
        nobody = HandOver(session=session, sitter=" ", points=POINTS, actor=ACTOR)
        with pytest.raises(CommandRefused, match="not named"):
            await house.commands.execute(nobody)
        past = HandOver(session=session, sitter="Mia", points=POINTS, next_us=1, actor=ACTOR)
        with pytest.raises(CommandRefused, match="time of the next session"):
            await house.commands.execute(past)
        late = replace(past, next_us=None, journal_due_us=house.clock.utc_us())
        with pytest.raises(CommandRefused, match="time of the journal"):
            await house.commands.execute(late)
        assert last_two(house, session) == [("Sitter present", False), ("Advice given", False)]
        next_us = house.clock.utc_us() + 3 * 86_400_000_000
        due_us = next_us - 2 * 86_400_000_000
        told = replace(past, next_us=next_us, journal_due_us=due_us)
        await house.commands.execute(told)
        assert last_two(house, session) == [("Sitter present", True), ("Advice given", True)]
    async with stepped(tmp_path, chairs=1, at_s=30.0) as house:
        seen = house.ward.seating.find(session)
        assert seen is not None
        sitter = newest(seen.observed, Item.SITTER)
        assert (sitter.value, sitter.person) == ("present", "Mia") if sitter else False
        advice = newest(seen.observed, Item.ADVICE)
        assert advice is not None
        known = hand_over_of(house.ward.facts.ledger.of(session))
        assert known is not None
        assert (known.person, known.points) == ("Mia", frozenset(POINTS))
        assert known.next_us == next_us
        assert (known.journal_due_us, known.actor) == (due_us, ACTOR)
        assert last_two(house, session) == [("Sitter present", True), ("Advice given", True)]


@pytest.mark.requirement("LVE-011")
@pytest.mark.parametrize("names", [("a", "a"), ("person", "b"), ("B!", "c")])
def test_points_of_advice_have_names_of_their_own_that_are_nobody_s(names: tuple[str, str]) -> None:
    points = [{"id": name, "text": "said"} for name in names]
    with pytest.raises(ValueError, match="advice"):
        LeavingTable.model_validate({"advice": points})


@pytest.mark.requirement("LVE-012")
async def test_after_a_session_is_closed_its_monitor_s_readings_belong_to_nobody(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        house.hold(5)
        await house.enter(session, Phase.CLOSED)
        house.frame("1", {VitalSign.SPO2: 88.0})
        house.wait(TILE_S)
        await house.record.commit()
        assert {row.value for row in await house.record.readings(session)} == {97.0, 72.0}
        stray = await house.record.readings_by("mon-1", 0, house.clock.utc_us() + 1)
        assert [row.session for row in stray if row.value == 88.0] == [None]
