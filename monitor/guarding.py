"""What watches the alarm system itself, as the service holds it.

Joins the sentry's thread, the synthetic alarm and the ward. Knows no link or page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC

from monitor.alarm_path import CHAIR, DEVICE, AlarmPath
from monitor.board import Board
from monitor.conditions import Preset
from monitor.sentry import Sentry
from monitor.ward import Ward

TELL_S = 0.25


@dataclass(frozen=True, slots=True)
class Guard:
    """A thread, and the synthetic alarm it lives on."""

    sentry: Sentry
    path: AlarmPath

    def turn(self, came_s: float | None, now_s: float) -> None:
        """The engine has a turn; its first frame, where there is one, came at `came_s`."""
        self.sentry.turn(0.0 if came_s is None else now_s - came_s)

    async def tell(self, ward: Ward) -> None:
        """What the sentry saw from its thread becomes T-ENG as soon as the loop runs again."""
        while True:
            trouble = self.sentry.trouble()
            since_s = None if trouble is None else ward.clock.monotonic() - trouble[0]
            ward.assert_technical("T-ENG", "", since_s, trouble[1] if trouble else "")
            await asyncio.sleep(TELL_S)


def board_of_test(preset: Preset) -> Board:
    """Where the synthetic chair is shown: on no wall."""
    return Board(
        chairs=[CHAIR],
        vitals={CHAIR.id: DEVICE.vitals or frozenset()},
        clinic="",
        zone=UTC,
        nibp_interval_s=preset.nibp_interval_s,
        nibp_overdue_s=preset.nibp_overdue_s(),
        modes={CHAIR.id: DEVICE.mode},
    )
