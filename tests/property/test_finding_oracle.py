"""A search over random sessions against plain filters, page by page, and the plan of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clinic import Phase
from monitor.finding import Entry, Measured, Wanted
from monitor.store import catalogue, schema
from monitor.store.rows import SqlValue
from tests.examples import examples

PATIENTS = st.sampled_from(["A.M.", "a.m.2", "A", "B.N.", "Z%_", "é", "A.M"])
TIMES = st.integers(0, 20)
NUMBERS = st.one_of(st.none(), st.integers(-10, 80).map(float))
PEOPLE = st.frozensets(st.sampled_from(["rk", "ml", "js"]), max_size=3)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Sessions that share patients, chairs, people and times."""
    found = []
    for number in range(draw(st.integers(0, 30))):
        opened_us = draw(TIMES)
        closed = draw(st.booleans())
        found.append(
            Entry(
                session=f"s-{number:03}",
                patient_ref=draw(PATIENTS),
                chair=draw(st.sampled_from(["1", "2"])),
                opened_us=opened_us,
                closed_us=opened_us + 5 if closed else None,
                phase=Phase.CLOSED if closed else Phase.INFUSION,
                planned_minutes=40,
                infusion=draw(st.one_of(st.none(), st.integers(1, 6))),
                high=draw(st.integers(0, 2)),
                medium=draw(st.integers(0, 2)),
                low=draw(st.integers(0, 2)),
                signed=draw(st.booleans()),
                people=draw(PEOPLE),
                measured=Measured(
                    rise=draw(NUMBERS), lowest_spo2=draw(NUMBERS), ready_minutes=draw(NUMBERS)
                )
                if closed
                else None,
            )
        )
    return found


WANTED = st.builds(
    Wanted,
    patient=st.one_of(st.just(""), PATIENTS),
    chair=st.sampled_from(["", "1", "2"]),
    person=st.sampled_from(["", "rk", "nobody"]),
    from_us=st.one_of(st.none(), TIMES),
    to_us=st.one_of(st.none(), TIMES),
    had_high=st.booleans(),
    rise_over=st.one_of(st.none(), st.just(40.0)),
    unsigned=st.booleans(),
    limit=st.integers(1, 7),
)


def folded(text: str) -> str:
    """As NOCASE compares: letters of ASCII alone."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def holds(entry: Entry, wanted: Wanted) -> bool:
    """What the search promises, said another way."""
    rise = entry.measured.rise if entry.measured else None
    return all(
        (
            folded(entry.patient_ref).startswith(folded(wanted.patient)),
            wanted.chair in ("", entry.chair),
            not wanted.person or wanted.person in entry.people,
            wanted.from_us is None or entry.opened_us >= wanted.from_us,
            wanted.to_us is None or entry.opened_us < wanted.to_us,
            not wanted.had_high or entry.high > 0,
            wanted.rise_over is None or (rise is not None and rise > wanted.rise_over),
            not wanted.unsigned or (entry.closed_us is not None and not entry.signed),
        )
    )


@contextmanager
def filled(found: list[Entry]) -> Iterator[sqlite3.Connection]:
    """A record's tables with these entries in the catalogue."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(schema.SCHEMA)
    catalogue.put(connection, found, 0)
    for entry in found:
        if entry.closed_us is not None:
            catalogue.measure(connection, catalogue.Unmeasured(entry.session, 0), entry.measured)
    yield connection
    connection.close()


@pytest.mark.requirement("FND-001")
@given(entries(), WANTED)
@settings(max_examples=examples(300), deadline=None)
def test_a_search_gives_what_plain_filters_give_page_by_page(
    found: list[Entry], wanted: Wanted
) -> None:
    expected = sorted(
        (entry for entry in found if holds(entry, wanted)),
        key=lambda entry: (entry.opened_us, entry.session),
        reverse=True,
    )
    seen: list[Entry] = []
    with filled(found) as connection:
        while True:
            page = catalogue.find(connection, wanted)
            assert page.total == len(expected)
            seen += page.entries
            if len(page.entries) < wanted.limit:
                break
            wanted = replace(wanted, after=(seen[-1].opened_us, seen[-1].session))
    # Who did what is searched for, not shown.
    assert seen == [replace(entry, people=frozenset()) for entry in expected]


@pytest.mark.requirement("FND-002")
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "SCAN c USING INDEX catalogue_time"),
        (Wanted(patient="A"), "SCAN c USING INDEX catalogue_time"),
        (Wanted(patient="A.M."), "SEARCH c USING INDEX catalogue_patient"),
        (Wanted(chair="1"), "SEARCH c USING INDEX catalogue_chair"),
        (Wanted(chair="1", from_us=1, to_us=2), "SEARCH c USING INDEX catalogue_chair"),
        (Wanted(person="rk"), "SEARCH p USING PRIMARY KEY (person=?)"),
        (Wanted(person="rk", patient="A.M.", unsigned=True), "SEARCH p USING PRIMARY KEY"),
        (Wanted(from_us=1, to_us=2), "SEARCH c USING INDEX catalogue_time"),
        (Wanted(had_high=True), "SCAN c USING INDEX catalogue_high"),
        (Wanted(rise_over=40.0, had_high=True), "SCAN c USING INDEX catalogue_rise"),
        (Wanted(unsigned=True, from_us=1), "SEARCH c USING INDEX catalogue_unsigned"),
        (Wanted(after=(5, "s-001")), "SEARCH c USING INDEX catalogue_time"),
    ],
)
def test_every_search_goes_by_an_index(wanted: Wanted, index: str) -> None:
    assert plan(*catalogue.page(wanted)).startswith(index)
    whole = plan(*catalogue.count(wanted))
    assert "INDEX" in whole or "PRIMARY KEY" in whole
    if len(wanted.patient) < catalogue.TELLING:
        assert "TEMP B-TREE" not in plan(*catalogue.page(wanted))


def plan(query: str, values: list[SqlValue]) -> str:
    """How SQLite goes about it."""
    with filled([]) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
    return " / ".join(row[3] for row in rows)
