"""What happens at each chair, as data: who comes, which monitors, what befalls them, when.

Two sets: the scripted stories of the demo, in which a newcomer sees each kind
of alarm within minutes, and stories drawn from a seed. Pure. Each part has a
generator of its own, so that one more chair leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from monitor.clinic import Phase
from monitor.vitals import VitalSign
from simulators.bedside import CUFF, OXIMETRY, MonitorPlan
from simulators.episodes import (
    Episode,
    EpisodeKind,
    bradycardia,
    fault,
    hypertensive_peak,
    slow_desaturation,
)
from simulators.ketamine import Infusion
from simulators.patient import Person, calm, child, draw_person

MINUTE_S = 60.0
REPEAT_S = 12 * MINUTE_S
"""The demo's trouble comes again after this long, for those who looked away."""

ANSAR_B, MASIMO, NELLCOR, JSON = (
    "ansar-b",
    "masimo-ascii1",
    "nellcor",
    "chairside-json",
)
IVY_SHOWS = frozenset(
    {
        VitalSign.HEART_RATE,
        VitalSign.RESPIRATORY_RATE,
        VitalSign.SPO2,
        VitalSign.PULSE_RATE,
        *CUFF,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient's time in a chair.

    The nurse seats the patient `pause_s` after the chair became free and enters
    each phase of `steps` so many seconds after that. Episodes and cuff count
    from the seating; the monitors go on for `lingers_s` after the session ends.
    `baseline_stated`: the play begins too late to measure one, the nurse states it.
    `one_arm`: cuff and probe are on one arm.
    """

    patient_ref: str
    person: Person
    infusion: Infusion
    steps: tuple[tuple[float, Phase], ...]
    episodes: tuple[Episode, ...] = ()
    pause_s: float = 0.5
    lingers_s: float = 0.0
    cuff_first_s: float = 10.0
    cuff_interval_s: float = 300.0
    baseline_stated: bool = False
    one_arm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A chair, its monitors, and its visits by number from 0.

    `seated` False leaves the chair to whoever watches: the monitors wait for a session.
    """

    chair: str
    monitors: tuple[MonitorPlan, ...]
    visit: Callable[[int], Visit]
    seated: bool = True
    offset_s: float = 0.0


def monitors_of(stories: Sequence[Story], *, ports: bool = True) -> list[tuple[str, MonitorPlan]]:
    """Every chair's monitors; without `ports` each is on a wire inside the process."""
    plans = [(story.chair, plan) for story in stories for plan in story.monitors]
    return plans if ports else [(chair, replace(plan, wire="direct")) for chair, plan in plans]


def ivy(chair: str) -> tuple[MonitorPlan, ...]:
    """A whole bedside monitor on one line, Ansar-B."""
    return (MonitorPlan(id=f"ivy-{chair}", driver=ANSAR_B, wire="serial", shows=IVY_SHOWS),)


def rad8(chair: str) -> tuple[MonitorPlan, ...]:
    """A Masimo oximeter on a serial line, and a cuff that speaks JSON."""
    probe = MonitorPlan(id=f"rad8-{chair}", driver=MASIMO, wire="serial", shows=OXIMETRY)
    return (probe, cuff(chair))


def n560(chair: str) -> tuple[MonitorPlan, ...]:
    """A Nellcor oximeter, a line each 2 s, and a cuff that speaks JSON."""
    shows = OXIMETRY - {VitalSign.PERFUSION_INDEX}
    probe = MonitorPlan(id=f"n560-{chair}", driver=NELLCOR, wire="serial", shows=shows, period_s=2)
    return (probe, cuff(chair))


def cuff(chair: str) -> MonitorPlan:
    """A blood pressure monitor that speaks JSON."""
    return MonitorPlan(id=f"cuff-{chair}", driver=JSON, wire="direct", shows=CUFF)


Trouble = Callable[[float], tuple[Episode, ...]]


def quiet(_from_s: float) -> tuple[Episode, ...]:
    """Nothing happens."""
    return ()


def desaturates(from_s: float) -> tuple[Episode, ...]:
    """SpO2 falls to 82 %: SPO2-1, then SPO2-2 and SPO2-3, HIGH and latching."""
    return (slow_desaturation(from_s + 25.0, spo2=82.0, minutes=3.5),)


def peaks(from_s: float) -> tuple[Episode, ...]:
    """Pressure climbs over 5 minutes to 194 mmHg: BP-H1, then BP-H2."""
    return (hypertensive_peak(from_s, systolic=194.0, minutes=10.5),)


def peaks_in_between(from_s: float) -> tuple[Episode, ...]:
    """Pressure climbs to 194 mmHg twice, 12 and 24 minutes after the seat, and is calm after."""
    if from_s not in (REPEAT_S, 2 * REPEAT_S):
        return ()
    return (hypertensive_peak(from_s, systolic=194.0, minutes=8.0),)


def loses_probe(from_s: float) -> tuple[Episode, ...]:
    """The finger probe comes off for a minute and a half: T-PROBE."""
    return (fault(EpisodeKind.PROBE_OFF, from_s + 40.0, seconds=90.0),)


def fidgets(from_s: float) -> tuple[Episode, ...]:
    """The hand with the probe moves for a second, twice: shown, and no alarm."""
    return tuple(fault(EpisodeKind.MOTION, from_s + at_s, seconds=1.0) for at_s in (60.0, 150.0))


def loses_link(from_s: float) -> tuple[Episode, ...]:
    """The monitor falls silent for 70 s: T-LINK."""
    return (fault(EpisodeKind.LINK_LOST, from_s + 70.0, seconds=70.0),)


def slows(from_s: float) -> tuple[Episode, ...]:
    """A vagal bradycardia to 36 a minute: HR-L1, HR-L2."""
    return (bradycardia(from_s + 100.0, rate=36.0, minutes=1.5),)


def cuff_fails(from_s: float) -> tuple[Episode, ...]:
    """The cuff brings no reading for 11 minutes: T-NIBP-O."""
    return (fault(EpisodeKind.CUFF_FAILURE, from_s, seconds=11 * MINUTE_S),)


def tour(from_s: float) -> tuple[Episode, ...]:
    """One chair shows it all, one after the other."""
    parts = (desaturates, loses_probe, peaks, loses_link)
    return tuple(
        one for number, part in enumerate(parts) for one in part(from_s + number * 4 * MINUTE_S)
    )


INFUSING = (
    (0.3, Phase.BASELINE),
    (1.0, Phase.INFUSION),
    (41 * MINUTE_S, Phase.RECOVERY),
)
AT_BASELINE = (
    (0.3, Phase.BASELINE),
    (9 * MINUTE_S, Phase.INFUSION),
    (49 * MINUTE_S, Phase.RECOVERY),
)
RECOVERING = ((0.3, Phase.BASELINE), (0.6, Phase.INFUSION), (1.0, Phase.RECOVERY))
CLOSED_S = 75 * MINUTE_S
LINGERS_S = 8.0
"""So long a monitor of the demo goes on after its patient has left; shorter than T-ASSIGN waits."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part in the demo's play: monitors, trouble, phases, and the cuff's interval."""

    monitors: Callable[[str], tuple[MonitorPlan, ...]]
    trouble: Trouble
    steps: tuple[tuple[float, Phase], ...] = INFUSING
    cuff_interval_s: float = 300.0
    seated: bool = True
    heart_rate: float | None = None


FIRST_SIX = (
    _Part(ivy, quiet),
    _Part(rad8, desaturates),
    _Part(n560, peaks, cuff_interval_s=120.0),
    _Part(rad8, loses_probe),
    _Part(ivy, loses_link, RECOVERING),
    _Part(ivy, peaks_in_between, cuff_interval_s=150.0, seated=False, heart_rate=104.0),
)
FURTHER = (
    _Part(n560, fidgets),
    _Part(rad8, quiet, AT_BASELINE),
    _Part(ivy, slows),
    _Part(n560, cuff_fails),
    _Part(rad8, quiet, RECOVERING),
    _Part(ivy, quiet),
)
FEW = (_Part(ivy, tour), _Part(rad8, tour), _Part(n560, tour))


def demo_stories(seed: int, chairs: int) -> list[Story]:
    """The demo's clinic. With fewer than six chairs each shows everything in turn."""
    return [_scripted(seed, number, _part(number, chairs)) for number in range(chairs)]


def _part(number: int, chairs: int) -> _Part:
    if chairs < len(FIRST_SIX):
        return FEW[number % len(FEW)]
    if number < len(FIRST_SIX):
        return FIRST_SIX[number]
    return FURTHER[(number - len(FIRST_SIX)) % len(FURTHER)]


def _scripted(seed: int, number: int, part: _Part) -> Story:
    chair = str(number + 1)
    late_s = 45.0 * max(0, number - len(FIRST_SIX)) % REPEAT_S

    def visit(count: int) -> Visit:
        rng = child(seed, "chair", chair, "visit", str(count))
        starts = [late_s + REPEAT_S * repeat for repeat in range(5)]
        return Visit(
            patient_ref=_pseudonym(rng, chair, count),
            person=_person(rng, part.heart_rate),
            infusion=Infusion(at_s=_start_of_infusion(part.steps)),
            steps=(*part.steps, (CLOSED_S, Phase.CLOSED)),
            episodes=tuple(one for start_s in starts for one in part.trouble(start_s)),
            pause_s=0.2 if count == 0 else 3 * MINUTE_S,
            lingers_s=LINGERS_S,
            cuff_first_s=3.0 + rng.uniform(0.0, 6.0),
            cuff_interval_s=part.cuff_interval_s,
            baseline_stated=True,
        )

    return Story(
        chair=chair,
        monitors=part.monitors(chair),
        visit=visit,
        seated=part.seated,
        offset_s=child(seed, "chair", chair, "offset").random(),
    )


def _person(rng: Random, heart_rate: float | None) -> Person:
    """Somebody calm; or, where a heart rate is given, who arrives with that one and keeps it."""
    person = calm(draw_person(rng))
    if heart_rate is None:
        return person
    return replace(person, heart_rate=heart_rate, gain_heart_rate=0.0)


def drawn_stories(seed: int, chairs: int) -> list[Story]:
    """A clinic drawn from a seed: who sits where with which monitor, and what goes wrong."""
    return [_drawn(seed, str(number + 1)) for number in range(chairs)]


def _drawn(seed: int, chair: str) -> Story:
    rng = child(seed, "chair", chair)
    monitors = rng.choice((ivy, ivy, rad8, n560))(chair)
    return Story(
        chair=chair,
        monitors=monitors,
        visit=lambda count: _drawn_visit(
            child(seed, "chair", chair, "visit", str(count)), chair, count
        ),
        offset_s=rng.random(),
    )


def _drawn_visit(rng: Random, chair: str, count: int) -> Visit:
    baseline_s, infusion_s = rng.uniform(5.0, 60.0), rng.uniform(90.0, 600.0)
    recovery_s = infusion_s + 40 * MINUTE_S
    closed_s = recovery_s + rng.uniform(5.0, 30.0) * MINUTE_S
    makers: tuple[Trouble, ...] = (
        desaturates, peaks, loses_probe, loses_link, slows, cuff_fails, loses_probe, quiet,
    )  # fmt: skip
    episodes = tuple(
        one
        for _ in range(rng.randint(1, 4))
        for one in rng.choice(makers)(rng.uniform(60.0, closed_s - 5 * MINUTE_S))
    )
    return Visit(
        patient_ref=_pseudonym(rng, chair, count),
        person=draw_person(rng),
        infusion=Infusion(at_s=infusion_s),
        steps=(
            (baseline_s, Phase.BASELINE),
            (infusion_s, Phase.INFUSION),
            (recovery_s, Phase.RECOVERY),
            (closed_s, Phase.CLOSED),
        ),
        episodes=episodes,
        pause_s=rng.uniform(1.0, 240.0) if count == 0 else rng.uniform(120.0, 600.0),
        lingers_s=rng.choice((0.0, 0.0, rng.uniform(5.0, 60.0))),
        cuff_first_s=rng.uniform(5.0, 60.0),
        cuff_interval_s=rng.choice((150.0, 300.0, 300.0, 600.0)),
    )


def _start_of_infusion(steps: tuple[tuple[float, Phase], ...]) -> float:
    return next(after_s for after_s, phase in steps if phase is Phase.INFUSION)


def _pseudonym(rng: Random, chair: str, count: int) -> str:
    """Initials, and whose visit to which chair it is: two people are two patients."""
    letters = "ABCDEFGHIJKLMNOPRSTVW"
    return f"{rng.choice(letters)}.{rng.choice(letters)}.{chair}-{count + 1}"
