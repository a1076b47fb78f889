"""What a CSV cannot say of itself, as JSON beside it: session, units, codes, alarms, events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from monitor.care.harm import Harm, harms_of
from monitor.exports.cells import iso
from monitor.exports.dossier import SOFTWARE, Dossier
from monitor.exports.minutes_csv import ABSENT, DOUBTFUL, GOOD
from monitor.review import AlarmLife
from monitor.vitals import Validity

Json = dict[str, object]
LAYOUT = 1


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """One JSON object (RFC 8259)."""
    yield json.dumps(told(dossier), ensure_ascii=False, indent=1).encode() + b"\n"


def told(dossier: Dossier) -> Json:
    """The object."""
    session = dossier.session

    def time(at_us: int | None) -> str | None:
        return None if at_us is None else iso(dossier.local(at_us))

    return {
        "layout": LAYOUT,
        "software": SOFTWARE,
        "made_at": time(dossier.made_us),
        "clinic": dossier.clinic,
        "time_zone": str(dossier.zone),
        "de_identified": dossier.deidentified,
        "simulated": dossier.simulated,
        "session": session.id,
        "chair": session.chair,
        "patient_ref": session.patient_ref,
        "planned_minutes": session.planned_minutes,
        "opened_at": time(session.opened_us),
        "infusion_started_at": time(session.infusion_started_us),
        "infusion_ended_at": time(session.infusion_ended_us),
        "closed_at": time(session.closed_us),
        "baseline": {vital.value: value for vital, value in session.baseline.items()},
        "vitals": {
            vital.value: {
                "name": vital.codes.name,
                "unit_ucum": vital.codes.unit,
                "loinc": vital.codes.loinc,
                "mdc": vital.codes.mdc,
                "mdc_name": vital.codes.mdc_name,
            }
            for vital in dossier.vitals
        },
        "validities": [validity.value for validity in Validity],
        "qualities_of_minutes": [GOOD, DOUBTFUL, ABSENT],
        "readings": len(dossier.readings),
        "events": [
            {
                "at": time(one.at_us),
                "kind": one.kind,
                "text": one.text,
                "actor": one.actor or None,
            }
            for one in dossier.happenings()
        ],
        "adverse_events": [_harm(one, time) for one in harms_of(dossier.facts)],
        "alarms": [_alarm(one, time) for one in dossier.alarms],
    }


_Time = Callable[[int | None], str | None]


def _harm(harm: Harm, time: _Time) -> Json:
    return {
        "at": time(harm.at_us),
        "marked_at": time(harm.marked_us),
        "event": harm.what,
        "serious": harm.seriousness.serious,
        "seriousness": harm.seriousness.value,
        "done": [one.value for one in harm.done],
        "outcome": harm.outcome.value,
        "actor": harm.actor or None,
    }


def _alarm(alarm: AlarmLife, time: _Time) -> Json:
    return {
        "id": alarm.id,
        "condition": alarm.condition,
        "kind": alarm.kind,
        "priority": alarm.priority,
        "message": alarm.message,
        "onset_at": time(alarm.onset_us),
        "raised_at": time(alarm.raised_us),
        "ended_at": time(alarm.ended_us),
        "extreme": alarm.extreme,
        "limit": alarm.limit,
        "episodes": alarm.episodes,
        "acknowledged_at": time(alarm.acknowledged_us),
        "acknowledged_by": alarm.acknowledged_by,
        "acknowledged_as": alarm.acknowledged_as or None,
    }
