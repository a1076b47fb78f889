"""The reports of many sessions in one archive, each as a file of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.conditions import Preset
from monitor.errors import AuditBroken
from monitor.report.gathering import Kept, gathered, signed_pdf
from monitor.report.making import report_pdf
from monitor.report.source import Letterhead

REPORT_BYTES = 500_000
"""More than any report of one page takes, its fonts within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Whose sessions they are, and under which letterhead their reports are made."""

    kept: Kept
    head: Letterhead
    preset: Preset

    def add(self, archive: Path, session: str) -> str:
        """Add a session's report to a zip: a signed one in the bytes that were signed.

        Why it was left out, where those are no longer what they were; else "". Raises
        `StoreError` and `OSError`.
        """
        try:
            made = asyncio.run(self._pdf(session))
        except AuditBroken as broken:
            return broken.what
        info = ZipInfo(f"{session}.pdf")
        info.compress_type = ZIP_DEFLATED
        with ZipFile(archive, "a") as out:
            out.writestr(info, made)
        return ""

    async def _pdf(self, session: str) -> bytes:
        source = await gathered(self.kept, session, self.head, self.preset)
        return await signed_pdf(self.kept, source) or report_pdf(source)
