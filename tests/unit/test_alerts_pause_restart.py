"""After a restart an audio pause holds what it held, and nothing else (8a.4, 8a.25)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.clinic import Phase
from monitor.vitals import VitalSign
from tests.acts import Act, engine_of
from tests.judged import HR, SPO2, preset, reading
from tests.restarted import Kept

SEATED: Act = (0.5, "1", "seat", ("s", Phase.BASELINE))


def shown(chair: str, first_s: int, last_s: int, values: dict[VitalSign, float]) -> list[Act]:
    """What the monitor of a chair shows, second by second."""
    device = f"mon-{chair[0]}"
    return [
        (
            float(at),
            chair,
            "frame",
            (
                device,
                [
                    replace(reading(*one, float(at), chair=chair), device=device)
                    for one in values.items()
                ],
            ),
        )
        for at in range(first_s, last_s + 1)
    ]


def played(*acts: Act) -> Kept:
    """These, in order of time."""
    kept = Kept(engine_of(preset()))
    kept.play(sorted(acts, key=lambda one: one[0]))
    return kept


def sounds(kept: Kept) -> set[str]:
    """What can be heard."""
    return {one.condition for one in kept.engine.alarms() if one.audible}


@pytest.mark.requirement("ALM-230")
@pytest.mark.requirement("ALM-142")
def test_an_alarm_that_was_assigned_during_a_pause_is_heard() -> None:
    kept = played(
        SEATED,
        *shown("1", 1, 30, {HR: 160.0}),
        *shown("spare", 1, 30, {SPO2: 84.0}),
        (25.25, "1", "pause", 120.0),
        (28.25, "1", "move", "spare"),
    )
    assert sounds(kept) == {"SPO2-3", "SPO2-2"}
    assert sounds(kept.killed(preset())) == {"SPO2-3", "SPO2-2"}


@pytest.mark.requirement("ALM-230")
@pytest.mark.requirement("ALM-142")
def test_a_pause_after_the_seat_holds_an_alarm_that_was_assigned() -> None:
    kept = played(
        *shown("1", 1, 30, {SPO2: 84.0}),
        (20.5, "1", "seat", ("s", Phase.BASELINE)),
        (25.25, "1", "pause", 120.0),
        (28.25, "1", "move", "spare"),
    )
    assert kept.engine.alarms("spare")
    assert not sounds(kept)
    assert not sounds(kept.killed(preset()))


@pytest.mark.requirement("ALM-230")
@pytest.mark.parametrize("then", [("move", "spare"), ("phase", Phase.CLOSED)])
def test_a_pause_of_a_chair_that_was_empty_stays_over_as_it_is_empty_again(
    then: tuple[str, object],
) -> None:
    kept = played(
        *shown("1", 1, 10, {SPO2: 84.0}),
        (10.5, "1", "pause", 120.0),
        (12.5, "1", "seat", ("s", Phase.BASELINE)),
        (14.5, "1", *then),
        *shown("1", 15, 30, {SPO2: 84.0}),
    )
    assert kept.engine.audio_paused_until("1") is None
    again = kept.killed(preset())
    assert again.engine.audio_paused_until("1") is None
    again.play([(31.0, "1", "pause", 120.0)])
    assert again.engine.audio_paused_until("1") == 151.0


@pytest.mark.requirement("ALM-230")
def test_a_pause_at_the_instant_at_which_a_chair_became_empty_is_of_the_empty_chair() -> None:
    kept = played(SEATED, (2.5, "1", "move", "spare"), (2.5, "1", "pause", 120.0))
    assert kept.killed(preset()).engine.audio_paused_until("1") == 122.5


@pytest.mark.requirement("ALM-230")
@pytest.mark.requirement("S-70")
@pytest.mark.parametrize("then", [("end suspension", "SPO2-1"), ("phase", Phase.INFUSION)])
def test_a_suspension_that_ended_during_a_pause_lets_its_alarm_sound(
    then: tuple[str, object],
) -> None:
    low = {SPO2: 91.0, HR: 125.0}
    kept = played(
        SEATED,
        *shown("1", 1, 40, low),
        (20.5, "1", "suspend", ("SPO2-1", 400.0)),
        (25.25, "1", "pause", 120.0),
        (30.25, "1", *then),
    )
    assert sounds(kept) == {"SPO2-1"}
    assert sounds(kept.killed(preset())) == {"SPO2-1"}


@pytest.mark.requirement("ALM-230")
@pytest.mark.requirement("S-63")
def test_a_standby_that_ended_during_a_pause_lets_its_alarms_sound() -> None:
    kept = played(
        SEATED,
        *shown("1", 1, 40, {HR: 160.0}),
        (20.5, "1", "standby", 400.0),
        (25.25, "1", "pause", 120.0),
        (30.25, "1", "end standby", None),
    )
    assert {"HR-H2", "T-STALE"} <= {one.condition for one in kept.engine.alarms()}
    assert sounds(kept) == {"T-STALE"}
    assert sounds(kept.killed(preset())) == {"T-STALE"}


@pytest.mark.requirement("ALM-230")
@pytest.mark.parametrize("expires", [False, True])
def test_a_pause_after_the_end_of_a_suspension_holds_its_alarm(*, expires: bool) -> None:
    ends: Act = (24.25, "1", "end suspension", "SPO2-1")
    if expires:
        # What is suspended next finds that it is over.
        ends = (24.25, "1", "suspend", ("HR-H1", 90.0))
    kept = played(
        SEATED,
        *shown("1", 1, 40, {SPO2: 91.0}),
        (20.5, "1", "suspend", ("SPO2-1", 3.0 if expires else 400.0)),
        ends,
        (25.25, "1", "pause", 120.0),
    )
    assert not sounds(kept)
    assert not sounds(kept.killed(preset()))


@pytest.mark.requirement("ALM-230")
def test_a_suspension_that_expired_during_a_pause_lets_its_alarm_sound() -> None:
    kept = played(
        SEATED,
        *shown("1", 1, 40, {SPO2: 91.0}),
        (20.5, "1", "suspend", ("SPO2-1", 6.0)),
        (25.25, "1", "pause", 120.0),
        (30.25, "1", "suspend", ("HR-H1", 90.0)),
    )
    assert sounds(kept) == {"SPO2-1"}
    assert sounds(kept.killed(preset())) == {"SPO2-1"}


@pytest.mark.requirement("ALM-230")
@pytest.mark.requirement("S-64")
def test_worse_in_a_pause_is_not_measured_from_what_was_shown_at_an_empty_chair() -> None:
    kept = played(
        SEATED,
        *shown("1", 1, 24, {SPO2: 91.0}),
        *shown("spare", 1, 24, {SPO2: 92.0}),
        (20.25, "1", "pause", 120.0),
        (22.25, "spare", "pause", 120.0),
        (24.25, "1", "move", "spare"),
    ).killed(preset())
    kept.play(shown("spare", 25, 26, {SPO2: 88.0}))
    assert "SPO2-1" not in sounds(kept)
    kept.play(shown("spare", 27, 27, {SPO2: 87.0}))
    assert "SPO2-1" in sounds(kept)
