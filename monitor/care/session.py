"""A session as its facts leave it, corrections among them heeded.

The same facts give the same session: live, after a restart, in a review years later.
Times are UTC microseconds. Knows no live value, clock, database or page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from monitor.care.baseline import samples_told, without
from monitor.care.observations import GIVEN, PRESENT, Entry, Item, noted
from monitor.care.rests import rests_on_another, rests_on_later
from monitor.care.treatment import PUMP, PumpAction, treatment_of
from monitor.clinic import Phase, Session
from monitor.history import (
    ARMS,
    BASELINE,
    BASELINE_CONFIRMED,
    BASELINE_WAIVED,
    CORRECTED,
    DEVICES_CORRECTED,
    HANDED_OVER,
    HAPPENED,
    LIMITS,
    MISSING,
    MOVED,
    OBSERVED,
    OF,
    PERSON,
    PHASE,
    SEATED,
    Data,
    FactRow,
    arms_told,
    baseline_told,
    corrected,
    edits_told,
    happened_us,
    name_of,
)
from monitor.vitals import VitalSign

IN_DOUBT = "measured on another patient (devices corrected), to be confirmed again"
"""Why a baseline is missing that rests on readings which are another session's."""
TOO_LATE = "measured after the infusion's corrected start, to be confirmed again"
"""Why one is missing that rests on readings from when the drug ran in, as is known since."""
DOUBTS = frozenset({IN_DOUBT, TOO_LATE})


def session_of(facts: Sequence[FactRow]) -> Session | None:
    """The session as its facts, in the order entered, leave it; None when it was never seated."""
    told_us = {
        str(fact.data[OF]): fact.at_us
        for fact in facts
        if fact.kind == CORRECTED and {HAPPENED, "value"} & fact.data.keys()
    }
    start_told_us = _start_told_us(facts)
    session: Session | None = None
    for fact in lived(facts):
        if fact.kind == SEATED and fact.session is not None:
            session = _seated(fact, fact.session)
        elif session is not None and fact.kind == OBSERVED:
            entry = replace(entry_of(fact), told_us=told_us.get(name_of(fact), fact.at_us))
            session = replace(session, observed=noted(session.observed, entry))
        elif session is not None and not _waived_before(session, fact, start_told_us):
            session = told_of(session, fact)
    return session


def _waived_before(session: Session, fact: FactRow, start_told_us: int) -> bool:
    """Was a baseline waived before it was known that the one measured is too late?"""
    too_late = TOO_LATE in session.baseline_missing.values()
    return fact.kind == BASELINE_WAIVED and too_late and fact.at_us < start_told_us


def _start_told_us(facts: Sequence[FactRow]) -> int:
    """When it was last said that the pump was started at another time than it was entered."""
    starts = [fact for fact in facts if fact.kind == PUMP]
    starts = [fact for fact in starts if fact.data.get("action") == PumpAction.START.value]
    names = {name_of(fact) for fact in starts}
    told = [fact for fact in starts if HAPPENED in fact.data]
    told += [fact for fact in facts if fact.kind == CORRECTED and fact.data[OF] in names]
    return max((fact.at_us for fact in told), default=0)


def told_of(session: Session, fact: FactRow) -> Session:
    """The session after one fact more of it, that corrects none."""
    tells = _TELLS.get(fact.kind)
    return tells(session, fact) if tells else session


def timed(facts: Sequence[FactRow]) -> list[FactRow]:
    """The facts as they stand, in the order entered, each phase at the time when it began.

    INFUSION begins when the pump was started and RECOVERY when it was stopped, as the
    pump's own facts say, whenever the phase was entered; a phase before them does not
    begin after them. When it was entered stays in `at_us`: by that alarms were judged.
    """
    told = corrected(facts)
    pump = treatment_of(told)
    begins = {Phase.INFUSION: pump.started_us, Phase.RECOVERY: pump.stopped_us}
    latest_us: int | None = None
    for place in reversed(range(len(told))):
        fact = told[place]
        if fact.kind != PHASE:
            continue
        own_us = happened_us(fact)
        at_us = begins.get(Phase(str(fact.data["phase"]))) or own_us
        at_us = at_us if latest_us is None else min(at_us, latest_us)
        if at_us != own_us:
            told[place] = replace(fact, data={**fact.data, HAPPENED: at_us})
            latest_us = at_us
    return told


def as_it_was(facts: Sequence[FactRow]) -> list[FactRow]:
    """The same in the order in which they happened, or began."""
    return sorted(timed(facts), key=happened_us)


def lived(facts: Sequence[FactRow]) -> list[FactRow]:
    """The facts as they stand, what was seen at the chair in the order in which it was seen.

    What was entered when it happened stays in the order entered, so that a wall clock
    that was stepped back turns nothing round.
    """
    told = timed(facts)
    moved = [one for one in told if one.kind in _SEEN and HAPPENED in one.data]
    if not moved:
        return told
    out = [one for one in told if one.kind not in _SEEN or HAPPENED not in one.data]
    for fact in sorted(moved, key=happened_us):
        place, at_us = len(out), happened_us(fact)
        while place > 1 and happened_us(out[place - 1]) > at_us:
            place -= 1
        out.insert(place, fact)
    return out


def _seated(fact: FactRow, session: str) -> Session:
    return Session(
        id=session,
        chair=fact.chair,
        patient_ref=str(fact.data["patient_ref"]),
        phase=Phase.PREPARE,
        opened_us=fact.at_us,
        phase_since_us=fact.at_us,
        planned_minutes=int(fact.data["planned_minutes"] or 0),
    )


def _handed_over(session: Session, fact: FactRow) -> Session:
    """Whoever took the patient over is there and was told everything."""
    at_us, actor, name = happened_us(fact), fact.actor or "", name_of(fact)
    person = str(fact.data.get(PERSON, ""))
    sitter = Entry(
        item=Item.SITTER, value=PRESENT, at_us=at_us, actor=actor, person=person, name=name
    )
    advice = Entry(item=Item.ADVICE, value=GIVEN, at_us=at_us, actor=actor, name=name)
    return replace(session, observed=noted(noted(session.observed, sitter), advice))


def observed_data(entry: Entry) -> Data:
    """What a person entered, as a fact keeps it."""
    named = {PERSON: entry.person} if entry.person else {}
    return {"item": entry.item.value, "value": entry.value, **named, **entry.parts}


def entry_of(fact: FactRow) -> Entry:
    """What a person entered, from an "observed" fact as it stands."""
    value = fact.data["value"]
    return Entry(
        item=Item(str(fact.data["item"])),
        value=value if isinstance(value, str) else float(value or 0.0),
        at_us=happened_us(fact),
        actor=fact.actor or "",
        person=str(fact.data.get(PERSON, "")),
        parts={
            key: said
            for key, said in fact.data.items()
            if key not in _OF_AN_ENTRY and isinstance(said, int)
        },
        name=name_of(fact),
        told_us=fact.at_us,
    )


_OF_AN_ENTRY = frozenset({"item", "value", PERSON, HAPPENED})
_SEEN = frozenset({OBSERVED, HANDED_OVER})


def _based(session: Session, fact: FactRow) -> Session:
    """The session with the baseline of a "baseline" fact."""
    missing = {
        key.removeprefix(MISSING): str(why)
        for key, why in fact.data.items()
        if key.startswith(MISSING)
    }
    return _confirmed(replace(session, baseline_missing=missing), fact)


def _confirmed(session: Session, fact: FactRow) -> Session:
    """Before the infusion: what is confirmed is in doubt no more."""
    values = baseline_told(fact.data)
    left = without(values)
    missing = {name: why for name, why in session.baseline_missing.items() if name in left}
    based = replace(
        session,
        baseline=values,
        baseline_rests=samples_told(fact.data),
        baseline_missing=missing,
    )
    start_us = session.infusion_started_us
    if start_us is None:
        return based
    rests = based.baseline_rests
    late = {one for one in values if rests_on_later(rests.get(one, ""), start_us)}
    return _doubted(based, late, TOO_LATE) if late else based


def _devices_corrected(session: Session, fact: FactRow) -> Session:
    """No baseline stands that was measured on somebody else, whatever was waived before."""
    lost = {
        vital
        for vital in session.baseline
        if rests_on_another(session.baseline_rests.get(vital, ""), fact.data)
    }
    return _doubted(session, lost, IN_DOUBT) if lost else session


def _doubted(session: Session, lost: AbstractSet[VitalSign], why: str) -> Session:
    """No baseline of these vital signs stands, for this reason, whatever was waived before."""
    values = {one: said for one, said in session.baseline.items() if one not in lost}
    before = without(session.baseline)
    missing = {name: why for name in without(values) if name not in before}
    return replace(
        session,
        baseline=values,
        baseline_missing={**session.baseline_missing, **missing},
        baseline_waived=False,
    )


def entered(session: Session, phase: Phase, at_us: int) -> Session:
    """The session after it went into `phase` at that time."""
    moved = replace(session, phase=phase, phase_since_us=at_us)
    if phase is Phase.INFUSION and session.infusion_started_us is None:
        moved = replace(moved, infusion_started_us=at_us)
    if session.phase is Phase.INFUSION:
        moved = replace(moved, infusion_ended_us=at_us)
    if phase is Phase.CLOSED:
        moved = replace(moved, closed_us=at_us)
    return moved


_TELLS: Mapping[str, Callable[[Session, FactRow], Session]] = {
    PHASE: lambda session, fact: entered(
        session, Phase(str(fact.data["phase"])), happened_us(fact)
    ),
    BASELINE: _based,
    BASELINE_CONFIRMED: _confirmed,
    LIMITS: lambda session, fact: replace(session, edits=edits_told(fact.data)),
    BASELINE_WAIVED: lambda session, _: replace(session, baseline_waived=True),
    MOVED: lambda session, fact: replace(session, chair=str(fact.data["to"]), moved_us=fact.at_us),
    ARMS: lambda session, fact: replace(session, arms=arms_told(fact.data)),
    OBSERVED: lambda session, fact: replace(
        session, observed=noted(session.observed, entry_of(fact))
    ),
    HANDED_OVER: _handed_over,
    DEVICES_CORRECTED: _devices_corrected,
}
"""What the session's value knows of each kind of fact; of all others, nothing."""
