"""Blocks 1 to 4: who, whether it was safe to begin, what was given, and by what it was watched."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.care.arrival_terms import HoldTerms
from monitor.care.baseline import Cuff as Determination
from monitor.care.holding import counting, holds_of
from monitor.care.treatment import PumpAction, PumpStep
from monitor.history import BASELINE_WAIVED, LIMITS, edits_told
from monitor.report.in_force import ends_text, in_force
from monitor.report.model import Block, Said
from monitor.report.outages import self_test
from monitor.report.source import Source
from monitor.report.wording import NONE, label, listed, number, pressure
from monitor.review import Origin
from monitor.review.wording import ordered
from monitor.vitals import VitalSign

NOT_KNOWN = "not known"
RIGHT_S = 1
"""A clock that is off by no more is right: the times of most lines have whole seconds."""


def header(source: Source) -> Block:
    """Block 1."""
    session, patient = source.session, source.letterhead.patient
    person = listed(
        [patient.person, patient.initials, patient.born and f"born {patient.born}"]
        if patient
        else []
    )
    order = source.treatment.order
    said = [
        Said("Patient", session.patient_ref + ("" if person == NONE else f" ({person})")),
        Said("Chair", source.words.label(session.chair)),
        Said("Date", f"{source.at(session.opened_us, '%Y-%m-%d')}, {_zone(source)}"),
        Said("Seat to leave", f"{source.at(session.opened_us)} to {source.at(session.closed_us)}"),
        Said("Infusion", _numbered(source)),
        Said("Weight", f"{number(order.weight_kg)} kg" if order else NONE),
        Said("Sitter", _sitter(source)),
        Said("Staff", listed(_staff(source), "; ")),
    ]
    return Block(title="", said=tuple(said))


def _zone(source: Source) -> str:
    minutes = source.words.offset_minutes(source.session.opened_us)
    sign = "-" if minutes < 0 else "+"
    return f"{source.letterhead.zone}, UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _numbered(source: Source) -> str:
    arrival = source.arrival
    planned = f"{source.session.planned_minutes} min planned"
    if not arrival.infusion:
        return planned
    of = f" of {source.letterhead.course_infusions}" if source.letterhead.course_infusions else ""
    return f"{arrival.infusion}{of} in course {arrival.course}, {planned}"


def _sitter(source: Source) -> str:
    sitter = source.arrival.sitter
    if sitter is None:
        return "not entered"
    return listed([sitter.person, sitter.phone])


def _staff(source: Source) -> Iterator[str]:
    """Everybody who did something, as what, from when to when."""
    times: dict[str, list[int]] = {}
    acts = [(one.actor, one.at_us) for one in source.facts]
    acts += [(one.actor, one.at_us) for one in source.transitions]
    for actor, at_us in acts:
        if actor:
            times.setdefault(actor, []).append(at_us)
    for actor, at in sorted(times.items(), key=lambda one: (min(one[1]), one[0])):
        first, last = source.at(min(at)), source.at(max(at))
        span = first if first == last else f"{first} to {last}"
        role = source.letterhead.roles.get(actor)
        yield f"{source.words.person(actor)}{f' ({role})' if role else ''} {span}"


def gate(source: Source) -> Block:
    """Block 2."""
    arrival, questions = source.arrival, source.letterhead.questions
    said = [Said(questions.get(key, key), answer) for key, answer in arrival.answers.items()]
    if not said:
        said = [Said("Questions", "none answered")]
    hold = f"{_hold_limits(source)}; {_held(source)}" if source.letterhead.hold else "none set"
    said.append(Said("Hold limits", hold))
    said += [
        Said("Hold overridden", f"{one.words}: {one.reason} ({source.words.person(one.actor)})")
        for one in arrival.overrides
    ]
    said.append(Said("Baseline", _baseline(source)))
    if arrival.arms:
        said.append(
            Said("Arms", f"cuff {arrival.arms.cuff.value}, probe {arrival.arms.probe.value}")
        )
    for fact in source.facts:
        if fact.kind == BASELINE_WAIVED:
            who = source.words.person(fact.actor)
            said.append(Said("Baseline waived", f"{fact.data['reason']} ({who})"))
    return Block(title="2 Before", said=tuple(said))


def _hold_limits(source: Source) -> str:
    """What an infusion does not start beyond, each vital sign with its lowest and highest."""
    ends: dict[VitalSign, list[float | None]] = {}
    for key, vital, limit in HoldTerms(**source.letterhead.hold).stated():
        ends.setdefault(vital, [None, None])[not key.endswith("_min")] = limit
    return listed(f"{label(vital)} {ends_text(low, high)}" for vital, (low, high) in ends.items())


def _held(source: Source) -> str:
    """What was beyond them by the baseline and the last cuff reading before the infusion."""
    start_us = source.treatment.started_us
    cuffs = [
        Determination(
            at_us=one.at_us, device=one.device, systolic=one.systolic, diastolic=one.diastolic
        )
        for one in source.figures.cuffs
        if one.systolic is not None and one.diastolic is not None
        if start_us is None or one.at_us <= start_us
    ]
    readings = counting((source.session.baseline,), cuffs)
    if not readings:
        return "nothing measured"
    terms = HoldTerms(**source.letterhead.hold)
    holds = holds_of(source.arrival, readings, terms, ())
    return listed(one.words for one in holds) if holds else "none held"


def _baseline(source: Source) -> str:
    base = source.figures.baseline
    values = base.values
    parts = []
    if VitalSign.NIBP_SYSTOLIC in values or VitalSign.NIBP_DIASTOLIC in values:
        both = [values.get(one) for one in (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)]
        rests_on = f"n={len(base.cuffs)}" if base.cuffs else "stated"
        parts.append(f"BP {pressure(*both)} ({rests_on})")
    parts += [
        f"{label(one)} {values[one]}"
        for one in (VitalSign.HEART_RATE, VitalSign.SPO2)
        if one in values
    ]
    parts += [f"no {name}: {why}" for name, why in base.missing.items()]
    if base.origin not in (Origin.JUDGED, Origin.NONE):
        parts.append(base.origin.value)
    if base.reason:
        parts.append(f"{base.reason} ({source.words.person(base.by)})")
    return listed(parts)


def treatment(source: Source) -> Block:
    """Block 4."""
    given, end_us = source.treatment, source.figures.end_us
    order = given.order
    if order is None:
        said = [Said("Order", "none entered")]
    else:
        said = [
            Said(
                "Order",
                f"{order.drug} {order.concentration_mg_ml:g} mg/ml, lot {order.lot or NONE}",
            ),
            Said("Dose", f"{ordered(order)} in {order.minutes:g} min"),
        ]
    said.append(Said("Infused", f"{source.at(given.started_us)} to {source.at(given.stopped_us)}"))
    pauses = sum(step.action is PumpAction.PAUSE for step in given.steps)
    rates = [step for step in given.steps if step.rate_ml_h is not None]
    said.append(
        Said("Pump", f"{_rates(source, rates)}, {pauses} pause{'' if pauses == 1 else 's'}")
    )
    ml, mg = given.infused_ml(end_us), given.total_mg(end_us)
    total = "not known" if ml is None else f"{ml:.1f} ml"
    said.append(Said("Total", total if mg is None else f"{total}, {mg:.1f} mg"))
    sites = [one for one in source.events if one.event == "IV site"]
    if sites:
        checks = [f"{source.at(one.at_us)} {one.grade}".strip() for one in sites]
        said.append(Said("IV site", listed(checks)))
    return Block(title="4 Treatment, as entered by staff", said=tuple(said))


def _rates(source: Source, rates: list[PumpStep]) -> str:
    told = [f"{source.at(one.at_us)} {one.rate_ml_h:.4g} ml/h" for one in rates]
    return listed(told) if told else "no rate entered"


def equipment(source: Source) -> Block:
    """Block 3."""
    said = []
    if source.seen.simulated:
        said.append(Said("SIMULATED", "no patient's values"))
    said += _monitors(source)
    said.append(Said("Sound test", _sound_test(source)))
    said.append(Said("Alarm path", self_test(source)))
    said += _limits(source)
    for fact in source.facts:
        if fact.kind == LIMITS:
            told = [f"{key} {value:g}" for key, value in edits_told(fact.data).items()]
            who = source.words.person(fact.actor)
            said.append(Said(f"Set {source.at(fact.at_us)}", f"{listed(told)} ({who})"))
    said.append(Said("Preset", source.figures.preset.text()))
    return Block(title="3 Monitor and limits (mmHg, /min, %)", said=tuple(said))


def _monitors(source: Source) -> Iterator[Said]:
    """Each device: what it is, what it speaks over what, and how its clock stood to ours."""
    heard = {row.device for row in source.readings}
    for one in source.equipment:
        plate = {"model": one.model, "serial": one.serial, "firmware": one.firmware}
        known = [f"{name} {said}" for name, said in plate.items() if said and name != "model"]
        unknown = [name for name, said in plate.items() if not said]
        parts = [
            one.model,
            *known,
            f"{', '.join(unknown)} {NOT_KNOWN}" if unknown else "",
            f"{one.driver or 'protocol ' + NOT_KNOWN}{' by ' + one.link if one.link else ''}",
            _clock(one.behind_s),
            "" if one.device in heard else "sent nothing",
        ]
        yield Said(f"Monitor {one.device}", listed(parts))
    if not source.equipment:
        yield Said("Monitor", NONE)


def _clock(behind_s: int | None) -> str:
    if behind_s is None:
        return f"clock {NOT_KNOWN}"
    if abs(behind_s) <= RIGHT_S:
        return "clock right"
    return f"clock {abs(behind_s)} s {'behind' if behind_s > 0 else 'ahead'}"


def _sound_test(source: Source) -> str:
    """What somebody who listened to the alarm sounds said on that day."""
    one = source.letterhead.listened
    if one is None:
        return f"{NOT_KNOWN}, none entered that day"
    heard = "heard" if one.heard else "NOT HEARD"
    where = f" at {one.display}" if one.display else ""
    return f"{heard}{where} {source.at(one.at_us)} ({source.words.person(one.actor)})"


def _limits(source: Source) -> Iterator[Said]:
    """The limits that each phase ended with; phases that had the same stand together."""
    ended_with = {one.phase: one.text() for one in in_force(source)}
    phases: dict[str, list[str]] = {}
    for phase, text in ended_with.items():
        phases.setdefault(text, []).append(phase.value.capitalize())
    for text, names in reversed(phases.items()):
        yield Said(", ".join(names), text or "no limits")
