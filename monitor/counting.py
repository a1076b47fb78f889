"""How many of something, as it is said."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 session`, `2 sessions`; the noun in the singular."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
