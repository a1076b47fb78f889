"""What people see and enter at a chair, and its scores, for the chair's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.baseline import BASED
from monitor.care.observations import CHOICES, NUMBERS, PERSON_MAX, Item, newest
from monitor.care.scoring import scored, sedation_due_us
from monitor.clinic import Session
from monitor.commands.observing import Observe
from monitor.displays import Clinic
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

SessionId = Annotated[str, PathParameter(max_length=100)]


class EntryBody(BaseModel):
    """What was seen; `person` names a sitter who is present."""

    model_config = ConfigDict(extra="forbid")

    item: Item
    value: Annotated[str, Field(max_length=40)] | Annotated[float, Field(allow_inf_nan=False)]
    person: Annotated[str, Field(max_length=PERSON_MAX)] = ""


class Care:
    """One clinic's patients as their nurses see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def shown(self, session_id: str) -> Json:
        """Entries, scores and baseline of an open session. Raises `NotThere`."""
        ward, now_us = self._clinic.ward, self._clinic.clock.utc_us()
        session = ward.seating.find(session_id)
        if session is None:
            raise NotThere(f"there is no open session {session_id}")
        words = Words.of(self._clinic.config, self._clinic.people.names())
        score = scored(session, ward.lately(session), now_us, ward.preset)
        due_us = sedation_due_us(session, ward.preset)
        return {
            "session": session.id,
            "as_of": words.time(now_us),
            "entries": list(_entries(session, words)),
            "sedation_due": words.time(due_us, "%H:%M") if due_us else "",
            "sedation_overdue": due_us is not None and now_us > due_us,
            "news2": score.text,
            "news2_missing": [part.value for part in score.missing],
            "baseline": {one.value: session.baseline.get(one) for one in BASED},
            "baseline_missing": ", ".join(
                f"no {name}: {why}" for name, why in session.baseline_missing.items()
            ),
            "baseline_waived": session.baseline_waived,
        }


def _entries(session: Session, words: Words) -> Iterator[Json]:
    """Every item that can be entered, with its newest entry."""
    for item in Item:
        last = newest(session.observed, item)
        low, high, step = NUMBERS.get(item, (0.0, 0.0, 0.0))
        yield {
            "item": item.value,
            "choices": list(CHOICES.get(item, ())),
            "low": low,
            "high": high,
            "step": step,
            "value": last.value if last else None,
            "person": last.person if last else "",
            "time": words.time(last.at_us, "%H:%M") if last else "",
            "by": words.person(last.actor) if last else "",
        }


def add_care(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in: a sitter's name is in them."""
    care = Care(clinic)

    @acts.get("/api/sessions/{session}/care")
    async def shown(session: SessionId) -> Json:
        """What was entered, NEWS2, sedation due, baseline."""
        return care.shown(session)

    @acts.post("/api/sessions/{session}/observed")
    async def observed(request: Request, session: SessionId, body: EntryBody) -> Done:
        """A person enters what they see at the chair."""
        return await execute(
            Observe(
                session=session,
                item=body.item,
                value=body.value,
                person=body.person,
                actor=request.state.actor,
            )
        )
