"""From the record to what a report is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor import __version__
from monitor.care.attribution import readings_of
from monitor.care.bookings import PATIENT, Booking, Bookings, patients_of
from monitor.care.closing import signed_of
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.clinic import Person, Session
from monitor.conditions import Preset
from monitor.config import Config
from monitor.counted_by import counted_by
from monitor.errors import StoreError
from monitor.history import SIGNED, SOUND_TESTED, TEXT, FactRow, ReadingRow, TransitionRow
from monitor.report.layout import Paper
from monitor.report.source import Letterhead, Listened, Source
from monitor.vitals import VitalSign

APART_US = 30 * 86_400_000_000
"""An outage that began so long before the seat is still told of."""


class Kept(Protocol):
    """What of the record a report needs."""

    async def facts(self, session: str) -> list[FactRow]: ...
    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]: ...
    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]: ...
    async def transitions(self, session: str) -> list[TransitionRow]: ...
    async def apart(self, since_us: int) -> list[TransitionRow]: ...
    async def preset(self, digest: str) -> str | None: ...
    async def clinic_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]: ...
    async def document(self, sha256: str) -> bytes | None: ...


def letterhead(config: Config, staff: Sequence[Person], made_us: int) -> Letterhead:
    """What the clinic's configuration and staff list put on every document made now."""
    people = {one.id: one.name for one in staff}
    roles = {one.id: one.role.value for one in staff}
    return Letterhead(
        clinic=config.clinic.name,
        zone=config.clinic.time_zone,
        version=__version__,
        made_us=made_us,
        people=people,
        labels={chair.id: chair.label for chair in config.chairs},
        questions={one.id: one.text for one in config.arrival.questions},
        advice={one.id: one.text for one in config.leaving.advice},
        drivers={device.id: device.driver for device in config.devices},
        roles=roles,
        hold={key: limit for key, _, limit in config.arrival.hold.stated()},
        course_infusions=config.arrival.course_infusions,
        call=config.leaving.call,
        paper=config.report.paper,
        names=config.privacy.names,
    )


def booked_today(bookings: Bookings, head: Letterhead) -> list[Booking]:
    """The bookings of the day on which the document is made, by time."""
    midnight = _midnight(head, head.made_us)
    from_us, to_us = (_us(one) for one in (midnight, midnight + timedelta(days=1)))
    return bookings.between(from_us, to_us)


def _midnight(head: Letterhead, at_us: int) -> datetime:
    """When the day of that moment began in the clinic's zone."""
    moment = datetime.fromtimestamp(at_us / 1e6, tz=head.words.zone)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _us(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000


async def _listened(kept: Kept, session: Session, head: Letterhead) -> Listened | None:
    """The last sound test of the session's day, before it ended."""
    until_us = session.closed_us or head.made_us
    since_us = _us(_midnight(head, session.opened_us))
    tested = [
        one
        for one in await kept.clinic_facts({SOUND_TESTED}, since_us)
        if one.at_us <= until_us and one.actor
    ]
    if not tested:
        return None
    last = tested[-1]
    return Listened(
        at_us=last.at_us,
        actor=last.actor or "",
        display=str(last.data.get("name") or ""),
        heard=bool(last.data.get("heard")),
    )


def signed_head(facts: Sequence[FactRow]) -> Letterhead | None:
    """The letterhead of the signed report; None while none is signed."""
    fact = next((one for one in facts if one.kind == SIGNED), None)
    text = str(fact.data.get(TEXT) or "") if fact else ""
    return Letterhead.told(text) if text else None


async def signed_pdf(kept: Kept, source: Source, paper: Paper | None = None) -> bytes | None:
    """The very bytes that were signed, where that is what is asked for.

    None while nothing is signed, on another paper than that of the signature, and for
    signatures from before documents were kept. Raises `AuditBroken` when what was
    kept is no longer what was signed.
    """
    signed = signed_of(source.facts)
    if signed is None or paper not in (None, Paper(source.letterhead.paper)):
        return None
    return await kept.document(signed.document_sha256)


async def gathered(kept: Kept, session: str, head: Letterhead, preset: Preset) -> Source:
    """A session's rows under that letterhead, or under the one it was signed with.

    Counted by the preset it was begun with, `preset` where that is not known.
    Raises `StoreError` when there is no such session.
    """
    facts = await kept.facts(session)
    seated = session_of(facts)
    if seated is None:
        raise StoreError(
            f"there is no session {session!r}",
            where="the record",
            fix="`chairside export` without a session lists them",
        )
    signed = signed_head(facts)
    if signed is None:
        known = patients_of(await kept.clinic_facts({PATIENT}, 0))
        # A clock that was set back leaves nothing out that is stored.
        newest_us = max(fact.at_us for fact in facts)
        made_us = max(head.made_us, newest_us)
        listened = await _listened(kept, seated, head)
        patient = known.get(seated.patient_ref)
        if patient and not head.names:
            patient = replace(patient, person="", born="", phone="")
        head = replace(head, made_us=made_us, patient=patient, listened=listened)
    by = await counted_by(kept, signed.preset if signed else begun_with(facts), preset)
    steps = await kept.transitions(session)
    actors = {one.actor for one in facts} | {one.actor for one in steps}
    return Source(
        facts=facts,
        readings=await readings_of(kept, session, facts),
        transitions=steps,
        preset=by,
        apart=await kept.apart(seated.opened_us - APART_US),
        letterhead=signed or replace(head, preset=by.hash).naming(actors),
    )
