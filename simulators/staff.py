"""The people of a simulated clinic, with a PIN that everybody may know."""

from __future__ import annotations

from typing import Final

from monitor.clinic import Person, Role
from monitor.clock import Clock
from monitor.operations.staffing import write_pepper
from monitor.people import Hasher, Method, People
from monitor.store.staff import StaffFile
from monitor.tables import PeopleTable

NURSE: Final = Person(id="sim-nurse", name="Simulated nurse", role=Role.NURSE)
"""Acts by itself and signs in nowhere."""
STAFF: Final = (
    Person(id="rk", name="R. Kessler", role=Role.NURSE),
    Person(id="mo", name="M. Okafor", role=Role.NURSE),
    Person(id="dl", name="Dr D. Lindqvist", role=Role.CLINICIAN),
)
CLINICIAN: Final = STAFF[-1]
PUBLISHED_PIN: Final = "246810"
BY: Final = "os:simulator"


def employ(
    table: PeopleTable, clock: Clock, *, published_pin: str = "", rate: float = 1.0
) -> People:
    """The staff above in files where the table says; those of an earlier demo stay.

    With a published PIN each of them signs in by it, at any display.
    """
    if not table.pepper_file.exists():
        write_pepper(table.pepper_file)
    # A published PIN needs no slow hash, and the demo is there sooner.
    file, hasher = StaffFile(table.path), Hasher(table.pepper(), rounds=1, memory_kib=1_024)
    file.create()
    at_us, known = clock.utc_us(), file.read().members
    for person in (*STAFF, NURSE):
        if person.id not in known:
            file.add(person, by=BY, at_us=at_us)
    for person in STAFF if published_pin else ():
        kept = hasher.hash(Method.PIN, person.id, published_pin)
        file.keep_secret(person.id, Method.PIN, kept, by=BY, at_us=at_us)
    idle_s = table.idle_minutes * 60.0 * rate
    return People(file, hasher, clock, idle_s=idle_s, published_pin=published_pin)
