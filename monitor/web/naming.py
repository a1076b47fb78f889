"""What tiles call patients and who watches each chair, kept up with the clinic's own facts."""

from __future__ import annotations

from monitor.care.watching import SHIFT_HANDED_OVER, WATCHING, watchers_of
from monitor.displays import Clinic

ANEW_S = 60.0
"""So often it is looked at in any case: a watch ends by itself."""


def watchers(clinic: Clinic) -> dict[str, str]:
    """Who watches each chair now, by staff id."""
    facts = clinic.ward.facts.ledger.shifts(WATCHING, SHIFT_HANDED_OVER)
    found = watchers_of(facts, clinic.clock.utc_us(), clinic.config.shift.hours)
    return {chair: one.person for chair, one in found.items()}


class Naming:
    """Tells the board, whenever anything of it may be other than before."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._told, self._looked_s = -1, float("-inf")

    def refresh(self) -> None:
        """Names and watchers as the facts have them now; cheap when there is no news."""
        ledger, now_s = self._clinic.ward.facts.ledger, self._clinic.clock.monotonic()
        if self._told == ledger.clinic_told and now_s - self._looked_s < ANEW_S:
            return
        self._told, self._looked_s = ledger.clinic_told, now_s
        board, names = self._clinic.ward.board, self._clinic.people.names()
        board.watched_by(
            {chair: (one, names.get(one, one)) for chair, one in watchers(self._clinic).items()}
        )
        if self._clinic.config.privacy.shown == "initials":
            known = ledger.patients.values()
            board.call_patients({one.patient_ref: one.initials for one in known if one.initials})
