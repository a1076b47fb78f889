"""The alarm burden as a table of texts: for the page, for CSV, and beside another preset's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from monitor.burden import Burden, RuleBurden
from monitor.conditions import Priority

HEAD = (
    "rule",
    "HIGH per chair-hour",
    "MEDIUM per chair-hour",
    "LOW per chair-hour",
    "alarms",
    "seconds in alarm",
    "median seconds to acknowledge",
    "acknowledged",
    "share artefact",
)
BESIDE = ("rule", "before", "after", "difference", "per infusion hour before", "and after")
PRIORITIES = sorted(Priority, reverse=True)
TOTAL = "all rules"


def rows(found: Burden) -> list[list[str]]:
    """A line a rule that alarmed."""
    return [_row(found, one) for one in found.rules]


def _row(found: Burden, one: RuleBurden) -> list[str]:
    rates = [f"{found.per_chair_hour(one, priority):.3f}" for priority in PRIORITIES]
    delay, share = one.acknowledge_s, one.artefact_share
    return [
        one.rule,
        *rates,
        str(one.count),
        f"{one.alarm_s:.0f}",
        "" if delay is None else f"{delay:.0f}",
        str(one.acknowledged),
        "" if share is None else f"{share:.3f}",
    ]


def csv_lines(found: Burden) -> Iterator[str]:
    """The same as CSV (RFC 4180), the head first."""
    for cells in (HEAD, *rows(found)):
        yield _line(cells)


def beside(before: Burden, after: Burden) -> list[list[str]]:
    """Each rule under both presets, and their sum last."""
    names = sorted({one.rule for one in (*before.rules, *after.rules)})
    pairs = [(name, before.of(name).count, after.of(name).count) for name in names]
    total = (TOTAL, sum(pair[1] for pair in pairs), sum(pair[2] for pair in pairs))
    hours = before.infusion_hours
    return [
        [name, str(old), str(new), f"{new - old:+d}", _rate(old, hours), _rate(new, hours)]
        for name, old, new in (*pairs, total)
    ]


def plain(head: Iterable[str], lines: Iterable[Iterable[str]]) -> Iterator[str]:
    """The table for a terminal: columns padded to their widest cell."""
    cells = [list(head), *(list(line) for line in lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()


def _rate(count: int, hours: float) -> str:
    return f"{count / hours:.2f}" if hours else ""


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
