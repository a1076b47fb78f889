"""What a display may see and do. Knows no web framework and no vital sign."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.clock import Clock
from monitor.commands import Commands
from monitor.config import Config
from monitor.finding import Catalogue
from monitor.history import History
from monitor.hub import Hub
from monitor.people import People
from monitor.retold import Stored
from monitor.sounding import Sounding
from monitor.status import StatusLine
from monitor.ward import Ward


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """The running clinic, as handed to each display.

    `ward` is for looking (its board) and listening; acts go through `commands`,
    `people` tells whose they are. `sounding` knows which display sounds.
    `stored` is the record on its own connection, to judge its sessions again.
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
    stored: Stored
    status: Callable[[], list[StatusLine]]


class Display(Protocol):
    """Somebody who looks at the clinic and acts upon it, such as the web server."""

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Show until `stop` is set; return then."""
        ...
