"""One session as its review's page shows it: traces, events, infusion, alarms, figures, artefacts.

No names and no free words: whoever is on the clinic's net may look at a review.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor import review
from monitor.care.harm import harms_of
from monitor.care.notes import events_of
from monitor.care.observations import Item
from monitor.care.treatment import Treatment
from monitor.conditions import Preset
from monitor.history import (
    ARTEFACT,
    CORRECTED,
    FactRow,
    ReadingRow,
    Told,
    TransitionRow,
    name_of,
)
from monitor.review import Artefact, Figures
from monitor.review.suggestions import Suggestion, suggestions
from monitor.review.wording import ordered
from monitor.suspects import marked
from monitor.web import figured, present
from monitor.web.present import Json
from monitor.words import Words


def reviewed(
    facts: Sequence[FactRow],
    rows: Sequence[ReadingRow],
    steps: Sequence[TransitionRow],
    preset: Preset,
    words: Words,
    now_us: int,
    apart: Sequence[TransitionRow] = (),
) -> Json:
    """All of it. `with` holds the figures with artefacts, null while none is marked.

    `apart` holds the steps at the empty chair of alarms that were on before the patient sat.
    """
    seen = review.review(facts, rows, steps)
    found = review.figures(facts, rows, steps, preset)
    whole = found
    if found.artefacts:
        whole = review.figures(facts, rows, steps, preset, with_artefacts=True)
    told = Told(session=seen.session.id, facts=list(facts), transitions=list(steps))
    offered = suggestions(marked(facts, rows), found.artefacts, preset)
    return {
        **present.session_detail(seen, review.entry_of(facts, steps), facts, words),
        "start_ms": _ms(found.treatment.started_us),
        "stop_ms": _ms(found.treatment.stopped_us),
        "end_ms": found.end_us // 1_000,
        "stored": seen.readings,
        "series": present.series(seen.traces),
        "nibp": present.cuff_list(seen.cuffs, words),
        "events": _events(facts, words),
        "infusion": _infusion(found.treatment, found.end_us, words),
        "sedation": _sedation(found),
        "alarms": present.past_alarms([told], apart, words, now_us),
        "artefacts": [_artefact(one, words) for one in found.artefacts],
        "undone": _undone(facts, words),
        "suggestions": [_suggestion(one, words) for one in offered],
        "without": figured.figured(found, words),
        "with": figured.figured(whole, words) if found.artefacts else None,
        "table": present.readings_table(seen, words),
    }


def _events(facts: Sequence[FactRow], words: Words) -> list[Json]:
    harms = {one.of: one.said() for one in harms_of(facts)}
    return [
        {
            "at_ms": one.at_us // 1_000,
            "time": words.time(one.at_us, "%H:%M"),
            "text": " ".join(part for part in (one.event, one.grade) if part),
            "adverse": harms.get(one.name, ""),
            "manual": one.manual,
            "by": words.person(one.actor),
        }
        for one in events_of(facts)
    ]


def _infusion(treatment: Treatment, end_us: int, words: Words) -> Json:
    order, total_mg = treatment.order, treatment.total_mg(end_us)
    said = ""
    if order is not None:
        said = f"{order.drug} {ordered(order)} in {order.minutes:g} min"
    return {
        "order": said,
        "given": "" if total_mg is None else f"{total_mg:.1f} mg given",
        "lasted": f"{int(treatment.elapsed_s(end_us) // 60)} min without pauses",
        "runs": [
            {
                "from_ms": one.from_us // 1_000,
                "to_ms": _ms(one.to_us),
                "rate": "" if one.rate_ml_h is None else f"{one.rate_ml_h:g} ml/h",
            }
            for one in treatment.runs
        ],
        "steps": [
            {
                "at_ms": one.at_us // 1_000,
                "time": words.time(one.at_us, "%H:%M"),
                "text": one.action.value,
            }
            for one in treatment.steps
        ],
    }


def _sedation(found: Figures) -> list[Json]:
    entries = found.session.observed.get(Item.SEDATION, ())
    return [{"at_ms": one.at_us // 1_000, "value": one.value} for one in entries]


def _artefact(one: Artefact, words: Words) -> Json:
    return {
        "name": one.name,
        "from_ms": one.from_us / 1_000,
        "to_ms": one.to_us / 1_000,
        "vitals": sorted(vital.value for vital in one.vitals),
        "cause": one.cause.value,
        "span": f"{words.time(one.from_us)} to {words.time(one.to_us)}",
        "by": words.person(one.by),
        "marked": words.time(one.at_us, "%Y-%m-%d %H:%M"),
    }


def _undone(facts: Sequence[FactRow], words: Words) -> list[Json]:
    """Markings that were taken back, with who did it and when: the list forgets nothing."""
    marked_ = {name_of(one): one for one in facts if one.kind == ARTEFACT}
    return [
        {
            "cause": str(marked_[of].data["cause"]),
            "by": words.person(fact.actor),
            "at": words.time(fact.at_us, "%Y-%m-%d %H:%M"),
            "marked_by": words.person(marked_[of].actor),
        }
        for fact in facts
        if fact.kind == CORRECTED and fact.data.get("withdrawn")
        if (of := str(fact.data["of"])) in marked_
    ]


def _suggestion(one: Suggestion, words: Words) -> Json:
    return {
        "vital": one.vital.value,
        "from_ms": one.from_us / 1_000,
        "to_ms": one.to_us / 1_000,
        "span": f"{words.time(one.from_us)} to {words.time(one.to_us)}",
        "why": one.why,
    }


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1_000
