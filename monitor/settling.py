"""Keeping in each session by which settings it goes on, and telling when a restart has others.

Joins the ward and the record; what differs is worked out by `care.settings`.
"""

from __future__ import annotations

from typing import Protocol

from monitor.care.settings import (
    PRACTICE_KEY,
    PRESET_KEY,
    SETTINGS,
    Practice,
    practice_differences,
    preset_differences,
    said,
    settings_data,
    settings_of,
)
from monitor.clinic import Seating, Session
from monitor.conditions import Preset
from monitor.counted_by import Presets
from monitor.factbook import FactBook
from monitor.history import PRESET, FactRow


class Settled(Protocol):
    """The ward, as far as it is needed here."""

    seating: Seating
    preset: Preset
    practice: Practice
    facts: FactBook

    def show(self, session: Session) -> None: ...


def keep_preset(ward: Settled, *, known: bool) -> None:
    """The preset's text goes into the record once, so that it can be judged by again."""
    if not known:
        data = {"hash": ward.preset.hash, "text": ward.preset.text}
        ward.facts.keep(ward.facts.new(PRESET, data=data))


def keep_settings(ward: Settled, session: Session, changed: str = "") -> None:
    """Into the session: by which settings it goes on, and what of them is new, in words."""
    data = settings_data(ward.preset.hash, ward.practice.text, changed)
    ward.facts.keep(ward.facts.new(SETTINGS, chair=session.chair, session=session.id, data=data))


async def tell_of_settings(ward: Settled, record: Presets) -> None:
    """After a restart: every open session that goes on by other settings says so.

    Raises `StoreError`. A session of a version that kept none has those of now.
    """
    for session in ward.seating.all():
        kept = settings_of(ward.facts.ledger.of(session.id))
        if kept is None:
            keep_settings(ward, session)
            continue
        changed = said(await _differences(ward, record, kept))
        if changed:
            keep_settings(ward, session, changed)
            ward.show(session)


async def _differences(ward: Settled, record: Presets, kept: FactRow) -> list[str]:
    found = practice_differences(str(kept.data[PRACTICE_KEY]), ward.practice.text)
    digest = str(kept.data[PRESET_KEY])
    if digest != ward.preset.hash:
        text = await record.preset(digest)
        found = [*preset_differences(text, ward.preset.text), *found]
    return found
