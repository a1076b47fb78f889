"""`chairside tail`: what a running service shows, as lines on standard output."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from typing import cast
from urllib.error import URLError
from urllib.parse import urlsplit

import click

from monitor.errors import ConfigError, DeviceError

Json = dict[str, object]
STREAM_TIMEOUT_S = 5.0


def tail(url: str, *, chair: str | None, count: int | None, as_json: bool) -> None:
    """Print each shown change until interrupted, or `count` lines.

    Raises `DeviceError` when the service cannot be reached, ends or falls silent for
    5 s, and `ConfigError` for an address that is none or a chair it does not have.
    """
    printed = 0
    try:
        for tile in tiles(url, chair):
            click.echo(json.dumps(tile) if as_json else line(tile))
            printed += 1
            if printed == count:
                return
    except (URLError, HTTPException, TimeoutError, OSError) as error:
        raise DeviceError(
            "the service does not answer",
            where=url,
            why=str(error),
            fix="start it, or name its address with --url",
        ) from error
    raise DeviceError("the service has ended", where=url, fix="start it again")


def tiles(url: str, chair: str | None) -> Iterator[Json]:
    """Every tile of the snapshot, then each changed one, as the stream brings them.

    Those of one chair, when it is named.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigError("this is no address of a service", where=url, fix="http://HOST:PORT")
    for number, shown in enumerate(messages(f"{url.rstrip('/')}/api/stream")):
        told = [tile for tile in shown if chair in (None, tile["chair"])]
        if number == 0 and not told:
            known = ", ".join(str(tile["chair"]) for tile in shown)
            raise ConfigError(f"there is no chair {chair!r}", where=url, fix=f"one of: {known}")
        yield from told


def messages(stream: str) -> Iterator[list[Json]]:
    """The tiles of each message that has some; the first is the snapshot with them all."""
    request = urllib.request.Request(stream)  # noqa: S310  http(s) only, the person's own address
    with urllib.request.urlopen(request, timeout=STREAM_TIMEOUT_S) as response:  # noqa: S310
        for raw in response:
            text = raw.decode("utf-8")
            if text.startswith("data:") and "tiles" in (message := json.loads(text[5:])):
                yield cast("list[Json]", message["tiles"])


def line(tile: Json) -> str:
    """One tile as one line: chair, state, numbers, NIBP, alarms."""
    slots = cast("list[Json]", tile["slots"])
    numbers = "  ".join(f"{slot['label']} {slot['text']}" for slot in slots)
    nibp = cast("Json | None", tile["nibp"])
    pressure = f"  NIBP {nibp['text']}" if nibp else ""
    alarms = cast("list[Json]", tile["alarms"])
    said = "  ".join(f"{alarm['marks']} {alarm['text']}" for alarm in alarms)
    return f"{tile['label']:<8} {tile['state']:<9} {numbers}{pressure}  {said}".rstrip()
