"""What happened in a session, in time and numbered: on the chart, in block 8 and in the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.care.harm import Harm
from monitor.care.notes import MANUAL_AFTER_US
from monitor.care.observations import Item
from monitor.care.session import entry_of
from monitor.care.treatment import PumpAction
from monitor.history import (
    LIMITS,
    STANDBY,
    SUSPENDED,
    FactRow,
    edits_told,
    happened_us,
    name_of,
    standing,
)
from monitor.report.source import Source
from monitor.report.wording import listed

SEVERE = "severe"
HARM = 6
"""The weight of an adverse event: before all else."""
SEEN = frozenset(
    {Item.SEDATION, Item.CONSCIOUSNESS, Item.OXYGEN, Item.NAUSEA, Item.LINE, Item.SITTER}
)
"""What of the entries is an event of the course; scores stand in block 11."""
WEIGHTY = frozenset({"drug given", "vomiting", "oxygen", "call button"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, in words; those of more `weight` stay on a full page.

    `harm` is what was said of it as an adverse event.
    """

    at_us: int
    text: str
    weight: int
    severe: bool = False
    harm: Harm | None = None


def happenings(source: Source) -> list[Happening]:
    """All of them in the order in which they happened."""
    found = [*_noted(source), *_entered(source), *_pump(source), *_set(source)]
    return sorted(found, key=lambda one: one.at_us)


def _by(source: Source, actor: str | None, at_us: int, entered_us: int) -> str:
    """Who said it, and when where that was later."""
    late = entered_us - at_us > MANUAL_AFTER_US
    manual = f", manual, entered {source.at(entered_us)}" if late else ""
    return f"({source.words.person(actor)}{manual})"


def _noted(source: Source) -> Iterator[Happening]:
    harms = _harms(source)
    for one in source.events:
        harm = harms.get(one.name)
        what = f"{one.event} {one.grade}".strip() + (f": {one.text}" if one.text else "")
        severe = one.grade == SEVERE
        yield Happening(
            at_us=one.at_us,
            text=f"{_marked(harm)}{what} {_by(source, one.actor, one.at_us, one.entered_us)}",
            weight=HARM if harm else 5 if severe else 3 + (one.event in WEIGHTY),
            severe=severe,
            harm=harm,
        )


def _entered(source: Source) -> Iterator[Happening]:
    """What was seen, when it is not what was seen before."""
    last, harms = dict[Item, object](), _harms(source)
    for fact in standing(source.facts):
        if fact.kind != "observed":
            continue
        entry, at_us = entry_of(fact), happened_us(fact)
        harm = harms.get(name_of(fact))
        again = entry.item not in SEEN or last.get(entry.item) == entry.value
        if again and harm is None:
            continue
        last[entry.item] = entry.value
        value = entry.value if isinstance(entry.value, str) else f"{entry.value:g}"
        yield Happening(
            at_us=at_us,
            text=f"{_marked(harm)}{entry.item.value} {value} "
            f"{_by(source, fact.actor, at_us, fact.at_us)}",
            weight=HARM if harm else 4 if value == SEVERE else 1,
            severe=value == SEVERE,
            harm=harm,
        )


def _harms(source: Source) -> dict[str, Harm]:
    """The adverse events by the names of what was marked."""
    return {one.of: one for one in source.harms}


def _marked(harm: Harm | None) -> str:
    if harm is None:
        return ""
    return "SERIOUS ADVERSE: " if harm.seriousness.serious else "ADVERSE: "


def _pump(source: Source) -> Iterator[Happening]:
    for step in source.treatment.steps:
        rate = "" if step.rate_ml_h is None else f" {step.rate_ml_h:.4g} ml/h"
        ends = step.action in (PumpAction.START, PumpAction.STOP)
        yield Happening(
            at_us=step.at_us,
            text=f"pump {step.action.value}{rate} "
            f"{_by(source, step.actor, step.at_us, step.entered_us)}",
            weight=4 if ends else 2,
        )


def _set(source: Source) -> Iterator[Happening]:
    """What staff set of the alarms."""
    for fact in source.facts:
        text = _alarms_set(fact)
        if text:
            who = _by(source, fact.actor, fact.at_us, fact.at_us)
            yield Happening(at_us=fact.at_us, text=f"{text} {who}", weight=2)


def _alarms_set(fact: FactRow) -> str:
    if fact.kind == LIMITS:
        told = [f"{key} {value:g}" for key, value in edits_told(fact.data).items()]
        return f"limits: {listed(told) if told else 'as in the preset'}"
    if fact.kind == SUSPENDED:
        return f"{fact.data['rule']} suspended: {fact.data.get('reason', '')}"
    return "alarms on standby" if fact.kind == STANDBY else ""
