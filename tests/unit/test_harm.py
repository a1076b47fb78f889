"""Adverse events out of a session's facts: the newest mark counts, and falls with its event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.care.harm import ADVERSE, Deed, Outcome, Seriousness, data_of, harms_of
from monitor.history import FactRow, name_of
from tests.stored import fact

HOSPITAL, NOT = Seriousness.HOSPITAL, Seriousness.NOT


def mark(second: float, of: FactRow, seriousness: Seriousness = NOT, text: str = "") -> FactRow:
    """Somebody calls it an adverse event."""
    done = (Deed.EMERGENCY, Deed.DRUG)
    data = data_of(name_of(of), seriousness, done, Outcome.RECOVERING, text)
    return replace(fact(second, ADVERSE, ordinal=int(second)), data=data)


NAUSEA = fact(10, "event", event="nausea", grade="severe", happened_us=1_799_999_995_000_000)
SEEN = fact(20, "observed", ordinal=1, item="MOAA/S", value=2.0)


@pytest.mark.requirement("RPT-070")
def test_a_mark_says_how_serious_what_was_done_and_how_it_ended() -> None:
    (harm,) = harms_of([NAUSEA, mark(60, NAUSEA, HOSPITAL, " by ambulance ")])
    assert (harm.what, harm.at_us, harm.actor) == ("nausea severe", 1_799_999_995_000_000, "rk")
    assert (harm.seriousness, harm.outcome) == (HOSPITAL, Outcome.RECOVERING)
    assert harm.done == (Deed.DRUG, Deed.EMERGENCY)
    assert harm.text == "by ambulance"
    assert harm.said() == "SERIOUS: hospital, drug given, emergency called, recovering"


@pytest.mark.requirement("RPT-070")
def test_the_newest_mark_counts_and_what_was_seen_may_be_one_too() -> None:
    facts = [NAUSEA, SEEN, mark(60, NAUSEA, HOSPITAL), mark(61, SEEN), mark(62, NAUSEA)]
    assert [(one.what, one.seriousness) for one in harms_of(facts)] == [
        ("nausea severe", NOT),
        ("MOAA/S 2", NOT),
    ]


@pytest.mark.requirement("RPT-070")
def test_a_mark_that_was_taken_back_or_whose_event_never_was_is_none() -> None:
    first, second = mark(60, NAUSEA, HOSPITAL), mark(61, NAUSEA)
    back = fact(70, "corrected", of=name_of(second), withdrawn=True, reason="slip")
    assert [one.seriousness for one in harms_of([NAUSEA, first, second, back])] == [HOSPITAL]
    never = fact(71, "corrected", of=name_of(NAUSEA), withdrawn=True, reason="slip")
    assert harms_of([NAUSEA, first, never]) == ()
    graded = fact(72, "corrected", of=name_of(NAUSEA), grade="mild", reason="grade")
    assert [one.what for one in harms_of([NAUSEA, first, graded])] == ["nausea mild"]
