"""What people do at a chair: acknowledge, take sound away and give it back, enter a score.

Each act first takes what is due by then. Knows open alarms and silences; knows no
sample and no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.alerts.book import Book
from monitor.alerts.entries import Entries
from monitor.alerts.hearing import Hearing
from monitor.alerts.judging import Judging
from monitor.alerts.opened import Opened
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.states import AlarmEvent, AlarmState, Reason
from monitor.alerts.told import Telling, told
from monitor.alerts.watch import Watch
from monitor.conditions import Kind, Preset
from monitor.errors import CommandRefused


class Acting:
    """The half of the engine that people reach; `Engine` is the other, and makes the parts."""

    telling: Telling
    _preset: Preset
    _by_chair: Mapping[str, Place]
    _book: Book
    _judging: Judging
    _watch: Watch
    _entries: Entries
    _hearing: Hearing
    _overlays: Overlays
    _unsent: list[AlarmEvent]

    @told
    def acknowledge(self, alarm: str, actor: str, now: float, note: str = "") -> list[AlarmEvent]:
        """A person has seen it. Raises `CommandRefused` when there is nothing to acknowledge."""
        if not actor:
            raise CommandRefused(
                "nobody is named who acknowledges",
                why="an alarm is acknowledged by a person, and the record says by whom",
                fix="choose who you are at the top of the page",
            )
        found = self._book.find(alarm)
        if found is not None:
            self._unsent += self._settle(found[0], now)
            found = self._book.find(alarm)
        if found is None:
            raise CommandRefused(
                "this alarm is not open any more",
                why="it has ended or was acknowledged meanwhile",
                fix="look at the tile; the alarm history keeps it",
            )
        place, opened = found
        events = self._book.step(place, opened, Reason.ACKNOWLEDGED, now, actor=actor, note=note)
        if not events:
            raise CommandRefused(
                "this alarm is acknowledged already",
                why=f"by {opened.acknowledged_by}",
                fix="nothing to do; it sounds again if it gets worse",
            )
        opened.reference, opened.score_seen = place.values(), place.score
        self._watch.schedule(place, now)
        return self._sent(events)

    @told
    def end_unusable(
        self,
        alarm: str,
        actor: str,
        now: float,
        reason: str,
        *,
        cuff_off: bool = False,
        electrodes_off: bool = False,
    ) -> list[AlarmEvent]:
        """A person ends a seen alarm of which no valid data come; its rule begins anew (8a.15).

        Of a cuff's alarm they say that the cuff is off, of a silent ECG's that the electrodes
        are, on purpose: it is expected no more until it has been there again (8a.23).
        Raises `CommandRefused` for one that nobody acknowledged, of other equipment or of an
        entry, or with data lately.
        """
        found = self._book.find(alarm)
        if found is not None:
            self._unsent += self._settle(found[0], now)
            found = self._book.find(alarm)
        why = "it has ended meanwhile"
        if found is not None:
            why = self._why_usable(*found, now, cuff=cuff_off, electrodes=electrodes_off)
        if found is None or why:
            raise CommandRefused(
                "this alarm cannot be ended by a person",
                why=why,
                fix="look at the tile; acknowledge it, or mend what gives no data",
            )
        place, opened = found
        row = self._book.row_of(place, opened)
        events = self._book.step(place, opened, Reason.UNUSABLE, now, actor=actor, note=reason)
        if opened.row.once_seen_s is None:
            self._judging.rearm(place, row)
            self._watch.schedule(place, now)
        else:
            place.lay_ecg_aside()
            self._watch.exist(place, now)
        return self._sent(events)

    def _why_usable(
        self, place: Place, opened: Opened, now: float, *, cuff: bool, electrodes: bool
    ) -> str:
        """Why a person may not end the alarm; "" when they may. What is said to be off is True."""
        vitals, longest_s = opened.vitals, self._preset.unusable_s
        ecg = opened.row.once_seen_s is not None
        rests = ecg or opened.row.condition.kind is Kind.PHYSIOLOGICAL
        if not rests or not vitals or longest_s is None:
            return "it does not rest on what a monitor measures of the patient"
        if opened.state is not AlarmState.ACTIVE_ACK:
            return "nobody has acknowledged it, or it is over"
        if ecg:
            return "" if electrodes else "its electrodes are not said to be off"
        if vitals[0].episodic:
            return "" if cuff else "its cuff is not said to be off"
        quiet_s = now - max(place.valid_s(vital) for vital in vitals)
        return "" if quiet_s >= longest_s else f"valid data came {quiet_s:.0f} s ago"

    @told
    def pause_audio(
        self, chair: str, actor: str, now: float, seconds: float = 120.0
    ) -> list[AlarmEvent]:
        """Silence what sounds at a chair now, for `seconds`; whatever is new or worse sounds.

        A press during a pause changes nothing. Raises `CommandRefused` for more
        than the preset's longest pause, or before the alarms were heard again.
        """
        return self._silence(
            chair, now, lambda place: self._overlays.pause(place, actor, now, seconds)
        )

    @told
    def suspend(self, chair: str, condition: str, now: float, seconds: float) -> list[AlarmEvent]:
        """Take the sound of one rule's alarms at a chair away for `seconds`; judging goes on.

        It ends by itself, with the phase, and when an alarm of the rule gets worse. The
        chair of a rule about the whole clinic is "", and it ends with its alarm.
        Raises `CommandRefused` for a rule that must be heard, or for too long.
        """
        return self._silence(
            chair, now, lambda place: self._overlays.suspend(place, condition, now, seconds)
        )

    @told
    def end_suspension(self, chair: str, condition: str, now: float) -> list[AlarmEvent]:
        """Let a suspended rule sound again; nothing where it is not suspended."""
        return self._silence(
            chair, now, lambda place: place.silences.end_suspension(condition, now)
        )

    @told
    def stand_by(self, chair: str, now: float, seconds: float) -> list[AlarmEvent]:
        """Silence what says that the chair's equipment tells nothing; patients' alarms sound.

        Raises `CommandRefused` in an infusion, without a session, or for too long.
        """
        between_s = self._preset.audible_s_between_pauses
        return self._silence(
            chair, now, lambda place: place.silences.stand_by(place.phase, now, seconds, between_s)
        )

    @told
    def end_standby(self, chair: str, now: float) -> list[AlarmEvent]:
        """The patient is back; nothing where the chair does not stand by."""
        return self._silence(chair, now, lambda place: place.silences.end_standby(now))

    def _silence(self, chair: str, now: float, act: Callable[[Place], None]) -> list[AlarmEvent]:
        place = self._by_chair[chair]
        self._unsent += self._settle(place, now)
        act(place)
        self._overlays.silenced(place, now)
        self._watch.schedule(place, now)
        return self._sent([])

    @told
    def enter_score(
        self, chair: str, score: float | None, actor: str, now: float
    ) -> list[AlarmEvent]:
        """A person has looked how awake the patient is: MOAA/S, 5 awake to 0.

        None: what was entered is withdrawn, and nothing is known instead.
        """
        place = self._by_chair[chair]
        events = self._settle(place, now)
        if self._hearing.warming:
            place.score = score
            return []
        events += self._entries.enter(place, score, actor, now)
        self._watch.schedule(place, now)
        return self._sent(events)

    def _settle(self, place: Place, now: float) -> list[AlarmEvent]:
        return self._hearing.settle(place, now)

    def _sent(self, events: list[AlarmEvent]) -> list[AlarmEvent]:
        """With what a refused act had to hold back."""
        if self._unsent:
            events, self._unsent = self._unsent + events, []
        return events
