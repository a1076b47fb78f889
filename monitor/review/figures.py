"""Every figure of one session, worked out from its stored rows alone.

The review's page, the report and the course table show these and work out none of
their own. All against a slow count in `tests/review_oracle.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.burden import Burden, burden
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.care.treatment import Treatment, treatment_of
from monitor.clinic import Phase, Session
from monitor.conditions import Preset
from monitor.history import FactRow, ReadingRow, Told, TransitionRow, standing
from monitor.review.artefacts import Artefact, artefacts_of, left_out
from monitor.review.bands import TimeInRange, all_in_range
from monitor.review.by_hand import by_hand
from monitor.review.completeness import CuffsDone, cuffs_done
from monitor.review.cuffs import Cuff, cuffs
from monitor.review.holding import by_vital, held_pressure, held_samples, streams_of
from monitor.review.leaving import Leaving, leaving
from monitor.review.phases import phases
from monitor.review.points import KeyPoint, Moments, key_points
from monitor.review.pressures import Rise, rise
from monitor.review.summaries import Summary, summaries
from monitor.review.table import COLUMNS, TableRow, table
from monitor.review.used import UsedBaseline, used_baseline
from monitor.suspects import marked
from monitor.vitals import NIBP, VitalSign

SHOWN = 12
"""So many digits of a preset's hash are shown."""
PRESSURES = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)


class CountedBy(NamedTuple):
    """The alarm preset that the figures are counted by; `own` is the hash of the session's own.

    The two are the same unless the session's own was not at hand.
    """

    name: str
    hash: str
    own: str

    def text(self) -> str:
        """Which it is, and that it is not the session's own where it is not."""
        said = f"{self.name}, {self.hash[:SHOWN]}"
        if self.own == self.hash:
            return said
        return f"{said}; the session's own, {self.own[:SHOWN]}, is not in the record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures from the seat to `end_us`: the close, or the last reading of an open session.

    `artefacts` are the markings that stand; `left_out` counts the readings that do not
    count because of them, 0 where the figures are with them. `cuffs` are those that do
    count, in time. A row of `table` is `cell_s` long.
    """

    session: Session
    preset: CountedBy
    treatment: Treatment
    end_us: int
    artefacts: tuple[Artefact, ...]
    left_out: int
    baseline: UsedBaseline
    cuffs: tuple[Cuff, ...]
    systolic: Rise
    diastolic: Rise
    in_range: tuple[TimeInRange, ...]
    summaries: tuple[Summary, ...]
    cuffs_done: CuffsDone
    points: tuple[KeyPoint, ...]
    table: tuple[TableRow, ...]
    cell_s: float
    burden: Burden
    leaving: Leaving

    def summary(self, vital: VitalSign) -> Summary | None:
        """Of one continuous vital sign; None when it never had a valid value."""
        return next((one for one in self.summaries if one.vital is vital), None)


def figures(
    facts: Sequence[FactRow],
    readings: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
    preset: Preset,
    *,
    with_artefacts: bool = False,
) -> Figures:
    """The session's figures, without what was marked as artefact unless `with_artefacts`.

    Raises ValueError when no fact seats the session.
    """
    session, stands = session_of(facts), standing(facts)
    if session is None:
        raise ValueError("these facts seat no session")
    artefacts, treatment = artefacts_of(facts), treatment_of(facts)
    rows = [*marked(facts, readings), *by_hand(facts)]
    start_us, end_us = treatment.started_us, end_of(session, treatment, rows)
    rows, out = left_out(rows, () if with_artefacts else artefacts)
    own = by_vital(rows)
    taken, spans = cuffs(row for vital in NIBP for row in own.get(vital, ())), phases(facts)
    baseline = used_baseline(start_us, stands, rows, out, preset)
    bands = preset.review.bands
    wanted = {*bands, *COLUMNS} - NIBP
    streams = streams_of(own, preset, end_us)
    held = {one: held_samples(streams, one) for one in wanted}
    pressures = {one: held_pressure(taken, one, preset, end_us) for one in bands if one in NIBP}
    systolic, diastolic = (
        rise(
            one,
            taken,
            baseline.values.get(one),
            preset,
            start_us=start_us,
            end_us=end_us,
        )
        for one in PRESSURES
    )
    whole_us = (session.opened_us, end_us)
    return Figures(
        session=session,
        preset=CountedBy(preset.name, preset.hash, begun_with(facts) or preset.hash),
        treatment=treatment,
        end_us=end_us,
        artefacts=artefacts,
        left_out=len(out),
        baseline=baseline,
        cuffs=taken,
        systolic=systolic,
        diastolic=diastolic,
        in_range=all_in_range({**held, **pressures}, bands, *whole_us),
        summaries=summaries(own, streams, whole_us, _infusion(treatment, end_us)),
        cuffs_done=cuffs_done(taken, spans, preset, *whole_us),
        points=key_points(
            _moments(session, treatment, systolic), baseline, taken, held, preset, end_us
        ),
        table=table(session, start_us, taken, held, preset.review.table_s, end_us),
        cell_s=preset.review.table_s,
        burden=burden([_told(session, facts, transitions)], end_us),
        leaving=leaving(session, facts, rows, out, transitions, preset),
    )


def end_of(session: Session, treatment: Treatment, rows: Sequence[ReadingRow]) -> int:
    """The close; of an open session the last that is known of it: reading, phase or infusion."""
    if session.phase is Phase.CLOSED and session.closed_us is not None:
        return session.closed_us
    known_us = [session.phase_since_us, treatment.started_us or 0, treatment.stopped_us or 0]
    return max([*known_us, *(row.sampled_at_us for row in rows)])


def _infusion(treatment: Treatment, end_us: int) -> tuple[int, int] | None:
    if treatment.started_us is None:
        return None
    return treatment.started_us, treatment.stopped_us or end_us


def _moments(session: Session, treatment: Treatment, systolic: Rise) -> Moments:
    return Moments(
        start_us=treatment.started_us,
        peak_us=systolic.peak_us,
        stop_us=treatment.stopped_us,
        left_us=session.closed_us,
    )


def _told(session: Session, facts: Sequence[FactRow], transitions: Sequence[TransitionRow]) -> Told:
    return Told(session=session.id, facts=list(facts), transitions=list(transitions))
