"""`chairside staff` at a prompt, upon real files: who may sign in, and what is kept of it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import chairside
from monitor.clinic import Person, Role
from monitor.errors import StoreError
from monitor.people import Enrolled, Hasher, Method
from monitor.store import audit
from monitor.store.staff import StaffFile

PIN, PASSWORD = "471902", "gravel lantern oboe tide"
SAMPLE = Path(__file__).parents[2] / "config" / "clinic.toml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A clinic's configuration in a folder of its own."""
    path = tmp_path / "clinic.toml"
    path.write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def run(config: Path, *words: str, typed: str = "") -> Result:
    """`chairside WORDS` with that typed at the prompt."""
    return CliRunner().invoke(chairside, [*words, "--config", str(config)], input=typed)


def add(config: Path, person: str, role: str, secret: str) -> Result:
    return run(
        config,
        *("staff", "add", person, "--name", f"Name {person}", "--role", role),
        typed=f"{secret}\n{secret}\n",
    )


def in_another_process(path: Path, count: int) -> None:
    """Add that many people by a Python of its own."""
    code = (
        "import sys; from pathlib import Path; from monitor.clinic import Person, Role;"
        "from monitor.store.staff import StaffFile; file = StaffFile(Path(sys.argv[1]));"
        "[file.add(Person(id=f'p{n}', name=f'P{n}', role=Role.NURSE), by='os:b', at_us=n)"
        " for n in range(int(sys.argv[2]))]"
    )
    done = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code, str(path), str(count)])
    assert done == 0


@pytest.mark.requirement("PPL-010")
def test_staff_are_added_listed_disabled_and_given_secrets(config: Path) -> None:
    assert add(config, "rk", "nurse", PIN).exit_code == 0
    assert add(config, "adm", "administrator", PASSWORD).exit_code == 0
    assert run(config, "staff", "set-password", "rk", typed=f"{PASSWORD}\n" * 2).exit_code == 0
    assert run(config, "staff", "set-pin", "adm", typed=f"{PIN}\n" * 2).exit_code == 0
    assert run(config, "staff", "disable", "adm").output == "adm: disabled\n"
    lines = run(config, "staff", "list").output.splitlines()
    assert [line.split() for line in lines] == [
        ["adm", "administrator", "Name", "adm", "disabled"],
        ["rk", "nurse", "Name", "rk", "password", "and", "pin"],
    ]
    run(config, "staff", "enable", "adm")
    roll = StaffFile(config.with_name("staff.db")).read()
    member = roll.member("rk")
    assert member is not None
    pepper = config.with_name("staff.pepper").read_text().strip()
    assert Hasher(pepper).matches(member.hashes[Method.PIN], Method.PIN, "rk", PIN)
    assert roll.member("adm") is not None


@pytest.mark.requirement("PPL-010")
def test_another_role_counts_and_is_in_the_audit(config: Path) -> None:
    add(config, "rk", "nurse", PIN)
    file = StaffFile(config.with_name("staff.db"))
    assert run(config, "staff", "set-role", "rk", "clinician").output == "rk: clinician\n"
    member = file.read().member("rk")
    assert member is not None
    assert member.person.role is Role.CLINICIAN
    last = json.loads(file.acts()[-1].act)
    assert (last["kind"], last["data"]) == ("role set", {"id": "rk", "role": "clinician"})
    assert run(config, "staff", "set-role", "rk", "boss").exit_code == 2


BY_HAND = [
    ("UPDATE staff SET role = 'clinician' WHERE id = 'rk'", "role of 'rk' in staff is 'clinician'"),
    ("UPDATE staff SET role = 'boss' WHERE id = 'rk'", "role of 'rk' in staff is 'boss'"),
    ("UPDATE staff SET name = 'X' WHERE id = 'rk'", "name of 'rk' in staff is 'X'"),
    ("UPDATE staff SET disabled = 0 WHERE id = 'mo'", "disabled of 'mo' in staff is 0"),
    ("UPDATE staff SET pin = 'mine' WHERE id = 'rk'", "pin of 'rk' in staff is not the one"),
    ("UPDATE staff SET password = 'p' WHERE id = 'rk'", "password of 'rk' in staff is not the one"),
    (
        "INSERT INTO staff (id, name, role) VALUES ('me', 'M', 'nurse')",
        "row 'me' of staff is there",
    ),
    ("DELETE FROM staff WHERE id = 'mo'", "row 'mo' of staff was added and is not there"),
    ("UPDATE displays SET revoked = 0", "revoked of 'd1' in displays is 0"),
    ("INSERT INTO displays VALUES ('d2', 'D', 'adm', 1, 0)", "row 'd2' of displays is there"),
]


@pytest.mark.requirement("AUD-018")
@pytest.mark.parametrize(("statement", "said"), BY_HAND)
def test_a_row_of_staff_or_displays_written_by_hand_is_named(
    tmp_path: Path, statement: str, said: str
) -> None:
    file = StaffFile(tmp_path / "staff.db")
    file.create()
    for person in ("rk", "mo"):
        file.add(Person(id=person, name=person, role=Role.NURSE), by="os:a", at_us=1)
        file.keep_secret(person, Method.PIN, "$argon2id$x", by="os:a", at_us=2)
    file.set_role("mo", Role.CLINICIAN, by="os:a", at_us=3)
    file.disable("mo", disabled=True, by="os:a", at_us=4)
    file.enrol(Enrolled(id="d1", name="wall", enrolled_by="adm", enrolled_us=5))
    file.revoke("d1", by="os:a", at_us=6)
    assert file.verify()[1] == ""
    with closing(sqlite3.connect(file.path, isolation_level=None)) as connection:
        connection.execute(statement)
    assert said in file.verify()[1]


def test_a_role_that_nobody_knows_is_told_and_ends_nothing(config: Path) -> None:
    add(config, "rk", "nurse", PIN)
    file = StaffFile(config.with_name("staff.db"))
    with closing(sqlite3.connect(file.path, isolation_level=None)) as connection:
        connection.execute("UPDATE staff SET role = 'boss'")
    with pytest.raises(StoreError, match="role 'boss' of 'rk'"):
        file.read()


@pytest.mark.requirement("AUD-018")
def test_secrets_of_before_there_were_digests_are_no_fault(tmp_path: Path) -> None:
    file = StaffFile(tmp_path / "staff.db")
    file.create()
    file.add(Person(id="rk", name="R", role=Role.NURSE), by="os:a", at_us=1)
    with closing(sqlite3.connect(file.path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("UPDATE staff SET pin = '$argon2id$x'")
        act = {"actor": "os:a", "at_us": 2, "data": {"id": "rk"}, "kind": "pin set"}
        audit.extend(connection, [audit.act_text(act)])
        connection.execute("COMMIT")
    assert file.verify()[1] == ""


@pytest.mark.requirement("PPL-011")
def test_the_files_are_private_and_the_pepper_is_not_in_the_staff_file(config: Path) -> None:
    add(config, "rk", "nurse", PIN)
    staff, pepper = config.with_name("staff.db"), config.with_name("staff.pepper")
    for path in (staff, pepper):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(pepper.read_text().strip()) == 64
    assert pepper.read_text().strip().encode() not in staff.read_bytes()
    assert PIN.encode() not in staff.read_bytes()


@pytest.mark.requirement("PPL-012")
@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("staff", "add", "rk", "--name", "R", "--role", "nurse"), PIN, "a 'rk' already"),
        (("staff", "add", "ro", "--name", "name  RK", "--role", "nurse"), PIN, "'Name rk' already"),
        (("staff", "set-role", "nobody", "nurse"), "", "no 'nobody'"),
        (("staff", "add", "r k", "--name", "R", "--role", "nurse"), PIN, "cannot be an id"),
        (("staff", "add", "mo", "--name", "M\tO", "--role", "nurse"), PIN, "name cannot be used"),
        (("staff", "add", "mo", "--name", "M", "--role", "nurse"), "123456", "PIN cannot be used"),
        (("staff", "set-pin", "nobody"), PIN, "no 'nobody'"),
        (("staff", "set-password", "rk"), "short", "password cannot be used"),
        (("staff", "disable", "nobody"), "", "no 'nobody'"),
        (("display", "revoke", "nothing"), "", "no 'nothing'"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_changes_nothing(
    config: Path, words: tuple[str, ...], typed: str, said: str
) -> None:
    add(config, "rk", "nurse", PIN)
    file = StaffFile(config.with_name("staff.db"))
    before = (file.read(), file.acts())
    answer = run(config, *words, typed=f"{typed}\n" * 2)
    assert answer.exit_code == 1
    assert said in answer.output
    assert "why: " in answer.output
    assert "fix: " in answer.output
    assert (file.read(), file.acts()) == before


@pytest.mark.requirement("PPL-013")
def test_a_pepper_that_is_gone_or_open_to_others_is_told_and_nothing_is_made(config: Path) -> None:
    add(config, "rk", "nurse", PIN)
    pepper = config.with_name("staff.pepper")
    pepper.chmod(0o644)
    opened = run(config, "staff", "list")
    assert (opened.exit_code, "can be read by others" in opened.output) == (3, True)
    pepper.unlink()
    gone = run(config, "staff", "list")
    assert (gone.exit_code, "is gone" in gone.output) == (3, True)
    assert not pepper.exists()


@pytest.mark.requirement("PPL-019", "PPL-015")
def test_the_doctor_says_whether_anybody_can_act(config: Path) -> None:
    def finding() -> dict[str, str]:
        lines = run(config, "doctor", "--json").output.splitlines()
        return next(one for line in lines if (one := json.loads(line))["check"] == "staff")

    assert finding()["state"] == "warn"
    add(config, "adm", "administrator", PASSWORD)
    assert (finding()["state"], finding()["seen"][:6]) == ("warn", "0 of 1")
    assert "chairside staff set-password rk" in add(config, "rk", "nurse", PIN).output
    assert finding()["state"] == "warn"
    assert finding()["seen"].endswith("without a password, so without limits and exports: rk")
    assert "set-password" in finding()["fix"]
    run(config, "staff", "set-password", "rk", typed=f"{PASSWORD}\n" * 2)
    assert finding()["state"] == "ok"
    pepper = config.with_name("staff.pepper")
    kept = pepper.read_text()
    pepper.write_text("another\n")
    assert (finding()["state"], finding()["seen"][-7:]) == ("fail", "adm, rk")
    assert "restore the pepper file" in finding()["fix"]
    pepper.write_text(kept)
    assert finding()["state"] == "ok"
    pepper.chmod(0o644)
    assert finding()["state"] == "fail"
    assert "chmod 600" in finding()["fix"]


def test_a_file_that_is_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a staff file"):
        StaffFile(path).create()
    assert path.read_bytes() == before


@pytest.mark.requirement("AUD-004")
def test_every_change_of_staff_is_in_the_audit_with_who_and_when(config: Path) -> None:
    add(config, "rk", "nurse", PIN)
    run(config, "staff", "disable", "rk")
    acts = [json.loads(link.act) for link in StaffFile(config.with_name("staff.db")).acts()]
    assert [act["kind"] for act in acts] == ["staff added", "pin set", "staff disabled"]
    assert all(act["actor"].startswith("os:") for act in acts)
    assert all(act["data"]["id"] == "rk" for act in acts)
    times = [act["at_us"] for act in acts]
    assert times == sorted(times)
    assert "$argon2" not in json.dumps(acts)


def test_two_processes_that_change_staff_at_once_keep_one_chain(tmp_path: Path) -> None:
    file = StaffFile(tmp_path / "staff.db")
    file.create()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(in_another_process, file.path, 40)
        for number in range(40):
            person = Person(id=f"q{number}", name=f"Q{number}", role=Role.NURSE)
            file.add(person, by="os:a", at_us=number)
        other.result()
    held, fault = file.verify()
    assert (held.number, fault) == (80, "")
    assert len(file.read().members) == 80
