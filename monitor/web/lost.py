"""What a browser keeps for the time when no service answers: the page MONITORING LOST.

A service worker keeps that page and shows it instead of the browser's own error.
Its parts stand under a path of their own, so that they are never mixed with those
of a live page of another version.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

WORKER = "/lost-worker.js"
"""At the root: a service worker answers for what lies beside and below it."""
PAGE = Path("templates", "lost.html")


@cache
def worker_address(web: Path) -> str:
    """The worker with the edition of the pages below `web`.

    A browser that kept the page of another edition keeps this one's from then on.
    """
    digest = hashlib.sha256()
    for path in [web / PAGE, *sorted(one for one in (web / "static").rglob("*") if one.is_file())]:
        digest.update(path.read_bytes())
    return f"{WORKER}?v={digest.hexdigest()[:12]}"


def add_lost(app: FastAPI, web: Path) -> None:
    """Serve the worker, the page and under /lost what the page is made of."""

    async def worker() -> FileResponse:
        return FileResponse(web / "static" / "js" / "lost-worker.js", media_type="text/javascript")

    async def page() -> FileResponse:
        return FileResponse(web / PAGE)

    app.add_api_route(WORKER, worker, include_in_schema=False)
    app.add_api_route("/lost/page", page, include_in_schema=False)
    app.mount("/lost", StaticFiles(directory=web / "static"))
