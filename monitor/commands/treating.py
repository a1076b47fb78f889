"""Ordering an infusion and recording what staff did at its pump.

Chairside commands no pump: these are entries of what people did, with the order
in which that can have been.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.treatment import ORDERED, PUMP, PumpAction, treatment_of
from monitor.clinic import Person, Phase, Session
from monitor.commands.acts import Desk, SessionAct
from monitor.commands.noting import check_pump, happened
from monitor.commands.seating import enter_phase
from monitor.errors import CommandRefused
from monitor.history import Data, FactRow, Value, name_of

NAME_MAX = 40
SAYS_RATE = frozenset({PumpAction.START, PumpAction.RATE, PumpAction.RESUME})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInfusion(SessionAct):
    """What is to be given: so many mg in so many minutes, from a syringe of that concentration.

    `weight_kg` None says that nobody weighed the patient. A later order replaces an
    earlier one from its time on.
    """

    drug: str
    concentration_mg_ml: float
    dose_mg: float
    weight_kg: float | None
    minutes: float
    lot: str = ""
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The order's name as a fact, by which it can be corrected."""
        self._check(desk)
        weight: Data = {} if self.weight_kg is None else {"weight_kg": self.weight_kg}
        data: Data = {
            "drug": self.drug.strip(),
            "concentration_mg_ml": self.concentration_mg_ml,
            "dose_mg": self.dose_mg,
            **weight,
            "minutes": self.minutes,
            "lot": self.lot.strip(),
            **happened(desk, session, self.happened_us),
        }
        return name_of(desk.note(session, ORDERED, person, data))

    def _check(self, desk: Desk) -> None:
        care = desk.config.care
        if not self.drug.strip() or max(len(self.drug), len(self.lot)) > NAME_MAX:
            raise CommandRefused(
                "the order cannot be entered",
                why=f"the drug is named, in 1 to {NAME_MAX} characters, and its lot in no more",
                fix="enter what stands on the syringe",
            )
        believed("a concentration", self.concentration_mg_ml, care.concentration_mg_ml, "mg/ml")
        believed("a dose", self.dose_mg, care.dose_mg, "mg")
        believed("an infusion", self.minutes, care.minutes, "min")
        if self.weight_kg is not None:
            believed("a weight", self.weight_kg, care.weight_kg, "kg")
            believed("a dose", self.dose_mg / self.weight_kg, care.dose_mg_kg, "mg/kg")
        rate_ml_h = self.dose_mg / self.concentration_mg_ml * 60 / self.minutes
        believed("a pump rate", rate_ml_h, care.rate_ml_h, "ml/h")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePump(SessionAct):
    """Somebody started the pump, set its rate, paused, resumed or stopped it.

    A start without a rate runs at the order's, else at one that nobody knows. A start
    before the infusion enters INFUSION, a stop with `recovery` enters RECOVERY, in one
    commit.
    """

    action: PumpAction
    rate_ml_h: float | None = None
    recovery: bool = False
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The entry's name as a fact, by which it can be corrected."""
        rate_ml_h = self._rate(desk, facts)
        data: dict[str, Value] = {"action": self.action.value}
        if rate_ml_h is not None:
            data["rate_ml_h"] = rate_ml_h
        data |= happened(desk, session, self.happened_us)
        check_pump(facts, desk.new_of(session, PUMP, person, data))
        desk.ward.facts.ledger.check_room(session.id)
        if self.action is PumpAction.START and session.infusion_started_us is None:
            enter_phase(desk, person, session, Phase.INFUSION)
        elif self.recovery and session.phase is Phase.INFUSION:
            enter_phase(desk, person, session, Phase.RECOVERY)
        return name_of(desk.note(session, PUMP, person, data))

    def _rate(self, desk: Desk, facts: Sequence[FactRow]) -> float | None:
        order = treatment_of(facts).order
        if self.rate_ml_h is None and self.action is PumpAction.START and order is not None:
            return order.rate_ml_h
        needed, refused = self.action is PumpAction.RATE, self.action not in SAYS_RATE
        if (needed and self.rate_ml_h is None) or (refused and self.rate_ml_h is not None):
            raise CommandRefused(
                f"a {self.action.value} cannot be entered so",
                why=f"the pump's rate is {'missing' if needed else 'not changed by it'}",
                fix="enter the rate that the pump shows, in ml/h, when it is set",
            )
        if self.rate_ml_h is not None:
            believed("a pump rate", self.rate_ml_h, desk.config.care.rate_ml_h, "ml/h")
        return self.rate_ml_h


def believed(what: str, value: float, ends: tuple[float, float], unit: str) -> None:
    """Raises `CommandRefused` for a number beyond what the clinic believes; not for its ends."""
    low, high = ends
    if not math.isfinite(value) or not low <= value <= high:
        raise CommandRefused(
            f"{what} of {value:.6g} {unit} cannot be entered",
            why=f"{low:g} to {high:g} {unit} are believed here ([care] in clinic.toml)",
            fix="look at the order, the syringe and the pump again",
        )
