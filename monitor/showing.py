"""What stands on a chair's tile: its session, what follows from its facts, and its alarms.

Knows engine, board and facts; changes nothing but the board.
"""

from __future__ import annotations

from monitor.alerts import Engine
from monitor.board import Board
from monitor.care.due import due_of
from monitor.care.settings import changed_of
from monitor.care.treatment import treatment_of
from monitor.care.treatment_terms import CareTable
from monitor.clinic import Session
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.factbook import FactBook

TEST_CHAIR = "~test"
"""The synthetic chair of `monitor.alarm_path`; no configured id can be like it."""


class Showing:
    """One board, and one of its own for the synthetic chair."""

    def __init__(
        self,
        board: Board,
        engine: Engine,
        facts: FactBook,
        clock: Clock,
        *,
        preset: Preset,
        care: CareTable,
    ) -> None:
        self.board = board
        self.test_board: Board | None = None
        self._engine, self._facts, self._clock = engine, facts, clock
        self._preset, self._care = preset, care

    def of(self, chair: str) -> Board:
        """Where a chair is shown."""
        return self.test_board if chair == TEST_CHAIR and self.test_board else self.board

    def session(self, session: Session) -> None:
        """The session as it stands, and what follows from its facts."""
        facts = self._facts.ledger.of(session.id)
        due = due_of(session, facts, self._preset, self._care)
        self.who(session)
        self.board.care(session.chair, treatment_of(facts), due, changed_of(facts))

    def who(self, session: Session) -> None:
        """Who sits there, or left with something still on."""
        self.board.session(session.chair, session, since_s=self.since_s(session))

    def since_s(self, session: Session) -> float:
        """Since when the session is in its phase, on the service's clock; never still to come."""
        began_s = self._clock.to_monotonic(session.phase_since_us)
        return min(began_s, self._clock.monotonic())

    def alarms(self, chair: str) -> None:
        """A chair's alarms as they stand; of the clinic itself for ""."""
        board, engine = self.of(chair), self._engine
        board.alarms(
            chair,
            engine.alarms(chair),
            engine.limits(chair) if chair else {},
            engine.audio_paused_until(chair) if chair else None,
            engine.silences(chair) if chair else None,
        )
        if chair:
            board.pending(chair, engine.pending(chair))
