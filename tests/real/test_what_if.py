"""Stored sessions under another preset, beside how they were judged."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor import shipped
from monitor.cli import chairside
from monitor.conditions import Priority
from monitor.presets import load_preset
from monitor.retold import compared
from monitor.store.record import RecordHistory
from tests.stepped import stepped

TEXT, WHERE = shipped.preset_text("ketamine-adult", base=Path())


async def sessions(folder: Path) -> list[str]:
    """Two patients; the first is at 91 for a minute, over a restart, and acknowledged."""
    async with stepped(folder) as house:
        first, second = await house.seat("1"), await house.seat("2")
        house.hold(20, SPO2=91.0)
        await house.acknowledge("SPO2-1")
    async with stepped(folder, at_s=22.0) as house:
        house.hold(40, SPO2=91.0)
        house.hold(20)
    return [first, second]


@pytest.mark.requirement("ALM-121")
async def test_the_same_preset_gives_the_same_burden(tmp_path: Path) -> None:
    chosen = await sessions(tmp_path)
    history = RecordHistory(tmp_path / "record.db")
    preset = load_preset(TEXT, where=WHERE)
    before, after = await compared(history, chosen, preset, 0)
    assert before.of("SPO2-1").alarms == {Priority.MEDIUM: 1}
    assert before.of("SPO2-1") == after.of("SPO2-1")


@pytest.mark.requirement("ALM-121")
async def test_a_lower_limit_takes_the_alarm_away_and_only_that(tmp_path: Path) -> None:
    chosen = await sessions(tmp_path)
    history = RecordHistory(tmp_path / "record.db")
    preset = load_preset(TEXT, where=WHERE)
    kept = tuple(one for one in preset.conditions if one.id != "SPO2-1")
    calmer = replace(preset, conditions=kept, hash="calmer")
    before, after = await compared(history, chosen, calmer, 0)
    assert (before.of("SPO2-1").count, after.of("SPO2-1").count) == (1, 0)
    others = {one.rule for one in before.rules} - {"SPO2-1"}
    assert {one.rule for one in after.rules} == others


def prompt(folder: Path, text: str) -> Result:
    config, preset = folder / "clinic.toml", folder / "other.toml"
    clinic = Path("config/clinic.toml").read_text(encoding="utf-8")
    record = folder / "record.db"
    config.write_text(re.sub(r'(?m)^path = ".*"', f'path = "{record}"', clinic, count=1), "utf-8")
    preset.write_text(text, encoding="utf-8")
    return CliRunner().invoke(
        chairside, ["whatif", "--preset", str(preset), "--config", str(config)]
    )


@pytest.mark.requirement("ALM-121")
def test_the_prompt_prints_both_and_their_difference(tmp_path: Path) -> None:
    asyncio.run(sessions(tmp_path))
    answer = prompt(tmp_path, TEXT)
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("2 sessions, ")
    (line,) = [one.split() for one in answer.output.splitlines() if one.startswith("SPO2-1 ")]
    assert line[:4] == ["SPO2-1", "1", "1", "+0"]
    assert prompt(tmp_path, "id = 3").exit_code != 0
