"""The unit files of systemd that are shipped: they agree, sound, and are confined."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.sentry import UNPROVED_S
from monitor.shipped import config_folder
from tests.conftest import missing

SERVICE, WATCHDOG = "chairside.service", "chairside-watchdog.service"
EXPOSURE_MAX = 20
"""Tenths of systemd's own scale, on which an unconfined service has 96."""


def unit(name: str) -> dict[str, str]:
    """The settings of a shipped unit."""
    lines = (config_folder() / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")


@pytest.fixture
def systemd_analyze() -> str:
    """The program that judges units."""
    return shutil.which("systemd-analyze") or missing("systemd-analyze", "install systemd")


@pytest.mark.requirement("WDG-007")
def test_the_units_are_shipped_and_agree_with_one_another() -> None:
    service, second = unit(SERVICE), unit(WATCHDOG)
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "main")
    assert float(service["WatchdogSec"]) == UNPROVED_S
    assert service["Restart"] == second["Restart"] == "always"
    folder = Path(service["ExecStart"].split("--config ")[1]).parent
    assert Path(second["ExecStart"].split("--heartbeat ")[1]).parent == folder
    assert service["ReadWritePaths"] == str(folder) == f"/var/lib/{service['StateDirectory']}"
    assert "-m monitor.watchdog" in second["ExecStart"]


@pytest.mark.requirement("WDG-011")
def test_no_start_stop_or_restart_of_the_service_ends_or_delays_the_second_process() -> None:
    held, second = unit(SERVICE), unit(WATCHDOG)
    bonds = {"PartOf", "BindsTo", "Requires", "Requisite", "StopPropagatedFrom", "After"}
    assert not [bond for bond in bonds if SERVICE in second.get(bond, "")]
    assert WATCHDOG in held["Wants"]
    passed_on = {"PropagatesStopTo", "Conflicts", "Before"}
    assert not [bond for bond in passed_on if WATCHDOG in held.get(bond, "")]


@pytest.mark.requirement("WDG-009")
def test_the_second_process_may_use_the_sound_card_and_says_what_to_install() -> None:
    second = unit(WATCHDOG)
    assert second["SupplementaryGroups"] == "audio"
    assert second["DeviceAllow"] == "char-alsa rw"
    text = (config_folder() / WATCHDOG).read_text(encoding="utf-8")
    assert "alsa-utils" in text
    assert "--test" in text


@pytest.mark.requirement("WDG-010")
@pytest.mark.parametrize("name", [SERVICE, WATCHDOG])
def test_a_unit_is_confined(name: str) -> None:
    held = unit(name)
    for setting in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "RestrictNamespaces"):
        assert held[setting] == "yes"
    assert (held["ProtectSystem"], held["DevicePolicy"]) == ("strict", "closed")
    assert held["CapabilityBoundingSet"] == ""
    assert held["User"] == "chairside"


@pytest.mark.requirement("WDG-010")
@pytest.mark.parametrize("name", [SERVICE, WATCHDOG])
def test_systemd_takes_a_unit_and_finds_it_confined(
    name: str, tmp_path: Path, systemd_analyze: str
) -> None:
    for one in (SERVICE, WATCHDOG):
        text = (config_folder() / one).read_text(encoding="utf-8")
        # The program itself is not installed where tests run.
        there = text.replace("/opt/chairside/bin/python", shutil.which("true") or "")
        there = there.replace("/opt/chairside/bin/chairside", shutil.which("true") or "")
        (tmp_path / one).write_text(there, encoding="utf-8")
    where = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    verify = [systemd_analyze, "verify", "--man=no", str(tmp_path / name)]
    verified = subprocess.run(verify, capture_output=True, text=True, check=False, env=where)
    assert (verified.returncode, verified.stderr) == (0, "")
    threshold = f"--threshold={EXPOSURE_MAX}"
    judge = [systemd_analyze, "security", "--offline=true", threshold, str(tmp_path / name)]
    judged = subprocess.run(judge, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout
