"""What runs in the idle moments of a long command: neither is lost in the other."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2] / "tools" / "beside.sh"


def beside(line: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BESIDE, line, *command], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.requirement("HOU-009")
def test_a_check_that_fails_is_told_at_once_and_again_after_the_tests(tmp_path: Path) -> None:
    done = tmp_path / "done"
    checks = f"echo wrong type; echo error >&2; touch {done}; exit 3"
    tests = f"until [ -e {done} ]; do :; done; echo tests passed"
    ended = beside(checks, "sh", "-c", tests)
    assert ended.returncode == 3
    assert "wrong type\nerror\n" in ended.stdout
    assert ended.stderr.endswith("wrong type\nerror\n")
    assert f"FAILED beside the tests: {checks}" in ended.stderr


@pytest.mark.requirement("HOU-009")
def test_tests_that_fail_do_so_whatever_the_checks_say() -> None:
    for checks in ("true", "exit 3"):
        assert beside(checks, "sh", "-c", "exit 7").returncode == 7


@pytest.mark.requirement("HOU-009")
def test_where_nothing_fails_the_checks_are_told_once() -> None:
    ended = beside("echo no mistakes", "echo", "tests passed")
    assert ended.returncode == 0
    assert sorted(ended.stdout.splitlines()) == ["no mistakes", "tests passed"]
    assert ended.stderr == ""
