"""A session as it leaves the house: one frozen value that every format is written from.

Knows rows and review's values. Names and free words are taken out here, once:
no format can let them through. Knows no format, file or database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from monitor import __version__
from monitor.care.harm import ADVERSE, said, told_of
from monitor.care.session import as_it_was, session_of
from monitor.clinic import Session
from monitor.history import (
    BASELINE,
    CONFIDENTIAL,
    OBSERVED,
    PHASE,
    PRIVATE,
    SEATED,
    FactRow,
    ReadingRow,
    TransitionRow,
    happened_us,
)
from monitor.review import AlarmLife, lives
from monitor.review.artefacts import artefacts_of, left_out
from monitor.suspects import SUSPECT, marked
from monitor.vitals import GenerationMode, Validity, VitalSign

DEIDENTIFIED = "de-identified"
"""Stands in the place of the clinic's id."""
DIGEST_ENDING = "_sha256"
"""Ends the keys under which facts keep digests, such as the journal's token."""
SOFTWARE = f"Chairside {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that was done or seen, in words: a phase, an entry, an event at the chair."""

    at_us: int
    kind: str
    text: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One session. `facts` stand as corrected and without names and free words.

    `readings` are in order of sample time; those left out of judging are marked.
    `judged` are the same, and what staff called an artefact is questionable in them,
    for formats that have one word of a value's quality and not two.
    `alarms` are the lives of `transitions`. `made_us` is when it was made (UTC microseconds).
    """

    clinic: str
    zone: tzinfo
    session: Session
    facts: tuple[FactRow, ...]
    readings: tuple[ReadingRow, ...]
    judged: tuple[ReadingRow, ...]
    transitions: tuple[TransitionRow, ...]
    alarms: tuple[AlarmLife, ...]
    made_us: int

    @property
    def deidentified(self) -> bool:
        """Whether dates are shifted and ids replaced."""
        return self.clinic == DEIDENTIFIED

    @property
    def simulated(self) -> bool:
        """Whether any value came from a test or a simulator."""
        return any(row.mode is not GenerationMode.REAL for row in self.readings)

    @property
    def vitals(self) -> tuple[VitalSign, ...]:
        """The vital signs that have readings, in the order of the code table."""
        seen = {row.vital for row in self.readings}
        return tuple(vital for vital in VitalSign if vital in seen)

    @property
    def from_us(self) -> int:
        """The earliest time in it."""
        return min([self.session.opened_us, *(row.sampled_at_us for row in self.readings)])

    @property
    def to_us(self) -> int:
        """The latest time in it."""
        last = [row.sampled_at_us for row in self.readings]
        last += [alarm.ended_us or alarm.raised_us for alarm in self.alarms]
        last += [one.at_us for one in self.happenings()]
        return max([self.session.closed_us or self.session.phase_since_us, *last])

    def local(self, at_us: int) -> datetime:
        """That moment in the clinic's zone, to the microsecond."""
        seconds, rest_us = divmod(at_us, 1_000_000)
        moment = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest_us)
        return moment.astimezone(self.zone)

    def happenings(self) -> tuple[Happening, ...]:
        """What was done and seen at the chair, in time."""
        told = (_told(fact) for fact in self.facts)
        return tuple(sorted((one for one in told if one), key=lambda one: one.at_us))


def dossier(
    *,
    clinic: str,
    zone: tzinfo,
    facts: Sequence[FactRow],
    readings: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
    made_us: int,
) -> Dossier:
    """The session of these rows. Raises ValueError when no fact seats it."""
    kept = tuple(without_names(as_it_was(facts)))
    session = session_of(kept)
    if session is None:
        raise ValueError("these facts seat no session")
    rows = sorted(
        marked(kept, readings), key=lambda row: (row.sampled_at_us, row.vital.value, row.device)
    )
    return Dossier(
        clinic=clinic,
        zone=zone,
        session=session,
        facts=kept,
        readings=tuple(rows),
        judged=tuple(left_out(rows, artefacts_of(kept))[0]),
        transitions=tuple(transitions),
        alarms=lives(transitions),
        made_us=made_us,
    )


def without_names(facts: Sequence[FactRow]) -> Iterator[FactRow]:
    """The facts without what could tell who somebody is, and without digests of secrets.

    Those that are confidential as a whole, such as a patient's journal, are left out.
    """
    for fact in facts:
        if fact.kind in CONFIDENTIAL:
            continue
        data = {
            key: said
            for key, said in fact.data.items()
            if key not in PRIVATE and not key.endswith(DIGEST_ENDING)
        }
        yield replace(fact, data=data)


def _told(fact: FactRow) -> Happening | None:
    text = _words(fact)
    if text is None:
        return None
    return Happening(at_us=happened_us(fact), kind=fact.kind, text=text, actor=fact.actor or "")


def _words(fact: FactRow) -> str | None:
    """What a fact says, for a column of words; None for what is told elsewhere or by nobody."""
    data = fact.data
    if fact.kind == SEATED:
        return "PREPARE"
    if fact.kind == PHASE:
        return str(data["phase"])
    if fact.kind == OBSERVED:
        return f"{data['item']} {_said(data['value'])}"
    if fact.kind == ADVERSE:
        return said(*told_of(data))
    if fact.kind == BASELINE:
        return _pairs(fact, {vital.value for vital in VitalSign})
    return None if fact.kind == SUSPECT else _pairs(fact, set(data))


def _pairs(fact: FactRow, keys: set[str]) -> str:
    said = [f"{key} {_said(value)}" for key, value in fact.data.items() if key in keys]
    return ", ".join(said)


def _said(value: object) -> str:
    return plain(value) if isinstance(value, float) else str(value)


def known_value(row: ReadingRow) -> float | None:
    """The number of a reading that may be taken for a measurement: believed or questionable."""
    return row.value if row.validity.believed or doubtful(row) else None


def doubtful(row: ReadingRow) -> bool:
    """Whether a value is there, and in doubt."""
    return row.validity is Validity.QUESTIONABLE and row.value is not None


def plain(value: float) -> str:
    """A number as short as it can be written without losing anything; decimal point always."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
