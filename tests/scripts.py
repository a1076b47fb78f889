"""What hypothesis draws of a clinic's day: monitors that show something, people who act.

A move is a method of `Script` with arguments from `MOVES`. It answers with acts (see
`tests/acts.py`) and lets time pass. Values lie around the limits of the preset, and times
around its delays, so that few moves reach far.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from monitor.clinic import NEXT_PHASES, Phase
from monitor.conditions import Kind
from monitor.vitals import GenerationMode, Reading, TimeBasis, Validity, VitalSign
from tests.acts import DEVICES, Act
from tests.judged import DIA, HR, PR, SPO2, SYS, preset
from tests.judged import MEAN as MAP

Said = float | str | tuple[Validity, float]
"""A valid value, the words of a device that gives none, or a value that is not simply valid."""
Picture = Mapping[VitalSign, Said]
MOMENT_S = 0.25
"""Between two acts: what arrives at a chair at one instant is one call of the engine's."""
LAG_S = {"oxi-2": 0.125}
"""Two devices of one chair do not speak at one instant."""
CHAIR_OF = {device: chair for chair, devices in DEVICES.items() for device in devices}
VITALS_OF = {name: vitals for of in DEVICES.values() for name, (_, vitals) in of.items()}
CALM = {SPO2: 97.0, HR: 72.0, PR: 72.0}
CALM_CUFF = {SYS: 125.0, DIA: 78.0, MAP: 93.0}
USUAL: dict[VitalSign, list[float]] = {
    HR: [72.0, 55.0, 110.0],
    SPO2: [97.0, 94.0],
    SYS: [125.0, 95.0, 150.0],
    DIA: [78.0, 60.0, 95.0],
}
"""Baselines."""
NO_LEVELS: dict[VitalSign, list[float]] = {
    SPO2: [0.0, 101.0, 127.0],
    HR: [0.0, 301.0, 511.0],
    PR: [0.0, 301.0],
    SYS: [0.0, 301.0],
    DIA: [9.0],
    MAP: [19.0],
}
"""Sentinels, impossible numbers, and a heart that does not beat."""
WORDS = ("sensor off", "no value", "no sensor", "pulse search", "low perfusion")


@dataclass
class Script:
    """Who sits where, what each monitor shows, and when it is."""

    now: float = 0.0
    sessions: int = 0
    phases: dict[str, Phase] = field(default_factory=dict)
    shown: dict[str, dict[VitalSign, Said]] = field(default_factory=dict)
    cuffs: dict[str, float] = field(default_factory=dict)

    def _at_once(self, chair: str, what: str, argument: object) -> Iterator[Act]:
        self.now += MOMENT_S
        yield self.now, chair, what, argument

    # ----------------------------------------------------------------- who sits where

    def begin(self, phases: Mapping[str, Phase | None], on: Sequence[str]) -> Iterator[Act]:
        """A day begins: who sits where already, and which monitors are on, and calm."""
        for chair, phase in phases.items():
            if phase is not None:
                yield from self.seat(chair, phase)
        for device in on:
            yield from self.show(device, CALM, 0, 1.0)

    def seat(self, chair: str, phase: Phase) -> Iterator[Act]:
        """A patient comes, if nobody sits there."""
        if chair not in self.phases:
            self.sessions += 1
            self.phases[chair] = phase
            yield from self._at_once(chair, "seat", (f"s{self.sessions}", phase))

    def go_on(self, chair: str, *, close: bool) -> Iterator[Act]:
        """The next phase begins, or the session closes, if it may."""
        allowed = NEXT_PHASES[self.phases[chair]] if chair in self.phases else ()
        if allowed:
            to = allowed[-1] if close else allowed[0]
            self.phases[chair] = to
            if to is Phase.CLOSED:
                del self.phases[chair]
            yield from self._at_once(chair, "phase", to)

    def move(self, chair: str, to: str) -> Iterator[Act]:
        """Who sits there goes to another chair, if that is free."""
        if chair in self.phases and to not in self.phases:
            self.phases[to] = self.phases.pop(chair)
            yield from self._at_once(chair, "move", to)

    # ------------------------------------------------------------- what monitors tell

    def show(self, device: str, picture: Picture, times: int, every: float) -> Iterator[Act]:
        """From now on this monitor shows that, and time passes."""
        self.shown.setdefault(device, {}).update(measured(device, picture))
        yield from self.go(times, every)

    def go(self, times: int, every: float) -> Iterator[Act]:
        """Time passes; so often every monitor that shows something says so again."""
        for _ in range(times):
            self.now += every
            for lag, device in sorted((LAG_S.get(one, 0.0), one) for one in self.shown):
                yield self._frame(device, self.shown[device], self.now + lag)
        self.now += max(LAG_S.values())

    def wait(self, seconds: float) -> Iterator[Act]:
        """Time passes and no monitor says anything."""
        self.now += seconds
        yield from ()

    def unplug(self, device: str) -> Iterator[Act]:
        """The monitor says nothing any more."""
        self.shown.pop(device, None)
        yield from ()

    def dip(self, device: str, times: int, low_s: int, high_s: int) -> Iterator[Act]:
        """SpO2 goes below a limit and comes back, several times."""
        for _ in range(times):
            yield from self.show(device, {SPO2: 91.0}, low_s, 1.0)
            yield from self.show(device, {SPO2: 97.0}, high_s, 1.0)

    def waver(
        self, device: str, about: tuple[VitalSign, float], by: Sequence[float], every: float
    ) -> Iterator[Act]:
        """A value goes to and fro about a limit."""
        vital, level = about
        for one in by:
            yield from self.show(device, {vital: level + one}, 1, every)

    def send(self, device: str, picture: Picture, age: float, *, late: bool) -> Iterator[Act]:
        """One frame of its own, with cuff readings perhaps, taken a while ago."""
        self.now += MOMENT_S
        whole = self.shown.get(device, {}) | measured(device, picture)
        yield self._frame(device, whole, self.now, age=age, late=late)

    def measure(self, device: str, seconds: float) -> Iterator[Act]:
        """Its cuff is inflated, and it says so for that long or until a reading."""
        self.cuffs[device] = self.now + seconds
        yield from ()

    def squeeze(self, device: str, beats: Said, times: int) -> Iterator[Act]:
        """Its cuff is inflated above the probe, which loses the pulse for a while."""
        yield from self.share(CHAIR_OF[device], shared=True)
        yield from self.measure(device, times)
        yield from self.show(device, {PR: beats}, times, 1.0)

    def narrow(self, device: str, before: int, edits: Mapping[str, float]) -> Iterator[Act]:
        """What was within the limits for a while is beyond those that are set now."""
        yield from self.show(device, {HR: 111.0, SPO2: 93.0}, before, 1.0)
        yield from self.set_limits(CHAIR_OF[device], edits)
        yield from self.go(12, 1.0)

    def _frame(
        self, device: str, picture: Picture, at: float, age: float = 0.0, *, late: bool = False
    ) -> Act:
        said = dict(picture)
        if SYS in said:
            self.cuffs.pop(device, None)
        elif at < self.cuffs.get(device, 0.0) and SYS in VITALS_OF[device]:
            said[SYS] = (Validity.ONGOING, nan)
        readings = [
            reading_of(vital, one, device, at - age, at, late=late) for vital, one in said.items()
        ]
        return at, CHAIR_OF[device], "frame", (device, readings)

    # ------------------------------------------------------------------ what people do

    def acknowledge(self, chair: str, kind: Kind, which: int) -> Iterator[Act]:
        """One of the open alarms is seen."""
        yield from self._at_once(chair, "acknowledge", (kind, which))

    def end(self, chair: str, kind: Kind, which: int, *, off: bool) -> Iterator[Act]:
        """One that was seen is ended, for want of data; cuff and electrodes are off, or not."""
        yield from self._at_once(chair, "end", (kind, which, off))

    def pause(self, chair: str, seconds: float) -> Iterator[Act]:
        """The sound is paused."""
        yield from self._at_once(chair, "pause", seconds)

    def suspend(self, chair: str, condition: str, seconds: float) -> Iterator[Act]:
        """A rule's sound is taken away."""
        yield from self._at_once(chair, "suspend", (condition, seconds))

    def end_suspension(self, chair: str, condition: str) -> Iterator[Act]:
        """It is given back."""
        yield from self._at_once(chair, "end suspension", condition)

    def stand_by(self, chair: str, seconds: float) -> Iterator[Act]:
        """The patient is away for a moment."""
        yield from self._at_once(chair, "standby", seconds)

    def end_standby(self, chair: str) -> Iterator[Act]:
        """And is back."""
        yield from self._at_once(chair, "end standby", None)

    def gate(self, device: str, *, lost: bool) -> Iterator[Act]:
        """All that its gateway carries fell silent, or is back."""
        yield from self._at_once(CHAIR_OF[device], "gate", (device, lost))

    def double(self, chair: str, times: int, *, leaves: bool, ends: bool) -> Iterator[Act]:
        """Another monitor sends as this chair's too; the patient goes, then it ends, or not."""
        yield from self._at_once(chair, "two", True)
        yield from self.go(times, 1.0)
        if leaves:
            yield from self.go_on(chair, close=True)
        if ends:
            yield from self._at_once(chair, "two", False)

    def set_limits(self, chair: str, edits: Mapping[str, float]) -> Iterator[Act]:
        """Limits and delays of this session, all of them."""
        yield from self._of_patient(chair, "limits", edits)

    def set_baseline(self, chair: str, baseline: Mapping[VitalSign, float]) -> Iterator[Act]:
        """The patient's usual values."""
        yield from self._of_patient(chair, "baseline", baseline)

    def score(self, chair: str, score: float | None) -> Iterator[Act]:
        """How awake the patient is, or that all scores were a mistake."""
        yield from self._of_patient(chair, "score", score)

    def share(self, chair: str, *, shared: bool) -> Iterator[Act]:
        """Cuff and probe are on one arm, or on two."""
        yield from self._of_patient(chair, "arms", shared)

    def _of_patient(self, chair: str, what: str, argument: object) -> Iterator[Act]:
        if chair in self.phases:
            yield from self._at_once(chair, what, argument)

    # ------------------------------------------------------------------- as they are drawn

    def play(self, move: str, how: Mapping[str, Any]) -> list[Act]:
        """One of `MOVES`."""
        return list(getattr(self, move)(**how))


def measured(device: str, picture: Picture) -> dict[VitalSign, Said]:
    """What of the picture the device can show."""
    return {vital: one for vital, one in picture.items() if vital in VITALS_OF[device]}


def reading_of(
    vital: VitalSign, said: Said, device: str, sampled: float, received: float, *, late: bool
) -> Reading:
    """The reading by which a device says it."""
    validity, value, reason = Validity.VALID, nan, ""
    match said:
        case float():
            value = said
        case str():
            validity, reason = Validity.INVALID, said
        case (Validity() as validity, float() as value):
            pass
    return Reading(
        vital=vital,
        value=value,
        validity=validity,
        mode=GenerationMode.TEST,
        basis=TimeBasis.RECEIVED,
        reason=reason,
        device=device,
        chair=CHAIR_OF[device],
        session=None,
        sampled_s=sampled,
        received_s=received,
        sampled_at_us=round(sampled * 1e6),
        received_at_us=round(received * 1e6),
        late=late,
    )


# ------------------------------------------------------------------------- what is drawn


def _levels(vital: VitalSign) -> list[float]:
    """Around every limit and clear value that the preset has for it, and what is none."""
    found = set[float]()
    for condition in preset().conditions:
        for clause in (*condition.any_of, *condition.and_any_of):
            if clause.vital is (HR if vital is PR else vital):
                levels = [*clause.limit.values(), *clause.clear.values()]
                bases = [None, *USUAL.get(vital, [])]
                known = {level.resolve(base) for level in levels for base in bases}
                found |= {one + by for one in known if one is not None for by in (-1, 0, 1)}
    return [*sorted(found), *NO_LEVELS[vital]]


def said(vital: VitalSign) -> SearchStrategy[Said]:
    """Calm or around the limits, mostly; now and then what is not simply valid, or no value."""
    calm, values = st.just((CALM | CALM_CUFF)[vital]), st.sampled_from(_levels(vital))
    odd = st.sampled_from([Validity.QUESTIONABLE, Validity.INVALID, Validity.CALIBRATING])
    rarely = st.one_of(st.sampled_from(WORDS), st.tuples(odd, values))
    return st.one_of(calm, calm, values, values, values, rarely)


def picture(*vitals: VitalSign) -> SearchStrategy[Picture]:
    """Some of these vital signs."""
    return st.fixed_dictionaries({}, optional={vital: said(vital) for vital in vitals})


chairs = st.sampled_from(["1"] * 5 + ["2", "2", "3", "spare"])
monitors = st.sampled_from(["mon-1"] * 5 + ["mon-2", "oxi-2", "oxi-3", "mon-s"])
"""Much happens at one chair, rather than little at each."""
rules = st.sampled_from(["HR-H1", "SPO2-1", "BP-H1", "HR-L1", "BP-L1", "BP-D", "HR-A", "SPO2-2"])
"""Of these the last must always be heard."""
kinds = st.sampled_from([Kind.PHYSIOLOGICAL, Kind.PHYSIOLOGICAL, Kind.TECHNICAL])
which = st.integers(0, 3)
times = st.integers(0, 16)
paces = st.sampled_from([1.0, 5.0, 0.5, 3.0, 5.25])
"""A second reaches the short delays one by one; five, the longest gap in full, the long ones."""
quiet = st.sampled_from(
    [120.0, 300.0, 4.0, 5.0, 6.0, 9.75, 10.0, 14.75, 15.0, 59.75, 60.0, 61.0, 120.0, 300.0]
)
edits = st.fixed_dictionaries(
    {},
    optional={
        "SPO2-1 SpO2": st.sampled_from([88.0, 90.0, 94.0, 96.0]),
        "SPO2-1 delay": st.sampled_from([0.0, 5.0, 30.0]),
        "SPO2-3 SpO2": st.sampled_from([80.0, 88.0]),
        "SPO2-3 delay": st.sampled_from([0.0, 10.0]),
        "HR-H1 HR": st.sampled_from([100.0, 115.0, 145.0]),
        "HR-H1 delay": st.sampled_from([0.0, 1.0, 30.0]),
        "HR-L1 HR": st.sampled_from([35.0, 48.0, 55.0]),
        "BP-H1 NIBP_SYS": st.sampled_from([140.0, 155.0, 200.0]),
        "BP-L1 NIBP_SYS": st.sampled_from([70.0, 90.0, 110.0]),
        "SPO2-A delay": st.sampled_from([0.0, 120.0]),
        "HR-H2 HR": st.just(100.0),  # that rule has no range to be set in
    },
)
baselines = st.fixed_dictionaries(
    {}, optional={vital: st.sampled_from(values) for vital, values in USUAL.items()}
)
scores = st.sampled_from([5.0, 4.0, 3.0, 2.0, 1.0, None])
ages = st.sampled_from([0.0, 0.0, 0.5, 2.0, 9.0, 30.0, 700.0])
pauses = st.sampled_from([120.0, 30.0, 60.0, 0.0, 121.0, -1.0, nan])
silences = st.sampled_from([30.0, 90.0, 400.0, 1800.0, 1801.0, -1.0])
standbys = st.sampled_from([600.0, 60.0, 20.0, 0.0, 601.0])
SEATED = (Phase.INFUSION, Phase.PREPARE, Phase.BASELINE, Phase.RECOVERY)
phases = st.sampled_from(SEATED)

DAY: dict[str, Any] = {
    "phases": st.fixed_dictionaries(
        {"1": st.sampled_from([Phase.INFUSION] * 3 + [*SEATED, None])},
        optional={"2": phases, "3": phases},
    ),
    "on": st.sampled_from([["mon-1"], ["mon-1", "oxi-2"], ["mon-1", "mon-2"], ["oxi-3"], []]),
}
"""How a day begins."""
MOVES: dict[str, dict[str, Any]] = {
    "seat": {"chair": chairs, "phase": phases},
    "go_on": {"chair": chairs, "close": st.booleans()},
    "move": {"chair": chairs, "to": chairs},
    "show": {
        "device": monitors,
        "picture": picture(SPO2, HR, PR),
        "times": times,
        "every": paces,
    },
    "go": {"times": times, "every": paces},
    "wait": {"seconds": quiet},
    "unplug": {"device": monitors},
    "dip": {
        "device": monitors,
        "times": st.integers(2, 4),
        "low_s": st.integers(1, 3),
        "high_s": st.integers(1, 12),
    },
    "waver": {
        "device": monitors,
        "about": st.sampled_from([(SPO2, 92.0), (SPO2, 92.0), (SPO2, 88.0), (HR, 120.0)]),
        "by": st.lists(st.sampled_from([-3.0, -2.0, -1.0, 0.0, 1.0, 3.0]), min_size=2, max_size=30),
        "every": paces,
    },
    "send": {
        "device": monitors,
        "picture": picture(SYS, DIA, MAP, SPO2, HR, PR),
        "age": ages,
        "late": st.sampled_from([False, False, False, True]),
    },
    "measure": {"device": monitors, "seconds": st.sampled_from([4.0, 12.0, 30.0, 70.0, 200.0])},
    "squeeze": {
        "device": monitors,
        "beats": st.sampled_from(["pulse search", 0.0, 72.0]),
        "times": st.integers(1, 40),
    },
    "narrow": {
        "device": monitors,
        "before": st.integers(1, 20),
        "edits": st.sampled_from([{"HR-H1 HR": 100.0}, {"SPO2-1 SpO2": 94.0, "HR-H1 HR": 110.0}]),
    },
    "acknowledge": {"chair": chairs, "kind": kinds, "which": which},
    "end": {"chair": chairs, "kind": kinds, "which": which, "off": st.booleans()},
    "pause": {"chair": chairs, "seconds": pauses},
    "suspend": {"chair": chairs, "condition": rules, "seconds": silences},
    "end_suspension": {"chair": chairs, "condition": rules},
    "stand_by": {"chair": chairs, "seconds": standbys},
    "end_standby": {"chair": chairs},
    "gate": {"device": monitors, "lost": st.booleans()},
    "double": {
        "chair": chairs,
        "times": st.integers(0, 3),
        "leaves": st.booleans(),
        "ends": st.booleans(),
    },
    "set_limits": {"chair": chairs, "edits": edits},
    "set_baseline": {"chair": chairs, "baseline": baselines},
    "score": {"chair": chairs, "score": scores},
    "share": {"chair": chairs, "shared": st.booleans()},
}
"""Each move with what is drawn for it."""
_OFTEN = {
    "show": 6,
    "go": 4,
    "send": 4,
    "acknowledge": 6,
    "wait": 3,
    "dip": 2,
    "waver": 3,
    "squeeze": 2,
    "narrow": 2,
    "double": 2,
    "seat": 2,
    "set_limits": 2,
}


def often(move: str) -> int:
    """How often it is drawn, compared to the others."""
    return _OFTEN.get(move, 1)


Move = tuple[str, dict[str, Any]]
"""Its name, and what was drawn for it."""


def moves(among: Collection[str] = MOVES, most: int = 30) -> SearchStrategy[list[Move]]:
    """A run of these."""
    named = st.sampled_from([one for one in MOVES if one in among for _ in range(often(one))])
    known = named.flatmap(lambda one: st.tuples(st.just(one), st.fixed_dictionaries(MOVES[one])))
    return st.lists(known, min_size=1, max_size=most)


@st.composite
def stories(draw: st.DrawFn) -> list[Act]:
    """A day and its moves, as acts in order of time."""
    script = Script()
    acts = script.play("begin", draw(st.fixed_dictionaries(DAY)))
    return acts + [act for move in draw(moves()) for act in script.play(*move)]
