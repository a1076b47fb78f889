"""Every act of a person, as a value: checked, done, committed, then answered.

A new act is a frozen class in a module of this package; nothing else has to
know it. Knows who may do what in which phase; knows no web framework, SQL or format.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from monitor.care.closing import signed_of
from monitor.care.session import session_of
from monitor.commands.acts import Act, Command, Desk, Past, PatientAct, SessionAct
from monitor.commands.alarms import (
    AUDIO_PAUSE_S,
    GOING_S,
    Acknowledge,
    EndUnusable,
    Going,
    PauseAudio,
)
from monitor.commands.arms import SetArms
from monitor.commands.basing import SetBaseline, WaiveBaseline
from monitor.commands.closing import AddAddendum, NoteAndPlan, Sign
from monitor.commands.correcting import Correct
from monitor.commands.journaling import CallAboutJournal, OpenJournal, WriteJournal
from monitor.commands.leaving import CloseAnyway, CloseSession, HandOver, TurnOver
from monitor.commands.limiting import ChangeLimits
from monitor.commands.moving import MovePatient
from monitor.commands.noting import ChartValues, NoteEvent
from monitor.commands.observing import EnterScore, Observe
from monitor.commands.quieting import EndStandby, EndSuspension, StandBy, SuspendRule
from monitor.commands.reviewing import MarkArtefact, ReviewBaseline
from monitor.commands.seating import EnterPhase, SeatPatient, session_id
from monitor.commands.sound import ChooseSpeaker, ListenedToSound
from monitor.commands.treating import NotePump, OrderInfusion
from monitor.config import Config
from monitor.errors import CommandRefused, NotAllowed
from monitor.history import REFUSED, FactRow
from monitor.people import People, refused
from monitor.sounding import Sounding
from monitor.ward import Ward

__all__ = [
    "AUDIO_PAUSE_S",
    "GOING_S",
    "Acknowledge",
    "Act",
    "AddAddendum",
    "CallAboutJournal",
    "ChangeLimits",
    "ChartValues",
    "ChooseSpeaker",
    "CloseAnyway",
    "CloseSession",
    "Command",
    "Commands",
    "Correct",
    "Desk",
    "EndStandby",
    "EndSuspension",
    "EndUnusable",
    "EnterPhase",
    "EnterScore",
    "Going",
    "HandOver",
    "ListenedToSound",
    "MarkArtefact",
    "MovePatient",
    "NoteAndPlan",
    "NoteEvent",
    "NotePump",
    "Observe",
    "OpenJournal",
    "OrderInfusion",
    "PatientAct",
    "PauseAudio",
    "ReviewBaseline",
    "SeatPatient",
    "SessionAct",
    "SetArms",
    "SetBaseline",
    "Sign",
    "StandBy",
    "SuspendRule",
    "TurnOver",
    "WaiveBaseline",
    "WriteJournal",
    "session_id",
]


EARLIER_MAX = 60
"""So many sessions of a patient are looked back upon: ten courses of six."""


class Commands:
    """Does commands upon the ward; each returns after its commit or raises `CommandRefused`."""

    def __init__(
        self, ward: Ward, config: Config, people: People, sounding: Sounding, past: Past
    ) -> None:
        self._desk = Desk(ward, config, sounding)
        self._people, self._past = people, past
        # Between reading a closed session's facts and adding one, nobody else adds one.
        self._one_at_a_time = asyncio.Lock()

    async def execute(self, command: Command) -> str:
        """Do it. Returns the id it concerns (alarm, chair or session) once it is committed.

        Raises `NotAllowed` or `CommandRefused`, with nothing changed, when the actor has
        no leave or the command does not fit; `StoreError` when it is done but not yet on disk.
        A refusal is kept, with who asked.
        """
        try:
            return await self._done(command)
        except (NotAllowed, CommandRefused) as refusal:
            keep = self._desk.ward.facts.keep_of_clinic
            keep(REFUSED, command.actor, refused(_named(command), refusal))
            raise

    async def _done(self, command: Command) -> str:
        person = self._people.allowed(command.actor, command.permission)
        command = await command.prepared(self._desk, self._past)
        if isinstance(command, Act):
            concerned = command.do(self._desk, person)
            await self._desk.ward.record.commit()
            return concerned
        if isinstance(command, PatientAct):
            async with self._one_at_a_time:
                earlier = await self._earlier(command.patient_ref)
                concerned = command.upon(self._desk, person, earlier)
                await self._desk.ward.record.commit()
            return concerned
        async with self._one_at_a_time:
            facts = await self._facts(command.session)
            session = session_of(facts)
            if session is None:
                raise CommandRefused(
                    "there is no session with that id",
                    why=f"the record knows no {command.session}",
                    fix="reload the page",
                )
            check_unsigned(command, facts)
            concerned = command.upon(self._desk, person, session, facts)
            await self._desk.ward.record.commit()
        return concerned

    async def write(self, entry: WriteJournal) -> None:
        """Keep what a patient wrote, once it is committed.

        Raises `CommandRefused` with nothing changed; `StoreError` when it is not yet on disk.
        """
        entry.by_patient(self._desk)
        await self._desk.ward.record.commit()

    async def _earlier(self, patient_ref: str) -> list[Sequence[FactRow]]:
        await self._desk.ward.record.commit()
        sessions = await self._past.sessions_of(patient_ref)
        return [await self._facts(session) for session in sessions[-EARLIER_MAX:]]

    async def _facts(self, session: str) -> Sequence[FactRow]:
        told = self._desk.ward.facts.ledger.of(session)
        if told:
            return told
        # What was told last is in the record first, so that it is read back here.
        await self._desk.ward.record.commit()
        return await self._past.facts(session)


def _named(command: Command) -> str:
    """What was asked for and where, in words: "change limits, chair 1"."""
    act = re.sub(r"(?<!^)(?=[A-Z])", " ", type(command).__name__).lower()
    places = ((name, getattr(command, name, "")) for name in ("chair", "session"))
    return ", ".join([act, *(f"{name} {where}" for name, where in places if where)])


def check_unsigned(command: SessionAct, facts: Sequence[FactRow]) -> None:
    """Raises `CommandRefused` for what would change a signed report."""
    if signed_of(facts) is not None and not command.after_signing:
        raise CommandRefused(
            "this report is signed",
            why="after the signature nothing of it is changed",
            fix="a clinician adds what is missing as an addendum",
        )
