"""What was ordered and what the pump gave, from a session's facts alone.

Staff say what they did at the pump; nothing here reads or commands one. Volumes
are ml, masses mg, rates ml/h, times UTC microseconds. Knows no live value,
clock, database or page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from monitor.clinic import Phase
from monitor.history import PHASE, FactRow, happened_us, name_of, standing

ORDERED, PUMP = "ordered", "pump"
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US


class PumpAction(Enum):
    """What somebody did at the pump. The value is the word in the record."""

    START = "start"
    RATE = "rate"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


NOT_STARTED, RUNNING, PAUSED, STOPPED = "not started", "running", "paused", "stopped"
POSSIBLE = {
    PumpAction.START: (NOT_STARTED,),
    PumpAction.RATE: (RUNNING, PAUSED),
    PumpAction.PAUSE: (RUNNING,),
    PumpAction.RESUME: (PAUSED,),
    PumpAction.STOP: (RUNNING, PAUSED),
}
"""In which states of the pump an act can be done."""
LEADS = {
    PumpAction.START: RUNNING,
    PumpAction.PAUSE: PAUSED,
    PumpAction.RESUME: RUNNING,
    PumpAction.STOP: STOPPED,
}
"""And in which it leaves the pump."""
PHASES_SAY = {
    Phase.INFUSION: PumpAction.START,
    Phase.RECOVERY: PumpAction.STOP,
    Phase.CLOSED: PumpAction.STOP,
}
"""What entering a phase says of the pump where nobody said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be given: `dose_mg` in `minutes`, of so many mg in one ml.

    `weight_kg` is None where nobody said it. `at_us` is from when it holds,
    `entered_us` when it was entered.
    """

    name: str
    at_us: int
    entered_us: int
    actor: str
    drug: str
    concentration_mg_ml: float
    dose_mg: float
    weight_kg: float | None
    minutes: float
    lot: str

    @property
    def dose_mg_kg(self) -> float | None:
        """Dose by weight: `dose_mg / weight_kg`."""
        return self.dose_mg / self.weight_kg if self.weight_kg else None

    @property
    def volume_ml(self) -> float:
        """What holds the dose: `dose_mg / concentration_mg_ml`."""
        return self.dose_mg / self.concentration_mg_ml

    @property
    def rate_ml_h(self) -> float:
        """The one rate that gives the dose in the planned time: `volume_ml * 60 / minutes`."""
        return self.volume_ml * 60 / self.minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpStep:
    """One act at the pump, and the rate from then on; None where nobody said it or it stands."""

    name: str
    at_us: int
    entered_us: int
    actor: str
    action: PumpAction
    rate_ml_h: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The pump runs at one rate from `from_us` until `to_us`; None: it does still."""

    from_us: int
    to_us: int | None
    rate_ml_h: float | None

    def lasted_us(self, from_us: int, until_us: int) -> int:
        """How much of it lies between two times."""
        end_us = until_us if self.to_us is None else min(self.to_us, until_us)
        return max(0, end_us - max(self.from_us, from_us))


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """The infusion of one session as its facts, after all corrections, tell it.

    `orders` and `steps` stand in the order in which they happened, `runs` are the
    times without pauses. A session that entered or left INFUSION without a word of
    the pump started or stopped it then, at a rate that nobody knows.
    `paused_us` is since when it is paused, None when it is not.
    """

    orders: tuple[Order, ...]
    steps: tuple[PumpStep, ...]
    runs: tuple[Run, ...]
    started_us: int | None
    stopped_us: int | None
    paused_us: int | None
    rate_ml_h: float | None

    @property
    def order(self) -> Order | None:
        """The order that holds now: the last one."""
        return self.orders[-1] if self.orders else None

    @property
    def paused(self) -> bool:
        """Was it started, and stands it still until somebody resumes it?"""
        return self.paused_us is not None

    @property
    def running(self) -> bool:
        """Does the pump give now?"""
        return bool(self.runs) and self.runs[-1].to_us is None

    def elapsed_s(self, now_us: int) -> float:
        """Seconds for which the pump ran until then; pauses do not count."""
        return sum(run.lasted_us(0, now_us) for run in self.runs) / SECOND_US

    def infused_ml(self, now_us: int) -> float | None:
        """Sum of rate times time over all runs; None when a rate was never said."""
        volume_ml = 0.0
        for run in self.runs:
            lasted_us = run.lasted_us(0, now_us)
            if run.rate_ml_h is not None:
                volume_ml += run.rate_ml_h * lasted_us / HOUR_US
            elif lasted_us:
                return None
        return volume_ml

    def total_mg(self, now_us: int) -> float | None:
        """Sum of volume times concentration; None without an order, or when a rate is unknown.

        Each ml counts at the concentration of the order that held when it ran in;
        what ran before the first order counts at that one's.
        """
        if not self.orders or self.infused_ml(now_us) is None:
            return None
        return sum(
            (run.rate_ml_h or 0.0) * run.lasted_us(from_us, min(to_us, now_us)) / HOUR_US * mg_ml
            for from_us, to_us, mg_ml in self._concentrations(now_us)
            for run in self.runs
        )

    def remaining_ml(self, now_us: int) -> float | None:
        """What is left of the ordered volume; None where it cannot be known."""
        infused_ml = self.infused_ml(now_us)
        if self.order is None or infused_ml is None:
            return None
        return max(0.0, self.order.volume_ml - infused_ml)

    def remaining_s(self, now_us: int) -> float | None:
        """How long the pump still runs for that at its present rate; None where it is unknown."""
        left_ml = self.remaining_ml(now_us)
        return left_ml / self.rate_ml_h * 3_600 if left_ml is not None and self.rate_ml_h else None

    def _concentrations(self, now_us: int) -> Iterator[tuple[int, int, float]]:
        starts = [0, *(order.at_us for order in self.orders[1:])]
        ends = [*starts[1:], now_us]
        for start_us, end_us, order in zip(starts, ends, self.orders, strict=True):
            yield start_us, end_us, order.concentration_mg_ml


def treatment_of(facts: Sequence[FactRow]) -> Treatment:
    """The treatment that a session's facts tell, corrections among them heeded.

    What cannot have been done at the pump changes nothing; see `misstep`.
    """
    told = standing(facts)
    steps = tuple(_step(fact) for fact in told if fact.kind == PUMP)
    pump = _Pump()
    for done in _course(told, steps):
        pump.take(done)
    return Treatment(
        orders=tuple(_order(fact) for fact in told if fact.kind == ORDERED),
        steps=steps,
        runs=tuple(pump.runs),
        started_us=pump.started_us,
        stopped_us=pump.stopped_us,
        paused_us=pump.paused_us,
        rate_ml_h=pump.rate_ml_h,
    )


def misstep(facts: Sequence[FactRow]) -> str:
    """Why not all of this can have been done at the pump in this order; "" when it can."""
    told = standing(facts)
    pump = _Pump()
    for done in _course(told, [_step(fact) for fact in told if fact.kind == PUMP]):
        before = pump.state
        if not pump.take(done):
            return f"at the time of a {done.action.value} the pump was {before}"
    return ""


def possible(facts: Sequence[FactRow]) -> list[PumpAction]:
    """What can be done at the pump after all this."""
    told = standing(facts)
    pump = _Pump()
    for done in _course(told, [_step(fact) for fact in told if fact.kind == PUMP]):
        pump.take(done)
    return [action for action, states in POSSIBLE.items() if pump.state in states]


class _Done(NamedTuple):
    """Something done at the pump; `implied`: nobody said it, a phase does."""

    at_us: int
    action: PumpAction
    rate_ml_h: float | None
    implied: bool = False


def _course(told: Sequence[FactRow], steps: Sequence[PumpStep]) -> list[_Done]:
    """What was done at the pump; where nobody said it, what the phases say of it."""
    said = {step.action for step in steps}
    course = [_Done(step.at_us, step.action, step.rate_ml_h) for step in steps]
    for fact in told:
        action = PHASES_SAY.get(Phase(fact.data["phase"])) if fact.kind == PHASE else None
        if action is not None and action not in said:
            course.append(_Done(happened_us(fact), action, None, implied=True))
    return sorted(course, key=lambda done: done.at_us)


class _Pump:
    """The pump as one act after the other leaves it."""

    def __init__(self) -> None:
        self.state = NOT_STARTED
        self.runs: list[Run] = []
        self.started_us: int | None = None
        self.stopped_us: int | None = None
        self.paused_us: int | None = None
        self.rate_ml_h: float | None = None

    def take(self, done: _Done) -> bool:
        """One act more; False, with nothing changed, when it cannot have been."""
        if done.implied and done.action is PumpAction.STOP and self.state == NOT_STARTED:
            self.state = STOPPED
        if self.state not in POSSIBLE[done.action]:
            return done.implied
        self.state = LEADS.get(done.action, self.state)
        self.rate_ml_h = self.rate_ml_h if done.rate_ml_h is None else done.rate_ml_h
        self._halt(done.at_us)
        if done.action is PumpAction.START:
            self.started_us = done.at_us
        elif done.action is PumpAction.STOP:
            self.stopped_us = done.at_us
        if self.state == RUNNING:
            self.runs.append(Run(from_us=done.at_us, to_us=None, rate_ml_h=self.rate_ml_h))
        if self.state != PAUSED:
            self.paused_us = None
        elif self.paused_us is None:
            self.paused_us = done.at_us
        return True

    def _halt(self, at_us: int) -> None:
        if self.runs and self.runs[-1].to_us is None:
            self.runs[-1] = replace(self.runs[-1], to_us=at_us)


def _order(fact: FactRow) -> Order:
    data = fact.data
    weight = data.get("weight_kg")
    return Order(
        name=name_of(fact),
        at_us=happened_us(fact),
        entered_us=fact.at_us,
        actor=fact.actor or "",
        drug=str(data["drug"]),
        concentration_mg_ml=float(data["concentration_mg_ml"] or 0.0),
        dose_mg=float(data["dose_mg"] or 0.0),
        weight_kg=float(weight) if weight else None,
        minutes=float(data["minutes"] or 0.0),
        lot=str(data.get("lot") or ""),
    )


def _step(fact: FactRow) -> PumpStep:
    rate = fact.data.get("rate_ml_h")
    return PumpStep(
        name=name_of(fact),
        at_us=happened_us(fact),
        entered_us=fact.at_us,
        actor=fact.actor or "",
        action=PumpAction(str(fact.data["action"])),
        rate_ml_h=None if rate is None else float(rate),
    )
