"""One infusion of a course in words: the cells of its column, and how it was closed."""

from __future__ import annotations

from typing import Final

from monitor.care.course import Infusion
from monitor.care.journal import Journal
from monitor.conditions import Priority
from monitor.review.wording import dose, minutes
from monitor.vitals import VitalSign
from monitor.web.present import Json
from monitor.words import Words

COLUMNS_OF_TABLE: Final = (
    "Dose",
    "Baseline",
    "Peak rise systolic",
    "Minutes over limits",
    "Lowest SpO2",
    "Alarms",
    "Ready after",
    "Side effects",
    "Sitter",
    "Journal",
    "Mood",
)
"""The table's rows, in order: `cells` gives one text for each."""
NOTHING: Final = "--"
SHORT: Final = {VitalSign.NIBP_SYSTOLIC: "SYS", VitalSign.NIBP_DIASTOLIC: "DIA"}


def cells(one: Infusion, words: Words, *, content: bool) -> list[str]:
    """An infusion's column. Moods only with `content`: what a patient wrote is confidential."""
    return [
        NOTHING if one.order is None else dose(one.order, one.given_mg),
        _baseline(one),
        _peak(one),
        _over(one),
        _lowest(one),
        _alarms(one),
        NOTHING if one.ready_min is None else f"{one.ready_min} min",
        _side_effects(one),
        _sitter(one),
        _journal(one.journal, words),
        _moods(one.journal, content=content),
    ]


def _side_effects(one: Infusion) -> str:
    """Each with its worst grade; and every adverse event with how serious it was."""
    counted = one.side_effects
    told = [" ".join(filter(None, each)) for each in (counted or {}).items()]
    told += [f"ADVERSE: {harm.what} ({harm.said()})" for harm in one.harms]
    return ", ".join(told) or ("not counted" if counted is None else "none")


def closing(one: Infusion, words: Words) -> Json:
    """Note and plan, signature and addenda."""
    note, signed = one.note, one.signed
    return {
        "plan": note.plan.value if note else "",
        "note": note.text if note else "",
        "noted": f"{words.person(note.actor)} {words.time(note.at_us, '%Y-%m-%d %H:%M')}"
        if note
        else "",
        "signed": f"{words.person(signed.actor)} {words.time(signed.at_us, '%Y-%m-%d %H:%M')}"
        if signed
        else "",
        "addenda": [
            {
                "by": f"{words.person(added.actor)} {words.time(added.at_us, '%Y-%m-%d %H:%M')}",
                "text": added.text,
            }
            for added in one.addenda
        ],
    }


def _baseline(one: Infusion) -> str:
    told = [one.baseline.get(vital) for vital in SHORT]
    heart, spo2 = one.baseline.get(VitalSign.HEART_RATE), one.baseline.get(VitalSign.SPO2)
    parts = ["/".join(NOTHING if value is None else str(value) for value in told)]
    parts += [f"HR {heart}"] if heart is not None else []
    parts += [f"SpO2 {spo2}"] if spo2 is not None else []
    return ", ".join(parts)


def _peak(one: Infusion) -> str:
    if one.peak_rise is None or one.peak_after_min is None:
        return NOTHING
    return f"{one.peak_rise:+.0f} mmHg at {one.peak_after_min} min"


def _over(one: Infusion) -> str:
    told = [
        f"{SHORT[vital]} > {limit:g}: {minutes(over)}"
        for (vital, limit), over in one.over_limits.items()
    ]
    return ", ".join(told) or NOTHING


def _lowest(one: Infusion) -> str:
    if one.lowest_spo2 is None or one.lowest_spo2_after_min is None:
        return NOTHING
    return f"{one.lowest_spo2:g} % at {one.lowest_spo2_after_min} min"


def _alarms(one: Infusion) -> str:
    high = one.alarms.get(Priority.HIGH, 0)
    count = sum(one.alarms.values())
    return f"{count} ({high} !!!)" if high else str(count)


def _sitter(one: Infusion) -> str:
    sitter = one.sitter
    if sitter is None:
        return NOTHING
    said = [
        word
        for word, holds in (
            ("stays", sitter.stays),
            ("drives", sitter.drives),
            ("briefed", sitter.briefed),
        )
        if holds
    ]
    return f"{sitter.person} ({', '.join(said)})" if said else sitter.person


def _journal(journal: Journal, words: Words) -> str:
    if journal.opened_us is None:
        return "no link"
    return ", ".join(
        f"day {one.day} {one.state.value}"
        + (f" {words.time(one.due_us, '%d %b')}" if one.entry is None else "")
        for one in journal.days
    )


def _moods(journal: Journal, *, content: bool) -> str:
    if not content:
        return NOTHING
    return ", ".join(f"day {one.day}: {one.mood}" for one in journal.entries) or NOTHING
