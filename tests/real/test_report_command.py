"""`chairside report` and `chairside downtime` over a real record, with no service running."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner, Result

from monitor import __version__
from monitor.cli import EXIT_FAILED, EXIT_UNREACHABLE, chairside
from monitor.filed import Filed, digest
from monitor.history import SIGNED, TEXT, FactRow
from monitor.report.making import report_pdf, signing
from monitor.report.source import Source
from monitor.store.record import Record
from tests.reported import SESSION, letterhead, ordinary, seated
from tests.stored import NOON_US, clock, fact

CONFIG = """
[clinic]
name = "Harbour Infusion"
time_zone = "Europe/Lisbon"
[[chairs]]
id = "1"
label = "1 window"
[[chairs]]
id = "2"
label = "2"
"""
DAY = "2027-01-15"


def house(folder: Path, source: Source, *more: FactRow, filed: Filed | None = None) -> Path:
    """A clinic's folder with these rows and that file in its record; its configuration file."""

    async def write() -> None:
        async with Record(folder / "chairside.db", clock=clock()) as record:
            record.add([*source.facts, *more])
            record.add(source.readings)
            record.add(source.transitions)
            if filed:
                record.file(filed)
            await record.commit()

    config = folder / "clinic.toml"
    config.write_text(CONFIG, encoding="utf-8")
    asyncio.run(write())
    return config


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(chairside, [*words, "--config", str(config)])


def signing_now(source: Source) -> Source:
    """The report as a clinician signs it."""
    head = replace(source.letterhead, version=__version__, preset=source.preset.hash)
    return signing(replace(source, letterhead=head), "dl", {})


def signature(source: Source, document: bytes | None = None) -> FactRow:
    """The fact that a clinician leaves who signs this report, as that document."""
    made = signing_now(source)
    head = made.letterhead
    return FactRow(
        at_us=head.made_us,
        ordinal=999,
        session=SESSION,
        chair="1",
        kind=SIGNED,
        actor="dl",
        data={
            "document_sha256": digest(document or report_pdf(made)),
            "number": 0,
            TEXT: made.letterhead.text(),
        },
    )


@pytest.mark.requirement("RPT-030")
def test_a_report_is_written_from_the_record_on_the_paper_asked_for(tmp_path: Path) -> None:
    config = house(tmp_path, ordinary(step_s=30.0).source())
    out = tmp_path / "report.pdf"
    done = run(config, "report", SESSION, "--paper", "letter", "--out", str(out))
    assert done.exit_code == 0, done.output
    document = pdfium.PdfDocument(out.read_bytes())
    assert len(document) == 1
    assert round(document[0].get_size()[0] / 72 * 25.4, 1) == 215.9
    assert digest(out.read_bytes()) in done.output
    assert run(config, "report", "nobody").exit_code == EXIT_UNREACHABLE
    assert run(config, "report").exit_code == 2
    tables = tmp_path / "tables.pdf"
    assert run(config, "report", SESSION, "--tables", "--out", str(tables)).exit_code == 0
    assert len(pdfium.PdfDocument(tables.read_bytes())) >= 2


@pytest.mark.requirement("RPT-031")
def test_a_day_is_written_into_a_folder_with_a_line_for_each(tmp_path: Path) -> None:
    config = house(tmp_path, ordinary(step_s=60.0).source())
    folder = tmp_path / "reports"
    done = run(config, "report", "--day", DAY, "--out", str(folder))
    assert done.exit_code == 0, done.output
    assert f"1 of 1: {folder / SESSION}.pdf" in done.output
    assert (folder / f"{SESSION}.pdf").read_bytes().startswith(b"%PDF")
    empty = run(config, "report", "--day", "2027-01-16", "--out", str(folder))
    assert "nobody was seated" in empty.output


@pytest.mark.requirement("RPT-032")
def test_a_signed_report_is_verified_whatever_the_clinic_is_called_now(tmp_path: Path) -> None:
    source = ordinary(step_s=60.0).source(letterhead(paper="letter"))
    later = fact(300 * 60, "addendum", session=SESSION, actor="dl", ordinal=1_000, text="Well.")
    config = house(tmp_path, source, signature(source), later)
    config.write_text(CONFIG.replace("Harbour", "Hill"), encoding="utf-8")
    done = run(config, "report", "verify", SESSION)
    assert done.exit_code == 0, done.output
    assert "as signed by Łucja Dąbrowska" in done.output


@pytest.mark.requirement("RPT-032")
def test_a_report_that_cannot_be_made_again_is_told(tmp_path: Path) -> None:
    source = ordinary(step_s=60.0).source()
    forged = fact(30 * 60, "event", session=SESSION, ordinal=1_001, event="note", grade="")
    config = house(tmp_path, source, signature(source), forged)
    done = run(config, "report", "verify", SESSION)
    assert done.exit_code == EXIT_FAILED
    assert "not the one that was signed" in done.output
    assert "audit verify" in done.output


@pytest.mark.requirement("RPT-027")
def test_the_kept_file_of_a_signature_is_written_and_verified_not_one_made_again(
    tmp_path: Path,
) -> None:
    source = ordinary(step_s=60.0).source()
    document = report_pdf(signing_now(source)) + b"% as another version would lay it out"
    filed = Filed(session=SESSION, document=document)
    config = house(tmp_path, source, signature(source, document), filed=filed)
    out = tmp_path / "report.pdf"
    assert run(config, "report", SESSION, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == document
    done = run(config, "report", "--day", DAY, "--out", str(tmp_path))
    assert (tmp_path / f"{SESSION}.pdf").read_bytes() == document, done.output
    done = run(config, "report", "verify", SESSION)
    assert (done.exit_code, "the kept file" in done.output) == (0, True), done.output
    letter = run(config, "report", SESSION, "--paper", "letter", "--out", str(out))
    assert letter.exit_code == 0
    assert round(pdfium.PdfDocument(out.read_bytes())[0].get_size()[0] / 72 * 25.4, 1) == 215.9


@pytest.mark.requirement("RPT-028")
def test_a_kept_file_that_was_changed_is_told_and_never_written(tmp_path: Path) -> None:
    source = ordinary(step_s=60.0).source()
    filed = Filed(session=SESSION, document=report_pdf(signing_now(source)))
    config = house(tmp_path, source, signature(source), filed=filed)
    with closing(sqlite3.connect(tmp_path / "chairside.db")) as connection, connection:
        connection.execute("UPDATE documents SET document = CAST(document || x'00' AS BLOB)")
    out = tmp_path / "report.pdf"
    for words in (("report", SESSION, "--out", str(out)), ("report", "verify", SESSION)):
        done = run(config, *words)
        assert done.exit_code == EXIT_FAILED
        assert "the kept document is not the one that was signed" in done.output
        assert "compare it with the backup" in done.output
    assert not out.exists()


@pytest.mark.requirement("RPT-032")
def test_what_was_never_signed_is_not_verified(tmp_path: Path) -> None:
    config = house(tmp_path, seated().source())
    done = run(config, "report", "verify", SESSION)
    assert done.exit_code == EXIT_FAILED
    assert "is not signed" in done.output


@pytest.mark.requirement("RPT-033")
def test_downtime_sheets_are_prefilled_where_somebody_sits(tmp_path: Path) -> None:
    rows = ordinary(step_s=60.0)
    rows.facts = [one for one in rows.facts if one.at_us < NOON_US + 47 * 60_000_000]
    config = house(tmp_path, rows.source())
    out = tmp_path / "down.pdf"
    done = run(config, "downtime", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "2 chairs, 1 of them seated" in done.output
    document = pdfium.PdfDocument(out.read_bytes())
    first = document[0].get_textpage().get_text_range()
    assert "Known so far" in first
    assert "ketamine 2 mg/ml" in first
    assert "chair 1 window" in first
    last = document[len(document) - 1].get_textpage().get_text_range()
    assert "To fill in" in last
    assert "ketamine" not in last
