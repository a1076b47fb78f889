"""A signed document as it is kept: its very bytes, named by their SHA-256.

No library has to make it again, and what was signed can be held against its hash
for as long as the record is kept. Knows no format, database or page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from monitor.errors import AuditBroken


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One document of a session."""

    session: str
    document: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """What names it in the signature."""
        return digest(self.document)


def digest(document: bytes) -> str:
    """SHA-256 in hexadecimal: what names a document in the record and its audit."""
    return hashlib.sha256(document).hexdigest()


def checked(document: bytes, sha256: str) -> bytes:
    """The document, when it is the one of that hash. Raises `AuditBroken`."""
    found = digest(document)
    if found != sha256:
        raise AuditBroken(
            "the kept document is not the one that was signed",
            where=f"sha256 {found}, signed was {sha256}",
            why="the record's file was changed, or its disk gives back other bytes",
            fix="keep the file as it is and compare it with the backup; "
            "`chairside audit verify` tells whether acts were touched too",
        )
    return document
