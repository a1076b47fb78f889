"""Values that a person measured or copied from paper, as readings beside the devices' own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.care.notes import charted_of
from monitor.history import FactRow, ReadingRow
from monitor.vitals import GenerationMode, TimeBasis, Validity

BY_HAND = "by hand"
"""Stands where a device's id would."""


def by_hand(facts: Sequence[FactRow]) -> Iterator[ReadingRow]:
    """The charted values as they stand, each at the time at which it was measured."""
    session, chair = next(((one.session, one.chair) for one in facts if one.session), (None, ""))
    for one in charted_of(facts):
        for vital, value in one.values.items():
            yield ReadingRow(
                sampled_at_us=one.at_us,
                received_at_us=one.entered_us,
                chair=chair,
                device=BY_HAND,
                session=session,
                vital=vital,
                value=value,
                validity=Validity.VALIDATED,
                mode=GenerationMode.REAL,
                basis=TimeBasis.RECEIVED,
                reason=one.source,
                late=False,
                boot=None,
                seq=None,
            )
