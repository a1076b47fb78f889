"""What the header says of the service itself."""

from __future__ import annotations

from monitor.status import GARBLED_SHOWN_S, Status


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
