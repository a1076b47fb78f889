"""Room for more chairs: an array with a row a chair grows by doubling, in one place.

To copy all chairs' rows for each chair that is added would cost the square of their
number. Knows numpy alone.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=np.generic)
FIRST_ROWS = 16
"""Room for so many chairs is made at first: more than most clinics have."""


def with_row(array: npt.NDArray[T], row: npt.NDArray[T]) -> npt.NDArray[T]:
    """The array with this row after its last; the array itself is not to be grown again.

    What is seen has no spare row: they lie behind it, in the memory that it is a view of.
    """
    rows, room = len(array), array.base
    if room is None or room.shape[1:] != array.shape[1:] or len(room) == rows:
        room = np.empty((max(FIRST_ROWS, 2 * rows), *array.shape[1:]), array.dtype)
        room[:rows] = array
    room[rows] = row
    return room[: rows + 1]
