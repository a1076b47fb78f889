"""One command: the demo as a newcomer starts and stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import named
from tools.influxd.server import TOKEN, Account

ROOT = Path(__file__).resolve().parents[2]
READY_S_MAX = 5.0
STOPPED_S_MAX = 1.0
COMES_S_MAX = 30.0


class Demo:
    """A running `make demo`."""

    def __init__(self, *variables: str) -> None:
        self.began_s = time.monotonic()
        self.said = ""
        self._process = subprocess.Popen(
            ["make", "-s", "demo", "PORT=0", *variables],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, pattern: str) -> str:
        """Read what it prints up to the line with this; its group."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(self.said)

    def interrupt(self) -> None:
        """Ctrl-C: a terminal signals the whole group. Returns when all of it has ended."""
        os.killpg(self._process.pid, signal.SIGINT)
        assert self._process.stdout is not None
        self.said += self._process.stdout.read()
        self._process.wait()

    def kill(self) -> None:
        """End what a failed test leaves behind."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def make_demo(*variables: str) -> Iterator[Demo]:
    demo = Demo(*variables)
    try:
        yield demo
    finally:
        demo.kill()


@pytest.mark.alone
@pytest.mark.requirement("HOU-005")
def test_make_demo_shows_six_chairs_within_five_seconds_and_stops_within_one() -> None:
    with make_demo() as demo:
        url = demo.until(r"^wall: +(http://127\.0\.0\.1:\d+)/")
        assert [tile["chair"] for tile in wall(url)["tiles"]] == ["1", "2", "3", "4", "5", "6"]
        ready_s = time.monotonic() - demo.began_s
        until(lambda: wall(url)["mode"] == "demo")
        asked_s = time.monotonic()
        demo.interrupt()
        stopped_s = time.monotonic() - asked_s
    assert ready_s < READY_S_MAX
    assert stopped_s < STOPPED_S_MAX
    assert "Traceback" not in demo.said


@pytest.mark.requirement("HOU-006")
def test_make_demo_influx_copies_to_a_real_influxdb(request: pytest.FixtureRequest) -> None:
    if named() is None:
        request.getfixturevalue("influxd_program")
    with make_demo("INFLUX=1", "CHAIRS=2") as demo:
        account = Account(url=demo.until(r"^influx: (\S+) "))
        elsewhere = named()
        account.token = elsewhere.token if elsewhere else TOKEN
        demo.until(r"^(wall): ")
        until(lambda: values(account) > 0)
        demo.interrupt()
    assert "Traceback" not in demo.said


def wall(url: str) -> dict[str, Any]:
    """What the wall shows."""
    with urllib.request.urlopen(f"{url}/api/wall", timeout=5) as answer:
        shown: dict[str, Any] = json.load(answer)
    return shown


def values(account: Account) -> int:
    """How many values of vital signs the bucket holds."""
    query = "SELECT%20count(value)%20FROM%20vitals"
    said = account.ask("GET", f"/query?db={account.bucket}&q={query}")["results"]
    assert isinstance(said, list)
    series = said[0].get("series")
    return int(series[0]["values"][0][1]) if series else 0


def until(holds: Callable[[], bool]) -> None:
    """Ask another process until it is so."""
    deadline = time.monotonic() + COMES_S_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
