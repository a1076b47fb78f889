"""`chairside export`: a session's readings as CSV, from the record or from InfluxDB."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from monitor.config import Config
from monitor.errors import ConfigError, StoreError
from monitor.exports import readings_csv
from monitor.history import History
from monitor.operations import validating
from monitor.suspects import marked


def export(
    config_path: Path, session: str | None, output: Path | None, *, from_influxdb: bool
) -> None:
    """Write the session's CSV to `output` or standard output; without a session, list them.

    Raises `StoreError` when the session or the store cannot be read.
    """
    loaded, _ = validating.load(config_path)
    asyncio.run(_export(loaded, session, output, from_influxdb=from_influxdb))


async def _export(
    loaded: Config, session: str | None, output: Path | None, *, from_influxdb: bool
) -> None:
    history = open_history(loaded, from_influxdb=from_influxdb)
    if session is None:
        _write((f"{one}\n" for one in await history.sessions()), output)
        return
    facts = await history.facts(session)
    if not facts:
        raise StoreError(
            f"there is no session {session!r}",
            where=str(loaded.record.path),
            fix="`chairside export` without a session lists them",
        )
    rows = marked(facts, await history.readings(session))
    _write(readings_csv.lines(rows, zone=loaded.zone), output)


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


def _write(lines: Iterable[str], output: Path | None) -> None:
    if output is None:
        sys.stdout.writelines(lines)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
