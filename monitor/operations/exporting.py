"""`chairside export`: sessions in every format, from the record or from InfluxDB."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.config import Config
from monitor.errors import ConfigError, StoreError
from monitor.exports.collecting import Source
from monitor.exports.disguise import KEY_PURPOSE
from monitor.exports.dossier import Dossier
from monitor.exports.formats import FORMATS, Part
from monitor.exports.room import check_room, needed_bytes
from monitor.history import History
from monitor.operations import validating
from monitor.people import Hasher

PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be exported: a session, a patient's course or a month, and how.

    Without any of the three the sessions are listed. Without a `folder` the first
    file of the one session goes to standard output.
    """

    session: str | None = None
    course: str | None = None
    month: tuple[int, int] | None = None
    formats: Sequence[str] = ("csv",)
    folder: Path | None = None
    de_identify: bool = False
    from_influxdb: bool = False
    bom: bool = False


def export(config_path: Path, asked: Asked) -> None:
    """Write the files.

    Raises `StoreError` when a session or the store cannot be read, `CommandRefused`, with
    nothing written, when the folder's disk has no room for them.
    """
    loaded, _ = validating.load(config_path)
    asyncio.run(_export(loaded, asked))


async def _export(loaded: Config, asked: Asked) -> None:
    source = Source(
        history=open_history(loaded, from_influxdb=asked.from_influxdb),
        clinic=loaded.clinic.id,
        zone=loaded.zone,
        key=Hasher(loaded.people.pepper()).key(KEY_PURPOSE) if asked.de_identify else None,
    )
    sessions = await _sessions(source, asked)
    if sessions is None:
        sys.stdout.writelines(f"{one}\n" for one in await source.history.sessions())
        return
    if asked.folder is not None:
        readings = await source.history.counted(sessions)
        check_room(
            asked.folder, needed_bytes(asked.formats, sessions=len(sessions), readings=readings)
        )
    with _progress(sessions, shown=asked.folder is not None) as names:
        for name in names:
            dossier = await source.dossier(name, time.time_ns() // 1_000)
            _write(dossier, asked)


async def _sessions(source: Source, asked: Asked) -> list[str] | None:
    """The sessions that are asked for; None when none is named."""
    if asked.course is not None:
        return await source.course(asked.course)
    if asked.month is not None:
        return await source.month(*asked.month)
    return None if asked.session is None else [asked.session]


def _progress(sessions: list[str], *, shown: bool) -> AbstractContextManager[Iterable[str]]:
    """The sessions, with a bar for a person who waits; none into a pipe."""
    if not shown or not sys.stderr.isatty():
        return nullcontext(sessions)
    return click.progressbar(sessions, label="Exporting", file=sys.stderr, show_pos=True)


def _write(dossier: Dossier, asked: Asked) -> None:
    parts = [part for name in asked.formats for part in FORMATS[name].parts]
    if asked.folder is None:
        sys.stdout.flush()
        for piece in parts[0].body(dossier, bom=asked.bom):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    for part in parts:
        write_file(asked.folder, dossier, part, bom=asked.bom)


def write_file(folder: Path, dossier: Dossier, part: Part, *, bom: bool = False) -> Path:
    """One file, whole or not at all, for its owner alone. Raises `StoreError`."""
    path = folder / part.name_for(dossier)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(part.body(dossier, bom=bom))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as problem:
        unfinished.unlink(missing_ok=True)
        raise StoreError(
            "the export cannot be written",
            where=str(path),
            why=str(problem),
            fix="give --output a folder that you may write to, with room on its disk",
        ) from problem
    return path


def open_history(loaded: Config, *, from_influxdb: bool) -> History:
    """The record's or the shared history, for reading only."""
    if not from_influxdb:
        from monitor.store.record import RecordHistory  # noqa: PLC0415

        if not loaded.record.path.exists():
            raise StoreError(
                "there is no record yet",
                where=str(loaded.record.path),
                fix="the service makes it when it starts; [record] path says where",
            )
        return RecordHistory(loaded.record.path)
    if loaded.influxdb is None:
        raise ConfigError("no InfluxDB is configured", fix="add an [influxdb] table")
    from monitor.store.influx_history import InfluxHistory  # noqa: PLC0415

    influx = loaded.influxdb
    return InfluxHistory(
        influx.url, influx.org, influx.bucket, influx.token(), clinic=loaded.clinic.id
    )
