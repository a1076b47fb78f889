"""The wheel holds all that a clinic needs, and what is installed is pinned."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)
ADDRESS = re.compile(r"\b[a-z]+://|--(?:extra-)?index-url|--find-links")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as `pip install` would get it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("chairside-*.whl")
    return built


def below(folder: str) -> set[str]:
    """Every file of the product below a folder of the checkout."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


@pytest.mark.requirement("HOU-002")
def test_the_wheel_holds_the_code_the_pages_and_the_configuration(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    shipped = {name.replace("config/", "monitor/_config/", 1) for name in below("config")}
    assert shipped | below("monitor") | below("simulators") <= held
    assert not [name for name in held if name.startswith(("tests/", "tools/", "benchmarks/"))]


@pytest.mark.requirement("HOU-002")
def test_an_installed_chairside_finds_its_configuration_outside_a_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "from pathlib import Path; from monitor.shipped import config_folder, preset_text;"
        "print(config_folder()); preset_text('ketamine-adult', base=Path.cwd());"
        "from monitor.web.pages import WEB; assert (WEB / 'static').is_dir()"
    )
    said = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == str(tmp_path / "site" / "monitor" / "_config")


@pytest.mark.requirement("HOU-003")
@pytest.mark.parametrize("group", ["run", "dev"])
def test_every_dependency_is_pinned_with_its_hash_and_fits_what_we_declare(group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = list(project["dependencies"])
    if group == "dev":
        declared += project["optional-dependencies"]["dev"]
    text = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    pins = {canonicalize_name(name): Version(number) for name, number, _ in PIN.findall(text)}
    for line in declared:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), line
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.requirement("HOU-003")
def test_what_both_groups_pin_they_pin_alike() -> None:
    run, dev = (
        {name: (number, where) for name, number, where in PIN.findall(path.read_text("utf-8"))}
        for path in (ROOT / "requirements" / "run.txt", ROOT / "requirements" / "dev.txt")
    )
    assert {name: dev[name] for name in run} == run


@pytest.mark.requirement("HOU-003")
def test_no_pinned_file_names_an_address_and_no_lock_of_addresses_exists() -> None:
    pinned = [*ROOT.glob("requirements/*"), ROOT / "package.json", ROOT / ".npmrc"]
    pinned += [ROOT / "tools" / "influxd" / "go.sum"]
    assert [str(path) for path in pinned if ADDRESS.search(path.read_text("utf-8"))] == []
    locks = ["package-lock.json", "uv.lock", "pylock.toml", "poetry.lock"]
    assert [name for name in locks if (ROOT / name).exists()] == []


@pytest.mark.requirement("HOU-003")
def test_the_tools_of_the_pages_have_exact_versions() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    numbers = package["devDependencies"].values()
    assert [one for one in numbers if not re.fullmatch(r"\d+\.\d+\.\d+", one)] == []


def test_every_dependency_says_in_a_line_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in lists for line in block.splitlines()]
    assert len(lists) == 2
    assert [line for line in lines if not re.fullmatch(r'    "[^"]+",  # \S.*', line)] == []
