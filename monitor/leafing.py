"""Finding sessions in a history that has no catalogue of its own: over the newest, one by one.

For a copy read on another machine. What only the readings tell (rise, saturation) is
not looked for there, so that a list costs one question.
"""

from __future__ import annotations

from monitor.care.session import session_of
from monitor.finding import Entry, Found, Wanted
from monitor.history import History
from monitor.review.entry import entry_of

SESSIONS_MAX = 500


class Leafing:
    """A `Catalogue` over any history; of its newest 500 sessions."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def find(self, wanted: Wanted) -> Found:
        """The entries that hold, newest first. Raises `StoreError`."""
        told = await self._history.newest(SESSIONS_MAX)
        entries = [
            entry_of(one.facts, one.transitions)
            for one in told
            if session_of(one.facts) is not None
        ]
        found = [one for one in entries if holds(one, wanted)]
        after = [one for one in found if _place(one) < (wanted.after or _place(one, 1))]
        return Found(entries=tuple(after[: wanted.limit]), total=len(found))


def holds(one: Entry, wanted: Wanted) -> bool:
    """Is it what is looked for? A rise is not known here, so nothing holds that asks for one."""
    return (
        one.patient_ref.startswith(wanted.patient)
        and wanted.chair in ("", one.chair)
        and (not wanted.person or wanted.person in one.people)
        and (wanted.from_us is None or one.opened_us >= wanted.from_us)
        and (wanted.to_us is None or one.opened_us < wanted.to_us)
        and (not wanted.had_high or one.high > 0)
        and wanted.rise_over is None
        and not (wanted.unsigned and (one.signed or one.closed_us is None))
    )


def _place(one: Entry, later_us: int = 0) -> tuple[int, str]:
    return one.opened_us + later_us, one.session
