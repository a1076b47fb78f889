"""Who watches which chair, and the hand-over of a shift, for their pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.watching import (
    SEVERITIES,
    SHIFT_HANDED_OVER,
    SHIFT_OFFERED,
    Offer,
    offers_of,
)
from monitor.commands.watching import OfferShift, TakeShift, Watch
from monitor.displays import Clinic
from monitor.shift import chairs_now, clinic_alarms
from monitor.web.answers import Done, Execute
from monitor.web.naming import watchers
from monitor.web.present import Json
from monitor.words import Words

OFFERS_SHOWN = 10
CHAIRS_MAX = 200
Chair = Annotated[str, Field(max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WatchBody(_Body):
    """Which chairs somebody watches, and no others."""

    chairs: Annotated[list[Chair], Field(max_length=CHAIRS_MAX)]


class OfferBody(_Body):
    """Which chairs are handed over, and how ill each patient is."""

    severities: Annotated[
        dict[Chair, Annotated[str, Field(max_length=20)]], Field(max_length=CHAIRS_MAX)
    ]


class TakeBody(_Body):
    """Which hand-over is confirmed."""

    offer: Annotated[str, Field(max_length=60)]


class Shifts:
    """One clinic's shifts as those who hand over and take over see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def shown(self, actor: str) -> Json:
        """Every chair, who watches it, the clinic's own alarms, and the hand-overs of late."""
        clinic = self._clinic
        words = Words.of(clinic.config, clinic.people.names())
        watching = watchers(clinic)
        facts = clinic.ward.facts.ledger.shifts(SHIFT_OFFERED, SHIFT_HANDED_OVER)
        newest = offers_of(facts)[-OFFERS_SHOWN:]
        last = {one.giver: one.name for one in newest}
        return {
            "as_of": words.time(clinic.clock.utc_us()),
            "me": actor,
            "severities": list(SEVERITIES),
            "clinic": list(clinic_alarms(clinic.ward)),
            "chairs": [
                {
                    **asdict(one),
                    "watcher": words.person(watching.get(one.chair)),
                    "mine": watching.get(one.chair) == actor,
                }
                for one in chairs_now(clinic.ward)
            ],
            "offers": [
                _offer(one, words, waits=one.taken_by is None and last[one.giver] == one.name)
                for one in reversed(newest)
            ],
        }


def _offer(offer: Offer, words: Words, *, waits: bool) -> Json:
    return {
        "name": offer.name,
        "giver": offer.giver,
        "from": words.person(offer.giver),
        "offered": words.time(offer.offered_us, "%H:%M"),
        "date": words.time(offer.offered_us, "%Y-%m-%d"),
        "chairs": [
            {"label": words.label(chair), "severity": offer.severities.get(chair, "")}
            for chair in offer.chairs
        ],
        "open": offer.open,
        "limits": offer.limits,
        "due": offer.due,
        "clinic": offer.clinic,
        "to": words.person(offer.taken_by),
        "taken": words.time(offer.taken_us, "%H:%M") if offer.taken_us else "",
        "waits": waits,
    }


def add_shifts(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in."""
    shifts = Shifts(clinic)

    @acts.get("/api/shift")
    async def shown(request: Request) -> Json:
        """What one shift tells the next of each chair, and the hand-overs of late."""
        return shifts.shown(request.state.actor)

    @acts.post("/api/watch")
    async def watch(request: Request, body: WatchBody) -> Done:
        """Who is signed in watches these chairs from now on, and no others."""
        return await execute(Watch(chairs=body.chairs, actor=request.state.actor))

    @acts.post("/api/shift/offer")
    async def offer(request: Request, body: OfferBody) -> Done:
        """Who is signed in hands these chairs over."""
        return await execute(OfferShift(severities=body.severities, actor=request.state.actor))

    @acts.post("/api/shift/take")
    async def take(request: Request, body: TakeBody) -> Done:
        """Who is signed in confirms a hand-over and watches its chairs from now on."""
        return await execute(TakeShift(offer=body.offer, actor=request.state.actor))
