"""What happened, in words for the lists of pages."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from monitor.web.fact_text import fact_text
from monitor.words import Words
from tests.stored import fact

ADVICE = {"no-driving": "No driving until tomorrow.", "stays": "Somebody stays tonight."}
BOTH: dict[str, Any] = {"stays": True, "no-driving": True}
OTHER: dict[str, Any] = {"stays": True, "no-alcohol": True}
WORDS = Words(UTC, {}, {}, ADVICE)


@pytest.mark.requirement("REV-027")
def test_advice_is_told_in_the_words_of_the_clinic_and_in_its_order() -> None:
    given = fact(0, "handed over", person="Ann Ek", **BOTH)
    text = fact_text(given, WORDS)
    assert text == "handed over to the sitter, told: " + " ".join(ADVICE.values())


@pytest.mark.requirement("REV-027")
def test_a_point_that_the_clinic_no_longer_has_goes_by_its_id() -> None:
    given = fact(0, "handed over", person="Ann Ek", **OTHER)
    text = fact_text(given, WORDS)
    assert text == "handed over to the sitter, told: Somebody stays tonight. no-alcohol"
    none = fact(0, "handed over", person="Ann Ek", stays=False)
    assert fact_text(none, WORDS) == "handed over to the sitter, told: nothing"
