"""How many examples a property is tried on."""

from __future__ import annotations

from hypothesis import settings


def examples(usual: int) -> int:
    """So many; an eighth of them while thousands of mutants are tried on the same tests."""
    return max(1, usual // 8) if settings.get_current_profile_name() == "mutation" else usual
