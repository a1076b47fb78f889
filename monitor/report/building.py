"""A session's report out of its stored rows."""

from __future__ import annotations

from monitor.report import after, before, during
from monitor.report.charted import chart
from monitor.report.model import Report
from monitor.report.source import Source


def report(source: Source) -> Report:
    """The report as of the letterhead's time. Raises ValueError when no fact seats the session."""
    source = source.then()
    session = source.session
    return Report(
        record_id=session.id,
        title=f"{source.letterhead.clinic}: session report",
        subtitle=f"{session.patient_ref}, {source.at(session.opened_us, '%d %B %Y')}",
        patient=session.patient_ref,
        header=before.header(source),
        gate=before.gate(source),
        treatment=before.treatment(source),
        equipment=before.equipment(source),
        chart=chart(source),
        table=during.table(source),
        points=during.points(source),
        events=during.events(source),
        alarms=during.alarms(source),
        adverse=after.adverse(source),
        recovery=after.recovery(source),
        hand_over=after.hand_over(source),
        quality=after.quality(source),
        sign_off=after.sign_off(source),
        foot=after.foot(source),
    )
