"""Marking adverse events over real HTTP: by whom, on the report, in the course, in exports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.adverseevent import AdverseEvent

from monitor.care.harm import ADVERSE
from monitor.history import FactRow
from tests.serving import ACT, Served, served

MARK = {
    "seriousness": "hospital",
    "done": ["emergency called", "sent to hospital"],
    "outcome": "recovering",
    "text": "Dr Who took her <b>along</b>",
}


async def entered(client: httpx.AsyncClient, session: str) -> dict[str, Any]:
    """The newest event as the chair's page has it."""
    told = (await client.get(f"/api/sessions/{session}/treatment")).json()
    return next(one for one in told["entries"] if one["kind"] == "event")


async def vomited(house: Served, nurse: httpx.AsyncClient) -> tuple[str, str]:
    """A session with an event; both their names."""
    session = await house.seat(nurse, "1")
    body = {"event": "vomiting", "grade": ""}
    answer = await nurse.post(f"/api/sessions/{session}/events", json=body, headers=ACT)
    assert answer.status_code == 200, answer.text
    return session, (await entered(nurse, session))["name"]


async def mark(client: httpx.AsyncClient, session: str, of: str, **other: object) -> httpx.Response:
    body = {**MARK, "of": of, **other}
    return await client.post(f"/api/sessions/{session}/adverse", json=body, headers=ACT)


async def marks(house: Served, session: str) -> list[FactRow]:
    facts = await house.clinic.ward.record.facts(session)
    return [one for one in facts if one.kind == ADVERSE]


@pytest.mark.requirement("RPT-071")
async def test_an_event_is_marked_by_name_and_stands_on_the_report_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session, event = await vomited(house, nurse)
        report = f"/api/sessions/{session}/report"
        assert "Marked by staff</b> none" in (await nurse.get(report)).json()["html"]
        assert (await mark(nurse, session, event)).status_code == 200
        (fact,) = await marks(house, session)
        assert fact.actor == "rk"
        assert fact.data == {
            "of": event,
            "serious": True,
            "criterion": "hospital",
            "done": "emergency called, sent to hospital",
            "outcome": "recovering",
            "text": MARK["text"],
        }
        told = (await entered(nurse, session))["adverse"]
        assert told["said"].startswith("adverse event, SERIOUS: hospital, emergency called")
        html = " ".join((await nurse.get(report)).json()["html"].split())
        assert "No 1 vomiting" in html
        assert "SERIOUS ADVERSE: vomiting" in html
        assert "<b>along</b>" not in html
        review = (await nurse.get(f"/api/sessions/{session}/review")).text
        assert "SERIOUS: hospital" in review
        assert "Dr Who" not in review


@pytest.mark.requirement("RPT-072")
async def test_what_cannot_be_meant_is_refused_and_a_mark_is_changed_and_taken_back(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse, house.client() as stranger:
        session, event = await vomited(house, nurse)
        assert (await mark(stranger, session, event)).status_code == 401
        wrongs: list[dict[str, object]] = [
            {"done": []},
            {"done": ["nothing needed", "drug given"]},
            {"outcome": "fatal"},
            {"seriousness": "death"},
        ]
        assert (await mark(nurse, session, "1-1")).status_code == 409
        for wrong in wrongs:
            answer = await mark(nurse, session, event, **wrong)
            assert answer.status_code == 409, wrong
            assert answer.json()["fix"]
        assert (await mark(nurse, session, event, outcome="fine")).status_code == 422
        assert await marks(house, session) == []
        assert (await mark(nurse, session, event)).status_code == 200
        mild = {"seriousness": "not serious", "done": ["watched longer"], "outcome": "resolved"}
        assert (await mark(nurse, session, event, **mild)).status_code == 200
        adverse = (await entered(nurse, session))["adverse"]
        assert (adverse["seriousness"], adverse["outcome"]) == ("not serious", "resolved")
        for _ in range(2):
            of = (await entered(nurse, session))["adverse"]["name"]
            back = {"of": of, "withdrawn": True, "reason": "another patient"}
            path = f"/api/sessions/{session}/corrections"
            assert (await nurse.post(path, json=back, headers=ACT)).status_code == 200
        assert (await entered(nurse, session))["adverse"] is None


@pytest.mark.requirement("RPT-073")
async def test_course_and_exports_tell_of_it_without_free_words(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        session = await house.seat(nurse, "1")
        await house.enter(nurse, session, "BASELINE", "INFUSION")
        body = {"event": "vomiting", "grade": ""}
        await nurse.post(f"/api/sessions/{session}/events", json=body, headers=ACT)
        assert (await mark(nurse, session, (await entered(nurse, session))["name"])).is_success
        course = (await nurse.get("/api/courses/A.M.")).json()
        cell = course["slots"][0]["cells"][course["head"].index("Side effects")]
        assert "ADVERSE: vomiting (SERIOUS: hospital, emergency called" in cell
        files = {}
        for ending in (".adverse.csv", ".fhir.json", ".json"):
            for secret in (False, True):
                asked = {"ending": ending, "de_identified": secret}
                path = f"/api/sessions/{session}/export"
                answer = await nurse.post(path, json=asked, headers=ACT)
                assert answer.status_code == 200, answer.text
                assert "Dr Who" not in answer.text
                files[ending, secret] = answer.text
    for secret in (False, True):
        (row,) = csv.DictReader(io.StringIO(files[".adverse.csv", secret]))
        assert (row["event"], row["serious"], row["seriousness"]) == ("vomiting", "yes", "hospital")
        assert (row["done"], row["outcome"]) == (
            "emergency called, sent to hospital",
            "recovering",
        )
        assert (row["marked_by"] == "rk") is not secret
        entries = json.loads(files[".fhir.json", secret])["entry"]
        kinds = [one["resource"] for one in entries]
        (found,) = [one for one in kinds if one["resourceType"] == "AdverseEvent"]
        AdverseEvent.model_validate(found)
        code = "SeriousResultsInHospitalization"
        assert found["seriousness"]["coding"][0]["code"] == code
        assert found["outcome"]["coding"][0]["code"] == "recovering"
        (told,) = json.loads(files[".json", secret])["adverse_events"]
        assert told["serious"] is True


@pytest.mark.requirement("RPT-072")
async def test_a_signed_report_takes_no_mark_any_more(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse("dl") as doctor:
        session, event = await vomited(house, doctor)
        await house.close(session)
        body = {"plan": "stop", "text": ""}
        await doctor.post(f"/api/sessions/{session}/note", json=body, headers=ACT)
        assert (await mark(doctor, session, event)).status_code == 200
        seen = (await doctor.get(f"/api/sessions/{session}/report")).json()["seen"]
        path = f"/api/sessions/{session}/sign"
        assert (await doctor.post(path, json={"seen": seen}, headers=ACT)).status_code == 200
        refused = await mark(doctor, session, event, seriousness="life-threatening")
        assert refused.status_code == 409
        assert "addendum" in refused.json()["fix"]
