"""Ketamine in the body: how much is where a drug acts, second by second.

Mammillary three-compartment model with an effect site; parameters of Kamp
2020 (Anesthesiology 133:1192) for 70 kg, volumes scaled by weight, clearances
by weight to the 0.75; ke0 of Kamp 2021 (half-time 2.28 min). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE_KG = 70.0
V1_L, V2_L, V3_L = 25.0, 56.0, 157.0
CL_L_H, Q2_L_H, Q3_L_H = 84.0, 161.0, 79.0
KE0_PER_MIN = 0.304
STEP_MIN = 1.0 / 60.0

CE_REFERENCE_NG_ML = 245.0
"""The effect site at 40 min of 0.5 mg/kg over 40 min: gains are given at this concentration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """The plan: from `at_s`, `mg_per_kg` evenly over `minutes`."""

    at_s: float
    minutes: float = 40.0
    mg_per_kg: float = 0.5

    def rate_mg_kg_min(self, now_s: float) -> float:
        """The pump's rate at this instant."""
        running = self.at_s <= now_s < self.at_s + self.minutes * 60.0
        return self.mg_per_kg / self.minutes if running else 0.0


class Ketamine:
    """Amounts in three compartments (mg) and the effect site's concentration (ng/mL)."""

    def __init__(self, weight_kg: float) -> None:
        size = weight_kg / REFERENCE_KG
        flow = size**0.75 / 60.0
        self._weight_kg = weight_kg
        self._v1_l = V1_L * size
        self._k10 = CL_L_H * flow / self._v1_l
        self._k12 = Q2_L_H * flow / self._v1_l
        self._k13 = Q3_L_H * flow / self._v1_l
        self._k21 = Q2_L_H * flow / (V2_L * size)
        self._k31 = Q3_L_H * flow / (V3_L * size)
        self._a1 = self._a2 = self._a3 = 0.0
        self.effect_site_ng_ml = 0.0

    @property
    def plasma_ng_ml(self) -> float:
        """Concentration in the first compartment."""
        return self._a1 / self._v1_l * 1000.0

    def step(self, rate_mg_kg_min: float) -> None:
        """One second on, with the pump at this rate."""
        out2, out3 = self._k12 * self._a1, self._k13 * self._a1
        back2, back3 = self._k21 * self._a2, self._k31 * self._a3
        gain1 = rate_mg_kg_min * self._weight_kg - self._k10 * self._a1 - out2 - out3
        self.effect_site_ng_ml += (
            KE0_PER_MIN * (self.plasma_ng_ml - self.effect_site_ng_ml) * STEP_MIN
        )
        self._a1 += (gain1 + back2 + back3) * STEP_MIN
        self._a2 += (out2 - back2) * STEP_MIN
        self._a3 += (out3 - back3) * STEP_MIN
