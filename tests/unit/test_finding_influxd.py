"""Which InfluxDB the tests and the demo take."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.influxd.server import FIND, named

pytestmark = pytest.mark.requirement("HOU-004")


def find(tmp_path: Path, path: Path | None = None) -> str | None:
    """What `find.sh --no-build` prints with this folder first on PATH; None when it fails."""
    environ = {
        "PATH": f"{path}:/usr/bin:/bin" if path else "/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }
    said = subprocess.run(
        [FIND, "--no-build"], env=environ, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() if said.returncode == 0 else None


def script(path: Path, says: str) -> Path:
    """A program that says one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_server_named_by_the_environment_comes_first() -> None:
    account = named({"CHAIRSIDE_INFLUXDB_URL": "http://db:8086/", "CHAIRSIDE_INFLUXDB_TOKEN": "t"})
    assert account is not None
    assert (account.url, account.org, account.token) == ("http://db:8086", "clinic", "t")
    assert named({}) is None


def test_an_influxd_2_on_the_path_comes_before_the_cache(tmp_path: Path) -> None:
    script(tmp_path / "cache" / "chairside" / "influxd-2.7.12" / "influxd", "cached")
    installed = script(tmp_path / "bin" / "influxd", "InfluxDB v2.7.11 (git: fbf5d4ab5e)")
    assert find(tmp_path, tmp_path / "bin") == str(installed)


def test_an_influxd_1_on_the_path_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "influxd", "InfluxDB v1.6.7~rc0 (git: unknown unknown)")
    assert find(tmp_path, tmp_path / "bin") is None
    cached = script(tmp_path / "cache" / "chairside" / "influxd-2.7.12" / "influxd", "cached")
    assert find(tmp_path, tmp_path / "bin") == str(cached)


def test_where_it_cannot_be_built_it_says_all_that_is_lacking(tmp_path: Path) -> None:
    for tool in ("sed", "dirname", "sh", "grep"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    said = subprocess.run(
        [FIND],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "LANG": os.environ.get("LANG", "C")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    for fix in ("rustc-web cargo-web", "gcc libc6-dev", "pkg-config", "git"):
        assert f"(apt-get install {fix})" in said.stderr
