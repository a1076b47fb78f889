"""Make small wrong changes in the alarm engine and see which of them no test notices.

`python -m tools.mutation.run [module ...]`, a module as in `monitor/alerts/limits.py`;
without any, all of them. Modules are taken one at a time, each in a workspace of its own
below build/mutation: what is not changed then runs at its full speed. A module whose
text and whose tests are as they were is not measured again. What was found stands in
build/mutation/*.json, for `tools.mutation.page`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutation"
QUIET_EXIT = 0
"""What the tests give for a change that none of them notices."""
UNTESTED_EXIT = 33
"""What mutmut notes for a change in a function that no test of the selection calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A change that no test noticed: in which function, the line before and after."""

    function: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found of one module, of whose text `text` is the fingerprint."""

    module: str
    text: str
    mutants: int
    survivors: tuple[Survivor, ...]


def modules() -> list[str]:
    """What is mutated, as pyproject.toml names it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns: list[str] = settings["tool"]["mutmut"]["only_mutate"]
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(str(path.relative_to(ROOT)) for path in found if path.name != "__init__.py")


def fingerprint(module: str) -> str:
    """The name that git has for a module's text."""
    return _said(["git", "hash-object", module], ROOT).strip()[:8]


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


def measure(module: str) -> Outcome:
    """Run mutmut on one module."""
    workspace = BUILD / Path(module).stem
    _fill(workspace, module)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    # mutmut imports the tests from its own copy; nothing of ours may come first.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    with (workspace / "mutmut.log").open("w", encoding="utf-8") as log:
        subprocess.run(command, cwd=workspace, env=environment, stdout=log, stderr=log, check=True)
    return _outcome(workspace, module)


def _fill(workspace: Path, module: str) -> None:
    """Bring the workspace's files up to date, mutmut's own results left as they are."""
    workspace.mkdir(parents=True, exist_ok=True)
    listed = _said(["git", "ls-files", "-co", "--exclude-standard"], ROOT).split("\n")
    for name in filter(None, listed):
        source, copy = ROOT / name, workspace / name
        if source.is_file() and not (copy.exists() and copy.read_bytes() == source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n")
    alone = [f'only_mutate = ["{module}"]' if x.startswith("only_mutate") else x for x in settings]
    (workspace / "pyproject.toml").write_text("\n".join(alone), encoding="utf-8")


def _outcome(workspace: Path, module: str) -> Outcome:
    meta = workspace / "mutants" / f"{module}.meta"
    exits: Mapping[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
    unnoticed = [name for name, code in exits.items() if code in {None, QUIET_EXIT, UNTESTED_EXIT}]
    return Outcome(
        module=module,
        text=fingerprint(module),
        mutants=len(exits),
        survivors=tuple(_survivor(workspace, name) for name in unnoticed),
    )


def _survivor(workspace: Path, name: str) -> Survivor:
    shown = _said([sys.executable, "-m", "mutmut", "show", name], workspace).split("\n")
    changed = [line for line in shown if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"}]
    return Survivor(
        function=_function(name),
        before=_joined(line[1:] for line in changed if line[0] == "-"),
        after=_joined(line[1:] for line in changed if line[0] == "+"),
    )


def _joined(lines: Iterator[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _function(name: str) -> str:
    """`Delays.take` of `monitor.alerts.limits.xǁDelaysǁtake__mutmut_3`."""
    own = name.rpartition("__mutmut_")[0].rpartition(".")[2]
    return own.removeprefix("x_") if "ǁ" not in own else own.removeprefix("xǁ").replace("ǁ", ".")


def _said(command: list[str], where: Path) -> str:
    done: Any = subprocess.run(command, cwd=where, capture_output=True, text=True, check=True)
    return str(done.stdout)


def main(names: list[str]) -> None:
    """Measure these modules, all when none is named, and keep what was found."""
    for module in names or modules():
        found = measure(module)
        outcome_path(module).write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
        print(f"{module}: {found.mutants} mutants, {len(found.survivors)} survive", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
