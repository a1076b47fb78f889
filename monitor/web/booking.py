"""Who comes when, as acts upon the API, and the day's list they make."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.observations import PERSON_MAX
from monitor.commands.acts import REASON_MAX
from monitor.commands.arriving import PHONE_MAX
from monitor.commands.booking import Book, CancelBooking, RegisterPatient
from monitor.displays import Clinic
from monitor.web.answers import Done, Execute
from monitor.web.present import Json
from monitor.web.today import Today

Reference = Annotated[str, Field(min_length=1, max_length=24)]
Id = Annotated[str, Field(max_length=40)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PatientBody(_Body):
    """A patient by pseudonym and initials; the rest where the clinic keeps it."""

    patient_ref: Reference
    initials: Annotated[str, Field(min_length=1, max_length=8)]
    person: Annotated[str, Field(max_length=PERSON_MAX)] = ""
    born: Annotated[str, Field(max_length=10)] = ""
    phone: Annotated[str, Field(max_length=PHONE_MAX)] = ""


class BookingBody(_Body):
    """Who has which chair, when by the clinic's clock (`2026-03-02T13:20`), and for how long.

    `booking` is the one that is made anew, "" for one more.
    """

    patient_ref: Reference
    chair: Annotated[str, Field(max_length=100)]
    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")]
    planned_minutes: int
    sitter: bool
    booking: Id = ""


class CancelBody(_Body):
    """Which booking stands no longer, and why."""

    patient_ref: Reference
    booking: Annotated[str, Field(min_length=1, max_length=40)]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]


def add_booking(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in: names are in the list where they are kept."""
    today = Today(clinic)

    @acts.get("/api/today")
    async def shown(request: Request, day: Annotated[date | None, Query()] = None) -> Json:
        """A day's bookings and sessions by chair; today's where none is said."""
        return await today.shown(day, request.state.actor)

    @acts.get("/api/patients")
    async def patients(find: Annotated[str, Query(max_length=60)] = "") -> Json:
        """The first patients whose reference, initials or name begin with that; none for ""."""
        return {"patients": today.patients(find)}

    @acts.post("/api/patients")
    async def register(request: Request, body: PatientBody) -> Done:
        """A patient is registered, or registered anew."""
        return await execute(RegisterPatient(actor=request.state.actor, **body.model_dump()))

    @acts.post("/api/bookings")
    async def book(request: Request, body: BookingBody) -> Done:
        """A chair is booked, or a booking made anew; answers its id."""
        told = body.model_dump(exclude={"at"})
        at = datetime.fromisoformat(body.at).replace(tzinfo=clinic.config.zone)
        at_us = round(at.timestamp() * 1e6)
        return await execute(Book(actor=request.state.actor, at_us=at_us, **told))

    @acts.post("/api/bookings/cancel")
    async def cancel(request: Request, body: CancelBody) -> Done:
        """A booking stands no longer."""
        return await execute(CancelBooking(actor=request.state.actor, **body.model_dump()))
