"""The chair of the demo that waits for somebody to seat a patient, in a clinic of its own.

    python -m tests.browser.free_chair --rate 60 --record FILE

Five patients fewer to simulate: what takes its minutes then mostly waits. It runs at a quarter
of the rate, so that a hand keeps up, and at the whole rate between the signals `HURRY` and `EASY`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from simulators import playing
from simulators.loops import RateLoop
from simulators.stories import FIRST_SIX, demo_stories

SEED = 1
HURRY, EASY = signal.SIGUSR1, signal.SIGUSR2


def main() -> None:
    """Serve it until a signal; the wall's address is printed once it answers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--record", type=Path, required=True)
    asked = parser.parse_args()
    stories = [one for one in demo_stories(SEED, len(FIRST_SIX)) if not one.seated]
    stage = playing.Stage(
        listen="127.0.0.1:0", rate=asked.rate, record=asked.record, journal_port=0
    )
    signal.signal(HURRY, lambda *_: _pace(asked.rate))
    signal.signal(EASY, lambda *_: _pace(asked.rate / 4))
    playing.play(stories, SEED, stage, _easy_and_say(asked.rate / 4))


def _easy_and_say(rate: float) -> Callable[[str], None]:
    def say(line: str) -> None:
        _pace(rate)
        print(line, flush=True)

    return say


def _pace(rate: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, RateLoop)
    loop.pace(rate)


if __name__ == "__main__":
    main()
