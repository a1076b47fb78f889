"""Write docs/mutation.md: `python -m tools.mutation.page > docs/mutation.md`.

Takes what `tools.mutation.run` found and the reasons of explained.toml beside this file.
A survivor without a reason is told as such; a reason that fits no survivor any more is
named on the error channel, to be removed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from tools.mutation.explained import Key, reasons
from tools.mutation.run import Outcome, fingerprint, modules, outcomes

UNEXPLAINED = "**Not explained.**"

HEAD = """\
# Which wrong changes the tests do not notice

`make mutation` makes one small wrong change at a time in the alarm engine and its
conditions (a mutant: `<` for `<=`, `None` for a value, an argument left out) and runs the
tests of alarms that run the changed line, with an eighth of the usual random examples. A
mutant is killed when a test fails or takes far too long. Those that survive are listed here,
each with the line before and after and the reason why no test should notice it.

mutmut changes what stands within functions. Tables and defaults of a module (the life of an
alarm in `states.py`, the fields of a class) and decorated functions (properties, inputs that
are told to the journal) are not mutated; the preset's numbers are not code. "Text" names the
text that was measured, as `git hash-object` does; "since changed" beside it says that the
module is another by now and its line here an older measurement. A function that was not
changed since it was measured may keep its outcome when its module is measured again.

| Module | Text | Mutants | Killed | Survived | Explained |
|---|---|---|---|---|---|"""


def document(found: Iterable[Outcome], why: Mapping[Key, str]) -> Iterator[str]:
    """The page, line by line."""
    measured = list(found)
    yield HEAD
    rows = [_row(one, why) for one in measured]
    for one, counts in zip(measured, rows, strict=True):
        text = one.text if one.text == fingerprint(one.module) else f"{one.text}, since changed"
        yield f"| `{one.module}` | {text} | " + " | ".join(str(count) for count in counts) + " |"
    missing = [one for one in modules() if one not in {found.module for found in measured}]
    for module in missing:
        yield f"| `{module}` | not measured yet | | | | |"
    totals = [sum(counts[column] for counts in rows) for column in range(4)]
    yield "| together | | " + " | ".join(str(total) for total in totals) + " |"
    for one in measured:
        yield from _section(one, why)


def _row(one: Outcome, why: Mapping[Key, str]) -> tuple[int, int, int, int]:
    survived = len(one.survivors)
    explained = sum((one.module, survivor) in why for survivor in one.survivors)
    return one.mutants, one.mutants - survived, survived, explained


def _section(one: Outcome, why: Mapping[Key, str]) -> Iterator[str]:
    if not one.survivors:
        return
    yield f"\n## `{one.module}`\n"
    told = [(why.get((one.module, each), UNEXPLAINED), each) for each in one.survivors]
    for (reason, function), group in groupby(told, key=lambda pair: (pair[0], pair[1].function)):
        yield f"- `{function}`: {reason}"
        for _, each in group:
            yield f"  - `{each.before}` -> `{each.after or '(left out)'}`"


def main() -> None:
    """Print the page; name the reasons that are needed no more."""
    found, why = list(outcomes()), reasons()
    print("\n".join(document(found, why)))
    alive = {(one.module, survivor) for one in found for survivor in one.survivors}
    for module, survivor in why.keys() - alive:
        print(f"{module} {survivor.function}: no such survivor: {survivor}", file=sys.stderr)


if __name__ == "__main__":
    main()
