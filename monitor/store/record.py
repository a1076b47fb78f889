"""The record: every reading, alarm transition and act, on this machine's disk, soon and for good.

Rows are taken at once into a bounded queue and committed together, every
200 ms or at once when they are urgent. A sender's receipt is confirmed only
after its rows are committed. Knows no alarm rule, screen or InfluxDB.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.filed import Filed
from monitor.finding import Entry, Measured
from monitor.history import ReadingRow
from monitor.links import Receipt
from monitor.store import catalogue, remarks
from monitor.store.file import RESERVE_BYTES
from monitor.store.reading import RecordHistory
from monitor.store.rows import Block, Committed, Item, Refused, Row, item_of
from monitor.store.writing import Batch, Parked, Writer

__all__ = ["Record", "RecordHistory"]

FLUSH_S = 0.2
QUEUE_ROWS_MAX = 100_000
"""Rows that wait while the disk refuses: about 45 minutes of six chairs, 50 MB."""
QUEUE_URGENT_ROWS_MAX = 10_000
"""Room beyond that for alarm transitions and facts alone."""
FILED_MAX = 100
"""Documents that wait while the disk refuses: some 12 MB."""
BATCH_ROWS_MAX = 10_000
FORGET_ROWS_MAX = 5_000
RETRY_S_MIN, RETRY_S_MAX = 0.5, 5.0
READING_THREADS = 2


class Record(RecordHistory):
    """`History` of this clinic, and the only way into it. Use it with `async with`.

    `pending` rows wait for their commit, `dropped` found no room to wait,
    `refused` cannot be kept by any database (`refused_why`), `duplicates` came
    a second time. `acted` is set after a commit of a session's facts or alarms.
    `failing` says why the last commit failed, or "".
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        flush_s: float = FLUSH_S,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._reading = ThreadPoolExecutor(READING_THREADS, "record-reader")
        super().__init__(path, self._reading)
        self._clock, self._flush_s = clock, flush_s
        self._writing = ThreadPoolExecutor(1, "record-writer")
        self._writer = Writer(path, clock, reserve_bytes)
        self._queue: list[Item] = []
        self._parked: list[Parked] = []
        self._filed: list[Filed] = []
        self._receipts: deque[tuple[int, Receipt]] = deque()
        self._taken = self._kept = 0
        self._copied, self._copied_noted = 0, True
        self._under_way: tuple[Batch, asyncio.Future[int]] | None = None
        self._lock = asyncio.Lock()
        self._filled, self._urgent = asyncio.Event(), asyncio.Event()
        self._behind_rows = 0
        self._behind_since_us: int | None = None
        self.committed, self.acted = asyncio.Event(), asyncio.Event()
        self.dropped = self.refused = self.duplicates = self.parked = 0
        self.failing = self.refused_why = ""

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open or make the file; one damaged is set aside (see `warning`). Raises `StoreError`."""
        loop = asyncio.get_running_loop()
        state = await loop.run_in_executor(self._writing, self._writer.open)
        self._copied, self.parked = state.copied, state.parked
        self._behind_rows = state.last - state.copied
        if self._behind_rows:
            await self.uncopied(1)

    async def close(self) -> None:
        """Commit what waits and close the file. Raises `StoreError` when rows could not be kept."""
        loop = asyncio.get_running_loop()
        try:
            await self.commit()
        finally:
            # Readers go first: the last connection to close puts the log into the file.
            self._reading.shutdown(wait=True)
            await loop.run_in_executor(self._writing, self._writer.close)
            self._writing.shutdown(wait=True)

    @property
    def pending(self) -> int:
        """Rows that wait for their commit."""
        return len(self._queue)

    @property
    def audited(self) -> int:
        """The number of the audit's last committed row; 0 while it has none."""
        return self._writer.audited

    @property
    def warning(self) -> str:
        """What the record survived and a person should know, or ""."""
        told = list(self._writer.told)
        if self._writer.reserve_out:
            told.append("the disk is nearly full: the reserve kept for the record is in use")
        return "; ".join(told)

    def add(
        self, rows: Iterable[Row], *, receipts: Iterable[Receipt] = (), urgent: bool = False
    ) -> None:
        """Take rows for the next commit; `receipts` are confirmed after it. Never waits.

        Without room none of the rows is taken: they are counted in `dropped` and
        the receipts stay unconfirmed. Alarm transitions and facts have room of their own.
        """
        items, readings = self._items(rows)
        room = QUEUE_ROWS_MAX + (0 if readings else QUEUE_URGENT_ROWS_MAX)
        if len(self._queue) + len(items) > room:
            self.dropped += len(items)
            return
        self._queue += items
        self._taken += len(items)
        self._receipts.extend((self._taken, receipt) for receipt in receipts)
        if not self._queue:
            self._confirm()
            return
        self._filled.set()
        if urgent:
            self._urgent.set()

    def _items(self, rows: Iterable[Row]) -> tuple[list[Item], bool]:
        items, readings = [], False
        for row in rows:
            try:
                items.append(item_of(row))
            except Refused as problem:
                self.refused += 1
                self.refused_why = f"{problem} ({row.chair}, {type(row).__name__})"
            readings = readings or isinstance(row, ReadingRow)
        return items, readings

    def file(self, document: Filed) -> None:
        """Take a document for the next commit, no later than any row that is added after it.

        Raises `StoreError` when too many wait, with nothing taken.
        """
        if len(self._filed) >= FILED_MAX:
            raise StoreError(
                "this document cannot be kept now",
                why=f"{FILED_MAX} others wait for the disk: {self.failing}",
                fix="make room on the disk of the record, then try again",
            )
        self._filed.append(document)
        self._filled.set()

    async def commit(self) -> None:
        """Commit all rows taken so far and return. Raises `StoreError`; the rows then wait on."""
        async with self._lock:
            wanted = self._taken
            while self._kept < wanted or self._parked or self._filed or not self._copied_noted:
                await self._write_batch()

    async def run(self) -> None:
        """Commit every `flush_s` seconds, urgent rows at once; with back-off while that fails."""
        retry_s = RETRY_S_MIN
        while True:
            await self._filled.wait()
            if not self._urgent.is_set():
                await self._wait_for_urgent()
            self._filled.clear()
            self._urgent.clear()
            try:
                await self.commit()
                retry_s = RETRY_S_MIN
            except StoreError:
                # Told in `failing`; the rows wait in the queue.
                self._filled.set()
                await asyncio.sleep(retry_s)
                retry_s = min(retry_s * 2, RETRY_S_MAX)

    async def _wait_for_urgent(self) -> None:
        try:
            async with asyncio.timeout(self._flush_s):
                await self._urgent.wait()
        except TimeoutError:
            return

    async def _write_batch(self) -> None:
        """One transaction. What a cancelled call began is waited for by the next."""
        if self._under_way is None:
            batch = self._next_batch()
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._writing, self._writer.write, batch)
            self._under_way = (batch, future)
        batch, future = self._under_way
        try:
            new = await asyncio.shield(future)
        except StoreError as problem:
            self._under_way = None
            self.failing = f"{problem.what} ({problem.why})"
            raise
        self._under_way = None
        self._settle(batch, new)

    def _next_batch(self) -> Batch:
        items = tuple(self._queue[:BATCH_ROWS_MAX])
        # The copy's progress must not become durable before the lines it passed over.
        return Batch(items, tuple(self._parked), self._copied, tuple(self._filed))

    def _settle(self, batch: Batch, new: int) -> None:
        count = len(batch.items)
        del self._queue[:count]
        del self._parked[: len(batch.parked)]
        del self._filed[: len(batch.filed)]
        self._copied_noted = batch.copied == self._copied
        self._kept += count
        self.duplicates += count - new
        self.failing = ""
        self._confirm()
        if new:
            self._behind_rows += new
            if self._behind_since_us is None:
                self._behind_since_us = self._clock.utc_us()
            self.committed.set()
            if any(item.concerns_session for item in batch.items):
                self.acted.set()

    def _confirm(self) -> None:
        while self._receipts and self._receipts[0][0] <= self._kept:
            self._receipts.popleft()[1].confirm()

    async def uncopied(self, limit: int) -> Block:
        """The oldest committed rows that are not copied yet, at most `limit`."""
        kept = self._kept
        rows = await self.after(self._copied, limit)
        if rows:
            self._behind_since_us = _came_us(rows[0].row)
        elif kept == self._kept:
            self._behind_rows, self._behind_since_us = 0, None
        if any(map(remarks.is_remark, rows)):
            rows = await self._read(lambda c: remarks.placed(c, rows))
        return Block(tuple(rows))

    def copied(self, block: Block) -> None:
        """The block is safe elsewhere (or parked). The note of it goes with the next commit."""
        if not block.rows:
            return
        self._copied, self._copied_noted = block.rows[-1].id, False
        self._behind_rows = max(0, self._behind_rows - len(block.rows))
        # The next row came no earlier; `uncopied` will say when.
        self._behind_since_us = _came_us(block.rows[-1].row) if self._behind_rows else None
        self._filled.set()

    async def unplaced(self, number: int, limit: int) -> list[Committed]:
        """The next remarks above `number` that an older layout copied, with their seats."""
        return await self._read(lambda c: remarks.unplaced(c, number, limit))

    async def began_us(self) -> int | None:
        """When the first fact here was entered (UTC microseconds); None before there is one."""
        return await self._read(remarks.began_us)

    async def all_placed(self) -> None:
        """No remark is left that has no place in the copy. Raises `StoreError`."""
        await self._change(remarks.all_placed)

    def park(self, lines: Iterable[str], reason: str) -> None:
        """Set lines aside that InfluxDB refuses for good; they go with the next commit."""
        parked = [Parked(line, reason) for line in lines]
        self._parked += parked
        self.parked += len(parked)
        self._filled.set()

    async def forget(self, before_us: int) -> int:
        """Delete readings sampled before that time (UTC microseconds) which InfluxDB has.

        Alarm transitions, facts and the readings of an open session stay. Returns how
        many went; a step at a time, so that commits pass in between. Raises `StoreError`.
        """
        loop, gone = asyncio.get_running_loop(), 0
        while True:
            async with self._lock:
                step = await loop.run_in_executor(
                    self._writing, self._writer.forget, before_us, FORGET_ROWS_MAX
                )
            gone += step
            if step < FORGET_ROWS_MAX:
                return gone

    async def keep_entries(self, entries: Sequence[Entry], through: int) -> None:
        """Keep these entries, and up to which row the catalogue then holds. Raises `StoreError`."""
        await self._change(lambda c: catalogue.put(c, entries, through))

    async def measure(self, of: catalogue.Unmeasured, measured: Measured | None) -> None:
        """Keep what a session's readings told; None leaves what they told before."""
        await self._change(lambda c: catalogue.measure(c, of, measured))

    async def catalogue_anew(self) -> None:
        """Let every entry of the catalogue be worked out again. Raises `StoreError`."""
        await self._change(catalogue.anew)

    async def _change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        loop = asyncio.get_running_loop()
        async with self._lock:
            await loop.run_in_executor(self._writing, self._writer.change, change)

    def behind(self) -> tuple[int, int | None]:
        """Committed rows not copied yet, and when the oldest of them came (UTC microseconds)."""
        return self._behind_rows, self._behind_since_us


def _came_us(row: Row) -> int:
    """When the service came to know the row, UTC microseconds."""
    return row.received_at_us if isinstance(row, ReadingRow) else row.at_us
