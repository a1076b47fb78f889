"""What is kept so that the same alarms can be judged again: each call upon the engine as a row.

Readings are in the record anyway; every other call that the alarms follow from
is a fact of the kind `INPUT`. A fact of the kind `RUN` begins a service's run:
its alarm ids' prefix, its clock's offset and its preset, whose text is a fact of
the kind `PRESET`. Knows the engine's calls; knows no clock, task or file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, get_type_hints

from pydantic import PlainSerializer, TypeAdapter

from monitor.alerts import AlarmEvent, Engine
from monitor.clock import Clock
from monitor.history import FactRow, FiringSample, ReadingRow, TransitionRow
from monitor.vitals import Reading, VitalSign

CLOCK = "clock"
"""An input beside the engine's calls: from here on the wall clock has another offset."""
UNHEARD = "unheard"
"""The same: the next readings of a device came with its goodbye and do not show its link up."""
RESUMED = "resumed"
"""The same: here the engine was told all that the record holds of before (see `resuming`)."""


def _in_order(vitals: frozenset[VitalSign]) -> list[str]:
    return sorted(vital.value for vital in vitals)


# A set has another order in each process: the same clinic would not give the same record.
_Measured = Annotated[frozenset[VitalSign], PlainSerializer(_in_order)]


@cache
def _adapters(call: str) -> Mapping[str, TypeAdapter[object]]:
    match call:
        case "clock":
            return {"epoch_us": TypeAdapter(int)}
        case "unheard":
            return {"device": TypeAdapter(str)}
        case "resumed":
            return {"asked_us": TypeAdapter(int), "now": TypeAdapter(float)}
    hints = get_type_hints(getattr(Engine, call))
    if call == "add_chair":
        hints["devices"] = Mapping[str, tuple[float, _Measured]]
    return {name: TypeAdapter(hint) for name, hint in hints.items() if name != "return"}


def encode(call: str, arguments: Mapping[str, object]) -> str:
    """A call's arguments as JSON; numbers come back bit by bit."""
    adapters = _adapters(call)
    kept = {
        name: adapters[name].dump_python(value, mode="json") for name, value in arguments.items()
    }
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def call_of(fact: FactRow) -> tuple[str, dict[str, object]]:
    """The call that an input tells of. Raises ValueError for one unknown."""
    call = str(fact.data["call"])
    return call, decode(call, str(fact.data["arguments"]))


def decode(call: str, text: str) -> dict[str, object]:
    """The arguments as they were. Raises ValueError for what this engine does not know."""
    if call not in (CLOCK, UNHEARD, RESUMED) and not callable(getattr(Engine, call, None)):
        raise ValueError(f"the record tells of a call {call!r} that this Chairside does not know")
    adapters = _adapters(call)
    return {name: adapters[name].validate_python(value) for name, value in json.loads(text).items()}


def transition_row(event: AlarmEvent, to_us: Callable[[float], int], preset: str) -> TransitionRow:
    """The step as the record keeps it, judged by the preset of that hash."""
    alarm = event.alarm
    return TransitionRow(
        alarm=alarm.id,
        ordinal=event.ordinal,
        session=alarm.session,
        chair=alarm.chair,
        condition=alarm.condition,
        instance=alarm.instance,
        kind=alarm.kind.value,
        priority=alarm.priority.name,
        from_state=event.from_state.value,
        to_state=alarm.state.value,
        reason=event.reason.value,
        at_us=to_us(event.at_s),
        onset_us=to_us(alarm.onset_s),
        sampled_at_us=None if event.sampled_s is None else to_us(event.sampled_s),
        value=alarm.value,
        limit=alarm.limit,
        extreme=alarm.extreme,
        episode=alarm.episode,
        message=alarm.message,
        preset=preset,
        actor=event.actor,
        note=event.note,
        baseline=alarm.baseline,
        fired_by=tuple(
            FiringSample(one.vital, to_us(one.at_s), one.value) for one in alarm.fired_by
        ),
        fired_count=alarm.fired_count,
        extreme_at_us=None if alarm.extreme_s is None else to_us(alarm.extreme_s),
    )


def reading_row(reading: Reading) -> ReadingRow:
    """The reading as the record keeps it."""
    return ReadingRow(
        sampled_at_us=reading.sampled_at_us,
        received_at_us=reading.received_at_us,
        chair=reading.chair,
        device=reading.device,
        session=reading.session,
        vital=reading.vital,
        value=reading.value,
        validity=reading.validity,
        mode=reading.mode,
        basis=reading.basis,
        reason=reading.reason,
        late=reading.late,
        boot=reading.boot,
        seq=reading.seq,
    )


def reading_again(row: ReadingRow, clock: Clock) -> Reading:
    """A stored reading as it came, on this run's clock."""
    return Reading(
        vital=row.vital,
        value=row.value,
        validity=row.validity,
        mode=row.mode,
        basis=row.basis,
        reason=row.reason,
        device=row.device,
        chair=row.chair,
        session=row.session,
        sampled_s=clock.to_monotonic(row.sampled_at_us),
        received_s=clock.to_monotonic(row.received_at_us),
        sampled_at_us=row.sampled_at_us,
        received_at_us=row.received_at_us,
        late=row.late,
        boot=row.boot,
        seq=row.seq,
    )
