"""Whatever is done to a chain of acts after it was written, `verify` finds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import CommandRefused
from monitor.store import audit
from monitor.store.audit import Anchor, Link

ACTS = st.lists(
    st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=8)),
    min_size=1,
    max_size=12,
)


def chain(acts: Sequence[dict[str, object]]) -> list[Link]:
    """Those acts as a chain that was written in two transactions."""
    texts = [audit.act_text(act) for act in acts]
    with closing(table()) as connection:
        for part in (texts[: len(texts) // 2], texts[len(texts) // 2 :]):
            audit.extend(connection, part)
        assert audit.verify(connection)[1] == ""
        return list(audit.links(connection))


def table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(audit.SCHEMA)
    return connection


def anchor(links: Sequence[Link]) -> Anchor:
    return Anchor(links[-1].number, links[-1].hash)


@pytest.mark.requirement("AUD-001")
@given(ACTS, st.data())
def test_a_changed_row_is_found(acts: list[dict[str, object]], data: st.DataObject) -> None:
    links = chain(acts)
    at = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(st.text(max_size=20).filter(lambda text: text != links[at].act))
    held, fault = audit.follow([*links[:at], replace(links[at], act=other), *links[at + 1 :]])
    assert (held.number, bool(fault)) == (at, True)


@pytest.mark.requirement("AUD-001")
@given(ACTS, st.data())
def test_a_removed_row_is_found(acts: list[dict[str, object]], data: st.DataObject) -> None:
    links = chain(acts)
    at = data.draw(st.integers(0, len(links) - 1))
    _, fault = audit.follow([*links[:at], *links[at + 1 :]], anchor(links))
    assert fault


@pytest.mark.requirement("AUD-001")
@given(ACTS, st.data())
def test_a_new_order_is_found_even_when_the_numbers_are_mended(
    acts: list[dict[str, object]], data: st.DataObject
) -> None:
    links = chain(acts)
    order = data.draw(st.permutations(links).filter(lambda other: other != links))
    mended = [replace(link, number=number) for number, link in enumerate(order, start=1)]
    assert audit.follow(order)[1]
    assert audit.follow(mended)[1]


@pytest.mark.requirement("AUD-001")
@given(ACTS, st.text(max_size=9), st.data())
def test_an_inserted_row_is_found(
    acts: list[dict[str, object]], told: str, data: st.DataObject
) -> None:
    links = chain(acts)
    at = data.draw(st.integers(0, len(links)))
    before = links[at - 1].hash if at else audit.BEGINNING
    slipped = Link(at + 1, told, audit.linked(before, at + 1, told))
    longer = [*links[:at], slipped, *links[at:]]
    assert audit.follow(longer, anchor(links))[1] or longer[:-1] == links


@pytest.mark.requirement("AUD-002")
@given(ACTS, st.data())
def test_a_chain_written_anew_from_its_middle_does_not_pass_through_the_anchor(
    acts: list[dict[str, object]], data: st.DataObject
) -> None:
    links = chain(acts)
    at = data.draw(st.integers(0, len(acts) - 1))
    forged = chain([*acts[:at], {"forged": 1, **acts[at], "": "x"}, *acts[at + 1 :]])
    assert audit.follow(forged)[1] == ""
    assert audit.follow(forged, anchor(links))[1]


@pytest.mark.requirement("AUD-003")
@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET act = '{}' WHERE number = 2", "DELETE FROM audit WHERE number = 3"]
)
def test_the_table_refuses_changes_and_tells_when_it_was_made_not_to(sql: str) -> None:
    with closing(table()) as connection:
        audit.extend(connection, ["{}", '{"a":1}', '{"b":2}'])
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            connection.execute(sql)
        assert audit.verify(connection) == (Anchor(3, _last(connection)), "")
        for trigger in audit.TRIGGERS:
            connection.execute(f"DROP TRIGGER {trigger}")
        assert "was removed" in audit.verify(connection)[1]
        connection.execute(sql)
        for statement in audit.SCHEMA.split("STRICT;")[1].split("END;")[:2]:
            connection.executescript(f"{statement} END;")
        assert audit.verify(connection)[1]


def _last(connection: sqlite3.Connection) -> str:
    return list(audit.links(connection))[-1].hash


@pytest.mark.parametrize("text", ["", "1", "1:ab", "x:" + "0" * 64, "-1:" + "0" * 64])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(CommandRefused, match="no anchor"):
        Anchor.parse(text)


def test_an_anchor_is_read_as_it_is_printed() -> None:
    links = chain([{"a": 1}])
    assert Anchor.parse(str(anchor(links))) == anchor(links)
