"""Make small wrong changes in the alarm engine and see which of them no test notices.

`python -m tools.mutation.run [--again] [module ...]`, a module as in
`monitor/alerts/limits.py`; without any, all of them. With `--again` what is known is kept:
only functions that are not as they were measured are tried, and survivors without a reason.
Modules are taken one at a time, each in a copy of the tree below build/mutation in which
nothing else is changed. What was found stands in build/mutation/*.json, for
`tools.mutation.page`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.mutation.explained import reasons
from tools.mutation.mutants import Mutants, Survivor

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found of one module, of whose text `text` is the fingerprint."""

    module: str
    text: str
    mutants: int
    survivors: tuple[Survivor, ...]


def settings() -> dict[str, Any]:
    """What is mutated and which tests are to notice it."""
    kept: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    told: dict[str, Any] = kept["tool"]["mutmut"]
    return told


def modules() -> list[str]:
    """What is mutated, as pyproject.toml names it."""
    found = {path for pattern in settings()["only_mutate"] for path in ROOT.glob(pattern)}
    return sorted(str(path.relative_to(ROOT)) for path in found if path.name != "__init__.py")


def fingerprint(module: str) -> str:
    """The name that git has for a module's text."""
    return _said(["git", "hash-object", module]).strip()[:8]


def outcome_path(module: str) -> Path:
    """Where the outcome of a module is kept."""
    return BUILD / f"{Path(module).stem}.json"


def outcomes() -> Iterator[Outcome]:
    """What was found so far, module by module."""
    for module in modules():
        path = outcome_path(module)
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            yield Outcome(
                module=kept["module"],
                text=kept["text"],
                mutants=kept["mutants"],
                survivors=tuple(Survivor(**one) for one in kept["survivors"]),
            )


def measure(module: str, before: Outcome | None = None) -> Outcome:
    """Try every change of one module, except what is known from `before`."""
    mutants = Mutants(module, (ROOT / module).read_text("utf-8"))
    verdicts = {} if before is None else _known(mutants, before)
    verdicts |= _verdicts(module, mutants, [one for one in mutants.names if one not in verdicts])
    survivors = tuple(mutants.told(name) for name in mutants.names if verdicts[name] is None)
    return Outcome(
        module=module, text=fingerprint(module), mutants=len(verdicts), survivors=survivors
    )


def _known(mutants: Mutants, before: Outcome) -> dict[str, str | None]:
    """The verdicts on changes of functions that are as they were, survivors only with a reason."""
    then = Mutants(before.module, _said(["git", "cat-file", "blob", before.text]))
    functions = {then.original(name) for name in then.names}
    out: dict[str, str | None] = {}
    for name in mutants.names:
        if mutants.original(name) in functions:
            told = mutants.told(name)
            if told not in before.survivors:
                out[name] = "known"
            elif (before.module, told) in reasons():
                out[name] = None
    return out


def _verdicts(module: str, mutants: Mutants, names: list[str]) -> dict[str, str | None]:
    """Which test noticed each of these changes."""
    if not names:
        return {}
    tree = BUILD / "tree"
    _fill(tree)
    (tree / module).write_text(mutants.text, encoding="utf-8")
    tests = settings()["pytest_add_cli_args_test_selection"]
    changes = {name: mutants.lines(name) for name in names}
    plan = json.dumps({"module": module, "changes": changes, "tests": tests})
    (BUILD / "plan.json").write_text(plan, encoding="utf-8")
    command = [sys.executable, "-m", "tools.mutation.trials", str(BUILD)]
    with (BUILD / f"{Path(module).stem}.log").open("w", encoding="utf-8") as log:
        # The tests import the copy; nothing of ours may come first.
        subprocess.run(command, cwd=tree, env=_here(tree), stdout=log, stderr=log, check=True)
    told: dict[str, str | None] = json.loads((BUILD / "verdicts.json").read_text("utf-8"))
    return told


def _here(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree)}


def _fill(tree: Path) -> None:
    """Bring the copy's files up to date."""
    for name in filter(None, _said(["git", "ls-files", "-co", "--exclude-standard"]).split("\n")):
        source, copy = ROOT / name, tree / name
        if source.is_file() and not (copy.exists() and copy.read_bytes() == source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def _said(command: list[str]) -> str:
    done: Any = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return str(done.stdout)


def main(names: list[str], *, again: bool) -> None:
    """Measure these modules, all when none is named, and keep what was found."""
    known = {one.module: one for one in outcomes()} if again else {}
    for module in names or modules():
        found = measure(module, known.get(module))
        outcome_path(module).write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
        print(f"{module}: {found.mutants} mutants, {len(found.survivors)} survive", flush=True)


if __name__ == "__main__":
    main([one for one in sys.argv[1:] if one != "--again"], again="--again" in sys.argv)
