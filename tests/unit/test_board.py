"""What a tile shows of continuous values, of chair, session and link."""

from __future__ import annotations

import dataclasses
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.board.tile import Slot
from monitor.board.words import clock
from monitor.clinic import Phase
from monitor.conditions import Kind, Priority
from monitor.vitals import GenerationMode, Validity, VitalSign
from tests.on_board import Bench, ReadingParts, alarm, cuff, sample
from tests.stored import NOON_US

HEART, PULSE = VitalSign.HEART_RATE, VitalSign.PULSE_RATE


def said(slot: Slot) -> tuple[str, str, str]:
    return slot.text, slot.state, slot.note


@pytest.mark.requirement("SHO-120")
@pytest.mark.parametrize(
    ("age_s", "shown"),
    [
        (0.0, ("97", "valid", "")),
        (5.0, ("97", "valid", "")),
        (5.1, ("97", "ageing", "5 s")),
        (9.9, ("97", "ageing", "9 s")),
        (10.0, ("97", "ageing", "10 s")),
        (10.1, ("--", "stale", "no data 00:10")),
        (34.0, ("--", "stale", "no data 00:34")),
        (3_700.0, ("--", "stale", "no data 61:40")),
    ],
)
def test_a_value_is_grey_from_five_seconds_and_gone_from_ten(
    age_s: float, shown: tuple[str, str, str]
) -> None:
    bench = Bench()
    bench.put(sample(100.0))
    assert said(bench.slot(100.0 + age_s)) == shown


@pytest.mark.requirement("SHO-121")
@given(
    times=st.lists(st.floats(0.0, 60.0), max_size=12),
    values=st.lists(st.integers(40, 100), min_size=12, max_size=12),
    ask_s=st.floats(0.0, 120.0),
)
def test_no_number_older_than_ten_seconds_ever_stands_in_the_slot(
    times: list[float], values: list[int], ask_s: float
) -> None:
    bench = Bench()
    past = [(at_s, value) for at_s, value in zip(sorted(times), values, strict=False)]
    for at_s, value in past:
        if at_s <= ask_s:
            bench.put(sample(at_s, float(value)))
    slot = bench.slot(ask_s)
    true_now = {str(value) for at_s, value in past if 0 <= ask_s - at_s <= 10.0}
    assert slot.text in true_now | {"--", "---"}
    assert (slot.text in {"--", "---"}) is not bool(true_now)


@pytest.mark.requirement("SHO-122")
@pytest.mark.parametrize(
    ("value", "validity", "reason", "shown"),
    [
        (97.0, Validity.QUESTIONABLE, "low perfusion", ("97?", "questionable", "low perfusion")),
        (97.0, Validity.QUESTIONABLE, "", ("97?", "questionable", "in doubt")),
        (None, Validity.INVALID, "sensor off", ("-?-", "invalid", "sensor off")),
        (97.0, Validity.INVALID, "sensor off", ("-?-", "invalid", "sensor off")),
        (None, Validity.INVALID, "", ("-?-", "invalid", "invalid")),
        (None, Validity.CALIBRATING, "", ("-?-", "invalid", "calibrating")),
        (None, Validity.OVERFLOW, "", ("-?-", "invalid", "above range")),
        (None, Validity.NOT_AVAILABLE, "", ("---", "waiting", "waiting")),
        (97.0, Validity.VALIDATED, "", ("97", "valid", "")),
    ],
)
def test_doubt_and_invalidity_are_shown_with_their_reason(
    value: float | None, validity: Validity, reason: str, shown: tuple[str, str, str]
) -> None:
    bench = Bench()
    bench.put(sample(100.0, value, validity=validity, reason=reason))
    assert said(bench.slot(100.5)) == shown


def test_an_empty_field_is_no_value_at_once_and_no_data_after_ten_seconds() -> None:
    bench = Bench()
    bench.put(sample(100.0))
    bench.put(sample(101.0, None, reason="no value"))
    assert said(bench.slot(101.5)) == ("-?-", "invalid", "no value")
    for second in range(102, 140):
        bench.put(sample(float(second), None, reason="no value"))
    assert said(bench.slot(139.0)) == ("--", "stale", "no data 00:39")


def test_an_invalid_number_does_not_count_as_the_last_that_was_true() -> None:
    bench = Bench()
    bench.put(sample(100.0))
    bench.put(sample(109.0, 60.0, validity=Validity.INVALID, reason="sensor off"))
    assert said(bench.slot(130.0)) == ("--", "stale", "no data 00:30")


def test_before_the_first_value_a_slot_waits_and_what_nobody_measures_has_none() -> None:
    bench = Bench(vitals=frozenset({VitalSign.SPO2, PULSE, VitalSign.NIBP_SYSTOLIC}))
    assert [slot.label for slot in bench.tile(0.0).slots] == ["HR", "SpO2"]
    assert said(bench.slot(0.0)) == ("---", "waiting", "waiting")
    assert Bench(vitals=frozenset({VitalSign.SPO2})).tile(0.0).nibp is None
    labels = [slot.label for slot in Bench().tile(0.0).slots]
    assert labels == ["HR", "SpO2", "RR", "EtCO2", "T"]


@pytest.mark.requirement("SHO-123")
@pytest.mark.parametrize(
    "parts",
    [
        {"late": True, "session": "s-1"},
        {"session": "s-0"},
        {"session": None},
    ],
)
def test_late_readings_and_those_of_another_session_never_reach_the_tile(
    parts: ReadingParts,
) -> None:
    bench = Bench()
    bench.seat(0.0)
    bench.put(sample(10.0, **parts), cuff(10.0, **parts))
    assert said(bench.slot(10.0)) == ("---", "waiting", "waiting")
    assert bench.nibp(10.0).text == "---/---"


@pytest.mark.requirement("SHO-124")
@pytest.mark.parametrize("phase", [Phase.PREPARE, Phase.RECOVERY])
def test_nothing_of_the_last_patient_is_shown_to_the_next(phase: Phase) -> None:
    bench = Bench()
    bench.seat(0.0, phase)
    bench.put(sample(9.0, session="s-1"), cuff(9.0, session="s-1"))
    assert bench.slot(9.5).text == "97"
    bench.seat(10.0, Phase.CLOSED)
    assert (bench.tile(10.0).state, bench.slot(10.0).text) == ("DONE", "---")
    bench.put(sample(11.0))
    bench.seat(12.0, Phase.PREPARE, session="s-2")
    assert (bench.slot(12.0).text, bench.nibp(12.0).text) == ("---", "---/---")


def test_values_stay_when_the_session_moves_on() -> None:
    bench = Bench()
    bench.seat(0.0, Phase.BASELINE)
    bench.put(sample(9.0, session="s-1"), cuff(9.0, session="s-1"))
    bench.seat(10.0, Phase.INFUSION)
    assert (bench.slot(10.0).text, bench.nibp(10.0).text) == ("97", "120/80")


@pytest.mark.requirement("SHO-125")
def test_the_heart_rate_is_the_ecgs_while_valid_within_five_seconds_else_the_oximeters() -> None:
    sources = {}
    bench = Bench()
    for second in range(20):
        at_s = 100.0 + second
        ecg = 70.0 if second < 5 or second >= 15 else None
        bench.put(sample(at_s, ecg, vital=HEART), sample(at_s, 71.0, vital=PULSE))
        slot = bench.slot(at_s, "HR")
        sources[second] = (slot.text, slot.source)
    assert sources[4] == ("70", "ECG")
    assert sources[9] == ("-?-", "ECG")
    assert sources[10] == ("71", "pleth")
    assert sources[14] == ("71", "pleth")
    assert sources[15] == ("70", "ECG")


def test_the_cuffs_pulse_rate_never_stands_for_the_heart_rate() -> None:
    bench = Bench()
    bench.put(sample(100.0, 66.0, vital=VitalSign.NIBP_PULSE_RATE))
    assert bench.slot(100.0, "HR").text == "---"


def test_with_neither_source_alive_the_newer_one_grows_old() -> None:
    bench = Bench()
    bench.put(sample(100.0, 71.0, vital=PULSE), sample(108.0, 70.0, vital=HEART))
    assert said(bench.slot(115.0, "HR")) == ("70", "ageing", "7 s")
    assert bench.slot(115.0, "HR").source == "ECG"


@pytest.mark.requirement("SHO-026")
def test_a_second_device_without_a_number_does_not_hide_the_first() -> None:
    bench = Bench()
    bench.put(sample(100.0, 96.0, device="oximeter"), sample(100.2, None, device="bedside"))
    assert said(bench.slot(101.0)) == ("96", "valid", "")
    bench.put(sample(106.0, None, validity=Validity.INVALID, reason="off", device="bedside"))
    assert said(bench.slot(106.0)) == ("-?-", "invalid", "off")


def test_an_older_number_of_another_device_does_not_come_back() -> None:
    bench = Bench()
    bench.put(sample(100.0, 96.0, device="oximeter"), sample(97.0, 91.0, device="bedside"))
    assert said(bench.slot(101.0)) == ("96", "valid", "")


@pytest.mark.parametrize(
    ("vital", "value", "label", "text"),
    [
        (VitalSign.TEMPERATURE, 36.84, "T", "36.8"),
        (VitalSign.RESPIRATORY_RATE, 14.0, "RR", "14"),
        (VitalSign.ETCO2, 38.6, "EtCO2", "39"),
    ],
)
def test_numbers_are_whole_and_temperature_to_a_tenth(
    vital: VitalSign, value: float, label: str, text: str
) -> None:
    bench = Bench()
    bench.put(sample(1.0, value, vital=vital))
    assert bench.slot(1.0, label).text == text


@pytest.mark.requirement("SHO-027")
@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (Phase.PREPARE, "READY"),
        (Phase.BASELINE, "BASELINE"),
        (Phase.INFUSION, "INFUSING"),
        (Phase.RECOVERY, "RECOVERY"),
        (Phase.CLOSED, "DONE"),
    ],
)
def test_the_chairs_state_follows_the_phase(phase: Phase, state: str) -> None:
    bench = Bench()
    assert (bench.tile(0.0).state, bench.tile(0.0).session) == ("EMPTY", None)
    bench.seat(0.0, phase)
    tile = bench.tile(60.0)
    assert tile.state == state
    assert (tile.session is None) is (phase is Phase.CLOSED)


def test_the_clock_counts_the_infusion_against_its_plan_and_the_recovery_up() -> None:
    bench = Bench()
    bench.seat(0.0, Phase.BASELINE)
    assert bench.tile(60.0).clock == ""
    bench.seat(100.0, Phase.INFUSION)
    assert bench.tile(100.0 + 23 * 60).clock == "00:23/00:40"
    bench.seat(4_000.0, Phase.RECOVERY)
    assert bench.tile(4_000.0 + 65 * 60).clock == "01:05"


@pytest.mark.requirement("SHO-028")
def test_a_lost_line_is_offline_at_once_with_no_number_left() -> None:
    bench = Bench()
    bench.put(sample(100.0), cuff(90.0))
    bench.board.frame("mon-1", "1", 100.0)
    bench.board.link("mon-1", "1", up=False, why="unplugged", at_s=101.0)
    tile = bench.tile(103.0)
    assert tile.offline == "MONITOR OFFLINE 00:02"
    assert {slot.text for slot in tile.slots} == {"--"}
    assert bench.slot(103.0).note == "no data 00:03"
    then = bench.nibp(103.0)
    assert (then.text, then.state, then.next) == ("120/80", "ageing", "")
    bench.board.frame("mon-1", "1", 104.0)
    bench.put(sample(104.0))
    assert (bench.tile(104.0).offline, bench.slot(104.0).text) == ("", "97")
    assert bench.nibp(104.0).state == "valid"


def test_a_silent_monitor_is_offline_by_its_alarm_and_back_with_its_first_frame() -> None:
    bench = Bench()
    bench.board.frame("mon-1", "1", 100.0)
    lost = alarm("T-LINK", instance="mon-1", kind=Kind.TECHNICAL, onset_s=100.0, vitals=())
    assert bench.tile(111.0).offline == ""
    bench.alarms(lost)
    assert bench.tile(111.0).offline == "MONITOR OFFLINE 00:11"
    assert bench.board.counts(111.0) == "1 chair  1 high  1 offline"
    bench.board.frame("mon-1", "1", 112.0)
    bench.put(sample(112.0))
    assert (bench.tile(112.0).offline, bench.slot(112.0).text) == ("", "97")


def test_a_chair_is_offline_only_when_none_of_its_devices_can_be_heard() -> None:
    bench = Bench()
    bench.board.frame("mon-1", "1", 100.0)
    bench.board.frame("oximeter", "1", 100.0)
    lost = alarm("T-LINK", instance="mon-1", kind=Kind.TECHNICAL, onset_s=100.0, vitals=())
    bench.alarms(lost)
    bench.board.link("mon-1", "1", up=False, why="unplugged", at_s=101.0)
    assert bench.tile(120.0).offline == ""
    bench.board.link("oximeter", "1", up=False, why="unplugged", at_s=110.0)
    assert bench.tile(120.0).offline == "MONITOR OFFLINE 00:19"


@pytest.mark.requirement("SHO-029")
@pytest.mark.parametrize("mode", [GenerationMode.DEMO, GenerationMode.TEST])
def test_one_simulated_value_marks_the_tile_and_the_wall(mode: GenerationMode) -> None:
    bench = Bench(chairs=2)
    bench.put(sample(1.0), sample(1.0, chair="2"))
    assert (bench.tile(1.0).mode, bench.board.mode()) == ("real", "real")
    bench.put(sample(1.0, 60.0, vital=HEART, mode=mode))
    assert (bench.tile(1.0).mode, bench.tile(1.0, "2").mode) == (mode.value, "real")
    assert bench.board.mode() == mode.value


def test_a_chair_is_heard_from_its_first_frame_on() -> None:
    bench = Bench(chairs=2)
    assert not bench.board.ever_heard("1")
    bench.board.frame("mon-1", "1", 1.0)
    assert bench.board.ever_heard("1")
    assert not bench.board.ever_heard("2")


@pytest.mark.requirement("SHO-029")
@pytest.mark.parametrize("mode", [GenerationMode.DEMO, GenerationMode.TEST])
def test_a_configured_simulator_is_marked_before_its_first_value_and_between_patients(
    mode: GenerationMode,
) -> None:
    bench = Bench(chairs=2, modes={"1": mode})
    assert (bench.tile(0.0).mode, bench.tile(0.0, "2").mode) == (mode.value, "real")
    assert bench.board.mode() == mode.value
    bench.seat(1.0, Phase.RECOVERY)
    bench.put(sample(2.0, session="s-1", mode=mode))
    bench.seat(3.0, Phase.CLOSED)
    assert (bench.tile(3.0).mode, bench.board.mode()) == (mode.value, mode.value)


def test_the_wall_holds_every_chair_in_its_order_and_the_clinics_time() -> None:
    bench = Bench(chairs=12, zone="Europe/Lisbon")
    wall = bench.board.wall(60.0, NOON_US + 60_000_000)
    assert [tile.chair for tile in wall.tiles] == [str(n) for n in range(1, 13)]
    assert (wall.clinic, wall.counts) == ("Harbour Infusion", "12 chairs")
    assert wall.clock == clock(NOON_US + 60_000_000, ZoneInfo("Europe/Lisbon"))
    assert wall.now_ms == NOON_US // 1_000 + 60_000


def test_an_unknown_chair_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Bench().tile(0.0, "9")


def test_alarms_of_no_vital_leave_the_slots_alone() -> None:
    bench = Bench()
    bench.put(sample(1.0))
    bench.alarms(alarm("T-LINK", kind=Kind.TECHNICAL, priority=Priority.MEDIUM, vitals=()))
    assert {slot.priority for slot in bench.tile(1.0).slots} == {""}


def test_a_tile_is_the_same_for_the_same_past() -> None:
    tiles = []
    for _ in range(2):
        bench = Bench()
        bench.seat(0.0)
        bench.put(sample(1.0, session="s-1"), cuff(1.0, session="s-1"))
        bench.alarms(alarm())
        tiles.append(dataclasses.asdict(bench.tile(2.0)))
    assert tiles[0] == tiles[1]
