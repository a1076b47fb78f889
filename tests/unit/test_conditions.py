"""What a preset says beside its limits, and what is said of a priority that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.clinic import Phase
from monitor.conditions import Form
from monitor.errors import ConfigError
from monitor.presets import load_preset
from tests.judged import preset

LOW_RECOVERY = 'priority = { infusion = "LOW", recovery = "LOW" }'


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('"LWO"', "Value error, is one of LOW, MEDIUM, HIGH (got 'LWO')"),
        ('["LOW"]', "Input should be 1, 2 or 3 (got ['LOW'])"),
    ],
)
def test_a_priority_that_is_none_is_told_as_it_was_written(written: str, told: str) -> None:
    text = preset().text.replace(LOW_RECOVERY, f"priority = {{ infusion = {written} }}", 1)
    with pytest.raises(ConfigError) as wrong:
        load_preset(text, where="own.toml")
    assert f"condition SPO2-A: priority.infusion: {told}" in str(wrong.value)


def test_a_cuffs_reading_counts_for_as_long_as_the_preset_says_where_nobody_expects_one() -> None:
    rules = replace(preset(), nibp_interval_s={Phase.INFUSION: 300.0}, cuff_late_s=0.0)
    assert rules.cuff_judged_s(Phase.INFUSION) == 450.0
    assert rules.cuff_judged_s(Phase.RECOVERY) == 0.0
    assert rules.cuff_judged_s(None) == 0.0


def test_without_a_rule_about_it_a_cuffs_reading_is_overdue_after_its_interval() -> None:
    rules = preset()
    without = tuple(one for one in rules.conditions if one.form is not Form.OVERDUE)
    assert replace(rules, conditions=without).nibp_overdue_s() == rules.nibp_interval_s
    assert rules.nibp_overdue_s()[Phase.INFUSION] == 480.0


@pytest.mark.requirement("ALM-183")
@pytest.mark.parametrize("limit", ["{ offset = -4 }", "{ percent = 95 }", "{ infusion = 92 }"])
def test_a_sum_that_has_no_plain_limit_in_each_of_its_phases_is_refused(limit: str) -> None:
    rule = 'id = "SPO2-I"'
    before, after = preset().text.split(rule)
    after = after.replace('comparison = "<", limit = 92', f'comparison = "<", limit = {limit}', 1)
    with pytest.raises(ConfigError) as wrong:
        load_preset(before + rule + after, where="own.toml")
    said = "condition SPO2-I: SpO2 needs a limit in column recovery that is a number"
    assert said in str(wrong.value)


@pytest.mark.requirement("ALM-220")
@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("T-STALE", "form 'silent vital' waits 0 s for a cuff at most"),
        ("T-LINK", "form 'silent link' waits 0 s for a cuff at most"),
        ("T-IMP", "only what is reported of SpO2 waits for a cuff; leave it out"),
    ],
)
def test_a_preset_lets_nothing_else_wait_for_a_cuff(rule: str, said: str) -> None:
    name = f'id = "{rule}"'
    text = preset().text.replace(name, f"{name}\ncuff_wait_s = 60", 1)
    with pytest.raises(ConfigError) as wrong:
        load_preset(text, where="own.toml")
    assert f"condition {rule}.cuff_wait_s: {said}" in str(wrong.value)
