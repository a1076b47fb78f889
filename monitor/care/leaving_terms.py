"""`[leaving]` of the configuration: what the sitter is told before the patient leaves."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from monitor.history import PRIVATE
from monitor.tables import Table

ADVICE_MAX = 12


class AdvicePoint(Table):
    """One point of advice: its key in the record, and in plain words what is said."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,39}$")]
    text: Annotated[str, Field(min_length=1, max_length=200)]


ADVICE = tuple(
    AdvicePoint(id=name, text=text)
    for name, text in (
        ("no-driving", "No driving, no cycling and no machinery until tomorrow."),
        ("no-decisions", "No contracts and no other legally binding decisions until tomorrow."),
        ("stays-tonight", "Somebody stays with the patient tonight."),
        ("whom-to-call", "Whom to call, by day and by night, is known: the number is at hand."),
    )
)
"""What the RCEM asks to be told after sedation, and whom to call (alarms.md 4.4)."""


class LeavingTable(Table):
    """`[leaving]`: points of advice for the sitter, in the order they are told.

    `call` is whom to call and how, as the sheet says it.
    """

    advice: Annotated[tuple[AdvicePoint, ...], Field(min_length=1, max_length=ADVICE_MAX)] = ADVICE
    call: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        names = [point.id for point in self.advice]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            raise ValueError(f"the point {twice[0]!r} stands there twice")
        taken = sorted(PRIVATE & set(names))
        if taken:
            raise ValueError(f"a point cannot be called {taken[0]!r}: it would look like a name")
        return self
