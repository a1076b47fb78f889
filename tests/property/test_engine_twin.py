"""The engine against its scalar twin: the same events, whatever comes and in whatever batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import nan

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.alerts import AlarmEvent, AlarmState, Engine
from monitor.clinic import NEXT_PHASES, Phase
from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.vitals import GenerationMode, Reading, TimeBasis, Validity, VitalSign
from tests.examples import examples
from tests.judged import DIA, HR, PR, SPO2, SYS, preset
from tests.judged import MEAN as MAP
from tests.scalar_twin import Step, Twin

Devices = dict[str, tuple[float, frozenset[VitalSign]]]
MONITOR = frozenset({HR, PR, SPO2, SYS, DIA, MAP, VitalSign.NIBP_PULSE_RATE})
OXIMETER = frozenset({PR, SPO2})
DEVICES: dict[str, Devices] = {
    "1": {"mon-1": (10.0, MONITOR)},
    "2": {"mon-2": (10.0, MONITOR - {MAP}), "oxi-2": (20.0, OXIMETER)},
    "3": {"oxi-3": (12.0, OXIMETER)},
    "spare": {"mon-s": (10.0, MONITOR)},
}
"""Nobody begins in the spare chair; patients are moved there and back."""
Act = tuple[float, str, str, object]
"""When, at which chair, what, and its argument."""
LOST = 1.0
"""This pulse stands for one that the probe has lost."""
LEVELS: dict[VitalSign, list[float]] = {
    SPO2: [97, 97, 94, 93, 92, 91, 90, 89, 88, 87, 85, 84, 80, 0, 101],
    HR: [72, 72, 115, 120, 121, 140, 146, 151, 170, 53, 50, 49, 43, 39, 20, 0, 301],
    PR: [72, 72, 118, 121, 151, 52, 45, 39, 0, LOST, LOST],
    SYS: [125, 125, 155, 160, 161, 181, 205, 96, 89, 79, 84],
    DIA: [78, 78, 95, 100, 101, 111, 131, 50, 40, 120],
    MAP: [93, 93, 120, 66, 64, 59, 49],
}
SEQUENCE = (Phase.PREPARE, Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY, Phase.CLOSED)


@dataclass
class Story:
    """A seeded run of one clinic: (time, chair, act, argument), in order of time."""

    seed: int
    minutes: float
    acts: list[tuple[float, str, str, object]] = field(default_factory=list)
    _measuring_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for chair in DEVICES:
            self._chair(chair, random.Random(f"{self.seed}/{chair}"))
        self.acts.sort(key=lambda act: act[0])
        self.acts = list(possible(self.acts))

    def _chair(self, chair: str, dice: random.Random) -> None:
        now, phase, sessions = dice.random(), None, 0
        calm = dice.random() < 0.3
        dips = dice.random() < 0.2
        scored = dice.random() < 0.3
        held: dict[VitalSign, tuple[float, float]] = {}
        if chair != "spare" and dice.random() < 0.8:
            phase, sessions = self._move(chair, now, None, 0, dice)
        while now < self.minutes * 60:
            roll = dice.random()
            if roll < 0.006:
                phase, sessions = self._move(chair, now, phase, sessions, dice)
            elif roll < 0.03:
                self.acts.append((now, chair, "acknowledge", dice.random()))
            elif roll < 0.04:
                self.acts.append((now, chair, "baseline", self._baseline(dice)))
            elif roll < 0.043:
                self.acts.append((now, chair, "limits", self._edits(dice)))
            elif roll < 0.046:
                seconds = dice.choice([120.0, 30.0, 60.0, 0.0, 121.0, -1.0, float("nan")])
                self.acts.append((now, chair, "pause", seconds))
            elif roll < 0.048:
                one = dice.choice(list(DEVICES[chair]))
                self.acts.append((now, chair, "gate", (one, dice.random() < 0.6)))
            elif roll < 0.074:
                self.acts.append((now, chair, *self._silence(dice)))
            elif scored and roll < 0.12:
                self.acts.append(
                    (now, chair, "score", dice.choice([5.0, 4.0, 3.0, 2.0, 1.0, None]))
                )
            else:
                if dips:
                    held[SPO2] = (now + 9, 91.0 if now % 16 < 6 else 97.0)
                self._frame(chair, now, held, dice, calm=calm)
            now += self._gap(dice)

    def _move(
        self, chair: str, now: float, phase: Phase | None, sessions: int, dice: random.Random
    ) -> tuple[Phase | None, int]:
        if phase is None:
            to = dice.choice((*SEQUENCE[:4], Phase.INFUSION))
            self.acts.append((now, chair, "seat", (f"s-{chair}-{sessions}", to)))
            self.acts.append((now, chair, "arms", dice.random() < 0.6))
            return to, sessions + 1
        to = dice.choice(NEXT_PHASES[phase])
        self.acts.append((now, chair, "phase", to))
        return (None if to is Phase.CLOSED else to), sessions

    def _frame(
        self,
        chair: str,
        now: float,
        held: dict[VitalSign, tuple[float, float]],
        dice: random.Random,
        *,
        calm: bool,
    ) -> None:
        device, (_, vitals) = dice.choice(list(DEVICES[chair].items()))
        if SYS in vitals and dice.random() < 0.03:
            self._measuring_s[chair] = now + dice.choice([4, 12, 30, 70, 200])
        delay = dice.choice([0.0, 0.0, 0.0, 0.5, 2.0, 9.0, 30.0])
        measures = SYS in vitals and now < self._measuring_s.get(chair, 0.0)
        cuff = dice.random() < (0.005 if measures else 0.04)
        readings = []
        if measures and dice.random() < 0.9:
            readings.append(self._reading(SYS, nan, now - delay, chair, device, now, dice))
            readings[0] = replace(readings[0], validity=Validity.ONGOING, late=False)
        for vital in sorted(vitals & LEVELS.keys(), key=lambda one: one.value):
            if vital.episodic and not cuff:
                continue
            until, value = held.get(vital, (0.0, 0.0))
            if now >= until:
                value = dice.choice(LEVELS[vital][:2] if calm else LEVELS[vital])
                until = now + dice.choice([1, 3, 8, 20, 60])
                held[vital] = until, value
            readings.append(self._reading(vital, value, now - delay, chair, device, now, dice))
        self.acts.append((now, chair, "frame", (device, readings)))

    @staticmethod
    def _silence(dice: random.Random) -> tuple[str, object]:
        if dice.random() < 0.2:
            return "arms", dice.random() < 0.8
        if dice.random() < 0.3:
            return "end", (dice.random(), dice.random() < 0.5)
        if dice.random() < 0.4:
            return "move", dice.choice([*DEVICES, "spare", "spare"])
        kind = dice.choice(["suspend", "suspend", "end suspension", "standby", "end standby"])
        if kind in ("standby", "end standby"):
            return kind, dice.choice([600.0, 60.0, 20.0, 0.0, 601.0])
        rule = dice.choice(["HR-H1", "SPO2-1", "BP-H1", "HR-L1", "BP-L1", "BP-D", "SPO2-2", "HR-A"])
        return kind, (rule, dice.choice([30.0, 90.0, 400.0, 1800.0, 1801.0, -1.0]))

    @staticmethod
    def _baseline(dice: random.Random) -> dict[VitalSign, float]:
        known = {HR: [55, 72, 110], SPO2: [94, 97], SYS: [95, 125, 150], DIA: [60, 78, 95]}
        return {
            vital: float(dice.choice(levels))
            for vital, levels in known.items()
            if dice.random() < 0.8
        }

    @staticmethod
    def _edits(dice: random.Random) -> dict[str, float]:
        known = {
            "SPO2-1 SpO2": [88, 90, 94, 96],
            "SPO2-1 delay": [0, 5, 30],
            "SPO2-3 SpO2": [80, 88],
            "SPO2-3 delay": [0, 10],
            "HR-H1 HR": [100, 115, 145],
            "HR-H1 delay": [0, 1, 30],
            "HR-L1 HR": [35, 48, 55],
            "BP-H1 NIBP_SYS": [140, 155, 200],
            "BP-L1 NIBP_SYS": [70, 90, 110],
            "SPO2-A delay": [0, 120],
            "HR-H2 HR": [100],
        }
        return {key: float(dice.choice(of)) for key, of in known.items() if dice.random() < 0.3}

    @staticmethod
    def _reading(
        vital: VitalSign,
        value: float,
        sampled: float,
        chair: str,
        device: str,
        now: float,
        dice: random.Random,
    ) -> Reading:
        roll = dice.random()
        validity, reason, number = Validity.VALID, "", float(value)
        if roll < 0.06:
            validity = dice.choice([Validity.QUESTIONABLE, Validity.INVALID, Validity.CALIBRATING])
        elif roll < 0.12:
            number, reason = float("nan"), dice.choice(["sensor off", "no value", "no sensor"])
            validity = Validity.INVALID
        elif value == 80.0 and vital is SPO2:  # this level stands for a probe that is off
            number, reason, validity = float("nan"), "sensor off", Validity.INVALID
        elif value == LOST and vital is PR:
            number, reason, validity = float("nan"), "pulse search", Validity.INVALID
        return Reading(
            vital=vital,
            value=number,
            validity=validity,
            mode=GenerationMode.TEST,
            basis=TimeBasis.RECEIVED,
            reason=reason,
            device=device,
            chair=chair,
            session=None,
            sampled_s=sampled,
            received_s=now,
            sampled_at_us=round(sampled * 1e6),
            received_at_us=round(now * 1e6),
            late=roll > 0.985,
        )

    @staticmethod
    def _gap(dice: random.Random) -> float:
        roll = dice.random()
        if roll < 0.85:
            return dice.choice([1.0, 1.0, 1.0, 0.5, 0.25])
        # Never 0: what arrives at one instant is one call of the engine's.
        return dice.choice([0.01, 3.0, 5.0, 6.0, 12.0, 16.0, 70.0, 130.0])


def possible(acts: Iterable[Act]) -> Iterator[Act]:
    """What a ward would do of these: nobody is seated on a taken chair, or moved to one."""
    taken = set[str]()
    for one in acts:
        _, chair, what, argument = one
        if what in ("seat", "phase", "move") and (chair in taken) is (what == "seat"):
            continue
        if what == "move":
            if argument in taken:
                continue
            taken.remove(chair)
            taken.add(str(argument))
        elif what == "seat":
            taken.add(chair)
        elif argument is Phase.CLOSED:
            taken.remove(chair)
        yield one


def told(event: AlarmEvent) -> Step:
    """An event as the twin tells it."""
    alarm = event.alarm
    return (
        round(event.at_s, 6),
        alarm.id,
        event.from_state.value,
        alarm.state.value,
        event.reason.name,
        event.sampled_s,
        alarm.priority.name,
        alarm.session,
        alarm.onset_s,
        alarm.value,
        alarm.limit,
        alarm.extreme,
        alarm.episode,
        alarm.acknowledged_by,
        alarm.superseded,
        alarm.data_lost,
        alarm.audible,
    )


def engine_of(rules: Preset) -> Engine:
    engine = Engine(rules)
    for chair, devices in DEVICES.items():
        engine.add_chair(chair, devices, 0.0)
    return engine


def act(engine: Engine, at: float, chair: str, what: str, argument: object) -> list[AlarmEvent]:
    """One act upon the engine; a refusal changes nothing."""
    match what, argument:
        case "seat", (str() as session, Phase() as phase):
            return engine.seat(chair, session, phase, at)
        case "phase", Phase() as phase:
            return engine.set_phase(chair, phase, at)
        case "frame", (str() as device, list() as readings):
            return engine.frame(device, at) + engine.observe(readings)
        case "baseline" | "limits", dict() as known:
            setting = engine.set_baseline if what == "baseline" else engine.set_limits
            return setting(chair, known, at)
        case "score", float() | None as score:
            return engine.enter_score(chair, score, "rk", at)
        case "acknowledge", float() as which:
            return _acknowledged(engine, at, chair, which)
    return _around(engine, at, chair, what, argument)


def _around(engine: Engine, at: float, chair: str, what: str, argument: object) -> list[AlarmEvent]:
    """One act that concerns the chair's equipment, or its sound."""
    match what, argument:
        case "gate", (str() as device, bool() as lost):
            return engine.gate(device, at, lost=lost)
        case "move", str() as to:
            return engine.move(chair, to, at)
        case "end", (float() as which, bool() as cuff_off):
            return _ended(engine, at, chair, which, cuff_off=cuff_off)
        case "arms", bool() as shared:
            return engine.set_arms(chair, at, shared=shared)
    return silence(engine, at, chair, what, argument)


def _acknowledged(engine: Engine, at: float, chair: str, which: float) -> list[AlarmEvent]:
    events = engine.advance(at)
    ids = sorted(alarm.id for alarm in engine.alarms(chair))
    try:
        return events + (engine.acknowledge(_pick(ids, which), "rk", at) if ids else [])
    except CommandRefused:
        return events


def _ended(
    engine: Engine, at: float, chair: str, which: float, *, cuff_off: bool
) -> list[AlarmEvent]:
    events = engine.advance(at)
    seen = [one for one in engine.alarms(chair) if one.state is AlarmState.ACTIVE_ACK]
    ids = sorted(alarm.id for alarm in seen)
    if not ids:
        return events
    try:
        alarm = _pick(ids, which)
        return events + engine.end_unusable(alarm, "rk", at, "away", cuff_off=cuff_off)
    except CommandRefused:
        return events


def silence(engine: Engine, at: float, chair: str, what: str, argument: object) -> list[AlarmEvent]:
    """One act that takes sound away or gives it back; a refusal changes nothing."""
    try:
        match what, argument:
            case "pause", float() as seconds:
                return engine.pause_audio(chair, "rk", at, seconds)
            case "suspend", (str() as rule, float() as seconds):
                return engine.suspend(chair, rule, at, seconds)
            case "end suspension", (str() as rule, _):
                return engine.end_suspension(chair, rule, at)
            case "standby", float() as seconds:
                return engine.stand_by(chair, at, seconds)
            case "end standby", _:
                return engine.end_standby(chair, at)
    except CommandRefused:
        return engine.advance(at)
    raise AssertionError(what)


def act_twin(twin: Twin, at: float, what: str, argument: object, twins: Mapping[str, Twin]) -> None:
    match what, argument:
        case "seat", (str() as session, Phase() as phase):
            twin.seat(session, phase, at)
        case "phase", Phase() as phase:
            twin.set_phase(phase, at)
        case "move", str() as to:
            twin.move(twins[to], at)
        case "frame", (str() as device, list() as readings):
            twin.frame(device, at)
            twin.observe(readings)
        case "acknowledge", float() as which:
            twin.advance(at)
            ids = sorted(alarm.id for alarm in twin.open())
            if ids:
                twin.acknowledge(_pick(ids, which), "rk", at)
        case "end", (float() as which, bool() as cuff_off):
            twin.advance(at)
            ids = sorted(one.id for one in twin.open() if one.state == "ACTIVE_ACK")
            if ids:
                twin.end_unusable(_pick(ids, which), at, cuff_off=cuff_off)
        case _:
            set_twin(twin, at, what, argument)


def set_twin(twin: Twin, at: float, what: str, argument: object) -> None:
    match what, argument:
        case "baseline", dict() as baseline:
            twin.set_baseline(baseline, at)
        case "limits", dict() as edits:
            twin.set_limits(edits, at)
        case "arms", bool() as shared:
            twin.set_arms(shared, at)
        case "score", float() | None as score:
            twin.enter_score(score, at)
        case "gate", (str() as device, bool() as lost):
            twin.gate(device, lost, at)
        case _:
            silence_twin(twin, at, what, argument)


def silence_twin(twin: Twin, at: float, what: str, argument: object) -> None:
    match what, argument:
        case "pause", float() as seconds:
            twin.pause(at, seconds)
        case "suspend", (str() as rule, float() as seconds):
            twin.suspend(rule, at, seconds)
        case "end suspension", (str() as rule, _):
            twin.end_suspension(rule, at)
        case "standby", float() as seconds:
            twin.stand_by(at, seconds)
        case "end standby", _:
            twin.end_standby(at)


def _pick(ids: list[str], which: float) -> str:
    return ids[int(which * len(ids))]


def run(story: Story, rules: Preset) -> list[AlarmEvent]:
    """The story, one act at a time."""
    engine, events = engine_of(rules), []
    for at, chair, what, argument in story.acts:
        events += engine.advance(at)
        events += act(engine, at, chair, what, argument)
    return events + engine.advance(story.minutes * 60 + 900)


def twins_of(rules: Preset) -> dict[str, Twin]:
    return {chair: Twin(rules, chair, devices, 0.0) for chair, devices in DEVICES.items()}


def run_twins(story: Story, rules: Preset) -> dict[str, list[Step]]:
    twins = twins_of(rules)
    for at, chair, what, argument in story.acts:
        act_twin(twins[chair], at, what, argument, twins)
    for twin in twins.values():
        twin.advance(story.minutes * 60 + 900)
    return {chair: twin.steps for chair, twin in twins.items()}


def by_chair(events: list[AlarmEvent]) -> dict[str, list[Step]]:
    """Each chair's events in their order."""
    out: dict[str, list[Step]] = {chair: [] for chair in DEVICES}
    for event in events:
        out[event.alarm.chair].append(told(event))
    return out


@given(st.integers(0, 10**9))
@example(4000055)  # a lost link held back what a cuff then held back, until its result
@settings(max_examples=examples(40), deadline=None)
def test_the_engine_takes_the_steps_of_its_twin(seed: int) -> None:
    rules, story = preset(), Story(seed, minutes=12)
    assert by_chair(run(story, rules)) == run_twins(story, rules)


@given(st.integers(0, 10**9))
@settings(max_examples=examples(10), deadline=None)
def test_the_engine_leaves_out_what_its_twin_leaves_out(seed: int) -> None:
    rules, story = preset(), Story(seed, minutes=12)
    engine, twins = engine_of(rules), twins_of(rules)
    for at, chair, what, argument in story.acts:
        engine.advance(at)
        act(engine, at, chair, what, argument)
        act_twin(twins[chair], at, what, argument, twins)
    engine.advance(story.minutes * 60 + 60)
    left_out: dict[str, list[tuple[VitalSign, float, float]]] = {chair: [] for chair in DEVICES}
    for chair, one in engine.take_discarded():
        left_out[chair].append((one.vital, one.at_s, one.value))
    for chair, twin in twins.items():
        twin.advance(story.minutes * 60 + 60)
        assert left_out[chair] == twin.discarded


def run_in_batches(story: Story, rules: Preset, size: int, order: list[str]) -> list[AlarmEvent]:
    """The story's frames in calls of up to `size`; acts between them stay where they are."""
    engine, events, waiting = Engine(rules), list[AlarmEvent](), list[list[Reading]]()
    for chair in order:
        engine.add_chair(chair, DEVICES[chair], 0.0)

    def flush() -> None:
        nonlocal events
        shuffled = sorted(waiting, key=lambda frame: order.index(frame[0].chair))
        events += engine.observe([one for frame in shuffled for one in frame])
        waiting.clear()

    for at, chair, what, argument in story.acts:
        if what == "frame" and isinstance(argument, tuple):
            waiting.append(argument[1])
            if len(waiting) >= size:
                flush()
        else:
            flush()
            events += act(engine, at, chair, what, argument)
    flush()
    return events + engine.advance(story.minutes * 60 + 900)


@given(st.integers(0, 10**9), st.permutations(sorted(DEVICES)), st.sampled_from([7, 1000]))
@settings(max_examples=examples(15), deadline=None)
def test_neither_batches_nor_the_order_of_chairs_change_a_step(
    seed: int, order: list[str], size: int
) -> None:
    rules, story = preset(), Story(seed, minutes=12)
    one_by_one = by_chair(run_in_batches(story, rules, 1, sorted(DEVICES)))
    assert by_chair(run_in_batches(story, rules, size, order)) == one_by_one


@given(st.integers(0, 10**9))
@settings(max_examples=examples(10), deadline=None)
def test_a_sender_that_chatters_is_judged_as_the_twin_judges(seed: int) -> None:
    """More samples within a hold than are held."""
    dice, story = random.Random(seed), Story(seed, minutes=0)
    story.acts.append((0.5, "1", "seat", ("s", Phase.INFUSION)))
    value, now = 97.0, 1.0
    while now < 30.0:
        if dice.random() < 0.02:
            value = dice.choice([97.0, 84.0, 70.0])
        one = Story._reading(SPO2, value, now, "1", "mon-1", now, dice)
        story.acts.append((now, "1", "frame", ("mon-1", [one])))
        now += dice.choice([0.06, 0.06, 0.07])  # 256 samples are retained, over every delay
    story.acts.sort(key=lambda act: act[0])
    assert by_chair(run(story, preset())) == run_twins(story, preset())
