"""Which display sounds and when it was last listened to, as every page shows it."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from monitor.displays import Clinic
from monitor.sounding import NAME_LENGTH_MAX, SoundTest
from monitor.web.entry import Entry
from monitor.web.present import Json
from monitor.words import Words

DisplayId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{4,64}$")]


class HereBody(BaseModel):
    """A display is there; `enabled`: its browser lets it sound, `hidden`: nobody sees its page."""

    model_config = ConfigDict(extra="forbid")

    display: DisplayId
    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
    enabled: bool
    hidden: bool = False


class Heard(BaseModel):
    """The service knows of this display."""

    id: str


def told(clinic: Clinic) -> Json:
    """What every page says of the sound at this instant."""
    chosen = clinic.sounding.decide(clinic.clock.monotonic())
    test, words = clinic.sounding.last_test, Words.of(clinic.config, clinic.people.names())
    return {
        "sounds": chosen.sounds,
        "name": chosen.name,
        "backup": chosen.backup,
        "silent": chosen.silent,
        "tested": tested(test, words, clinic.clock.utc_us()),
        "remedy": remedy(test),
        "tested_today": test is not None and _today(test, words, clinic.clock.utc_us()),
        "unheard": test is not None and not test.heard,
    }


def tested(test: SoundTest | None, words: Words, now_us: int) -> str:
    """When the sound was last listened to, by whom and where; loud when not today or not heard."""
    today = test is not None and _today(test, words, now_us)
    if test is None or (test.heard and not today):
        return "SOUND NOT TESTED TODAY"
    if test.heard:
        by = f"by {words.person(test.actor)} ({test.display})"
        return f"sound last tested {words.time(test.at_us, '%H:%M')} {by}"
    return f"SOUND NOT HEARD at {words.time(test.at_us, '%H:%M' if today else '%F %H:%M')}"


def remedy(test: SoundTest | None) -> str:
    """What to do where not every sound of the last test was heard; "" where it was."""
    if test is None or test.heard:
        return ""
    return f"turn {test.display} up or let another display sound, then SOUND TEST"


def _today(test: SoundTest, words: Words, now_us: int) -> bool:
    return words.time(test.at_us, "%F") == words.time(now_us, "%F")


def add_sound(api: FastAPI, clinic: Clinic, entry: Entry) -> None:
    """What a display tells of itself; it is no act of a person and needs none.

    A display that is not enrolled takes the sound from none that is.
    """
    clock, sounding = clinic.clock, clinic.sounding

    @api.post("/api/sound/here")
    async def here(request: Request, body: HereBody) -> Heard:
        """A display is there, and may sound or not; told each two seconds."""
        enrolled = clinic.people.display(entry.display_id(request))
        sounding.report(
            body.display,
            enrolled.name if enrolled else body.name,
            enabled=body.enabled,
            enrolled=enrolled is not None,
            hidden=body.hidden,
            now_s=clock.monotonic(),
        )
        return Heard(id=body.display)

    @api.get("/api/sound")
    async def displays() -> Json:
        """Every display heard of since the start, and which one sounds."""
        now_s = clock.monotonic()
        chosen = sounding.decide(now_s)
        return {
            "displays": [
                {
                    "id": one.id,
                    "name": one.name,
                    "able": sounding.heard(one, now_s),
                    "sounds": one.id == chosen.sounds,
                    "hidden": one.hidden,
                    "seen_s": round(now_s - one.seen_s, 1),
                }
                for one in sounding.displays()
            ]
        }
