"""Which display of the clinic sounds its alarms, and which takes over when it falls silent.

Two displays that sound beside one another destroy the rhythm that tells the
priority; none that sounds is worse. So one is named at a time, and while none is
known to be able to, every display sounds for itself. The loss of monitoring is
not decided here: every display sounds that by itself. Pure: the caller passes
every time. Knows no chair, alarm or page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.errors import CommandRefused
from monitor.status import StatusLine

SILENT_S = 10.0
"""A display not heard of for so long is taken for silent, and the next one sounds."""
DISPLAYS_MAX = 100
NAME_LENGTH_MAX = 40


@dataclass(slots=True, kw_only=True)
class Display:
    """A browser that shows the clinic. `enabled`: it may sound, as far as a browser can tell.

    `hidden`: nobody sees its page, and the browser runs it seldom.
    """

    id: str
    name: str
    enabled: bool
    enrolled: bool
    hidden: bool
    seen_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTest:
    """Somebody listened to all alarm sounds of a display; `heard` is what they said."""

    display: str
    actor: str
    heard: bool
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who sounds at an instant.

    `sounds` is the id of the one display that does; "" when none is known to be
    able to, and each sounds for itself. `name` is what it is called, `backup` the
    name of the next. `silent` names the display that should sound and does not.
    """

    sounds: str
    name: str
    backup: str
    silent: str


@dataclass(slots=True, kw_only=True)
class Sounding:
    """All displays that were heard of, and the sound that is theirs.

    `owner` and `backup` are names from the configuration, "" for none. A person's
    choice goes before both.
    """

    owner: str = ""
    backup: str = ""
    last_test: SoundTest | None = None
    _chosen: tuple[str, str] = ("", "")
    _present: str = ""
    _known: dict[str, Display] = field(default_factory=dict)

    def report(
        self,
        display: str,
        name: str,
        *,
        enabled: bool,
        now_s: float,
        enrolled: bool = False,
        hidden: bool = False,
    ) -> None:
        """A display tells that it is there, whether it may sound and whether it is seen.

        `enrolled`: an administrator vouched for it; it goes before those that are not.
        """
        if display not in self._known:
            self._make_room()
        self._known[display] = Display(
            id=display,
            name=name,
            enabled=enabled,
            enrolled=enrolled,
            hidden=hidden,
            seen_s=now_s,
        )

    def choose(self, display: str) -> str:
        """A person makes this display the one that sounds, by its id. Returns its name."""
        known = self._known.get(display)
        if known is None:
            raise CommandRefused(
                "there is no such display",
                why=f"{display!r} was not heard of since the service started",
                fix="open a page on it, then choose it there",
            )
        self._chosen = (known.id, known.name)
        return known.name

    def restore(self, chosen: tuple[str, str], last_test: SoundTest | None) -> None:
        """After a restart: id and name of the display that was chosen, and the last test."""
        self._chosen, self.last_test = chosen, last_test

    def displays(self) -> tuple[Display, ...]:
        """Every display heard of, the first one first."""
        return tuple(self._known.values())

    def name(self, display: str) -> str:
        """What a display is called; its id when it was never heard of."""
        known = self._known.get(display)
        return known.name if known else display

    def heard(self, display: Display, now_s: float) -> bool:
        """Is the display there, and may it sound?"""
        return display.enabled and now_s - display.seen_s <= SILENT_S

    def decide(self, now_s: float) -> Chosen:
        """Who sounds now: the chosen or configured one, else its backup, else any that can.

        Where nobody was named, the one that sounds keeps the sound while it can.
        """
        ranked = list(self._ranked(now_s))
        first, second = (*ranked[:2], None, None)[:2]
        self._present = first.id if first else ""
        named = self._chosen[1] or self.owner
        right = first is not None and self._place(first) == 0
        return Chosen(
            sounds=self._present,
            name=first.name if first else "",
            backup=second.name if second else "",
            silent="" if right else named,
        )

    def status(self, now_s: float) -> list[StatusLine]:
        """What the header says where the display that should sound does not."""
        chosen = self.decide(now_s)
        if not self._known:
            return []
        if not chosen.sounds:
            text = "NO DISPLAY IS KNOWN TO SOUND: tap SOUND OFF on one of them"
            return [StatusLine("error", "NO DISPLAY SOUNDS", text)]
        if chosen.silent:
            text = f"display {chosen.silent} is silent: {chosen.name} sounds in its place"
            return [StatusLine("warn", "DISPLAY SILENT", text)]
        return list(self._unseen(chosen))

    def _unseen(self, chosen: Chosen) -> Iterator[StatusLine]:
        if self._known[chosen.sounds].hidden:
            text = f"display {chosen.name} sounds and is hidden: bring its page to the front"
            yield StatusLine("warn", "SOUND IS HIDDEN", text)

    def _ranked(self, now_s: float) -> Iterator[Display]:
        able = [one for one in self._known.values() if self.heard(one, now_s)]

        def rank(one: Display) -> tuple[bool, bool, int, bool]:
            chosen = one.id == self._chosen[0]
            return not chosen, not one.enrolled, self._place(one), one.id != self._present

        yield from sorted(able, key=rank)

    def _place(self, one: Display) -> int:
        """0 for the display that should sound, then its backups."""
        wanted = (one.id == self._chosen[0], one.name == self.owner, one.name == self.backup)
        named = (self._chosen[0], self.owner, self.backup)
        ranks = [fits for fits, name in zip(wanted, named, strict=True) if name]
        return ranks.index(True) if True in ranks else len(ranks)

    def _make_room(self) -> None:
        """The display unheard for longest goes; the one that sounds stays."""
        if len(self._known) < DISPLAYS_MAX:
            return
        others = [one for one in self._known.values() if one.id != self._present]
        del self._known[min(others, key=lambda one: one.seen_s).id]
