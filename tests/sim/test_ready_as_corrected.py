"""What was entered after the close: when the patient would have been ready follows from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from monitor.care.observations import Item
from monitor.care.turnover import ready_told
from monitor.cataloguing import Cataloguer
from monitor.commands import Correct, HandOver
from monitor.commands.observing import Observe
from monitor.finding import Wanted
from monitor.history import HANDED_OVER, OBSERVED, FactRow, name_of
from monitor.report.after import recovery
from monitor.report.source import Source
from monitor.review import Figures, figures
from monitor.web.figured import figured
from monitor.words import Words
from tests.real.test_leaving import POINTS, anyway, close, recovered
from tests.reported import letterhead
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped

pytestmark = pytest.mark.asyncio
SECOND_US = 1_000_000
WORDS = Words(UTC, {}, {})


async def facts_of(house: Stepped, session: str) -> list[FactRow]:
    await house.record.commit()
    return await house.record.facts(session)


async def figures_of(house: Stepped, session: str) -> Figures:
    facts = await facts_of(house, session)
    rows = await house.record.readings(session)
    steps = await house.record.transitions(session)
    return await asyncio.to_thread(figures, facts, rows, steps, house.ward.preset)


async def withdraw(house: Stepped, session: str, fact: FactRow) -> None:
    of = name_of(fact)
    act = Correct(session=session, of=of, reason="slip", withdrawn=True, actor=ACTOR)
    await house.commands.execute(act)


def review_head(found: Figures) -> str:
    told: dict[str, Any] = figured(found, WORDS)
    return "\n".join(f"{one['label']}: {one['text']}" for one in told["head"])


@pytest.mark.requirement("LVE-023")
async def test_a_hand_over_entered_after_the_close_makes_the_patient_ready_from_its_time_on(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await recovered(house)
        (told,) = [one for one in await facts_of(house, session) if one.kind == HANDED_OVER]
        await withdraw(house, session, told)
        house.hold(120)
        await house.commands.execute(anyway(session, "the network is down", CLINICIAN))
        facts = await facts_of(house, session)
        assert ready_told(facts) is None
        kept = (await figures_of(house, session)).leaving
        assert (kept.ready_us, kept.another) == (None, False)
        house.wait(600.0)
        at_us = house.clock.utc_us() - 660 * SECOND_US
        over = HandOver(
            session=session, sitter="Mia", points=POINTS, happened_us=at_us, actor=ACTOR
        )
        await house.commands.execute(over)
        found = await figures_of(house, session)
        assert found.leaving.another
        assert found.leaving.kept_us is None
        ready_us = found.leaving.ready_us
        assert ready_us is not None
        # The gate is asked each whole second since the end of the infusion.
        assert at_us <= ready_us < at_us + SECOND_US
        assert ready_told(await facts_of(house, session)) is None
        assert "at the close not ready" in review_head(found)
        source = Source(
            facts=await facts_of(house, session),
            readings=await house.record.readings(session),
            transitions=await house.record.transitions(session),
            preset=house.ward.preset,
            letterhead=letterhead(),
        )
        ready = f"ready {source.at(ready_us)} (+"
        (line, *_) = recovery(source).said
        assert ready in line.text
        assert " min), at the close not ready, left " in line.text


@pytest.mark.requirement("LVE-023")
async def test_a_score_corrected_after_the_close_takes_it_back_and_what_was_kept_is_told(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await recovered(house)
        await house.commands.execute(close(session))
        before = (await figures_of(house, session)).leaving
        kept_us = ready_told(await facts_of(house, session))
        assert kept_us is not None
        assert (before.ready_us, before.another) == (kept_us, False)
        house.wait(600.0)
        (score,) = [
            one
            for one in await facts_of(house, session)
            if one.kind == OBSERVED and one.data["item"] == Item.SEDATION.value
        ]
        act = Correct(session=session, of=name_of(score), reason="slip", value=4.0, actor=ACTOR)
        await house.commands.execute(act)
        found = await figures_of(house, session)
        assert (found.leaving.ready_us, found.leaving.kept_us) == (None, kept_us)
        clock = WORDS.time(kept_us, "%H:%M")
        assert f"never ready by the leave gate, at the close {clock}" in review_head(found)
        # Another score of then, from paper: ready again, and at another time than was kept.
        left_us = found.leaving.left_us
        assert left_us is not None
        seen_us = left_us - 30 * SECOND_US
        late = Observe(
            session=session, item=Item.SEDATION, value=5.0, happened_us=seen_us, actor=ACTOR
        )
        await house.commands.execute(late)
        again = (await figures_of(house, session)).leaving
        assert again.ready_us is not None
        assert seen_us <= again.ready_us < seen_us + SECOND_US
        cataloguer = Cataloguer(house.record, house.ward.preset)
        await cataloguer.find(Wanted())
        while await cataloguer.measure_one():
            pass
        (entry,) = (await cataloguer.find(Wanted())).entries
        assert entry.measured is not None
        assert again.ended_us is not None
        assert entry.measured.ready_minutes == (again.ready_us - again.ended_us) / 60e6


@pytest.mark.requirement("LVE-023")
async def test_what_the_gate_does_not_ask_for_leaves_it_as_it_was_kept(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await recovered(house)
        await house.commands.execute(close(session))
        facts = await facts_of(house, session)
        turned = next(one for one in facts if one.kind == "turned over")
        odd = {**turned.data, "ready_us": turned.at_us - 7}
        note = replace(turned, ordinal=9_999, kind="note", data={})
        facts = [*(one for one in facts if one is not turned), replace(turned, data=odd), note]
        rows = await house.record.readings(session)
        found = await asyncio.to_thread(figures, facts, rows, [], house.ward.preset)
        assert (found.leaving.ready_us, found.leaving.another) == (turned.at_us - 7, False)
