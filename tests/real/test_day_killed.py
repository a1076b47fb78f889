"""The service is killed after each step of one patient's day, and the day goes on where it was."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.drivers import Shown
from monitor.drivers.chairside_json import Encoder
from monitor.links.connection import BrokerAddress
from monitor.shipped import preset_text
from monitor.vitals import GenerationMode, VitalSign
from simulators.publisher import Publisher, Topics
from tests.process import Service, service, topic
from tests.servers import Mosquitto
from tests.waiting import until

QUICK = {
    "recovery_s = 1800": "recovery_s = 4",
    "cuff_span_s = 600": "cuff_span_s = 2",
    "spo2_s = 300": "spo2_s = 4",
    "cuff_apart_s = 60": "cuff_apart_s = 1",
    "continuous_s = 300": "continuous_s = 4",
}
"""The shipped preset's minutes as seconds, so that a day is over in one minute."""
CUFF_EACH_S = 3.0
ADVICE = "no-driving"
MORE = f"""
[alarms]
preset = "quick.toml"
[arrival.hold]
systolic_max = 140
[[arrival.questions]]
id = "fasted"
text = "Nothing to eat for 4 h"
kind = "yes/no"
must = "yes"
[[leaving.advice]]
id = "{ADVICE}"
text = "No driving until tomorrow"
"""
Json = dict[str, Any]
UNSTEADY = {
    "latest",
    "as_of",
    "as_of_ms",
    "said",
    "since",
    "now",
    "percent",
    "minutes",
    "expected",
    "elapsed_s",
}
UNSTEADY |= {"infused_ml", "total_mg", "remaining_ml", "remaining_s", "age_s", "measured"}
UNSTEADY |= {
    "held_by",
    "news2",
    "news2_missing",
    "sedation_overdue",
    "ready",
    "holds",
    "failing",
    "earliest",
}
"""What of the pages' answers goes on with time or with what the monitor sends."""


@dataclass
class Bedside:
    """A monitor that goes on while the service is dead; `systolic` is what its cuff finds."""

    publisher: Publisher
    systolic: float = 150.0

    @classmethod
    def of(cls, broker: Mosquitto) -> Bedside:
        topics = Topics(
            values=f"{topic('1')}/vitals",
            availability=f"{topic('1')}/availability",
            online=b"online",
            offline=b"offline",
        )
        address = BrokerAddress(host="127.0.0.1", port=broker.port, client_id="mon-1")
        return cls(Publisher(address, topics))

    async def run(self) -> None:
        encoder, cuff_s = Encoder("mon-1"), 0.0
        while True:
            now_us, values = time.time_ns() // 1_000, {VitalSign.SPO2: 97.0}
            values |= {VitalSign.HEART_RATE: 72.0, VitalSign.PULSE_RATE: 72.0}
            if time.monotonic() - cuff_s >= CUFF_EACH_S:
                cuff_s = time.monotonic()
                values |= {VitalSign.NIBP_SYSTOLIC: self.systolic, VitalSign.NIBP_DIASTOLIC: 80.0}
            mode = GenerationMode.TEST
            shown = Shown(at_us=now_us, values=values, validity={}, mode=mode, nibp_at_us=now_us)
            self.publisher.send(encoder.encode(shown))
            await asyncio.sleep(0.5)


@asynccontextmanager
async def measuring(broker: Mosquitto) -> AsyncIterator[Bedside]:
    bedside = Bedside.of(broker)
    tasks = [asyncio.create_task(one) for one in (bedside.publisher.run(), bedside.run())]
    yield bedside
    for task in tasks:
        task.cancel()


def steady(told: Any) -> Any:
    """An answer without what moves on by itself."""
    if isinstance(told, dict):
        return {key: steady(one) for key, one in told.items() if key not in UNSTEADY}
    return [steady(one) for one in told] if isinstance(told, list) else told


@dataclass
class Day:
    """One patient's day over the API, with a kill after each step."""

    one: Service
    session: str = ""
    killed: int = 0

    def shown(self) -> Json:
        """What the chair's page shows of the session, and the wall of the chair."""
        at = f"/api/sessions/{self.session}"
        told = {name: self.one.ask(f"{at}/{name}") for name in ("arrival", "treatment", "leaving")}
        tile = self.one.ask("/api/wall")["tiles"][0]
        told["tile"] = {key: tile[key] for key in ("patient", "state", "session")}
        told["limits"] = self.one.ask("/api/chairs/1/limits")["settings"]
        return told

    async def step(self, path: str, body: Json) -> str:
        """One act; then the service is killed, and must show the same again."""
        done = str(self.one.ask(path.format(session=self.session), body)["id"])
        self.session = self.session or done
        at_s, before = time.monotonic(), self.shown()
        self.one.kill()
        await self.one.start()
        self.one.sign_in()
        after = self.shown()
        assert steady(after) == steady(before), path
        ran_s = after["treatment"]["pump"]["elapsed_s"] - before["treatment"]["pump"]["elapsed_s"]
        running = before["treatment"]["pump"]["running"]
        passed_s = time.monotonic() - at_s
        assert (0.0 < ran_s <= passed_s) if running else ran_s == 0.0, path
        self.killed += 1
        return done

    def checks(self) -> dict[str, bool]:
        """The leave gate's conditions."""
        told = self.one.ask(f"/api/sessions/{self.session}/leaving")
        return {one["name"]: one["holds"] for one in told["checks"]}


async def arrive(day: Day) -> None:
    await day.step("/api/chairs/1/seat", {"patient_ref": "A.M.", "planned_minutes": 40})
    sitter = {"person": "Mia", "phone": "555 0101", "stays": True, "drives": True}
    await day.step("/api/sessions/{session}/sitter", sitter | {"briefed": True})
    await day.step("/api/sessions/{session}/arms", {"cuff": "left", "probe": "right"})
    await day.step("/api/sessions/{session}/answers", {"answers": {"fasted": "yes"}})
    await day.step("/api/sessions/{session}/phase", {"phase": "BASELINE"})


async def hold_and_start(day: Day) -> None:
    """Two cuff readings over the hold limit, an override by name, then the infusion."""
    at = f"/api/sessions/{day.session}"
    await until(lambda: day.one.ask(f"{at}/arrival")["holds"], 30)
    order = {"drug": "ketamine", "concentration_mg_ml": 1.0, "dose_mg": 40.0, "minutes": 40.0}
    await day.step("/api/sessions/{session}/order", order | {"weight_kg": 80.0})
    held = [one["key"] for one in day.one.ask(f"{at}/arrival")["holds"]]
    await day.step(
        "/api/sessions/{session}/hold/override", {"keys": held, "reason": "Dr L. agrees"}
    )
    await day.step("/api/sessions/{session}/pump", {"action": "start", "rate_ml_h": 60.0})


async def infuse(day: Day) -> None:
    await day.step("/api/sessions/{session}/pump", {"action": "rate", "rate_ml_h": 45.0})
    await day.step("/api/sessions/{session}/events", {"event": "nausea", "grade": "mild"})
    edits = {"session": day.session, "changes": {"HR-H1 HR": 130.0}}
    await day.step("/api/chairs/1/limits", edits)
    await day.step("/api/sessions/{session}/pump", {"action": "pause"})
    await day.step("/api/sessions/{session}/pump", {"action": "resume"})
    await day.step("/api/sessions/{session}/pump", {"action": "stop", "recovery": True})


async def recover(day: Day) -> None:
    for item, value, person in (
        ("oxygen", "air", ""),
        ("sitter", "present", "Mia"),
        ("MOAA/S", 5.0, ""),
        ("IV line", "out", ""),
    ):
        body = {"item": item, "value": value, "person": person}
        await day.step("/api/sessions/{session}/observed", body)
    parts = day.one.ask(f"/api/sessions/{day.session}/leaving")["parts"]
    score = {"item": "PADSS", "parts": {part["name"]: 2 for part in parts}}
    await day.step("/api/sessions/{session}/score", score)
    over = {"sitter": "Mia", "points": [ADVICE]}
    await day.step("/api/sessions/{session}/hand-over", over)
    await until(lambda: all(day.checks().values()), 40)


def facts_of(record: Path, session: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT kind, data FROM facts WHERE session = ? ", (session,))
        return [(kind, data) for kind, data in rows]


@pytest.mark.requirement("CAR-009")
@pytest.mark.timeout(600)
async def test_a_day_goes_on_where_it_was_after_a_kill_at_each_step(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    text, _ = preset_text("ketamine-adult", base=tmp_path)
    for usual, quick in QUICK.items():
        assert usual in text
        text = text.replace(usual, quick)
    (tmp_path / "quick.toml").write_text(text)
    with service(tmp_path, mosquitto, more=MORE) as one:
        await one.start()
        one.sign_in()
        async with measuring(mosquitto):
            day = Day(one)
            await arrive(day)
            await hold_and_start(day)
            await infuse(day)
            await recover(day)
            one.ask(f"/api/sessions/{day.session}/close", {"cuff": "off", "probe": "off"})
            one.kill()
            await one.start()
        tile = one.ask("/api/wall")["tiles"][0]
        assert tile["session"] is None
        kinds = [kind for kind, _ in facts_of(one.record, day.session)]
        assert kinds.count("pump") == 5
        assert kinds.count("sitter") == kinds.count("handed over") == kinds.count("seated") == 1
        assert day.killed == 20
