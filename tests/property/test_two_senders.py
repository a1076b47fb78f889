"""Two monitors with one id are told whatever their pace and clocks; one that starts again never."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.clinic import Device
from monitor.doubles import ALONE_S, Doubles
from monitor.drivers import Report
from monitor.intake import Arrival
from tests.examples import examples

DEVICE = Device(id="mon-3", driver="chairside-json", link="direct:x", chair="3")
WITHIN_S, LOOK_S = 10.0, 0.5
Message = tuple[float, str, float]
"""When it comes, of which boot, and how old it says it is."""
paces = st.floats(0.5, 5.0)
clocks = st.floats(-3_600.0, 3_600.0)


def sent(boot: str, pace_s: float, age_s: float, from_s: float, to_s: float) -> list[Message]:
    """What a monitor sends at its pace, from then until before then."""
    count = int((to_s - from_s) / pace_s) + 1
    times = (from_s + number * pace_s for number in range(count))
    return [(at_s, boot, age_s) for at_s in times if at_s < to_s]


def told(messages: Iterable[Message], until_s: float) -> list[tuple[float, bool]]:
    """When it was told that two send, and that they do no more."""
    doubles, coming = Doubles([DEVICE]), sorted(messages, reverse=True)
    out, look_s = list[tuple[float, bool]](), 0.0
    while (look_s := look_s + LOOK_S) < until_s:
        while coming and coming[-1][0] <= look_s:
            at_s, boot, age_s = coming.pop()
            report = Report(
                measurements=(), boot=boot, seq=0, sent_at_us=round((at_s - age_s) * 1e6)
            )
            doubles.hear(DEVICE, report, Arrival(received_s=at_s, received_at_us=round(at_s * 1e6)))
        for _, words in doubles.look({}, look_s):
            if not out or out[-1][1] is not bool(words):
                out.append((look_s, bool(words)))
    return out


@pytest.mark.requirement("ALM-221")
@given(
    st.tuples(paces, paces), st.tuples(clocks, clocks), st.floats(0.0, 30.0), st.floats(11.0, 60.0)
)
@example((2.75, 5.0), (0.0, 0.0), 0.0, 11.0)
@example((5.0, 0.5), (0.0, 0.0), 0.0, 34.0)
@settings(max_examples=examples(100), deadline=None)
def test_the_second_of_two_is_told_in_ten_seconds_and_over_in_thirty_of_one_alone(
    pace_s: tuple[float, float], clock_s: tuple[float, float], alone_s: float, both_s: float
) -> None:
    began_s, ended_s = alone_s + pace_s[0], alone_s + pace_s[0] + both_s
    until_s = ended_s + ALONE_S + WITHIN_S
    first = sent("a", pace_s[0], clock_s[0], 0.0, until_s)
    second = sent("b", pace_s[1], clock_s[1], began_s, ended_s)
    [(told_s, two), (over_s, still)] = told([*first, *second], until_s)
    assert (two, still) == (True, False)
    assert began_s <= told_s <= began_s + WITHIN_S + LOOK_S
    # Their last turn: the first's next message after the second's last.
    assert second[-1][0] <= over_s - ALONE_S <= second[-1][0] + pace_s[0] + 2 * LOOK_S


@pytest.mark.requirement("ALM-221")
@given(
    st.lists(st.floats(0.5, 60.0), min_size=2, max_size=12),
    paces,
    clocks,
    st.floats(1.5, 10.0),
    st.floats(5.0, 600.0),
)
@settings(max_examples=examples(100), deadline=None)
def test_one_that_starts_again_and_sends_what_waited_is_one(
    lives_s: list[float], pace_s: float, clock_s: float, faster: float, waited_s: float
) -> None:
    """Each life begins with what waited of the one before, which comes faster than it was taken."""
    messages = list[Message]()
    starts_s = [0.0, *accumulate(lives_s)]
    for number, (began_s, ended_s) in enumerate(pairwise(starts_s)):
        messages += sent(f"b{number}", pace_s, clock_s, began_s, ended_s)
        if number:
            late = sent(f"b{number - 1}", pace_s / faster, 0.0, began_s + 0.1, ended_s)
            for at_s, boot, _ in late:
                age_s = waited_s - (at_s - began_s) * (faster - 1.0)
                messages += [(at_s, boot, age_s + clock_s)] * (age_s > 0)
    assert told(messages, starts_s[-1] + ALONE_S) == []
