"""Stating a patient's baseline, or going on without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.care.baseline import Baseline, checked, data_of, merged, samples_of
from monitor.clinic import Person
from monitor.commands.acts import Act, Desk, check_reason
from monitor.history import BASELINE, BASELINE_WAIVED
from monitor.vitals import VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBaseline(Act):
    """A person states what is usual for this patient, and why it was not measured so."""

    session: str
    values: Mapping[VitalSign, float]
    reason: str

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        check_reason(self.reason)
        said = checked(self.values, desk.ward.preset)
        known = Baseline(missing=session.baseline_missing)
        data = data_of(merged(known, {**session.baseline, **said}), self.reason.strip())
        kept = [one for one, value in session.baseline.items() if said.get(one, value) == value]
        desk.note(session, BASELINE, person, data | samples_of(session.baseline_rests, kept))
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveBaseline(Act):
    """The infusion goes on without the baseline that is missing, for a reason."""

    session: str
    reason: str

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        check_reason(self.reason)
        desk.note(session, BASELINE_WAIVED, person, {"reason": self.reason.strip()})
        return session.id
