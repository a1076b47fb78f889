"""Committed rows as InfluxDB line protocol, and text escaped in one place.

Syntax: InfluxDB v2 reference, "Line protocol". Pure: no connection, no clock.

Tags are few and repeat for ever (clinic, chair, device, vital, condition,
priority, kind); everything else is a field of a fixed type. A row's `at_us`
is unique within its series in the record, so no point overwrites another and
the same line sent twice is one point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

from monitor.history import (
    CONFIDENTIAL,
    PRESET,
    PRIVATE,
    TEXT,
    Data,
    FactRow,
    ReadingRow,
    TransitionRow,
)
from monitor.store.rows import Committed, Row, Seat, fired_by_text
from monitor.toml_lines import without_comments

VITALS, ALARMS, EVENTS = "vitals", "alarms", "events"
REMARKS = "remarks"
"""What is said of readings stands here a second time, at the time of its session."""
LAYOUT = "layout"
"""What the copy says of itself."""
PREFIXES_MAX = 4_096
TOML = "toml"
"""The key of a copied preset's settings."""
TOML_BYTES_MAX = 40_000
"""A longer preset is not copied: a text field of InfluxDB holds 64 kB, escapes and all."""

# A tag can hold neither a line break nor a trailing backslash, whatever the
# escape; these few travel as %0A and the like, and come back by `tag_text`.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\\%]")
_TAG_SPECIAL = re.compile(r"([,= ])")


def escape_tag(text: str) -> str:
    """A tag's value as line protocol; not empty, for there is no empty tag."""
    spoken = _UNSPEAKABLE.sub(lambda found: f"%{ord(found[0]):02X}", text)
    return _TAG_SPECIAL.sub(r"\\\1", spoken)


def tag_value(text: str) -> str:
    """What InfluxDB holds for a tag written by `escape_tag`: for use in a query's parameters."""
    return _UNSPEAKABLE.sub(lambda found: f"%{ord(found[0]):02X}", text)


def tag_text(stored: str | None) -> str:
    """The text behind a tag that InfluxDB gives back; no tag was an empty text."""
    return "" if stored is None else unquote(stored)


def quote_field(text: str) -> str:
    """A string field as line protocol."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Lines:
    """Turns the rows of one clinic into lines. Remembers escaped tags, a bounded number of them."""

    def __init__(self, clinic: str) -> None:
        self._clinic = clinic
        self._prefixes: dict[tuple[str, ...], str] = {}

    def lines(self, rows: Iterable[Committed]) -> list[str]:
        """A line each, of a remark two; none of what is confidential: that stays in the record."""
        found = []
        for one in rows:
            if not _confidential(one.row):
                found.append(self.line(one))
            if one.seat is not None and isinstance(one.row, FactRow):
                found.append(self._remark(one.row, one.seat))
        return found

    def layout(self, since_us: int, at_us: int) -> str:
        """That of sessions seated since then every remark stands in `REMARKS`; said at `at_us`."""
        return f"{self._prefix(LAYOUT)} remarks_since_us={since_us}i {at_us}"

    def line(self, committed: Committed) -> str:
        """The row's one line, without a line end."""
        row = committed.row
        if isinstance(row, ReadingRow):
            return self._reading(row, committed.at_us)
        if isinstance(row, TransitionRow):
            return self._transition(row, committed.at_us)
        return self._fact(row, committed.at_us)

    def _reading(self, row: ReadingRow, at_us: int) -> str:
        prefix = self._prefix(VITALS, chair=row.chair, device=row.device, vital=row.vital.value)
        value = "" if row.value is None else f"value={row.value!r},"
        late = "true" if row.late else "false"
        return (
            f'{prefix} {value}validity="{row.validity.value}",mode="{row.mode.value}",'
            f'basis="{row.basis.value}",reason={quote_field(row.reason)},late={late},'
            f"received_us={row.received_at_us}i{_text('session', row.session)}"
            f"{_text('boot', row.boot)}{_whole('seq', row.seq)}"
            f"{_shift(at_us, row.sampled_at_us)} {at_us}"
        )

    def _transition(self, row: TransitionRow, at_us: int) -> str:
        prefix = self._prefix(
            ALARMS, chair=row.chair, condition=row.condition, priority=row.priority
        )
        return (
            f"{prefix} alarm={quote_field(row.alarm)},ordinal={row.ordinal}i,"
            f"instance={quote_field(row.instance)},kind={quote_field(row.kind)},"
            f"from_state={quote_field(row.from_state)},to_state={quote_field(row.to_state)},"
            f"reason={quote_field(row.reason)},onset_us={row.onset_us}i,episode={row.episode}i,"
            f"message={quote_field(row.message)},preset={quote_field(row.preset)},"
            f"note={quote_field(row.note)}{_text('session', row.session)}"
            f"{_text('actor', row.actor)}{_whole('sampled_us', row.sampled_at_us)}"
            f"{_number('value', row.value)}{_number('limit_value', row.limit)}"
            f"{_number('extreme', row.extreme)}{_whole('extreme_us', row.extreme_at_us)}"
            f"{_number('baseline', row.baseline)}"
            f"{_fired(row)}{_shift(at_us, row.at_us)} {at_us}"
        )

    def _fact(self, row: FactRow, at_us: int) -> str:
        prefix = self._prefix(EVENTS, chair=row.chair, kind=row.kind)
        data = json.dumps(_unnamed(row), ensure_ascii=False)
        return (
            f"{prefix} ordinal={row.ordinal}i,data={quote_field(data)}"
            f"{_text('session', row.session)}{_text('actor', row.actor)}"
            f"{_shift(at_us, row.at_us)} {at_us}"
        )

    def _remark(self, row: FactRow, seat: Seat) -> str:
        prefix = self._prefix(REMARKS, chair=row.chair, kind=row.kind)
        data = json.dumps(_unnamed(row), ensure_ascii=False)
        return (
            f"{prefix} entered_us={row.at_us}i,ordinal={row.ordinal}i,place={seat.place}i,"
            f"data={quote_field(data)}{_text('session', row.session)}{_text('actor', row.actor)} "
            f"{seat.seated_us + seat.place}"
        )

    def _prefix(self, measurement: str, **tags: str) -> str:
        key = (measurement, *tags.values())
        prefix = self._prefixes.get(key)
        if prefix is None:
            if len(self._prefixes) >= PREFIXES_MAX:
                self._prefixes.clear()
            named = {"clinic": self._clinic, **tags}
            spoken = [f"{name}={escape_tag(text)}" for name, text in named.items() if text]
            prefix = self._prefixes[key] = ",".join([measurement, *spoken])
        return prefix


def _confidential(row: Row) -> bool:
    return isinstance(row, FactRow) and row.kind in CONFIDENTIAL


def _unnamed(row: FactRow) -> Data:
    """Its data without what is private; a preset's own text, its comments aside, as `TOML`."""
    data = {key: value for key, value in row.data.items() if key not in PRIVATE}
    if row.kind == PRESET:
        toml = without_comments(str(row.data.get(TEXT, "")))
        data |= {TOML: toml} if 0 < len(toml.encode()) <= TOML_BYTES_MAX else {}
    return data


def _text(name: str, text: str | None) -> str:
    return "" if text is None else f",{name}={quote_field(text)}"


def _whole(name: str, number: int | None) -> str:
    return "" if number is None else f",{name}={number}i"


def _number(name: str, value: float | None) -> str:
    return "" if value is None else f",{name}={value!r}"


def _fired(row: TransitionRow) -> str:
    if not row.fired_by:
        return ""
    samples = quote_field(fired_by_text(row.fired_by))
    return f",fired_by={samples},fired_count={row.fired_count}i"


def _shift(at_us: int, true_us: int) -> str:
    """How far the point was moved to a free time; absent when it was not."""
    return "" if at_us == true_us else f",shift_us={at_us - true_us}i"
