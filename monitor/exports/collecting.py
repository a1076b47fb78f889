"""From the history to dossiers: one session, one patient's course, one month of the clinic."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from monitor.care.attribution import readings_of
from monitor.care.session import as_it_was, session_of
from monitor.errors import StoreError
from monitor.exports.disguise import Disguise
from monitor.exports.dossier import DEIDENTIFIED, Dossier, dossier
from monitor.history import FactRow, History, ReadingRow, TransitionRow
from monitor.suspects import marked

DECEMBER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose sessions they are and where they are read; with a `key` they are de-identified."""

    history: History
    clinic: str
    zone: tzinfo
    key: bytes | None = None

    async def dossier(self, session: str, made_us: int) -> Dossier:
        """One session. Raises `StoreError` when there is none of that id."""
        facts = await self.history.facts(session)
        if session_of(facts) is None:
            raise StoreError(
                f"there is no session {session!r}",
                where="the history that was asked",
                fix="`chairside export` without a session lists them",
            )
        readings = await readings_of(self.history, session, facts)
        steps = await self.history.transitions(session)
        return await asyncio.to_thread(self._made, facts, readings, steps, made_us)

    async def course(self, patient_ref: str) -> list[str]:
        """The sessions of a patient, oldest first. Raises `StoreError` without any."""
        found = await self.history.sessions_of(patient_ref)
        if not found:
            raise StoreError(
                f"patient {patient_ref!r} has no session",
                where="the history that was asked",
                fix="the sessions page lists every patient by reference",
            )
        return found

    async def month(self, year: int, month: int) -> list[str]:
        """The sessions that were seated within a month of the clinic's calendar, oldest first."""
        after = (year + 1, 1) if month == DECEMBER else (year, month + 1)
        return await self.history.seated(self._first_us(year, month), self._first_us(*after))

    def _first_us(self, year: int, month: int) -> int:
        return round(datetime(year, month, 1, tzinfo=self.zone).timestamp()) * 1_000_000

    def _made(
        self,
        facts: list[FactRow],
        readings: list[ReadingRow],
        transitions: list[TransitionRow],
        made_us: int,
    ) -> Dossier:
        told, rows, steps = as_it_was(facts), marked(facts, readings), transitions
        clinic, zone = self.clinic, self.zone
        if self.key is not None:
            session = session_of(facts)
            disguise = Disguise(self.key, session.patient_ref if session else "")
            told, rows = disguise.facts(told), disguise.readings(rows)
            steps = disguise.transitions(steps)
            # Even the zone would tell where, and the day of the export when.
            clinic, zone, made_us = DEIDENTIFIED, UTC, made_us + disguise.shift_us
        return dossier(
            clinic=clinic,
            zone=zone,
            facts=told,
            readings=rows,
            transitions=steps,
            made_us=made_us,
        )
