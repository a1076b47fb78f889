"""Why there is an alarm, in plain words and with units."""

from __future__ import annotations

import re

import pytest

from monitor.alerts import AlarmState
from monitor.alerts.states import Reason
from monitor.web.rule_words import happened, looks_at, stands, unit
from tests.judged import preset

CODE_WORD = re.compile(r"[A-Z]{2,}_|[A-Z0-9]+-[A-Z0-9]|\[|_")
EITHER = "NIBP systolic is above its limit or NIBP diastolic is above its limit"
SAID = {
    "SPO2-1": ("SpO2 is below its limit", "%"),
    "SPO2-I": ("SpO2 is below 92 % for too long: depth and time add up", "%·s"),
    "SPO2-N": ("SpO2 is below 92 % again and again in a short time", "dips"),
    "BP-R2": (
        f"{EITHER} in a cuff reading, reckoned from the patient's baseline",
        "mmHg",
    ),
    "HR-0": ("No pulse is counted although the probe is on", "/min"),
    "T-LINK": ("Nothing comes from the monitor", ""),
    "SED": ("A score that was entered at the chair", ""),
}


@pytest.mark.requirement("SHO-206")
def test_each_rule_of_the_preset_is_told_in_plain_words() -> None:
    rules = {one.id: one for one in preset().conditions}
    for rule in rules.values():
        assert looks_at(rule)
        assert CODE_WORD.search(looks_at(rule) + unit(rule)) is None
    assert {name: (looks_at(rules[name]), unit(rules[name])) for name in SAID} == SAID


@pytest.mark.requirement("SHO-206")
def test_each_step_of_an_alarm_is_told_in_plain_words() -> None:
    for state in AlarmState:
        assert CODE_WORD.search(stands(state.value)) is None
    for reason in Reason:
        assert CODE_WORD.search(happened(reason.value)) is None
    # What an older version wrote is told as it stands.
    assert (stands("HELD"), happened("of old")) == ("HELD", "of old")
