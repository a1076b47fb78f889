"""A session's report as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.report.building import report
from monitor.report.documents import Document
from monitor.report.layout import Paper
from monitor.report.paging import pages
from monitor.report.pdf import Info, pdf
from monitor.report.sheet import marks, sheet
from monitor.report.source import Source


def report_pdf(source: Source, paper: Paper | None = None) -> bytes:
    """The report on that paper, or on its letterhead's; the same source, the same bytes."""
    chosen = paper or Paper(source.letterhead.paper)
    page = marks(sheet(report(source)))
    return pdf([page], chosen, info(source, "Session report"))


def document_pdf(documents: Iterable[Document], paper: Paper, told: Info) -> bytes:
    """Documents one after the other in one file, each with pages of its own."""
    return pdf([page for one in documents for page in pages(one)], paper, told)


def info(source: Source, title: str) -> Info:
    """What a document of a session says of itself."""
    return Info(
        title=title,
        subject=source.session.id,
        creator=f"Chairside {source.letterhead.version}",
    )


def signing(source: Source, actor: str, names: dict[str, str]) -> Source:
    """The same as that person signs it with this very making."""
    head = replace(source.letterhead, signing=actor, people={**source.letterhead.people, **names})
    return replace(source, letterhead=head)
