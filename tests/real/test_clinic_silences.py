"""A copy behind, suspended for the clinic over a real record: kept, audited, back, over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from monitor.alerts import Alarm
from monitor.clinic import CLINIC
from monitor.commands.quieting import EndSuspension, SuspendRule
from monitor.conditions import Priority
from monitor.errors import CommandRefused
from monitor.history import SUSPENDED, SUSPENSION_ENDED, FactRow
from monitor.store import acts, audit
from tests.serving import ACT, served
from tests.stepped import ACTOR, Stepped, stepped

AT_IT = "somebody is at it"


def tell(house: Stepped, since_s: float | None) -> None:
    """What the service tells once a second of its copy."""
    house.ward.assert_technical("T-COPY", CLINIC, since_s, "HISTORY COPY 7 BEHIND (nothing lost)")


def pass_time(house: Stepped, seconds: int, since_s: float) -> None:
    for _ in range(seconds):
        house.wait(1.0)
        tell(house, since_s)


async def suspend(house: Stepped, seconds: float, rule: str = "T-COPY") -> None:
    await house.commands.execute(
        SuspendRule(chair=CLINIC, rule=rule, seconds=seconds, reason=AT_IT, actor=ACTOR)
    )


def copy_alarm(house: Stepped) -> Alarm:
    (found,) = house.ward.engine.alarms(CLINIC)
    return found


async def told_of_clinic(house: Stepped) -> list[FactRow]:
    return await house.record.clinic_facts([SUSPENDED, SUSPENSION_ENDED], 0)


@pytest.mark.requirement("ALM-143")
async def test_it_is_kept_with_person_and_reason_and_sounds_again_by_a_person(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        since_s = house.time[0]
        pass_time(house, 61, since_s)
        assert copy_alarm(house).audible
        await suspend(house, 600.0)
        assert not copy_alarm(house).audible
        await house.commands.execute(EndSuspension(chair=CLINIC, rule="T-COPY", actor=ACTOR))
        assert copy_alarm(house).audible
        with pytest.raises(CommandRefused, match="T-STORE cannot be suspended"):
            await suspend(house, 60.0, "T-STORE")
        facts = await told_of_clinic(house)
        await house.record.commit()
    with closing(sqlite3.connect(house.config.record.path)) as connection:
        assert acts.verify(connection, None)[1] == ""
        chained = [link.act for link in audit.links(connection)]
    for kind in (SUSPENDED, SUSPENSION_ENDED):
        assert [ACTOR in act for act in chained if f'"{kind}"' in act] == [True]
    assert [(one.kind, one.actor, one.chair, one.session) for one in facts] == [
        (SUSPENDED, ACTOR, CLINIC, None),
        (SUSPENSION_ENDED, ACTOR, CLINIC, None),
    ]
    assert dict(facts[0].data) == {"rule": "T-COPY", "seconds": 600.0, "reason": AT_IT}


@pytest.mark.requirement("ALM-144")
async def test_after_a_restart_it_is_silent_until_it_would_have_ended(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        since_s = house.time[0]
        pass_time(house, 61, since_s)
        await suspend(house, 300.0)
        pass_time(house, 39, since_s)
    async with stepped(tmp_path, at_s=100.0) as house:
        since_s = house.time[0] - 100.0
        assert not copy_alarm(house).audible
        pass_time(house, 259, since_s)
        assert not copy_alarm(house).audible
        pass_time(house, 3, since_s)
        assert copy_alarm(house).audible


@pytest.mark.requirement("ALM-144")
async def test_what_was_broken_or_over_before_a_restart_stays_so(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        since_s = house.time[0]
        pass_time(house, 800, since_s)
        await suspend(house, 1_800.0)
        pass_time(house, 110, since_s)
        assert (copy_alarm(house).priority, copy_alarm(house).audible) == (Priority.MEDIUM, True)
    async with stepped(tmp_path, at_s=910.0) as house:
        assert copy_alarm(house).audible
        await suspend(house, 600.0)
        tell(house, None)  # it has caught up
        assert house.ward.engine.alarms(CLINIC) == []
    async with stepped(tmp_path, at_s=920.0) as house:
        pass_time(house, 61, house.time[0])
        assert copy_alarm(house).audible


@pytest.mark.requirement("ALM-143")
async def test_over_http_it_takes_who_cares_for_patients_a_reason_and_a_time(
    tmp_path: Path,
) -> None:
    body = {"rule": "T-COPY", "minutes": 10, "reason": AT_IT}
    async with served(tmp_path) as clinic:
        ward = clinic.clinic.ward
        since_s = clinic.clinic.clock.monotonic() - 120.0
        ward.assert_technical("T-COPY", CLINIC, since_s, "COPY BEHIND")
        async with clinic.client() as nobody:
            answer = await nobody.post("/api/clinic/suspend", json=body, headers=ACT)
            assert answer.status_code == 401
        async with clinic.nurse() as nurse:
            assert (await post(nurse, "suspend", body | {"minutes": 31})).status_code == 422
            assert (await post(nurse, "suspend", body | {"reason": ""})).status_code == 422
            assert (await post(nurse, "suspend", body | {"rule": "HR-H1"})).status_code == 409
            assert (await post(nurse, "suspend", body)).status_code == 200
            (entry,) = (await nurse.get("/api/wall")).json()["strip"]
            assert entry["suspended"].startswith("silent until ")
            assert not entry["can_suspend"]
            assert (await nurse.get("/api/wall")).json()["sound"] == ""
            assert (await post(nurse, "end-suspension", {"rule": "T-COPY"})).status_code == 200
            assert (await nurse.get("/api/wall")).json()["sound"] == "LOW"


async def post(client: httpx.AsyncClient, what: str, body: object) -> httpx.Response:
    return await client.post(f"/api/clinic/{what}", json=body, headers=ACT)
