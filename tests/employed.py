"""Staff of a served clinic as `chairside staff` makes them, with secrets that tests know."""

from __future__ import annotations

from monitor.clinic import Person, Role
from monitor.people import Hasher, Method
from monitor.store.staff import StaffFile
from tests.serving import Served

PIN, PASSWORD = "471902", "gravel lantern oboe tide"
BY = "os:test"


def employ(clinic: Served) -> None:
    """Give the nurse and the clinician PIN and password, and take on an administrator."""
    table = clinic.clinic.config.people
    # Argon2id at its lowest cost: what is tested is not the cost.
    file, hasher = StaffFile(table.path), Hasher(table.pepper(), rounds=1, memory_kib=64)
    file.add(Person(id="adm", name="Adm", role=Role.ADMINISTRATOR), by=BY, at_us=1)
    for person in ("rk", "dl", "adm"):
        for method, secret in ((Method.PIN, PIN), (Method.PASSWORD, PASSWORD)):
            kept = hasher.hash(method, person, secret)
            file.keep_secret(person, method, kept, by=BY, at_us=1)
