"""Every numbered promise has a test, and every number a test names is a promise."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (S-\d{2}|[A-Z]{3}-\d{3}) \| ([^|]+) \|", re.MULTILINE)


def promised() -> list[tuple[str, str]]:
    return ROW.findall((ROOT / "docs" / "requirements.md").read_text(encoding="utf-8"))


def named_by_tests() -> set[str]:
    found = set()
    for path in ROOT.glob("tests/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "requirement":
                found |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    return found


def test_every_promise_has_a_test_and_every_number_is_a_promise() -> None:
    numbers = {number for number, _ in promised()}
    assert numbers == named_by_tests()


def test_every_statement_about_alarms_is_promised_or_owned_to_be_missing() -> None:
    """The 72 statements of alarms.md section 9."""
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    owed = set(re.findall(r"^- (S-\d{2}): ", text, re.MULTILINE))
    kept = {number for number, _ in promised() if number.startswith("S-")}
    assert kept & owed == set()
    assert kept | owed == {f"S-{number:02d}" for number in range(1, 73)}


def test_every_number_stands_once() -> None:
    counted = Counter(number for number, _ in promised())
    assert [number for number, count in counted.items() if count > 1] == []
