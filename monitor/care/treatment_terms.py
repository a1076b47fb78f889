"""What a clinic sets of its treatments: `[care]` of `clinic.toml`. Knows no task and no page."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.tables import Table


def _rising(ends: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= ends[0] < ends[1]:
        raise ValueError("the lowest number stands first, and neither is below 0")
    return ends


Ends = Annotated[
    tuple[
        Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]
    ],
    AfterValidator(_rising),
]
"""The lowest and the highest number that is taken."""
Word = Annotated[str, Field(min_length=1, max_length=40)]
GRADES = ("mild", "moderate", "severe")


class EventTable(Table):
    """`[[care.events]]`: something that is entered in one touch, and by which number key.

    `grades` are the words it can have, from the mildest on; `every_minutes` says how
    often it is due while an infusion runs. A `side_effect` stands in the course.
    """

    name: Word
    key: Annotated[str, Field(pattern=r"^[0-9]?$")] = ""
    grades: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
    every_minutes: Annotated[float, Field(gt=0, le=240, allow_inf_nan=False)] | None = None
    side_effect: bool = False


EVENTS = (
    EventTable(name="nausea", key="1", grades=GRADES, side_effect=True),
    EventTable(name="vomiting", key="2", side_effect=True),
    EventTable(name="anxiety", key="3", grades=GRADES, side_effect=True),
    EventTable(name="dissociation", key="4", grades=(*GRADES, "over"), side_effect=True),
    EventTable(name="headache", key="5", grades=GRADES, side_effect=True),
    EventTable(name="oxygen", key="6", grades=("2 l/min", "4 l/min", "mask", "off")),
    EventTable(name="drug given", key="7"),
    EventTable(name="position", key="8", grades=("sitting", "reclined", "flat", "on the side")),
    EventTable(name="call button", key="9"),
    EventTable(name="note", key="0"),
    EventTable(name="IV site", grades=("clear", "pain", "swelling", "redness"), every_minutes=15.0),
)


def _apart(events: tuple[EventTable, ...]) -> tuple[EventTable, ...]:
    for words in ([one.name for one in events], [one.key for one in events if one.key]):
        twice = sorted({one for one in words if words.count(one) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands there twice")
    return events


class CareTable(Table):
    """`[care]`: what is usually given, between which numbers a treatment is believed, and events.

    Doses are mg and mg/kg, concentrations mg/ml, rates ml/h, weights kg.
    """

    drug: Word = "ketamine"
    concentration_mg_ml: Ends = (0.1, 100.0)
    dose_mg: Ends = (1.0, 300.0)
    dose_mg_kg: Ends = (0.1, 1.5)
    weight_kg: Ends = (30.0, 250.0)
    minutes: Ends = (10.0, 180.0)
    rate_ml_h: Ends = (0.1, 500.0)
    events: Annotated[
        tuple[EventTable, ...], Field(min_length=1, max_length=24), AfterValidator(_apart)
    ] = EVENTS
