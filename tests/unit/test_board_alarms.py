"""What tile and wall say of alarms: rank, words, arrows, sound, pause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState
from monitor.conditions import Kind, Priority
from monitor.vitals import Validity, VitalSign
from tests.on_board import Bench, alarm, sample
from tests.stored import NOON_US

HEART, PULSE = VitalSign.HEART_RATE, VitalSign.PULSE_RATE


@pytest.mark.requirement("SHO-140")
def test_an_alarm_is_listed_with_marks_words_and_onset() -> None:
    bench = Bench()
    bench.alarms(alarm(onset_s=51.0))
    listed = bench.tile(60.0).alarms[0]
    assert (listed.marks, listed.text, listed.onset) == ("!!!", "SpO2 84 <88", "08:00:51")
    assert listed.onset_ms == NOON_US // 1_000 + 51_000
    assert (listed.priority, listed.condition, listed.can_acknowledge) == ("HIGH", "SPO2-2", True)


@pytest.mark.parametrize(
    ("priority", "marks"),
    [(Priority.HIGH, "!!!"), (Priority.MEDIUM, "!!"), (Priority.LOW, "!")],
)
def test_each_priority_has_its_marks(priority: Priority, marks: str) -> None:
    bench = Bench()
    bench.alarms(alarm(priority=priority))
    tile = bench.tile(0.0)
    assert (tile.alarms[0].marks, tile.priority, tile.sound) == (
        marks,
        priority.name,
        priority.name,
    )


@pytest.mark.requirement("SHO-141")
def test_an_acknowledged_alarm_is_steady_silent_and_says_who_and_when() -> None:
    bench = Bench()
    seen = alarm(
        state=AlarmState.ACTIVE_ACK, acknowledged_by="rk", acknowledged_s=120.0, audible=False
    )
    bench.alarms(seen)
    tile = bench.tile(180.0)
    assert tile.alarms[0].acknowledged == "ack rk 08:02"
    assert not tile.alarms[0].can_acknowledge
    assert (tile.flash, tile.sound, tile.priority) == (False, "", "HIGH")


def test_an_acknowledged_high_does_not_flash_again_for_a_new_medium() -> None:
    bench = Bench()
    seen = alarm(
        state=AlarmState.ACTIVE_ACK, acknowledged_by="rk", acknowledged_s=1.0, audible=False
    )
    new = alarm("HR-H1", priority=Priority.MEDIUM, vitals=(HEART,))
    bench.alarms(seen, new)
    tile = bench.tile(2.0)
    assert (tile.priority, tile.flash, tile.sound) == ("HIGH", False, "MEDIUM")
    bench.alarms(alarm(), new)
    assert bench.tile(2.0).flash


@pytest.mark.requirement("SHO-147", "SHO-209", "S-43")
def test_a_latched_alarm_tells_what_was_and_what_is_now_and_can_be_acknowledged() -> None:
    bench = Bench()
    bench.alarms(alarm(state=AlarmState.LATCHED_UNACK, audible=False, extreme_s=0.5))
    bench.put(sample(0.9, 97.0))
    tile = bench.tile(1.0)
    assert tile.alarms[0].text == "SpO2 84 <88, over: was 83 at 08:00, now 97"
    (entry,) = bench.board.strip(1.0, NOON_US + 1_000_000)
    assert entry.text == "1 !!! SpO2 84 <88, over 08:00:00"
    assert tile.alarms[0].can_acknowledge
    assert not tile.flash
    assert {slot.priority for slot in tile.slots} == {""}


@pytest.mark.requirement("SHO-147", "SHO-209")
def test_an_alarm_whose_data_are_gone_tells_the_last_value_and_its_time() -> None:
    bench = Bench()
    bench.put(sample(0.5, 86.0), sample(1.5, None, validity=Validity.INVALID))
    bench.alarms(alarm(data_lost=True, data_lost_s=0.5))
    assert bench.tile(61.0).alarms[0].text == "SpO2 84 <88, no data: last 86 at 08:00"
    (entry,) = bench.board.strip(61.0, NOON_US + 61_000_000)
    assert "SpO2 84 <88, no data" in entry.text


@pytest.mark.requirement("ALM-164")
def test_an_alarm_of_missing_data_says_since_when_they_are_missing() -> None:
    bench = Bench()
    bench.alarms(alarm("T-STALE", kind=Kind.TECHNICAL, message="SpO2 NO DATA", onset_s=0.0))
    plain = bench.tile(16.0).alarms[0]
    assert (plain.text, plain.onset) == ("SpO2 NO DATA", "08:00:00")
    bench.alarms(
        replace(
            alarm("T-STALE", kind=Kind.TECHNICAL, message="SpO2 NO DATA", onset_s=0.0),
            no_data_since_onset=True,
        )
    )
    assert bench.tile(16.0).alarms[0].onset == "since 08:00:00"
    [entry] = bench.board.strip(16.0, NOON_US + 16_000_000)
    assert entry.text.endswith("SpO2 NO DATA since 08:00:00")
    missing = alarm("T-STALE", kind=Kind.TECHNICAL, message="SpO2 NO DATA")
    said = bench.board.spoken(replace(missing, no_data_since_onset=True), NOON_US)
    assert said == "!!! SpO2 NO DATA since 08:00:00"
    assert bench.board.spoken(alarm(), NOON_US) == "!!! SpO2 84 <88"


@pytest.mark.requirement("SHO-145")
def test_the_strip_says_what_is_the_matter_and_a_clinics_alarm_says_all() -> None:
    bench = Bench()
    bench.alarms(alarm(message="BP very high 188/112: hold infusion per protocol", onset_s=0.0))
    [entry] = bench.board.strip(1.0, NOON_US + 1_000_000)
    assert entry.text == "1 !!! BP very high 188/112 08:00:00"
    down = alarm("T-GATE", chair="", message="DATA LINK DOWN: 3 chairs: serial ports")
    bench.alarms(down, chair="")
    told = bench.board.strip(1.0, NOON_US + 1_000_000)
    assert "clinic !!! DATA LINK DOWN: 3 chairs: serial ports 08:00:00" in [
        one.text for one in told
    ]


@pytest.mark.requirement("SHO-142")
def test_a_superseded_alarm_is_listed_and_neither_flashes_nor_ranks() -> None:
    bench = Bench()
    bench.alarms(alarm(superseded=True, audible=False))
    tile = bench.tile(1.0)
    assert [one.superseded for one in tile.alarms] == [True]
    assert (tile.priority, tile.flash, tile.sound) == ("", False, "")
    assert bench.board.strip(1.0, NOON_US) == ()
    assert bench.board.counts(1.0) == "1 chair"


@pytest.mark.requirement("SHO-143")
@pytest.mark.parametrize(
    ("value", "limit", "priority", "arrow"),
    [
        (90.0, 92.0, Priority.MEDIUM, "↓"),
        (84.0, 88.0, Priority.HIGH, "↓↓"),
        (130.0, 120.0, Priority.MEDIUM, "↑"),
        (155.0, 150.0, Priority.HIGH, "↑↑"),
    ],
)
def test_arrows_say_low_or_high_and_how_much(
    value: float, limit: float, priority: Priority, arrow: str
) -> None:
    bench = Bench()
    bench.put(sample(1.0, value, vital=HEART))
    bench.alarms(alarm("X", value=value, limit=limit, priority=priority, vitals=(HEART,)))
    slot = bench.slot(1.0, "HR")
    assert (slot.arrow, slot.priority) == (arrow, priority.name)
    assert bench.slot(20.0, "HR").arrow == ""


@pytest.mark.requirement("SHO-143")
def test_no_arrow_tells_of_a_sum_over_time_as_if_the_value_itself_were_high() -> None:
    bench = Bench()
    bench.put(sample(1.0, 92.0))
    bench.alarms(alarm("SPO2-I", value=52.5, limit=50.0, priority=Priority.MEDIUM))
    slot = bench.slot(1.0)
    assert (slot.arrow, slot.priority) == ("", "MEDIUM")


def test_the_critical_arrow_wins_over_the_lesser() -> None:
    bench = Bench()
    bench.put(sample(1.0, 84.0))
    lesser = alarm("SPO2-1", priority=Priority.MEDIUM, limit=92.0, superseded=True)
    bench.alarms(lesser, alarm())
    assert bench.slot(1.0).arrow == "↓↓"


def test_an_alarm_about_the_pulse_marks_the_slot_the_pulse_stands_in() -> None:
    bench = Bench()
    bench.put(sample(1.0, 70.0, vital=PULSE))
    bench.alarms(alarm("T-SIG", kind=Kind.TECHNICAL, priority=Priority.LOW, vitals=(PULSE,)))
    assert bench.slot(1.0, "HR").priority == "LOW"


def test_limits_in_force_stand_beside_the_number() -> None:
    bench = Bench()
    bench.alarms()
    heart, oxygen = bench.slot(0.0, "HR").limits, bench.slot(0.0).limits
    assert (heart.low, heart.high, oxygen.low, oxygen.high) == ("50", "120", "92", "")


@pytest.mark.requirement("SHO-144")
@pytest.mark.parametrize(
    ("now_s", "shown"),
    [(0.0, "2:00"), (0.5, "2:00"), (18.0, "1:42"), (119.5, "0:01"), (120.0, ""), (500.0, "")],
)
def test_an_audio_pause_counts_down(now_s: float, shown: str) -> None:
    bench = Bench()
    bench.alarms(alarm(audible=False), paused_until_s=120.0)
    assert bench.tile(now_s).audio_paused == shown


@pytest.mark.requirement("SHO-145")
def test_the_strip_ranks_the_alarms_of_all_chairs() -> None:
    bench = Bench(chairs=3)
    bench.alarms(alarm("A", priority=Priority.MEDIUM, onset_s=50.0, message="older medium"))
    bench.alarms(
        alarm("B", chair="2", state=AlarmState.ACTIVE_ACK, onset_s=40.0, message="seen high"),
        alarm("C", chair="2", onset_s=30.0, message="new high"),
        chair="2",
    )
    bench.alarms(
        alarm("D", chair="3", priority=Priority.MEDIUM, onset_s=55.0, message="newer medium"),
        chair="3",
    )
    copy = alarm("T-COPY", chair="", priority=Priority.LOW, vitals=(), message="COPY BEHIND")
    bench.alarms(copy, chair="")
    strip = bench.board.strip(60.0, NOON_US + 60_000_000)
    assert [entry.text for entry in strip] == [
        "2 !!! new high 08:00:30",
        "2 !!! seen high 08:00:40",
        "3 !! newer medium 08:00:55",
        "1 !! older medium 08:00:50",
        "clinic ! COPY BEHIND 08:00:00",
    ]
    assert bench.board.counts(60.0) == "3 chairs  1 high  2 medium"


@pytest.mark.requirement("SHO-157")
def test_an_alarm_of_the_clinic_says_whether_it_can_be_suspended_and_until_when_it_is() -> None:
    bench = Bench()
    copy = alarm("T-COPY", chair="", priority=Priority.LOW, vitals=(), suspendable=True)
    bench.alarms(copy, chair="")
    (entry,) = bench.board.strip(1.0, NOON_US)
    assert (entry.condition, entry.can_suspend, entry.suspended) == ("T-COPY", True, "")
    bench.alarms(replace(copy, silent_until_s=601.0, audible=False), chair="")
    (entry,) = bench.board.strip(1.0, NOON_US)
    assert (entry.can_suspend, entry.suspended) == (False, "silent until 08:10")


@pytest.mark.requirement("SHO-146")
def test_the_room_sounds_for_its_highest_audible_alarm() -> None:
    bench = Bench(chairs=2)
    assert bench.board.sound() == ""
    bench.alarms(alarm("T-COPY", chair="", priority=Priority.LOW, vitals=()), chair="")
    assert bench.board.sound() == "LOW"
    bench.alarms(alarm(priority=Priority.MEDIUM))
    bench.alarms(alarm(chair="2", audible=False), chair="2")
    assert bench.board.sound() == "MEDIUM"
    assert bench.tile(0.0, "2").sound == ""


@pytest.mark.requirement("SHO-148")
def test_a_value_beyond_a_limit_is_marked_while_its_delay_runs() -> None:
    bench = Bench()
    bench.put(sample(1.0, 91.0))
    bench.board.pending("1", frozenset({VitalSign.SPO2}))
    assert bench.slot(1.0).pending
    assert not bench.slot(1.0, "HR").pending
    bench.alarms(alarm())
    assert not bench.slot(1.0).pending
    bench.alarms()
    bench.board.pending("1", frozenset())
    assert not bench.slot(1.0).pending
