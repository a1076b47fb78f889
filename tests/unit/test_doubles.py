"""Two monitors that send as one chair: told by what cannot be otherwise, never by values."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from monitor.clinic import Device
from monitor.doubles import ALONE_S, BOOTS_MAX, Doubles
from monitor.drivers import Report
from monitor.intake import Arrival

DEVICE = Device(id="mon-3", driver="chairside-json", link="direct:x", chair="3")
TOLD = "TWO MONITORS SEND AS CHAIR 3 ({}): check which patient each is on"
TWO = TOLD.format("mon-3")


@dataclass
class Scene:
    """What one chair's device sends, and what is told of it at each whole second."""

    doubles: Doubles = field(default_factory=lambda: Doubles([DEVICE]))
    strangers: dict[tuple[str, str], float] = field(default_factory=dict)
    told: list[tuple[float, str, str]] = field(default_factory=list)

    def send(self, boot: str | None, at_s: float, age_s: float = 0.0, **more: bool) -> None:
        """A message of that boot comes, so old."""
        sent_at_us = round((at_s - age_s) * 1e6)
        report = Report(measurements=(), boot=boot, seq=0, sent_at_us=sent_at_us)
        arrival = Arrival(received_s=at_s, received_at_us=round(at_s * 1e6), **more)
        self.doubles.hear(DEVICE, report, arrival)

    def look(self, now_s: float) -> list[tuple[str, str]]:
        """Where two send now; each time that is other than before is kept."""
        found = self.doubles.look(self.strangers, now_s)
        for chair, words in found:
            if not self.told or (chair, words) != self.told[-1][1:]:
                self.told.append((now_s, chair, words))
        return found


@pytest.mark.requirement("ALM-221")
@pytest.mark.parametrize("period_s", [1, 2, 3, 4, 5])
def test_two_senders_of_one_id_are_told_within_ten_seconds_of_the_second(period_s: int) -> None:
    scene = Scene()
    for second in range(120):
        if second % period_s == 0:
            scene.send("a", float(second))
        if second >= 60 and (second - 60) % period_s == 0:
            scene.send("b", second + 0.5, age_s=90.0)  # the other's clock is its own affair
        scene.look(second + 0.9)
    [(at_s, chair, words)] = scene.told
    assert 60.5 <= at_s <= 70.9
    assert (chair, words) == ("3", TWO)


@pytest.mark.requirement("ALM-221")
def test_it_is_over_when_one_alone_has_sent_for_half_a_minute() -> None:
    scene = Scene()
    for second in range(100):
        scene.send("a", float(second))
        if second < 20:
            scene.send("b", second + 0.5)
        scene.look(second + 0.9)
    [(_, _, first), (over_s, chair, words)] = scene.told
    assert (first, chair, words) == (TWO, "3", "")
    assert ALONE_S < over_s - 20.0 <= ALONE_S + 1.0
    assert scene.look(200.0) == []


@pytest.mark.requirement("ALM-221")
def test_a_monitor_that_starts_again_is_one_monitor_whatever_still_comes_of_before() -> None:
    scene = Scene()
    for second in range(20):
        scene.send("a", float(second))
    for second in range(20, 40):
        scene.send("b", float(second))
        # What waited on its disk comes in between, faster than it was measured.
        scene.send("a", second + 0.5, age_s=60.0 - 2.5 * (second - 20))
        scene.look(second + 0.9)
    for second in range(40, 60):
        scene.send(f"c{second}", float(second))  # and it dies over and over
        scene.look(second + 0.9)
    assert scene.told == []


def test_one_message_of_before_now_and_one_much_later_are_no_second_monitor() -> None:
    scene = Scene()
    for at_s in (0.0, 100.0):
        scene.send("a", at_s)
        scene.send("b", at_s + 0.2)
        scene.send("a", at_s + 0.4)
        scene.look(at_s + 1.0)
    assert scene.told == []


def test_a_brokers_memory_and_a_sender_without_a_name_say_nothing() -> None:
    scene = Scene()
    for second in range(20):
        scene.send("a", float(second))
        scene.send("b", second + 0.3, retained=True)
        scene.send(None, second + 0.6)
        scene.look(second + 0.9)
    assert scene.told == []


def test_a_sender_that_dies_over_and_over_hides_no_other() -> None:
    scene = Scene()
    for second in range(20 * BOOTS_MAX):
        scene.send("a", float(second))
        scene.send(f"b{second}", second + 0.5)
        scene.look(second + 0.9)
    assert [words for _, _, words in scene.told] == [TWO]


@pytest.mark.requirement("ALM-222")
@pytest.mark.parametrize(
    ("name", "said"), [("mon-9", "mon-9"), ("x" * 33, "of no name"), ("a\nb", "of no name")]
)
def test_a_stranger_on_a_chairs_topic_is_told_while_it_sends(name: str, said: str) -> None:
    scene = Scene()
    for second in range(100):
        if 10 <= second < 30:
            scene.strangers["3", name] = float(second)
        scene.look(second + 0.9)
    [(at_s, _, words), (over_s, _, over)] = scene.told
    assert (at_s, words, over) == (13.9, TOLD.format(said), "")
    assert ALONE_S < over_s - 29.0 <= ALONE_S + 1.0


def test_one_message_of_a_stranger_is_none_now_and_none_a_minute_later() -> None:
    scene = Scene()
    for second in range(100):
        if second in (10, 75):
            scene.strangers["3", "mon-9"] = float(second)
        scene.look(second + 0.9)
    assert scene.told == []
