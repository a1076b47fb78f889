"""A chair that is added costs what the one before cost."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.alerts import Engine
from monitor.alerts.room import FIRST_ROWS, with_row
from monitor.vitals import VitalSign
from tests.judged import preset


def test_rows_are_those_that_were_added_in_their_order() -> None:
    array = np.full((0, 2), 7.0)
    for number in range(100):
        array = with_row(array, np.array([number, -number], dtype=float))
        assert array.shape == (number + 1, 2)
        assert array.base is not None
        assert len(array.base) <= max(FIRST_ROWS, 2 * number)  # no more spare than taken
    assert array[:, 0].tolist() == list(range(100))
    assert array[:, 1].tolist() == [-number for number in range(100)]


def test_a_row_that_was_changed_stays_so_when_the_room_doubles() -> None:
    array = np.zeros((0, 1))
    for number in range(64):
        array = with_row(array, np.zeros(1))
        array[number] = number
    assert array[:, 0].tolist() == list(range(64))


def test_an_array_that_is_a_view_of_another_shape_is_copied_first() -> None:
    flat = np.arange(6.0)
    array = with_row(flat.reshape(3, 2), np.array([6.0, 7.0]))
    assert array.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert flat.tolist() == [0, 1, 2, 3, 4, 5]


def arrays(engine: Engine) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    """Every array with a row a chair, by its owner and name."""
    owners = (
        engine._watch,
        engine._watch.deadlines,
        engine._judging.levels,
        engine._judging._delays,
    )
    return {
        f"{type(owner).__name__}.{name}": array
        for owner in owners
        for name, array in vars(owner).items()
        if isinstance(array, np.ndarray)
    }


@pytest.mark.requirement("ALM-146")
def test_all_chairs_are_copied_a_few_times_while_a_thousand_are_added() -> None:
    engine = Engine(preset())
    rooms = {name: [array.base] for name, array in arrays(engine).items()}
    for number in range(1000):
        engine.add_chair(str(number), {f"dev-{number}": (3.0, frozenset(VitalSign))}, 0.0)
        for name, array in arrays(engine).items():
            assert len(array) == number + 2, name  # with the clinic's own row, and none to spare
            if array.base is not rooms[name][-1]:
                rooms[name].append(array.base)
    assert len(rooms) > 10
    assert {name: len(of) for name, of in rooms.items() if len(of) > 8} == {}
