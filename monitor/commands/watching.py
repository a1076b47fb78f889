"""Who watches which chair, and handing a shift over: offered by one, confirmed by the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.watching import (
    EMPTY,
    SEVERITIES,
    SEVERITY,
    SHIFT_HANDED_OVER,
    SHIFT_OFFERED,
    WATCHING,
    offers_of,
)
from monitor.clinic import Person
from monitor.commands.acts import Act, Desk
from monitor.errors import CommandRefused
from monitor.history import Data, name_of
from monitor.shift import chairs_now, clinic_alarms


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Act):
    """A person watches these chairs from now on, and no others."""

    chairs: Sequence[str]

    def do(self, desk: Desk, person: Person) -> str:
        """The chairs, comma between."""
        for chair in self.chairs:
            desk.known_chair(chair)
        said = ",".join(dict.fromkeys(self.chairs))
        desk.keep(WATCHING, person, {"chairs": said})
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferShift(Act):
    """A person hands these chairs over, saying how ill each patient is (I-PASS).

    Of a chair without a patient `EMPTY` is said. Who watches changes only when
    somebody else confirms it.
    """

    severities: Mapping[str, str]

    def do(self, desk: Desk, person: Person) -> str:
        """The offer's name."""
        for chair, severity in self.severities.items():
            desk.known_chair(chair)
            seated = desk.ward.seating.at(chair) is not None
            if severity not in (SEVERITIES if seated else (*SEVERITIES, EMPTY)):
                raise CommandRefused(
                    f"how ill the patient in chair {chair} is, is not said",
                    why=f"one of {', '.join(SEVERITIES)} is needed",
                    fix="choose one for each chair",
                )
        if not self.severities:
            raise CommandRefused(
                "no chair is handed over", why="none was chosen", fix="choose one at least"
            )
        chairs = [one for one in chairs_now(desk.ward) if one.chair in self.severities]
        data: Data = {
            "chairs": ",".join(one.chair for one in chairs),
            **{
                SEVERITY + one.chair: self.severities[one.chair] if one.session else EMPTY
                for one in chairs
            },
            "open": _told({one.label: one.alarms for one in chairs}),
            "limits": _told({one.label: one.limits for one in chairs}),
            "due": _told({one.label: one.due for one in chairs}),
            "clinic": "; ".join(clinic_alarms(desk.ward)),
        }
        return name_of(desk.keep(SHIFT_OFFERED, person, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeShift(Act):
    """The receiver, by their own sign-in, confirms what was handed over and watches it now."""

    offer: str

    def do(self, desk: Desk, person: Person) -> str:
        """The offer's name."""
        known = offers_of(desk.ward.facts.ledger.shifts(SHIFT_OFFERED, SHIFT_HANDED_OVER))
        offer = next((one for one in known if one.name == self.offer), None)
        why = ""
        if offer is None:
            why = "the record knows no such hand-over"
        elif offer.taken_by is not None:
            why = "it was confirmed already"
        elif any(one.giver == offer.giver and one.offered_us > offer.offered_us for one in known):
            why = "it was handed over anew since"
        elif offer.giver == person.id:
            why = "who hands over cannot confirm it too"
        if offer is None or why:
            raise CommandRefused(
                "this hand-over cannot be confirmed",
                why=why,
                fix="reload the page; the receiver signs in with their own PIN",
            )
        data: Data = {
            "offer": offer.name,
            "from": offer.giver,
            "to": person.id,
            "chairs": ",".join(offer.chairs),
        }
        desk.keep(SHIFT_HANDED_OVER, person, data)
        return offer.name


def _told(by_chair: Mapping[str, Sequence[str]]) -> str:
    """`1: SpO2 84 < 90; 3: NIBP overdue`, of those chairs where there is anything."""
    lines = [f"{label}: {', '.join(said)}" for label, said in by_chair.items() if said]
    return "; ".join(lines)
