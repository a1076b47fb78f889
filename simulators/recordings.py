"""Recorded vital signs as rows: read, planted with violations, and what a protocol carries of them.

The common form is CSV: `t_seconds, hr_bpm, spo2_pct, pulse_rate_bpm,
nibp_sys_mmhg, nibp_dia_mmhg, nibp_map_mmhg`; an empty field is a gap and a
cuff reading stands only on the row where it was reported. Knows files and
vitals; knows no driver, so that `carried` can judge them.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from monitor.errors import ConfigError
from monitor.vitals import VitalSign

FOLDER_VARIABLE = "CHAIRSIDE_RECORDINGS"
COLUMNS = {
    "hr_bpm": VitalSign.HEART_RATE,
    "spo2_pct": VitalSign.SPO2,
    "pulse_rate_bpm": VitalSign.PULSE_RATE,
    "nibp_sys_mmhg": VitalSign.NIBP_SYSTOLIC,
    "nibp_dia_mmhg": VitalSign.NIBP_DIASTOLIC,
    "nibp_map_mmhg": VitalSign.NIBP_MEAN,
}
CUFF = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a number for each vital that has one.

    `probe_off` and `silent` are never recorded, only planted: the monitor says
    its sensor is off, or says nothing at all.
    """

    t_s: float
    values: Mapping[VitalSign, float]
    probe_off: bool = False
    silent: bool = False

    @property
    def cuff(self) -> tuple[float | None, ...]:
        """The cuff's systolic, diastolic and mean as they stand on this row."""
        return tuple(self.values.get(vital) for vital in CUFF)


@dataclass(frozen=True, slots=True)
class Recording:
    """A name and its rows, oldest first."""

    name: str
    rows: tuple[Row, ...]


def folder() -> Path:
    """Where recordings lie: `CHAIRSIDE_RECORDINGS`, else beside the project."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "vitals"
    return Path(os.environ.get(FOLDER_VARIABLE, beside))


def load(path: Path) -> Recording:
    """Read a recording; `ConfigError` names the file, line and column that cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"t_seconds", *COLUMNS} - set(reader.fieldnames or ())
            if missing:
                raise ConfigError(
                    f"not a recording: no column {', '.join(sorted(missing))}",
                    where=str(path),
                    fix=f"the first line must be: t_seconds,{','.join(COLUMNS)}",
                )
            rows = tuple(_row(fields, f"{path}:{reader.line_num}") for fields in reader)
    except OSError as error:
        raise ConfigError(
            f"cannot read the recording: {error.strerror}",
            where=str(path),
            fix=f"check the path; recordings are looked for in ${FOLDER_VARIABLE}",
        ) from error
    return Recording(path.stem, rows)


def _row(fields: Mapping[str, str | None], where: str) -> Row:
    values = {
        vital: _number(text, where, column)
        for column, vital in COLUMNS.items()
        if (text := fields[column])
    }
    return Row(t_s=_number(fields["t_seconds"] or "", where, "t_seconds"), values=values)


def _number(text: str, where: str, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"{column} is {text!r}, no number", where=where, fix="empty means a gap")
    return value


def carried(protocol: str, rows: Sequence[Row]) -> Iterator[Mapping[VitalSign, float]]:
    """What each row becomes on a protocol's wire: the oracle for "every value exactly once".

    `ansar-b` has whole numbers only (a half goes up) and no time of measurement:
    two equal cuff readings on consecutive rows are one there. `chairside-json`
    carries every number as it is.
    """
    before: tuple[float | None, ...] = ()
    for row in rows:
        if row.silent:
            yield {}
            continue
        values = dict(row.values)
        if row.probe_off:
            for vital in (VitalSign.SPO2, VitalSign.PULSE_RATE):
                values.pop(vital, None)
        if protocol == "ansar-b":
            values = {vital: float(math.floor(value + 0.5)) for vital, value in values.items()}
            shown = tuple(values.get(vital) for vital in CUFF)
            if shown == before:
                values = {vital: value for vital, value in values.items() if vital not in CUFF}
            before = shown
        yield values


@dataclass(frozen=True, slots=True)
class Planted:
    """A violation of `condition` put on the rows from `first` to `last`, both included."""

    condition: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Plant:
    """How a continuous value violates one rule alone, long enough and no longer.

    Values and seconds are drawn between the two figures; the limits they step
    over are those of the preset `ketamine-adult`, phase INFUSION.
    """

    condition: str
    vital: VitalSign
    values: tuple[int, int]
    seconds: tuple[int, int]


_CONTINUOUS = (
    _Plant("SPO2-1", VitalSign.SPO2, (89, 91), (18, 24)),
    _Plant("SPO2-2", VitalSign.SPO2, (85, 87), (12, 14)),
    _Plant("SPO2-3", VitalSign.SPO2, (70, 84), (5, 7)),
    _Plant("HR-H1", VitalSign.HEART_RATE, (121, 149), (12, 20)),
    _Plant("HR-H2", VitalSign.HEART_RATE, (152, 190), (7, 9)),
    _Plant("HR-L1", VitalSign.HEART_RATE, (41, 47), (12, 20)),
    _Plant("HR-L2", VitalSign.HEART_RATE, (28, 38), (7, 9)),
)
_CUFF = {
    "BP-H1": (168.0, 96.0, 120.0),
    "BP-H2": (194.0, 114.0, 141.0),
    "BP-L1": (86.0, 52.0, 63.0),
    "BP-L2": (74.0, 40.0, 51.0),
}
_ABSENCE = {"T-STALE": (18, 24), "T-PROBE": (14, 20), "T-LINK": (14, 20)}
_CALM = {VitalSign.SPO2: 97.0, VitalSign.HEART_RATE: 72.0, VitalSign.PULSE_RATE: 72.0}
_CALM_CUFF = (122.0, 76.0, 91.0)
_BED_ROWS = 60
_BEDS = 15
_FIRST_ROW = 20
_CUFF_BEDS = 6
_CUFF_ENDS_ROW = 420
PLANTED_ROWS_MIN = _FIRST_ROW + _BEDS * _BED_ROWS + 40


def plant(recording: Recording, seed: int) -> tuple[Recording, list[Planted]]:
    """A copy, at one row a second, that violates each live rule once; and where.

    Rows are laid out in beds of 60: calm values, the violation, calm values
    until it clears. No cuff reading stands after row 420, so that NIBP becomes
    overdue. A recording that is too short is lengthened with calm rows.
    """
    rng, rows = Random(seed), list(recording.rows)
    while len(rows) < PLANTED_ROWS_MIN:
        rows.append(Row(t_s=rows[-1].t_s + 60.0 if rows else 0.0, values=_CALM))
    beds = [_FIRST_ROW + bed * _BED_ROWS for bed in range(_BEDS)]
    cuff_beds = rng.sample(beds[:_CUFF_BEDS], len(_CUFF))
    other_beds = [bed for bed in beds if bed not in cuff_beds]
    rng.shuffle(other_beds)
    planted = [
        _plant_cuff(rows, bed, *one) for bed, one in zip(cuff_beds, _CUFF.items(), strict=True)
    ]
    for bed, one in zip(other_beds, _CONTINUOUS, strict=False):
        planted.append(_plant_continuous(rows, bed, one, rng))
    for bed, (condition, seconds) in zip(
        other_beds[len(_CONTINUOUS) :], _ABSENCE.items(), strict=False
    ):
        planted.append(_plant_absence(rows, bed, condition, rng.randint(*seconds)))
    last = max(index for index in range(_CUFF_ENDS_ROW) if _has_cuff(rows[index]))
    for index in range(_CUFF_ENDS_ROW, len(rows)):
        rows[index] = _without(rows[index], CUFF)
    planted.append(Planted("T-NIBP-O", last + 1, len(rows) - 1))
    planted.sort(key=lambda one: one.first)
    return Recording(f"{recording.name}-planted-{seed}", tuple(rows)), planted


def _plant_cuff(rows: list[Row], bed: int, condition: str, reading: tuple[float, ...]) -> Planted:
    for index in range(bed, bed + _BED_ROWS):
        rows[index] = _without(rows[index], CUFF)
    rows[bed + 10] = _with(rows[bed + 10], dict(zip(CUFF, reading, strict=True)))
    rows[bed + 40] = _with(rows[bed + 40], dict(zip(CUFF, _CALM_CUFF, strict=True)))
    return Planted(condition, bed + 10, bed + 39)


def _plant_continuous(rows: list[Row], bed: int, how: _Plant, rng: Random) -> Planted:
    _calm_bed(rows, bed)
    first, value = bed + rng.randint(8, 14), float(rng.randint(*how.values))
    last = first + rng.randint(*how.seconds) - 1
    for index in range(first, last + 1):
        rows[index] = _with(rows[index], {how.vital: value})
    return Planted(how.condition, first, last)


def _plant_absence(rows: list[Row], bed: int, condition: str, seconds: int) -> Planted:
    _calm_bed(rows, bed)
    first, last = bed + 10, bed + 9 + seconds
    for index in range(first, last + 1):
        if condition == "T-STALE":
            rows[index] = _without(rows[index], (VitalSign.SPO2,))
        else:
            rows[index] = replace(
                rows[index],
                probe_off=condition == "T-PROBE",
                silent=condition == "T-LINK",
                values={v: n for v, n in rows[index].values.items() if v not in CUFF},
            )
    return Planted(condition, first, last)


def _calm_bed(rows: list[Row], bed: int) -> None:
    for index in range(bed, bed + _BED_ROWS):
        rows[index] = _with(rows[index], _CALM)


def _has_cuff(row: Row) -> bool:
    return any(vital in row.values for vital in CUFF)


def _with(row: Row, values: Mapping[VitalSign, float]) -> Row:
    return replace(row, values={**row.values, **values})


def _without(row: Row, vitals: Sequence[VitalSign]) -> Row:
    return replace(row, values={v: n for v, n in row.values.items() if v not in vitals})
