"""Which infusion of which course a patient's next session is.

From the facts of the sessions before, alone. A session counts once its infusion
began. Knows no database, clock or page.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.care.arrival import arrival_of
from monitor.care.session import session_of
from monitor.history import FactRow


def next_infusion(earlier: Sequence[Sequence[FactRow]], course_infusions: int) -> tuple[int, int]:
    """The infusion's number within its course, and the course's, from 1.

    `earlier` are the facts of the patient's sessions before, oldest first. What a
    person corrected is counted on from; where nobody said a number, one more is.
    """
    infusion, course = 0, 1
    for facts in earlier:
        session = session_of(facts)
        if session is None or session.infusion_started_us is None:
            continue
        said = arrival_of(facts)
        if said.infusion and said.course:
            infusion, course = said.infusion, said.course
        else:
            infusion, course = _following(infusion, course, course_infusions)
    return _following(infusion, course, course_infusions)


def _following(infusion: int, course: int, course_infusions: int) -> tuple[int, int]:
    return (infusion + 1, course) if infusion < course_infusions else (1, course + 1)
