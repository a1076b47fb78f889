"""What the preset's rules raise on recorded vital signs, beside naive thresholds.

`python -m benchmarks.alarm_performance --out docs/alarm-performance.md` writes that page. The
engine is driven directly. Recordings are charted, a row a minute or less often:
a number stands until its vital sign's next one, a minute at most, and is told
to the engine every 5 s, the longest step that counts in full; a cuff reading is
told once. No person acts, and there is no baseline, so relative rules are off.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor import shipped
from monitor.alerts import AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.conditions import AlarmCondition, Clause, Column, Form, Kind, Preset, Priority
from monitor.errors import ConfigError
from monitor.presets import load_preset
from monitor.vitals import NIBP, GenerationMode, Reading, TimeBasis, Validity, VitalSign
from simulators import recordings
from simulators.recordings import Recording

STEP_S, STANDS_S = 5.0, 60.0
SUSTAINED_S, SUSTAINED_SAMPLES = 15.0, 2
"""A violation is sustained when it lasts longer, or for so many consecutive cuff readings."""
CHAIR, DEVICE, QUIET_S = "1", "d1", 10.0
RAISED = frozenset({Reason.CONDITION_PRESENT, Reason.CONDITION_AGAIN})
COLUMN = Column.INFUSION

Instant = tuple[float, Mapping[VitalSign, float]]


@dataclass(slots=True)
class Counts:
    """Of one rule: alarms by the preset and naively, sustained violations, and those missed."""

    preset: int = 0
    naive: int = 0
    sustained: int = 0
    missed: int = 0
    naive_missed: int = 0

    def add(self, other: Counts) -> None:
        """The sum over recordings."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Outcome:
    """One recording, or all: seconds in which some number stood, and each rule's counts."""

    seconds: float = 0.0
    rules: dict[str, Counts] = field(default_factory=dict)
    by_priority: Counter[Priority] = field(default_factory=Counter)

    def of(self, rule: str) -> Counts:
        """The rule's counts."""
        return self.rules.setdefault(rule, Counts())

    def add(self, other: Outcome) -> None:
        """The sum over recordings."""
        self.seconds += other.seconds
        self.by_priority += other.by_priority
        for rule, counts in other.rules.items():
            self.of(rule).add(counts)

    @property
    def hours(self) -> float:
        """Of standing numbers."""
        return self.seconds / 3600.0


def instants(recording: Recording) -> Iterator[Instant]:
    """What a monitor would tell: standing numbers every 5 s, a cuff reading at its time alone."""
    standing: dict[VitalSign, tuple[float, float]] = {}
    rows = recording.rows
    for number, row in enumerate(rows):
        standing |= {v: (row.t_s, value) for v, value in row.values.items() if v not in NIBP}
        cuff = {vital: value for vital, value in row.values.items() if vital in NIBP}
        end_s = rows[number + 1].t_s if number + 1 < len(rows) else math.inf
        at_s = row.t_s
        while at_s < min(end_s, row.t_s + STANDS_S):
            values = {v: one for v, (from_s, one) in standing.items() if at_s - from_s < STANDS_S}
            yield at_s, values | (cuff if at_s == row.t_s else {})
            at_s += STEP_S


def engine_alarms(preset: Preset, told: Sequence[Instant], out: Outcome) -> dict[str, list[float]]:
    """When each rule was active: `[from, to, from, to ...]`; alarms are counted into `out`."""
    engine, active = Engine(preset), dict[str, list[float]]()
    engine.add_chair(CHAIR, {DEVICE: (QUIET_S, frozenset(VitalSign))}, told[0][0])
    engine.seat(CHAIR, "s", Phase.PREPARE, told[0][0])
    engine.set_phase(CHAIR, Phase.INFUSION, told[0][0])
    for at_s, values in told:
        events = engine.frame(DEVICE, at_s) + engine.observe(
            [_reading(vital, value, at_s) for vital, value in values.items()]
        )
        for event in events:
            if event.alarm.kind is Kind.TECHNICAL:
                continue
            rule, spans = event.alarm.condition, active.setdefault(event.alarm.condition, [])
            if event.reason in RAISED:
                out.of(rule).preset += 1
                out.by_priority[event.alarm.priority] += 1
            if (event.alarm.state is AlarmState.ACTIVE_UNACK) is (len(spans) % 2 == 0):
                spans.append(event.at_s)
    return active


def _reading(vital: VitalSign, value: float, at_s: float) -> Reading:
    return Reading(
        vital=vital,
        value=value,
        validity=Validity.VALID,
        mode=GenerationMode.REAL,
        basis=TimeBasis.DEVICE,
        reason="",
        device=DEVICE,
        chair=CHAIR,
        session="s",
        sampled_s=at_s,
        received_s=at_s,
        sampled_at_us=round(at_s * 1e6),
        received_at_us=round(at_s * 1e6),
    )


def naive_rules(preset: Preset) -> list[AlarmCondition]:
    """Rules that a plain threshold can stand for: a value against an absolute limit."""
    return [
        one
        for one in preset.conditions
        if one.exists_in(COLUMN) and one.form is Form.LIMIT and not one.and_any_of
        if all(clause.limit[COLUMN].resolve(None) is not None for clause in one.any_of)
    ]


def judged(values: Mapping[VitalSign, float]) -> dict[VitalSign, float]:
    """With the oximeter's pulse as heart rate where there is no ECG."""
    seen = dict(values)
    if VitalSign.HEART_RATE not in seen and VitalSign.PULSE_RATE in seen:
        seen[VitalSign.HEART_RATE] = seen[VitalSign.PULSE_RATE]
    return seen


def violates(clause: Clause, value: float) -> bool:
    """The bare comparison."""
    limit = clause.limit[COLUMN].resolve(None)
    assert limit is not None
    beyond = value > limit if clause.comparison.high else value < limit
    return beyond or (clause.comparison.inclusive and value == limit)


def runs(rule: AlarmCondition, told: Sequence[Instant]) -> list[tuple[float, float, int]]:
    """Stretches of consecutive violating samples: first, last, how many."""
    found: list[tuple[float, float, int]] = []
    going = False
    for at_s, values in told:
        seen = judged(values)
        mine = [(clause, seen[clause.vital]) for clause in rule.any_of if clause.vital in seen]
        if not mine:
            continue
        now = any(violates(clause, value) for clause, value in mine)
        if now and going:
            first, _, count = found[-1]
            found[-1] = (first, at_s, count + 1)
        elif now:
            found.append((at_s, at_s, 1))
        going = now
    return found


def sustained(rule: AlarmCondition, run: tuple[float, float, int]) -> bool:
    """Longer than 15 s, or two cuff readings in a row."""
    cuff = any(clause.vital in NIBP for clause in rule.any_of)
    return run[2] >= SUSTAINED_SAMPLES if cuff else run[1] + STEP_S - run[0] > SUSTAINED_S


def met(run: tuple[float, float, int], spans: Sequence[float]) -> bool:
    """Was the alarm active at some time of the run?"""
    pairs = zip(spans[::2], [*spans[1::2], math.inf], strict=False)
    return any(begin <= run[1] + STEP_S and end >= run[0] for begin, end in pairs)


def measure(preset: Preset, recording: Recording) -> Outcome:
    """One recording under the preset and under its bare limits."""
    told, out = list(instants(recording)), Outcome()
    out.seconds = STEP_S * sum(any(v not in NIBP for v in values) for _, values in told)
    active = engine_alarms(preset, told, out)
    for rule in naive_rules(preset):
        counts, plausible = out.of(rule.id), [(at, _plausible(preset, v)) for at, v in told]
        bare = runs(rule, told)
        counts.naive = len(bare)
        lasting = [run for run in runs(rule, plausible) if sustained(rule, run)]
        counts.sustained = len(lasting)
        counts.missed = sum(not met(run, active.get(rule.id, ())) for run in lasting)
        spans = [at_s for first, last, _ in bare for at_s in (first, last)]
        counts.naive_missed = sum(not met(run, spans) for run in lasting)
    return out


def _plausible(preset: Preset, values: Mapping[VitalSign, float]) -> dict[VitalSign, float]:
    ranges = preset.plausible
    return {v: one for v, one in values.items() if v not in ranges or ranges[v].holds(one)}


def told(preset: Preset) -> list[AlarmCondition]:
    """The rules of which the page tells: those about a patient that exist during an infusion."""
    return [
        one for one in preset.conditions if one.kind is not Kind.TECHNICAL and one.exists_in(COLUMN)
    ]


def rule_table(preset: Preset, total: Outcome) -> Iterator[str]:
    """A line a rule that exists during an infusion."""
    yield "| Rule | Priority | Preset | per hour | Naive | per hour | Lasting | Missed | naively |"
    yield "|---|---|---|---|---|---|---|---|---|"
    naive = {one.id for one in naive_rules(preset)}
    for one in told(preset):
        counts, hours = total.of(one.id), total.hours
        beside = f"{counts.naive} | {counts.naive / hours:.3f} | {counts.sustained} | "
        missed = f"{counts.missed} | {counts.naive_missed}"
        tail = beside + missed if one.id in naive else "- | - | - | - | -"
        yield (
            f"| {one.id} | {one.priority[COLUMN].name} | {counts.preset} | "
            f"{counts.preset / hours:.3f} | {tail} |"
        )


def priority_table(preset: Preset, total: Outcome) -> Iterator[str]:
    """A line a priority: of the rules that have it, all counts beside one another."""
    yield "| Priority | Preset | per hour | Naive | per hour | Lasting | Missed | naively |"
    yield "|---|---|---|---|---|---|---|---|"
    by_priority = {priority: Counts() for priority in sorted(Priority, reverse=True)}
    for one in naive_rules(preset):
        by_priority[one.priority[COLUMN]].add(total.of(one.id))
    for priority, counts in by_priority.items():
        mine = total.by_priority[priority]
        yield (
            f"| {priority.name} | {mine} | {mine / total.hours:.3f} | "
            f"{counts.naive} | {counts.naive / total.hours:.3f} | "
            f"{counts.sustained} | {counts.missed} | {counts.naive_missed} |"
        )


def recording_line(name: str, one: Outcome) -> str:
    """One recording in a line of the last table."""
    by = " | ".join(str(one.by_priority[priority]) for priority in sorted(Priority, reverse=True))
    naive = sum(counts.naive for counts in one.rules.values())
    missed = sum(counts.missed for counts in one.rules.values())
    lasting = sum(counts.sustained for counts in one.rules.values())
    return f"| {name} | {one.hours:.2f} | {by} | {naive} | {lasting} | {missed} |"


def document(preset: Preset, paths: Sequence[Path]) -> Iterator[str]:
    """The whole page, line by line."""
    total, lines = Outcome(), []
    for path in paths:
        recording = recordings.load(path)
        one = measure(preset, recording)
        total.add(one)
        lines.append(recording_line(recording.name, one))
    yield from HEAD.format(
        preset=preset.name, hash=preset.hash[:12], files=len(paths), hours=total.hours
    ).splitlines()
    yield from rule_table(preset, total)
    yield from ("", "## By priority", "", *priority_table(preset, total), "", "## By recording", "")
    yield "| Recording | Hours | HIGH | MEDIUM | LOW | Naive | Lasting | Missed |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from lines


HEAD = """# Alarm performance

Printed by `make alarm-performance`; preset {preset} ({hash}), {files} recordings, {hours:.1f}
hours in which some number stood. The limits are those of the infusion.

- **How the recordings are read.** They are charted, a row a minute or less often. A number
  stands until the next one of its vital sign, one minute at most, and is told to the engine
  every 5 s; a cuff reading is told once. So the time between rows is invented: the figures
  compare rules with each other and with bare limits; they do not foretell a clinic's alarms.
- **Preset.** Alarms as the engine raises them: each raising, and each coming again of a latched
  one. Nobody acknowledges. Relative rules have no baseline here and are off; technical
  rules are left out, for a chart's gaps say nothing of a sensor.
- **Naive.** The same limits without delay, hysteresis, plausibility or cuff check: each run of
  violating samples is an alarm.
- **Lasting** (sustained). Runs of plausible violating samples of more than 15 s, for the cuff
  two readings in a row. **Missed**: during such a run, and 5 s after it, the rule was never active.
  A rule that waits a minute (SPO2-A, HR-A) can hardly fire here, as a number stands a minute
  at most: what it "misses" says how these recordings are charted. Bare limits wait for
  nothing, so they miss nothing: what they cost stands under "Naive".
- Patients are of intensive care, not of a ketamine clinic: they are sicker than ours.

## By rule

"""


def preset() -> Preset:
    """The shipped preset."""
    text, where = shipped.preset_text("ketamine-adult", base=Path())
    return load_preset(text, where=where)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page for the recordings given, or for all there are, once all were read.

    Exits 1, with nothing written, where there are none or one cannot be read.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, help="a file in place of standard output")
    told_ = parser.parse_args(arguments)
    paths = told_.paths or sorted(recordings.folder().glob("*.csv"))
    if not paths:
        parser.exit(
            1,
            f"there are no recordings\n  --> {recordings.folder()}\n"
            f"  fix: set ${recordings.FOLDER_VARIABLE} to their folder\n",
        )
    try:
        text = "".join(f"{line}\n" for line in document(preset(), paths))
    except ConfigError as problem:
        parser.exit(1, f"{problem}\n")
    if told_.out is None:
        print(text, end="")
    else:
        told_.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
