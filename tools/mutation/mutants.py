"""The small wrong changes of a module, as mutmut makes them, and what each reads like."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents

MARK = "__mutmut_"
"""Stands between the name of a function and the number of its change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A change that no test noticed: in which function, the line before and after."""

    function: str
    before: str
    after: str


class Mutants:
    """All changes of one module, side by side in one text with a switch before each function."""

    def __init__(self, module: str, text: str) -> None:
        self._made: MutatedFile = mutate_file_contents(module, text)
        self._lines = self._made.code.split("\n")
        self._statements = list(_statements(ast.parse(self._made.code)))
        self._dotted = module.removesuffix(".py").replace("/", ".")

    @property
    def text(self) -> str:
        """The module with every change in it, none switched on."""
        return self._made.code

    @property
    def names(self) -> list[str]:
        """What the switch calls each change, as `monitor.alerts.limits.x_bound__mutmut_3`."""
        return [f"{self._dotted}.{name}" for name in self._made.mutant_names]

    def original(self, name: str) -> tuple[str, ...]:
        """The function of a change as it stands in the module: its name, then line by line."""
        own = self._own(name)
        return (changed_function(own), *self._source(own, "orig"))

    def told(self, name: str) -> Survivor:
        """What a change reads like."""
        function = changed_function(self._own(name))
        changed = [line for line in self._difference(name) if line[:2] != "@@"]
        return Survivor(
            function=_readable(function),
            before=_joined(line[1:] for line in changed if line[0] == "-"),
            after=_joined(line[1:] for line in changed if line[0] == "+"),
        )

    def lines(self, name: str) -> list[int]:
        """Of `text`, the lines of what is changed; a test that runs none of them cannot tell.

        They are those of the statement; of the whole function, where what is changed is
        none: its head, or a case of a match.
        """
        function = changed_function(self._own(name))
        whole = self._made.line_span_by_function_name[f"{function}{MARK}orig"]
        first = int(self._difference(name)[0].split()[1].split(",")[0].lstrip("-"))
        line = whole.start - 1 + max(first, 1)
        around = [one for one in self._statements if line in one]
        if not around:
            return list(range(whole.start, whole.end + 1))
        innermost: range = max(around, key=lambda one: one.start)
        return list(innermost)

    def _difference(self, name: str) -> list[str]:
        own = self._own(name)
        function = changed_function(own)
        plain = _readable(function).rpartition(".")[2]
        before = [
            line.replace(f"{function}{MARK}orig", plain) for line in self._source(own, "orig")
        ]
        after = [line.replace(own, plain) for line in self._source(own)]
        return list(unified_diff(before, after, lineterm="", n=0))[2:]

    def _own(self, name: str) -> str:
        return name.removeprefix(f"{self._dotted}.")

    def _source(self, own: str, number: str | None = None) -> list[str]:
        name = own if number is None else f"{changed_function(own)}{MARK}{number}"
        span = self._made.line_span_by_function_name[name]
        return self._lines[span.start - 1 : span.end]


def changed_function(name: str) -> str:
    """The function of a change, as the switch names it."""
    return name.rpartition(MARK)[0]


def _readable(own: str) -> str:
    """`Delays.take` of `xǁDelaysǁtake`."""
    return own.removeprefix("x_") if "ǁ" not in own else own.removeprefix("xǁ").replace("ǁ", ".")


def _statements(tree: ast.Module) -> Iterator[range]:
    """The lines of each statement; of one with others inside, those of its head."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = getattr(node, "body", None)
            last = node.end_lineno or node.lineno
            if isinstance(node, ast.Match):
                last = node.subject.end_lineno or node.lineno
            elif inner:
                last = max(node.lineno, inner[0].lineno - 1)
            yield range(node.lineno, last + 1)


def _joined(lines: Iterable[str]) -> str:
    return " ".join(line.strip() for line in lines)
