"""What staff noted, as it stands, with both times and every correction, in words for a page."""

from __future__ import annotations

from dataclasses import replace

from monitor.care.notes import Correction, Noted
from monitor.history import HAPPENED
from monitor.web.fact_text import fact_text, value_text
from monitor.words import Words


def noted_text(one: Noted, words: Words) -> str:
    """The entry in words as it stands, without the private words that stand beside it."""
    return fact_text(replace(one.fact, data=one.data), words)


def correction_text(told: Correction, words: Words) -> str:
    """`withdrawn, 14:10:00 R. Kessler: slip`, or what was so instead."""
    at, by = words.time(told.at_us), words.person(told.actor)
    return f"{_done(told, words)}, {at} {by}: {told.reason}"


def _done(told: Correction, words: Words) -> str:
    if told.withdrawn:
        return "withdrawn"
    done = []
    if HAPPENED in told.instead:
        done.append(f"time corrected to {words.time(int(told.instead[HAPPENED] or 0))}")
    values = [told.instead[key] for key in ("grade", "value") if told.instead.get(key) is not None]
    done += [f"now {value_text(one)}" for one in values if one != ""]
    return ", ".join(done) or "corrected"
