"""Who sounds, over the API of the shipped service, and over its restart."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.serving import ACT, ACTOR, served

WALL, DESK = "0001-wall", "0002-desk"


async def here(client: httpx.AsyncClient, display: str, *, enabled: bool = True) -> None:
    """A display reports."""
    body = {"display": display, "name": display[5:], "enabled": enabled}
    answer = await client.post("/api/sound/here", json=body, headers=ACT)
    assert answer.status_code == 200, answer.text


async def sounding(client: httpx.AsyncClient) -> list[str]:
    """The ids of the displays that sound."""
    displays = (await client.get("/api/sound")).json()["displays"]
    return [one["id"] for one in displays if one["sounds"]]


@pytest.mark.requirement("SHO-018", "SHO-019")
async def test_a_choice_and_a_sound_test_are_kept_with_their_person_and_outlast_a_restart(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        await here(client, WALL)
        await here(client, DESK)
        assert await sounding(client) == [WALL]
        acts: dict[str, dict[str, object]] = {
            "owner": {"display": DESK},
            "test": {"display": DESK, "heard": True},
        }
        for path, act in acts.items():
            answer = await client.post(f"/api/sound/{path}", json=act, headers=ACT)
            assert answer.status_code == 200, answer.text
        assert await sounding(client) == [DESK]
        before = clinic.clinic.sounding.last_test
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        await here(client, WALL)
        await here(client, DESK)
        assert await sounding(client) == [DESK]
        assert clinic.clinic.sounding.last_test == before
        assert before is not None
        assert (before.display, before.actor, before.heard) == ("desk", ACTOR, True)


async def test_a_display_nobody_heard_of_cannot_be_chosen_and_ids_are_checked(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        body = {"display": DESK}
        answer = await client.post("/api/sound/owner", json=body, headers=ACT)
        assert answer.status_code == 409
        assert answer.json()["what"] == "there is no such display"
        hostile = {"display": "<b>", "name": "x", "enabled": True}
        answer = await client.post("/api/sound/here", json=hostile, headers=ACT)
        assert answer.status_code == 422
