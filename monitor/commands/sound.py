"""Which display sounds, and that somebody listened to it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.clinic import Person
from monitor.commands.acts import Act, Desk
from monitor.history import SOUND_CHOSEN, SOUND_TESTED, Data
from monitor.sounding import SoundTest


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseSpeaker(Act):
    """One display sounds the alarms of the clinic from now on."""

    display: str

    def do(self, desk: Desk, person: Person) -> str:
        """The display's id."""
        name = desk.sounding.choose(self.display)
        desk.keep(SOUND_CHOSEN, person, {"display": self.display, "name": name})
        return self.display


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenedToSound(Act):
    """A named person listened to all alarm sounds of a display, and heard them or not."""

    display: str
    heard: bool

    def do(self, desk: Desk, person: Person) -> str:
        """The display's id."""
        name = desk.sounding.name(self.display)
        data: Data = {"display": self.display, "name": name, "heard": self.heard}
        fact = desk.keep(SOUND_TESTED, person, data)
        desk.sounding.last_test = SoundTest(
            display=name, actor=person.id, heard=self.heard, at_us=fact.at_us
        )
        return self.display
