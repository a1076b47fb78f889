"""Questions to the history, answered as JSON.

A long session is tens of thousands of rows: they are worked through in a thread,
one question at a time, so that no reading waits for a review. Knows the
History protocol, not what is behind it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from monitor import review
from monitor.alerts import Reason
from monitor.care.attribution import readings_of
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.clinic import CLINIC, Session
from monitor.conditions import Preset
from monitor.counted_by import counted_by
from monitor.displays import Shelf
from monitor.history import SESSION_US_MAX, FactRow, ReadingRow, Told, TransitionRow
from monitor.review import AlarmLife
from monitor.review.lives import OPEN_STATES
from monitor.uncollected import uncollected
from monitor.web import explained, figured, present, reviewed
from monitor.web.present import Json
from monitor.words import Words

ALARM_SESSIONS_MAX = 60
OF_DAYS_MAX = 300
"""So many sessions where days are asked for: three busy days of 24 chairs."""
APART_US = 30 * 86_400_000_000
"""Alarms of no session, such as the copy's, are listed for thirty days."""


class NotThere(Exception):
    """There is no chair or session of that id."""


class AskedAlarms(BaseModel):
    """Which alarms are looked for. Days are the clinic's own, both included."""

    model_config = ConfigDict(extra="forbid")

    chair: str = ""
    priority: str = ""
    session: str = ""
    since: date | None = None
    until: date | None = None

    def days_us(self, words: Words) -> tuple[int | None, int | None]:
        """From when until before when an alarm began (UTC microseconds)."""
        return (
            None if self.since is None else words.midnight_us(self.since),
            None if self.until is None else words.midnight_us(self.until, days=1),
        )

    def wants(self, life: AlarmLife, from_us: int | None, to_us: int | None) -> bool:
        """Is that alarm among them?"""
        return (
            self.chair in ("", life.chair)
            and self.priority in ("", life.priority)
            and (from_us is None or life.onset_us >= from_us)
            and (to_us is None or life.onset_us < to_us)
        )


def _ends_after(told: Told, from_us: int | None) -> bool:
    return from_us is None or told.facts[0].at_us > from_us - SESSION_US_MAX


def _not_assigned_before(
    since_us: int, apart: Sequence[TransitionRow], seen: Sequence[Told]
) -> list[TransitionRow]:
    """Without alarms of an empty chair that ended in a session of before, which is left out."""
    last = {row.alarm: row for row in apart}
    known = {step.alarm for one in seen for step in one.transitions}
    left_out = {
        alarm
        for alarm, row in last.items()
        if row.chair != CLINIC and row.to_state in OPEN_STATES and row.at_us < since_us
    }
    return [row for row in apart if row.alarm not in left_out - known]


class Archive:
    """The stored past of one clinic."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._one_at_a_time = asyncio.Semaphore(1)

    @property
    def _words(self) -> Words:
        """Names as they stand now: staff may have been added since."""
        return Words.of(self._shelf.config, self._shelf.names())

    async def trend(self, chair: str, minutes: int, session: Session | None) -> bytes:
        """The last minutes of the session that is open at the chair; empty traces without one.

        Raises `NotThere` for a chair that is not configured.
        """
        if all(chair != one.id for one in self._shelf.config.chairs):
            raise NotThere(f"there is no chair {chair}")
        to_us = self._shelf.clock.utc_us()
        from_us = to_us - minutes * 60_000_000
        rows = await self._shelf.history.readings(session.id) if session else []

        def told() -> Json:
            recent = [row for row in rows if row.sampled_at_us >= from_us]
            return {
                "chair": chair,
                "from_ms": from_us // 1_000,
                "to_ms": to_us // 1_000,
                "series": present.series(review.traces(review.by_vital(recent))),
                "nibp": present.cuff_list(review.cuffs(rows), self._words),
            }

        return await self._worked_out(told)

    async def detail(self, session: str) -> bytes:
        """The head of a session's review. Raises `NotThere`."""
        facts, rows = await self._rows(session)
        steps, preset = await self._shelf.history.transitions(session), await self._preset(facts)

        def told() -> Json:
            seen = review.review(facts, rows, steps)
            found = review.figures(facts, rows, steps, preset)
            summary = list(figured.head(found, self._words))
            entry = review.entry_of(facts, steps)
            head = present.session_detail(seen, entry, facts, self._words)
            return {**head, "summary": summary}

        return await self._worked_out(told)

    async def reviewed(self, session: str) -> bytes:
        """All that the page of a session's review shows. Raises `NotThere`."""
        facts, rows = await self._rows(session)
        steps, preset = await self._shelf.history.transitions(session), await self._preset(facts)
        now_us, apart = self._shelf.clock.utc_us(), await self._before_the_seat(steps)
        return await self._worked_out(
            lambda: reviewed.reviewed(facts, rows, steps, preset, self._words, now_us, apart)
        )

    async def readings(self, session: str) -> bytes:
        """All of a session's readings. Raises `NotThere`."""
        facts, rows = await self._rows(session)

        def told() -> Json:
            seen = review.review(facts, rows, [])
            return {
                "session": session,
                "series": present.series(seen.traces),
                "nibp": present.cuff_list(seen.cuffs, self._words),
                "table": present.readings_table(seen, self._words),
            }

        return await self._worked_out(told)

    async def alarms(self, asked: AskedAlarms) -> bytes:
        """Alarms of one session, or of the newest ones and of no session; newest first.

        `since` is where they begin when older sessions are left out, else "". Raises `NotThere`.
        """
        history, now_us, words = self._shelf.history, self._shelf.clock.utc_us(), self._words
        from_us, to_us = asked.days_us(words)
        most = ALARM_SESSIONS_MAX if from_us is to_us is None else OF_DAYS_MAX
        apart: list[TransitionRow] = []
        if asked.session:
            facts = await self._facts(asked.session)
            steps = await history.transitions(asked.session)
            seen = [Told(session=asked.session, facts=facts, transitions=steps)]
            apart = await self._before_the_seat(steps)
        else:
            newest = await history.newest(most + 1, to_us)
            seen = [one for one in newest if _ends_after(one, from_us)]
            since = (to_us or now_us) - APART_US if from_us is None else from_us - SESSION_US_MAX
            apart = await history.apart(since)
        cut = len(seen) > most
        del seen[most:]
        since_us = seen[-1].facts[0].at_us if cut else 0
        apart = _not_assigned_before(since_us, apart, seen)

        def told() -> Json:
            return {
                "since": words.time(since_us, "%Y-%m-%d %H:%M") if since_us else "",
                "alarms": present.past_alarms(
                    seen, apart, words, now_us, lambda life: asked.wants(life, from_us, to_us)
                ),
            }

        return await self._worked_out(told)

    async def why(self, session: str, alarm: str = "") -> bytes:
        """What one alarm of a session, or each, rests on, and every step. Raises `NotThere`."""
        await self._facts(session)
        rows = await self._shelf.history.transitions(session)
        steps = [row for row in rows if alarm in ("", row.alarm)]
        if alarm and not steps:
            raise NotThere(f"session {session} has no alarm {alarm}")
        steps = [*await self._before_the_seat(steps), *steps]
        shelf = self._shelf
        digest = steps[0].preset if steps else None
        preset = await counted_by(shelf.history, digest, shelf.preset)
        return await self._worked_out(
            lambda: {"alarms": explained.whys(steps, preset, self._words)}
        )

    async def _before_the_seat(self, steps: Sequence[TransitionRow]) -> list[TransitionRow]:
        """What became of a session's alarms at the empty chair, where they were on before it."""
        assigned = {one.alarm: one.at_us for one in steps if one.reason == Reason.ASSIGNED.value}
        if not assigned:
            return []
        apart = await self._shelf.history.apart(min(assigned.values()) - SESSION_US_MAX)
        return [row for row in apart if row.alarm in assigned]

    async def _rows(self, session: str) -> tuple[list[FactRow], list[ReadingRow]]:
        """Its facts, and its readings after every correction of devices."""
        facts = await self._facts(session)
        return facts, await readings_of(self._shelf.history, session, facts)

    async def _preset(self, facts: list[FactRow]) -> Preset:
        """What a session is counted by."""
        return await counted_by(self._shelf.history, begun_with(facts), self._shelf.preset)

    async def _facts(self, session: str) -> list[FactRow]:
        facts = await self._shelf.history.facts(session)
        if session_of(facts) is None:
            raise NotThere(f"there is no session {session}")
        return facts

    async def _worked_out(self, told: Callable[[], Json]) -> bytes:
        def work() -> bytes:
            with uncollected():
                return json.dumps(told()).encode()

        async with self._one_at_a_time:
            return await asyncio.to_thread(work)
