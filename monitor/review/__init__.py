"""What a session was, from its stored rows: how it looks, and every figure of it.

Pure: rows in, frozen values out. Knows no live state, no database and no page.
All times are UTC microseconds unless they end in `_s` (seconds).
"""

from monitor.review.artefacts import Artefact, Cause, artefacts_of, cause_of
from monitor.review.bands import Band, TimeInRange
from monitor.review.completeness import CuffCount, CuffsDone
from monitor.review.cuffs import Cuff, cuffs
from monitor.review.entry import entry_of, measured_of
from monitor.review.figures import Figures, figures
from monitor.review.holding import Gap, Held, by_vital
from monitor.review.leaving import Leaving
from monitor.review.lives import OPEN_STATES, AlarmLife, lives
from monitor.review.phases import PhaseSpan, phases
from monitor.review.points import KeyPoint, Middle
from monitor.review.pressures import Rise
from monitor.review.summaries import Summary
from monitor.review.table import TableRow
from monitor.review.traces import ABSENT, DOUBTFUL, GOOD, MARKED, Sample, traces
from monitor.review.used import REVIEWED, Origin, UsedBaseline
from monitor.review.whole import Review, review

__all__ = [
    "ABSENT",
    "DOUBTFUL",
    "GOOD",
    "MARKED",
    "OPEN_STATES",
    "REVIEWED",
    "AlarmLife",
    "Artefact",
    "Band",
    "Cause",
    "Cuff",
    "CuffCount",
    "CuffsDone",
    "Figures",
    "Gap",
    "Held",
    "KeyPoint",
    "Leaving",
    "Middle",
    "Origin",
    "PhaseSpan",
    "Review",
    "Rise",
    "Sample",
    "Summary",
    "TableRow",
    "TimeInRange",
    "UsedBaseline",
    "artefacts_of",
    "by_vital",
    "cause_of",
    "cuffs",
    "entry_of",
    "figures",
    "lives",
    "measured_of",
    "phases",
    "review",
    "traces",
]
