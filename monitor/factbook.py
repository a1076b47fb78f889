"""Where facts are made, kept in the record, and held at hand for those who are in the clinic."""

from __future__ import annotations

from monitor.care.ledger import Ledger
from monitor.clock import Clock
from monitor.history import Data, FactRow
from monitor.store.record import Record


class FactBook:
    """The facts of one run of the service; what concerns open sessions is in `ledger` too."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self.ledger = Ledger()
        self._record, self._clock = record, clock
        self._ordinal = 0

    def new(
        self,
        kind: str,
        *,
        data: Data,
        chair: str = "",
        session: str | None = None,
        actor: str | None = None,
        at_us: int | None = None,
    ) -> FactRow:
        """A fact that happens at `at_us`, or now; it is kept by nobody yet."""
        self._ordinal += 1
        return FactRow(
            at_us=self._clock.utc_us() if at_us is None else at_us,
            ordinal=self._ordinal,
            session=session,
            chair=chair,
            kind=kind,
            actor=actor,
            data=data,
        )

    def keep(self, fact: FactRow) -> None:
        """Keep it; it is committed at once."""
        self._record.add([fact], urgent=True)
        self.ledger.put(fact)

    def keep_of_clinic(self, kind: str, actor: str | None, data: Data) -> None:
        """Keep what concerns no chair: who signed in, and who could not."""
        self.keep(self.new(kind, actor=actor, data=data))

    def jot(self, kind: str, chair: str, data: Data) -> None:
        """Keep what the engine was told: it is committed with the readings it belongs to."""
        self._record.add([self.new(kind, chair=chair, data=data)])
