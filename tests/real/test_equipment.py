"""By which devices a session is measured: kept when it begins and whenever that is news."""

from __future__ import annotations

from pathlib import Path

import httpx
import pypdfium2 as pdfium
import pytest

from monitor.care.equipment import BEHIND, EQUIPMENT, Equipment, equipment_of
from monitor.commands import ListenedToSound, MovePatient
from monitor.equipping import TOLD_MAX, keep_equipment
from monitor.history import FactRow
from monitor.vitals import VitalSign
from tests.serving import Served, served
from tests.waiting import until

BARE = Equipment(device="mon-1", driver="chairside-json", link="direct")


async def facts(house: Served, session: str) -> list[FactRow]:
    await house.clinic.ward.record.commit()
    return await house.clinic.ward.record.facts(session)


async def page(client: httpx.AsyncClient, session: str) -> str:
    """The report's text, which HTML and PDF have alike."""
    shown = (await client.get(f"/api/sessions/{session}/report")).json()["html"]
    answer = await client.get(f"/api/sessions/{session}/report.pdf")
    printed = pdfium.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    for words in ("3 Monitor and limits", "Sound test", "Monitor mon-1"):
        assert words in shown
        assert words in printed
    return " ".join(printed.split())


@pytest.mark.requirement("RPT-014")
async def test_devices_are_kept_at_the_seat_and_when_they_say_what_they_are(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session = await house.seat(nurse, "1")
        assert equipment_of(await facts(house, session)) == (BARE,)
        text = await page(nurse, session)
        assert "model, serial, firmware not known" in text
        assert "clock not known" in text
        for _ in range(6):
            house.say("1", {VitalSign.SPO2: 97.0})
        await until(lambda: BEHIND in house.clinic.ward.bedsides.at("1")[0])
        (one,) = equipment_of(await facts(house, session))
        assert (one.model, one.serial, one.by_itself) == ("simulated monitor", "mon-1", True)
        assert one.behind_s == 0
        text = await page(nurse, session)
        assert "simulated monitor, serial mon-1, firmware not known" in text
        assert "clock right" in text
        kept = await facts(house, session)
        for _ in range(10):
            house.say("1", {VitalSign.SPO2: 96.0})
        assert [fact for fact in await facts(house, session) if fact.kind == EQUIPMENT] == [
            fact for fact in kept if fact.kind == EQUIPMENT
        ]
        assert {fact.actor for fact in kept if fact.kind == EQUIPMENT} == {None}


@pytest.mark.requirement("RPT-014")
async def test_a_patient_who_moves_is_measured_by_the_other_chairs_devices(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session = await house.seat(nurse, "1")
        await house.clinic.commands.execute(MovePatient(session=session, to="2", actor="rk"))
        found = equipment_of(await facts(house, session))
        assert [one.device for one in found] == ["mon-1", "mon-2"]


@pytest.mark.requirement("RPT-015")
async def test_a_clock_that_runs_wild_is_kept_so_often_and_no_more(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session = await house.seat(nurse, "1")
        ward = house.clinic.ward
        seated = ward.seating.at("1")
        assert seated is not None
        for number in range(TOLD_MAX + 10):
            ward.bedsides._said["mon-1"].behind_s = number
            keep_equipment(ward, seated)
        kept = [fact for fact in await facts(house, session) if fact.kind == EQUIPMENT]
        assert len(kept) == TOLD_MAX


@pytest.mark.requirement("RPT-016")
@pytest.mark.parametrize("heard", [True, False])
async def test_the_sound_test_of_the_day_stands_on_the_report(
    tmp_path: Path, *, heard: bool
) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session = await house.seat(nurse, "1")
        assert "Sound test not known, none entered that day" in await page(nurse, session)
        house.clinic.sounding.report("d-1", "wall", enabled=True, enrolled=False, now_s=0.0)
        test = ListenedToSound(display="d-1", heard=heard, actor="rk")
        await house.clinic.commands.execute(test)
        said = "heard at wall" if heard else "NOT HEARD at wall"
        assert f"Sound test {said}" in await page(nurse, session)
