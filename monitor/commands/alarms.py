"""Acts upon alarms and their sound at one chair: acknowledge, audio pause, on the way."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.clinic import AckReason, Person
from monitor.commands.acts import Act, Desk, check_reason
from monitor.history import ACKNOWLEDGED, AUDIO_PAUSED, ENDED, Data

AUDIO_PAUSE_S = 120.0
GOING_S = 180.0
"""How long a chair shows who is on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Act):
    """A named person has seen this alarm, and says what it was or what was done."""

    alarm: str
    reason: AckReason = AckReason.SEEN

    def do(self, desk: Desk, person: Person) -> str:
        """The alarm's id."""
        ward = desk.ward
        reason = self.reason.value
        events = ward.engine.acknowledge(self.alarm, person.id, ward.clock.monotonic(), reason)
        chair = events[0].alarm.chair if events else ""
        ward.apply(events, chair)
        session = events[0].alarm.session if events else None
        data: Data = {"alarm": self.alarm, "reason": reason}
        desk.keep(ACKNOWLEDGED, person, data, chair, session)
        return self.alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUnusable(Act):
    """A named person ends a seen alarm of which no usable data come, and says why.

    `cuff_off`: of a cuff's alarm, that the cuff is off; `electrodes_off`: of a silent ECG's, that
    the electrodes were taken off on purpose.
    """

    alarm: str
    reason: str
    cuff_off: bool = False
    electrodes_off: bool = False

    def do(self, desk: Desk, person: Person) -> str:
        """The alarm's id."""
        check_reason(self.reason)
        ward, reason = desk.ward, self.reason.strip()
        now = ward.clock.monotonic()
        off = {"cuff_off": self.cuff_off, "electrodes_off": self.electrodes_off}
        events = ward.engine.end_unusable(self.alarm, person.id, now, reason, **off)
        ended = events[-1].alarm
        ward.apply(events, ended.chair)
        data: Data = {
            "alarm": self.alarm,
            "rule": ended.condition,
            "instance": ended.instance,
            "reason": reason,
        }
        desk.keep(ENDED, person, data, ended.chair, ended.session)
        return self.alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Going(Act):
    """A named person is on the way to a chair; every display says so for a while."""

    chair: str

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        desk.known_chair(self.chair)
        until_s = desk.ward.clock.monotonic() + GOING_S
        desk.ward.board.going(self.chair, person.name, until_s)
        desk.ward.apply([], self.chair)
        desk.keep_at(self.chair, "going", person, {})
        return self.chair


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAudio(Act):
    """Audio paused at one chair for 120 s; new and worsening alarms break through.

    A press during a pause changes nothing, and nothing of it is kept: what is kept comes back
    after a restart.
    """

    chair: str

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        desk.known_chair(self.chair)
        ward = desk.ward
        now = ward.clock.monotonic()
        events = ward.engine.pause_audio(self.chair, person.id, now, AUDIO_PAUSE_S)
        ward.apply(events, self.chair)
        if ward.engine.audio_paused_until(self.chair) == now + AUDIO_PAUSE_S:
            desk.keep_at(self.chair, AUDIO_PAUSED, person, {"seconds": AUDIO_PAUSE_S})
        return self.chair
