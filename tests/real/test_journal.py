"""The patients' journal over real HTTP, on a listener of its own beside a running service."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pypdfium2
import pytest

from monitor.commands.journaling import WriteJournal, new_link
from monitor.errors import CommandRefused
from monitor.exports.collecting import Source
from monitor.exports.formats import FORMATS
from monitor.history import JOURNAL, FactRow
from monitor.report.qr import qr_rows
from monitor.store.lines import Lines
from monitor.store.record import RecordHistory
from monitor.tables import JournalTable
from monitor.vitals import VitalSign
from monitor.web.journal import BODY_BYTES_MAX, WRONG_FREE, Journal
from monitor.web.journal_display import JournalDisplay
from monitor.web.narrow import CONNECTIONS_A_SECOND, CONNECTIONS_MAX
from tests.serving import ACT, HIGH_PRESSURE, WITHIN_S, Page, Served, served

ROOT = Path(__file__).parents[2]
CALL = "+351 210 000 000"
TABLE = JournalTable(
    listen="127.0.0.1:0",
    public_url="https://journal.harbour.example",
    call=CALL,
    emergency="112",
    content=True,
)
FLOOD_S = 4.0
SECRET = "a canary flew over the reef"
WROTE = {"mood": "7", "how": "good", "text": SECRET}


@dataclass
class Phone:
    """A patient's phone with the link of a session, and the service behind it."""

    house: Served
    session: str
    token: str
    client: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/j/{self.token}"

    async def form(self) -> dict[str, str]:
        """The hidden fields of the form as the page has it."""
        answer = await self.client.get(self.path)
        assert answer.status_code == 200, answer.text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))

    async def send(self, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """What the page answers to this form."""
        return await self.post(urlencode(await self.form() | WROTE | fields).encode(), headers)

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        told = {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {})
        return await self.client.post(self.path, content=body, headers=told)

    async def entries(self) -> list[FactRow]:
        """What the record holds of what the patient wrote."""
        facts = await RecordHistory(self.house.clinic.config.record.path).facts(self.session)
        return [fact for fact in facts if fact.kind == JOURNAL]

    async def later(self, hours: float) -> None:
        """So much later by the clock on the wall."""
        self.house.clinic.clock.step_to(
            self.house.clinic.clock.utc_us() + round(hours * 3_600_000_000)
        )


async def opened(nurse: httpx.AsyncClient, session: str) -> str:
    """A new link's token."""
    answer = await nurse.post(f"/api/sessions/{session}/journal", json={}, headers=ACT)
    assert answer.status_code == 200, answer.text
    link: str = answer.json()["link"]
    assert link.startswith("https://journal.harbour.example/j/")
    return link.rpartition("/")[2]


@asynccontextmanager
async def phone(folder: Path, table: JournalTable = TABLE) -> AsyncIterator[Phone]:
    """A patient has had an infusion, went home, and opens the link."""
    async with (
        served(folder, journal=table) as house,
        house.nurse() as nurse,
        httpx.AsyncClient(base_url=house.journal_url, timeout=WITHIN_S, verify=False) as client,
    ):
        session = await house.seat(nurse, "1", "P-17")
        await house.enter(nurse, session, "BASELINE", "INFUSION", "RECOVERY", "CLOSED")
        token = await opened(nurse, session)
        yield Phone(house, session, token, client)


@pytest.mark.requirement("JRN-010")
async def test_an_entry_is_kept_in_the_record_by_nobody_of_the_staff(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        answer = await patient.send()
        assert (answer.status_code, answer.headers["location"]) == (303, f"{patient.path}?kept")
        thanks = await patient.client.get(answer.headers["location"])
        (fact,) = await patient.entries()
    assert "Thank you, that is kept" in thanks.text
    assert fact.actor is None
    assert fact.data == {"day": 0, "mood": 7, "how": "good", "text": SECRET}


@pytest.mark.requirement("JRN-011")
async def test_the_token_cannot_be_guessed_and_its_hash_alone_is_kept(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        assert len(patient.token) >= 32
        await patient.send()
        tokens = {patient.token}
        async with patient.house.nurse() as nurse:
            for _ in range(5):
                tokens.add(await opened(nurse, patient.session))
        assert len(tokens) == 6
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert not any(token.encode() in content for token in tokens), file


@pytest.mark.requirement("JRN-012")
async def test_a_wrong_a_renewed_and_an_expired_link_do_not_count(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        form = await patient.form()
        body = urlencode(form | WROTE).encode()
        wrong = await patient.client.get("/j/" + "A" * 32)
        async with patient.house.nurse() as nurse:
            before, patient.token = (
                patient.token,
                await opened(nurse, patient.session),
            )
        renewed = await patient.client.post(f"/j/{before}", content=body)
        assert (await patient.client.get(patient.path)).status_code == 200
        await patient.later(15 * 24)
        expired = await patient.client.get(patient.path)
        assert [one.status_code for one in (wrong, renewed, expired)] == [404, 404, 404]
        assert wrong.text == renewed.text == expired.text
        assert await patient.entries() == []


@pytest.mark.requirement("JRN-013")
async def test_each_day_is_written_once_however_often_it_is_sent(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        body = urlencode(await patient.form() | WROTE).encode()
        answers = await asyncio.gather(*(patient.post(body) for _ in range(5)))
        assert sorted(one.status_code for one in answers) == [303, 409, 409, 409, 409]
        assert len(await patient.entries()) == 1
        await patient.later(24)
        stale = await patient.post(body)
        assert stale.status_code == 409
        assert (await patient.send(how="better")).status_code == 303
        assert [fact.data["day"] for fact in await patient.entries()] == [0, 1]


@pytest.mark.requirement("JRN-013")
async def test_an_entry_that_does_not_fit_is_kept_by_no_way_in(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        good = WriteJournal(token=patient.token, day=0, mood=7, how="good", text="")
        write = patient.house.clinic.commands.write
        for wrong in (
            replace(good, day=1),
            replace(good, mood=11),
            replace(good, mood=-1),
            replace(good, how="better"),
            replace(good, text="a" * 2_001),
            replace(good, token=patient.token[:-1]),
        ):
            with pytest.raises(CommandRefused):
                await write(wrong)
        await write(good)
        with pytest.raises(CommandRefused, match="not kept"):
            await write(good)
        assert len(await patient.entries()) == 1


@pytest.mark.requirement("JRN-014")
async def test_nothing_of_anybody_can_be_read_through_it(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        before = await patient.client.get(patient.path)
        await patient.send()
        done = await patient.client.get(patient.path)
        await patient.later(24)
        next_day = await patient.client.get(patient.path)
        other_routes = [
            await patient.client.get(path)
            for path in ("/", "/api/wall", "/api/journals", "/static/js/wall.js", "/j/", "/docs")
        ]
    for page in (before, done, next_day, *other_routes):
        for told in (SECRET, "P-17", "Harbour", patient.session, "good&quot;"):
            assert told not in page.text
    assert {one.status_code for one in other_routes} == {404}
    # What was never written, and what was, cannot be told apart but by what is asked next.
    assert "nothing to write" in done.text


@pytest.mark.requirement("JRN-015")
async def test_every_page_says_that_nobody_watches_and_whom_to_call(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        pages = [
            await patient.client.get(patient.path),
            await patient.client.get("/j/wrong"),
            await patient.client.get("/"),
            await patient.post(b"\xff"),
            await patient.send(mood=""),
        ]
    for page in pages:
        assert "Nobody watches this page live." in page.text
        assert f'href="tel:{CALL.replace(" ", "")}"' in page.text
        assert 'href="tel:112"' in page.text


@pytest.mark.requirement("JRN-016")
async def test_what_is_not_the_form_of_this_page_is_refused(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        form = await patient.form()
        whole = urlencode(form | WROTE).encode()
        strange = {"Origin": "https://evil.example"}
        refused = {
            403: [
                await patient.post(whole, strange),
                await patient.post(whole, {"Origin": "null"}),
                await patient.post(whole, {"Sec-Fetch-Site": "cross-site"}),
                await patient.post(urlencode(form | WROTE | {"proof": "0" * 64}).encode()),
            ],
            421: [await patient.client.get(patient.path, headers={"Host": "evil.example"})],
            413: [await patient.post(b"text=" + b"a" * BODY_BYTES_MAX)],
            405: [await patient.client.put(patient.path, content=whole)],
            400: [
                await patient.post(b"\xff\xfe"),
                await patient.post(whole + b"&text=%FF%FE"),
                await patient.post(b"&".join(b"a=1" for _ in range(100))),
            ],
            422: [
                await patient.post(urlencode(form | WROTE | {"mood": mood}).encode())
                for mood in ("", "11", "-1", "7.5", "NaN", "seven")
            ],
        }
        refused[409] = [await patient.send(how="superb")]
        assert await patient.entries() == []
    for status, answers in refused.items():
        assert [one.status_code for one in answers] == [404 if status == 405 else status] * len(
            answers
        )


@pytest.mark.requirement("JRN-016")
async def test_a_form_without_a_length_is_refused(tmp_path: Path) -> None:
    async def piece() -> AsyncIterator[bytes]:
        yield b"mood=1"

    async with phone(tmp_path) as patient:
        answer = await patient.client.post(patient.path, content=piece())
    assert answer.status_code == 411


@pytest.mark.requirement("JRN-017")
async def test_the_longest_text_of_any_letters_has_room_and_a_longer_one_comes_back(
    tmp_path: Path,
) -> None:
    async with phone(tmp_path) as patient:
        too_long = await patient.send(text="𝄞" * 2_001)
        assert too_long.status_code == 422
        assert "2000 characters" in too_long.text
        assert "𝄞" * 2_001 in too_long.text
        assert (await patient.send(text="𝄞" * 2_000)).status_code == 303
        (fact,) = await patient.entries()
    assert fact.data["text"] == "𝄞" * 2_000


@pytest.mark.requirement("JRN-018")
async def test_markup_stays_text_and_control_characters_go(tmp_path: Path) -> None:
    text = "<script>alert(1)</script>\x1b[2J\x00\u202e\r\nline"
    async with phone(tmp_path) as patient:
        shown_again = await patient.send(text=text, mood="")
        await patient.send(text=text)
        (fact,) = await patient.entries()
        async with patient.house.nurse("dl") as clinician:
            listed = (await clinician.get("/api/journals")).json()
    assert "<script>" not in shown_again.text
    assert "&lt;script&gt;" in shown_again.text
    assert fact.data["text"] == "<script>alert(1)</script>[2J\nline"
    assert listed["journals"][0]["days"][0]["text"] == fact.data["text"]


@pytest.mark.requirement("JRN-019")
async def test_every_answer_has_the_strict_headers_and_ends_its_connection(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        answers = [
            await patient.client.get(patient.path),
            await patient.client.get("/journal.css"),
            await patient.client.get("/nothing"),
            await patient.send(),
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["connection"] == "close"
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers
    assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.requirement("JRN-020")
async def test_guessing_links_is_locked_out_where_it_comes_from(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:

        async def status(path: str, address: str) -> int:
            # Our own proxy says where a phone is.
            headers = {"X-Forwarded-For": f"203.0.113.250, {address}"}
            return (await patient.client.get(path, headers=headers)).status_code

        guesses = [await status(f"/j/{n:032}", "198.51.100.7") for n in range(WRONG_FREE + 1)]
        assert guesses == [404] * WRONG_FREE + [429]
        assert await status(patient.path, "198.51.100.7") == 429
        assert await status(patient.path, "198.51.100.8") == 200


@pytest.mark.alone
@pytest.mark.requirement("JRN-021")
async def test_a_flood_is_held_back_and_an_alarm_comes_as_ever(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        house, port = patient.house, patient.house.journal_url.rpartition(":")[2]
        async with house.nurse() as nurse, Page.watching(house.port) as wall:
            await house.seat(nurse, "2")
            flooder = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.real.flooder", port),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
            )
            assert flooder.stdout is not None
            await flooder.stdout.readline()
            began_s = time.monotonic()
            waits_s = list[float]()
            while (lasted_s := time.monotonic() - began_s) < FLOOD_S:
                waits_s.append(await seen_after_s(house, wall, 180.0 + len(waits_s) % 2))
            out, _ = await flooder.communicate(b"")
            alarms = {one.condition for one in house.clinic.ward.engine.alarms("2")}
        assert "BP-H2" in alarms
        assert max(waits_s) < 1.0
        # The flood's own address is locked out by now; a phone elsewhere is not.
        patient.client.headers["X-Forwarded-For"] = "198.51.100.8"
        assert 0 < int(out) <= CONNECTIONS_A_SECOND * (lasted_s + 2.0) + CONNECTIONS_MAX
        assert (await patient.send()).status_code == 303


async def seen_after_s(house: Served, wall: Page, systolic: float) -> float:
    """How long it takes until the wall has a reading that the monitor shows now."""
    asked_s = time.monotonic()
    house.say("2", {**HIGH_PRESSURE, VitalSign.NIBP_SYSTOLIC: systolic})
    async with asyncio.timeout(WITHIN_S):
        while f"{systolic:g}/" not in json.dumps(await wall.tile("2")):
            continue
    return time.monotonic() - asked_s


@pytest.mark.requirement("JRN-021")
async def test_slow_and_silent_connections_are_dropped(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        port = int(patient.house.journal_url.rpartition(":")[2])
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS_MAX)]
        for _, writer in silent:
            writer.write(b"GET /j/x HTTP/1.1\r\nHost: ")
        async with asyncio.timeout(20):
            ends = await asyncio.gather(*(ended(reader) for reader, _ in silent))
            assert all(ends)
        for _, writer in silent:
            writer.close()
        assert (await patient.client.get(patient.path)).status_code == 200


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the other side hung up without an answer."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@pytest.mark.requirement("JRN-022")
async def test_a_journal_that_cannot_be_served_is_told_and_the_clinic_goes_on(
    tmp_path: Path,
) -> None:
    async with phone(tmp_path) as patient:
        port = patient.house.journal_url.rpartition(":")[2]
        taken = TABLE.model_copy(update={"listen": f"127.0.0.1:{port}"})
        second, stop = JournalDisplay(taken, ready=lambda _: None), asyncio.Event()
        running = asyncio.create_task(second.run(patient.house.clinic, stop))
        async with asyncio.timeout(WITHIN_S):
            while not second.health.status():
                await asyncio.sleep(0.01)
        (line,) = second.health.status()
        stop.set()
        await running
        assert f"cannot listen on 127.0.0.1:{port}" in line.text
        assert not patient.house.stopped.done()


@pytest.mark.requirement("JRN-022")
async def test_without_its_table_there_is_no_listener_and_no_link(tmp_path: Path) -> None:
    async with served(tmp_path) as house, house.nurse() as nurse:
        assert house.journal is None
        session = await house.seat(nurse, "1")
        await house.enter(nurse, session, "BASELINE", "INFUSION", "RECOVERY")
        answer = await nurse.post(f"/api/sessions/{session}/journal", json={}, headers=ACT)
        assert answer.status_code == 409
        assert "keeps no journals" in answer.json()["what"]
        assert (await nurse.get("/api/journals")).json()["on"] is False


@pytest.mark.requirement("JRN-023")
async def test_nothing_of_a_journal_is_in_the_copy_the_log_or_an_open_route(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with phone(tmp_path) as patient:
        await patient.send()
        house = patient.house
        rows = await RecordHistory(house.clinic.config.record.path).after(0, 100_000)
        copied = "\n".join(Lines("demo").lines(rows))
        async with house.client() as anybody:
            schema = (await anybody.get("/openapi.json")).json()
            asked = {}
            for path in [one for one, ways in schema["paths"].items() if "get" in ways]:
                if path == "/api/stream":
                    continue
                where = path.replace("{session}", patient.session).replace("{chair}", "1")
                answer = await anybody.get(where)
                asked[path] = answer
        signed_out = asked["/api/journals"]
        source = Source(history=house.clinic.history, clinic="demo", zone=house.clinic.config.zone)
        exported = await source.dossier(patient.session, made_us=house.clinic.clock.utc_us())
        parts = [part for one in FORMATS.values() for part in one.parts]
        files = b"".join(piece for part in parts for piece in part.pieces(exported))
    assert "/api/sessions/{session}" in asked
    assert signed_out.status_code == 401
    for told in (SECRET, "journal"):
        assert told not in copied
        assert told.encode() not in files
        for path, answer in asked.items():
            assert told not in answer.text or path == "/api/journals", path
    assert "P-17" in copied
    # What the test's own client says of its requests is no log of ours.
    log = "\n".join(one.getMessage() for one in caplog.records if "http" not in one.name)
    assert "audit" in log or log
    assert SECRET not in log
    assert patient.token not in log


@pytest.mark.requirement("JRN-024")
async def test_staff_see_due_done_and_overdue_with_the_number_to_call(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient, patient.house.nurse() as nurse:

        async def one() -> dict[str, object]:
            (found,) = (await nurse.get("/api/journals")).json()["journals"]
            line: dict[str, object] = found
            return line

        assert (await one())["state"] == "due"
        await patient.later(24.1)
        late = await one()
        assert (late["state"], late["patient"], late["called"]) == ("overdue", "P-17", "")
        body = {"reached": False, "text": "voicemail"}
        path = f"/api/sessions/{patient.session}/journal/called"
        assert (await nurse.post(path, json=body, headers=ACT)).status_code == 200
        assert str((await one())["called"]).endswith("R. Kessler: not reached, voicemail")
        await patient.send()
        days = (await one())["days"]
        assert isinstance(days, list)
        assert [day["state"] for day in days] == ["done", "due", "later", "later"]
        # The other one is called about only while something is overdue.
        assert (await nurse.post(path, json=body, headers=ACT)).status_code == 409
        assert patient.house.clinic.ward.engine.alarms() == []


@pytest.mark.requirement("JRN-025")
@pytest.mark.parametrize(
    ("content", "person", "reads"),
    [
        (True, "dl", True),
        (True, "rk", False),
        (False, "dl", False),
    ],
)
async def test_what_was_written_is_for_clinicians_and_only_where_switched_on(
    tmp_path: Path, content: bool, person: str, reads: bool
) -> None:
    table = TABLE.model_copy(update={"content": content})
    async with phone(tmp_path, table) as patient, patient.house.nurse(person) as staff:
        await patient.send()
        text = (await staff.get("/api/journals")).text
    assert (SECRET in text) is reads
    assert ('"mood"' in text) is reads
    assert json.loads(text)["journals"][0]["days"][0]["state"] == "done"


@pytest.mark.requirement("JRN-026")
async def test_a_link_outlives_a_restart_and_so_does_what_was_written(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        await patient.send()
    async with (
        served(tmp_path, journal=TABLE) as house,
        httpx.AsyncClient(base_url=house.journal_url, timeout=WITHIN_S, verify=False) as client,
    ):
        again = Phone(house, patient.session, patient.token, client)
        page = await client.get(again.path)
        assert "nothing to write" in page.text
        await again.later(24)
        assert (await again.send(how="better")).status_code == 303
        assert [fact.data["day"] for fact in await again.entries()] == [0, 1]


@pytest.mark.requirement("JRN-027")
async def test_an_entry_is_in_the_audit_and_a_patient_is_no_person(tmp_path: Path) -> None:
    async with phone(tmp_path) as patient:
        await patient.send()
        path = patient.house.clinic.config.record.path
        with sqlite3.connect(path) as record:
            acts = [
                json.loads(act)["row"]
                for (act,) in record.execute("SELECT act FROM audit ORDER BY number")
            ]
    (entry,) = [row for row in acts if row.get("kind") == JOURNAL]
    assert entry["actor"] is None


@pytest.mark.requirement("JRN-028")
async def test_the_sitters_sheet_carries_a_new_link_and_says_when_it_asks_again(
    tmp_path: Path,
) -> None:
    async with phone(tmp_path) as patient, patient.house.nurse() as nurse:
        path = f"/api/sessions/{patient.session}/hand-over.pdf"
        answer = await nurse.post(path, json={}, headers=ACT)
        assert answer.status_code == 200, answer.text
        # The link of before counts no more: the sheet's is the one.
        assert (await patient.client.get(patient.path)).status_code == 404
    (page,) = pypdfium2.PdfDocument(answer.content)
    text = " ".join(page.get_textpage().get_text_range().split())
    assert "The same link asks again on Saturday 16 January, Monday 18 January, Friday 22" in text
    assert patient.token not in text


@pytest.mark.requirement("JRN-028")
def test_a_code_has_its_quiet_zone_its_three_finders_and_is_the_links_own() -> None:
    link, _ = new_link(TABLE)
    rows = qr_rows(link)
    size = len(rows)
    assert {len(row) for row in rows} == {size}
    rim = [one for at, row in enumerate(rows) for one in (row if at < 4 or at >= size - 4 else ())]
    assert not any(rim)
    assert not any(one for row in rows for one in (*row[:4], *row[-4:]))
    for top, left in ((4, 4), (4, size - 11), (size - 11, 4)):
        finder = [row[left : left + 7] for row in rows[top : top + 7]]
        assert all(finder[0])
        assert all(finder[6])
        assert finder[3] == (True, False, True, True, True, False, True)
    assert qr_rows(link) == rows
    assert qr_rows(f"{link}x") != rows


@pytest.mark.requirement("JRN-022")
async def test_a_fault_of_its_own_is_told_without_its_words_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Journal) -> None:
        raise RuntimeError(SECRET)

    async with phone(tmp_path) as patient:
        monkeypatch.setattr(Journal, "app", broken)
        free = TABLE.model_copy(update={"listen": "127.0.0.1:0"})
        second, stop = JournalDisplay(free, ready=lambda _: None), asyncio.Event()
        running = asyncio.create_task(second.run(patient.house.clinic, stop))
        async with asyncio.timeout(WITHIN_S):
            while not second.health.status():
                await asyncio.sleep(0)
        stop.set()
        await running
        assert [line.text for line in second.health.status()] == [
            "the patients' journal is not served: it failed (RuntimeError)"
        ]
        assert not patient.house.stopped.done()
    assert SECRET not in caplog.text
