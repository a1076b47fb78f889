"""The record's audit upon real files: no act without its row, no row touched unseen."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import chairside
from monitor.errors import StoreError
from monitor.store import acts, audit
from monitor.store.audit import Anchor
from monitor.store.record import Record
from tests.employed import PASSWORD, employ
from tests.serving import served, sign_in
from tests.stored import as_of_layout, clock, fact, reading, transition

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "config" / "clinic.toml"
KILLS = 12


async def keep(path: Path, count: int = 6) -> None:
    """A record of some acts between readings and the engine's own transitions."""
    async with Record(path, clock=clock()) as record:
        for number in range(count):
            record.add([reading(number), transition(number, "ACTIVE_UNACK", alarm=f"a{number}")])
            record.add([fact(number, "acknowledged", alarm=f"a{number}")])
            seen = transition(number + 0.5, "ACTIVE_ACK", 1, alarm=f"a{number}", actor="rk")
            record.add([seen])
            await record.commit()


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    """A clinic's configuration beside its record and its staff file."""
    path = tmp_path / "clinic.toml"
    path.write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    await keep(tmp_path / "chairside.db")
    answer = run(path, "staff", "add", "adm", "--name", "A", "--role", "administrator")
    assert answer.exit_code == 0, answer.output
    return path


def run(config: Path, *words: str) -> Result:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    return CliRunner().invoke(chairside, [*words, "--config", str(config)], input=typed)


def alter(path: Path, *statements: str) -> None:
    """What somebody with the file and SQLite could do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def checked(path: Path, anchor: Anchor | None = None) -> tuple[Anchor, str]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return acts.verify(connection, anchor)


@pytest.mark.requirement("AUD-010")
async def test_every_act_is_in_the_chain_and_what_no_person_did_is_not(tmp_path: Path) -> None:
    await keep(tmp_path / "clinic.db")
    held, fault = checked(tmp_path / "clinic.db")
    assert (held.number, fault) == (12, "")


OPEN = [f"DROP TRIGGER {name}" for name in sorted(audit.TRIGGERS)]
SLIPPED_IN = (
    "INSERT INTO facts SELECT 999, at_us + 9, 0, 9, session, chair, kind, actor, data"
    " FROM facts WHERE id = {fact}"
)
TOUCHED: list[tuple[Sequence[str], str]] = [
    (["UPDATE facts SET actor = 'mo' WHERE ordinal = 0 AND id = {fact}"], "is not what row"),
    (["UPDATE facts SET data = '{{}}' WHERE id = {fact}"], "is not what row"),
    (["UPDATE facts SET at_us = at_us + 1 WHERE id = {fact}"], "is not what row"),
    (["DELETE FROM facts WHERE id = {fact}"], "is not what row"),
    (["DELETE FROM facts WHERE id = {last_fact}"], "is not what row"),
    (["UPDATE transitions SET actor = 'mo' WHERE id = {step}"], "is not what row"),
    (["UPDATE transitions SET actor = NULL WHERE id = {step}"], "is not what row"),
    (["DELETE FROM transitions WHERE id = {last}"], "no longer holds"),
    (["UPDATE transitions SET actor = 'rk' WHERE actor IS NULL AND id = 2"], "is not what row"),
    ([SLIPPED_IN], "is in no audit"),
    ([*OPEN, "UPDATE audit SET act = replace(act, 'rk', 'mo') WHERE number = 3"], "is not what"),
    ([*OPEN, "DELETE FROM audit WHERE number = 3"], "row 3 is missing"),
    ([*OPEN, "DELETE FROM audit WHERE number = 12"], "was removed"),
    ([*OPEN], "was removed"),
]  # fmt: skip


@pytest.mark.requirement("AUD-011")
@pytest.mark.parametrize(("statements", "said"), TOUCHED)
async def test_whatever_is_touched_is_found_and_told_in_four_parts(
    config: Path, statements: Sequence[str], said: str
) -> None:
    record = config.with_name("chairside.db")
    assert run(config, "audit", "verify").exit_code == 0
    with closing(sqlite3.connect(record)) as connection:
        facts = [one for (one,) in connection.execute("SELECT id FROM facts ORDER BY id")]
        steps = connection.execute("SELECT id FROM transitions WHERE actor IS NOT NULL ORDER BY id")
        taken = [one for (one,) in steps]
    names = {"fact": facts[2], "last_fact": facts[-1], "step": taken[2], "last": taken[-1]}
    alter(record, *(statement.format_map(names) for statement in statements))
    answer = run(config, "audit", "verify")
    assert answer.exit_code == 1
    assert "the audit of the record does not hold" in answer.output
    assert said in answer.output
    assert "fix: " in answer.output


@pytest.mark.requirement("AUD-011")
async def test_a_staff_file_that_was_touched_is_found(config: Path) -> None:
    alter(config.with_name("staff.db"), *OPEN, "UPDATE audit SET act = '{}' WHERE number = 1")
    answer = run(config, "audit", "verify")
    assert (answer.exit_code, "audit of the staff does not hold" in answer.output) == (1, True)


@pytest.mark.requirement("AUD-018")
async def test_a_role_written_by_hand_is_named_by_the_command(config: Path) -> None:
    alter(config.with_name("staff.db"), "UPDATE staff SET role = 'clinician' WHERE id = 'adm'")
    answer = run(config, "audit", "verify")
    assert answer.exit_code == 1
    assert "role of 'adm' in staff is 'clinician' and was set to 'administrator'" in answer.output


@pytest.mark.requirement("AUD-012")
async def test_a_record_written_anew_does_not_pass_through_the_anchor(config: Path) -> None:
    record = config.with_name("chairside.db")
    before = run(config, "audit", "verify").output
    anchor = before.splitlines()[0].rpartition("anchor ")[2]
    assert run(config, "audit", "verify", "--anchor", anchor).exit_code == 0
    alter(record, "UPDATE facts SET actor = 'mo'", "DROP TABLE audit")
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.executescript(audit.SCHEMA)
        acts.chain(connection, 0)
    assert run(config, "audit", "verify").exit_code == 0
    forged = run(config, "audit", "verify", "--anchor", anchor)
    assert (forged.exit_code, "not the one of the anchor" in forged.output) == (1, True)
    assert run(config, "audit", "verify", "--anchor", "12:xyz").exit_code == 1


@pytest.mark.requirement("AUD-013")
def test_kill_9_at_any_instant_leaves_no_act_without_its_audit(tmp_path: Path) -> None:
    path, chance, number = tmp_path / "clinic.db", random.Random(47), 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.real.acts_writer", str(path), str(number)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert writer.stdout is not None
        for _ in range(chance.randrange(1, 40)):
            number = int(writer.stdout.readline()) + 1
        writer.kill()
        rest = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        # One act more may have been committed before it was said.
        number = (int(rest[-1]) if rest else number) + 2
        copy = tmp_path / "copy.db"
        for end in ("", "-wal", "-shm"):
            if (at := path.with_name(path.name + end)).exists():
                shutil.copy(at, copy.with_name(copy.name + end))
        held, fault = checked(copy)
        assert fault == ""
        with closing(sqlite3.connect(copy)) as connection:
            kept = connection.execute("SELECT count(*) FROM facts").fetchone()[0]
        assert held.number == 2 * kept


@pytest.mark.requirement("AUD-013")
async def test_an_act_whose_audit_cannot_be_written_is_not_kept_either(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock()) as record:
        alter(
            path,
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        record.add([fact(1, "acknowledged")])
        with pytest.raises(StoreError):
            await record.commit()
        assert await record.facts("s-1") == []
        assert record.pending == 1
        alter(path, "DROP TRIGGER full")
        await record.commit()
        assert await record.facts("s-1") == [fact(1, "acknowledged")]
    held, fault = checked(path)
    assert (held.number, fault) == (1, "")


@pytest.mark.requirement("AUD-014")
async def test_a_record_from_before_the_audit_is_taken_over_with_its_acts(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    await keep(path)
    alter(path, "DROP TABLE audit", *as_of_layout(2).split(";"))
    async with Record(path, clock=clock()) as record:
        record.add([fact(20, "note")])
        await record.commit()
    held, fault = checked(path)
    assert (held.number, fault) == (13, "")


@pytest.mark.requirement("AUD-015")
async def test_a_running_clinic_is_audited_and_its_acts_are_listed_by_person(
    tmp_path: Path,
) -> None:
    config = tmp_path / "clinic.toml"
    text = SAMPLE.read_text(encoding="utf-8")
    config.write_text(text.replace('"chairside.db"', '"record.db"'), encoding="utf-8")
    async with served(tmp_path, published_pin="") as clinic, clinic.client() as client:
        employ(clinic)
        await sign_in(client, "rk", "not the password", "password")
        await sign_in(client, "rk", PASSWORD, "password")
        session = await clinic.seat(client, "1")
        assert run(config, "audit", "verify").exit_code == 0
        await clinic.enter(client, session, "BASELINE")
        await sign_in(client, "dl", PASSWORD, "password")
        await clinic.enter(client, session, "INFUSION")
        lines = run(config, "audit", "list").output.splitlines()
        by_rk = run(config, "audit", "list", "--person", "rk").output.splitlines()
    acts_told = iter(line[21:] for line in lines)
    for actor, kind in (
        ("-", "sign-in refused"),
        ("rk", "signed in"),
        ("rk", "seated"),
        ("rk", "phase"),
        ("dl", "signed in"),
        ("dl", "phase"),
    ):
        assert any(told.startswith(f"{actor:<14} {kind}") for told in acts_told), (actor, lines)
    assert {line[21:].split()[0] for line in by_rk} == {"rk"}
    assert session in by_rk[-1]
    assert PASSWORD not in "".join(lines)


@pytest.mark.requirement("AUD-016")
async def test_the_service_says_the_anchor_in_its_log_when_it_starts(config: Path) -> None:
    text = config.read_text(encoding="utf-8").partition("[[devices]]")[0]
    config.write_text(text.replace("127.0.0.1:8080", "127.0.0.1:0"), encoding="utf-8")
    anchor = run(config, "audit", "verify").output.splitlines()[0].rpartition(" ")[2]
    command = [sys.executable, "-m", "monitor.cli", "serve", "--config", str(config)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as service:
        assert service.stdout is not None
        assert service.stdout.readline().startswith("wall:")
        service.terminate()
        _, log = service.communicate(timeout=20)
    assert anchor in log
