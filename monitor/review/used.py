"""The baseline that the figures of a review rest on, and the readings it was made of.

What the engine judged by is in the record and stays. A review may use another: one
that a clinician states for it, or one measured again without readings that were
marked as artefacts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from monitor.care.baseline import Baseline, measure, samples_told
from monitor.care.rests import cuffs_named, rests_on_another, rests_on_later, stretch_named
from monitor.conditions import Preset
from monitor.history import (
    BASELINE,
    DEVICES_CORRECTED,
    MISSING,
    FactRow,
    ReadingRow,
    baseline_told,
    name_of,
)
from monitor.review.cuffs import Cuff, cuffs
from monitor.vitals import NIBP, STANDS_FOR, VitalSign

REVIEWED = "baseline reviewed"
"""A fact: a clinician states another baseline for the review; values by vital sign, `reason`."""


class Origin(Enum):
    """Where the baseline of a review comes from."""

    JUDGED = "as judged"
    AGAIN = "measured again without artefacts"
    RIGHT_DEVICE = "measured again from the right device"
    BEFORE_START = "measured again up to the corrected start"
    REVIEWED = "stated for this review"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedBaseline:
    """Whole units by vital sign, its origin, and what it rests on.

    `cuffs` are the determinations it was made of; empty when a person stated the
    pressures. `missing` says of what there is none and why, `reason` and `by` who
    stated it and why, `name` that fact's name where it was stated for the review.
    """

    values: Mapping[VitalSign, int]
    cuffs: tuple[Cuff, ...]
    missing: Mapping[str, str]
    origin: Origin
    reason: str = ""
    by: str | None = None
    at_us: int | None = None
    name: str = ""


def used_baseline(
    start_us: int | None,
    facts: Sequence[FactRow],
    rows: Sequence[ReadingRow],
    left_out: Sequence[ReadingRow],
    preset: Preset,
) -> UsedBaseline:
    """The baseline to count from; `left_out` are the readings that do not count in these figures.

    `facts` as they stand. A session without any fact of a baseline, such as a
    recording, is measured at `start_us`, the start of its infusion.
    """
    reviewed = [fact for fact in facts if fact.kind == REVIEWED]
    judged = [fact for fact in facts if fact.kind == BASELINE]
    if reviewed:
        return _stated(reviewed[-1], judged[-1:], rows)
    if not judged:
        return _measured(rows, start_us, preset, {}) if start_us is not None else _none()
    last = judged[-1]
    swapped = _rests_on_another(last, facts)
    measured = samples_told(last.data)
    if start_us is None:
        return _told(last, rows, Origin.JUDGED)
    late = any(rests_on_later(said, start_us) for said in measured.values())
    if not (swapped or late or _rests_on(last, left_out)):
        return _told(last, rows, Origin.JUDGED)
    kept = {one: value for one, value in baseline_told(last.data).items() if one not in measured}
    found = _measured(rows, start_us, preset, kept)
    if swapped:
        return replace(found, origin=Origin.RIGHT_DEVICE)
    return replace(found, origin=Origin.BEFORE_START) if late else found


def _stated(
    reviewed: FactRow, judged: Sequence[FactRow], rows: Sequence[ReadingRow]
) -> UsedBaseline:
    """What the clinician stated, before what was judged by."""
    stated = baseline_told(reviewed.data)
    before = _told(judged[0], rows, Origin.JUDGED) if judged else _none()
    return UsedBaseline(
        values={**before.values, **stated},
        cuffs=() if VitalSign.NIBP_SYSTOLIC in stated else before.cuffs,
        missing={},
        origin=Origin.REVIEWED,
        reason=str(reviewed.data.get("reason", "")),
        by=reviewed.actor,
        at_us=reviewed.at_us,
        name=name_of(reviewed),
    )


def _told(fact: FactRow, rows: Sequence[ReadingRow], origin: Origin) -> UsedBaseline:
    named = _cuffs_named(fact)
    return UsedBaseline(
        values=baseline_told(fact.data),
        cuffs=tuple(one for one in cuffs(rows) if (one.device, one.at_us) in named),
        missing={
            key.removeprefix(MISSING): str(why)
            for key, why in fact.data.items()
            if key.startswith(MISSING)
        },
        origin=origin,
        reason=str(fact.data.get("reason", "")),
        by=fact.actor,
        at_us=fact.at_us,
    )


def _cuffs_named(fact: FactRow) -> set[tuple[str, int]]:
    return set(cuffs_named(samples_told(fact.data).get(VitalSign.NIBP_SYSTOLIC, "")))


def _rests_on_another(fact: FactRow, facts: Sequence[FactRow]) -> bool:
    """Was it measured, in part even, on whom another session's device was?"""
    corrections = [one.data for one in facts if one.kind == DEVICES_CORRECTED]
    said = samples_told(fact.data).values()
    return any(rests_on_another(one, told) for one in said for told in corrections)


def _rests_on(fact: FactRow, left_out: Sequence[ReadingRow]) -> bool:
    """Was the baseline made of any of these readings?"""
    named = _cuffs_named(fact)
    stretches = {
        vital: found
        for vital, said in samples_told(fact.data).items()
        if (found := stretch_named(said)) is not None
    }
    for row in left_out:
        if row.vital in NIBP and (row.device, row.sampled_at_us) in named:
            return True
        stretch = stretches.get(STANDS_FOR.get(row.vital, row.vital))
        if stretch is not None and stretch.from_us <= row.sampled_at_us <= stretch.to_us:
            return True
    return False


def _measured(
    rows: Sequence[ReadingRow], start_us: int, preset: Preset, kept: Mapping[VitalSign, int]
) -> UsedBaseline:
    """Measured at the start from these rows alone; what a person stated is kept."""
    before = [row for row in rows if row.sampled_at_us <= start_us]
    found: Baseline = measure(before, start_us, preset)
    used = cuffs_named(found.samples.get(VitalSign.NIBP_SYSTOLIC, ""))
    return UsedBaseline(
        values={**found.values, **kept},
        cuffs=tuple(one for one in cuffs(before) if (one.device, one.at_us) in used),
        missing={} if kept else found.missing,
        origin=Origin.AGAIN,
        at_us=start_us,
    )


def _none() -> UsedBaseline:
    return UsedBaseline(values={}, cuffs=(), missing={}, origin=Origin.NONE)
