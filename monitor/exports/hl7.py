"""A session as an HL7 v2.6 message ORU^R01, in the manner of IHE PCD-01.

One OBR a minute of readings, one an alarm, one for what was done and seen. A
value that is not believed leaves OBX-5 empty with OBX-11 X; what came late has an
NTE after it. Segments end with CR; text is UTF-8 (MSH-18). Times have the offset
and four decimals, which is what the standard's DTM holds.

Sources: HL7 v2.6 chapters 2 and 7, tables 0078 (OBX-8) and 0085 (OBX-11: R is entered
and not verified, F final, X cannot be obtained); IHE PCD Technical Framework
volume 2, PCD-01, for OBX-8 and OBX-11 of each MeasurementStatus of ISO/IEEE
11073-10201, as the HL7 guide "Point-of-Care Devices" (uv-pocd, mapping of PCD-01,
"OBX-8 Measurement status") repeats them; its supplement ACM, PCD-04, for an alarm's
priority, which stands in the first OBX of the alarm alone (table B.8-4); ISO/IEEE
11073-10101 (69965 multi-parameter monitor, 196616 alarm event).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from monitor.care.treatment import treatment_of
from monitor.exports.dossier import Dossier, known_value, plain
from monitor.exports.minutes_csv import MINUTE_US
from monitor.history import ReadingRow
from monitor.review import AlarmLife
from monitor.vitals import GenerationMode, Validity

ESCAPES = str.maketrans(
    {
        "\\": "\\E\\",
        "|": "\\F\\",
        "^": "\\S\\",
        "&": "\\T\\",
        "~": "\\R\\",
        "\r": "\\X0D\\",
        "\n": "\\X0A\\",
    }
)
MONITOR = "69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC"
ALARM = "196616^MDC_EVT_ALARM^MDC"
FLAGS = {
    Validity.VALID: "",
    Validity.VALIDATED: "",
    Validity.ONGOING: "BUSY",
    Validity.QUESTIONABLE: "QUES",
    Validity.CALIBRATING: "CAL",
    Validity.INVALID: "INV",
    Validity.OVERFLOW: ">",
    Validity.UNDERFLOW: "<",
    Validity.NOT_AVAILABLE: "NAV",
}
"""OBX-8 by validity; "<" and ">" are of HL7 table 0078, the others of IHE PCD."""
VERIFIED, UNVERIFIED, NONE_OBTAINED = "F", "R", "X"
"""OBX-11, of HL7 table 0085: what a device says is R until somebody has looked at it."""
MODES = {GenerationMode.REAL: "", GenerationMode.TEST: "TEST", GenerationMode.DEMO: "DEMO"}
LATE = "received late"
PRIORITIES = {"HIGH": "PH", "MEDIUM": "PM", "LOW": "PL"}
"""OBX-8 by priority (IHE PCD-04)."""


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The message, segment by segment."""
    yield from (segment.encode() for segment in _Message(dossier).segments())


class _Message:
    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier
        self._orders = 0

    def segments(self) -> Iterator[str]:
        """In the order of the message."""
        yield from self._head()
        rows = self._dossier.judged
        for minute, found in groupby(rows, key=lambda row: row.sampled_at_us // MINUTE_US):
            start_us = minute * MINUTE_US
            yield self._order(MONITOR, start_us, start_us + MINUTE_US)
            for number, row in enumerate(found, start=1):
                yield self._reading(number, row)
        yield from self._treatment()
        yield from self._happenings()
        for alarm in self._dossier.alarms:
            yield from self._alarm(alarm)

    def _head(self) -> Iterator[str]:
        dossier, session = self._dossier, self._dossier.session
        made = self._time(dossier.made_us)
        processing = "T" if dossier.simulated else "P"
        sender = escaped(dossier.clinic)
        yield (
            f"MSH|^~\\&|Chairside|{sender}|||{made}||ORU^R01^ORU_R01|{escaped(session.id)}"
            f"|{processing}|2.6||||||UNICODE UTF-8\r"
        )
        # The name type S says that there is no name on purpose (table 0200).
        patient = f"{escaped(session.patient_ref)}^^^{sender}^PI"
        yield _segment("PID", "1", "", patient, "", "^^^^^^S")
        visit = [""] * 45
        visit[0], visit[1], visit[2] = "1", "O", f"^^{escaped(session.chair)}"
        visit[18] = escaped(session.id)
        visit[43] = self._time(session.opened_us)
        visit[44] = "" if session.closed_us is None else self._time(session.closed_us)
        yield _segment("PV1", *visit)

    def _order(self, what: str, from_us: int, to_us: int | None) -> str:
        self._orders += 1
        number = f"{escaped(self._dossier.session.id)}.{self._orders}"
        times = [self._time(from_us), "" if to_us is None else self._time(to_us)]
        return _segment("OBR", str(self._orders), "", number, what, "", "", *times)

    def _reading(self, number: int, row: ReadingRow) -> str:
        codes, known = row.vital.codes, known_value(row)
        value = "" if known is None else plain(known)
        flags = [flag for flag in (FLAGS[row.validity], MODES[row.mode]) if flag]
        result = self._result(
            *(str(number), "NM"),
            f"{codes.mdc}^{codes.mdc_name}^MDC^{codes.loinc}^{codes.name}^LN",
            *("1.1.1." + str(codes.mdc), value),
            f"{codes.unit}^{codes.unit}^UCUM",
            flags="~".join(flags),
            status=_status(row, value),
            at_us=row.sampled_at_us,
            device=row.device,
        )
        return result + (_segment("NTE", "1", "L", LATE) if row.late else "")

    def _treatment(self) -> Iterator[str]:
        dossier, given = self._dossier, treatment_of(self._dossier.facts)
        order = given.order
        if order is None or given.started_us is None:
            return
        yield self._order("infusion^infusion^L", given.started_us, given.stopped_us)
        total_mg = given.total_mg(dossier.to_us)
        told: list[tuple[str, float | None, str, int]] = [
            ("ordered dose", order.dose_mg, "mg", order.at_us),
            ("concentration", order.concentration_mg_ml, "mg/mL", order.at_us),
            ("given dose", total_mg, "mg", given.stopped_us or dossier.to_us),
            *(("rate", run.rate_ml_h, "mL/h", run.from_us) for run in given.runs),
        ]
        for number, (name, value, unit, at_us) in enumerate(told, start=1):
            yield self._result(
                *(str(number), "NM", f"{name}^{name} of {escaped(order.drug)}^L", str(number)),
                *("" if value is None else plain(round(value, 3)), f"{unit}^{unit}^UCUM"),
                status=NONE_OBTAINED if value is None else VERIFIED,
                at_us=at_us,
            )

    def _happenings(self) -> Iterator[str]:
        found = self._dossier.happenings()
        if not found:
            return
        yield self._order("events^events at the chair^L", found[0].at_us, found[-1].at_us)
        for number, one in enumerate(found, start=1):
            kind = escaped(one.kind)
            yield self._result(
                *(str(number), "ST", f"{kind}^{kind}^L", str(number), escaped(one.text), ""),
                status=VERIFIED,
                at_us=one.at_us,
                by=one.actor,
            )

    def _alarm(self, alarm: AlarmLife) -> Iterator[str]:
        yield self._order(ALARM, alarm.onset_us, alarm.ended_us)
        flag, name = PRIORITIES[alarm.priority], escaped(alarm.condition)
        lines: Sequence[tuple[str, str, str]] = [
            ("ST", f"{name}^{name}^L", escaped(alarm.message)),
            ("ST", "state^state of the alarm^L", alarm.state),
            *_number("worst^worst value^L", alarm.extreme),
            *_number("limit^limit in force^L", alarm.limit),
        ]
        for number, (kind, what, value) in enumerate(lines, start=1):
            yield self._result(
                *(str(number), kind, what, str(number), value, ""),
                flags=flag if number == 1 else "",
                status=VERIFIED if alarm.ended_us is not None else UNVERIFIED,
                at_us=alarm.onset_us,
            )
        if alarm.acknowledged_us is not None:
            said = escaped(alarm.acknowledged_as or "seen")
            yield self._result(
                *(str(len(lines) + 1), "ST", "acknowledged^acknowledged^L"),
                *(str(len(lines) + 1), said, ""),
                status=VERIFIED,
                at_us=alarm.acknowledged_us,
                by=alarm.acknowledged_by or "",
            )

    def _result(
        self,
        number: str,
        kind: str,
        what: str,
        sub: str,
        value: str,
        unit: str,
        *,
        status: str,
        at_us: int,
        flags: str = "",
        device: str = "",
        by: str = "",
    ) -> str:
        fields = [number, kind, what, sub, value, unit, "", flags, "", "", status, "", ""]
        fields += [self._time(at_us), "", escaped(by), "", escaped(device)]
        return _segment("OBX", *fields)

    def _time(self, at_us: int) -> str:
        moment = self._dossier.local(at_us)
        return f"{moment:%Y%m%d%H%M%S}.{moment.microsecond // 100:04d}{moment:%z}"


def escaped(text: str) -> str:
    """Text with the message's own signs escaped (chapter 2.7)."""
    return text.translate(ESCAPES)


def _status(row: ReadingRow, value: str) -> str:
    """OBX-11 of a reading."""
    if not value:
        return NONE_OBTAINED
    real = row.mode is GenerationMode.REAL
    return VERIFIED if row.validity is Validity.VALIDATED and real else UNVERIFIED


def _number(what: str, value: float | None) -> list[tuple[str, str, str]]:
    return [] if value is None else [("NM", what, plain(value))]


def _segment(name: str, *fields: str) -> str:
    return "|".join([name, *fields]).rstrip("|") + "\r"
