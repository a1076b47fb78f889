"""Facts of care as a session tells them, in whole seconds from its beginning, for tests."""

from __future__ import annotations

from monitor.care.treatment import ORDERED, PUMP
from monitor.history import CORRECTED, HAPPENED, PHASE, SEATED, Data, FactRow

SECOND_US = 1_000_000


class Told:
    """A session's facts in the order told; every call gives the new fact."""

    def __init__(self) -> None:
        self.facts: list[FactRow] = []
        self.fact(0, SEATED, {"patient_ref": "A.M.", "planned_minutes": 40})

    def fact(self, at_s: int, kind: str, data: Data, happened_s: int | None = None) -> FactRow:
        """One fact, entered at that second; it happened then, or at another."""
        late: Data = {} if happened_s is None else {HAPPENED: happened_s * SECOND_US}
        fact = FactRow(
            at_us=at_s * SECOND_US,
            ordinal=len(self.facts),
            session="s",
            chair="1",
            kind=kind,
            actor="rk",
            data={**data, **late},
        )
        self.facts.append(fact)
        return fact

    def order(self, at_s: int, concentration: float = 2.0, **other: float) -> FactRow:
        """40 mg of ketamine in 40 min for 80 kg, unless told otherwise."""
        data: Data = {
            "drug": "ketamine",
            "concentration_mg_ml": concentration,
            "dose_mg": 40.0,
            "weight_kg": 80.0,
            "minutes": 40.0,
            "lot": "L1",
            **other,
        }
        return self.fact(at_s, ORDERED, data)

    def pump(
        self, at_s: int, action: str, rate: float | None = None, happened_s: int | None = None
    ) -> FactRow:
        """Something done at the pump."""
        said: Data = {} if rate is None else {"rate_ml_h": rate}
        return self.fact(at_s, PUMP, {"action": action, **said}, happened_s)

    def phase(self, at_s: int, phase: str) -> FactRow:
        """The session enters a phase."""
        return self.fact(at_s, PHASE, {"phase": phase})

    def correct(self, at_s: int, of: FactRow, happened_s: int | None) -> FactRow:
        """It happened at another second, or never (None)."""
        name = f"{of.at_us}-{of.ordinal}"
        if happened_s is None:
            return self.fact(at_s, CORRECTED, {"of": name, "withdrawn": True, "reason": "slip"})
        return self.fact(at_s, CORRECTED, {"of": name, "reason": "slip"}, happened_s)
