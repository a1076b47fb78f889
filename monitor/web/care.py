"""What people see and enter at a chair, and its scores, for the chair's page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.care.attribution import readings_of
from monitor.care.baseline import BASED, measure, told
from monitor.care.observations import CHOICES, NUMBERS, PERSON_MAX, Item, newest
from monitor.care.scoring import scored, sedation_due_us
from monitor.care.session import DOUBTS, IN_DOUBT, TOO_LATE
from monitor.clinic import Session
from monitor.commands.observing import Observe
from monitor.displays import Clinic
from monitor.web.acting import LateBody, Offers, SessionId
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

MEASURED = {
    IN_DOUBT: "measured by the right device",
    TOO_LATE: "measured before the corrected start",
}
"""How a baseline in doubt is measured again, by why it is."""


class EntryBody(LateBody):
    """What was seen; `person` names a sitter who is present."""

    item: Item
    value: Annotated[str, Field(max_length=40)] | Annotated[float, Field(allow_inf_nan=False)]
    person: Annotated[str, Field(max_length=PERSON_MAX)] = ""


class Care:
    """One clinic's patients as their nurses see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    async def shown(self, session_id: str) -> Json:
        """Entries, scores and baseline of an open session. Raises `NotThere`."""
        ward, now_us = self._clinic.ward, self._clinic.clock.utc_us()
        session = ward.seating.find(session_id)
        if session is None:
            raise NotThere(f"there is no open session {session_id}")
        words = self._clinic.words
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
            "baseline_again": await self._measured_again(session),
        }

    async def _measured_again(self, session: Session) -> Json | None:
        """What counts as measured before the infusion, while the baseline is in doubt."""
        doubts = DOUBTS & set(session.baseline_missing.values())
        if not doubts:
            return None
        ward, now_us = self._clinic.ward, self._clinic.clock.utc_us()
        facts = ward.facts.ledger.of(session.id)
        rows = await readings_of(self._clinic.history, session.id, facts)
        start_us = session.infusion_started_us or now_us
        before = [row for row in rows if row.sampled_at_us <= start_us and not row.late]
        found = await asyncio.to_thread(measure, before, start_us, ward.preset)
        values = {vital.value: value for vital, value in found.values.items()}
        why = IN_DOUBT if IN_DOUBT in doubts else TOO_LATE
        return {
            "values": values,
            "missing": told(found.missing),
            "how": MEASURED[why],
            "why": why.partition(",")[0],
        }


def _entries(session: Session, words: Words) -> Iterator[Json]:
    """Every item that can be entered, with its newest entry."""
    for item in Item:
        last = newest(session.observed, item)
        yield {
            **item_shown(item),
            "value": last.value if last else None,
            "person": last.person if last else "",
            "time": words.time(last.at_us, "%H:%M") if last else "",
            "by": words.person(last.actor) if last else "",
        }


def item_shown(item: Item) -> Json:
    """What can be entered of an item: words to choose from, or numbers from `low` to `high`."""
    low, high, step = NUMBERS.get(item, (0.0, 0.0, 0.0))
    choices = list(CHOICES.get(item, ()))
    return {"item": item.value, "choices": choices, "low": low, "high": high, "step": step}


def add_care(acts: APIRouter, clinic: Clinic, offers: Offers) -> None:
    """The routes, for those who are signed in: a sitter's name is in them."""
    care = Care(clinic)

    @acts.get("/api/sessions/{session}/care")
    async def shown(session: SessionId) -> Json:
        """What was entered, NEWS2, sedation due, baseline."""
        return await care.shown(session)

    offers.offer(
        "observed",
        Observe,
        EntryBody,
        "A person enters what they see at the chair, or saw earlier.",
    )
