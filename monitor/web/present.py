"""Stored rows as the JSON of `docs/api.md`: trends, alarm history, sessions, review.

Knows review's values, the clinic's zone and names; decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import floor

from monitor import review
from monitor.board.words import MARKS, hours_minutes, minutes_seconds
from monitor.care.notes import noted_of
from monitor.care.session import session_of
from monitor.conditions import Kind, Priority
from monitor.finding import Entry, Measured
from monitor.history import AUDIO_PAUSED, CONFIDENTIAL, FactRow, Told, TransitionRow
from monitor.review import GOOD, AlarmLife, Cuff, Review, Sample
from monitor.vitals import NIBP, VitalSign
from monitor.web.noted import correction_text, noted_text
from monitor.words import Words

Json = dict[str, object]
TABLE_STEP_US = 60_000_000


def series(traces: Mapping[VitalSign, Sequence[Sample]], from_us: int = 0) -> Json:
    """Traces by vital, as parallel lists of time, value and quality."""
    out: Json = {}
    for vital, line in traces.items():
        samples = [one for one in line if one.at_us >= from_us]
        out[vital.value] = {
            "at_ms": [one.at_us // 1_000 for one in samples],
            "values": [one.value for one in samples],
            "quality": [one.quality for one in samples],
        }
    return out


def cuff_list(cuffs: Iterable[Cuff], words: Words, from_us: int = 0) -> list[Json]:
    """Cuff readings in time."""
    return [
        {
            "at_ms": cuff.at_us // 1_000,
            "time": words.time(cuff.at_us, "%H:%M"),
            "systolic": cuff.systolic,
            "diastolic": cuff.diastolic,
            "mean": cuff.mean,
            "valid": cuff.valid,
            "reason": cuff.reason,
            "artefact": cuff.artefact,
            "marked_systolic": cuff.marked_systolic,
            "marked_diastolic": cuff.marked_diastolic,
            "manual": cuff.manual,
        }
        for cuff in cuffs
        if cuff.at_us >= from_us
    ]


def past_alarms(
    seen: Sequence[Told],
    apart: Sequence[TransitionRow],
    words: Words,
    now_us: int,
    wanted: Callable[[AlarmLife], bool] = lambda _: True,
) -> list[Json]:
    """Alarms of these sessions and of none that are wanted, newest first.

    One that began before its patient sat down is one alarm, with all its steps.
    """
    patients, pauses = {}, {}
    for one in seen:
        session = session_of(one.facts)
        patients[one.session] = session.patient_ref if session else ""
        pauses[one.session] = [row.at_us for row in one.facts if row.kind == AUDIO_PAUSED]
    steps = [*apart, *(step for one in seen for step in one.transitions)]
    lives = sorted(review.lives(steps), key=lambda life: -life.onset_us)
    return [
        past_alarm(
            life,
            patients.get(life.session or "", ""),
            pauses.get(life.session or "", []),
            words,
            now_us,
        )
        for life in lives
        if wanted(life)
    ]


def past_alarm(
    life: AlarmLife, patient: str, pauses_us: Sequence[int], words: Words, now_us: int
) -> Json:
    """One line of the alarm history."""
    end_us = life.ended_us or now_us
    paused = sum(life.raised_us <= at_us <= end_us for at_us in pauses_us)
    after_us = (life.acknowledged_us or life.raised_us) - life.raised_us
    return {
        "id": life.id,
        "session": life.session or "",
        "chair": life.chair,
        "label": words.label(life.chair) or "clinic",
        "patient": patient,
        "priority": life.priority,
        "marks": MARKS[Priority[life.priority]],
        "text": life.message,
        "technical": life.kind == Kind.TECHNICAL.value,
        "onset": words.time(life.onset_us),
        "date": words.time(life.onset_us, "%Y-%m-%d"),
        "onset_ms": life.onset_us // 1_000,
        "duration": minutes_seconds((end_us - life.onset_us) / 1e6),
        "ended_ms": None if life.ended_us is None else life.ended_us // 1_000,
        "state": life.state,
        "worst": "" if life.extreme is None else f"{round(life.extreme, 1):g}",
        "limit": "" if life.limit is None else f"{round(life.limit, 1):g}",
        "acknowledged_by": words.person(life.acknowledged_by),
        "acknowledged_after": f"{after_us // 1_000_000} s" if life.acknowledged_by else "",
        "acknowledged_as": life.acknowledged_as,
        "paused": f"{paused}x" if paused else "no",
    }


def session_line(entry: Entry, words: Words) -> Json:
    """One line of the list of sessions."""
    end_us, measured = entry.closed_us, entry.measured
    return {
        "id": entry.session,
        "chair": entry.chair,
        "label": words.label(entry.chair),
        "patient": entry.patient_ref,
        "infusion": entry.infusion,
        "phase": entry.phase.value,
        "date": words.time(entry.opened_us, "%Y-%m-%d"),
        "start": words.time(entry.opened_us, "%H:%M"),
        "end": words.time(end_us, "%H:%M") if end_us else "",
        "duration": hours_minutes((end_us - entry.opened_us) / 1e6) if end_us else "",
        "planned_minutes": entry.planned_minutes,
        "alarms": alarm_count(entry.high + entry.medium + entry.low, entry.high),
        "open": end_us is None,
        "rise": "" if measured is None or measured.rise is None else f"{measured.rise:+g}",
        "lowest_spo2": _whole(measured.lowest_spo2) if measured else "",
        "ready": _ready(measured),
        "signed": entry.signed,
    }


def _ready(measured: Measured | None) -> str:
    if measured is None or measured.ready_minutes is None:
        return ""
    return f"{floor(measured.ready_minutes)} min"


def alarm_count(alarms: int, high: int) -> str:
    """`5 (1 !!!)`: how many, and how many of them HIGH."""
    return f"{alarms} ({high} !!!)" if high else str(alarms)


def session_detail(seen: Review, entry: Entry, facts: Sequence[FactRow], words: Words) -> Json:
    """The head of a session's review."""
    session = seen.session
    return {
        **session_line(entry, words),
        "mode": "demo" if seen.simulated else "real",
        "opened_ms": session.opened_us // 1_000,
        "closed_ms": _ms(session.closed_us),
        "infusion_start_ms": _ms(session.infusion_started_us),
        "infusion_end_ms": _ms(session.infusion_ended_us),
        "utc_offset_min": words.offset_minutes(session.opened_us),
        "phases": [
            {
                "phase": span.phase.value,
                "from_ms": span.from_us // 1_000,
                "to_ms": _ms(span.to_us),
                "time": words.time(span.from_us, "%H:%M"),
            }
            for span in seen.phases
        ],
        "facts": [
            {
                "at_ms": one.at_us // 1_000,
                "time": words.time(one.at_us),
                "entered": words.time(one.fact.at_us),
                "text": noted_text(one, words),
                "actor": words.person(one.fact.actor),
                "manual": one.manual,
                "withdrawn": one.withdrawn,
                "corrections": [correction_text(told, words) for told in one.corrections],
            }
            for one in noted_of(facts)
            if one.fact.kind not in CONFIDENTIAL
        ],
    }


def readings_table(seen: Review, words: Words) -> list[Json]:
    """The chart's twin: one row a minute that has anything, newest value of the minute."""
    start_us = seen.session.infusion_started_us or seen.session.opened_us
    cells: dict[int, Json] = {}
    for vital, line in seen.traces.items():
        newest = {one.at_us // TABLE_STEP_US: one for one in line if one.value is not None}
        for sample in newest.values():
            mark = "" if sample.quality == GOOD else "?"
            _row(cells, sample.at_us)[vital.value] = f"{sample.value:g}{mark}"
    for cuff in seen.cuffs:
        if cuff.valid:
            _row(cells, cuff.at_us)["BP"] = f"{_whole(cuff.systolic)}/{_whole(cuff.diastolic)}"
    names = [vital.value for vital in seen.traces if vital not in NIBP]
    return [
        {
            "time": words.time(minute * TABLE_STEP_US, "%H:%M"),
            "minute": str((minute * TABLE_STEP_US - start_us) // TABLE_STEP_US),
            "BP": row.get("BP", ""),
            **{name: row.get(name, "") for name in names},
        }
        for minute, row in sorted(cells.items())
    ]


def _row(cells: dict[int, Json], at_us: int) -> Json:
    return cells.setdefault(at_us // TABLE_STEP_US, {})


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1_000


def _whole(value: float | None) -> str:
    return "--" if value is None else f"{value:g}"
