"""The day's list, the arrival and the hand-over of a shift as the pages ask for them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import pypdfium2
import pytest

from monitor.care.arrival_terms import ArrivalTable, HoldTerms, PrivacyTable, Question, ShiftTable
from monitor.care.bookings import PATIENT
from monitor.care.journal import schedule
from monitor.history import JOURNAL, JOURNAL_OPENED, Data
from monitor.store.record import Record
from monitor.web.today import FOUND_MAX, PATIENTS_KEPT, Today
from tests.employed import PASSWORD, employ
from tests.serving import ACT, Json, Page, Served, served, sign_in
from tests.stored import NOON_US, clock, fact

NAME, BORN, PHONE, SITTER = "Karin Lund", "1980-05-31", "+351 91 555 00", "Ann Ek"
READ = ("/api/today", "/api/shift", "/api/sessions/{session}/arrival")
PAPERS = ("report.pdf", "tables.pdf")
OPEN = (
    "/api/wall",
    "/api/sessions/{session}/alarms",
    "/api/alarms",
    "/chair/1",
    "/",
)
ASKED = ArrivalTable(
    hold=HoldTerms(systolic_max=160),
    questions=(Question(id="fasted", text="Nothing to eat for 4 h", must="yes"),),
)
DAY = f"{datetime.fromtimestamp(NOON_US / 1e6, tz=UTC):%Y-%m-%d}"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(
        tmp_path,
        published_pin="",
        arrival=ASKED,
        privacy=PrivacyTable(names=True, shown="initials"),
        shift=ShiftTable(hours=8),
    ) as running:
        employ(running)
        yield running


@pytest.fixture
async def nurse(clinic: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with clinic.client() as client:
        await sign_in(client, "rk", PASSWORD, "password")
        yield client


async def post(client: httpx.AsyncClient, path: str, **body: object) -> str:
    answer = await client.post(path, json=body, headers=ACT)
    assert answer.status_code == 200, answer.text
    done: str = answer.json()["id"]
    return done


async def read(client: httpx.AsyncClient, path: str) -> Json:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def day_begins(client: httpx.AsyncClient) -> tuple[str, str]:
    """A registered patient with a name, booked and seated; booking and session."""
    await post(
        client,
        "/api/patients",
        patient_ref="K-7",
        initials="K.L.",
        person=NAME,
        born=BORN,
        phone=PHONE,
    )
    about = {"patient_ref": "K-7", "planned_minutes": 40, "sitter": True}
    booking = await post(client, "/api/bookings", chair="1", at=f"{DAY}T09:30", **about)
    seat = {"patient_ref": "K-7", "booking": booking}
    session = await post(client, "/api/chairs/1/seat", **seat)
    sitter = {"person": SITTER, "phone": PHONE, "stays": True, "drives": True, "briefed": True}
    await post(client, f"/api/sessions/{session}/sitter", **sitter)
    return booking, session


@pytest.mark.requirement("ARR-060")
async def test_a_day_is_listed_by_chair_and_time_from_booking_to_leaving(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    booking, session = await day_begins(nurse)
    later = await post(
        nurse,
        "/api/bookings",
        chair="1",
        at=f"{DAY}T15:00",
        patient_ref="Z-1",
        planned_minutes=40,
        sitter=False,
    )
    await post(nurse, "/api/watch", chairs=["1"])
    told = await read(nurse, "/api/today")
    assert (told["day"], told["today"]) == (DAY, True)
    first, second = told["chairs"]
    assert [(row["state"], row["booking"]) for row in first["rows"]] == [
        ("PREPARE", booking),
        ("booked", later),
    ]
    seated, booked = first["rows"]
    assert (seated["infusion"], seated["course"], seated["course_infusions"]) == (1, 1, 6)
    assert (seated["initials"], seated["person"], seated["born"]) == ("K.L.", NAME, BORN)
    assert seated["sitter"] == SITTER
    assert "1 of 1 questions" in seated["missing"]
    assert (booked["patient_ref"], booked["sitter"]) == ("Z-1", "none expected")
    assert (first["free"], second["free"], second["rows"]) == (False, True, [])
    assert (first["watcher"], second["watcher"]) == ("R. Kessler", "")
    off = {"cuff": "off", "probe": "off"}
    async with clinic.client() as clinician:
        await sign_in(clinician, "dl", PASSWORD, "password")
        await post(clinician, f"/api/sessions/{session}/close", override="left at once", **off)
    await post(nurse, "/api/bookings/cancel", booking=later, patient_ref="Z-1", reason="ill")
    again = await read(nurse, f"/api/today?day={DAY}")
    assert [row["state"] for row in again["chairs"][0]["rows"]] == ["left"]
    tomorrow = await read(nurse, f"/api/today?day={again['after']}")
    assert [one["rows"] for one in tomorrow["chairs"]] == [[], []]
    assert not tomorrow["today"]


@pytest.mark.requirement("ARR-061")
async def test_the_arrival_shows_what_is_missing_and_holds_back_until_it_is_gone_over(
    nurse: httpx.AsyncClient,
) -> None:
    _, session = await day_begins(nurse)
    path = f"/api/sessions/{session}"
    await post(nurse, f"{path}/phase", phase="BASELINE")
    told = await read(nurse, f"{path}/arrival")
    assert told["missing"] == ["arms of cuff and probe", "1 of 1 questions", "baseline confirmed"]
    assert [(one["key"], one["overridden"]) for one in told["holds"]] == [("answer fasted", False)]
    refused = await nurse.post(f"{path}/phase", json={"phase": "INFUSION"}, headers=ACT)
    assert refused.status_code == 409
    assert "Nothing to eat for 4 h" in refused.json()["why"]
    await post(nurse, f"{path}/answers", answers={"fasted": "no"})
    await post(nurse, f"{path}/arms", cuff="left", probe="right")
    await post(nurse, f"{path}/hold/override", keys=["answer fasted"], reason="tea at six")
    told = await read(nurse, f"{path}/arrival")
    assert told["holds"][0]["overridden"]
    assert told["overrides"][0]["by"] == "R. Kessler"
    await post(nurse, f"{path}/number", infusion=3, course=1, reason="two elsewhere")
    await post(nurse, f"{path}/phase", phase="INFUSION")
    told = await read(nurse, f"{path}/arrival")
    assert (told["infusion"], told["begun"]) == (3, True)
    gone = await nurse.get("/api/sessions/none/arrival")
    assert gone.status_code == 404


@pytest.mark.requirement("ARR-062")
async def test_a_shift_is_offered_by_one_sign_in_and_confirmed_by_another(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    await day_begins(nurse)
    await post(nurse, "/api/watch", chairs=["1", "2"])
    told = await read(nurse, "/api/shift")
    chairs = [(one["chair"], one["suggested"]) for one in told["chairs"]]
    assert chairs == [("1", "stable"), ("2", "empty")]
    offer = await post(nurse, "/api/shift/offer", severities={"1": "watcher"})
    mine = await nurse.post("/api/shift/take", json={"offer": offer}, headers=ACT)
    assert mine.status_code == 409
    async with clinic.client() as receiver:
        await sign_in(receiver, "dl", PASSWORD, "password")
        (waiting,) = (await read(receiver, "/api/shift"))["offers"]
        assert (waiting["from"], waiting["waits"]) == ("R. Kessler", True)
        assert waiting["chairs"] == [{"label": "1", "severity": "watcher"}]
        await post(receiver, "/api/shift/take", offer=offer)
        told = await read(receiver, "/api/shift")
    assert (told["offers"][0]["to"], told["offers"][0]["waits"]) == ("Dr D. Lindqvist", False)
    watched = [(one["watcher"], one["mine"]) for one in told["chairs"]]
    assert watched == [("Dr D. Lindqvist", True), ("R. Kessler", False)]


@pytest.mark.requirement("ARR-063")
async def test_the_wall_calls_patients_as_configured_and_says_who_watches(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    await day_begins(nurse)
    await post(nurse, "/api/chairs/2/seat", patient_ref="Z-1")
    await post(nurse, "/api/watch", chairs=["2"])
    async with Page.watching(clinic.port) as page:
        beats = 0
        while not (await read(nurse, "/api/wall"))["tiles"][1]["watcher"]:
            beats += (await page.next()).name == "hb"
            # One that was under way already, and the one within a second.
            assert beats <= 2
    wall = await read(nurse, "/api/wall")
    first, second = wall["tiles"]
    assert (first["patient"], second["patient"]) == ("K.L.", "Z-1")
    assert (first["watcher"], second["watcher"], second["watcher_id"]) == ("", "R. Kessler", "rk")


@pytest.mark.requirement("ARR-064")
async def test_names_are_for_those_who_may_act_and_stand_in_no_open_answer(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    _, session = await day_begins(nurse)
    told = [json.dumps(await read(nurse, path.format(session=session))) for path in READ]
    assert NAME in told[0]
    assert SITTER in told[2]
    async with clinic.client() as stranger:
        for path in READ:
            assert (await stranger.get(path.format(session=session))).status_code == 401, path
        for path in OPEN:
            answer = await stranger.get(path.format(session=session))
            for private in (NAME, BORN, PHONE, SITTER):
                assert private not in answer.text, path
        await sign_in(stranger, "adm", PASSWORD, "password")
        for path in READ:
            assert (await stranger.get(path.format(session=session))).status_code == 403, path


async def told_on_paper(client: httpx.AsyncClient, session: str) -> list[str]:
    """What stands on every paper of a patient, as text."""
    asked = [f"/api/sessions/{session}/{name}" for name in PAPERS]
    said = []
    for path in [*asked, "/api/downtime.pdf?chair=1"]:
        document = pypdfium2.PdfDocument((await client.get(path)).content)
        said.append(" ".join(page.get_textpage().get_text_range() for page in document))
    return said


@pytest.mark.requirement("ARR-064")
async def test_where_names_are_switched_off_again_they_are_shown_to_nobody(tmp_path: Path) -> None:
    async with served(tmp_path, privacy=PrivacyTable(names=True)) as before, before.nurse() as one:
        _, session = await day_begins(one)
        said = await told_on_paper(one, session)
        assert [NAME in text for text in said] == [True] * len(said)
    async with served(tmp_path) as after, after.nurse() as one:
        said = [json.dumps(await read(one, "/api/today")), *await told_on_paper(one, session)]
        for text in said:
            assert "K.L." in text
            assert NAME not in text
            assert BORN not in text


@pytest.mark.requirement("ARR-066")
async def test_a_day_of_however_many_bookings_is_listed_and_little_of_it_kept(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    for number in range(PATIENTS_KEPT + 10):
        minute = number // 2 * 10
        at = f"{DAY}T{minute // 60:02d}:{minute % 60:02d}"
        about = {"patient_ref": f"P-{number}", "planned_minutes": 10, "sitter": True}
        await post(nurse, "/api/bookings", chair=f"{1 + number % 2}", at=at, **about)
    today = Today(clinic.clinic)
    told = await today.shown(None, "rk")
    assert json.dumps(told).count('"state": "') == PATIENTS_KEPT + 10
    assert len(today) == PATIENTS_KEPT


@pytest.mark.requirement("ARR-068")
async def test_the_day_stays_small_whoever_is_registered_and_the_rest_is_searched_for(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    await day_begins(nurse)
    before = len((await nurse.get("/api/today")).content)
    ward = clinic.clinic.ward
    for number in range(5_000):
        data = {"patient_ref": f"P-{number:04}", "initials": "A.B.", "person": f"Ada Berg{number}"}
        ward.facts.ledger.put(ward.facts.new(PATIENT, data=data))
    assert len((await nurse.get("/api/today")).content) == before

    async def found(text: str) -> list[str]:
        told = await read(nurse, f"/api/patients?find={quote(text)}")
        return [one["patient_ref"] for one in told["patients"]]

    assert await found("p-499") == [f"P-499{digit}" for digit in range(10)]
    assert await found("k.l") == ["K-7"]
    assert await found("lund") == ["K-7"]
    assert await found("ada berg4999") == ["P-4999"]
    assert await found("nobody") == []
    many = await found("A.B.")
    assert len(many) == FOUND_MAX
    # Who is meant exactly comes first, however many others begin so.
    data = {"patient_ref": "P", "initials": "X.Y."}
    ward.facts.ledger.put(ward.facts.new(PATIENT, data=data))
    assert (await found("p"))[:2] == ["P", "P-0000"]
    assert await found(" ") == []
    async with clinic.client() as stranger:
        assert (await stranger.get("/api/patients?find=k")).status_code == 401


@pytest.mark.requirement("ARR-068")
async def test_where_names_are_not_kept_nobody_is_found_by_one(tmp_path: Path) -> None:
    async with served(tmp_path) as running, running.nurse() as one:
        ward = running.clinic.ward
        data = {"patient_ref": "K-7", "initials": "K.L.", "person": NAME}
        ward.facts.ledger.put(ward.facts.new(PATIENT, data=data))
        assert (await read(one, "/api/patients?find=Karin"))["patients"] == []
        told = await read(one, "/api/patients?find=K-7")
        assert told["patients"] == [{"patient_ref": "K-7", "initials": "K.L.", "person": ""}]


@pytest.mark.requirement("ARR-067")
async def test_a_booked_patient_comes_with_the_state_of_their_last_journal(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    facts, day_us = clinic.clinic.ward.facts, 86_400_000_000
    ended_us = clinic.clinic.clock.utc_us() - 2 * day_us
    times = schedule(ended_us, within_h=24, days=(1,), expires_days=14, zone=ZoneInfo("UTC"))
    for patient, session in (("K-7", "20330101-100000-1"), ("A-2", "20330101-110000-2")):
        link: Data = {"patient_ref": patient, "token_sha256": session, **times}
        facts.keep(facts.new(JOURNAL_OPENED, chair="1", session=session, data=link))
    for day in (0, 1):
        wrote: Data = {"day": day, "mood": 6, "how": "good"}
        facts.keep(facts.new(JOURNAL, chair="2", session="20330101-110000-2", data=wrote))
    for number, patient in enumerate(("K-7", "A-2", "Z-1")):
        about = {"patient_ref": patient, "planned_minutes": 40, "sitter": True}
        await post(nurse, "/api/bookings", chair="1", at=f"{DAY}T{12 + number}:00", **about)
    told = await read(nurse, "/api/today")
    assert [row["journal"] for row in told["chairs"][0]["rows"]] == ["overdue", "done", ""]
    assert [(one["patient_ref"], one["called"]) for one in told["journals"]] == [("K-7", False)]
    # In the chair it is still the journal of the time before.
    for chair, patient in (("1", "K-7"), ("2", "Z-1")):
        await clinic.seat(nurse, chair, patient)
    told = await read(nurse, "/api/today")
    seated = {row["patient_ref"]: row for one in told["chairs"] for row in one["rows"]}
    assert [seated[one]["journal"] for one in ("K-7", "Z-1")] == ["overdue", ""]


@pytest.mark.requirement("CAR-090")
async def test_after_years_a_patient_is_known_and_a_day_long_ago_still_lists_who_did_not_come(
    tmp_path: Path,
) -> None:
    day_us, years = 86_400_000_000, 3 * 365
    then_us = NOON_US - years * day_us
    data: Data = {"booking": "b-1", "chair": "1", "patient_ref": "K-7", "at_us": then_us + 1}
    told: tuple[tuple[str, Data], ...] = (
        ("patient", {"patient_ref": "K-7", "initials": "K.L."}),
        ("booked", {**data, "planned_minutes": 40, "sitter": True}),
    )
    async with Record(tmp_path / "record.db", clock=clock(), reserve_bytes=0) as record:
        record.add(
            [
                replace(fact(n, kind, session=None), at_us=then_us + n, chair="", data=more)
                for n, (kind, more) in enumerate(told)
            ]
        )
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        async with running.client() as client:
            await sign_in(client, "rk", PASSWORD, "password")
            then = f"{datetime.fromtimestamp(then_us / 1e6, tz=UTC):%Y-%m-%d}"
            found = await read(client, f"/api/today?day={then}")
            (row,) = found["chairs"][0]["rows"]
            assert (row["patient_ref"], row["initials"]) == ("K-7", "K.L.")
            known = await read(client, "/api/patients?find=K.L.")
            assert [one["patient_ref"] for one in known["patients"]] == ["K-7"]
            now = await read(client, "/api/today")
            assert all(not chair["rows"] for chair in now["chairs"])
