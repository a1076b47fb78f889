"""The journals whose links still count, at hand without a question to the record.

Their sessions are closed long since, so the ledger of open sessions holds them
no more. Knows facts; knows no clock, database or page.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence

from monitor.care.journal import Journal, journal_of
from monitor.history import CONFIDENTIAL, JOURNAL_OPENED, FactRow

JOURNALS_MAX = 4_096
"""Sessions with a journal; twenty chairs fill that in a month."""
JOURNAL_DAYS = 100
"""So far back journals are looked for after a restart: longer than any link counts."""
JOURNAL_FACTS_MAX = 64
"""Facts of one journal: renewed links, entries and calls."""


class Journals:
    """The facts of journals by session; the one opened longest ago makes room."""

    def __init__(self) -> None:
        self._by_session: dict[str, list[FactRow]] = {}
        self._by_token: dict[str, str] = {}

    def put(self, fact: FactRow) -> None:
        """Note one fact; what is no journal's is passed over."""
        if fact.kind not in CONFIDENTIAL or fact.session is None:
            return
        if fact.session not in self._by_session and len(self._by_session) >= JOURNALS_MAX:
            self._forget(next(iter(self._by_session)))
        kept = self._by_session.setdefault(fact.session, [])
        if fact.kind == JOURNAL_OPENED:
            # Another link before counts no more.
            for one in kept:
                self._by_token.pop(str(one.data.get("token_sha256")), None)
            self._by_token[str(fact.data["token_sha256"])] = fact.session
        kept.append(fact)

    def _forget(self, session: str) -> None:
        for one in self._by_session.pop(session):
            self._by_token.pop(str(one.data.get("token_sha256")), None)

    def has_room(self, session: str) -> bool:
        """Whether one fact more of it can be kept."""
        return len(self._by_session.get(session, ())) < JOURNAL_FACTS_MAX

    def of(self, session: str) -> Sequence[FactRow]:
        """The facts of a journal; empty when there is none at hand."""
        return self._by_session.get(session, ())

    def standing(self, now_us: int) -> Iterator[tuple[str, Journal]]:
        """Each session with its journal, as long as its link counts."""
        for session, facts in list(self._by_session.items()):
            journal = journal_of(facts, now_us)
            if now_us < journal.expires_us:
                yield session, journal

    def found(self, token_sha256: str, now_us: int) -> tuple[str, Journal] | None:
        """The session whose link has that token; None for a wrong, renewed or expired one.

        Looked up by the hash, whose digits nobody can choose: time tells nothing of a token.
        """
        session = self._by_token.get(token_sha256)
        if session is None:
            return None
        journal = journal_of(self._by_session[session], now_us)
        same = hmac.compare_digest(journal.token_sha256.encode(), token_sha256.encode())
        return (session, journal) if same and now_us < journal.expires_us else None
