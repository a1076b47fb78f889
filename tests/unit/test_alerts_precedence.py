"""Of several technical conditions about one thing the most telling speaks (alarms.md 8a.23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from monitor.alerts import AlarmState
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.errors import ConfigError
from monitor.presets import load_preset
from monitor.vitals import Reading, Validity, VitalSign
from tests.judged import HR, PR, SPO2, Chairside, preset, reading

Said = Mapping[VitalSign, tuple[Validity, str]]
OFF = (Validity.NOT_AVAILABLE, "sensor off")
POOR = (Validity.QUESTIONABLE, "low perfusion")
APART: dict[VitalSign, float | None] = {SPO2: 97.0, HR: 72.0, PR: 110.0}


def hold(
    chair: Chairside,
    seconds: int,
    values: Mapping[VitalSign, float | None],
    said: Said | None = None,
) -> None:
    for _ in range(seconds):
        chair.pass_second(values, validity=said)


def disagreeing() -> Chairside:
    """A chair whose ECG and pulse have disagreed for long enough."""
    chair = Chairside()
    hold(chair, 31, APART)
    alarm = chair.alarm("T-SRC")
    assert alarm is not None
    assert alarm.audible
    return chair


def speaks(chair: Chairside, condition: str) -> None:
    """It is heard, T-SRC is listed beside it without sound, and below it."""
    alarm, spoken_for = chair.alarm(condition), chair.alarm("T-SRC")
    assert alarm is not None
    assert spoken_for is not None
    assert (alarm.audible, alarm.superseded) == (True, False)
    assert (spoken_for.state, spoken_for.superseded) == (AlarmState.ACTIVE_UNACK, True)
    assert not spoken_for.audible
    told = [one.condition for one in chair.engine.alarms("1")]
    assert told.index(condition) < told.index("T-SRC")


@pytest.mark.requirement("ALM-140")
def test_a_probe_that_is_off_speaks_for_sources_that_disagreed() -> None:
    chair = disagreeing()
    hold(chair, 11, {SPO2: None, HR: 72.0, PR: None}, {SPO2: OFF, PR: OFF})
    speaks(chair, "T-PROBE")


@pytest.mark.requirement("ALM-140")
def test_a_poor_signal_speaks_for_sources_that_disagree_and_is_told_first() -> None:
    chair = disagreeing()
    hold(chair, 16, APART, {SPO2: POOR, PR: POOR})
    speaks(chair, "T-SIG")
    # Both LOW, and T-SRC began earlier; when the signal is good again it is heard again.
    hold(chair, 6, APART)
    assert chair.state("T-SIG") is AlarmState.IDLE
    assert chair.sounding() is Priority.LOW


@pytest.mark.requirement("ALM-140")
def test_a_heart_rate_that_is_silent_speaks_for_sources_that_disagreed() -> None:
    chair = disagreeing()
    hold(chair, 16, {SPO2: 97.0, HR: None, PR: None})
    speaks(chair, "T-STALE")


@pytest.mark.requirement("ALM-140")
def test_a_silent_ecg_speaks_for_sources_that_disagreed() -> None:
    chair = disagreeing()
    hold(chair, 16, {SPO2: 97.0, PR: 110.0})
    (stale,) = [one for one in chair.engine.alarms("1") if one.condition == "T-STALE"]
    assert stale.instance == "ECG"
    speaks(chair, "T-STALE")


@pytest.mark.requirement("ALM-140")
def test_sources_are_not_told_to_disagree_while_something_says_more() -> None:
    chair = Chairside()
    hold(chair, 20, APART)
    hold(chair, 16, APART, {SPO2: POOR, PR: POOR})
    assert chair.state("T-SIG") is AlarmState.ACTIVE_UNACK
    # The delay is over with the third valid pair; T-SIG ends with the sixth.
    hold(chair, 5, APART)
    assert chair.state("T-SIG") is AlarmState.ACTIVE_UNACK
    assert chair.raised("T-SRC") == []
    hold(chair, 6, APART)
    assert chair.state("T-SIG") is AlarmState.IDLE
    (at_s,) = chair.raised("T-SRC")
    assert at_s >= 41.0
    alarm = chair.alarm("T-SRC")
    assert alarm is not None
    assert alarm.onset_s == 0.0


@pytest.mark.requirement("ALM-140")
@pytest.mark.parametrize(
    ("lost", "spoken_for"), [("ecg", True), ("oximeter", True), ("cuff", False)]
)
def test_a_lost_monitor_speaks_for_sources_of_which_it_was_one(lost: str, spoken_for: bool) -> None:
    chair = Chairside(chairs=())
    engine, cuff = chair.engine, {VitalSign.NIBP_SYSTOLIC: 120.0}
    values = {"ecg": {HR: 72.0}, "oximeter": {PR: 110.0, SPO2: 97.0}, "cuff": cuff}
    engine.add_chair("1", {name: (3.0, frozenset(of)) for name, of in values.items()}, 0.0)
    engine.seat("1", "s1", Phase.INFUSION, 0.0)
    for second in range(50):
        for name, of in values.items():
            if name != lost or second <= 32:
                engine.frame(name, float(second))
                engine.observe([_from(name, vital, value, second) for vital, value in of.items()])
        engine.advance(second + 0.5)
    alarm = chair.alarm("T-SRC")
    assert alarm is not None
    assert chair.alarm("T-LINK") is not None
    assert alarm.superseded is spoken_for


def _from(device: str, vital: VitalSign, value: float, second: int) -> Reading:
    return replace(reading(vital, value, float(second)), device=device)


@pytest.mark.requirement("ALM-140")
@pytest.mark.parametrize(
    ("rule", "line", "told"),
    [
        ("HR-H1", 'yields_to = ["T-LINK"]', "it is about the patient"),
        ("T-LINK", 'yields_to = ["T-SRC"]', "T-LINK.yields_to: goes round to itself"),
    ],
)
def test_a_preset_cannot_silence_a_patient_or_go_round_in_a_circle(
    rule: str, line: str, told: str
) -> None:
    text = preset().text.replace('yields_to = ["T-GATE"] ', "# ")
    text = text.replace(f'id = "{rule}"\n', f'id = "{rule}"\n{line}\n')
    with pytest.raises(ConfigError, match=told):
        load_preset(text, where="another preset")


@pytest.mark.requirement("ALM-140")
def test_a_heart_rate_without_data_says_nothing_of_a_poor_saturation() -> None:
    chair = Chairside()
    hold(chair, 5, {SPO2: 97.0, HR: 72.0})
    hold(chair, 16, {SPO2: 97.0})
    assert chair.state("T-STALE") is AlarmState.ACTIVE_UNACK
    hold(chair, 16, {SPO2: 97.0}, {SPO2: POOR})
    assert chair.state("T-SIG") is AlarmState.ACTIVE_UNACK
    signal = chair.alarm("T-SIG")
    assert signal is not None
    assert signal.audible


@pytest.mark.requirement("ALM-140")
def test_a_probe_that_is_off_does_not_speak_for_a_silent_ecg() -> None:
    chair = Chairside()
    hold(chair, 40, {SPO2: 97.0, HR: 72.0, PR: 72.0})
    hold(chair, 20, {SPO2: None, PR: None}, {SPO2: OFF, PR: OFF})
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK
    (stale,) = [one for one in chair.engine.alarms("1") if one.condition == "T-STALE"]
    assert (stale.instance, stale.audible) == ("ECG", True)


@pytest.mark.requirement("ALM-140")
def test_a_probe_that_is_off_speaks_for_a_pulse_that_goes_later() -> None:
    chair = Chairside()
    hold(chair, 5, {SPO2: 97.0, PR: 72.0})
    hold(chair, 15, {SPO2: None, PR: 72.0}, {SPO2: OFF})
    hold(chair, 25, {SPO2: None}, {SPO2: OFF})
    assert {one.condition for one in chair.engine.alarms("1")} == {"T-PROBE"}
    assert chair.raised("T-STALE") == []
