"""The engine against its scalar twins: the same events, whatever comes and in whatever batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.alerts import AlarmEvent
from monitor.alerts.place import KEPT_SAMPLES_MAX
from monitor.clinic import Phase
from monitor.conditions import Form, Kind, Preset
from monitor.resuming import WARM_US
from monitor.vitals import Reading
from tests.acts import (
    DEVICES,
    Act,
    act,
    act_twin,
    by_chair,
    engine_of,
    lived,
    lived_by_twins,
    stands,
    stands_at_twin,
    told,
    twins_of,
)
from tests.examples import examples
from tests.judged import SPO2, preset
from tests.restarted import SUM, Kept
from tests.scalar_twin import Step, Twin
from tests.scripts import DAY, MOVES, Script, often, reading_of, said, stories

RESTARTS = 4
"""How often a restart is drawn, compared to a move."""


def moved(move: str) -> Any:
    """The rule of the machine that does this move."""

    def do(self: EngineBesideTwins, **how: Any) -> None:
        self.do(move, how)

    do.__name__, declare = move, cast("Any", rule)
    return declare(**MOVES[move])(do)


class EngineBesideTwins(RuleBasedStateMachine):
    """A clinic of four chairs, three of them with monitors of their own kind.

    Every move is done upon the engine, in a service whose record is kept, and upon one
    twin a chair. A restart is done upon the engine alone: the twins go on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script, self.kept, self.twins = Script(), Kept(engine_of(preset())), twins_of(preset())
        self.told = dict.fromkeys(DEVICES, 0)
        self.returned = self.news = self.long = False

    def do(self, move: str, how: Mapping[str, Any]) -> None:
        for one in self.script.play(move, how):
            at, chair, what, argument = one
            self.kept.play([one])
            act_twin(self.twins[chair], at, what, argument, self.twins)
        for twin in self.twins.values():
            twin.advance(self.script.now)
        self.kept.pass_time(self.script.now)
        self.news = True

    @initialize(**DAY)
    def begin(self, **how: Any) -> None:
        self.do("begin", how)

    @rule()
    def pass_by(self) -> None:
        """Nobody does anything: the simplest move, to which others shrink."""

    def restart(self) -> None:
        self.kept, self.returned, self.news = self.kept.killed(preset()), True, False
        samples = Counter(one.device for one in self.kept.readings if one.vital is SPO2)
        many = max(samples.values(), default=0) > KEPT_SAMPLES_MAX
        self.long = self.long or self.script.now > WARM_US / 1e6 or many

    @invariant()
    def the_alarms_are_the_twins(self) -> None:
        mine = by_chair(self.kept.events)
        self.kept.events.clear()
        for chair, twin in self.twins.items():
            steps, self.told[chair] = twin.steps[self.told[chair] :], len(twin.steps)
            assert self._compared(mine[chair]) == self._compared(steps), chair
            now, alarms = self.script.now, self.kept.engine.alarms(chair)
            open_now = self._compared(stands(one, now) for one in alarms)
            open_there = self._compared(stands_at_twin(twin, one, now) for one in twin.open())
            assert sorted(open_now, key=by_id) == sorted(open_there, key=by_id), chair

    def teardown(self) -> None:
        """What jumps made and did not last is left out by both."""
        if not self.returned:
            left_out = {chair: list[tuple[object, ...]]() for chair in DEVICES}
            for chair, one in self.kept.engine.take_discarded():
                left_out[chair].append((one.vital, one.at_s, one.value))
            assert left_out == {chair: twin.discarded for chair, twin in self.twins.items()}

    def _compared(self, steps: Iterable[Step]) -> list[Step]:
        """After a restart of patients' alarms alone: what is known of devices begins anew."""
        if not self.returned:
            return [*steps]
        return [known for one in steps for known in after_a_restart(one, long=self.long)]


def after_a_restart(step: Step, *, long: bool) -> list[Step]:
    """What is as if there had been none.

    The last number of an alarm is told by its next violating sample, and the worst too where
    a rule derives it. An open sum over seconds leaks from its limit, however far it had leaked
    before; so what it alone supersedes may do so for longer. `long`: there was more than is
    told again.
    """
    condition = preset().condition(step.alarm.split("/")[-3])
    if condition.kind is not Kind.PHYSIOLOGICAL or condition.id == SUM:
        return []
    told = step._replace(value=None, limit=None)
    if long or condition.form is not Form.LIMIT:
        told = told._replace(worst=None, worst_s=None)
    beneath = condition.group == preset().condition(SUM).group and step.priority == "LOW"
    return [told._replace(superseded=False, audible=False) if beneath else told]


def by_id(step: Step) -> str:
    """Each is open once."""
    return step.alarm


for _number, _move in enumerate(one for one in MOVES for _ in range(often(one))):
    setattr(EngineBesideTwins, f"move_{_number}", moved(_move))
for _number in range(RESTARTS):
    _restart = precondition(lambda self: self.news)(EngineBesideTwins.restart)
    setattr(EngineBesideTwins, f"restart_{_number}", rule()(_restart))


@pytest.mark.requirement("S-48")
@pytest.mark.requirement("ALM-145")
def test_the_engine_takes_the_steps_of_its_twins() -> None:
    run_state_machine_as_test(
        EngineBesideTwins,
        settings=settings(
            max_examples=examples(200),
            stateful_step_count=25,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def in_batches(acts: list[Act], rules: Preset, size: int, order: list[str]) -> list[AlarmEvent]:
    """The frames in calls of up to `size`; acts between them stay where they are."""
    engine, events = engine_of(rules, order), list[AlarmEvent]()
    waiting: list[tuple[str, list[Reading]]] = []

    def flush() -> None:
        nonlocal events
        shuffled = sorted(waiting, key=lambda frame: order.index(frame[0]))
        events += engine.observe([one for _, frame in shuffled for one in frame])
        waiting.clear()

    for at, chair, what, argument in acts:
        if what == "frame" and isinstance(argument, tuple):
            waiting.append((chair, argument[1]))
            if len(waiting) >= size:
                flush()
        else:
            flush()
            events += act(engine, at, chair, what, argument)
    flush()
    return events + engine.advance(acts[-1][0] + 900)


@given(stories().filter(bool), st.permutations(sorted(DEVICES)), st.sampled_from([7, 1000]))
@settings(max_examples=examples(40), deadline=None)
def test_neither_batches_nor_the_order_of_chairs_change_a_step(
    acts: list[Act], order: list[str], size: int
) -> None:
    one_by_one = by_chair(in_batches(acts, preset(), 1, sorted(DEVICES)))
    assert by_chair(in_batches(acts, preset(), size, order)) == one_by_one


@given(st.lists(st.tuples(said(SPO2), st.integers(1, 120)), min_size=1, max_size=4))
@settings(max_examples=examples(20), deadline=None)
def test_a_sender_that_chatters_is_judged_as_the_twin_judges(
    shown: list[tuple[Any, int]],
) -> None:
    """More samples within a hold than are held."""
    acts: list[Act] = [(0.5, "1", "seat", ("s", Phase.INFUSION))]
    for value in (value for value, times in shown for _ in range(times)):
        at = acts[-1][0] + 1 / 16  # 256 samples are retained, over every delay
        one = reading_of(SPO2, value, "mon-1", at, at, late=False)
        acts.append((at, "1", "frame", ("mon-1", [one])))
    twin = Twin(preset(), "1", DEVICES["1"], 0.0)
    lived_by_twins(acts, {"1": twin})
    events = lived(acts, engine_of(preset()))
    assert [told(one) for one in events if one.alarm.chair == "1"] == twin.steps
