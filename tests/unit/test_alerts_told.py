"""Whoever keeps the record is told of every call from which the alarms follow again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.alerts import AlarmEvent, Engine
from monitor.clinic import Phase
from monitor.errors import CommandRefused
from monitor.presets import load_preset
from monitor.vitals import VitalSign
from tests.judged import QUIET_S, SPO2, preset, reading

READ_ONLY = {
    *("advance", "alarms", "assert_technical", "audio_paused_until", "entered_s"),
    *(
        "limits",
        "next_deadline",
        "observe",
        "pending",
        "probes",
        "silences",
        "take_changed",
        "take_discarded",
    ),
}
"""What reads, what tells by itself or is told by readings, and what a restart tells at once."""
MONITOR = {"dev-1": (QUIET_S, frozenset(VitalSign))}


@pytest.mark.requirement("ALM-112")
def test_every_call_that_can_change_an_engine_is_told() -> None:
    public = {name for name in vars(Engine) if not name.startswith("_")}
    told = {name for name in public if getattr(getattr(Engine, name), "told", False)}
    assert public - told == READ_ONLY


def played(engine: Engine) -> list[AlarmEvent]:
    """A patient whose saturation falls, what a nurse does about it, and the end."""
    engine.add_chair("1", MONITOR, 0.0)
    events = engine.seat("1", "s1", Phase.PREPARE, 1.0)
    events += engine.set_phase("1", Phase.INFUSION, 2.0)
    for second in range(3, 30):
        events += engine.advance(float(second))
        events += engine.frame("dev-1", float(second))
        events += engine.observe([reading(SPO2, 91.0, float(second))])
    events += engine.acknowledge(engine.alarms()[0].id, "rk", 29.5, note="moved the probe")
    engine.link_lost("dev-1", "unplugged")
    events += engine.assert_technical("T-ENG", "", 28.0, "NO TEST ALARM", 29.5)
    events += engine.assert_technical("T-CLK", "1", 28.0, "CLOCK", 29.5)
    with pytest.raises(CommandRefused):
        engine.pause_audio("1", "rk", 29.6, 900.0)
    for second in range(30, 60):
        events += engine.advance(float(second))
    return events + engine.set_phase("1", Phase.CLOSED, 60.0)


@pytest.mark.requirement("ALM-112")
def test_each_call_is_told_once_by_name_with_all_its_arguments_and_none_within_another() -> None:
    told: list[tuple[str, Mapping[str, object]]] = []
    engine = Engine(preset())
    engine.telling.sink = lambda call, arguments: told.append((call, arguments))
    events = played(engine)
    calls = [call for call, _ in told]
    assert calls[:3] == ["add_chair", "seat", "set_phase"]
    assert "clear" not in calls
    assert told[0][1] == {"chair": "1", "devices": MONITOR, "now": 0.0}
    alarm = next(one.alarm.id for one in events if one.reason.value == "acknowledged")
    said = {"alarm": alarm, "actor": "rk", "now": 29.5, "note": "moved the probe"}
    assert ("acknowledge", said) in told
    assert ("link_lost", {"device": "dev-1", "why": "unplugged"}) in told
    assert ("pause_audio", {"chair": "1", "actor": "rk", "now": 29.6, "seconds": 900.0}) in told
    assert told[-1] == ("set_phase", {"chair": "1", "phase": Phase.CLOSED, "now": 60.0})


@pytest.mark.requirement("ALM-112")
def test_only_the_seconds_at_which_something_falls_due_are_told() -> None:
    told: list[tuple[str, object]] = []
    engine = Engine(preset())
    engine.telling.sink = lambda call, arguments: told.append((call, arguments.get("now")))
    events = played(engine)
    seconds = [at_s for call, at_s in told if call == "advance"]
    assert seconds
    assert set(seconds) <= {event.at_s for event in events} | {34.0}  # when the data were lost
    assert any(event.alarm.condition == "T-LINK" for event in events)


@pytest.mark.requirement("ALM-112")
def test_nobody_need_listen() -> None:
    heard, unheard = Engine(preset()), Engine(preset())
    heard.telling.sink = lambda *_: None
    assert played(heard) == played(unheard)


Assertion = tuple[float, float | None, str]
"""When it was said, since when it is so (None: it is not), and in which words."""


@pytest.mark.requirement("ALM-112")
@pytest.mark.parametrize(
    ("condition", "said"),
    [
        # Of each the last column: is it told?
        ("T-CLK", [((1.0, None, ""), False)]),
        ("T-CLK", [((1.0, None, "CLOCK"), True), ((2.0, None, "CLOCK"), False)]),
        # Waiting for its delay: what is new is that it is so, other words, and its end.
        (
            "T-CLK",
            [
                ((1.0, 1.0, "10 s"), True),
                ((2.0, 2.0, "10 s"), False),
                ((3.0, 1.0, "11 s"), True),
                ((4.0, None, "11 s"), True),
                ((5.0, None, "11 s"), False),
                ((6.0, 6.0, "11 s"), True),
            ],
        ),
        # At the very second at which it falls due, and while it is open.
        (
            "T-CLK",
            [
                ((1.0, 1.0, "10 s"), True),
                ((30.5, 1.0, "10 s"), True),
                ((31.0, 1.0, "10 s"), True),
                ((32.0, 1.0, "10 s"), False),
                ((33.0, 1.0, "11 s"), True),
                ((34.0, 1.0, "11 s"), False),
                # Good for a moment, which its off-delay of 5 s outlasts.
                ((35.0, None, "11 s"), True),
                ((36.0, 1.0, "11 s"), True),
                ((37.0, 1.0, "11 s"), False),
                ((38.0, None, "11 s"), True),
                ((43.0, None, "11 s"), True),
                ((44.0, None, "11 s"), False),
            ],
        ),
        ("T-BASE", [((1.0, 0.0, "NO BASELINE"), True), ((2.0, 0.0, "NO BASELINE"), False)]),
        ("no such rule", [((1.0, 0.0, "WHY"), False)]),
    ],
)
def test_of_what_is_measured_elsewhere_only_news_is_told(
    condition: str, said: list[tuple[Assertion, bool]]
) -> None:
    clock = 'id = "T-CLK"\n'
    rules = load_preset(
        preset().text.replace(clock, clock + "off_delay_s = 5\n"), where="another preset"
    )
    told: list[tuple[str, Mapping[str, object]]] = []
    engine = Engine(rules)
    engine.add_chair("1", MONITOR, 0.0)
    engine.seat("1", "s1", Phase.PREPARE, 0.0)
    engine.set_phase("1", Phase.INFUSION, 0.0)
    engine.telling.sink = lambda call, arguments: told.append((call, arguments))
    events = []
    for (now, since_s, words), is_told in said:
        told.clear()
        engine.next_deadline()  # as whoever waits for it asks
        events += engine.assert_technical(condition, "1", since_s, words, now)
        instance = {"condition": condition, "instance": "1"}
        arguments = instance | {"since_s": since_s, "message": words, "now": now}
        assert told == ([("assert_technical", arguments)] if is_told else [])
    # From what is told alone the same alarms follow again.
    again = Engine(rules)
    again.add_chair("1", MONITOR, 0.0)
    again.seat("1", "s1", Phase.PREPARE, 0.0)
    again.set_phase("1", Phase.INFUSION, 0.0)
    retold = []
    for (now, since_s, words), is_told in said:
        if is_told:
            retold += again.assert_technical(condition, "1", since_s, words, now)
    assert retold == events
    assert again.alarms() == engine.alarms()
