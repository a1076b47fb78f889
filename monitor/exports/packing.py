"""Writing exports in a process of its own, so that no export takes time from the watch.

A session is seconds of work: beside the engine, in a thread, each would hold it
up for milliseconds at a time. The process is started for one export, at low
priority, and ends with it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.exports.collecting import Source
from monitor.exports.formats import FORMATS, Part

NICENESS = 10


@contextmanager
def apart() -> Iterator[ProcessPoolExecutor]:
    """One process more; what it has not begun when this is left, it never does."""
    pool = ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=os.nice, initargs=(NICENESS,)
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def pack(
    archive: Path,
    session: str,
    *,
    source: Source,
    formats: Sequence[str],
    made_us: int,
    bom: bool = False,
) -> str:
    """Add a session's files to a zip; none is left out, so "". Raises `StoreError`, `OSError`."""
    dossier = asyncio.run(source.dossier(session, made_us))
    parts = [part for name in formats for part in FORMATS[name].parts]
    with ZipFile(archive, "a") as out:
        for part in parts:
            # Without a date: the day of a de-identified export is nobody's business either.
            info = ZipInfo(part.name_for(dossier))
            info.compress_type = ZIP_DEFLATED
            with out.open(info, "w") as file:
                file.writelines(part.body(dossier, bom=bom))
    return ""


def write(
    folder: Path,
    source: Source,
    session: str,
    ending: str,
    made_us: int,
    *,
    bom: bool = False,
) -> Path:
    """Write one file of a session into a folder. Raises `StoreError`, `OSError` and `KeyError`."""
    dossier = asyncio.run(source.dossier(session, made_us))
    part = part_of(ending)
    path = folder / part.name_for(dossier)
    with path.open("wb") as file:
        file.writelines(part.body(dossier, bom=bom))
    return path


def part_of(ending: str) -> Part:
    """The file of a format that ends so. Raises `KeyError`."""
    return {part.ending: part for one in FORMATS.values() for part in one.parts}[ending]
