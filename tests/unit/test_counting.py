"""Counts in words."""

from __future__ import annotations

import pytest

from monitor.counting import counted


@pytest.mark.requirement("SHO-205")
def test_one_is_told_as_one() -> None:
    said = [counted(count, "session") for count in (0, 1, 2)]
    assert said == ["0 sessions", "1 session", "2 sessions"]
