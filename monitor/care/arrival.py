"""How a patient arrived: sitter, arms, answers, the baseline a nurse confirmed, limits overridden.

Worked out from the session's facts alone, as they stand after corrections; of
each the newest counts. Knows no live value, rule, database or page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.care.baseline import samples_told
from monitor.care.rests import rests_on_another
from monitor.clinic import Arms
from monitor.history import (
    DEVICES_CORRECTED,
    MISSING,
    PERSON,
    PHONE,
    TEXT,
    Data,
    FactRow,
    arms_told,
    baseline_told,
    happened_us,
    standing,
)
from monitor.vitals import VitalSign

SITTER, ANSWERS = "sitter", "answers"
ANSWERED_IN_WORDS = "answered in words"
"""One `question` answered freely, under `text`: such words go into no copy."""
HOLD_OVERRIDDEN = "hold overridden"
HELD = "held "
"""Before the key of what was over its limit, as a key of that fact; the value is what it was."""
RENUMBERED = "renumbered"
"""The session's `infusion` and `course` are others than were counted; and the `reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """Who comes with the patient; `briefed` took the briefing. Entered at `at_us` by `actor`."""

    person: str
    phone: str
    stays: bool
    drives: bool
    briefed: bool
    at_us: int
    actor: str

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is still missing of this sitter, in words."""
        wanted = {
            "a phone number": bool(self.phone),
            "staying": self.stays,
            "driving home": self.drives,
            "the briefing": self.briefed,
        }
        return tuple(name for name, there in wanted.items() if not there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person goes on over a hold limit; `held` is what was over it, by key, and how far."""

    held: Mapping[str, str | float]
    words: str
    reason: str
    at_us: int
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The baseline as a person confirmed it, in whole units, and what it lacked and why."""

    values: Mapping[VitalSign, int]
    samples: Mapping[VitalSign, str]
    missing: Mapping[str, str]
    at_us: int
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Everything of a patient's arrival. None and empty: nobody entered it yet.

    `infusion` is the how-manieth of `course`; both are 0 where nobody counted.
    Times are UTC microseconds.
    """

    seated_us: int = 0
    booking: str = ""
    infusion: int = 0
    course: int = 0
    sitter: Sitter | None = None
    arms: Arms | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    confirmed: Confirmed | None = None

    @property
    def hold_override(self) -> Override | None:
        """The newest word of a person that goes over hold limits."""
        return self.overrides[-1] if self.overrides else None

    def missing(self, questions: Sequence[str]) -> list[str]:
        """What nobody has entered yet, in words; by itself it holds nothing back."""
        left = [one for one in questions if not self.answers.get(one)]
        out = []
        if self.sitter is None:
            out.append("sitter")
        elif self.sitter.lacks:
            out.append(f"sitter: {', '.join(self.sitter.lacks)}")
        if self.arms is None:
            out.append("arms of cuff and probe")
        if left:
            out.append(f"{len(left)} of {len(questions)} questions")
        if self.confirmed is None:
            out.append("baseline confirmed")
        return out


def arrival_of(facts: Sequence[FactRow]) -> Arrival:
    """The arrival as a session's facts tell it, in whatever order they were entered."""
    seated_us, booking, numbers = 0, "", (0, 0)
    sitter: Sitter | None = None
    arms: Arms | None = None
    confirmed: Confirmed | None = None
    answers: dict[str, str] = {}
    overrides: list[Override] = []
    for fact in standing(facts):
        data = fact.data
        match fact.kind:
            case "seated":
                seated_us, booking = fact.at_us, str(data.get("booking", ""))
                numbers = numbered(data)
            case "renumbered":
                numbers = numbered(data)
            case "sitter":
                sitter = _sitter(fact)
            case "arms":
                arms = arms_told(data)
            case "answers":
                answers |= {key: said for key, said in data.items() if isinstance(said, str)}
            case "answered in words":
                answers[str(data["question"])] = str(data.get(TEXT, ""))
            case "hold overridden":
                overrides.append(_override(fact))
            case "baseline confirmed" | "devices corrected":
                confirmed = _confirmed(fact, confirmed)
    return Arrival(
        seated_us=seated_us,
        booking=booking,
        infusion=numbers[0],
        course=numbers[1],
        sitter=sitter,
        arms=arms,
        answers=answers,
        overrides=tuple(overrides),
        confirmed=confirmed,
    )


def numbered(data: Data) -> tuple[int, int]:
    """Infusion and course as a fact tells them; 0 where it does not."""
    infusion, course = data.get("infusion"), data.get("course")
    return (
        infusion if isinstance(infusion, int) else 0,
        course if isinstance(course, int) else 0,
    )


def _sitter(fact: FactRow) -> Sitter:
    data = fact.data
    return Sitter(
        # A copy holds neither name nor phone.
        person=str(data.get(PERSON, "")),
        phone=str(data.get(PHONE, "")),
        stays=data.get("stays") is True,
        drives=data.get("drives") is True,
        briefed=data.get("briefed") is True,
        at_us=happened_us(fact),
        actor=fact.actor or "",
    )


def _override(fact: FactRow) -> Override:
    held = {
        key.removeprefix(HELD): said
        for key, said in fact.data.items()
        if key.startswith(HELD) and isinstance(said, str | int | float)
    }
    return Override(
        held=held,
        words=str(fact.data["limits"]),
        reason=str(fact.data["reason"]),
        at_us=happened_us(fact),
        actor=fact.actor or "",
    )


def _confirmed(fact: FactRow, before: Confirmed | None) -> Confirmed | None:
    """What is confirmed after this; what was measured on somebody else is to be confirmed again."""
    if fact.kind == DEVICES_CORRECTED:
        samples = before.samples.values() if before else ()
        return None if any(rests_on_another(one, fact.data) for one in samples) else before
    missing = {
        key.removeprefix(MISSING): str(why)
        for key, why in fact.data.items()
        if key.startswith(MISSING)
    }
    return Confirmed(
        values=baseline_told(fact.data),
        samples=samples_told(fact.data),
        missing=missing,
        at_us=happened_us(fact),
        actor=fact.actor or "",
    )
