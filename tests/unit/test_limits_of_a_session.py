"""A nurse sets limits for one session (alarms.md 7.4 and 8a.25, statement 55)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState
from monitor.clinic import Phase
from monitor.conditions import AlarmCondition, Preset
from monitor.edits import changed, check, hints, settings
from monitor.errors import CommandRefused, ConfigError
from monitor.presets import load_preset
from monitor.thresholds import Guard
from tests.judged import DIA, HR, SPO2, SYS, Chairside, preset

INFUSION = Phase.INFUSION
NONE: dict[str, float] = {}


def refused(edits: dict[str, float], phase: Phase = INFUSION, of: Preset | None = None) -> str:
    with pytest.raises(CommandRefused) as caught:
        check(of or preset(), phase, {}, edits)
    return f"{caught.value.what}: {caught.value.why}; {caught.value.fix}"


@pytest.mark.requirement("S-55")
@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("SPO2-1 SpO2", 89, 94),  # 88 to 96 by its guard, within SPO2-2 and SPO2-A
        ("SPO2-3 SpO2", 80, 87),
        ("HR-H1 HR", 100, 180),
        ("HR-L1 HR", 35, 60),
        ("BP-H1 NIBP_SYS", 140, 200),
        ("BP-L1 NIBP_SYS", 70, 110),
        ("SPO2-1 delay", 0, 30),
        ("SPO2-3 delay", 0, 10),
        ("HR-H2 delay", 0, 10),
        ("SPO2-A delay", 0, 120),
    ],
)
def test_a_limit_may_be_set_within_its_range_and_no_further(
    key: str, low: float, high: float
) -> None:
    guards = {one.key: one.guard for one in settings(preset(), INFUSION, {}, {})}
    for value in (low, high):
        check(preset(), INFUSION, {}, {key: value})
    step = guards[key].step
    assert "cannot be set" in refused({key: low - step}) or "contradict" in refused(
        {key: low - step}
    )
    assert "cannot be set" in refused({key: high + step}) or "contradict" in refused(
        {key: high + step}
    )
    assert f"{guards[key].low:g} to {guards[key].high:g}" in refused({key: high + 1000})
    for value in (float("nan"), float("inf"), -1.0, low + step / 2):
        refused({key: value})


@pytest.mark.requirement("S-55")
def test_what_has_no_range_is_refused() -> None:
    for key in ("HR-H2 HR", "SPO2-2 SpO2", "HR-0 HR", "HR-R HR", "BP-H1 NIBP_DIA", "nonsense", ""):
        assert "no range for it" in refused({key: 100.0})


@pytest.mark.requirement("S-55")
def test_the_less_urgent_rule_alarms_first_in_every_phase_that_is_left() -> None:
    assert "SPO2-1 at 88, SPO2-2 at 88" in refused({"SPO2-1 SpO2": 88.0})
    assert "SPO2-2 at 88, SPO2-3 at 88" in refused({"SPO2-3 SpO2": 88.0})
    fixed = refused({"SPO2-1 SpO2": 88.0})
    assert "another value: SPO2-2 cannot be changed at a chair" in fixed
    assert "the other limit too" not in fixed
    assert "SPO2-A at 94, SPO2-1 at 95" in refused({"SPO2-1 SpO2": 95.0})
    # In BASELINE the very low limit stands at 90; once it is over, 89 is in order.
    assert "in BASELINE: SPO2-1 at 89" in refused({"SPO2-1 SpO2": 89.0}, Phase.BASELINE)
    check(preset(), INFUSION, {}, {"SPO2-1 SpO2": 89.0})


@pytest.mark.requirement("S-55")
def test_low_stays_under_high() -> None:
    def wide(one: AlarmCondition) -> AlarmCondition:
        guard = Guard(low=30, high=200)
        return replace(one, any_of=tuple(replace(c, guard=guard) for c in one.any_of))

    loose = [wide(one) if one.id in ("HR-H1", "HR-L1") else one for one in preset().conditions]
    of = replace(preset(), conditions=tuple(loose))
    said = refused({"HR-H1 HR": 60.0, "HR-L1 HR": 60.0}, of=of)
    assert "HR low 60 (HR-L1), high 60 (HR-H1)" in said
    assert "change the other limit too" in said
    check(of, INFUSION, {}, {"HR-H1 HR": 61.0, "HR-L1 HR": 60.0})


@pytest.mark.requirement("S-55")
def test_a_limit_that_was_set_is_judged_shown_and_takes_its_clear_value_along() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=90.0)
    assert chair.alarm("SPO2-1") is not None
    chair.events += chair.engine.set_limits("1", {"SPO2-1 SpO2": 89.0}, chair.now)
    assert chair.engine.limits("1")[SPO2] == (94.0, None)
    chair.hold(11, SPO2=90.0)
    assert chair.alarm("SPO2-1") is None  # 90 violates 89 no more
    chair.hold(20, SPO2=88.0)
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert (alarm.value, alarm.limit) == (88.0, 89.0)
    chair.hold(30, SPO2=90.0)
    assert chair.alarm("SPO2-1") is not None  # clears at the limit + 2, as in the preset
    chair.hold(11, SPO2=91.0)
    assert chair.alarm("SPO2-1") is None


@pytest.mark.requirement("S-55")
@pytest.mark.parametrize("delay", [0.0, 5.0, 30.0])
def test_an_on_delay_that_was_set_is_the_one_that_runs(delay: float) -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"HR-H1 delay": delay}, 0.0)
    chair.hold(5)
    chair.hold(40, HEART_RATE=121.0)
    assert chair.raised("HR-H1") == [5.0 + delay]
    steps = [event for event in chair.events if event.alarm.condition == "HR-H1"]
    assert steps[0].from_state is (AlarmState.PENDING if delay else AlarmState.IDLE)


@pytest.mark.requirement("S-55")
def test_the_next_patient_begins_with_the_preset() -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"HR-H1 HR": 140.0, "HR-H1 delay": 30.0}, 0.0)
    chair.hold(40, HEART_RATE=130.0)
    assert chair.alarm("HR-H1") is None
    chair.engine.clear("1", chair.now)
    chair.engine.seat("1", "s2", INFUSION, chair.now)
    chair.hold(11, HEART_RATE=130.0)
    assert chair.alarm("HR-H1") is not None


def test_a_relative_limit_that_was_set_rests_on_no_baseline() -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {HR: 55.0}, 0.0)
    chair.hold(12, HEART_RATE=44.0)
    below = chair.alarm("HR-L1")
    assert below is not None
    assert (below.limit, below.baseline) == (45.0, 55.0)
    chair.hold(30)
    chair.engine.set_limits("1", {"HR-L1 HR": 50.0}, chair.now)
    chair.hold(12, HEART_RATE=48.0)
    below = chair.alarm("HR-L1")
    assert below is not None
    assert (below.limit, below.baseline) == (50.0, None)


def test_a_limit_holds_in_every_phase_of_the_session() -> None:
    chair = Chairside(Phase.BASELINE)
    chair.engine.set_limits("1", {"BP-L1 NIBP_SYS": 100.0}, 0.0)
    for phase in (Phase.INFUSION, Phase.RECOVERY):
        chair.engine.set_phase("1", phase, chair.now)
        chair.cuff(98.0, 60.0, 70.0)
        assert chair.alarm("BP-L1") is not None
        chair.cuff(120.0, 70.0, 85.0)
        assert chair.alarm("BP-L1") is None


def test_what_is_named_changes_and_nothing_else() -> None:
    assert changed({"a": 1.0, "b": 2.0}, {"a": None, "c": 3.0}) == {"b": 2.0, "c": 3.0}
    assert changed({"a": 1.0}, {}) == {"a": 1.0}


def test_the_settings_say_preset_and_value_in_force() -> None:
    by_key = {one.key: one for one in settings(preset(), INFUSION, {HR: 55.0}, {"HR-H1 HR": 140.0})}
    assert (by_key["HR-H1 HR"].preset, by_key["HR-H1 HR"].value) == (120.0, 140.0)
    assert (by_key["HR-L1 HR"].preset, by_key["HR-L1 HR"].value) == (45.0, 45.0)
    assert "SPO2-A delay" not in {
        one.key for one in settings(preset(), Phase.BASELINE, {SYS: 120.0, DIA: 80.0}, NONE)
    }


def test_a_limit_that_a_more_urgent_rule_forestalls_is_told() -> None:
    (said,) = hints(preset(), INFUSION, {}, {"HR-H1 HR": 160.0})
    assert said == "HR-H1 at 160 will not be heard: HR-H2 alarms at > 150"
    (said,) = hints(preset(), INFUSION, {}, {"BP-H1 NIBP_SYS": 180.0})
    assert said == "BP-H1 at 180 will not be heard: BP-H2 alarms at > 180"
    assert hints(preset(), INFUSION, {}, {"HR-H1 HR": 145.0, "SPO2-1 delay": 30.0}) == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("low = 100, high = 180", "low = 130, high = 180", "HR-H1: HR 120 in column"),
        ("low = 100, high = 180", "low = 100, high = 180, stp = 5", "stp"),
        (
            'first = "SPO2-A", second = "SPO2-1", or_equal = true',
            'first = "SPO2-1", second = "SPO2-A"',
            "limit_order: in column infusion SPO2-1 stands at 92, SPO2-A at 94",
        ),
        ('first = "SPO2-A"', 'first = "SPO2-X"', "SPO2-X and SPO2-1 must both be rules"),
        (
            'form = "change"\n',
            'form = "change"\non_delay_guard = { low = 0, high = 9 }\n',
            "form 'limit'",
        ),
        ("on_delay_s = 15\n", "on_delay_s = 31\n", "SPO2-1: its on-delay of 31 s is not within"),
    ],
)
def test_a_preset_whose_ranges_make_no_sense_is_refused(was: str, now: str, said: str) -> None:
    text = preset().text
    assert was in text
    with pytest.raises(ConfigError, match="alarm preset") as caught:
        load_preset(text.replace(was, now), where="test")
    assert said in str(caught.value)
