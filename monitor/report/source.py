"""All that a report is made from: stored rows, the preset they were judged by, names, one time.

Nothing else goes into a report, so the same rows and the same letterhead give the
same document for ever; what came later than the time it is made for is left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from monitor.care.arrival import Arrival, arrival_of
from monitor.care.baseline import SOURCES
from monitor.care.bookings import Patient
from monitor.care.equipment import Equipment, equipment_of
from monitor.care.harm import Harm, harms_of
from monitor.care.notes import Event, events_of
from monitor.care.session import session_of
from monitor.care.treatment import Treatment, treatment_of
from monitor.clinic import Session
from monitor.conditions import Preset
from monitor.history import ADDENDUM, SIGNED, FactRow, ReadingRow, TransitionRow
from monitor.review import Figures, Review, Summary, figures, review
from monitor.review.wording import whole_minutes
from monitor.vitals import VitalSign
from monitor.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """Somebody listened to all alarm sounds of a display on the day of the session."""

    at_us: int
    actor: str
    display: str
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands in no row of the session, as it was when the document was made.

    `made_us` is that time; nothing later is in the document. `people` and `labels`
    are names by id, `questions` and `advice` the clinic's texts by their keys,
    `drivers` the protocol of each device. `call` is whom a sitter calls, `listened` the
    last test of the alarm sounds before the session ended, None without one on that day.
    """

    clinic: str
    zone: str
    version: str
    made_us: int
    people: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[str, str] = field(default_factory=dict)
    drivers: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    """What each of `people` is, by id."""
    hold: Mapping[str, float] = field(default_factory=dict)
    """The clinic's hold limits by their keys."""
    course_infusions: int = 0
    call: str = ""
    paper: str = "a4"
    preset: str = ""
    """Hash of the alarm preset that its figures are counted by."""
    patient: Patient | None = None
    listened: Listened | None = None
    names: bool = False
    """Whether the clinic shows patients' names and dates of birth at all."""
    signing: str = ""
    """Who signs the document with this very making of it, by id."""

    @property
    def words(self) -> Words:
        """How it writes times, people and chairs."""
        return Words(ZoneInfo(self.zone), self.people, self.labels)

    def text(self) -> str:
        """All of it as JSON, from which `told` makes it again."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def told(cls, text: str) -> Letterhead:
        """The letterhead of that text. Raises ValueError."""
        said = json.loads(text)
        patient, listened = said.pop("patient"), said.pop("listened", None)
        return cls(
            **said,
            patient=Patient(**patient) if patient else None,
            listened=Listened(**listened) if listened else None,
        )

    def naming(self, actors: Collection[str | None]) -> Letterhead:
        """With the names of these and of who signs alone."""
        named = {*actors, self.signing, self.listened.actor if self.listened else ""}
        people = {one: name for one, name in self.people.items() if one in named}
        roles = {one: role for one, role in self.roles.items() if one in named}
        return replace(self, people=people, roles=roles)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One session's rows, in the order in which they were stored, and what they are seen by."""

    facts: Sequence[FactRow]
    readings: Sequence[ReadingRow]
    transitions: Sequence[TransitionRow]
    preset: Preset
    letterhead: Letterhead
    apart: Sequence[TransitionRow] = ()
    """Steps of alarms of the clinic as a whole, of the session's time."""

    def then(self) -> Source:
        """Without what came later than the document is made for."""
        until_us = self.letterhead.made_us
        return replace(
            self,
            facts=[
                one
                for one in self.facts
                if one.at_us <= until_us and one.kind not in (SIGNED, ADDENDUM)
            ],
            readings=[one for one in self.readings if one.received_at_us <= until_us],
            transitions=[one for one in self.transitions if one.at_us <= until_us],
            apart=[one for one in self.apart if one.at_us <= until_us],
        )

    @property
    def words(self) -> Words:
        """How times, people and chairs are written."""
        return self.letterhead.words

    @cached_property
    def session(self) -> Session:
        """The session as its facts leave it. Raises ValueError when none seats it."""
        found = session_of(self.facts)
        if found is None:
            raise ValueError("these facts seat no session")
        return found

    @cached_property
    def seen(self) -> Review:
        """Phases, traces, cuff readings and alarms."""
        return review(self.facts, self.readings, self.transitions)

    @cached_property
    def figures(self) -> Figures:
        """Every figure of the session."""
        return figures(self.facts, self.readings, self.transitions, self.preset)

    @cached_property
    def arrival(self) -> Arrival:
        """How the patient arrived."""
        return arrival_of(self.facts)

    @cached_property
    def treatment(self) -> Treatment:
        """What was ordered and given."""
        return treatment_of(self.facts)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What staff noted at the chair."""
        return events_of(self.facts)

    @cached_property
    def equipment(self) -> tuple[Equipment, ...]:
        """Every device that measured, and those of the chair that did not, by id.

        Of a session that nobody kept any of, only what the letterhead knows.
        """
        told = {one.device: one for one in equipment_of(self.facts)}
        drivers = self.letterhead.drivers
        for device in {row.device for row in self.readings} - told.keys():
            told[device] = Equipment(device=device, driver=drivers.get(device, ""), link="")
        return tuple(told[device] for device in sorted(told))

    @cached_property
    def harms(self) -> tuple[Harm, ...]:
        """What of all that happened staff marked as adverse events."""
        return harms_of(self.facts)

    @property
    def oxygen(self) -> Summary | None:
        """The saturation over the session; None when it was never valid."""
        return self.figures.summary(VitalSign.SPO2)

    @property
    def heart(self) -> Summary | None:
        """The heart rate, the oximeter's pulse where no ECG was; None when never valid."""
        both = [self.figures.summary(one) for one in SOURCES[VitalSign.HEART_RATE]]
        return next((one for one in both if one is not None), None)

    @property
    def zero_us(self) -> int:
        """From when minutes are counted: the start of the infusion, else the seat."""
        return self.session.infusion_started_us or self.session.opened_us

    def at(self, at_us: int | None, pattern: str = "%H:%M") -> str:
        """A time of day; a dash for none."""
        return "–" if at_us is None else self.words.time(at_us, pattern)

    def minute(self, at_us: int) -> str:
        """Whole minutes from the start of the infusion, with their sign."""
        return f"{whole_minutes(self.zero_us, at_us):+d}"
