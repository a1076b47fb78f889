"""A session's adverse events as CSV, one line each; without free words, as every export."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.care.harm import BETWEEN, Harm, harms_of
from monitor.exports.cells import iso, line, text
from monitor.exports.dossier import Dossier

HEADER = (
    *("happened_at", "marked_at", "session", "event", "serious", "seriousness"),
    *("done", "outcome", "marked_by"),
)


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The header line, then one line an event in the order in which they happened."""
    yield line(HEADER)
    for harm in harms_of(dossier.facts):
        yield line(_cells(harm, dossier))


def _cells(harm: Harm, dossier: Dossier) -> tuple[str, ...]:
    return (
        iso(dossier.local(harm.at_us)),
        iso(dossier.local(harm.marked_us)),
        text(dossier.session.id),
        text(harm.what),
        "yes" if harm.seriousness.serious else "no",
        harm.seriousness.value,
        BETWEEN.join(one.value for one in harm.done),
        harm.outcome.value,
        text(harm.actor),
    )
