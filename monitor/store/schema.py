"""The record's tables, as SQL, and the number of this layout.

`docs/record.md` tells what each column means and how to read them by hand.
"""

# ruff: noqa: S608  only numbers of this file

from __future__ import annotations

from monitor.clinic import Phase
from monitor.errors import StoreError
from monitor.history import INPUT, PHASE, SEATED
from monitor.store import audit, catalogue, documents

VERSION = 9
AUDITED_SINCE = 3
"""Records of an older layout have no audit: their acts go into it when they are taken over."""
APPLICATION_ID = 0x43486169
"""Marks a SQLite file as a Chairside record ("CHai"); see SQLite, PRAGMA application_id."""
SQLITE_VERSION_MIN = (3, 37, 0)
"""The first with STRICT tables."""

SHIFT_US_MAX = 1_000_000
"""No row is ever moved as far as that: a shift is a microsecond for each row of the same time."""
CLOSED = f"kind = '{PHASE}' AND json_extract(data, '$.phase') = '{Phase.CLOSED.value}'"
"""A row of `facts` that closes its session."""
OPEN_SESSIONS = (
    "SELECT session FROM facts WHERE session IS NOT NULL AND session NOT IN "
    f"(SELECT session FROM facts WHERE session IS NOT NULL AND {CLOSED})"
)

READING_COLUMNS = (
    *("received_at_us", "chair", "device", "session", "vital", "value", "validity"),
    *("mode", "basis", "reason", "late", "boot", "seq"),
)
TRANSITION_COLUMNS = (
    *("alarm", "ordinal", "session", "chair", "condition", "instance", "kind", "priority"),
    *("from_state", "to_state", "reason", "onset_us", "sampled_at_us", "value", "limit_value"),
    *("extreme", "episode", "message", "preset", "actor", "note"),
    *("baseline", "fired_by", "fired_count", "extreme_at_us"),
)
FACT_COLUMNS = ("ordinal", "session", "chair", "kind", "actor", "data")

FINDING = f"""
CREATE INDEX IF NOT EXISTS facts_clinic ON facts (kind, at_us)
    WHERE session IS NULL AND kind != '{INPUT}';
CREATE INDEX IF NOT EXISTS facts_patient ON facts (json_extract(data, '$.patient_ref'))
    WHERE kind = '{SEATED}';
"""
"""Finds the clinic's own facts among all that the engine was told, and a patient's sessions."""

# Indexes begin with what rises with time where they can: a flush then touches a
# few pages and not one for each series.
# `at_us` is unique (in a table, for readings per device and vital), because
# InfluxDB keeps one point for each series and time. `shift_us` is how far it
# was moved from the true time for that; almost always 0, which takes no byte.
SCHEMA = f"""
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL,
    shift_us INTEGER NOT NULL,
    sampled_at_us INTEGER GENERATED ALWAYS AS (at_us - shift_us) VIRTUAL,
    received_at_us INTEGER NOT NULL,
    chair TEXT NOT NULL,
    device TEXT NOT NULL,
    session TEXT,
    vital TEXT NOT NULL,
    value REAL,
    validity TEXT NOT NULL,
    mode TEXT NOT NULL,
    basis TEXT NOT NULL,
    reason TEXT NOT NULL,
    late INTEGER NOT NULL,
    boot TEXT,
    seq INTEGER
) STRICT;
CREATE UNIQUE INDEX readings_message ON readings (device, ifnull(boot, ''), seq, vital)
    WHERE seq IS NOT NULL;
CREATE UNIQUE INDEX readings_time ON readings (at_us, device, vital);
CREATE INDEX readings_session ON readings (session, at_us) WHERE session IS NOT NULL;

CREATE TABLE transitions (
    id INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL UNIQUE,
    shift_us INTEGER NOT NULL,
    taken_at_us INTEGER GENERATED ALWAYS AS (at_us - shift_us) VIRTUAL,
    alarm TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    session TEXT,
    chair TEXT NOT NULL,
    condition TEXT NOT NULL,
    instance TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    onset_us INTEGER NOT NULL,
    sampled_at_us INTEGER,
    value REAL,
    limit_value REAL,
    extreme REAL,
    episode INTEGER NOT NULL,
    message TEXT NOT NULL,
    preset TEXT NOT NULL,
    actor TEXT,
    note TEXT NOT NULL,
    baseline REAL,
    fired_by TEXT NOT NULL DEFAULT '[]',
    fired_count INTEGER NOT NULL DEFAULT 0,
    extreme_at_us INTEGER
) STRICT;
CREATE INDEX transitions_alarm ON transitions (alarm, id);
CREATE INDEX transitions_session ON transitions (session, at_us) WHERE session IS NOT NULL;

CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL UNIQUE,
    shift_us INTEGER NOT NULL,
    happened_at_us INTEGER GENERATED ALWAYS AS (at_us - shift_us) VIRTUAL,
    ordinal INTEGER NOT NULL,
    session TEXT,
    chair TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX facts_session ON facts (session, at_us) WHERE session IS NOT NULL;
CREATE INDEX facts_run ON facts (id) WHERE kind = 'run';
CREATE INDEX facts_preset ON facts (id) WHERE kind = 'preset';
{FINDING}

CREATE TABLE devices (
    device TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE parked (
    line TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    parked_at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES ('copied', 0);
INSERT INTO progress VALUES ('unplaced', 0);
{audit.SCHEMA}
{catalogue.SCHEMA}
{documents.SCHEMA}

PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""

MIGRATIONS: dict[int, str] = {
    1: """
ALTER TABLE transitions ADD COLUMN baseline REAL;
ALTER TABLE transitions ADD COLUMN fired_by TEXT NOT NULL DEFAULT '[]';
ALTER TABLE transitions ADD COLUMN fired_count INTEGER NOT NULL DEFAULT 0;
""",
    2: audit.SCHEMA,
    3: """
CREATE INDEX IF NOT EXISTS facts_run ON facts (id) WHERE kind = 'run';
CREATE INDEX IF NOT EXISTS facts_preset ON facts (id) WHERE kind = 'preset';
""",
    4: FINDING,
    5: catalogue.SCHEMA,
    6: documents.SCHEMA,
    # What was copied by that layout has its remarks at their own time alone.
    7: """
INSERT OR REPLACE INTO progress SELECT 'unplaced', id FROM progress WHERE name = 'copied';
""",
    8: "ALTER TABLE transitions ADD COLUMN extreme_at_us INTEGER;",
}
"""What turns a record of that layout into one of the next; rows stay as they are."""


def migration(version: int) -> str:
    """The SQL that brings a record of that layout up to this one; the transaction stays open."""
    steps = "".join(MIGRATIONS[one] for one in range(version, VERSION))
    return f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {VERSION};"


def check(where: str, application_id: int, version: int) -> None:
    """Raise `StoreError` for a database that is not ours, or of a layout we do not know."""
    if application_id != APPLICATION_ID:
        raise StoreError(
            "this file is a database, but not a Chairside record",
            where=where,
            why=f"its application id is {application_id}, not {APPLICATION_ID}",
            fix="give [record] path another file name; this one was left as it is",
        )
    if version != VERSION and version not in MIGRATIONS:
        raise StoreError(
            f"this record has layout {version}; this Chairside reads layout {VERSION}",
            where=where,
            why="another version of Chairside wrote it",
            fix="start that version, or give [record] path another file name; "
            "this one was left as it is",
        )
