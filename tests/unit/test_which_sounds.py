"""Which of several displays sounds, and who takes over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from monitor.errors import CommandRefused
from monitor.sounding import DISPLAYS_MAX, SILENT_S, Chosen, Sounding, SoundTest
from monitor.web import speaker
from monitor.words import Words

DAY_US = 86_400_000_000


def here(sounding: Sounding, at_s: float, *names: str) -> None:
    """Displays of these names report at that second."""
    for name in names:
        sounding.report(f"id-{name}", name, enabled=True, now_s=at_s)


def test_nobody_heard_of_means_that_each_display_sounds_for_itself() -> None:
    assert Sounding().decide(0.0) == Chosen(sounds="", name="", backup="", silent="")
    assert Sounding().status(0.0) == []


@pytest.mark.requirement("SHO-204")
def test_a_display_that_sounds_and_is_hidden_is_told_to_all_until_it_is_seen() -> None:
    sounding = Sounding()
    here(sounding, 0.0, "wall", "desk")
    sounding.report("id-desk", "desk", enabled=True, hidden=True, now_s=0.0)
    assert sounding.status(0.0) == []  # another one sounds
    sounding.report("id-wall", "wall", enabled=True, hidden=True, now_s=1.0)
    (line,) = sounding.status(1.0)
    assert (line.level, line.text) == (
        "warn",
        "display wall sounds and is hidden: bring its page to the front",
    )
    here(sounding, 2.0, "wall")
    assert sounding.status(2.0) == []


@pytest.mark.requirement("SHO-203")
def test_a_sound_test_that_was_not_heard_says_so_and_what_to_do_until_one_is_heard() -> None:
    words = Words(UTC, {"am": "A. Moreau"}, {})
    today = 1_772_438_280_000_000

    def said(heard: bool, now_us: int = today) -> str:
        test = SoundTest(display="wall", actor="am", heard=heard, at_us=today)
        return speaker.tested(test, words, now_us)

    fix = "turn wall up or let another display sound, then SOUND TEST"
    assert said(heard=False) == "SOUND NOT HEARD at 07:58"
    assert said(heard=False, now_us=today + DAY_US) == "SOUND NOT HEARD at 2026-03-02 07:58"
    unheard = SoundTest(display="wall", actor="am", heard=False, at_us=today)
    assert speaker.remedy(unheard) == fix
    assert speaker.remedy(replace(unheard, heard=True)) == speaker.remedy(None) == ""
    assert said(heard=True) == "sound last tested 07:58 by A. Moreau (wall)"
    assert said(heard=True, now_us=today + DAY_US) == "SOUND NOT TESTED TODAY"
    assert speaker.tested(None, words, today) == "SOUND NOT TESTED TODAY"


@pytest.mark.requirement("SHO-016")
def test_without_a_choice_the_first_that_can_sound_keeps_the_sound() -> None:
    sounding = Sounding()
    here(sounding, 0.0, "desk")
    assert sounding.decide(0.0).name == "desk"
    here(sounding, 1.0, "wall", "desk")
    assert sounding.decide(1.0) == Chosen(sounds="id-desk", name="desk", backup="wall", silent="")
    here(sounding, 12.0, "wall")
    assert sounding.decide(12.0).name == "wall"
    here(sounding, 13.0, "desk")
    assert sounding.decide(13.0).name == "wall"


@pytest.mark.requirement("SHO-016")
def test_the_backup_sounds_when_the_owner_was_silent_for_ten_seconds_and_says_so() -> None:
    sounding = Sounding(owner="wall", backup="desk")
    here(sounding, 0.0, "tablet", "desk", "wall")
    assert sounding.decide(0.0) == Chosen(sounds="id-wall", name="wall", backup="desk", silent="")
    here(sounding, SILENT_S, "tablet", "desk")
    assert sounding.decide(SILENT_S).name == "wall"
    late_s = SILENT_S + 0.1
    assert sounding.decide(late_s) == Chosen(
        sounds="id-desk", name="desk", backup="tablet", silent="wall"
    )
    (line,) = sounding.status(late_s)
    assert line.text == "display wall is silent: desk sounds in its place"
    here(sounding, late_s + 1, "wall")
    assert sounding.decide(late_s + 1).name == "wall"


@pytest.mark.requirement("SHO-016")
def test_a_display_whose_browser_may_not_sound_is_as_good_as_silent_at_once() -> None:
    sounding = Sounding(owner="wall")
    here(sounding, 0.0, "wall", "desk")
    sounding.report("id-wall", "wall", enabled=False, now_s=1.0)
    assert sounding.decide(1.0).name == "desk"
    sounding.report("id-desk", "desk", enabled=False, now_s=2.0)
    assert sounding.decide(2.0) == Chosen(sounds="", name="", backup="", silent="wall")
    assert sounding.status(2.0)[0].level == "error"


@pytest.mark.requirement("SHO-016")
def test_a_persons_choice_goes_before_the_configuration_and_outlives_silence() -> None:
    sounding = Sounding(owner="wall")
    here(sounding, 0.0, "wall", "desk")
    assert sounding.choose("id-desk") == "desk"
    assert sounding.decide(0.0) == Chosen(sounds="id-desk", name="desk", backup="wall", silent="")
    here(sounding, 20.0, "wall")
    assert sounding.decide(20.0).silent == "desk"
    here(sounding, 21.0, "desk", "wall")
    assert sounding.decide(21.0).name == "desk"
    with pytest.raises(CommandRefused):
        sounding.choose("id-of-nobody")


@pytest.mark.requirement("SHO-016")
def test_a_display_nobody_enrolled_takes_the_sound_from_none_that_is() -> None:
    sounding = Sounding(owner="wall")
    sounding.report("stranger", "wall", enabled=True, now_s=0.0)
    assert sounding.decide(0.0).sounds == "stranger"
    sounding.report("id-desk", "desk", enabled=True, now_s=1.0, enrolled=True)
    assert sounding.decide(1.0).sounds == "id-desk"
    sounding.choose("stranger")
    assert sounding.decide(1.0).sounds == "stranger"


def test_a_choice_of_before_the_restart_is_silent_until_it_is_heard_of() -> None:
    sounding = Sounding()
    test = SoundTest(display="wall", actor="rk", heard=True, at_us=0)
    sounding.restore(("id-wall", "wall"), test)
    here(sounding, 0.0, "desk")
    assert sounding.decide(0.0) == Chosen(sounds="id-desk", name="desk", backup="", silent="wall")
    here(sounding, 1.0, "wall")
    assert sounding.decide(1.0).name == "wall"


def test_displays_are_bounded_and_the_one_that_sounds_is_not_pushed_out() -> None:
    sounding = Sounding()
    here(sounding, 0.0, "wall")
    assert sounding.decide(0.0).name == "wall"
    for number in range(3 * DISPLAYS_MAX):
        here(sounding, 1.0 + number / 1_000, f"d{number}")
    assert len(sounding.displays()) == DISPLAYS_MAX
    assert sounding.decide(2.0).name == "wall"
