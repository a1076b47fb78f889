"""A patient as numbers: what is true of the body, second by second, before any device looks.

One person drawn from a seed, one visit with an infusion, scripted episodes.
Pure: seconds since the visit began come in as an argument. Distributions,
gains and drifts are those of the design's physiology file: resting values of
its section 4, gains at the reference effect site from sections 3 and 4 and
the cohorts of alarms.md 4.1 (Yale 2024 +16/+11 at the peak, Emory 2018
+3/+3, 741 infusions +7/+6), short-term variability of section 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from simulators.episodes import Episode, EpisodeKind
from simulators.ketamine import CE_REFERENCE_NG_ML, Infusion, Ketamine

ANXIETY_FADES_S = 720.0
DIASTOLIC_SHARE = 0.58
"""Diastolic over systolic at a hypertensive peak: 192/111, inside section 9's 185-200/110-120."""


def child(seed: int, *names: str) -> Random:
    """A generator of its own for one part of the clinic, the same whatever else there is."""
    return Random(f"{seed}/" + "/".join(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits there: resting values, and how far each moves at the reference effect site."""

    age: int
    female: bool
    weight_kg: float
    hypertensive: bool
    systolic: float
    diastolic: float
    heart_rate: float
    respiratory_rate: float
    spo2: float
    temperature: float
    perfusion_index: float
    gain_systolic: float
    gain_diastolic: float
    gain_heart_rate: float
    gain_respiratory_rate: float
    gain_spo2: float
    anxiety_systolic: float
    anxiety_heart_rate: float


def draw_person(rng: Random) -> Person:
    """One adult of the clinic's population (section 4)."""
    age = round(_within(rng.gauss(45.0, 14.0), 18, 80))
    female, hypertensive = rng.random() < 0.62, rng.random() < 0.36
    # A draw for both pressures and one for the diastolic alone give their correlation of 0.7.
    shared, own = rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)
    systolic = 126.0 + (8.0 if hypertensive else -4.0) + 14.0 * rng.gauss(0.0, 1.0)
    return Person(
        age=age,
        female=female,
        weight_kg=_within(rng.gauss(83.0, 20.0), 45.0, 150.0),
        hypertensive=hypertensive,
        systolic=_within(systolic, 96.0, 158.0),
        diastolic=_within(rng.gauss(79.0, 9.0), 56.0, 98.0),
        heart_rate=_within(rng.gauss(75.0, 12.0), 52.0, 108.0),
        respiratory_rate=_within(rng.gauss(15.0, 2.5), 10.0, 22.0),
        spo2=_within(rng.gauss(97.0, 1.2), 94.0, 100.0),
        temperature=rng.gauss(36.7, 0.25),
        perfusion_index=_within(rng.lognormvariate(1.0, 0.5), 0.5, 12.0),
        gain_systolic=10.0
        + (3.0 if hypertensive else -1.5)
        + (2.0 if age >= 50 else 0.0)
        + 9.0 * shared,
        gain_diastolic=7.0 + (1.0 if female else 0.0) + 6.0 * (0.7 * shared + 0.714 * own),
        gain_heart_rate=3.5 - (1.5 if hypertensive else 0.0) + rng.gauss(0.0, 7.0),
        gain_respiratory_rate=rng.gauss(0.0, 1.5),
        gain_spo2=rng.gauss(-0.4, 0.7),
        anxiety_systolic=max(0.0, rng.gauss(4.0, 4.0)),
        anxiety_heart_rate=max(0.0, rng.gauss(5.0, 5.0)),
    )


def calm(person: Person) -> Person:
    """The same person at a good visit: whatever happens is what the script says."""
    return replace(
        person,
        systolic=_within(person.systolic, 108.0, 126.0),
        diastolic=_within(person.diastolic, 66.0, 80.0),
        heart_rate=_within(person.heart_rate, 62.0, 82.0),
        respiratory_rate=_within(person.respiratory_rate, 12.0, 17.0),
        spo2=_within(person.spo2, 97.0, 98.5),
        gain_systolic=_within(person.gain_systolic, 5.0, 16.0),
        gain_diastolic=_within(person.gain_diastolic, 3.0, 10.0),
        gain_heart_rate=_within(person.gain_heart_rate, 0.0, 8.0),
        gain_spo2=_within(person.gain_spo2, -0.6, 0.0),
        anxiety_systolic=min(person.anxiety_systolic, 6.0),
        anxiety_heart_rate=min(person.anxiety_heart_rate, 8.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is so in the body at one second: /min, %, mmHg, degrees Celsius."""

    heart_rate: float
    spo2: float
    respiratory_rate: float
    perfusion_index: float
    systolic: float
    diastolic: float
    temperature: float


class Drift:
    """A value that wanders round 0 and forgets itself with `tau_s` (an Ornstein-Uhlenbeck step).

    Starts from its stationary distribution, so that a visit has no warming-up.
    """

    def __init__(self, rng: Random, *, sd: float, tau_s: float) -> None:
        self._rng = rng
        self._keep = math.exp(-1.0 / tau_s)
        self._kick = sd * math.sqrt(1.0 - self._keep**2)
        self.value = rng.gauss(0.0, sd)

    def step(self) -> float:
        """One second on."""
        self.value = self._keep * self.value + self._kick * self._rng.gauss(0.0, 1.0)
        return self.value


class Patient:
    """One visit. The same person, plan, episodes and generator give the same truth for ever.

    `noise` scales every random term; at 0 the patient is exactly the model.
    """

    def __init__(
        self,
        person: Person,
        rng: Random,
        *,
        infusion: Infusion | None = None,
        episodes: Sequence[Episode] = (),
        noise: float = 1.0,
    ) -> None:
        self.person = person
        self._infusion, self._episodes, self._noise = infusion, tuple(episodes), noise
        self._ketamine = Ketamine(person.weight_kg)
        self._heart = [
            Drift(rng, sd=2.8, tau_s=10.0),
            Drift(rng, sd=1.5, tau_s=60.0),
            Drift(rng, sd=2.0, tau_s=900.0),
        ]
        # SpO2 wanders more where it is low (section 5, Bhogal & Mani).
        wider = 1.0 + 0.15 * max(0.0, 97.0 - person.spo2)
        self._oxygen = [
            Drift(rng, sd=0.45 * wider, tau_s=18.0),
            Drift(rng, sd=0.7 * wider, tau_s=1200.0),
        ]
        self._pressure = [
            Drift(rng, sd=5.0, tau_s=600.0),
            Drift(rng, sd=3.0, tau_s=30.0),
        ]
        self._diastole = [Drift(rng, sd=2.0, tau_s=60.0)]
        self._breath = [Drift(rng, sd=1.5, tau_s=40.0)]
        self._perfusion = [Drift(rng, sd=0.2, tau_s=120.0)]
        self._second = 0
        self._truth = self._at_this_second()

    def at(self, now_s: float) -> Truth:
        """The truth of the whole second `now_s` lies in. Seconds may be skipped, not gone back."""
        second = math.floor(now_s)
        if second < self._second:
            raise ValueError(f"second {second} is past; the patient is at {self._second}")
        while self._second < second:
            self._second += 1
            rate = self._infusion.rate_mg_kg_min(self._second) if self._infusion else 0.0
            self._ketamine.step(rate)
            self._truth = self._at_this_second()
        return self._truth

    def _at_this_second(self) -> Truth:
        who, noise = self.person, self._noise
        effect = self._ketamine.effect_site_ng_ml / CE_REFERENCE_NG_ML
        anxiety = math.exp(-self._second / ANXIETY_FADES_S)
        pressure = noise * _sum(self._pressure)
        systolic = (
            who.systolic + who.gain_systolic * effect + who.anxiety_systolic * anxiety + pressure
        )
        diastolic = (
            who.diastolic
            + who.gain_diastolic * effect
            + 0.6 * (who.anxiety_systolic * anxiety + pressure)
            + noise * _sum(self._diastole)
        )
        heart_rate = (
            who.heart_rate
            + who.gain_heart_rate * effect
            + who.anxiety_heart_rate * anxiety
            + noise * _sum(self._heart)
        )
        spo2 = who.spo2 + who.gain_spo2 * effect + noise * _sum(self._oxygen)
        peak, bound = self._reach(EpisodeKind.HYPERTENSIVE_PEAK)
        low_oxygen, floor = self._reach(EpisodeKind.SLOW_DESATURATION)
        slow, rate = self._reach(EpisodeKind.BRADYCARDIA)
        return Truth(
            heart_rate=_toward(heart_rate, rate, slow),
            spo2=_within(_toward(spo2, floor, low_oxygen), 1.0, 100.0),
            respiratory_rate=max(
                4.0,
                who.respiratory_rate
                + who.gain_respiratory_rate * effect
                + noise * _sum(self._breath),
            ),
            perfusion_index=max(0.1, who.perfusion_index * math.exp(noise * _sum(self._perfusion))),
            systolic=_toward(systolic, bound, peak),
            diastolic=_toward(diastolic, DIASTOLIC_SHARE * bound, peak),
            temperature=who.temperature,
        )

    def _reach(self, kind: EpisodeKind) -> tuple[float, float]:
        """How far the strongest episode of a kind has taken hold, and where it leads."""
        reached = [
            (episode.strength(self._second), episode.target)
            for episode in self._episodes
            if episode.kind is kind
        ]
        return max(reached, default=(0.0, 0.0))


def _sum(drifts: Sequence[Drift]) -> float:
    return sum(drift.step() for drift in drifts)


def _toward(value: float, target: float, strength: float) -> float:
    return value + (target - value) * strength


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
