"""Reading the record back, in this process or another, while the service writes or not.

Every call has a connection of its own that can only read, so a slow reader
holds up neither the writer nor another reader.
"""

# ruff: noqa: S608  columns come from schema.py, values are bound

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from monitor.errors import StoreError
from monitor.filed import checked
from monitor.finding import Found, Wanted
from monitor.history import (
    INPUT,
    SEATED,
    SESSION_US_MAX,
    FactRow,
    ReadingRow,
    Told,
    TransitionRow,
)
from monitor.store import catalogue, documents, file, measured, remarks, schema, spans
from monitor.store.rows import (
    Committed,
    Row,
    SqlValue,
    fact_of,
    reading_of,
    transition_of,
)
from monitor.stretch import Stretch, stretch_of
from monitor.vitals import NIBP, VitalSign

_T = TypeVar("_T")
READ_STEPS_MAX = 500_000_000
"""SQLite virtual machine steps a single query may take; some seconds of work."""

_READINGS = ", ".join(("id", "at_us", "shift_us", *schema.READING_COLUMNS))
_TRANSITIONS = ", ".join(("id", "at_us", "shift_us", *schema.TRANSITION_COLUMNS))
_FACTS = ", ".join(("id", "at_us", "shift_us", *schema.FACT_COLUMNS))
_NEWEST = (
    "SELECT session FROM facts WHERE session IS NOT NULL GROUP BY session "
    "HAVING min(happened_at_us) < ? ORDER BY min(happened_at_us) DESC, session DESC LIMIT ?"
)
_OF_PATIENT = (
    f"SELECT session FROM facts WHERE kind = '{SEATED}' "
    "AND json_extract(data, '$.patient_ref') = ? ORDER BY at_us"
)
_SEATED_LAST = (
    f"session IN (SELECT session FROM facts WHERE kind = '{SEATED}' ORDER BY at_us DESC LIMIT ?)"
)
_SEATED = (
    f"SELECT session FROM facts WHERE kind = '{SEATED}' AND session IS NOT NULL "
    "AND at_us >= ? AND at_us < ? ORDER BY at_us"
)
# By the sessions' own index: a clinic's other chairs are not looked through.
SPOTS = (
    "SELECT sampled_at_us, vital, value, validity, session FROM readings "
    f"WHERE session IN (SELECT session FROM facts WHERE kind = '{SEATED}' AND at_us > ?2 - ?5 "
    "AND at_us < ?3) AND at_us BETWEEN ?2 - ?4 AND ?3 + ?4 AND chair = ?1 "
    "AND sampled_at_us >= ?2 AND sampled_at_us < ?3"
)
"""Asks for the spots of a stretch: chair, from, to, `SHIFT_US_MAX`, `SESSION_US_MAX`."""
_AMONG = "session IN (SELECT value FROM json_each(?))"
_OPEN_STATES = "('PENDING', 'ACTIVE_UNACK', 'ACTIVE_ACK', 'LATCHED_UNACK')"


class RecordHistory:
    """`History` over the file at `path`. Raises `StoreError` when it cannot be read.

    With `before` it is the record as it was when it had no row of that number yet.
    """

    def __init__(
        self, path: Path, executor: Executor | None = None, *, before: int | None = None
    ) -> None:
        self._path, self._executor, self._before = path, executor, before

    async def sessions(self) -> list[str]:
        """Ids of all sessions, newest first."""
        return await self._read(lambda c: _newest_names(c, -1, None))

    async def newest(self, limit: int, before_us: int | None = None) -> list[Told]:
        """The newest sessions, newest first, in as many questions for 500 as for one."""
        return await self._read(lambda c: _newest(c, limit, before_us))

    async def apart(self, since_us: int) -> list[TransitionRow]:
        """Alarm transitions since then that belong to no session, in the order taken."""
        return await self._read(
            lambda c: _transitions(c, "session IS NULL AND at_us >= ?", (since_us,))
        )

    async def facts(self, session: str) -> list[FactRow]:
        """The session's facts in order."""
        return await self._read(lambda c: _facts(c, "session = ?", (session,)))

    async def remarks(self, from_us: int, to_us: int) -> list[FactRow]:
        """What was said, whenever, of the readings of the sessions of that time."""
        return await self._read(lambda c: _facts(c, remarks.OF_THAT_TIME, (from_us, to_us)))

    async def document(self, sha256: str) -> bytes | None:
        """The signed document of that hash; None where it was never kept.

        Raises `AuditBroken` when what was kept is no longer that document.
        """
        found = await self._read(lambda c: documents.find(c, sha256))
        return None if found is None else checked(found, sha256)

    async def told(self, sessions: Collection[str]) -> list[Told]:
        """These sessions without their readings."""
        return await self._read(lambda c: _told(c, list(sessions)))

    async def find(self, wanted: Wanted) -> Found:
        """The sessions of the catalogue for which all that is wanted holds, newest first."""
        return await self._read(lambda c: catalogue.find(c, wanted))

    async def touched(self, limit: int) -> catalogue.Touched:
        """The next sessions whose entries in the catalogue are behind."""
        return await self._read(lambda c: catalogue.touched(c, limit))

    async def unmeasured(self) -> catalogue.Unmeasured | None:
        """The newest closed session of the catalogue whose readings were not looked at."""
        return await self._read(catalogue.unmeasured)

    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]:
        """The session's readings, ordered by sample time, then vital, then device."""
        return await self._read(lambda c: measured.readings(c, "session = ?", (session,), vitals))

    async def counted(self, sessions: Sequence[str]) -> int:
        """How many readings these sessions hold altogether."""
        query = f"SELECT count(*) FROM readings WHERE {_AMONG}"
        names = json.dumps(list(sessions))
        return await self._read(lambda c: int(c.execute(query, (names,)).fetchone()[0]))

    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]:
        """What a device measured from then until before then, whoever it was stored for."""
        # The key's time may have been moved a little; the sample's own decides.
        where = "at_us BETWEEN ?1 - ?4 AND ?2 + ?4 AND device = ?3 AND sampled_at_us >= ?1 "
        where += "AND sampled_at_us < ?2"
        values = (from_us, to_us, device, schema.SHIFT_US_MAX)
        return await self._read(lambda c: measured.readings(c, where, values))

    async def stretch(self, chair: str, from_us: int, to_us: int) -> Stretch:
        """What a chair's sessions measured from then until before then, as stored."""
        values = (chair, from_us, to_us, schema.SHIFT_US_MAX, SESSION_US_MAX)
        return await self._read(lambda c: stretch_of(c.execute(SPOTS, values)))

    async def seated_last(self, limit: int) -> list[FactRow]:
        """The facts of the sessions that were opened last, session by session, oldest first."""
        return await self._read(lambda c: _facts(c, _SEATED_LAST, (limit,)))

    async def transitions(self, session: str) -> list[TransitionRow]:
        """Every alarm transition of the session, in the order taken."""
        return await self._read(lambda c: _transitions(c, "session = ?", (session,)))

    async def last_seqs(self) -> dict[str, tuple[str, int]]:
        """For each device that numbers its messages: its latest boot and highest number there."""
        return await self._read(_last_seqs)

    async def open_alarms(self) -> list[TransitionRow]:
        """The last transition of every alarm that is not over."""
        return await self._read(
            lambda c: _transitions(
                c,
                "id IN (SELECT max(id) FROM transitions GROUP BY alarm) "
                f"AND to_state IN {_OPEN_STATES}",
                (),
            )
        )

    async def open_facts(self, since_us: int) -> list[FactRow]:
        """All facts of the sessions that are not closed.

        And since then: facts without a session, and that a session was closed.
        """
        where = (
            f"session IN ({schema.OPEN_SESSIONS}) "
            f"OR happened_at_us >= ? AND kind != '{INPUT}' AND (session IS NULL OR {schema.CLOSED})"
        )
        return await self._read(lambda c: _facts(c, where, (since_us,)))

    async def recent(self, from_us: int, cuff_from_us: int) -> list[ReadingRow]:
        """Readings sampled since `from_us`, and of the cuff since `cuff_from_us`, of all chairs."""
        cuff = ", ".join(f"'{vital.value}'" for vital in sorted(NIBP, key=lambda one: one.value))
        where = f"at_us >= ? AND (at_us >= ? OR vital IN ({cuff}))"
        return await self._read(
            lambda c: measured.readings(c, where, (min(from_us, cuff_from_us), from_us))
        )

    async def earlier(
        self, session: str, vitals: frozenset[VitalSign], from_us: int, to_us: int
    ) -> list[ReadingRow]:
        """The session's readings of these from then until before then, in order of time."""
        where, values = "session = ? AND at_us >= ? AND at_us < ?", (session, from_us, to_us)
        return await self._read(lambda c: measured.readings(c, where, values, tuple(vitals)))

    async def valid_before(
        self,
        session: str,
        vitals: frozenset[VitalSign],
        at_us: int,
        *,
        device: str | None = None,
    ) -> list[ReadingRow]:
        """The session's last few valid readings of these before then, by that device or by all."""
        return await self._read(
            lambda c: measured.few_valid(c, session, vitals, "<", at_us, device)
        )

    async def valid_since(
        self, session: str, vitals: frozenset[VitalSign], at_us: int
    ) -> list[ReadingRow]:
        """The session's first few valid readings of these from then on."""
        return await self._read(lambda c: measured.few_valid(c, session, vitals, ">=", at_us))

    async def clinic_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]:
        """The clinic's own facts of these kinds since then, in order."""
        where = (
            f"session IS NULL AND kind != '{INPUT}' AND at_us >= ? "
            "AND kind IN (SELECT value FROM json_each(?))"
        )
        names = json.dumps(sorted(kinds))
        return await self._read(lambda c: _facts(c, where, (since_us, names)))

    async def session_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]:
        """The facts of these kinds of any session since then, in order."""
        where = "session IS NOT NULL AND at_us >= ? AND kind IN (SELECT value FROM json_each(?))"
        names = json.dumps(sorted(kinds))
        return await self._read(lambda c: _facts(c, where, (since_us, names)))

    async def sessions_of(self, patient_ref: str) -> list[str]:
        """Ids of the sessions of one patient, oldest first."""
        return await self._read(
            lambda c: [session for (session,) in c.execute(_OF_PATIENT, (patient_ref,))]
        )

    async def seated(self, from_us: int, to_us: int) -> list[str]:
        """Ids of the sessions that began from `from_us` on and before `to_us`, oldest first."""
        return await self._read(
            lambda c: [session for (session,) in c.execute(_SEATED, (from_us, to_us))]
        )

    async def newest_of(self, kind: str) -> FactRow | None:
        """The newest fact of a kind that belongs to no session; None without one."""
        where = "id = (SELECT max(id) FROM facts WHERE session IS NULL AND kind = ?)"
        rows = await self._read(lambda c: _facts(c, where, (kind,)))
        return rows[0] if rows else None

    async def preset(self, digest: str) -> str | None:
        """The text of the alarm preset of that hash; None when it was never in force here."""
        return await self._read(lambda c: _preset(c, digest))

    async def span(self, session: str) -> tuple[int, int, int] | None:
        """The number of the row that began the run in which the session opened, and of its last.

        Between them the number up to which readings came more than `spans.BEFORE_US` before it
        opened. None when the record does not hold where that run began.
        """
        return await self._read(lambda c: spans.span(c, session))

    def as_of(self, number: int) -> RecordHistory:
        """The record as it was when it had no row of that number yet."""
        return RecordHistory(self._path, self._executor, before=number)

    async def after(
        self, number: int, limit: int, chairs: Collection[str] = (), measured: int = 0
    ) -> list[Committed]:
        """The next `limit` rows with a number above `number`, in the order of their commit.

        With chairs, no readings of others; none with a number up to `measured`.
        """
        return await self._read(lambda c: _after(c, number, limit, chairs, measured))

    async def _read(self, query: Callable[[sqlite3.Connection], _T]) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._run, query)

    def _run(self, query: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._connection() as connection:
            return query(connection)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = file.open_for_reading(self._path, READ_STEPS_MAX, before=self._before)
        except sqlite3.Error as problem:
            raise file.store_error(problem, self._path) from problem
        try:
            yield connection
        except sqlite3.Error as problem:
            raise StoreError(
                "the record could not be read", where=str(self._path), why=str(problem)
            ) from problem
        finally:
            connection.close()


def _newest(connection: sqlite3.Connection, limit: int, before_us: int | None) -> list[Told]:
    return _told(connection, _newest_names(connection, limit, before_us))


def _newest_names(connection: sqlite3.Connection, limit: int, before_us: int | None) -> list[str]:
    """Ids of the newest that began before that; without a limit where it is negative."""
    until_us = 2**63 - 1 if before_us is None else before_us
    return [session for (session,) in connection.execute(_NEWEST, (until_us, limit))]


def _told(connection: sqlite3.Connection, names: list[str]) -> list[Told]:
    # One transaction, so that facts and alarms are seen at the same instant.
    connection.execute("BEGIN")
    found = {name: Told(session=name, facts=[], transitions=[]) for name in names}
    for fact in _facts(connection, _AMONG, (json.dumps(names),)):
        found[fact.session or ""].facts.append(fact)
    for step in _transitions(connection, _AMONG, (json.dumps(names),)):
        found[step.session or ""].transitions.append(step)
    connection.execute("COMMIT")
    return list(found.values())


def _transitions(
    connection: sqlite3.Connection, where: str, values: Sequence[SqlValue]
) -> list[TransitionRow]:
    rows = connection.execute(
        f"SELECT {_TRANSITIONS} FROM transitions WHERE {where} ORDER BY taken_at_us, at_us", values
    )
    return [transition_of(at_us, shift_us, rest) for _, at_us, shift_us, *rest in rows]


def _facts(connection: sqlite3.Connection, where: str, values: Sequence[SqlValue]) -> list[FactRow]:
    rows = connection.execute(
        f"SELECT {_FACTS} FROM facts WHERE {where} ORDER BY happened_at_us, at_us", values
    )
    return [fact_of(at_us, shift_us, rest) for _, at_us, shift_us, *rest in rows]


def _preset(connection: sqlite3.Connection, digest: str) -> str | None:
    found = connection.execute(
        "SELECT json_extract(data, '$.text') FROM facts WHERE kind = 'preset' "
        "AND json_extract(data, '$.hash') = ?",
        (digest,),
    ).fetchone()
    return None if found is None else str(found[0])


def _last_seqs(connection: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    rows = connection.execute("SELECT device, boot, seq FROM devices")
    return {device: (boot, seq) for device, boot, seq in rows}


def _after(
    connection: sqlite3.Connection,
    number: int,
    limit: int,
    chairs: Collection[str],
    measured: int,
) -> list[Committed]:
    found: list[Committed] = []
    # One transaction, so that the three tables are seen at the same instant.
    connection.execute("BEGIN")
    for table, columns, row_of in _KINDS:
        within = "AND chair IN (SELECT value FROM json_each(?2))"
        mine = within if chairs and table == "readings" else ""
        above = max(number, measured) if table == "readings" else number
        rows = connection.execute(
            f"SELECT {columns} FROM {table} WHERE id > ?1 {mine} ORDER BY id LIMIT ?3",
            (above, json.dumps(sorted(chairs)), limit),
        )
        found += [Committed(one, at, row_of(at, shift, rest)) for one, at, shift, *rest in rows]
    connection.execute("COMMIT")
    found.sort(key=lambda row: row.id)
    return found[:limit]


_RowOf = Callable[[int, int, Sequence[SqlValue]], Row]
_KINDS: tuple[tuple[str, str, _RowOf], ...] = (
    ("readings", _READINGS, reading_of),
    ("transitions", _TRANSITIONS, transition_of),
    ("facts", _FACTS, fact_of),
)
