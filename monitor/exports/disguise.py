"""De-identification: dates shifted by a secret of each patient, ids replaced, free words left out.

The same patient has the same shift and the same ids in every export of a clinic,
so that a course stays a course; the key that both follow from stays with the
clinic. Where it is not known that words are of a list, they are left out.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.care.harm import DONE, OUTCOME, WHY
from monitor.clinic import AckReason
from monitor.conditions import Kind
from monitor.history import OF, Data, FactRow, ReadingRow, TransitionRow
from monitor.suspects import SUSPECT

DAY_US = 86_400_000_000
SHIFT_DAYS_MAX = 3_650
"""Dates go back by 1 to so many whole days; the time of day stays (in UTC)."""
ID_CHARACTERS = 12
KEY_PURPOSE = "exports"
LISTED = frozenset(
    {
        *("phase", "item", "value", "action", "drug", "event", "grade", "vital", "vitals"),
        *("cause", "cuff", "probe", "plan", "how", "rule", "source"),
        *(WHY, DONE, OUTCOME),
    }
)
"""Keys of facts whose words come from a list of ours or of the clinic's configuration."""
FACT = re.compile(r"^(\d{1,20})-(\d{1,20})$")
"""The name of a fact, which is a time and a number."""
DEVICES = frozenset({"device", "instead"})
"""Keys of facts that name a device by its id."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """What stands for one patient's dates and ids, by the clinic's secret `key`."""

    key: bytes
    patient_ref: str

    @property
    def shift_us(self) -> int:
        """What is added to every time (microseconds, negative)."""
        number = int.from_bytes(self._digest("days", self.patient_ref)[:8], "big")
        return -DAY_US * (1 + number % SHIFT_DAYS_MAX)

    def id_of(self, kind: str, name: str) -> str:
        """What stands for an id: the same for the same, told back by nobody without the key."""
        digest = self._digest(kind, name)
        return f"{kind}-{base64.b32encode(digest).decode()[:ID_CHARACTERS].lower()}"

    def facts(self, rows: Sequence[FactRow]) -> list[FactRow]:
        """The facts in disguise."""
        return [
            replace(
                row,
                at_us=row.at_us + self.shift_us,
                session=self._session(row.session),
                chair=self.id_of("chair", row.chair),
                actor=self._actor(row.actor),
                data=self._data(row.data),
            )
            for row in rows
        ]

    def readings(self, rows: Sequence[ReadingRow]) -> list[ReadingRow]:
        """The readings in disguise; a sender's own words and numbers are left out."""
        return [
            replace(
                row,
                sampled_at_us=row.sampled_at_us + self.shift_us,
                received_at_us=row.received_at_us + self.shift_us,
                session=self._session(row.session),
                chair=self.id_of("chair", row.chair),
                device=self.id_of("device", row.device),
                reason=row.reason if row.reason == SUSPECT else "",
                boot=None,
                seq=None,
            )
            for row in rows
        ]

    def transitions(self, rows: Sequence[TransitionRow]) -> list[TransitionRow]:
        """The steps of alarms in disguise; a technical one is told by its condition alone."""
        return [
            replace(
                row,
                alarm=self.id_of("alarm", row.alarm),
                session=self._session(row.session),
                chair=self.id_of("chair", row.chair),
                at_us=row.at_us + self.shift_us,
                onset_us=row.onset_us + self.shift_us,
                sampled_at_us=self._moved(row.sampled_at_us),
                extreme_at_us=self._moved(row.extreme_at_us),
                message=row.condition if row.kind == Kind.TECHNICAL.value else row.message,
                actor=self._actor(row.actor),
                note=row.note if row.note in _NOTES else "",
                fired_by=tuple(
                    one._replace(sampled_at_us=one.sampled_at_us + self.shift_us)
                    for one in row.fired_by
                ),
            )
            for row in rows
        ]

    def _data(self, data: Data) -> Data:
        kept: dict[str, str | int | float | bool | None] = {}
        for key, said in data.items():
            if key == "patient_ref":
                kept[key] = self.id_of("patient", str(said))
            elif key == OF and (named := FACT.match(str(said))):
                kept[key] = f"{int(named[1]) + self.shift_us}-{named[2]}"
            elif key in DEVICES:
                kept[key] = self.id_of("device", str(said))
            elif key.endswith("_us") and isinstance(said, int):
                kept[key] = said + self.shift_us
            elif not isinstance(said, str) or key in LISTED:
                kept[key] = said
        return kept

    def _session(self, session: str | None) -> str | None:
        return None if session is None else self.id_of("session", session)

    def _actor(self, actor: str | None) -> str | None:
        return None if actor is None else self.id_of("staff", actor)

    def _moved(self, at_us: int | None) -> int | None:
        return None if at_us is None else at_us + self.shift_us

    def _digest(self, kind: str, name: str) -> bytes:
        return hmac.digest(self.key, f"{kind}\0{name}".encode(), "sha256")


_NOTES = frozenset(reason.value for reason in AckReason)
