"""The chair of the demo that waits for somebody to seat a patient, in a clinic of its own.

    python -m tests.browser.free_chair --rate 20 --record FILE

Five patients fewer to simulate: what takes its minutes then mostly waits.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from simulators import playing
from simulators.stories import FIRST_SIX, demo_stories

SEED = 1


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
    playing.play(stories, SEED, stage, partial(print, flush=True))


if __name__ == "__main__":
    main()
