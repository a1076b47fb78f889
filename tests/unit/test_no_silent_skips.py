"""In CI a skipped test is a failed test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPS = {
    "a test": "import pytest\ndef test_it(): pytest.skip('no server')\n",
    "a module": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
    "a mark": "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it(): ...\n",
}


def run(text: str, folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with our conftest over one small file."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    options = ["-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", *options, "-c", str(folder / "pytest.ini")]
    return subprocess.run(
        [*command, str(folder)],
        cwd=ROOT,
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.requirement("HOU-008")
@pytest.mark.parametrize("what", sorted(SKIPS))
def test_a_skip_fails_in_ci_and_is_told_elsewhere(what: str, tmp_path: Path) -> None:
    in_ci = run(SKIPS[what], tmp_path, "true")
    assert in_ci.returncode in (1, 2), in_ci.stdout
    assert "no server" in in_ci.stdout
    assert "skipped in CI" in in_ci.stdout
    elsewhere = run(SKIPS[what], tmp_path, "")
    assert "1 skipped" in elsewhere.stdout
    assert "failed" not in elsewhere.stdout
