"""The watch itself: a report in; verdict, screen and record out, in one step without a wait.

Joins intake, engine, board, hub listeners and record. Knows no link, task,
format or code; nothing in here awaits, so no other chair can come between a
reading and its verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from monitor import journal
from monitor.alerts import AlarmEvent, Engine
from monitor.bedsides import Bedsides
from monitor.board import Board
from monitor.care.baseline import Baseline
from monitor.care.gathering import Gatherings
from monitor.care.observations import Item, judged
from monitor.care.session import session_of
from monitor.care.settings import Practice
from monitor.care.turnover import kept_of
from monitor.clinic import Device, Phase, Seating, Session
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.doubles import Doubles
from monitor.drivers import Report
from monitor.equipping import keep_equipment
from monitor.factbook import FactBook
from monitor.gateways import Gateways, data_link_down
from monitor.history import FactRow, ReadingRow
from monitor.inputs import Inputs
from monitor.intake import Arrival, Intake, Seat
from monitor.links import Receipt
from monitor.plausibility import flagged
from monitor.showing import TEST_CHAIR, Showing
from monitor.skews import Skews
from monitor.store.record import Record
from monitor.suspects import SUSPECT, suspect
from monitor.vitals import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one step changed: chairs to draw anew, alarm transitions to announce."""

    chairs: frozenset[str]
    events: tuple[AlarmEvent, ...]


Listener = Callable[[Change], None]


class Ward:
    """Engine, board and record, moved together. All times come from `clock`."""

    def __init__(
        self,
        *,
        engine: Engine,
        board: Board,
        record: Record,
        clock: Clock,
        preset: Preset,
        practice: Practice,
        gateways: Gateways,
        bedsides: Bedsides,
        doubles: Doubles,
    ) -> None:
        self.engine, self.board, self.record, self.clock = engine, board, record, clock
        self.seating = Seating()
        self.preset, self.practice = preset, practice
        self.gateways, self.bedsides, self.doubles = gateways, bedsides, doubles
        self._listeners: list[Listener] = []
        self._testers: list[Callable[[], None]] = []
        self.gathered = Gatherings(preset)
        self.facts = FactBook(record, clock)
        self.showing = Showing(board, engine, self.facts, clock, preset=preset, care=practice.care)
        self._inputs = Inputs(
            self.facts, clock, run=engine.run, preset=preset.hash, unkept=TEST_CHAIR
        )
        self._skews = Skews()
        engine.telling.sink = self._note_call

    def listen(self, listener: Listener) -> None:
        """Call `listener` after every step that changed something; it must not wait."""
        self._listeners.append(listener)

    def listen_for_test(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the synthetic chair changed; no other listener hears of it."""
        self._testers.append(listener)

    def add_test_chair(self, device: Device, quiet_s: float, board: Board) -> None:
        """A chair that is judged like any other, on a board of its own, and never kept."""
        self.showing.test_board = board
        watched = {device.id: (quiet_s, device.vitals or frozenset())}
        self.engine.add_chair(TEST_CHAIR, watched, self.clock.monotonic())

    def test_judged(self) -> float | None:
        """The value by which the synthetic chair's most urgent alarm was judged last."""
        alarms = self.engine.alarms(TEST_CHAIR)
        return alarms[0].value if alarms else None

    def take(
        self,
        intake: Intake,
        report: Report,
        arrival: Arrival,
        receipts: Iterable[Receipt] = (),
    ) -> None:
        """One frame: its readings are judged, shown and given to the record."""
        device = intake.device
        self.doubles.hear(device, report, arrival)
        self._inputs.follow_clock(self.seating.all())
        events = self.engine.advance(self.clock.monotonic())
        told = intake.readings(report, arrival, self._seat(device.chair))
        readings = [flagged(reading, self.preset) for reading in told]
        if device.chair != TEST_CHAIR and self._skews.note(device, intake.clock.skew_us):
            events += self._tell_of_clocks(device.chair)
        # Readings in the record say themselves that a frame came, unless the sender was leaving.
        self._inputs.heard = bool(readings)
        if not report.online:
            if readings:
                self._note_call(journal.UNHEARD, {"device": device.id})
            self.engine.link_lost(device.id, "the sender says it is offline")
            self.showing.of(device.chair).link(
                device.id, device.chair, up=False, why="sender offline", at_s=arrival.received_s
            )
        elif intake.speaks_now(report, arrival, readings):
            self.showing.of(device.chair).frame(device.id, device.chair, arrival.received_s)
            events += self.engine.frame(device.id, arrival.received_s)
            self.gateways.heard(device.id, arrival.received_s)
        self._inputs.heard = False
        events += self.engine.observe(readings)
        board = self.showing.of(device.chair)
        board.readings(readings)
        board.pending(device.chair, self.engine.pending(device.chair))
        self._settle(events, {device.chair})
        if device.chair == TEST_CHAIR:
            return
        rows = [journal.reading_row(reading) for reading in readings]
        seated, news = self.seating.at(device.chair), self.bedsides.take(intake, report, arrival)
        if seated is not None:
            self.gather(seated.id, rows)
            if news:
                keep_equipment(self, seated)
        # After its transitions: a reading that is committed has been judged (see `resuming`).
        self.record.add(rows, receipts=receipts, urgent=False)

    def lose(self, device: Device, why: str) -> None:
        """The device's link broke; T-LINK follows when its time has come."""
        now = self.clock.monotonic()
        self.engine.link_lost(device.id, why)
        board = self.showing.of(device.chair)
        board.link(device.id, device.chair, up=False, why=why, at_s=now)
        self._settle(self.engine.advance(now), {device.chair})

    def look_at_gateways(self) -> None:
        """Which gateways are lost now: their devices when that is news, T-GATE each time."""
        seated = {session.chair for session in self.seating.all()}
        losses = self.gateways.lost(self.clock.monotonic(), seated)
        for device, lost in self.gateways.news(self.clock.monotonic()):
            self._settle(self.engine.gate(device, self.clock.monotonic(), lost=lost), set())
        since_s = min((one.since_s for one in losses), default=None)
        self.assert_technical("T-GATE", "", since_s, data_link_down(losses))

    def recall_equipment(self) -> None:
        """After a restart: what was told of gateways and senders was so until now."""
        self.gateways.recall(self.engine.alarms(), self.clock.monotonic())
        self.doubles.recall(self.engine.alarms(), self.clock.monotonic())
        self.look_at_gateways()

    def advance(self) -> None:
        """Let time pass: stale values, lost links, re-alarms, ends of pauses."""
        self._settle(self.engine.advance(self.clock.monotonic()), set())

    def assert_technical(
        self, condition: str, instance: str, since_s: float | None, message: str
    ) -> None:
        """Tell the engine of a technical condition measured elsewhere; None ends it."""
        now = self.clock.monotonic()
        self._settle(
            self.engine.assert_technical(condition, instance, since_s, message, now), set()
        )

    def enter(self, session: Session) -> None:
        """A session as it stands now: seated, moved on a phase, or closed."""
        now, chair = self.clock.monotonic(), session.chair
        before = self.seating.at(chair)
        self.seating.put(session)
        closed = session.phase is Phase.CLOSED
        if closed:
            self.gathered.forget(session.id)
            self.facts.ledger.close(session.id)
            events = self.engine.clear(chair, now)
        elif before is None:
            events = self.engine.seat(
                chair, session.id, session.phase, self.showing.since_s(session)
            )
            events += self._tell_of_clocks(chair)
        else:
            # First the baseline: the phase's relative limits are then in force at once.
            events = self._base(session, before)
            events += self.engine.set_phase(chair, session.phase, now)
            events += self._tell_of_baseline(session)
        self.showing.session(session)
        self.showing.alarms(chair)
        self._settle(events, {chair})

    def turn_over(self, chair: str) -> None:
        """Who left has nothing on any more: the chair is empty. Until then its tile says DONE."""
        if not kept_of(self.facts.ledger.left(chair)):
            self.board.vacate(chair)
        self._settle([], {chair})

    def restate(self, session: Session, actor: str) -> None:
        """A session of which something else is known by that person's word; its phase is the same.

        A baseline is in force from here, and a sedation score that is another is judged.
        """
        before = self.seating.at(session.chair)
        self.seating.put(session)
        events = self._base(session, before) + self._tell_of_baseline(session)
        events += self._judge_score(session, before, actor)
        self.showing.session(session)
        self.showing.alarms(session.chair)
        self._settle(events, {session.chair})

    def limit(self, session: Session) -> None:
        """A session with other limits than the preset's, or with other ones than before."""
        self.seating.put(session)
        events = self.engine.set_limits(session.chair, session.edits, self.clock.monotonic())
        self.showing.session(session)
        self.showing.alarms(session.chair)
        self._settle(events, {session.chair})

    def move(self, session: Session, moved: Session) -> None:
        """A session goes to another, free chair, and with it all that is about the patient."""
        now, left, to = self.clock.monotonic(), session.chair, moved.chair
        self.seating.leave(session)
        self.seating.put(moved)
        events = self.engine.move(left, to, now)
        self.board.move(left, to, moved, since_s=self.showing.since_s(moved))
        self.showing.session(moved)
        events += self._tell_of_clocks(left) + self._tell_of_clocks(to)
        for chair in (left, to):
            self.showing.alarms(chair)
        self._settle(events, {left, to})

    def arm(self, session: Session) -> None:
        """A session of which somebody said on which arms cuff and probe are."""
        self.seating.put(session)
        shared = bool(session.arms and session.arms.shared)
        events = self.engine.set_arms(session.chair, self.clock.monotonic(), shared=shared)
        self.showing.session(session)
        self._settle(events, {session.chair})

    def _judge_score(
        self, session: Session, before: Session | None, actor: str
    ) -> list[AlarmEvent]:
        """The sedation score in force is another: entered, corrected, or withdrawn."""
        stands_s = self.preset.entries.entered_s
        was = judged(before.observed, Item.SEDATION, stands_s) if before else None
        one = judged(session.observed, Item.SEDATION, stands_s)
        if (was and (was.name, was.value)) == (one and (one.name, one.value)):
            return []
        score = None if one is None or isinstance(one.value, str) else one.value
        return self.engine.enter_score(session.chair, score, actor, self.clock.monotonic())

    def _tell_of_clocks(self, chair: str) -> list[AlarmEvent]:
        now = self.clock.monotonic()
        told = any(one.condition == "T-CLK" for one in self.engine.alarms(chair))
        message = self._skews.message(chair, told=told)
        return self.engine.assert_technical("T-CLK", chair, now if message else None, message, now)

    def gather(self, session: str, rows: Sequence[ReadingRow]) -> None:
        """Note readings of a session: for the baseline, the leave gate and scores."""
        self.gathered.take(session, rows)

    def attribute(self, sessions: Iterable[str], rows: Iterable[ReadingRow]) -> None:
        """Of these sessions devices were corrected, which measured these rows: gather anew."""
        of = {one: self.facts.ledger.of(one) for one in sessions if self.seating.find(one)}
        self.gathered.attribute(of, rows)

    def measured_baseline(self, session: Session, start_us: int) -> Baseline:
        """What this patient's readings up to the start make of a baseline."""
        return self.gathered.of(session.id).measure(session.id, start_us, session.opened_us)

    def lately(self, session: Session) -> list[ReadingRow]:
        """Its cuff readings, and what else was measured in the last minutes."""
        return self.gathered.of(session.id).rows(session.id, session.opened_us)

    def _base(self, session: Session, before: Session | None) -> list[AlarmEvent]:
        if before is not None and before.baseline == session.baseline:
            return []
        return self.engine.set_baseline(session.chair, session.baseline, self.clock.monotonic())

    def _tell_of_baseline(self, session: Session) -> list[AlarmEvent]:
        """T-BASE: an infusion runs and something has no baseline, and nobody has waived it."""
        lacks = bool(session.baseline_missing) and not session.baseline_waived
        started_us = session.infusion_started_us
        now = self.clock.monotonic()
        started_s = self.clock.to_monotonic(started_us) if started_us else now
        since_s = min(started_s, now) if lacks else None
        message = f"NO BASELINE {', '.join(session.baseline_missing)}: relative rules off"
        return self.engine.assert_technical("T-BASE", session.chair, since_s, message, now)

    def apply(self, events: Sequence[AlarmEvent], chair: str) -> None:
        """Show and keep the outcome of a person's act upon the engine, an audio pause too."""
        self.showing.alarms(chair)
        self._settle(list(events), {chair})

    def note(self, fact: FactRow) -> None:
        """Keep one fact of care, which no rule judges, and show it."""
        self.facts.keep(fact)
        if fact.session and self.seating.find(fact.session) is not None:
            self.restate(self.told(fact.session), fact.actor or "")

    def told(self, session: str) -> Session:
        """An open session as its facts, all that were kept until now, leave it."""
        found = session_of(self.facts.ledger.of(session))
        assert found is not None
        return found

    @contextmanager
    def resuming(self, asked_us: int, now: float) -> Iterator[None]:
        """Within it the engine is told of the past: one input, for the record holds it all."""
        self._note_call(journal.RESUMED, {"asked_us": asked_us, "now": now})
        self.engine.telling.within = True
        try:
            yield
        finally:
            self.engine.telling.within = False

    def show_again(self, session: Session, cuff: Sequence[Reading]) -> None:
        """After a restart: who sits there, and the last cuff readings with their age."""
        self.seating.put(session)
        self.showing.session(session)
        its = [one for one in cuff if one.session == session.id]
        self.board.readings([replace(one, chair=session.chair) for one in its])
        self._settle(self._tell_of_baseline(session), set())

    def show_left(self, session: Session, facts: Sequence[FactRow]) -> None:
        """After a restart: who left a chair last, and whether anything of theirs is still on."""
        self.facts.ledger.recall(session.chair, facts)
        if kept_of(facts):
            self.showing.who(session)

    def show(self, session: Session) -> None:
        """The session as it stands on its tile."""
        self.showing.session(session)

    def redraw_all(self) -> None:
        """Show the alarms of every chair as they stand."""
        seated = {session.chair for session in self.seating.all()}
        for chair in sorted(seated | {alarm.chair for alarm in self.engine.alarms()}):
            self.showing.alarms(chair)

    def _keep_suspects(self) -> None:
        for chair, one in self.engine.take_discarded():
            session = self.seating.at(chair)
            if session is not None:
                data = suspect(one.vital, one.value, self.clock.to_utc_us(one.at_s))
                self.facts.keep(self.facts.new(SUSPECT, chair=chair, session=session.id, data=data))

    def _settle(self, events: list[AlarmEvent], chairs: set[str]) -> None:
        self._keep_suspects()
        touched = {event.alarm.chair for event in events} | self.engine.take_changed()
        chairs = chairs | touched
        for chair in sorted(touched):
            self.showing.alarms(chair)
        if TEST_CHAIR in chairs:
            chairs = chairs - {TEST_CHAIR}
            events = [event for event in events if event.alarm.chair != TEST_CHAIR]
            for tester in self._testers:
                tester()
        if events:
            to_us, preset = self.clock.to_utc_us, self.preset.hash
            rows = [journal.transition_row(event, to_us, preset) for event in events]
            self.record.add(rows, urgent=True)
        change = Change(chairs=frozenset(chairs), events=tuple(events))
        if change.chairs or change.events:
            for listener in self._listeners:
                listener(change)

    def _note_call(self, call: str, arguments: Mapping[str, object]) -> None:
        """Keep what the engine is told beside readings: from both its alarms follow again."""
        self._inputs.follow_clock(self.seating.all())
        self._inputs.note(call, arguments)

    def _seat(self, chair: str) -> Seat:
        session = self.seating.at(chair)
        if session is None:
            return Seat(session=None, opened_us=0, cuff_late_s=self.preset.cuff_judged_s(None))
        return Seat(
            session=session.id,
            opened_us=self._inputs.here_since_us(session),
            cuff_late_s=self.preset.cuff_judged_s(session.phase),
        )
