"""Random sessions for tests of exports: gaps, doubt, late values, odd texts, a change of clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from monitor.clinic import AckReason
from monitor.exports.dossier import Dossier, dossier
from monitor.exports.formats import FORMATS
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign
from tests.stored import NOON_US, fact, reading, transition

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN_US = round(datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC).timestamp()) * 1_000_000
"""Half a minute before the clocks of Berlin go back from three to two."""
SPAN_S = 200
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t"), max_size=12
)
ODD = st.one_of(
    st.sampled_from(
        [
            "",
            "sensor off",
            "=1+1",
            "+A1",
            "-2",
            "@SUM(A1)",
            '=cmd|" /C calc"!A0',
            "a;=1+1",
            "ok,\t=1",
            *["|^~\\&", "Größe, 37,5 °C", "指が外れた", "  =1", "\uff1d1"],
        ]
    ),
    WORDS,
)
DEVICES = st.sampled_from(["mon-1", "Gerät 2"])
"""Two, so that the same vital sign comes from both at the same second now and then."""


def doubtful_or_absent(value: float | None) -> st.SearchStrategy[Validity]:
    """What may be said of a value, or of none."""
    allowed = [one for one in Validity if value is not None or not one.believed]
    return st.sampled_from(allowed)


@st.composite
def readings(draw: st.DrawFn) -> list[ReadingRow]:
    """Readings at odd microseconds, no two of one device and vital sign at the same."""
    found: dict[tuple[int, str, VitalSign], ReadingRow] = {}
    for _ in range(draw(st.integers(0, 25))):
        at_us = draw(st.integers(0, SPAN_S * 1_000_000))
        vital, device = draw(st.sampled_from(VitalSign)), draw(DEVICES)
        value = draw(st.one_of(st.none(), st.integers(0, 32_000).map(lambda n: n / 100)))
        found[at_us, device, vital] = reading(
            at_us / 1e6,
            value,
            vital=vital,
            device=device,
            validity=draw(doubtful_or_absent(value)),
            mode=draw(st.sampled_from(GenerationMode)),
            basis=draw(st.sampled_from(TimeBasis)),
            reason=draw(ODD),
            late=draw(st.booleans()),
            boot=draw(st.one_of(st.none(), st.just("b-1"))),
            seq=draw(st.one_of(st.none(), st.integers(0, 2**40))),
        )
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1], key[2].value))]


@st.composite
def alarms(draw: st.DrawFn) -> list[TransitionRow]:
    """Alarms that begin, are acknowledged or not, and end or not."""
    steps = []
    for number in range(draw(st.integers(0, 3))):
        at_s, name = draw(st.integers(20, SPAN_S)), f"s-1/SPO2-2/SpO2/{number}"
        priority, message = draw(st.sampled_from(["HIGH", "MEDIUM", "LOW"])), draw(ODD)
        steps.append(
            transition(at_s, "ACTIVE_UNACK", 0, alarm=name, priority=priority, message=message)
        )
        if draw(st.booleans()):
            seen = transition(at_s + 5, "ACTIVE_ACK", 1, alarm=name, priority=priority)
            said = draw(st.sampled_from(AckReason)).value
            steps.append(
                replace(seen, reason="acknowledged", actor="rk", note=said, message=message)
            )
        if draw(st.booleans()):
            steps.append(
                transition(at_s + 9, "RESOLVED", 2, alarm=name, priority=priority, message=message)
            )
    return sorted(steps, key=lambda step: step.at_us)


def told() -> list[FactRow]:
    """What staff did: with a name and free words, which no export may hold."""
    return [
        fact(-60, "seated", patient_ref="A.M.", planned_minutes=40, infusion=3),
        fact(-50, "phase", phase="BASELINE"),
        fact(-45, "sitter", person="Jane Roe", phone="+351 555 0100", drives=True),
        fact(-40, "observed", item="sitter", value="present", person="Jane Roe"),
        fact(-5, "ordered", drug="ketamine", concentration_mg_ml=2.0, dose_mg=40.0, minutes=40.0),
        fact(0, "phase", phase="INFUSION"),
        fact(1, "pump", action="start", rate_ml_h=30.0),
        fact(41, "event", event="nausea", grade="mild", text="Jane Roe fetched a bowl"),
        fact(50, "charted", NIBP_SYS=131.0, NIBP_DIA=82.0, source="paper"),
        fact(61, "pump", action="rate", rate_ml_h=15.0),
        fact(121, "pump", action="stop"),
        fact(122, "phase", phase="RECOVERY"),
        fact(150, "journal opened", token_sha256="0f" * 32, due_us=NOON_US),
        fact(190, "phase", phase="CLOSED"),
        fact(
            *(195, "artefact"),
            from_us=NOON_US + 30_000_000,
            to_us=NOON_US + 60_000_000,
            vitals="SpO2,NIBP_SYS",
            cause="movement",
            text="Jane Roe moved",
        ),
    ]


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """A session at the end of a summer, or on any day."""
    by_us = draw(st.sampled_from([0, AUTUMN_US - NOON_US]))
    return whole(
        [_moved(row, by_us) for row in told()],
        [
            replace(
                row,
                sampled_at_us=row.sampled_at_us + by_us,
                received_at_us=row.received_at_us + by_us,
            )
            for row in draw(readings())
        ],
        [
            replace(row, at_us=row.at_us + by_us, onset_us=row.onset_us + by_us)
            for row in draw(alarms())
        ],
    )


def _moved(row: FactRow, by_us: int) -> FactRow:
    times = {
        key: said + by_us
        for key, said in row.data.items()
        if key.endswith("_us") and isinstance(said, int)
    }
    return replace(row, at_us=row.at_us + by_us, data={**row.data, **times})


def whole(
    facts: Sequence[FactRow], rows: Sequence[ReadingRow], steps: Sequence[TransitionRow]
) -> Dossier:
    """The dossier of these rows."""
    return dossier(
        clinic="harbour",
        zone=BERLIN,
        facts=facts,
        readings=rows,
        transitions=steps,
        made_us=NOON_US + 86_400_000_000,
    )


def written(dossier: Dossier, name: str) -> list[bytes]:
    """Each file of a format."""
    return [b"".join(part.pieces(dossier)) for part in FORMATS[name].parts]
