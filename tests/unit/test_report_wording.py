"""How the report words a cuff reading."""

from __future__ import annotations

from monitor.report.wording import cuff_text
from monitor.review import Cuff


def test_a_cuff_reading_called_an_artefact_keeps_its_numbers_under_an_x() -> None:
    marked = Cuff(
        at_us=0,
        device="ivy-6",
        systolic=None,
        diastolic=None,
        mean=None,
        valid=False,
        reason="",
        artefact=True,
        marked_systolic=164.0,
        marked_diastolic=92.0,
    )
    assert cuff_text(marked) == "164/92 X"
