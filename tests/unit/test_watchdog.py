"""The second process and the sentry's thread, in a time of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.bell import Bell
from monitor.sentry import Sentry
from monitor.watchdog import Watch, guard


@dataclass
class Time:
    """Seconds that pass when a test says so, or when somebody sleeps."""

    now_s: float = 100.0
    ends_s: float = float("inf")
    path: Path | None = None
    beats_until_s: float = 0.0
    beats_again_s: float = float("inf")

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        alive = self.now_s < self.beats_until_s or self.now_s >= self.beats_again_s
        if self.path and alive:
            self.path.write_text(f"{self.now_s // 1}")
        if self.now_s > self.ends_s:
            raise KeyboardInterrupt


@dataclass
class Heard(Bell):
    """A bell that writes down when it rang and when it went quiet."""

    time: Time
    rang_s: list[float] = field(default_factory=list)
    quiet_s: list[float] = field(default_factory=list)

    def ring(self, text: str) -> None:
        assert "WATCH THE BEDSIDE MONITORS" in text
        self.rang_s.append(self.time.now_s)

    def quiet(self) -> None:
        self.quiet_s.append(self.time.now_s)


@pytest.mark.requirement("WDG-005")
def test_it_sounds_for_as_long_as_the_service_is_gone_and_no_longer(tmp_path: Path) -> None:
    time = Time(ends_s=400.0, path=tmp_path / "beat", beats_until_s=110.0, beats_again_s=300.0)
    heard = Heard(time)
    with pytest.raises(KeyboardInterrupt):
        guard(tmp_path / "beat", heard, now=time.now, sleep=time.sleep)
    assert 110.0 < heard.rang_s[0] <= 115.0
    gaps = [later - one for one, later in zip(heard.rang_s, heard.rang_s[1:], strict=False)]
    assert max(gaps) <= 1.5
    assert heard.rang_s[-1] - heard.rang_s[0] >= 120.0
    assert 300.0 <= heard.quiet_s[0] <= 300.5
    assert heard.rang_s[-1] < 300.0


@pytest.mark.requirement("WDG-005")
def test_a_service_that_never_came_sounds_too(tmp_path: Path) -> None:
    time = Time(ends_s=106.0)
    heard = Heard(time)
    with pytest.raises(KeyboardInterrupt):
        guard(tmp_path / "none", heard, now=time.now, sleep=time.sleep)
    assert heard.rang_s


def test_only_a_heartbeat_that_changes_is_a_sign_of_life() -> None:
    watch = Watch(4.0, 0.0, b"old")
    assert watch.look(b"old", 3.9) is None
    assert watch.look(b"old", 4.0) == 4.0
    assert watch.look(b"", 5.0) == 5.0
    assert watch.look(b"new", 5.5) is None


@pytest.mark.requirement("WDG-002")
def test_the_engine_s_turns_alone_feed_nobody(tmp_path: Path) -> None:
    time, path = Time(), tmp_path / "beat"
    sentry = Sentry(path, now=time.now)
    for _ in range(20):
        sentry.turn(0.0)
        sentry.look()
        time.now_s += 0.5
    assert not path.exists()
    sentry.proved()
    sentry.look()
    once = path.read_bytes()
    assert str(os.getpid()).encode() in once
    sentry.look()
    assert path.read_bytes() == once
    sentry.proved()
    sentry.look()
    assert path.read_bytes() != once


@pytest.mark.requirement("S-36")
def test_a_late_turn_a_long_queue_and_an_unproved_path_are_trouble() -> None:
    time = Time()
    sentry = Sentry(now=time.now)
    sentry.turn(0.0)
    time.now_s += 2.0
    sentry.turn(5.0)
    assert sentry.trouble() is None
    time.now_s += 2.1
    sentry.turn(0.0)
    late_s, words = sentry.trouble() or (0.0, "")
    assert (round(late_s, 3), words) == (2.1, "ALARM ENGINE LATE")
    assert sentry.trouble() is None
    sentry.turn(5.1)
    assert sentry.trouble() is not None
    time.now_s += 6.0
    sentry.turn(0.0)
    sentry.trouble()
    assert (sentry.trouble() or (0.0, ""))[1] == "ALARM PATH NOT PROVED 10 s"
    sentry.proved()
    assert sentry.trouble() is None


@pytest.mark.requirement("S-36")
def test_the_thread_rings_while_no_turn_comes(capfd: pytest.CaptureFixture[str]) -> None:
    time = Time()
    sentry = Sentry(now=time.now)
    sentry.look()
    time.now_s += 60.0
    sentry.look()
    assert sentry.rings == 0, "before the first turn the service only starts"
    sentry.turn(0.0)
    for _ in range(12):
        time.now_s += 0.25
        sentry.look()
    assert sentry.rings == 1
    said = capfd.readouterr().err
    assert "\aALARM ENGINE LATE 2 s" in said
    assert "most recent call first" in said, "where it hangs"
    sentry.rest()
    time.now_s += 60.0
    sentry.look()
    assert sentry.rings == 1, "a service that stops on purpose is not late"
