"""Run the tests on one wrong change after another: `python -m tools.mutation.trials FOLDER`.

To be started in a tree whose module holds all its changes side by side. FOLDER/plan.json
names the module, the lines of each change and the tests; FOLDER/verdicts.json tells
afterwards of each change which test noticed it, or None.

The tests are collected once. Each change is then tried in a process forked from there, so
nothing that one of them breaks reaches the next. Only tests that run the changed lines are
tried; first those that noticed an earlier change of the same function, then the quick ones
and those that noticed much.
A change of what runs while modules are imported is tried in an interpreter of its own.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Never

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from mutmut.mutation import trampoline

from tools.mutation.mutants import changed_function

TOO_SLOW = "far too slow"
NOT_IMPORTED = "the modules or tests could not be imported"
USUAL_TIMES = 10.0
AND_CPU_S = 3.0
"""A test that takes ten times as long as usual, and three seconds, will not end."""
BLOCKED_S = 900.0
"""Nor will tests that stand still. By the clock on the wall, so far beyond the usual ten."""
QUIET = [
    "-q",
    "--capture=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "--hypothesis-profile=mutation",
]


def switch_on(name: str) -> None:
    """From now on this change is in force."""
    trampoline.get_mutant_under_test = lambda: name


@dataclass(slots=True)
class Reach:
    """What a run without any change showed of each test: how long, which lines of the module."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


class Trials:
    """A plugin of pytest that runs the tests once for every change."""

    def __init__(self, module: str, lines: Mapping[str, Sequence[int]]) -> None:
        self._module, self._lines = str(Path(module).resolve()), lines
        self.verdicts: dict[str, str | None] = {}
        self.afresh: list[str] = []
        self._noticed: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._worth: Counter[str] = Counter()
        self._watch = self._watching()
        self._watch.start()

    def _watching(self) -> Coverage:
        return Coverage(data_file=None, include=[self._module], config_file=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once."""
        self._watch.stop()
        if session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected without any change")
        imported = {*(self._watch.get_data().lines(self._module) or ())}
        items = {item.nodeid: item for item in session.items}
        gc.freeze()
        reach = Reach(**_in_a_fork(lambda: asdict(self._reached(items.values()))))
        if reach.failed:
            raise pytest.UsageError(f"fail without any change: {reach.failed}")
        for name, lines in self._lines.items():
            if imported.isdisjoint(lines):
                self.verdicts[name] = self._tried(name, items, reach)
            else:
                self.afresh.append(name)
        return True

    def _reached(self, items: Iterable[pytest.Item]) -> Reach:
        reach, watch = Reach(), self._watching()
        watch.start()
        for item in items:
            watch.switch_context(item.nodeid)
            began = time.process_time()
            if not _passes(item):
                reach.failed.append(item.nodeid)
            reach.seconds[item.nodeid] = time.process_time() - began
        watch.stop()
        for line, tests in watch.get_data().contexts_by_lineno(self._module).items():
            for test in tests:
                reach.lines.setdefault(test, []).append(line)
        return reach

    def _tried(self, name: str, items: dict[str, pytest.Item], reach: Reach) -> str | None:
        noticed, lines = self._noticed[changed_function(name)], {*self._lines[name]}
        order = sorted(
            (test for test, ran in reach.lines.items() if test and not lines.isdisjoint(ran)),
            key=lambda test: (-noticed[test], reach.seconds[test] / (1 + self._worth[test])),
        )
        verdict: str | None = _in_a_fork(
            lambda: _first_failing(name, [items[test] for test in order], reach)
        )
        noticed[verdict or ""] += 1
        self._worth[verdict or ""] += 1
        print(f"{name}: {verdict}", flush=True)
        return verdict


class Once:
    """A plugin of pytest that stops at the first test that fails and keeps its name."""

    def __init__(self) -> None:
        self.failed: str | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of tests that cannot be imported."""
        if report.failed:
            self.failed = self.failed or NOT_IMPORTED

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test, its setting up or its tidying up."""
        if report.failed:
            self.failed = self.failed or report.nodeid


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False))


def _first_failing(name: str, items: list[pytest.Item], reach: Reach) -> str | None:
    switch_on(name)
    for item in items:
        _limit_cpu(reach.seconds[item.nodeid] * USUAL_TIMES + AND_CPU_S)
        if not _passes(item):
            return item.nodeid
    return None


def _limit_cpu(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _in_a_fork(work: Callable[[], Any]) -> Any:
    """What `work` gives in a process of its own; TOO_SLOW when it does not come to an end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        ready, _, _ = select.select([answer], [], [], BLOCKED_S)
        if not ready:
            os.kill(child, signal.SIGKILL)
        told = answer.read()
    os.waitpid(child, 0)
    return json.loads(told) if told else TOO_SLOW


def _answer(work: Callable[[], Any], writing: int) -> Never:
    def give_up(number: int, frame: FrameType | None) -> Never:
        del number, frame
        os._exit(1)

    signal.signal(signal.SIGPROF, give_up)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        told = work()
    except BaseException as error:  # noqa: BLE001 -- even SystemExit: a change may raise anything
        told = f"{NOT_IMPORTED}: {error!r}"
    with os.fdopen(writing, "wb") as answer:
        answer.write(json.dumps(told).encode())
    os._exit(0)


def _in_its_own_interpreter(folder: Path, name: str) -> str | None:
    """The verdict on a change that is in force from the first import on."""
    command = [sys.executable, "-m", "tools.mutation.trials", str(folder), name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=BLOCKED_S, check=False
        )
    except subprocess.TimeoutExpired:
        return TOO_SLOW
    last = done.stdout.strip().split("\n")[-1]
    if done.returncode or not last.startswith("verdict: "):
        return NOT_IMPORTED
    verdict: str | None = json.loads(last.removeprefix("verdict: "))
    return verdict


def _alone(name: str, tests: list[str]) -> None:
    switch_on(name)
    once = Once()
    code = pytest.main(["-x", *QUIET, *tests], plugins=[once])
    verdict = once.failed or (None if code == pytest.ExitCode.OK else NOT_IMPORTED)
    print(f"\nverdict: {json.dumps(verdict)}")


def main(folder: Path, *only: str) -> None:
    """Try every change of the plan, or `only` one from the first import on."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    if only:
        _alone(only[0], plan["tests"])
        return
    switch_on("")
    trials = Trials(plan["module"], plan["changes"])
    code = pytest.main([*QUIET, *plan["tests"]], plugins=[trials])
    if code != pytest.ExitCode.OK:
        sys.exit(int(code))
    for name in trials.afresh:
        trials.verdicts[name] = _in_its_own_interpreter(folder, name)
    told = json.dumps(trials.verdicts, indent=1)
    (folder / "verdicts.json").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
