"""What alarm messages may name in braces, held against the rules of a preset.

Knows conditions and the words of an alarm; knows no alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from monitor.alerts.wording import WORDS
from monitor.conditions import AlarmCondition, Form

RELATIVE = frozenset({"p", "below", "ds", "dd"})
"""Words that tell how far from the baseline."""
FORM_OF = {"t": Form.RISE, "age": Form.OVERDUE}
"""Words of one form alone."""


def message_mistakes(one: AlarmCondition) -> Iterator[str]:
    """What is wrong with its messages, each with its remedy."""
    for number, text in enumerate([one.message, *(other.message for other in one.wordings)]):
        at = f"condition {one.id}.{f'wordings.{number - 1}.' if number else ''}message"
        yield from (f"{at}: {mistake}" for mistake in _mistakes(text, one))
    for number, other in enumerate(one.wordings):
        if not (other.any_of or other.of_a_phase):
            at = f"condition {one.id}.wordings.{number}"
            yield f"{at}: says nothing of when; give it any_of or columns, or write it as message"


def _mistakes(text: str, one: AlarmCondition) -> Iterator[str]:
    try:
        parts = [*Formatter().parse(text)]
    except ValueError as error:
        yield f"{error} in {text!r}; write {{{{ and }}}} for braces that are meant as such"
        return
    relative = any(
        level.relative for clause in one.any_of for level in clause.limit.values() if level
    )
    for _, name, detail, conversion in parts:
        if name is None:
            continue
        if name not in WORDS or detail or conversion:
            written = (
                f"{{{name}{f'!{conversion}' if conversion else ''}{f':{detail}' * bool(detail)}}}"
            )
            yield f"there is nothing to say for {written}; one of {', '.join(sorted(WORDS))}"
        elif name in RELATIVE and not (relative and one.form is Form.LIMIT):
            yield f"{{{name}}} is beside the baseline, and no limit of this rule is; leave it out"
        elif name in FORM_OF and one.form is not FORM_OF[name]:
            yield f"{{{name}}} is known of form {FORM_OF[name].value!r} alone; leave it out"
