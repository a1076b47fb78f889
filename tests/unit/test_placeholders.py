"""A clinic's own alarm messages are checked when they are loaded, not when an alarm is due."""

from __future__ import annotations

import pytest

from monitor.conditions import Form
from monitor.errors import ConfigError
from monitor.placeholders import FORM_OF, RELATIVE
from monitor.presets import load_preset
from tests.judged import preset

RULE = 'message = "HR {p} % of baseline"'
OVERDUE = 'message = "NIBP OVERDUE {age}"'


def mistakes(old: str, new: str) -> list[str]:
    """What is said of the shipped preset with this line in place of that."""
    text = preset().text
    assert text.count(old) == 1
    with pytest.raises(ConfigError) as refused:
        load_preset(text.replace(old, new), where="own.toml")
    assert "fix" in str(refused.value)
    return [line for line in str(refused.value).splitlines() if line.startswith("condition")]


@pytest.mark.requirement("ALM-165")
@pytest.mark.parametrize(
    "written", ["{q}", "{}", "{0}", "{v!r}", "{v:.1f}", "{v.real}", "{v[0]}", "{ v }"]
)
def test_a_word_that_nobody_knows_is_refused_with_those_that_there_are(written: str) -> None:
    [line] = mistakes(RULE, f'message = "HR {written} over"')
    assert line.startswith(f"condition HR-R.message: there is nothing to say for {written}")
    assert "age, below, chair, d, dd, ds, limit, m, p, reason, s, t, v, vital" in line


@pytest.mark.requirement("ALM-165")
@pytest.mark.parametrize("written", ["HR {v", "HR v}", "HR {v} {"])
def test_a_brace_without_its_other_is_refused_with_the_way_to_write_one(written: str) -> None:
    [line] = mistakes(RULE, f'message = "{written}"')
    assert line.startswith("condition HR-R.message: ")
    assert line.endswith("write {{ and }} for braces that are meant as such")


@pytest.mark.requirement("ALM-165")
def test_every_message_of_a_preset_is_looked_at_and_every_mistake_told_at_once() -> None:
    stop = 'message = "BP very high {s}/{d}: STOP per protocol"'
    [line] = mistakes(stop, 'message = "{q}"')
    assert line.startswith("condition BP-H2.wordings.0.message: there is nothing to say for {q}")
    assert len(mistakes(RULE, 'message = "{q} {w} {v}"')) == 2


@pytest.mark.requirement("ALM-165")
@pytest.mark.parametrize("word", sorted(RELATIVE))
def test_a_difference_needs_a_rule_with_a_limit_by_the_baseline(word: str) -> None:
    [line] = mistakes(OVERDUE, f'message = "NIBP {{{word}}}"')
    assert line.startswith(f"condition T-NIBP-O.message: {{{word}}} is beside the baseline")
    [rise] = mistakes(
        'message = "BP rising {v} in {t} min: recheck"', f'message = "BP rising {{{word}}}"'
    )
    assert rise.startswith("condition BP-D.message")


@pytest.mark.requirement("ALM-165")
@pytest.mark.parametrize(("word", "form"), sorted(FORM_OF.items()))
def test_a_time_is_known_of_one_form_alone(word: str, form: Form) -> None:
    [line] = mistakes(RULE, f'message = "HR {{{word}}}"')
    assert line == (
        f"condition HR-R.message: {{{word}}} is known of form {form.value!r} alone; leave it out"
    )


@pytest.mark.requirement("ALM-165")
def test_a_wording_that_says_nothing_of_when_is_refused() -> None:
    [line] = mistakes('columns = ["prepare", "baseline"]', "")
    assert line.startswith("condition BP-H1.wordings.0: says nothing of when; give it any_of")


def test_braces_that_are_meant_as_such_are_let_be() -> None:
    text = preset().text.replace(RULE, 'message = "HR {{v}} {v}"')
    assert load_preset(text, where="own.toml").condition("HR-R").message == "HR {{v}} {v}"
