"""Reading the history back from InfluxDB, by InfluxQL, with the same answers as the record.

InfluxQL on /query is understood by every InfluxDB that can be written to.
Values go in as bound parameters (S27), names come from this file. Knows the
measurements of `lines`; knows no record.
"""

# ruff: noqa: S608  names come from this file, values are bound

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from monitor.clinic import Phase
from monitor.errors import StoreError
from monitor.history import (
    INPUT,
    PHASE,
    PRESET,
    REMARK_KINDS,
    SEATED,
    SESSION_US_MAX,
    FactRow,
    ReadingRow,
    Told,
    TransitionRow,
    chairs_of,
)
from monitor.store import points
from monitor.store.lines import LAYOUT, TOML, tag_text, tag_value
from monitor.store.points import Columns, Shape
from monitor.store.schema import SHIFT_US_MAX
from monitor.stretch import Stretch, stretch_of
from monitor.vitals import VitalSign

TIMEOUT_S = 30.0
MARGIN_US = 3_600_000_000
"""Readings are sought this long before a session's first and after its last fact."""

_Row = TypeVar("_Row")


class InfluxHistory:
    """`History` over one bucket; of one clinic, or of all that share it. Read only.

    Raises `StoreError` when InfluxDB does not answer or refuses.
    """

    def __init__(
        self, url: str, org: str, bucket: str, token: str, clinic: str | None = None
    ) -> None:
        self._url, self._org, self._bucket, self._token = url, org, bucket, token
        self._clinic = clinic
        self._remarks_since_us = math.inf

    async def sessions(self) -> list[str]:
        """Ids of all sessions, newest first."""
        return [told.session for told in await self._all()]

    async def newest(self, limit: int, before_us: int | None = None) -> list[Told]:
        """The newest sessions, newest first, in as many questions for 500 as for one."""
        seen = await self._all()
        if before_us is not None:
            seen = [told for told in seen if told.facts[0].at_us < before_us]
        chosen = seen[:limit]
        begin_us = min((told.facts[0].at_us for told in chosen), default=None)
        if begin_us is not None:
            by_name = {told.session: told for told in chosen}
            for step in await self._steps(f"time >= {begin_us - MARGIN_US}u", {}):
                if step.session in by_name:
                    by_name[step.session].transitions.append(step)
        return chosen

    async def sessions_of(self, patient_ref: str) -> list[str]:
        """Ids of the sessions of one patient, oldest first."""
        seats = await self._select(points.FACTS, {"kind": SEATED}, '"kind" = $kind')
        mine = [fact for fact in seats if fact.data["patient_ref"] == patient_ref]
        return [fact.session for fact in mine if fact.session is not None]

    async def seated(self, from_us: int, to_us: int) -> list[str]:
        """Ids of the sessions that began from `from_us` on and before `to_us`, oldest first."""
        where = f'"kind" = $kind AND time >= {from_us:d}u AND time < {to_us:d}u'
        bound = {"kind": SEATED}
        seats = await self._select(points.FACTS, bound, where)
        return [fact.session for fact in seats if fact.session is not None]

    async def apart(self, since_us: int) -> list[TransitionRow]:
        """Alarm transitions since then that belong to no session, in the order taken."""
        steps = await self._steps(f"time >= {since_us}u", {})
        return [step for step in steps if step.session is None]

    async def _all(self) -> list[Told]:
        """Every session with its facts, newest first."""
        found: dict[str, Told] = {}
        # What the engine was told belongs to no session and is most of the events.
        bound, where = {"input": INPUT}, '"kind" != $input'
        for fact in await self._select(points.FACTS, bound, where):
            name = fact.session
            if name is not None:
                empty = Told(session=name, facts=[], transitions=[])
                found.setdefault(name, empty).facts.append(fact)
        return sorted(
            found.values(), key=lambda told: (told.facts[0].at_us, told.session), reverse=True
        )

    async def facts(self, session: str) -> list[FactRow]:
        """The session's facts in order."""
        bound, where = {"session": session}, '"session" = $session'
        return await self._select(points.FACTS, bound, where)

    async def remarks(self, from_us: int, to_us: int) -> list[FactRow]:
        """What was said, whenever, of the readings of the sessions of that time."""
        since_us = from_us - SESSION_US_MAX
        if not await self._placed_since(since_us):
            return await self._remarks_sought(since_us, to_us)
        where = f"time > {since_us:d}u AND time < {to_us + SHIFT_US_MAX:d}u"
        found = await self._select(points.SAID, {}, where)
        said = [fact for seated_us, fact in found if since_us < seated_us < to_us]
        return sorted(said, key=lambda fact: fact.at_us)

    async def _placed_since(self, since_us: int) -> bool:
        """Does every remark of the sessions seated since then stand where they do?

        Clinics that share a bucket may be copied by versions of their own: not of all at once.
        """
        if self._clinic and since_us < self._remarks_since_us:
            query = f'SELECT min("remarks_since_us") FROM "{LAYOUT}" WHERE "clinic" = $clinic'
            body = await self._ask(query, {"clinic": tag_value(self._clinic)})
            told = self._rows(body, lambda _, columns: int(columns["min"] or 0))
            self._remarks_since_us = min([self._remarks_since_us, *told])
        return bool(self._clinic) and self._remarks_since_us <= since_us

    async def _remarks_sought(self, since_us: int, to_us: int) -> list[FactRow]:
        """The same out of all that was entered since then: slow, and good for every copy."""
        sessions = set(await self.seated(since_us + 1, to_us))
        if not sessions:
            return []
        bound = dict[str, str]()
        # A kind is a tag: all other events of years are not looked through.
        kinds = _any("kind", [tag_value(kind) for kind in REMARK_KINDS], bound)
        where = f"{kinds} AND time > {since_us:d}u"
        found = await self._select(points.FACTS, bound, where)
        return [fact for fact in found if fact.session in sessions]

    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]:
        """The session's readings, ordered by sample time, then vital, then device."""
        if vitals is not None and not vitals:
            return []
        bound = {"session": session}
        where = ['"session" = $session', *_span(await self.facts(session), bound)]
        if vitals is not None:
            where.append(_any("vital", [vital.value for vital in vitals], bound))
        found = await self._select(points.READINGS, bound, " AND ".join(where))
        # The sort is stable and the rows come in order of their unique time.
        return sorted(found, key=lambda row: (row.sampled_at_us, row.vital.value, row.device))

    async def counted(self, sessions: Sequence[str]) -> int:
        """How many readings these sessions hold altogether."""
        return sum([await self._counted(session) for session in sessions])

    async def _counted(self, session: str) -> int:
        bound = {"session": session}
        where = ['"session" = $session', *_span(await self.facts(session), bound)]
        if self._clinic:
            where.append('"clinic" = $clinic')
            bound["clinic"] = tag_value(self._clinic)
        body = await self._ask(
            f'SELECT count("validity") FROM "vitals" WHERE {" AND ".join(where)}', bound
        )
        return sum(self._rows(body, _count))

    async def stretch(self, chair: str, from_us: int, to_us: int) -> Stretch:
        """What a chair's sessions measured from then until before then, as stored."""
        query = (
            'SELECT "value", "validity", "session", "shift_us" FROM "vitals" '
            f'WHERE "chair" = $chair AND time >= {from_us - SHIFT_US_MAX:d}u '
            f"AND time <= {to_us + SHIFT_US_MAX:d}u"
        )
        bound = {"chair": tag_value(chair)}
        if self._clinic:
            query += ' AND "clinic" = $clinic'
            bound["clinic"] = tag_value(self._clinic)
        body = await self._ask(f'{query} GROUP BY "vital", "device"', bound)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._stretch, body, from_us, to_us)

    def _stretch(self, body: bytes, from_us: int, to_us: int) -> Stretch:
        try:
            return stretch_of(
                (sampled_us, vital, value, validity, session)
                for one in self._series(body)
                for vital in [tag_text(one["tags"]["vital"])]
                for at_us, value, validity, session, shift_us in one["values"]
                if session and from_us <= (sampled_us := at_us - (shift_us or 0)) < to_us
            )
        except (ValueError, KeyError, TypeError) as problem:
            raise self._unlike_ours(problem) from problem

    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]:
        """What a device measured from then until before then, whoever it was stored for."""
        since_us, until_us = from_us - SHIFT_US_MAX, to_us + SHIFT_US_MAX
        where = f'"device" = $device AND time >= {since_us}u AND time <= {until_us}u'
        bound = {"device": tag_value(device)}
        found = await self._select(points.READINGS, bound, where)
        found = [row for row in found if from_us <= row.sampled_at_us < to_us]
        return sorted(found, key=lambda row: (row.sampled_at_us, row.vital.value, row.device))

    async def transitions(self, session: str) -> list[TransitionRow]:
        """Every alarm transition of the session, in the order taken."""
        return await self._steps('"session" = $session', {"session": session})

    async def preset(self, digest: str) -> str | None:
        """The text of the alarm preset of that hash; None where it was not copied."""
        found = await self._select(points.FACTS, {"kind": PRESET}, '"kind" = $kind')
        texts = [fact.data.get(TOML) for fact in found if fact.data.get("hash") == digest]
        return next((text for text in texts if isinstance(text, str)), None)

    async def _steps(self, where: str, bound: Mapping[str, str]) -> list[TransitionRow]:
        found = await self._select(points.TRANSITIONS, bound, where)
        return sorted(found, key=lambda row: row.at_us)

    async def _select(self, shape: Shape[_Row], bound: Mapping[str, str], where: str) -> list[_Row]:
        conditions, values = [where] if where else [], dict(bound)
        if self._clinic:
            conditions.append('"clinic" = $clinic')
            values["clinic"] = tag_value(self._clinic)
        columns = ", ".join(f'"{name}"' for name in shape.columns)
        query = f'SELECT {columns} FROM "{shape.measurement}"'
        if conditions:
            query += f" WHERE {' AND '.join(conditions)}"
        body = await self._ask(query, values)
        loop = asyncio.get_running_loop()
        # A long session is a hundred milliseconds of work: not in the loop's own thread.
        return await loop.run_in_executor(None, self._rows, body, shape.row_of)

    async def _ask(self, query: str, bound: Mapping[str, str]) -> bytes:
        from aiohttp import ClientError, ClientSession, ClientTimeout  # noqa: PLC0415

        # Whole, InfluxDB would first hold the answer and then write it: a third slower.
        form = {"db": self._bucket, "epoch": "u", "q": query, "params": json.dumps(bound)}
        form["chunked"] = "true"
        headers = {"Authorization": f"Token {self._token}", "Accept": "application/json"}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=TIMEOUT_S), headers=headers) as client,
                client.get(f"{self._url.rstrip('/')}/query", params=form) as answer,
            ):
                body = await answer.read()
                if answer.status != 200:
                    raise self._failed(f"{answer.status} {body[:300].decode(errors='replace')}")
        except (ClientError, TimeoutError, OSError) as problem:
            raise self._failed(str(problem) or "no answer in time") from problem
        return body

    def _rows(self, body: bytes, row_of: Callable[[int, Columns], _Row]) -> list[_Row]:
        try:
            found = []
            for series in self._series(body):
                names = series["columns"]
                for values in series["values"]:
                    columns = dict(zip(names, values, strict=True))
                    found.append((columns["time"], row_of(columns["time"], columns)))
        except (ValueError, KeyError, TypeError) as problem:
            raise self._unlike_ours(problem) from problem
        found.sort(key=lambda pair: pair[0])
        return [row for _, row in found]

    def _series(self, body: bytes) -> Iterator[Mapping[str, Any]]:
        """Each series of an answer; a long one comes in several pieces, each its own JSON."""
        for piece in body.splitlines():
            (result,) = json.loads(piece)["results"]
            if "error" in result:
                raise self._failed(str(result["error"]))
            yield from result.get("series", ())

    def _unlike_ours(self, problem: Exception) -> StoreError:
        return self._failed(f"an answer that is not Chairside's: {problem!r}")

    def _failed(self, why: str) -> StoreError:
        return StoreError(
            "the history in InfluxDB could not be read",
            where=f"{self._url}, bucket {self._bucket}",
            why=why,
            fix="see that InfluxDB runs and that url, bucket and token of [influxdb] are right",
        )


def _span(facts: Sequence[FactRow], bound: dict[str, str]) -> list[str]:
    """Where and when a session was, so that InfluxDB need not look through everything."""
    if not facts:
        return []
    chairs = sorted(tag_value(chair) for chair in chairs_of(facts) | {one.chair for one in facts})
    spans = [f"time >= {min(fact.at_us for fact in facts) - MARGIN_US}u"]
    if any(fact.kind == PHASE and fact.data.get("phase") == Phase.CLOSED.value for fact in facts):
        spans.append(f"time <= {max(fact.at_us for fact in facts) + MARGIN_US}u")
    return [_any("chair", chairs, bound), *spans]


def _count(_: int, columns: Columns) -> int:
    return int(columns["count"] or 0)


def _any(tag: str, values: Sequence[str], bound: dict[str, str]) -> str:
    names = {f"{tag}{number}": value for number, value in enumerate(values)}
    bound.update(names)
    return "(" + " OR ".join(f'"{tag}" = ${name}' for name in names) + ")"
