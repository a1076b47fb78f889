"""Words into a box of so many lines: wrapped, and what has no room is counted, never just cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from monitor.report.metrics import SIZE_PT, printable, width_mm
from monitor.report.model import Block, Row, Said

ELLIPSIS = "…"
CELL_GAP_MM = 1.0
"""Between the text of a column and the next one."""
DIVIDER = "\u00a0·"
"""Between two things said that follow each other in a line; stays with the first."""
WHOLE = 10_000
"""As many lines as a text takes."""


class Run(NamedTuple):
    """Words in one weight."""

    text: str
    bold: bool = False


Line = tuple[Run, ...]
Cells = tuple[tuple[str, ...], ...]
"""A row: of each cell its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A box on the page, mm from its content's left and top; `lines` below its title.

    `columns` are the widths of a table's columns; it stands `halves` times side by side.
    """

    name: str
    left: float
    top: float
    width: float
    lines: int
    columns: tuple[float, ...] = ()
    halves: int = 1
    row_lines: int = 1
    """So many lines of a row are shown before other rows are left out for it."""
    flowing: bool = False
    """What is said follows on in the same line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What stands in a place, line by line; `left_out` says what has no room, where something has.

    `shown` are the numbers, from 0, of the block's rows that are there.
    """

    place: Place
    title: str
    lines: tuple[Line, ...]
    head: tuple[str, ...]
    rows: tuple[Cells, ...]
    shown: tuple[int, ...]
    left_out: str


def fitted(block: Block, place: Place, elsewhere: str) -> Box:
    """The block in its place; what has no room is counted, and said to stand `elsewhere`."""
    for said_lines, row_lines in (
        (WHOLE, WHOLE),
        (2, max(2, place.row_lines)),
        (2, place.row_lines),
    ):
        box = _filled(block, place, said_lines, row_lines, "")
        if box is not None:
            clipped = _clipped(block, place, said_lines, row_lines)
            if not clipped:
                return box
            box = _filled(block, place, said_lines, row_lines, f"in full {elsewhere}")
            if box is not None:
                return box
    return _thinned(block, place, elsewhere)


def _filled(
    block: Block, place: Place, said_lines: int, row_lines: int, left_out: str
) -> Box | None:
    """All of it, no part longer than so many lines; None where that does not fit."""
    lines = _said(block.said, place, said_lines)
    rows = tuple(cells(row.cells, place.columns, row_lines) for row in block.rows)
    box = Box(
        place=place,
        title=printable(block.title),
        lines=lines,
        head=_head(block, place),
        rows=rows,
        shown=tuple(range(len(rows))),
        left_out=left_out,
    )
    return box if taken(box) <= place.lines else None


def _clipped(block: Block, place: Place, said_lines: int, row_lines: int) -> bool:
    whole = [cells(row.cells, place.columns, WHOLE) for row in block.rows]
    short = [cells(row.cells, place.columns, row_lines) for row in block.rows]
    return whole != short or _said(block.said, place, WHOLE) != _said(block.said, place, said_lines)


def _thinned(block: Block, place: Place, elsewhere: str) -> Box:
    """As much of it as there is room for, and how much there is more."""
    room = place.lines - 1
    for_said = room if not block.rows else max(1, room // 2)
    said, each = list(block.said), min(2, for_said)
    while len(said) > 1 and len(_said(said, place, each)) > for_said:
        said.pop()
    lines = _said(said, place, each)
    if len(lines) < for_said and len(said) < len(block.said):
        # The next one begins in the room that is left; what of it is missing is counted.
        tail = shortened(
            wrapped(_runs(block.said[len(said)]), place.width), for_said - len(lines), place
        )
        lines += tail
    head = _head(block, place)
    table = [cells(row.cells, place.columns, place.row_lines) for row in block.rows]
    room_rows = (room - len(lines) - bool(head)) * place.halves
    chosen = _weightiest(block.rows, [tall(row) for row in table], room_rows)
    rows = tuple(table[number] for number in chosen)
    count = len(block.said) - len(said) + len(block.rows) - len(chosen)
    return Box(
        place=place,
        title=printable(block.title),
        lines=lines,
        head=head if rows else (),
        rows=rows,
        shown=chosen,
        left_out=f"{count} more {elsewhere}" if count else f"in full {elsewhere}",
    )


def _weightiest(rows: Sequence[Row], heights: Sequence[int], room: int) -> tuple[int, ...]:
    """The numbers of the rows that stay, in their order; of equal weight the first ones."""
    chosen: list[int] = []
    for number in sorted(range(len(rows)), key=lambda number: (-rows[number].weight, number)):
        if heights[number] > room:
            break
        chosen.append(number)
        room -= heights[number]
    return tuple(sorted(chosen))


def tall(row: Cells) -> int:
    """How many lines a row takes."""
    return max((len(cell) for cell in row), default=1)


def _head(block: Block, place: Place) -> tuple[str, ...]:
    if not block.rows:
        return ()
    return tuple(
        clip(printable(text), width - CELL_GAP_MM, bold=True)
        for text, width in zip(block.head, place.columns, strict=False)
    )


def taken(box: Box) -> int:
    """How many lines of its place a box takes."""
    rows = max((sum(tall(row) for row in half) for half in halves(box)), default=0)
    return len(box.lines) + bool(box.head) + rows + bool(box.left_out)


def halves(box: Box) -> list[tuple[Cells, ...]]:
    """The rows of a box as they stand beside each other, so many in each."""
    count = -(-len(box.rows) // box.place.halves) or 1
    return [box.rows[start : start + count] for start in range(0, len(box.rows), count)]


def _said(said: Sequence[Said], place: Place, lines_max: int) -> tuple[Line, ...]:
    parts = [shortened(wrapped(_runs(one), place.width), lines_max, place) for one in said]
    if not place.flowing:
        return tuple(line for part in parts for line in part)
    lines: list[Line] = []
    for alone, found in groupby(zip(said, parts, strict=True), key=lambda one: one[0].alone):
        group = [part for _, part in found if part]
        if alone:
            lines += [line for part in group for line in part]
        else:
            lines += _flowing(group, place.width)
    return tuple(lines)


def _flowing(parts: Sequence[Sequence[Line]], width: float) -> tuple[Line, ...]:
    """The parts one after the other, with a divider between."""
    runs = [[run for line in part for run in line] for part in parts]
    for part in runs[:-1]:
        part[-1] = Run(part[-1].text + DIVIDER, part[-1].bold)
    return wrapped([run for part in runs for run in part], width)


def _runs(said: Said) -> list[Run]:
    runs = [Run(printable(said.label), bold=True), Run(printable(said.text))]
    return [run for run in runs if run.text]


def shortened(lines: Sequence[Line], lines_max: int, place: Place) -> tuple[Line, ...]:
    """The first so many lines, one at least; the last ends in an ellipsis if there were more."""
    if len(lines) <= lines_max:
        return tuple(lines)
    kept = list(lines[:lines_max])
    *before, last = kept[-1]
    room = place.width - sum(width_mm(f"{run.text} ", bold=run.bold) for run in before)
    kept[-1] = (*before, Run(clip(f"{last.text} {ELLIPSIS}", room, bold=last.bold), last.bold))
    return tuple(kept)


def wrapped(runs: Sequence[Run], width: float, size_pt: float = SIZE_PT) -> tuple[Line, ...]:
    """The words in lines of that width, mm. A word longer than a line goes over into the next."""
    lines: list[list[Run]] = []
    used = width
    for word in _words(runs, width, size_pt):
        wide = width_mm(word.text, size_pt, bold=word.bold)
        space = width_mm(" ", size_pt, bold=word.bold)
        if not lines or used + space + wide > width:
            lines.append([word])
            used = wide
        else:
            lines[-1].append(word)
            used += space + wide
    return tuple(_joined(line) for line in lines)


def _words(runs: Sequence[Run], width: float, size_pt: float) -> Iterator[Run]:
    for run in runs:
        for word in run.text.split(" "):
            rest = word
            while width_mm(rest, size_pt, bold=run.bold) > width:
                cut = _fitting(rest, width, size_pt, bold=run.bold)
                yield Run(rest[:cut], run.bold)
                rest = rest[cut:]
            yield Run(rest, run.bold)


def _joined(words: Sequence[Run]) -> Line:
    out: list[Run] = []
    for word in words:
        if out and out[-1].bold == word.bold:
            out[-1] = Run(f"{out[-1].text} {word.text}", word.bold)
        else:
            out.append(word)
    return tuple(out)


def _fitting(text: str, width: float, size_pt: float, *, bold: bool) -> int:
    """How many of its letters fit, one at least."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_mm(text[:middle], size_pt, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def clip(text: str, width: float, size_pt: float = SIZE_PT, *, bold: bool = False) -> str:
    """The text, ending in an ellipsis where it is wider than that, mm."""
    if width_mm(text, size_pt, bold=bold) <= width:
        return text
    room = width - width_mm(ELLIPSIS, size_pt, bold=bold)
    kept = text[: _fitting(text, room, size_pt, bold=bold)].rstrip()
    return kept + ELLIPSIS if width_mm(kept, size_pt, bold=bold) <= room else ELLIPSIS


def cells(
    texts: Sequence[str], columns: Sequence[float], lines_max: int, size_pt: float = SIZE_PT
) -> Cells:
    """A row's cells in their columns, each in so many lines at most."""
    out = []
    for text, column in zip(texts, columns, strict=False):
        width = column - CELL_GAP_MM
        lines = [line[0].text for line in wrapped([Run(printable(text))], width, size_pt)] or [""]
        if len(lines) > lines_max:
            lines = [
                *lines[: lines_max - 1],
                clip(" ".join(lines[lines_max - 1 :]), width, size_pt),
            ]
        out.append(tuple(lines))
    return tuple(out)
