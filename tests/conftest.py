"""Fixtures that several folders share: real servers, a browser, and no silent skip in CI."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests import servers
from tests.order import in_order

# A wrong program is to be noticed, the same way every time; nobody reads the smallest example.
settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

CI = os.environ.get("CI") == "true"


def missing(program: str, fix: str) -> NoReturn:
    """Skip with one line that says what to install; in CI that is a failure."""
    text = f"no {program} here: {fix}"
    if CI:
        pytest.fail(text)
    pytest.skip(text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing may be skipped."""
    report = yield
    fail_if_skipped_in_ci(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Neither may a whole module."""
    report = yield
    fail_if_skipped_in_ci(report, collector.nodeid)
    return report


def fail_if_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    """An expected failure is no skip."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped in CI: {report.longrepr}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of minutes run only behind `make soak`; several workers share files in their order."""
    if hasattr(config, "workerinput"):
        place = {file: number for number, file in enumerate(in_order(one.path for one in items))}
        items.sort(key=lambda one: place[one.path])
    if os.environ.get("CHAIRSIDE_SOAK"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if item not in soak]


@pytest.fixture(scope="session")
def influxd_program() -> str:
    """The path of a real influxd 2."""
    try:
        return servers.program_found()
    except FileNotFoundError:
        missing("influxd 2.x", "run `make influxd`")


@pytest.fixture(scope="session")
def influxd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.Account]:
    """A real InfluxDB for the whole run of this process; tests make buckets of their own on it."""
    elsewhere = servers.named()
    if elsewhere is not None:
        yield elsewhere
        return
    program: str = request.getfixturevalue("influxd_program")
    server = servers.influxd(tmp_path_factory.mktemp("influxd"), program)
    server.start()
    server.set_up()
    yield server.account
    server.stop()


@pytest.fixture
def own_influxd(influxd_program: str, tmp_path: Path) -> Iterator[servers.Influxd]:
    """A real InfluxDB of this test's own, set up: it may be stopped, killed and started again."""
    folder = tmp_path / "influxd"
    folder.mkdir()
    server = servers.influxd(folder, influxd_program)
    server.start()
    server.set_up()
    yield server
    server.kill()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[servers.Mosquitto]:
    """A real broker with the shipped configuration, started."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    yield from broker(folder)


@pytest.fixture(scope="module")
def standing_mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Mosquitto]:
    """The same for all tests of a module."""
    yield from broker(tmp_path_factory.mktemp("mosquitto"))


def broker(folder: Path) -> Iterator[servers.Mosquitto]:
    """Started in that folder, and ended at the end."""
    try:
        server = servers.mosquitto(folder)
    except FileNotFoundError:
        missing("mosquitto", "apt-get install mosquitto")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    program = os.environ.get("CHAIRSIDE_CHROMIUM") or servers.find("chromium")
    if program is None:
        missing("chromium", "apt-get install chromium")
    return program


@pytest.fixture(scope="session")
def headless_chromium(chromium: str) -> str:
    """The same engine without a window's frame, where it is installed: half the work a page."""
    named = os.environ.get("CHAIRSIDE_CHROMIUM")
    return named or servers.find("chromium-headless-shell") or chromium
