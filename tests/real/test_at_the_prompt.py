"""`chairside` as a shell finds it: quick, without colours, completed, and told of a bad file."""

from __future__ import annotations

import asyncio
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from monitor.cli import EXIT_CONFIG
from monitor.operations import validating
from monitor.operations.rereading import Rereading
from tests.conftest import missing
from tests.guarded import SERVE, running, written
from tests.servers import ROOT

CHAIRSIDE = [sys.executable, "-m", "monitor.cli"]
CPU_S_MAX = 0.5
SHIPPED = ROOT / "config" / "clinic.toml"
FAULTS = {
    "[record]": "[record]\nbogus = 3",
    'listen = "127.0.0.1:8080"': 'listen = "nowhere"',
    "Europe/Lisbon": "Europe/Lisboa",
    '"ansar-b"': '"ansar-c"',
    'label = "1"': "label = 7",
}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run(
        [*CHAIRSIDE, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )


def with_faults(folder: Path) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    for right, wrong in FAULTS.items():
        assert right in text
        text = text.replace(right, wrong, 1)
    path = folder / "bad.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.alone
@pytest.mark.requirement("UIX-107")
def test_help_takes_half_a_second_of_the_machine_at_most() -> None:
    took = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = run("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert "chairside validate --config FILE" in said.stdout
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(took) <= CPU_S_MAX


@pytest.mark.requirement("UIX-107")
def test_every_fault_of_a_file_is_told_with_its_line_and_its_remedy(tmp_path: Path) -> None:
    path = with_faults(tmp_path)
    said = run("validate", "--config", str(path))
    assert said.returncode == EXIT_CONFIG
    assert said.stdout == ""
    lines = path.read_text(encoding="utf-8").splitlines()
    told = said.stderr.splitlines()
    assert told[0] == "error: 5 mistakes in the configuration"
    places = [n for n, line in enumerate(told) if line.startswith(f"{path}:")]
    assert len(places) == len(FAULTS)
    for place in places:
        number = int(told[place].removeprefix(f"{path}:").split(":")[0])
        assert any(wrong.splitlines()[-1] in lines[number - 1] for wrong in FAULTS.values())
        assert told[place + 1].strip().startswith("fix: ")


@pytest.mark.requirement("UIX-108")
@pytest.mark.parametrize("how", ["pipe", "terminal"])
def test_nothing_is_coloured_in_a_pipe_or_where_nobody_wants_it(tmp_path: Path, how: str) -> None:
    bad = with_faults(tmp_path)
    for arguments in (["--help"], ["validate", "--config", str(bad)], ["nonsense"]):
        if how == "pipe":
            said = run(*arguments)
            text = said.stdout + said.stderr
        else:
            text = at_a_terminal([*CHAIRSIDE, *arguments])
        assert text
        assert "\x1b" not in text


def at_a_terminal(command: list[str]) -> str:
    """What it says to a terminal whose person wants no colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"}
    subprocess.run(command, stdout=theirs, stderr=theirs, env=environment, timeout=60, check=False)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65_536):
            said += part
    except OSError:  # the other end is closed and all is read
        pass
    os.close(ours)
    return said.decode()


@pytest.mark.requirement("UIX-108")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_its_completion(tmp_path: Path, shell: str) -> None:
    script = run("completion", shell)
    assert script.returncode == 0
    assert f"_CHAIRSIDE_COMPLETE={shell}_complete" in script.stdout
    if shutil.which(shell) is None:
        missing(shell, f"apt-get install {shell}")
    path = tmp_path / f"chairside.{shell}"
    path.write_text(script.stdout, encoding="utf-8")
    load = (
        f"autoload -Uz compinit && compinit -u && source {path}"
        if shell == "zsh"
        else f"source {path}"
    )
    said = subprocess.run(
        [shell, "-c", load], capture_output=True, text=True, timeout=60, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.requirement("UIX-108")
def test_commands_and_options_are_completed() -> None:
    asked = {
        "COMP_WORDS": "chairside va",
        "COMP_CWORD": "1",
        "_CHAIRSIDE_COMPLETE": "bash_complete",
    }
    program = "from monitor.cli import main; main()"
    said = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'chairside'; {program}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
        timeout=60,
        check=False,
    )
    assert said.stdout.strip() == "plain,validate"


@pytest.mark.requirement("UIX-109")
async def test_a_file_that_was_changed_is_checked_and_told_and_changes_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "clinic.toml"
    good = SHIPPED.read_text(encoding="utf-8")
    path.write_text(good, encoding="utf-8")
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    config, preset = validating.load(path)
    files = Rereading(path, config, preset)
    await files.look()
    assert files.status() == []
    path.write_text(with_faults(tmp_path).read_text(encoding="utf-8"), encoding="utf-8")
    await files.look()
    [line] = files.status()
    assert line.level == "error"
    assert line.text == "config not applied: 5 mistakes in the configuration, line 12"
    path.write_text("[clinic", encoding="utf-8")
    await files.look()
    assert files.status()[0].text.startswith("config not applied: not valid TOML")
    path.unlink()
    await files.look()
    assert files.status()[0].text.startswith("config not applied: cannot read the configuration")
    path.write_text(good.replace("Harbour Infusion", "Harbour"), encoding="utf-8")
    await files.look()
    assert [one.text for one in files.status()] == ["config changed: in force after a restart"]
    path.write_text(good + "# a remark\n", encoding="utf-8")
    await files.look()
    assert files.status() == []


@pytest.mark.requirement("UIX-109")
async def test_a_presets_own_file_is_looked_at_too(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    rules = (ROOT / "config" / "presets" / "ketamine-adult.toml").read_text(encoding="utf-8")
    own.write_text(rules, encoding="utf-8")
    path = tmp_path / "clinic.toml"
    text = SHIPPED.read_text(encoding="utf-8").replace('"ketamine-adult"', '"own.toml"')
    path.write_text(text, encoding="utf-8")
    files = Rereading(path, *validating.load(path))
    own.write_text(rules.replace("HR {p} % of baseline", "HR {q}"), encoding="utf-8")
    await files.look()
    assert files.status()[0].text == "config not applied: 1 mistake in the alarm preset"
    own.write_text(rules.replace("HR {p} % of baseline", "HR {v}"), encoding="utf-8")
    await files.look()
    assert files.status()[0].text == "config changed: in force after a restart"


@pytest.mark.requirement("UIX-109")
async def test_a_running_service_goes_on_and_every_display_says_what_is_wrong(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    path = tmp_path / "clinic.toml"
    good = path.read_text(encoding="utf-8")
    wall = f"http://{good.split('listen = ')[1].split(chr(34))[1]}/api/wall"
    with running(tmp_path, "serve", *SERVE, "--config", str(path)) as service:
        told: list[str] = []

        async def look(wanted: str) -> None:
            async with httpx.AsyncClient() as browser:
                for _ in range(300):
                    try:
                        said = (await browser.get(wall)).json()
                    except httpx.HTTPError:
                        await asyncio.sleep(0.1)
                        continue
                    told[:] = [line["text"] for line in said["status"]]
                    assert said["clinic"] == "Guarded"
                    if wanted in " ".join(told):
                        return
                    await asyncio.sleep(0.1)
            raise AssertionError(f"{wanted!r} is not among {told}")

        await look("")
        path.write_text(good.replace('"Guarded"', "7"), encoding="utf-8")
        await look("config not applied: 1 mistake in the configuration, line 3")
        service.send(signal.SIGHUP)
        path.write_text(good.replace('"Guarded"', '"Other"'), encoding="utf-8")
        await look("config changed: in force after a restart")
        path.write_text(good, encoding="utf-8")
        await look("")
        assert service.process.poll() is None
