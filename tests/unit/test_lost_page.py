"""What a browser may keep for the time without a service, as the service serves it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from monitor.web.guard import Guard, Hosts
from monitor.web.lost import WORKER, worker_address
from monitor.web.pages import COPY_FRAME, COPY_PAGES, FRAME, PAGES, WEB, Page, add_pages

NAMED = re.compile(r'"(/lost/[^"]+)"')
IMPORTED = re.compile(r'^import .* from "\./([^"]+)"', re.MULTILINE)


def served(pages: Sequence[Page] = PAGES, frame: str = FRAME) -> httpx.AsyncClient:
    """The pages behind the guard, asked without a socket."""
    app = FastAPI()
    add_pages(app, pages, frame=frame)
    asked = httpx.ASGITransport(Guard(app, Hosts(frozenset({"clinic"}))))
    return httpx.AsyncClient(transport=asked, base_url="http://clinic")


@pytest.mark.requirement("UIX-102")
async def test_all_that_the_worker_keeps_is_served_and_is_all_that_its_page_names() -> None:
    client = served()
    worker = await client.get(WORKER)
    assert worker.headers["content-type"].startswith("text/javascript")
    kept = set(NAMED.findall(worker.text))
    for path in kept:
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    page = (await client.get("/lost/page")).text
    assert set(NAMED.findall(page)) <= kept
    scripts = {path for path in kept if path.endswith(".js")}
    imported = set[str]()
    for path in scripts:
        text = (await client.get(path)).text
        imported |= {f"/lost/js/{name}" for name in IMPORTED.findall(text)}
    assert imported <= scripts
    assert scripts - imported == {"/lost/js/lost-page.js"}


@pytest.mark.requirement("UIX-102")
def test_a_changed_page_is_another_edition(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "lost.html").write_text("lost", encoding="utf-8")
    first = worker_address(tmp_path)
    worker_address.cache_clear()
    assert worker_address(tmp_path) == first
    (tmp_path / "static" / "one.css").write_text("a", encoding="utf-8")
    worker_address.cache_clear()
    assert worker_address(tmp_path) != first


@pytest.mark.requirement("UIX-102")
async def test_each_page_names_the_worker_and_a_read_only_copy_has_none() -> None:
    assert f'data-worker="{worker_address(WEB)}"' in (await served().get("/")).text
    copy = served(pages=COPY_PAGES, frame=COPY_FRAME)
    assert "worker" not in (await copy.get("/")).text
    assert (await copy.get(WORKER)).status_code == 404
