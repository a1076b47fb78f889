"""What the clinic asks and holds back for before an infusion, as its configuration says it.

The tables `[arrival]`, `[shift]` and `[privacy]`. Knows no patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from monitor.tables import Table
from monitor.vitals import VitalSign

QUESTIONS_MAX = 24
Figure = Annotated[float, Field(gt=0.0, le=400.0, allow_inf_nan=False)]
HOLD_VITALS = {
    "systolic_max": VitalSign.NIBP_SYSTOLIC,
    "systolic_min": VitalSign.NIBP_SYSTOLIC,
    "diastolic_max": VitalSign.NIBP_DIASTOLIC,
    "heart_max": VitalSign.HEART_RATE,
    "heart_min": VitalSign.HEART_RATE,
    "spo2_min": VitalSign.SPO2,
}
"""Which vital sign each hold limit is about; those that end in `_min` hold below."""


class Question(Table):
    """One `[[arrival.questions]]`: asked before the infusion, answered yes or no, or in words.

    With `must`, an answer that is missing or other holds the infusion back.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")]
    text: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["yes/no", "text"] = "yes/no"
    must: Literal["yes", "no", ""] = ""

    @model_validator(mode="after")
    def _must_be_answerable(self) -> Question:
        if self.kind == "text" and self.must:
            raise ValueError("an answer in words cannot be right or wrong: leave out must")
        return self


class HoldTerms(Table):
    """`[arrival.hold]`: mmHg, /min and %, above or below which an infusion does not start.

    Without an override by name; what is left out holds nothing back.
    """

    systolic_max: Figure | None = None
    systolic_min: Figure | None = None
    diastolic_max: Figure | None = None
    heart_max: Figure | None = None
    heart_min: Figure | None = None
    spo2_min: Figure | None = None

    def stated(self) -> Iterator[tuple[str, VitalSign, float]]:
        """Each limit that is set: its key, its vital sign, the limit."""
        for key, vital in HOLD_VITALS.items():
            limit = getattr(self, key)
            if limit is not None:
                yield key, vital, limit


class ArrivalTable(Table):
    """`[arrival]`: how many infusions make a course, what holds one back, and what is asked."""

    course_infusions: Annotated[int, Field(ge=1, le=99)] = 6
    hold: HoldTerms = HoldTerms()
    questions: Annotated[tuple[Question, ...], Field(max_length=QUESTIONS_MAX)] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> ArrivalTable:
        twice = [one for one, n in Counter(q.id for q in self.questions).items() if n > 1]
        if twice:
            raise ValueError(f"each question needs its own id; used twice: {', '.join(twice)}")
        return self


class ShiftTable(Table):
    """`[shift]`: after so many hours nobody watches a chair by what they said before."""

    hours: Annotated[float, Field(gt=0.0, le=24.0)] = 12.0


class PrivacyTable(Table):
    """`[privacy]`: whether names and dates of birth are kept, for people who are signed in.

    `shown` is what the chairs are called by where anybody looks: pseudonyms or initials.
    """

    names: bool = False
    shown: Literal["reference", "initials"] = "reference"
