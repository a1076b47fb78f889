"""Fixtures that several folders share: real servers, a browser, and no silent skip in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests import servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CI = os.environ.get("CI") == "true"
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing(program: str, fix: str) -> None:
    """Skip with one line that says what to install; in CI that is a failure."""
    text = f"no {program} here: {fix}"
    if CI:
        pytest.fail(text)
    pytest.skip(text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI nothing may be skipped."""
    report: pytest.TestReport = yield  # type: ignore[assignment]  # pluggy sends the result
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report  # type: ignore[return-value]  # pluggy takes it from here


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of minutes run only behind `make soak`."""
    if os.environ.get("CHAIRSIDE_SOAK"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if item not in soak]


@pytest.fixture(scope="session")
def influxd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influxd]:
    """One real InfluxDB for the whole run of this process."""
    try:
        server = servers.influxd(tmp_path_factory.mktemp("influxd"))
    except FileNotFoundError:
        missing("influxd 2.x", "run `make influxd`")
        raise
    server.start()
    server.set_up()
    yield server
    server.stop()


@pytest.fixture
def influxd(influxd_server: servers.Influxd) -> servers.Influxd:
    """The real InfluxDB with an empty bucket of this test's own, named by `bucket`."""
    influxd_server.bucket = influxd_server.new_bucket(f"test-{uuid4().hex[:12]}")
    return influxd_server


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[servers.Mosquitto]:
    """A real broker with the shipped configuration, started."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    try:
        server = servers.mosquitto(folder)
    except FileNotFoundError:
        missing("mosquitto", "apt-get install mosquitto")
        raise
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    program = servers.find("chromium")
    if program is None:
        missing("chromium", "apt-get install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where a browser is used

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()
