"""What the header says of the service itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import monitor
from monitor.status import BRIEF_LENGTH_MAX, GARBLED_SHOWN_S, Status

PRODUCT = sorted(Path(monitor.__file__).parent.rglob("*.py"))


@pytest.mark.requirement("SHO-211")
def test_what_the_head_says_of_the_service_is_short_enough_for_it() -> None:
    briefs = [
        ast.unparse(call.args[1])
        for path in PRODUCT
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "StatusLine"
    ]
    said = [ast.literal_eval(one.lstrip("f")) for one in briefs]
    assert len(said) > 20
    assert [one for one in said if len(one) > BRIEF_LENGTH_MAX] == []


def test_unreadable_frames_are_told_with_their_reason_for_a_minute() -> None:
    status = Status()
    status.note_garbled("mon-1", "no frame end", at_s=10.0)
    status.note_garbled("mon-1", "no frame end", at_s=11.0)
    assert [line.text for line in status.lines(12.0)] == [
        "mon-1: 2 unreadable frames (no frame end)"
    ]
    assert status.lines(11.1 + GARBLED_SHOWN_S) == []


def test_missing_messages_are_told_until_they_come() -> None:
    status = Status()
    status.note_missing("mon-2", 3)
    assert [line.text for line in status.lines(0.0)] == ["mon-2: 3 numbered messages never came"]
    status.note_missing("mon-2", 0)
    assert status.lines(0.0) == []
