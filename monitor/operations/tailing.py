"""`chairside tail`: what a running service shows, as lines on standard output."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import cast
from urllib.error import URLError

import click

from monitor.errors import DeviceError

Json = dict[str, object]
STREAM_TIMEOUT_S = 5.0


def tail(url: str, *, chair: str | None, count: int | None, as_json: bool) -> None:
    """Print each shown change until interrupted, or `count` lines.

    Raises `DeviceError` when the service cannot be reached or falls silent for 5 s.
    """
    printed = 0
    try:
        for tile in tiles(url):
            if chair is not None and tile["chair"] != chair:
                continue
            click.echo(json.dumps(tile) if as_json else line(tile))
            printed += 1
            if printed == count:
                return
    except (URLError, TimeoutError, OSError) as error:
        raise DeviceError(
            "the service does not answer",
            where=url,
            why=str(error),
            fix="start it, or name its address with --url",
        ) from error


def tiles(url: str) -> Iterator[Json]:
    """Every tile of the snapshot, then each changed tile, as the stream brings them."""
    request = urllib.request.Request(f"{url}/api/stream")  # noqa: S310  the person's own address
    with urllib.request.urlopen(request, timeout=STREAM_TIMEOUT_S) as response:  # noqa: S310
        for raw in response:
            text = raw.decode("utf-8")
            if text.startswith("data:"):
                message = json.loads(text[5:])
                yield from cast("list[Json]", message.get("tiles", []))


def line(tile: Json) -> str:
    """One tile as one line: chair, state, numbers, NIBP, alarms."""
    slots = cast("list[Json]", tile["slots"])
    numbers = "  ".join(f"{slot['label']} {slot['text']}" for slot in slots)
    nibp = cast("Json | None", tile["nibp"])
    pressure = f"  NIBP {nibp['text']}" if nibp else ""
    alarms = cast("list[Json]", tile["alarms"])
    said = "  ".join(f"{alarm['marks']} {alarm['text']}" for alarm in alarms)
    return f"{tile['label']:<8} {tile['state']:<9} {numbers}{pressure}  {said}".rstrip()
