"""Moving a patient to another chair, as an act upon the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.commands.moving import MovePatient
from monitor.web.acting import Body, Offers


class MoveBody(Body):
    """The chair that the patient goes to."""

    to: Annotated[str, Field(max_length=100)]


def add_moving(offers: Offers) -> None:
    """The route of the act."""
    offers.offer("move", MovePatient, MoveBody, "The session goes on in another, free chair.")
