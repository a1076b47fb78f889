"""A spike through the whole service in virtual time: no alarm, kept, marked when read back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC

import pytest

from monitor import review
from monitor.displays import Clinic
from monitor.exports import readings_csv
from monitor.exports.dossier import Dossier, dossier
from monitor.history import FactRow, ReadingRow
from monitor.suspects import SUSPECT
from monitor.vitals import Validity
from simulators.episodes import EpisodeKind, fault
from simulators.simulation import simulate
from simulators.stories import INFUSING, Story, demo_stories
from tests.judged import SPO2

SPIKE = fault(EpisodeKind.MOTION, 300.0, seconds=1.0)


@dataclass
class Reader:
    """Reads the session back after six minutes."""

    facts: list[FactRow] = field(default_factory=list)
    readings: list[ReadingRow] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        await asyncio.sleep(360.0)
        session = clinic.ward.seating.all()[0].id
        self.facts = await clinic.history.facts(session)
        self.readings = await clinic.history.readings(session)
        steps = await clinic.history.transitions(session)
        self.alarms = [step.condition for step in steps]
        await stop.wait()


def story() -> Story:
    quiet = demo_stories(1, 6)[0]
    visit = replace(quiet.visit(0), steps=INFUSING, episodes=(SPIKE,))
    return replace(quiet, visit=lambda _: visit)


def exported(reader: Reader) -> Dossier:
    """The session as it leaves the house."""
    return dossier(
        clinic="demo",
        zone=UTC,
        facts=reader.facts,
        readings=reader.readings,
        transitions=(),
        made_us=0,
    )


@pytest.mark.requirement("S-23")
def test_a_spike_is_kept_as_it_came_and_shown_as_left_out() -> None:
    reader = Reader()
    simulate(1, chairs=1, minutes=7, stories=[story()], observers=[reader])
    (fact,) = [one for one in reader.facts if one.kind == SUSPECT]
    (stored,) = [one for one in reader.readings if one.vital is SPO2 and one.value == 70]
    assert (stored.validity, stored.reason) == (Validity.VALID, "")
    assert fact.data == {"vital": "SpO2", "value": 70, "sampled_at_us": stored.sampled_at_us}
    seen = review.review(reader.facts, reader.readings, [])
    (shown,) = [one for one in seen.traces[SPO2] if one.value == 70]
    assert shown.quality == review.DOUBTFUL
    text = b"".join(readings_csv.pieces(exported(reader))).decode()
    assert [line for line in text.splitlines() if SUSPECT in line and ",70," in line]
    assert [one for one in reader.alarms if one.startswith("SPO2")] == []
