"""docs/mutation.md: no wrong change survives without a reason; each reason is about our code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.mutation.explained import Key, reasons
from tools.mutation.mutants import Mutants
from tools.mutation.page import UNEXPLAINED
from tools.mutation.run import modules, settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")


def test_no_survivor_is_without_a_reason() -> None:
    assert UNEXPLAINED not in PAGE


def test_every_module_is_on_the_page_as_measured_or_as_not_measured() -> None:
    for module in modules():
        assert f"`{module}`" in PAGE, f"{module}: run `make mutation`"


def test_every_test_of_the_alarms_may_notice_a_wrong_change() -> None:
    asked = set(settings()["pytest_add_cli_args_test_selection"])
    tests = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/unit").glob("test_alerts_*.py")}
    assert tests - asked == set()


@pytest.mark.parametrize("key", sorted(reasons(), key=str), ids=lambda key: f"{key[1].function}")
def test_every_reason_is_about_a_line_that_stands_there(key: Key) -> None:
    module, survivor = key
    text = (ROOT / module).read_text(encoding="utf-8")
    *_, name = survivor.function.split(".")
    found = [
        ast.get_source_segment(text, node) or ""
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    said = [" ".join(source.split()) for source in found]
    assert any(" ".join(survivor.before.split()) in one for one in said), survivor


def test_a_change_is_told_by_its_line_before_and_after() -> None:
    text = "def low(value: float) -> bool:\n    return value < 90\n"
    mutants = Mutants("low.py", text)
    told = [mutants.told(name) for name in mutants.names]
    assert {(one.function, one.before) for one in told} == {("low", "return value < 90")}
    assert {"return value <= 90", "return value < 91"} <= {one.after for one in told}
    lines = mutants.text.split("\n")
    assert {lines[number - 1] for name in mutants.names for number in mutants.lines(name)} == {
        "    return value < 90"
    }
