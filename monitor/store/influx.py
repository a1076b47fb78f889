"""The copy: what the record has committed, to InfluxDB, in order, one block in flight.

A block stays until InfluxDB has all of it. What cannot be stored for good is
parked in the record with its reason and never holds up the rest. Sending twice
is harmless. Knows the record and line protocol; knows no alarm or screen.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from monitor.clock import Clock
from monitor.errors import ConfigError, StoreError
from monitor.store.lines import Lines
from monitor.store.record import Record

if TYPE_CHECKING:
    from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync

BLOCK_LINES_MAX = 5_000
TIMEOUT_S = 10.0
RETRY_S_MIN, RETRY_S_MAX = 1.0, 30.0

# InfluxDB 2.7, answer 422 of /api/v2/write to a field of another type.
_CONFLICT = re.compile(
    r'input field "(?P<field>[^"]+)" on measurement "(?P<measurement>[^"]+)" is type .*'
    r"dropped=(?P<dropped>\d+)"
)


class Verdict(Enum):
    """What an answer means for the block."""

    STORED = auto()
    KEEP = auto()
    UNREADABLE = auto()  # 400: one line or more cannot be read, none was stored
    DROPPED = auto()  # 422: the good lines are stored, the others are not
    TOO_LARGE = auto()  # 413


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and the reason in words."""

    verdict: Verdict
    words: str = ""


class InfluxCopy:
    """Copies `record` to one bucket. `error` is the last failure in words, "" while all is well.

    `token` is asked before each block, so that one newly put in its place is used at once.
    """

    def __init__(
        self,
        record: Record,
        url: str,
        org: str,
        bucket: str,
        token: Callable[[], str],
        clock: Clock,
        *,
        clinic: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._record, self._clock = record, clock
        self._url, self._org, self._bucket, self._token = url, org, bucket, token
        self._timeout_s = timeout_s
        self._lines = Lines(clinic)
        self._lines_max = BLOCK_LINES_MAX
        self._retry_s = RETRY_S_MIN
        self._placed = self._laid_out = False
        self.error = ""

    @property
    def rows_behind(self) -> int:
        """Committed rows that InfluxDB does not have yet."""
        return self._record.behind()[0]

    @property
    def oldest_behind_us(self) -> int | None:
        """When the oldest of them came, UTC microseconds; None when there is none."""
        return self._record.behind()[1]

    @property
    def behind_s(self) -> float:
        """How long the oldest of them has waited, seconds."""
        since_us = self.oldest_behind_us
        return 0.0 if since_us is None else max(0.0, (self._clock.utc_us() - since_us) / 1e6)

    @property
    def parked(self) -> int:
        """Lines set aside because InfluxDB refuses them for good."""
        return self._record.parked

    async def run(self) -> None:
        """Copy for ever; wakes at each commit."""
        from influxdb_client.client.influxdb_client_async import (  # noqa: PLC0415
            InfluxDBClientAsync,
        )

        async with InfluxDBClientAsync(
            url=self._url,
            token=self._token(),
            org=self._org,
            timeout=round(self._timeout_s * 1_000),
        ) as client:
            while True:
                try:
                    await self._place_remarks(client)
                    await self._copy_block(client)
                except StoreError as problem:
                    self.error = str(problem.what)
                    await self._back_off()

    async def _place_remarks(self, client: InfluxDBClientAsync) -> None:
        """Once: what a former layout copied without its place goes again, with it."""
        number = 0
        while not self._placed:
            remarks = await self._record.unplaced(number, BLOCK_LINES_MAX)
            if remarks:
                await self._deliver(client, self._lines.lines(remarks))
                number = remarks[-1].id
            else:
                await self._record.all_placed()
                self._placed = True

    async def _copy_block(self, client: InfluxDBClientAsync) -> None:
        self._record.committed.clear()
        block = await self._record.uncopied(self._lines_max)
        if not block.rows:
            self.error = ""
            await self._record.committed.wait()
            return
        loop = asyncio.get_running_loop()
        # A full block is tens of milliseconds of work: not in the loop's own thread.
        lines = await loop.run_in_executor(None, self._lines.lines, block.rows)
        since_us = None if self._laid_out else await self._record.began_us()
        if since_us is not None:
            lines.append(self._lines.layout(since_us, block.rows[-1].at_us))
            self._laid_out = True
        if lines:
            await self._deliver(client, lines)
        self._record.copied(block)
        self._lines_max = min(self._lines_max * 2, BLOCK_LINES_MAX)

    async def _back_off(self) -> None:
        await asyncio.sleep(self._retry_s)
        self._retry_s = min(self._retry_s * 2, RETRY_S_MAX)

    async def _deliver(self, client: InfluxDBClientAsync, lines: list[str]) -> None:
        """Return when every line is stored or parked."""
        parts = [lines]
        while parts:
            part = parts.pop()
            answer = await self._post_until_judged(client, part)
            match answer.verdict:
                case Verdict.UNREADABLE:
                    bad = [line for line in part if f"'{line}'" in answer.words]
                case Verdict.DROPPED:
                    bad = conflicting(part, answer.words)
                case Verdict.TOO_LARGE:
                    bad, self._lines_max = [], max(1, len(part) // 2)
                case Verdict.STORED | Verdict.KEEP:
                    continue
            parts += self._without(part, bad, answer.words)

    def _without(self, part: list[str], bad: Sequence[str], why: str) -> list[list[str]]:
        """Park what is bad and give the rest, or two halves (the first last) to find out."""
        if not bad and len(part) == 1:
            bad = part
        if bad:
            self._record.park(bad, why)
            known = frozenset(bad)
            rest = [line for line in part if line not in known]
            return [rest] if rest else []
        middle = len(part) // 2
        return [part[middle:], part[:middle]]

    async def _post_until_judged(self, client: InfluxDBClientAsync, part: list[str]) -> Answer:
        while True:
            trouble = self._take_token(client)
            answer = await self._post(client, "\n".join(part).encode())
            if answer.verdict is not Verdict.KEEP:
                self._retry_s, self.error = RETRY_S_MIN, ""
                return answer
            self.error = f"{answer.words}; {trouble}" if trouble else answer.words
            await self._back_off()

    def _take_token(self, client: InfluxDBClientAsync) -> str:
        """Use the token as it stands now, or the last one and say why there is no newer."""
        try:
            client.api_client.default_headers["Authorization"] = f"Token {self._token()}"
        except ConfigError as problem:
            return problem.what
        return ""

    async def _post(self, client: InfluxDBClientAsync, body: bytes) -> Answer:
        from aiohttp import ClientError  # noqa: PLC0415
        from influxdb_client.domain.write_precision import WritePrecision  # noqa: PLC0415
        from influxdb_client.rest import ApiException  # noqa: PLC0415

        try:
            async with asyncio.timeout(self._timeout_s):
                stored = await client.write_api().write(
                    self._bucket,
                    self._org,
                    body,
                    # Declared as the class, taken as its constant.
                    write_precision=WritePrecision.US,  # type: ignore[arg-type]
                )
        except ApiException as refusal:
            return judge(refusal.status, _text_of(refusal.body), self._bucket)
        except TimeoutError:
            words = f"InfluxDB at {self._url} did not answer within {self._timeout_s:g} s"
            return Answer(Verdict.KEEP, words)
        except (ClientError, OSError) as problem:
            return Answer(Verdict.KEEP, f"InfluxDB cannot be reached at {self._url}: {problem}")
        if not stored:
            return Answer(Verdict.KEEP, f"what answers at {self._url} is not InfluxDB")
        return Answer(Verdict.STORED)


def judge(status: int, body: str, bucket: str) -> Answer:
    """What a refusal means (InfluxDB 2.7, trials in docs/record.md)."""
    code, message = _influx_error(body)
    # A proxy may say 400 too; only InfluxDB's own word sets lines aside.
    if status == 400 and code == "invalid":
        return Answer(Verdict.UNREADABLE, message)
    if status == 422 and code:
        return Answer(Verdict.DROPPED, message)
    if status == 413:
        return Answer(Verdict.TOO_LARGE, f"larger than InfluxDB takes: {message}")
    said = f"({status} {message})".replace("\n", " ")[:300]
    words = {
        401: f"InfluxDB refuses the token {said}",
        403: f"the token may not write to bucket {bucket} {said}",
        404: f"InfluxDB has no bucket {bucket} {said}",
        429: f"InfluxDB asks for a slower pace {said}",
    }
    return Answer(Verdict.KEEP, words.get(status, f"InfluxDB is in trouble {said}"))


def conflicting(lines: Sequence[str], words: str) -> list[str]:
    """The lines a 422 names by measurement and field, when their number is the one dropped."""
    named = _CONFLICT.search(words)
    if named is None:
        return []
    start = named["measurement"] + ","
    field = re.compile(rf"[ ,]{re.escape(named['field'])}=")
    found = [line for line in lines if line.startswith(start) and field.search(line)]
    return found if len(found) == int(named["dropped"]) else []


def _influx_error(body: str) -> tuple[str, str]:
    try:
        told = json.loads(body)
    except ValueError:
        return "", body
    if not isinstance(told, dict):
        return "", body
    return str(told.get("code", "")), str(told.get("message", body))


def _text_of(body: object) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
