"""`chairside audit`: does the chain of acts still hold, and what did people do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from monitor.config import Config
from monitor.errors import AuditBroken, StoreError
from monitor.operations import validating
from monitor.store import acts, audit, file
from monitor.store.audit import Anchor, Link
from monitor.store.reading import READ_STEPS_MAX
from monitor.store.staff import StaffFile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of a person, as the audit tells it."""

    at_us: int
    actor: str
    kind: str
    where: str
    told: str

    def as_line(self) -> str:
        """For a person; times are UTC."""
        at = datetime.fromtimestamp(self.at_us / 1e6, tz=UTC)
        parts = f"{self.actor or '-':<14} {self.kind:<18} {self.where:<28} {self.told}"
        return f"{at:%Y-%m-%d %H:%M:%S}  {parts}".rstrip()


def verify(
    config_path: Path, anchor: str | None = None, staff_anchor: str | None = None
) -> Iterator[str]:
    """A line for each chain that holds, with the anchor to write down.

    Raises `AuditBroken` at the first that does not, `CommandRefused` for what is
    no anchor, `StoreError` when a file cannot be read.
    """
    loaded, _ = validating.load(config_path)
    record, staff = loaded.record.path, StaffFile(loaded.people.path)
    known, staff_known = (Anchor.parse(one) if one else None for one in (anchor, staff_anchor))
    with closing(_opened(record)) as connection:
        yield _line("record", record, *_read(record, lambda: acts.verify(connection, known)))
    yield _line("staff", staff.path, *staff.verify(staff_known))


def record_anchor(path: Path) -> Anchor:
    """The anchor of a record as it stands, unverified. Raises `StoreError`."""
    with closing(_opened(path)) as connection:
        return _read(path, lambda: audit.end(connection))


def list_acts(config_path: Path, person: str | None = None) -> Iterator[str]:
    """Every act of the record and every change of staff, oldest first; or one person's."""
    loaded, _ = validating.load(config_path)
    for act in sorted(_everything(loaded), key=lambda act: act.at_us):
        if person in (None, act.actor):
            yield act.as_line()


def _everything(loaded: Config) -> Iterator[Act]:
    record = loaded.record.path
    with closing(_opened(record)) as connection:
        links = _read(record, lambda: list(audit.links(connection)))
    yield from (_of_record(link) for link in links)
    yield from (_of_staff(link) for link in StaffFile(loaded.people.path).acts())


def _of_record(link: Link) -> Act:
    row: Mapping[str, object] = json.loads(link.act)["row"]
    step = "condition" in row
    told = f"{row['condition']} {row['to_state']}" if step else str(row["data"])
    places = [f"chair {row['chair']}" if row["chair"] else "", str(row["session"] or "")]
    return Act(
        at_us=int(str(row["at_us"])) - int(str(row["shift_us"])),
        actor=str(row["actor"] or ""),
        kind=str(row["reason"] if step else row["kind"]),
        where=" ".join(part for part in places if part),
        told=told,
    )


def _of_staff(link: Link) -> Act:
    act: Mapping[str, object] = json.loads(link.act)
    return Act(
        at_us=int(str(act["at_us"])),
        actor=str(act["actor"]),
        kind=str(act["kind"]),
        where="staff file",
        told=json.dumps(act["data"], ensure_ascii=False),
    )


def _line(name: str, path: Path, held: Anchor, fault: str) -> str:
    if fault:
        raise AuditBroken(
            f"the audit of the {name} does not hold",
            where=f"{path}, after row {held.number}",
            why=fault,
            fix="keep the file as it is, and compare it with the backup: somebody changed it",
        )
    return f"{name:<7} {held.number} acts hold; anchor {held}"


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return file.open_for_reading(path, READ_STEPS_MAX)
    except sqlite3.Error as problem:
        raise file.store_error(problem, path) from problem


def _read(path: Path, query: Callable[[], _T]) -> _T:
    try:
        return query()
    except sqlite3.Error as problem:
        raise StoreError(
            "the audit cannot be read",
            where=str(path),
            why=str(problem),
            fix="see the reason; `chairside doctor` looks at the record as a whole",
        ) from problem
