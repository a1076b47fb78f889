"""The budgets that keep the house small: checked on every change, like any other promise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted([*ROOT.glob("monitor/**/*.py"), *ROOT.glob("simulators/**/*.py")])
PAGES = sorted(ROOT.glob("monitor/web/static/js/*.js"))
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_MEDIAN_MAX = 15
MODULE_LINES_MAX = 400
NESTING_MAX = 3
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not implemented yet", re.IGNORECASE)
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def nesting(node: ast.AST, depth: int = 0) -> int:
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.Lambda):
            continue
        # `elif` is one level with its `if`.
        same = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        step = 1 if isinstance(child, BLOCKS) and not same else 0
        deepest = max(deepest, nesting(child, depth + step))
    return deepest


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_function_fits_on_a_screen_and_nests_three_deep_at_most() -> None:
    told = [(name(path), one) for path in PRODUCT for one in functions(path)]
    too_long = [(where, one.name) for where, one in told if length(one) > FUNCTION_LINES_MAX]
    too_deep = [(where, one.name) for where, one in told if nesting(one) > NESTING_MAX]
    assert (too_long, too_deep) == ([], [])


def test_a_module_is_one_noun_long_and_finished() -> None:
    texts = {name(path): path.read_text(encoding="utf-8") for path in [*PRODUCT, *PAGES]}
    too_long = [path for path, text in texts.items() if len(text.splitlines()) > MODULE_LINES_MAX]
    unfinished = [path for path, text in texts.items() if UNFINISHED.search(text)]
    assert (too_long, unfinished) == ([], [])


@pytest.mark.requirement("HOU-001")
def test_the_median_function_is_short() -> None:
    lengths = [length(one) for path in PRODUCT for one in functions(path)]
    assert median(lengths) < FUNCTION_LINES_MEDIAN_MAX


def changing(path: Path) -> Iterator[str]:
    """A lower-case name bound at module level to a fresh container would be shared by everybody."""
    for node in tree_of(path).body:
        if not isinstance(node, ast.Assign) or not isinstance(
            node.value, ast.List | ast.Dict | ast.Set
        ):
            continue
        for target in node.targets:
            if (
                isinstance(target, ast.Name)
                and not target.id.isupper()
                and target.id != "__all__"
                and not target.id.startswith("_")
            ):
                yield target.id


def test_no_module_holds_changing_state() -> None:
    assert [(name(path), one) for path in PRODUCT for one in changing(path)] == []


def undocumented(path: Path) -> Iterator[str]:
    """Public classes and functions without a contract; a protocol's stubs and overrides apart."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.ClassDef | ast.Module):
            continue
        for one in node.body:
            if not isinstance(one, Function | ast.ClassDef) or one.name.startswith("_"):
                continue
            inherits = isinstance(node, ast.ClassDef) and bool(node.bases)
            if ast.get_docstring(one) is None and not inherits:
                yield one.name


def test_everything_public_has_its_contract() -> None:
    assert [(name(path), one) for path in PRODUCT for one in undocumented(path)] == []
