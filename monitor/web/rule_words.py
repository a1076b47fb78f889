"""What a rule of the alarm preset looks at, in plain words and with units. Judges nothing."""

from __future__ import annotations

from monitor.alerts import AlarmState
from monitor.alerts.states import Reason
from monitor.board.slots import UNITS
from monitor.conditions import AlarmCondition, Clause, Column, Form
from monitor.vitals import NIBP

STANDS = {
    AlarmState.IDLE: "none",
    AlarmState.PENDING: "waiting for its delay",
    AlarmState.ACTIVE_UNACK: "on, not seen yet",
    AlarmState.ACTIVE_ACK: "on, acknowledged",
    AlarmState.LATCHED_UNACK: "over, not seen yet",
    AlarmState.RESOLVED: "over",
}
"""Where an alarm stands, as a person says it."""
HAPPENED = {
    Reason.CONDITION_PRESENT: "it lasted as long as its delay",
    Reason.CONDITION_AGAIN: "it is there again",
    Reason.CONDITION_ENDED: "back within limits for long enough",
    Reason.RE_ALARM: "still there a while after it was acknowledged",
    Reason.WORSE: "worse than when a person looked",
    Reason.PHASE: "not watched for in this phase",
    Reason.UNUSABLE: "ended by a person: no usable data",
    Reason.MOVED: "the patient moved to another chair",
    Reason.ASSIGNED: "assigned: it was on at the chair before the patient was there",
    Reason.LIMIT_BINDS: "limit changed: ends well within it",
    Reason.LIMIT_RELAXED: "limit changed: ends as soon as it is within it",
}
"""Why it took a step, where the engine's own word is not plain."""
SAID_OF_IT = {
    Form.CHANGE: "{what} is far from what it was a minute or two before",
    Form.INTEGRAL: "{what} is {beyond} for too long: depth and time add up",
    Form.DIPS: "{what} is {beyond} again and again in a short time",
    Form.DISAGREEMENT: "Two sources of {what} disagree",
    Form.RISE: "{what} rose far from one cuff reading to the next",
    Form.REPORTED: "The monitor says that it has no good {what}",
    Form.SILENT_VITAL: "No valid {what} comes from the monitor",
}
"""Of the vital sign itself."""
NO_NUMBER = {
    Form.PULSELESS: "No pulse is counted although the probe is on",
    Form.PULSE_LOST: "The probe is on and has lost its pulse",
    Form.ENTRY: "A score that was entered at the chair",
    Form.SILENT_LINK: "Nothing comes from the monitor",
    Form.OVERDUE: "No valid cuff reading for longer than the interval allows",
    Form.UNASSIGNED_DATA: "Values come from a chair at which no patient is seated",
    Form.ASSERTED: "The system watches this itself",
}


def stands(state: str) -> str:
    """Where an alarm stands; the stored word where this version has none."""
    return next((said for known, said in STANDS.items() if known.value == state), state)


def happened(reason: str) -> str:
    """Why it took a step."""
    return next((said for known, said in HAPPENED.items() if known.value == reason), reason)


def looks_at(condition: AlarmCondition) -> str:
    """What the rule says is the matter."""
    if condition.form in SAID_OF_IT:
        what = condition.watched[0].codes.label
        beyond = _beyond(condition.any_of[0]) if condition.any_of else ""
        return SAID_OF_IT[condition.form].format(what=what, beyond=beyond)
    return NO_NUMBER.get(condition.form) or f"{_limited(condition)}{_kept(condition)}"


def unit(condition: AlarmCondition) -> str:
    """Of the rule's value and limit; "" where they have none."""
    if condition.form is Form.ENTRY or not condition.watched:
        return ""
    if condition.form is Form.DIPS:
        return "dips"
    own = screen_unit(condition.watched[0].codes.unit)
    return f"{own}·s" if condition.form is Form.INTEGRAL else own


def screen_unit(ucum: str) -> str:
    """A unit as the screens write it."""
    return UNITS.get(ucum, ucum)


def _limited(condition: AlarmCondition) -> str:
    sides = [f"{one.vital.codes.label} is {_side(one)} its limit" for one in condition.any_of]
    return " or ".join(dict.fromkeys(sides))


def _kept(condition: AlarmCondition) -> str:
    relative = any(one.limit[column].relative for one in condition.any_of for column in one.limit)
    at = " in a cuff reading" if condition.watched[0] in NIBP else ""
    return f"{at}, reckoned from the patient's baseline" if relative else at


def _beyond(clause: Clause) -> str:
    level = clause.limit.get(Column.INFUSION)
    plain = None if level is None else level.resolve(None)
    own = screen_unit(clause.vital.codes.unit)
    return f"{_side(clause)} its limit" if plain is None else f"{_side(clause)} {plain:g} {own}"


def _side(clause: Clause) -> str:
    return "above" if clause.comparison.high else "below"
