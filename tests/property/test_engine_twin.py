"""The engine against its scalar twins: the same events, whatever comes and in whatever batches."""

from __future__ import annotations

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
from monitor.clinic import Phase
from monitor.conditions import Kind, Preset
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
from tests.restarted import Kept
from tests.scalar_twin import Step, Twin
from tests.scripts import DAY, MOVES, Script, often, reading_of, said, stories

RESTARTS = 4
"""How often a restart is drawn, compared to a move."""
DOWN_S = st.sampled_from([0.0, 0.0, 2.0, 7.0, 59.0, 130.0, 301.0, 400.0])
"""For how long there is no service."""


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
        self.returned = self.news = False
        self.back = 0.0

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

    def restart(self, down: float) -> None:
        """Killed; after so long it is there again, and tells what fell due meanwhile."""
        self.script.now += down
        for twin in self.twins.values():
            twin.advance(self.script.now)
        self.kept = self.kept.killed(preset(), self.script.now)
        self.returned, self.news, self.back = True, False, self.script.now

    @invariant()
    def the_alarms_are_the_twins(self) -> None:
        mine = by_chair(self.kept.events)
        self.kept.events.clear()
        for chair, twin in self.twins.items():
            steps = [self._known(one) for one in twin.steps[self.told[chair] :]]
            self.told[chair] = len(twin.steps)
            assert self._compared(mine[chair]) == self._compared(steps), chair
            now, alarms = self.script.now, self.kept.engine.alarms(chair)
            open_now = self._compared(stands(one, now) for one in alarms)
            open_there = self._compared(stands_at_twin(twin, one, now) for one in twin.open())
            assert sorted(open_now, key=by_id) == sorted(open_there, key=by_id), chair

    def _known(self, step: Step) -> Step:
        """What a jump held back while nothing ran is judged at the second of the restart."""
        judged = step.sampled_s is not None
        return step._replace(at_s=max(step.at_s, self.back)) if judged else step

    def teardown(self) -> None:
        """What jumps made and did not last is left out by both."""
        if not self.returned:
            left_out = {chair: list[tuple[object, ...]]() for chair in DEVICES}
            for chair, one in self.kept.engine.take_discarded():
                left_out[chair].append((one.vital, one.at_s, one.value))
            assert left_out == {chair: twin.discarded for chair, twin in self.twins.items()}

    def _compared(self, steps: Iterable[Step]) -> list[Step]:
        """After a restart of patients' alarms alone: what is known of devices begins anew.

        The last number of an alarm is told by its next violating sample.
        """
        if not self.returned:
            return [*steps]
        return [as_known_again(one) for one in steps if of_the_patient(one)]


def of_the_patient(step: Step) -> bool:
    """Is it what a restart leaves as if there had been none?"""
    return preset().condition(step.alarm.split("/")[-3]).kind is Kind.PHYSIOLOGICAL


def as_known_again(step: Step) -> Step:
    """Each run numbers alarms of empty chairs anew, and says in them which it is."""
    name = step.alarm.rpartition("/")[0] if step.alarm.startswith("chair:") else step.alarm
    return step._replace(alarm=name, value=None, limit=None)


def by_id(step: Step) -> str:
    """Each is open once."""
    return step.alarm


for _number, _move in enumerate(one for one in MOVES for _ in range(often(one))):
    setattr(EngineBesideTwins, f"move_{_number}", moved(_move))
for _number in range(RESTARTS):
    _restart = precondition(lambda self: self.news)(EngineBesideTwins.restart)
    setattr(EngineBesideTwins, f"restart_{_number}", rule(down=DOWN_S)(_restart))


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
