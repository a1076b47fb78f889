"""One rounding for one figure: review, course, search, report and sheets write it by this.

Time that has passed and shares are rounded down, so that a minute is one that is over
and 100 % is all of it.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.care.treatment import Order
from monitor.review.leaving import Leaving

MINUTE_US = 60_000_000


def whole_minutes(from_us: int, at_us: int) -> int:
    """The minutes that have passed; before `from_us` negative."""
    return (at_us - from_us) // MINUTE_US


def minutes(value: float) -> str:
    """A length in minutes, to one decimal below ten, whole above."""
    return f"{value:.1f}" if 0 < value < 9.95 else f"{value:.0f}"


def whole_percent(share: float) -> int:
    """Of a share of 0 to 1; what is 57 % but for the last bit of a float is 57."""
    return int(share * 100 + 1e-9)


def percent(share: float) -> str:
    """`99 %`."""
    return f"{whole_percent(share)} %"


def by_weight(mg: float, weight_kg: float | None) -> str:
    """` (0.50 mg/kg)`; nothing without a weight."""
    return f" ({mg / weight_kg:.2f} mg/kg)" if weight_kg else ""


def ordered(order: Order) -> str:
    """The dose that was to be given."""
    return f"{order.dose_mg:g} mg{by_weight(order.dose_mg, order.weight_kg)}"


def dose(order: Order, given_mg: float | None) -> str:
    """What was given of a drug; where that is not known, what was ordered, and that it was."""
    if given_mg is None:
        return f"{order.drug} {ordered(order)} ordered"
    return f"{order.drug} {given_mg:.1f} mg{by_weight(given_mg, order.weight_kg)}"


def at_the_close(leaving: Leaving, time: Callable[[int], str]) -> str:
    """`, at the close 10:12`: what was kept then of when a patient was ready, where it is another.

    Nothing where what was kept stands.
    """
    if not leaving.another:
        return ""
    return f", at the close {'not ready' if leaving.kept_us is None else time(leaving.kept_us)}"
