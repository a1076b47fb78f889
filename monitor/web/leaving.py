"""The way out, for the chair's page and the recovery board: gate, scores, hand-over, turn-over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from monitor.care.arrival import arrival_of
from monitor.care.baseline import BASED
from monitor.care.handover import hand_over_of
from monitor.care.journal import journal_of
from monitor.care.latest import latest
from monitor.care.observations import PERSON_MAX, Item, newest
from monitor.care.readiness import MINUTE_US, Readiness
from monitor.care.scales import SCALES
from monitor.care.turnover import kept_of, why_kept
from monitor.clinic import Phase, Session
from monitor.commands import CloseAnyway, CloseSession, EnterScore, HandOver, TurnOver
from monitor.commands.leaving import YEAR_US, gate_of, missing_of
from monitor.displays import Clinic
from monitor.history import FactRow
from monitor.web.acting import Body, LateBody, Offers, Reason, Said, SessionId
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

OffOrKept = Annotated[str, Field(max_length=8)]
Key = Annotated[str, Field(max_length=60)]


class TurnOverBody(Body):
    """Cuff and probe are "off", or "kept" on for a reason."""

    cuff: OffOrKept
    probe: OffOrKept
    reason: Reason = ""


class CloseBody(TurnOverBody):
    """With `override`, a clinician's reason, the session is closed whatever is missing."""

    override: Reason = ""


class ScoreBody(LateBody):
    """A recovery score, its items by name, each 0, 1 or 2."""

    item: Item
    parts: Annotated[dict[Key, int], Field(max_length=8)]


class HandOverBody(LateBody):
    """Who takes the patient home, what they were told, and when the patient is next here."""

    sitter: Annotated[str, Field(max_length=PERSON_MAX)]
    points: Annotated[list[Key], Field(max_length=16)]
    next_ms: int | None = None
    journal_due_ms: int | None = None

    def told(self) -> Said:
        """In the record's own times."""
        return {
            "sitter": self.sitter,
            "points": tuple(self.points),
            "happened": self.happened,
            "next_us": _us(self.next_ms),
            "journal_due_us": _us(self.journal_due_ms),
        }


class Leaving:
    """One clinic's patients on their way out."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def shown(self, session_id: str) -> Json:
        """All that the leaving panel of an open session says. Raises `NotThere`."""
        ward = self._clinic.ward
        session = ward.seating.find(session_id)
        if session is None:
            raise NotThere(f"there is no open session {session_id}")
        facts, score = ward.facts.ledger.of(session_id), ward.preset.readiness.score
        return {
            **self._line(session, self._clinic.words),
            "score": score if score != "none" else "",
            "parts": score_parts(Item(score)) if score != "none" else [],
            **hand_over_asked(self._clinic, session, facts),
            "handed_over": self._handed_over(session),
            "held_by": missing_of(ward, session),
        }

    def board(self) -> Json:
        """Every chair in recovery, who has been there longest first, and who is still wired up."""
        ward, words = self._clinic.ward, self._clinic.words
        there = [one for one in ward.seating.all() if one.phase is Phase.RECOVERY]
        there.sort(key=lambda one: one.phase_since_us)
        return {
            "as_of": words.time(self._clinic.clock.utc_us()),
            "chairs": [self._line(one, words) for one in there],
            "not_turned_over": [
                {
                    "chair": chair.id,
                    "label": chair.label,
                    "kept": list(kept_of(left)),
                    "reason": why_kept(left),
                }
                for chair in self._clinic.config.chairs
                if kept_of(left := ward.facts.ledger.left(chair.id))
            ],
        }

    def _line(self, session: Session, words: Words) -> Json:
        """Where one patient stands on the way out; without a gate before RECOVERY."""
        now_us, ended_us = self._clinic.clock.utc_us(), session.infusion_ended_us
        gate = gate_of(self._clinic.ward, session) if session.phase is Phase.RECOVERY else None
        return {
            "session": session.id,
            "chair": session.chair,
            "label": words.label(session.chair),
            "patient": session.patient_ref,
            "phase": session.phase.value,
            "as_of": words.time(now_us),
            "minutes": None if ended_us is None else (now_us - ended_us) // MINUTE_US,
            "ready": gate.ready if gate else None,
            "checks": _checks(gate, now_us, words) if gate else [],
            "expected": _expected(gate, now_us, words) if gate else "",
            "vitals": self._vitals(session),
        }

    def _vitals(self, session: Session) -> list[Json]:
        """What is measured now beside what is usual for this patient."""
        ward, now_us = self._clinic.ward, self._clinic.clock.utc_us()
        now = latest(ward.lately(session), now_us, session.phase, ward.preset)
        return [
            {
                "vital": vital.value,
                "label": vital.codes.label,
                "now": now.get(vital),
                "baseline": session.baseline.get(vital),
                "percent": _percent(now.get(vital), session.baseline.get(vital)),
            }
            for vital in BASED
        ]

    def _handed_over(self, session: Session) -> Json | None:
        words = self._clinic.words
        told = hand_over_of(self._clinic.ward.facts.ledger.of(session.id))
        if told is None:
            return None
        return {
            "sitter": told.person,
            "points": sorted(told.points),
            "next": words.time(told.next_us, "%Y-%m-%d %H:%M") if told.next_us else "",
            "journal_due": (
                words.time(told.journal_due_us, "%Y-%m-%d %H:%M") if told.journal_due_us else ""
            ),
            "time": words.time(told.happened_us, "%H:%M"),
            "by": words.person(told.actor),
        }


def score_parts(item: Item) -> list[Json]:
    """The items of a recovery score, each with what it gives its points for."""
    return [
        {"name": part.name, "words": list(part.words), "full": part.full} for part in SCALES[item]
    ]


def hand_over_asked(clinic: Clinic, session: Session, facts: Sequence[FactRow]) -> Json:
    """What the hand-over of a session asks for, with what is known of its answers so far."""
    from_us = session.closed_us or clinic.clock.utc_us()
    booked = clinic.ward.facts.ledger.bookings.between(from_us, from_us + YEAR_US)
    next_us = [one.at_us for one in booked if one.patient_ref == session.patient_ref]
    days = journal_of(facts, from_us).days
    return {
        "advice": [{"id": one.id, "text": one.text} for one in clinic.config.leaving.advice],
        "sitter": _sitter(session, facts),
        "next_ms": next_us[0] // 1_000 if next_us else None,
        "journal_due_ms": days[0].due_us // 1_000 if days else None,
        "utc_offset_min": clinic.words.offset_minutes(from_us),
    }


def _sitter(session: Session, facts: Sequence[FactRow]) -> str:
    """Who is there, else who was named on arrival."""
    last = newest(session.observed, Item.SITTER)
    arrived = arrival_of(facts).sitter
    there = last.person if last else ""
    return there or (arrived.person if arrived else "")


def _checks(gate: Readiness, now_us: int, words: Words) -> list[Json]:
    return [
        {
            "name": one.name,
            "said": one.said,
            "holds": one.holds,
            "since": _since(one.failing_since_us, now_us, words),
        }
        for one in gate.checks
    ]


def _since(failing_us: int | None, now_us: int, words: Words) -> str:
    if failing_us is None:
        return ""
    return f"since {words.time(failing_us, '%H:%M')}, {(now_us - failing_us) // MINUTE_US} min"


def _expected(gate: Readiness, now_us: int, words: Words) -> str:
    """When time alone will have opened the gate; "" where that cannot be said."""
    if gate.ready:
        return "now"
    return words.time(max(now_us, gate.earliest_us), "%H:%M") if gate.earliest_us else ""


def _percent(value: float | None, base: int | None) -> int | None:
    return None if value is None or not base else round((value - base) * 100 / base)


def add_leaving(acts: APIRouter, clinic: Clinic, execute: Execute, offers: Offers) -> None:
    """The routes, for those who are signed in: a sitter's name is in them."""
    leaving = Leaving(clinic)

    @acts.get("/api/sessions/{session}/leaving")
    async def shown(session: SessionId) -> Json:
        """The leave gate item by item, scores, advice, hand-over, vital signs against baseline."""
        return leaving.shown(session)

    @acts.get("/api/recovery")
    async def board() -> Json:
        """Every chair in recovery and what each still lacks; chairs not turned over."""
        return leaving.board()

    offers.offer("score", EnterScore, ScoreBody, "A recovery score, item by item, now or earlier.")
    offers.offer(
        "hand-over",
        HandOver,
        HandOverBody,
        "The sitter was told each point of advice and takes the patient home, now or earlier.",
    )

    @acts.post("/api/sessions/{session}/close")
    async def close(request: Request, session: SessionId, body: CloseBody) -> Done:
        """The patient leaves; with a reason to override, whatever is missing."""
        said = body.model_dump(exclude={"override"})
        actor = request.state.actor
        if body.override:
            anyway = CloseAnyway(session=session, actor=actor, override=body.override, **said)
            return await execute(anyway)
        return await execute(CloseSession(session=session, actor=actor, **said))

    @acts.post("/api/chairs/{chair}/turn-over")
    async def turn_over(request: Request, chair: SessionId, body: TurnOverBody) -> Done:
        """What was kept on the patient who left is off by now."""
        return await execute(TurnOver(chair=chair, actor=request.state.actor, **body.model_dump()))


def _us(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms * 1_000
