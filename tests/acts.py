"""What happens in a clinic, as acts: done upon the engine, and upon its scalar twins.

An act is (when, at which chair, what, its argument). Readings in it are of devices that
`DEVICES` names; whatever is refused changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.alerts import Alarm, AlarmEvent, AlarmState, Engine
from monitor.clinic import Phase
from monitor.conditions import Kind, Preset
from monitor.doubles import CONDITION as DOUBLED
from monitor.errors import CommandRefused
from monitor.vitals import VitalSign
from tests.judged import DIA, HR, PR, SPO2, SYS
from tests.judged import MEAN as MAP
from tests.scalar_twin import Step, Twin, TwinAlarm

Devices = dict[str, tuple[float, frozenset[VitalSign]]]
MONITOR = frozenset({HR, PR, SPO2, SYS, DIA, MAP, VitalSign.NIBP_PULSE_RATE})
OXIMETER = frozenset({PR, SPO2})
DEVICES: dict[str, Devices] = {
    "1": {"mon-1": (10.0, MONITOR)},
    "2": {"mon-2": (10.0, MONITOR - {MAP}), "oxi-2": (20.0, OXIMETER)},
    "3": {"oxi-3": (12.0, OXIMETER)},
    "spare": {"mon-s": (10.0, MONITOR)},
}
Act = tuple[float, str, str, object]
"""When, at which chair, what, and its argument."""


def engine_of(rules: Preset, order: Iterable[str] = DEVICES, run: str = "") -> Engine:
    """An engine with these chairs, in this order."""
    engine = Engine(rules, run=run)
    for chair in order:
        engine.add_chair(chair, DEVICES[chair], 0.0)
    return engine


def twins_of(rules: Preset) -> dict[str, Twin]:
    """A twin for each chair."""
    return {chair: Twin(rules, chair, devices, 0.0) for chair, devices in DEVICES.items()}


def told(event: AlarmEvent) -> Step:
    """An event as the twin tells it."""
    came_from, reason = event.from_state.value, event.reason.name
    return _tell(event.alarm, came_from, reason, event.at_s, event.sampled_s)


def stands(alarm: Alarm, at: float) -> Step:
    """An open alarm as it stands, told like a step."""
    return _tell(alarm, alarm.state.value, "", at, None)


def stands_at_twin(twin: Twin, alarm: TwinAlarm, at: float) -> Step:
    """The same of the twin's."""
    return twin.tell(alarm, alarm.state, "", at, None)


def _tell(alarm: Alarm, came_from: str, reason: str, at_s: float, sampled_s: float | None) -> Step:
    return Step(
        at_s=round(at_s, 6),
        alarm=alarm.id,
        came_from=came_from,
        state=alarm.state.value,
        reason=reason,
        sampled_s=sampled_s,
        priority=alarm.priority.name,
        session=alarm.session,
        onset_s=alarm.onset_s,
        value=alarm.value,
        limit=alarm.limit,
        worst=alarm.extreme,
        worst_s=alarm.extreme_s,
        episode=alarm.episode,
        by=alarm.acknowledged_by,
        superseded=alarm.superseded,
        data_lost=alarm.data_lost,
        audible=alarm.audible,
    )


def by_chair(events: Iterable[AlarmEvent]) -> dict[str, list[Step]]:
    """Each chair's events in their order."""
    out: dict[str, list[Step]] = {chair: [] for chair in DEVICES}
    for event in events:
        out[event.alarm.chair].append(told(event))
    return out


def lived(acts: Iterable[Act], engine: Engine) -> list[AlarmEvent]:
    """The acts upon an engine, one at a time."""
    events: list[AlarmEvent] = []
    for at, chair, what, argument in acts:
        events += engine.advance(at) + act(engine, at, chair, what, argument)
    return events


def lived_by_twins(acts: Iterable[Act], twins: Mapping[str, Twin]) -> None:
    """The same upon the twins."""
    for at, chair, what, argument in acts:
        act_twin(twins[chair], at, what, argument, twins)


# -------------------------------------------------------------------- upon the engine


def act(engine: Engine, at: float, chair: str, what: str, argument: object) -> list[AlarmEvent]:
    """One act upon the engine; a refusal changes nothing."""
    match what, argument:
        case "seat", (str() as session, Phase() as phase):
            events = engine.seat(chair, session, Phase.PREPARE, at)
            return events + engine.set_phase(chair, phase, at)
        case "phase", Phase() as phase:
            return engine.set_phase(chair, phase, at)
        case "frame", (str() as device, list() as readings):
            return engine.frame(device, at) + engine.observe(readings)
        case "baseline" | "limits", dict() as known:
            setting = engine.set_baseline if what == "baseline" else engine.set_limits
            return setting(chair, known, at)
        case "score", float() | None as score:
            return engine.enter_score(chair, score, "rk", at)
        case "move", str() as to:
            return engine.move(chair, to, at)
    events = engine.advance(at)
    try:
        return events + _person(engine, at, chair, what, argument)
    except CommandRefused:
        return events


def _person(engine: Engine, at: float, chair: str, what: str, argument: object) -> list[AlarmEvent]:
    """What the engine may refuse a person. Raises `CommandRefused`."""
    match what, argument:
        case "arms", bool() as shared:
            return engine.set_arms(chair, at, shared=shared)
        case "gate", (str() as device, bool() as lost):
            return engine.gate(device, at, lost=lost)
        case "two", bool() as two:
            since_s = at if two else None
            return engine.assert_technical(DOUBLED, chair, since_s, "TWO MONITORS SEND", at)
        case "acknowledge", (Kind() as kind, int() as which):
            alarms = [one.id for one in engine.alarms(chair) if one.kind is kind]
            return engine.acknowledge(picked(alarms, which), "rk", at) if alarms else []
        case "end", (Kind() as kind, int() as which, bool() as off):
            alarms = [one.id for one in engine.alarms(chair) if _seen(one, kind)]
            alarm = picked(alarms, which) if alarms else "none"
            says = {"cuff_off": off, "electrodes_off": off}
            return engine.end_unusable(alarm, "rk", at, "away", **says)
    return _silence(engine, at, chair, what, argument)


def _silence(
    engine: Engine, at: float, chair: str, what: str, argument: object
) -> list[AlarmEvent]:
    match what, argument:
        case "pause", float() as seconds:
            return engine.pause_audio(chair, "rk", at, seconds)
        case "suspend", (str() as rule, float() as seconds):
            return engine.suspend(chair, rule, at, seconds)
        case "end suspension", str() as rule:
            return engine.end_suspension(chair, rule, at)
        case "standby", float() as seconds:
            return engine.stand_by(chair, at, seconds)
        case "end standby", None:
            return engine.end_standby(chair, at)
    raise AssertionError(what)


def _seen(alarm: Alarm, kind: Kind) -> bool:
    return alarm.kind is kind and alarm.state is AlarmState.ACTIVE_ACK


def picked(ids: list[str], which: int) -> str:
    """One of them, counted round in the order of the alphabet."""
    return sorted(ids)[which % len(ids)]


# ---------------------------------------------------------------------- upon the twins


def act_twin(twin: Twin, at: float, what: str, argument: object, twins: Mapping[str, Twin]) -> None:
    """One act upon the twin of its chair."""
    match what, argument:
        case "seat", (str() as session, Phase() as phase):
            twin.seat(session, Phase.PREPARE, at)
            twin.set_phase(phase, at)
        case "phase", Phase() as phase:
            twin.set_phase(phase, at)
        case "frame", (str() as device, list() as readings):
            twin.frame(device, at)
            twin.observe(readings)
        case "baseline", dict() as baseline:
            twin.set_baseline(baseline, at)
        case "limits", dict() as edits:
            twin.set_limits(edits, at)
        case "score", float() | None as score:
            twin.enter_score(score, at)
        case "move", str() as to:
            twin.move(twins[to], at)
        case "two", bool() as two:
            twin.assert_technical(DOUBLED, at if two else None, at)
        case "arms", bool() as shared:
            twin.set_arms(shared, at)
        case "gate", (str() as device, bool() as lost):
            twin.gate(device, lost, at)
        case _:
            twin.advance(at)
            _person_twin(twin, at, what, argument)


def _person_twin(twin: Twin, at: float, what: str, argument: object) -> None:
    match what, argument:
        case "acknowledge", (Kind() as kind, int() as which):
            alarms = [one.id for one in twin.open() if one.rule.condition.kind is kind]
            if alarms:
                twin.acknowledge(picked(alarms, which), "rk", at)
        case "end", (Kind() as kind, int() as which, bool() as off):
            found = [one for one in twin.open() if one.rule.condition.kind is kind]
            alarms = [one.id for one in found if one.state == AlarmState.ACTIVE_ACK.value]
            if alarms:
                twin.end_unusable(picked(alarms, which), at, off=off)
        case "pause", float() as seconds:
            twin.pause(at, seconds)
        case "suspend", (str() as rule, float() as seconds):
            twin.suspend(rule, at, seconds)
        case "end suspension", str() as rule:
            twin.end_suspension(rule, at)
        case "standby", float() as seconds:
            twin.stand_by(at, seconds)
        case "end standby", None:
            twin.end_standby(at)
        case _:
            raise AssertionError(what)
