"""`chairside report` and `chairside downtime`: documents from the record alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from monitor import __version__
from monitor.care.bookings import BOOKED, CANCELLED, Bookings
from monitor.care.closing import signed_of
from monitor.care.session import session_of
from monitor.conditions import Preset
from monitor.config import Config
from monitor.counting import counted
from monitor.errors import AuditBroken, CommandRefused, StoreError
from monitor.filed import digest
from monitor.history import FactRow
from monitor.operations import validating
from monitor.report.documents import Document
from monitor.report.downtime import blank, flowsheet
from monitor.report.gathering import (
    booked_today,
    gathered,
    letterhead,
    signed_head,
    signed_pdf,
)
from monitor.report.layout import Paper
from monitor.report.long_tables import long_tables
from monitor.report.making import document_pdf, info, report_pdf
from monitor.report.pdf import Info
from monitor.report.source import Letterhead, Source
from monitor.store.record import RecordHistory
from monitor.store.staff import StaffFile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Office:
    """A record and what the clinic puts on its documents."""

    loaded: Config
    preset: Preset
    history: RecordHistory
    head: Letterhead

    def source(self, session: str) -> Source:
        """What that session's report is made from. Raises `StoreError`."""
        return self.read(gathered(self.history, session, self.head, self.preset))

    def pdf(self, source: Source, paper: Paper | None) -> bytes:
        """The session's page: a signed one in the bytes that were signed.

        Raises `AuditBroken` when those are no longer what they were.
        """
        kept = self.read(signed_pdf(self.history, source, paper))
        return kept or report_pdf(source, paper)

    @staticmethod
    def read(asked: Coroutine[object, object, _T]) -> _T:
        """The answer of the record."""
        return asyncio.run(asked)


def _office(config_path: Path) -> _Office:
    loaded, preset = validating.load(config_path)
    if not loaded.record.path.exists():
        raise StoreError(
            "there is no record yet",
            where=str(loaded.record.path),
            fix="the service makes it when it starts; [record] path says where",
        )
    staff = StaffFile(loaded.people.path)
    roll = staff.read().members.values() if loaded.people.path.exists() else ()
    head = letterhead(loaded, [one.person for one in roll], time.time_ns() // 1_000)
    return _Office(loaded, preset, RecordHistory(loaded.record.path), head)


def write(
    config_path: Path, session: str, paper: str | None, out: Path | None, *, tables: bool
) -> str:
    """Write a session's report, or its long tables; a line that says where.

    Raises `StoreError` when there is no such session, `AuditBroken` when the signed one
    is no longer what was signed.
    """
    office = _office(config_path)
    source = office.source(session)
    path = out or Path(f"{session}{'-tables' if tables else ''}.pdf")
    chosen = Paper(paper) if paper else None
    if tables:
        on = chosen or Paper(source.letterhead.paper)
        made = document_pdf([long_tables(source)], on, info(source, "Long tables"))
    else:
        made = office.pdf(source, chosen)
    path.write_bytes(made)
    return f"{path}: {len(made)} bytes, sha256 {digest(made)}"


def write_day(config_path: Path, day: datetime, paper: str | None, folder: Path) -> Iterator[str]:
    """Write the report of every session that was seated on a day; a line for each.

    Raises `StoreError` when the record cannot be read.
    """
    office = _office(config_path)
    midnight = day.replace(tzinfo=office.loaded.zone)
    ends = (midnight, midnight + timedelta(days=1))
    from_us, to_us = (round(one.timestamp()) * 1_000_000 for one in ends)
    sessions = office.read(office.history.seated(from_us, to_us))
    folder.mkdir(parents=True, exist_ok=True)
    for number, session in enumerate(sessions, start=1):
        path = folder / f"{session}.pdf"
        path.write_bytes(office.pdf(office.source(session), Paper(paper) if paper else None))
        yield f"{number} of {len(sessions)}: {path}"
    if not sessions:
        yield f"nobody was seated on {day:%Y-%m-%d}"


def verify(config_path: Path, session: str) -> str:
    """A line that says that the report is, byte by byte, what was signed.

    Where its file was not kept, as before documents were, it is made again for that.
    Raises `AuditBroken` when it is not, `CommandRefused` when it is not signed.
    """
    office = _office(config_path)
    source = office.source(session)
    signed, head = signed_of(source.facts), signed_head(source.facts)
    if signed is None or head is None:
        raise CommandRefused(
            f"session {session} is not signed", fix="a clinician signs it on its report page"
        )
    kept = office.read(signed_pdf(office.history, source))
    found = digest(kept or report_pdf(source))
    if found == signed.document_sha256:
        at = source.words.time(signed.at_us, "%Y-%m-%d %H:%M:%S")
        who = source.words.person(signed.actor)
        how = "the kept file" if kept else "made again"
        return f"{session}: as signed by {who} at {at}, {how}, sha256 {found}"
    other = head.version != __version__
    raise AuditBroken(
        f"the report of {session} is not the one that was signed",
        where=f"sha256 {found}, signed was {signed.document_sha256}",
        why=f"it was made by Chairside {head.version}, this is {__version__}"
        if other
        else "facts, readings or alarms of before the signature are others now",
        fix="make it with that version; a copy of the signed file still has the signed sha256"
        if other
        else "`chairside audit verify` tells which acts were touched; compare with the backup",
    )


def write_downtime(config_path: Path, chair: str, paper: str | None, out: Path) -> str:
    """Write the flow sheets; a line that says where.

    Raises `CommandRefused` for a chair that is not configured.
    """
    office = _office(config_path)
    chairs = [one.id for one in office.loaded.chairs if chair in ("", one.id)]
    if not chairs:
        raise CommandRefused(f"there is no chair {chair!r}", fix="see [[chairs]]")
    seated = _seated(office)
    kept = office.read(office.history.clinic_facts({BOOKED, CANCELLED}, 0))
    booked = booked_today(Bookings(kept), office.head)
    documents: list[Document] = []
    for one in chairs:
        if one in seated:
            documents.append(flowsheet(office.source(seated[one])))
        else:
            documents.append(
                blank(office.head, one, [each for each in booked if each.chair == one])
            )
    told = Info(title="Downtime sheets", subject="downtime", creator=f"Chairside {__version__}")
    out.write_bytes(document_pdf(documents, Paper(paper or office.head.paper), told))
    return f"{out}: {counted(len(documents), 'chair')}, {len(seated)} of them seated"


def _seated(office: _Office) -> dict[str, str]:
    """The open session of each chair."""
    by_session: dict[str, list[FactRow]] = {}
    for fact in office.read(office.history.open_facts(office.head.made_us)):
        if fact.session:
            by_session.setdefault(fact.session, []).append(fact)
    found = {name: session_of(facts) for name, facts in by_session.items()}
    return {one.chair: name for name, one in found.items() if one and one.closed_us is None}
