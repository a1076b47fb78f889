"""Note and plan, signature and addenda, and the course's page, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from monitor.care.closing import signed_of
from monitor.commands.arriving import Renumber
from monitor.commands.closing import Sign
from monitor.errors import CommandRefused
from monitor.filed import digest
from monitor.history import NOTE, SIGNED
from tests.serving import ACT, Served, served

PAGE = b"%PDF-1.4 of a test"
WORDS = "Tolerated well <b>indeed</b>"


async def session_of(house: Served, nurse: httpx.AsyncClient, *phases: str) -> str:
    session = await house.seat(nurse, "1", "P-17")
    await house.enter(nurse, session, *phases)
    return session


CLOSED = ("BASELINE", "INFUSION", "RECOVERY", "CLOSED")


async def note(who: httpx.AsyncClient, session: str, plan: str = "same dose") -> httpx.Response:
    body = {"plan": plan, "text": WORDS}
    return await who.post(f"/api/sessions/{session}/note", json=body, headers=ACT)


@pytest.mark.requirement("CRS-010")
async def test_a_clinician_writes_note_and_plan_and_the_newest_stands(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as house,
        house.nurse() as nurse,
        house.nurse("dl") as clinician,
    ):
        session = await session_of(house, nurse, "BASELINE", "INFUSION")
        early = await note(clinician, session)
        await house.enter(nurse, session, "RECOVERY", "CLOSED")
        assert (early.status_code, (await note(nurse, session)).status_code) == (409, 403)
        assert (await note(clinician, session)).status_code == 200
        assert (await note(clinician, session, "change")).status_code == 200
        assert (await note(clinician, session, "double")).status_code == 422
        course = (await nurse.get("/api/courses/P-17")).json()
        kept = [fact for fact in await house.clinic.history.facts(session) if fact.kind == NOTE]
    (slot,) = [one for one in course["slots"] if one["session"]]
    assert (slot["plan"], slot["note"]) == ("change", WORDS)
    assert slot["noted"].startswith("Dr D. Lindqvist")
    assert [fact.data["plan"] for fact in kept] == ["same dose", "change"]


def signing(house: Served, session: str) -> Sign:
    """The clinician signs what was made just now."""
    now_us = house.clinic.clock.utc_us()
    return Sign(session=session, document=PAGE, made_us=now_us, letterhead="", actor="dl")


@pytest.mark.requirement("CRS-011")
async def test_a_signature_needs_a_closed_session_and_its_plan_and_stands_for_good(
    tmp_path: Path,
) -> None:
    async with (
        served(tmp_path) as house,
        house.nurse() as nurse,
        house.nurse("dl") as clinician,
    ):
        execute = house.clinic.commands.execute
        session = await session_of(house, nurse, *CLOSED[:3])
        sign = signing(house, session)
        assert (await note(clinician, session)).status_code == 200
        with pytest.raises(CommandRefused, match="open session"):
            await execute(sign)
        await house.enter(nurse, session, "CLOSED")
        with pytest.raises(CommandRefused, match="no report that can be signed"):
            await execute(replace(sign, document=b"<html>"))
        await house.clinic.ward.record.commit()  # what was refused is in the audit too
        sign, before = signing(house, session), house.clinic.ward.record.audited
        await execute(sign)
        facts = await house.clinic.history.facts(session)
        signed = signed_of(facts)
        assert signed is not None
        assert (signed.actor, signed.document_sha256, signed.number) == ("dl", digest(PAGE), before)
        assert house.clinic.ward.record.audited == before + 1
        assert await house.clinic.ward.record.document(digest(PAGE)) == PAGE
        with pytest.raises(CommandRefused, match="this report is signed"):
            await execute(sign)
        assert [one.kind for one in facts].count(SIGNED) == 1


@pytest.mark.requirement("CRS-012")
async def test_after_the_signature_only_addenda_and_the_journal_go_on(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as house,
        house.nurse() as nurse,
        house.nurse("dl") as clinician,
    ):
        session = await session_of(house, nurse, *CLOSED)

        async def add(who: httpx.AsyncClient, text: str) -> int:
            path = f"/api/sessions/{session}/addendum"
            return (await who.post(path, json={"text": text}, headers=ACT)).status_code

        assert await add(clinician, "too early") == 409
        await note(clinician, session)
        execute = house.clinic.commands.execute
        await execute(signing(house, session))
        assert (await note(clinician, session)).status_code == 409
        with pytest.raises(CommandRefused, match="this report is signed"):
            await execute(
                Renumber(session=session, infusion=2, course=1, reason="counted", actor="rk")
            )
        assert [
            await add(who, text)
            for who, text in (
                (nurse, "no"),
                (clinician, " "),
                (clinician, "Called: well."),
            )
        ] == [403, 409, 200]
        course = (await nurse.get("/api/courses/P-17")).json()
    (slot,) = [one for one in course["slots"] if one["session"]]
    assert [one["text"] for one in slot["addenda"]] == ["Called: well."]
    assert slot["signed"].startswith("Dr D. Lindqvist")


@pytest.mark.requirement("CRS-013")
async def test_a_course_is_for_those_who_are_signed_in_and_a_stranger_has_none(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse, house.client() as anybody:
        await session_of(house, nurse, *CLOSED)
        assert (await anybody.get("/api/courses/P-17")).status_code == 401
        assert (await nurse.get("/api/courses/P-18")).status_code == 404
        course = (await nurse.get("/api/courses/P-17")).json()
    assert [one["session"] is None for one in course["slots"]] == [False, *[True] * 5]
    assert course["may_sign"] is False
    assert len(course["head"]) == len(course["slots"][0]["cells"])
