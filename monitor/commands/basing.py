"""Stating a patient's baseline, or going on without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.care.baseline import Baseline, checked, data_of, merged
from monitor.clinic import Person
from monitor.commands.acts import Act, Desk, check_reason
from monitor.history import BASELINE, BASELINE_WAIVED, based
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
        stated = {**session.baseline, **checked(self.values, desk.ward.preset)}
        known = Baseline(missing=session.baseline_missing)
        data = data_of(merged(known, stated), self.reason.strip())
        desk.keep_of(session, BASELINE, person, data)
        desk.ward.restate(based(session, data))
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
        desk.keep_of(session, BASELINE_WAIVED, person, {"reason": self.reason.strip()})
        desk.ward.restate(replace(session, baseline_waived=True))
        return session.id
