"""What rings when the service cannot, with real commands in a time of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.bell import HUNG_S, Bell, Player
from tests.servers import ROOT

PATIENCE_S = 30.0


class Hours:
    """Seconds that pass when a test says so."""

    now_s = 100.0

    def now(self) -> float:
        return self.now_s


def until_written(path: Path, lines: int = 1) -> None:
    """A command was run that often."""
    began_s = time.monotonic()
    while not path.exists() or path.read_text().count("\n") < lines:
        assert time.monotonic() - began_s < PATIENCE_S, f"{path.name} was not written"
        time.sleep(0.02)


def writes(path: Path, then: str = "") -> list[str]:
    """A command that adds a line to the file, and goes on with `then`."""
    return ["sh", "-c", f"echo $$ >> {path}; {then}"]


@contextmanager
def quiet_at_last(bell: Bell) -> Iterator[Bell]:
    try:
        yield bell
    finally:
        bell.quiet()


@pytest.mark.requirement("WDG-006")
def test_a_player_that_cannot_run_is_told_and_the_bell_rings_all_the_same(
    capfd: pytest.CaptureFixture[str],
) -> None:
    Bell(Player(["/no/such/player"])).ring("gone")
    assert (
        capfd.readouterr().err == "\agone (/no/such/player cannot run: No such file or directory)\n"
    )


@pytest.mark.requirement("WDG-008")
def test_a_player_that_hangs_is_killed_and_the_ringing_goes_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hours, log = Hours(), tmp_path / "log"
    hangs = writes(log, "trap '' TERM; sleep 1000 & wait; wait")
    with quiet_at_last(Bell(Player(hangs, now=hours.now))) as bell:
        bell.ring("one")
        until_written(log)
        hours.now_s += HUNG_S - 1.0
        bell.ring("two")
        assert log.read_text().count("\n") == 1, "it still sounds: not started twice"
        hours.now_s += 1.0
        bell.ring("three")
        until_written(log, 2)
        first = int(log.read_text().split()[0])
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
    assert "\athree (sh hung)\n" in capfd.readouterr().err


@pytest.mark.requirement("WDG-008")
def test_each_player_rings_for_itself(tmp_path: Path) -> None:
    log = tmp_path / "log"
    players = [Player(["sleep", "1000"]), Player(["/no/such"]), Player(writes(log))]
    with quiet_at_last(Bell(*players)) as bell:
        bell.ring("one")
        until_written(log)
        began_s = time.monotonic()
        while log.read_text().count("\n") < 3:
            assert time.monotonic() - began_s < PATIENCE_S
            bell.ring("again")
            time.sleep(0.02)


@pytest.mark.requirement("WDG-009")
def test_where_one_program_cannot_play_the_next_one_does(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    with quiet_at_last(Bell(Player(["/no/such"], ["false"], writes(log)))) as bell:
        began_s = time.monotonic()
        while not log.exists():
            assert time.monotonic() - began_s < PATIENCE_S
            bell.ring("gone")
            time.sleep(0.02)
    assert "(false ended with 1)" in capfd.readouterr().err


@pytest.mark.requirement("WDG-006")
def test_a_sound_ends_when_all_is_well(tmp_path: Path) -> None:
    log = tmp_path / "log"
    bell = Bell(Player(writes(log, "sleep 1000")))
    bell.ring("one")
    until_written(log)
    bell.quiet()
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)


LATE = """
import sys, time
from pathlib import Path
from monitor.sentry import Sentry
with Sentry(command=sys.argv[1:]) as sentry:
    sentry.turn(0.0)
    time.sleep(1000)
"""


@pytest.mark.parametrize("who", ["the sentry of a hung service", "the second process"])
@pytest.mark.requirement("WDG-008")
def test_a_log_on_a_full_disk_keeps_nobody_from_ringing(tmp_path: Path, who: str) -> None:
    log, cannot_play = tmp_path / "log", "/no/such/player"
    command = writes(log)
    if who == "the second process":
        options = ["--silent-s", "0", "--player", cannot_play]
        program = ["-m", "monitor.watchdog", "--heartbeat", str(tmp_path / "none"), *options]
        program += ["--command", f"sh -c 'echo >> {log}'"]
    else:
        program = ["-c", LATE, *command]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            [sys.executable, *program],
            stderr=full,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        until_written(log, 2)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
