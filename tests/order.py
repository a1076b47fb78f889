"""In which order the files of a parallel run are handed out: so that no processor waits at the end.

A file runs on one worker. The longest come first; then what computes (browsers) beside what
mostly waits (real servers), each spread evenly over the run; the many short ones fill its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

LONGEST = (
    "browser/test_whole_day.py",
    "real/test_outages.py",
    "browser/test_live.py",
    "sim/test_whole_service.py",
    "browser/test_treatment.py",
    "real/test_day_killed.py",
    "property/test_engine_twin.py",
    "real/test_watched_by_itself.py",
    "browser/test_correcting.py",
    "browser/test_looking.py",
    "browser/test_journal_pages.py",
)
"""Of a minute or more with three side by side."""
SHORT = "unit"
TESTS = Path(__file__).parent


def in_order(files: Iterable[Path]) -> list[Path]:
    """Each file of `files` once; the same order for the same files, whatever order they came in."""
    names = sorted({file.relative_to(TESTS).as_posix() for file in files})
    longest = [name for name in LONGEST if name in names]
    rest = [name for name in names if name not in LONGEST]
    long = [name for name in rest if not name.startswith(SHORT)]
    short = [name for name in rest if name.startswith(SHORT)]
    folders = sorted({name.partition("/")[0] for name in long})
    spread = spread_evenly([[one for one in long if one.startswith(f)] for f in folders])
    return [TESTS / name for name in [*longest, *spread, *short]]


def spread_evenly(kinds: Sequence[Sequence[str]]) -> Iterator[str]:
    """All names, each kind's in its order and about as far apart from the first to the last."""
    placed = [
        ((number + 0.5) / len(kind), name) for kind in kinds for number, name in enumerate(kind)
    ]
    return (name for _, name in sorted(placed))
