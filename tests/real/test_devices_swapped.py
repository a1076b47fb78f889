"""Two devices swapped: corrected afterwards by an act, seen so by every reader, rows untouched."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.care.attribution import Correction, belonging, corrections_of, readings_of
from monitor.clinic import Phase
from monitor.commands.devices import CorrectDevices
from monitor.errors import CommandRefused, NotAllowed
from monitor.exports.collecting import Source
from monitor.history import DEVICES_CORRECTED, SIGNED, FactRow
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped
from tests.stored import NOON_US, reading

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "monitor/care/attribution.py",  # the one way to a session's readings
    "monitor/resuming.py",  # goes on with what was judged
    "monitor/web/archive.py",  # the trend beside the live numbers, as they were shown
    "monitor/web/limits.py",  # what other limits would have done to what was judged
}
"""Where stored readings are read as they are; everything else reads the corrected ones."""
HIGH, LOW = 99.0, 93.0
"""What monitor 1 and monitor 2 show in these tests."""


def us(second: float) -> int:
    return NOON_US + round(second * 1e6)


async def two_patients(house: Stepped, seconds: int = 20) -> tuple[str, str, int, int]:
    """Both chairs are taken for so long; the sessions, and the time of the swap."""
    first, second = [await house.seat(chair, Phase.BASELINE) for chair in ("1", "2")]
    play(house, seconds)
    from_us = house.clock.utc_us()
    play(house, seconds)
    to_us = house.clock.utc_us()
    play(house, seconds)
    return first, second, from_us, to_us


def play(house: Stepped, seconds: int) -> None:
    for _ in range(seconds):
        house.frame("1", {VitalSign.SPO2: HIGH})
        house.frame("2", {VitalSign.SPO2: LOW})
        house.wait(1.0)


def swap(session: str, from_us: int, to_us: int, actor: str = CLINICIAN) -> CorrectDevices:
    return CorrectDevices(
        session=session,
        device="mon-2",
        instead="mon-1",
        from_us=from_us,
        to_us=to_us,
        reason="cables crossed at the wall",
        actor=actor,
    )


async def values(folder: Path, session: str) -> list[float | None]:
    history = RecordHistory(folder / "record.db")
    rows = await readings_of(history, session, await history.facts(session))
    assert {row.session for row in rows} == {session}
    return [row.value for row in rows]


def stored(folder: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{folder / 'record.db'}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT * FROM readings ORDER BY id").fetchall()


@pytest.mark.requirement("LVE-013")
async def test_a_swap_is_seen_by_both_sessions_and_no_row_is_changed(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, second, from_us, to_us = await two_patients(house)
        for session in (first, second):
            await house.enter(session, Phase.CLOSED)
        await house.record.commit()
        before = stored(tmp_path)
        with pytest.raises(NotAllowed):
            await house.commands.execute(swap(first, from_us, to_us, actor=ACTOR))
        await house.commands.execute(swap(first, from_us, to_us))
        assert await values(tmp_path, first) == [HIGH] * 20 + [LOW] * 20 + [HIGH] * 20
        assert await values(tmp_path, second) == [LOW] * 20 + [HIGH] * 20 + [LOW] * 20
        assert stored(tmp_path) == before
        for session in (first, second):
            facts = await house.record.facts(session)
            (told,) = [fact for fact in facts if fact.kind == DEVICES_CORRECTED]
            assert (told.actor, told.data["reason"]) == (CLINICIAN, "cables crossed at the wall")


@pytest.mark.requirement("LVE-013")
async def test_a_correction_is_itself_corrected_by_the_other_way_round(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, second, from_us, to_us = await two_patients(house)
        await house.commands.execute(swap(first, from_us, to_us))
        back = CorrectDevices(
            session=first,
            device="mon-1",
            instead="mon-2",
            from_us=from_us,
            to_us=to_us,
            reason="it was right after all",
            actor=CLINICIAN,
        )
        await house.commands.execute(back)
        assert await values(tmp_path, first) == [HIGH] * 60
        assert await values(tmp_path, second) == [LOW] * 60


@pytest.mark.requirement("LVE-013")
async def test_a_device_of_an_empty_chair_gives_its_readings_and_takes_none(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first = await house.seat("1", Phase.BASELINE)
        from_us = house.clock.utc_us()
        play(house, 10)
        await house.commands.execute(swap(first, from_us, house.clock.utc_us()))
        assert await values(tmp_path, first) == [LOW] * 10


@pytest.mark.requirement("LVE-014")
async def test_what_is_no_swap_is_refused_with_its_reason(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, second, from_us, to_us = await two_patients(house)
        await house.enter(second, Phase.CLOSED)
        third = await house.seat("2", Phase.BASELINE)
        play(house, 10)
        now_us = house.clock.utc_us()
        one = swap(first, from_us, to_us)
        refusals = {
            "one device": _with(one, instead="mon-2"),
            "measured nothing": _with(one, device="mon-9"),
            "both had": _with(one, to_us=now_us),
            "did not sit there": _with(one, from_us=from_us - 60_000_000),
            "measured nothing in": _with(one, from_us=to_us, to_us=from_us),
            "a reason": _with(one, reason=" "),
        }
        for why, wrong in refusals.items():
            with pytest.raises(CommandRefused) as refused:
                await house.commands.execute(wrong)
            assert why in str(refused.value), why
        assert await values(tmp_path, first) == [HIGH] * 70
        assert await values(tmp_path, third) == [LOW] * 10


@pytest.mark.requirement("LVE-014")
async def test_readings_of_a_signed_report_stay_as_they_were_signed(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, second, from_us, to_us = await two_patients(house)
        for session in (first, second):
            await house.enter(session, Phase.CLOSED)
        facts = house.ward.facts
        facts.keep(facts.new(SIGNED, session=second, chair="2", data={"document_sha256": "0" * 64}))
        for session in (first, second):
            with pytest.raises(CommandRefused, match="signed"):
                await house.commands.execute(swap(session, from_us, to_us))
        assert await values(tmp_path, first) == [HIGH] * 60


def _with(
    one: CorrectDevices,
    *,
    device: str = "",
    instead: str = "",
    from_us: int = 0,
    to_us: int = 0,
    reason: str = "",
) -> CorrectDevices:
    return CorrectDevices(
        session=one.session,
        device=device or one.device,
        instead=instead or one.instead,
        from_us=from_us or one.from_us,
        to_us=to_us or one.to_us,
        reason=reason or one.reason,
        actor=one.actor,
    )


@pytest.mark.requirement("LVE-015")
async def test_exports_and_review_read_the_corrected_session(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, _, from_us, to_us = await two_patients(house)
        await house.commands.execute(swap(first, from_us, to_us))
        history = RecordHistory(tmp_path / "record.db")
        facts = await history.facts(first)
        (correction,) = corrections_of(facts)
        assert (correction.device, correction.actor) == ("mon-2", CLINICIAN)
        assert await readings_of(history, first, facts, vitals=[VitalSign.HEART_RATE]) == []
        dossier = await Source(history=history, clinic="demo", zone=UTC).dossier(first, to_us)
        assert [row.value for row in dossier.readings] == await values(tmp_path, first)


@pytest.mark.requirement("LVE-015")
def test_nobody_reads_a_session_s_readings_past_its_corrections() -> None:
    raw = re.compile(r"(history|record|stored|past)\.readings\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.glob("monitor/**/*.py"))
        if raw.search(path.read_text(encoding="utf-8"))
    }
    assert found <= ALLOWED, "read them with monitor.care.attribution.readings_of"


def correction(device: str, instead: str, from_s: int, to_s: int, number: int) -> FactRow:
    return FactRow(
        at_us=us(10_000 + number),
        ordinal=number,
        session="",
        chair="1",
        kind=DEVICES_CORRECTED,
        actor="dl",
        data={
            "device": device,
            "instead": instead,
            "from_us": us(from_s),
            "to_us": us(to_s),
            "reason": "swapped",
        },
    )


@pytest.mark.requirement("LVE-016")
@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=5
    )
)
def test_however_often_two_devices_are_swapped_every_reading_has_one_session(
    swaps: list[tuple[bool, int, int]],
) -> None:
    told: dict[str, list[FactRow]] = {"s-1": [], "s-2": []}
    for number, (straight, from_s, long) in enumerate(swaps):
        one, other = ("mon-2", "mon-1") if straight else ("mon-1", "mon-2")
        told["s-1"].append(correction(one, other, from_s, from_s + long, number))
        told["s-2"].append(correction(other, one, from_s, from_s + long, number))
    rows = [
        reading(second, device=f"mon-{one}", session=f"s-{one}", chair=f"{one}")
        for second in range(40)
        for one in (1, 2)
    ]
    seen = {name: belonging(name, corrections_of(facts), rows) for name, facts in told.items()}
    keys = [(row.device, row.sampled_at_us) for found in seen.values() for row in found]
    assert sorted(keys) == sorted((row.device, row.sampled_at_us) for row in rows)
    for name, facts in told.items():
        for row in seen[name]:
            assert row.device == _oracle(name, corrections_of(facts), row.sampled_at_us)


def _oracle(session: str, corrections: tuple[Correction, ...], at_us: int) -> str:
    """Which of the two devices measured for a session at that time."""
    device = "mon-1" if session == "s-1" else "mon-2"
    for one in corrections:
        if one.from_us <= at_us < one.to_us:
            device = one.device
    return device
