"""A fact in a few words, for lists of events. Never who somebody is, nor anybody's free words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.care.arrival import HOLD_OVERRIDDEN, numbered
from monitor.care.baseline import BASED
from monitor.care.harm import ADVERSE, said, told_of
from monitor.care.notes import CHARTED, EVENT
from monitor.care.settings import CHANGED, SETTINGS
from monitor.care.treatment import ORDERED, PUMP
from monitor.history import (
    BASELINE,
    BASELINE_CONFIRMED,
    BASELINE_WAIVED,
    CONFIDENTIAL,
    CORRECTED,
    DEVICES_CORRECTED,
    HANDED_OVER,
    LIMITS,
    MISSING,
    OBSERVED,
    PHASE,
    PRIVATE,
    SEATED,
    TURNED_OVER,
    FactRow,
    edits_told,
)
from monitor.review.wording import by_weight
from monitor.vitals import VitalSign
from monitor.words import Words

TOLD_MAX = 6
"""So many of a fact's values are told at most, where its kind has no words of its own."""


def fact_text(fact: FactRow, words: Words) -> str:
    """A fact in a few words: by its kind, else its kind and the plain values it holds."""
    if fact.kind == HANDED_OVER:
        return _handed_over(fact, words)
    tells = _TELLS.get(fact.kind)
    return tells(fact) if tells else _plainly(fact)


def _plainly(fact: FactRow) -> str:
    """Times are told by their place in the list, what is private not at all."""
    if fact.kind in CONFIDENTIAL:
        return fact.kind
    told = [
        f"{key.replace('_', ' ')} {value_text(value)}"
        for key, value in fact.data.items()
        if key not in PRIVATE and not key.endswith(("_us", "_sha256")) and value not in (None, "")
    ]
    return f"{fact.kind}: {', '.join(told[:TOLD_MAX])}" if told else fact.kind


def value_text(value: object) -> str:
    """A value of a fact in words: yes or no, a number as short as it can be, or the word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _phase(fact: FactRow) -> str:
    text = f"phase {fact.data['phase']}"
    if fact.data.get("override"):
        text += f", overridden: {fact.data['override']} (missing: {fact.data['missing']})"
    return text


def _baseline(fact: FactRow) -> str:
    """The patient's own values, what is missing, and a person's reason."""
    values = [f"{one.value} {fact.data[one.value]}" for one in BASED if one.value in fact.data]
    missing = [
        f"no {key.removeprefix(MISSING)} ({why})"
        for key, why in fact.data.items()
        if key.startswith(MISSING)
    ]
    reason = fact.data.get("reason")
    text = "baseline " + ", ".join(values + missing)
    return f"{text}: {reason}" if reason else text


def _seated(fact: FactRow) -> str:
    infusion, course = numbered(fact.data)
    which = f", infusion {infusion} of course {course}" if infusion else ""
    return f"seated: {fact.data['patient_ref']}{which}"


def _limits(fact: FactRow) -> str:
    set_to = ", ".join(f"{key} {value:g}" for key, value in edits_told(fact.data).items())
    return f"limits set: {set_to or 'as in the preset'}"


def _acknowledged(fact: FactRow) -> str:
    said = f" as {fact.data['reason']}" if fact.data.get("reason") else ""
    return f"acknowledged {str(fact.data['alarm']).split('/')[1]}{said}"


def _handed_over(fact: FactRow, words: Words) -> str:
    """In the clinic's words; a point that it no longer has goes by its id."""
    given = {key for key, said in fact.data.items() if said is True}
    known = [text for point, text in words.advice.items() if point in given]
    points = [*known, *sorted(given - words.advice.keys())]
    return f"handed over to the sitter, told: {' '.join(points) or 'nothing'}"


def _turned_over(fact: FactRow) -> str:
    said = f"cuff {fact.data['cuff']}, probe {fact.data['probe']}"
    return f"{said}: {fact.data['reason']}" if fact.data.get("reason") else said


def _devices(fact: FactRow) -> str:
    which = f"{fact.data['device']} in place of {fact.data['instead']}"
    return f"devices corrected, {which}: {fact.data['reason']}"


def _ordered(fact: FactRow) -> str:
    data = fact.data
    weight = data.get("weight_kg")
    by = by_weight(float(data["dose_mg"] or 0), float(weight) if weight else None)
    dose, strength = value_text(data["dose_mg"]), value_text(data["concentration_mg_ml"])
    lot = f", lot {data['lot']}" if data.get("lot") else ""
    given = f"{data['drug']} {dose} mg{by} in {value_text(data['minutes'])} min"
    return f"ordered: {given}, {strength} mg/ml{lot}"


def _pump(fact: FactRow) -> str:
    rate = fact.data.get("rate_ml_h")
    return f"pump {fact.data['action']}" + (f" {value_text(rate)} ml/h" if rate is not None else "")


def _charted(fact: FactRow) -> str:
    stated = {one.value: fact.data.get(one.value) for one in VitalSign}
    values = [f"{name} {value_text(value)}" for name, value in stated.items() if value is not None]
    return f"by hand: {', '.join(values)} ({fact.data.get('source', '')})"


def _corrected(fact: FactRow) -> str:
    grade = fact.data.get("grade")
    how = "withdrawn" if fact.data.get("withdrawn") else f"now {grade}" if grade else "corrected"
    return f"an entry {how}: {fact.data['reason']}"


def _settings(fact: FactRow) -> str:
    changed = fact.data.get(CHANGED)
    return f"the clinic's settings changed: {changed}" if changed else "the clinic's settings kept"


def _adverse(fact: FactRow) -> str:
    return f"{ADVERSE}: {said(*told_of(fact.data))}"


_TELLS: Mapping[str, Callable[[FactRow], str]] = {
    SEATED: _seated,
    PHASE: _phase,
    BASELINE: _baseline,
    BASELINE_CONFIRMED: lambda fact: _baseline(fact).replace("baseline", "baseline confirmed:", 1),
    HOLD_OVERRIDDEN: lambda fact: f"gone over {fact.data['limits']}: {fact.data['reason']}",
    BASELINE_WAIVED: lambda fact: f"baseline waived: {fact.data['reason']}",
    LIMITS: _limits,
    OBSERVED: lambda fact: f"{fact.data['item']} {value_text(fact.data['value'])}",
    "acknowledged": _acknowledged,
    ORDERED: _ordered,
    PUMP: _pump,
    EVENT: lambda fact: f"{fact.data['event']} {fact.data.get('grade') or ''}".strip(),
    CHARTED: _charted,
    CORRECTED: _corrected,
    SETTINGS: _settings,
    ADVERSE: _adverse,
    TURNED_OVER: _turned_over,
    DEVICES_CORRECTED: _devices,
}
