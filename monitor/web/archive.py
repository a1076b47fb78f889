"""Questions to the history, answered as JSON. Knows the History protocol, not what is behind it."""

from __future__ import annotations

from monitor import review
from monitor.displays import Clinic
from monitor.history import ReadingRow
from monitor.review import Review
from monitor.web import present
from monitor.web.present import Json, Words

SESSIONS_MAX = 500
ALARM_SESSIONS_MAX = 60


class NoSession(Exception):
    """There is no session of that id."""


class Archive:
    """The stored past of one clinic."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self.words = Words.of(clinic.config)

    async def trend(self, chair: str, minutes: int) -> Json:
        """The last minutes of the chair's present session; empty traces without one."""
        to_us = self._clinic.clock.utc_us()
        from_us = to_us - minutes * 60_000_000
        session = self._clinic.ward.seating.at(chair)
        rows = await self._clinic.history.readings(session.id) if session else []
        recent = [row for row in rows if row.sampled_at_us >= from_us]
        return {
            "chair": chair,
            "from_ms": from_us // 1_000,
            "to_ms": to_us // 1_000,
            "series": present.series(review.traces(recent)),
            "nibp": present.cuff_list(review.cuffs(rows), self.words),
        }

    async def sessions(self) -> Json:
        """The newest sessions, each in a line."""
        ids = (await self._clinic.history.sessions())[:SESSIONS_MAX]
        lines = [present.session_line(await self._head(one), self.words) for one in ids]
        return {"sessions": lines}

    async def detail(self, session: str) -> Json:
        """The head of a session's review. Raises `NoSession`."""
        facts = await self._clinic.history.facts(session)
        return present.session_detail(await self._whole(session), facts, self.words)

    async def readings(self, session: str) -> Json:
        """All of a session's readings. Raises `NoSession`."""
        seen = await self._whole(session)
        return {
            "session": session,
            "series": present.series(seen.traces),
            "nibp": present.cuff_list(seen.cuffs, self.words),
            "table": present.readings_table(seen, self.words),
        }

    async def rows(self, session: str) -> list[ReadingRow]:
        """A session's rows as stored. Raises `NoSession`."""
        if not await self._clinic.history.facts(session):
            raise NoSession(f"there is no session {session}")
        return await self._clinic.history.readings(session)

    async def alarms(self, *, chair: str = "", priority: str = "", session: str = "") -> Json:
        """Alarms of one session or of the newest ones, newest first."""
        newest = await self._clinic.history.sessions()
        ids = [session] if session else newest[:ALARM_SESSIONS_MAX]
        now_us, lines = self._clinic.clock.utc_us(), []
        for one in ids:
            facts = await self._clinic.history.facts(one)
            pauses = [fact.at_us for fact in facts if fact.kind == "audio paused"]
            seen = await self._head(one)
            patient = seen.session.patient_ref
            for life in seen.alarms:
                if chair in ("", life.chair) and priority in ("", life.priority):
                    line = present.past_alarm(life, patient, pauses, self.words, now_us)
                    lines.append((life.onset_us, line))
        lines.sort(key=lambda pair: -pair[0])
        return {"alarms": [line for _, line in lines]}

    async def _head(self, session: str) -> Review:
        """A session without its readings."""
        history = self._clinic.history
        facts = await history.facts(session)
        if not facts:
            raise NoSession(f"there is no session {session}")
        return review.review(facts, [], await history.transitions(session))

    async def _whole(self, session: str) -> Review:
        history = self._clinic.history
        facts = await history.facts(session)
        if not facts:
            raise NoSession(f"there is no session {session}")
        rows = await history.readings(session)
        return review.review(facts, rows, await history.transitions(session))
