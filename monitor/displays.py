"""What a display may see and do. Knows no web framework and no vital sign."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.clock import Clock
from monitor.commands import Commands
from monitor.conditions import Preset
from monitor.config import Config
from monitor.finding import Catalogue
from monitor.history import FactRow, History
from monitor.hub import Hub
from monitor.people import People
from monitor.retold import Stored
from monitor.sounding import Sounding
from monitor.status import StatusLine
from monitor.ward import Ward
from monitor.words import Words


class Filed(Stored, Protocol):
    """The record as it is judged again, exported and printed; another process can hold it."""

    async def document(self, sha256: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """The running clinic, as handed to each display.

    `ward` is for looking (its board) and listening; acts go through `commands`,
    `people` tells whose they are. `sounding` knows which display sounds.
    `stored` is the record on its own connection, for work beside the watch.
    `status` says what the header tells of the service itself, worst first.
    """

    config: Config
    clock: Clock
    hub: Hub
    ward: Ward
    people: People
    sounding: Sounding
    commands: Commands
    history: History
    catalogue: Catalogue
    stored: Filed
    status: Callable[[], list[StatusLine]]

    @property
    def words(self) -> Words:
        """Times and names as they stand now: staff may have been added since."""
        return Words.of(self.config, self.people.names())

    async def facts(self, session: str) -> Sequence[FactRow]:
        """A session's facts, at hand while it is open; empty when there is none. `StoreError`."""
        return self.ward.facts.ledger.of(session) or await self.history.facts(session)

    @property
    def shelf(self) -> Shelf:
        """Its stored past alone."""
        return Shelf(
            config=self.config,
            clock=self.clock,
            history=self.history,
            catalogue=self.catalogue,
            preset=self.ward.preset,
            names=self.people.names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What it takes to look at stored sessions: no ward, no act and nobody signed in.

    `preset` says what a review counts; `names` are the staff's by id, none over a copy.
    """

    config: Config
    clock: Clock
    history: History
    catalogue: Catalogue
    preset: Preset
    names: Callable[[], Mapping[str, str]]


class Display(Protocol):
    """Somebody who looks at the clinic and acts upon it, such as the web server."""

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Show until `stop` is set; return then."""
        ...
