"""The desk: who gets in where, for how long, and what guessing meets. Time is handed in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from monitor.clinic import Person, Role
from monitor.clock import Clock
from monitor.errors import NotAllowed, NotSignedIn, TriedTooOften
from monitor.people import Attempt, Enrolled, Hasher, Method, People, Permission
from monitor.people import desk as bounds
from monitor.people.sign_ins import SHIFT_S, SIGN_INS_MAX, SignIns
from monitor.store.staff import StaffFile

PIN, PASSWORD = "471902", "gravel lantern oboe tide"
WALL, ELSEWHERE = "wall-1", "192.0.2.7"
IDLE_S = 900.0
_T = TypeVar("_T")


@dataclass
class Door:
    """A clinic's desk with a nurse, a clinician and an administrator, and one enrolled display."""

    file: StaffFile
    hasher: Hasher
    now_s: float = 0.0
    notes: list[tuple[str, str | None, dict[str, Any]]] = field(default_factory=list)

    def open(self, published_pin: str = "") -> People:
        clock = Clock(lambda: self.now_s, epoch_us=0)
        people = People(self.file, self.hasher, clock, idle_s=IDLE_S, published_pin=published_pin)
        people.listen(lambda *note: self.notes.append(note))
        return people

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.notes]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    file, hasher = StaffFile(tmp_path / "staff.db"), Hasher("pepper", rounds=1, memory_kib=64)
    file.create()
    for person, role in (("rk", Role.NURSE), ("dl", Role.CLINICIAN), ("adm", Role.ADMINISTRATOR)):
        file.add(Person(id=person, name=person.upper(), role=role), by="os:test", at_us=0)
        for method, secret in ((Method.PIN, PIN), (Method.PASSWORD, PASSWORD)):
            kept = hasher.hash(method, person, secret)
            file.keep_secret(person, method, kept, by="os:test", at_us=0)
    file.enrol(Enrolled(id=WALL, name="wall", enrolled_by="adm", enrolled_us=0))
    return Door(file, hasher)


def attempt(
    account: str = "rk",
    secret: str = PIN,
    *,
    method: Method = Method.PIN,
    display: str = WALL,
    address: str = ELSEWHERE,
) -> Attempt:
    return Attempt(account=account, method=method, secret=secret, display=display, address=address)


def run(story: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    return asyncio.run(story())


@pytest.mark.requirement("PPL-020")
def test_a_pin_counts_at_an_enrolled_display_and_a_password_everywhere(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        assert await people.sign_in(attempt())
        assert await people.sign_in(attempt(secret=PASSWORD, method=Method.PASSWORD, display=""))
        for display in ("", "wall-2"):
            with pytest.raises(NotSignedIn, match="not enough here"):
                await people.sign_in(attempt(display=display))
        door.file.revoke(WALL, by="os:test", at_us=1)
        with pytest.raises(NotSignedIn, match="not enough here"):
            await people.sign_in(attempt())

    run(story)


@pytest.mark.requirement("PPL-021")
def test_unknown_disabled_and_wrong_are_told_in_the_same_words(door: Door) -> None:
    async def said(one: Attempt) -> str:
        with pytest.raises(NotSignedIn) as refused:
            await people.sign_in(one)
        return str(refused.value)

    people = door.open()
    door.file.disable("dl", disabled=True, by="os:test", at_us=1)

    async def story() -> set[str]:
        return {
            await said(attempt(secret="000000")),
            await said(attempt("nobody")),
            await said(attempt("dl")),
        }

    assert len(run(story)) == 1


@pytest.mark.requirement("PPL-022")
def test_a_sign_in_ends_when_idle_and_after_a_shift_however_busy(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        idle = await people.sign_in(attempt())
        door.now_s = IDLE_S - 1.0
        visit = await people.visit(idle, WALL)
        assert visit is not None
        assert visit.left_s == 1.0
        door.now_s = IDLE_S
        assert await people.visit(idle, WALL) is None
        with pytest.raises(NotSignedIn, match="nobody is signed in"):
            await people.acting(idle, WALL, Permission.CARE)
        busy, began_s = await people.sign_in(attempt()), door.now_s
        while door.now_s + IDLE_S / 2 < began_s + SHIFT_S:
            door.now_s += IDLE_S / 2
            assert (await people.acting(busy, WALL, Permission.CARE)).id == "rk"
        door.now_s = began_s + SHIFT_S
        with pytest.raises(NotSignedIn):
            await people.acting(busy, WALL, Permission.CARE)

    run(story)


@pytest.mark.requirement("PPL-023")
def test_looking_at_who_is_signed_in_prolongs_nothing(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        token = await people.sign_in(attempt())
        for door.now_s in range(0, int(IDLE_S), 10):
            assert await people.visit(token, WALL) is not None
        door.now_s = IDLE_S
        assert await people.visit(token, WALL) is None

    run(story)


@pytest.mark.requirement("PPL-024")
@pytest.mark.parametrize("how", ["sign-out", "another sign-in", "disabled", "revoked", "moved"])
def test_a_token_is_worth_nothing_from_the_moment_it_should_not_be(door: Door, how: str) -> None:
    async def story() -> None:
        people, display = door.open(), WALL
        token = await people.sign_in(attempt())
        await people.acting(token, WALL, Permission.CARE)
        if how == "sign-out":
            people.sign_out(token)
        elif how == "another sign-in":
            await people.sign_in(attempt("dl"), replaced=token)
        elif how == "disabled":
            door.file.disable("rk", disabled=True, by="os:test", at_us=1)
        elif how == "revoked":
            door.file.revoke(WALL, by="os:test", at_us=1)
        else:
            display = ""
        with pytest.raises(NotSignedIn):
            await people.acting(token, display, Permission.CARE)

    run(story)


@pytest.mark.requirement("PPL-024")
def test_a_cookie_taken_from_an_enrolled_display_is_worth_nothing_elsewhere(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        token = await people.sign_in(attempt(secret=PASSWORD, method=Method.PASSWORD))
        with pytest.raises(NotSignedIn):
            await people.acting(token, "", Permission.CARE)
        with pytest.raises(NotSignedIn):
            await people.acting(token, WALL, Permission.CARE)

    run(story)


@pytest.mark.requirement("PPL-025")
def test_each_role_acts_where_it_has_leave_and_nowhere_else(door: Door) -> None:
    async def story() -> dict[str, set[Permission]]:
        people, granted = door.open(), dict[str, set[Permission]]()
        for account in ("rk", "dl", "adm"):
            token = await people.sign_in(attempt(account))
            granted[account] = set()
            for permission in Permission:
                try:
                    await people.acting(token, WALL, permission)
                except NotAllowed:
                    continue
                granted[account].add(permission)
        return granted

    assert run(story) == {
        "rk": {Permission.CARE},
        "dl": {Permission.CARE, Permission.SIGN, Permission.WHAT_IF},
        "adm": {Permission.ENROL, Permission.MANAGE},
    }


@pytest.mark.requirement("PPL-026")
def test_after_five_wrong_tries_the_right_pin_waits_too_and_a_colleague_does_not(
    door: Door,
) -> None:
    async def story() -> None:
        people = door.open()
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                await people.sign_in(attempt(secret="000000"))
        with pytest.raises(TriedTooOften, match="too many tries"):
            await people.sign_in(attempt(secret="000000"))
        with pytest.raises(TriedTooOften):
            await people.sign_in(attempt())
        assert await people.sign_in(attempt("dl"))
        assert await people.sign_in(attempt(secret=PASSWORD, method=Method.PASSWORD, display=""))
        door.now_s = 30.0
        assert await people.sign_in(attempt())

    run(story)
    assert door.kinds().count("sign-in refused") == 5
    assert door.kinds().count("locked out") == 1


@pytest.mark.requirement("PPL-026")
def test_tries_made_all_at_once_count_too(door: Door) -> None:
    async def story() -> list[Any]:
        people = door.open()
        tries = [people.sign_in(attempt(secret=f"{number:06d}")) for number in range(20)]
        return await asyncio.gather(*tries, return_exceptions=True)

    looked_at = [kind for kind in (run(story), door.kinds())[1] if kind == "sign-in refused"]
    assert len(looked_at) == 5


async def tries_until_held_up(people: People, guesses: Iterable[Attempt]) -> int:
    """How many of these wrong tries are looked at."""
    for count, guess in enumerate(guesses):
        try:
            await people.sign_in(guess)
        except NotSignedIn:
            continue
        except TriedTooOften:
            return count + 1
    raise AssertionError("nothing held them up")


@pytest.mark.requirement("PPL-027")
def test_a_place_that_tries_many_accounts_is_held_up_and_other_places_are_not(door: Door) -> None:
    guesses = (
        attempt(f"u{number}", PASSWORD, method=Method.PASSWORD, display="") for number in range(200)
    )

    async def story() -> None:
        people = door.open()
        assert await tries_until_held_up(people, guesses) == bounds.TRIES_PLACE_FREE
        assert await people.sign_in(attempt())

    run(story)
    assert {data["account"] for _, _, data in door.notes if "account" in data} == {"unknown"}


@pytest.mark.requirement("PPL-027")
def test_one_account_tried_from_everywhere_is_held_up_in_the_end(door: Door) -> None:
    guesses = (
        attempt(secret="x" * 12, method=Method.PASSWORD, display="", address=f"198.51.100.{number}")
        for number in range(200)
    )

    async def story() -> None:
        assert await tries_until_held_up(door.open(), guesses) == bounds.TRIES_ACCOUNT_FREE

    run(story)


class Held(Hasher):
    """A hasher that takes until it is let go."""

    def __init__(self) -> None:
        super().__init__("pepper", rounds=1, memory_kib=64)
        self.let_go = threading.Event()

    def matches(self, kept: str | None, method: Method, person: str, secret: str) -> bool:
        assert self.let_go.wait(20.0)
        return super().matches(kept, method, person, secret)


def test_more_sign_ins_at_once_than_can_wait_are_told_so(door: Door) -> None:
    hasher = Held()
    door.hasher = hasher

    async def story() -> list[BaseException | None]:
        people, turned_away = door.open(), set[asyncio.Task[str]]()
        crowd = {
            asyncio.create_task(people.sign_in(attempt(f"u{number}", address=f"a{number}")))
            for number in range(bounds.CHECKS_WAITING_MAX + 5)
        }
        while len(turned_away) < 5:
            waiting = crowd - turned_away
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            turned_away |= done
        hasher.let_go.set()
        await asyncio.wait(crowd)
        return [one.exception() for one in turned_away]

    told = run(story)
    assert len(told) == 5
    assert all(isinstance(one, TriedTooOften) and "at once" in str(one) for one in told)


class Watched(Hasher):
    """A hasher that notes where it runs, and how many of it at once."""

    def __init__(self) -> None:
        super().__init__("pepper", rounds=1, memory_kib=8_192)
        self.threads: set[int] = set()
        self.running = self.most = 0
        self._lock, self._pair = threading.Lock(), threading.Barrier(2, timeout=20.0)

    def matches(self, kept: str | None, method: Method, person: str, secret: str) -> bool:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.threads.add(threading.get_ident())
        self._pair.wait()
        try:
            return super().matches(kept, method, person, secret)
        finally:
            with self._lock:
                self.running -= 1


@pytest.mark.requirement("PPL-040")
def test_the_slow_check_runs_beside_the_loop_and_two_at_most(door: Door) -> None:
    hasher = Watched()
    door.hasher = hasher
    people = door.open()

    async def story() -> None:
        crowd = [people.sign_in(attempt(f"u{number}", address=f"a{number}")) for number in range(8)]
        await asyncio.gather(*crowd, return_exceptions=True)

    run(story)
    assert threading.get_ident() not in hasher.threads
    assert hasher.most == bounds.CHECKS_AT_ONCE


def test_the_count_of_sign_ins_is_bounded_and_the_idlest_goes() -> None:
    sign_ins = SignIns(IDLE_S)
    tokens = [sign_ins.begin("rk", Method.PIN, "", float(n)) for n in range(SIGN_INS_MAX + 1)]
    assert len(sign_ins) == SIGN_INS_MAX
    assert len(set(tokens)) == SIGN_INS_MAX + 1
    now_s = float(SIGN_INS_MAX)
    assert sign_ins.find(tokens[0], now_s) is None
    assert sign_ins.find(tokens[1], now_s) is not None


@pytest.mark.requirement("PPL-028")
def test_enrolling_takes_an_administrator_and_their_password(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        for account, method, why in (
            ("rk", Method.PASSWORD, "may not do this"),
            ("dl", Method.PASSWORD, "may not do this"),
            ("adm", Method.PIN, "takes your password"),
        ):
            secret = PIN if method is Method.PIN else PASSWORD
            token = await people.sign_in(attempt(account, secret, method=method))
            with pytest.raises(NotAllowed, match=why):
                await people.enrol(token, WALL, "chair 3")
        by_password = attempt("adm", PASSWORD, method=Method.PASSWORD, display="")
        token = await people.sign_in(by_password)
        with pytest.raises(NotAllowed, match="name cannot be used"):
            await people.enrol(token, "", "two\nlines")
        enrolled = await people.enrol(token, "", "chair 3")
        assert await people.sign_in(attempt(display=enrolled.id))
        assert people.display(enrolled.id) == enrolled

    run(story)


@pytest.mark.requirement("PPL-042")
@pytest.mark.parametrize("published", ["", PIN])
def test_a_pin_is_not_enough_away_from_the_bedside_but_in_a_demo(
    door: Door, published: str
) -> None:
    async def story() -> None:
        people = door.open(published)
        by_pin = await people.sign_in(attempt())
        asked = people.acting(by_pin, WALL, Permission.CARE, by_password=True)
        if published:
            assert (await asked).id == "rk"
        else:
            with pytest.raises(NotAllowed, match="takes your password") as refused:
                await asked
            assert "set-password" in refused.value.fix
        assert (await people.acting(by_pin, WALL, Permission.CARE)).id == "rk"
        by_password = await people.sign_in(attempt(secret=PASSWORD, method=Method.PASSWORD))
        await people.acting(by_password, WALL, Permission.CARE, by_password=True)

    run(story)


@pytest.mark.requirement("AUD-017")
def test_an_act_without_leave_is_told_with_who_what_and_why(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        nurse, chief = await people.sign_in(attempt()), await people.sign_in(attempt("adm"))
        for token, permission, by_password in (
            (chief, Permission.CARE, False),
            (nurse, Permission.SIGN, False),
            (nurse, Permission.CARE, True),
        ):
            with pytest.raises(NotAllowed):
                await people.acting(token, WALL, permission, act="do it", by_password=by_password)
        with pytest.raises(NotAllowed):
            await people.acting(nurse, WALL, Permission.SIGN)

    run(story)
    told = [(person, data["act"]) for kind, person, data in door.notes if kind == "refused"]
    assert told == [("adm", "do it"), ("rk", "do it"), ("rk", "do it")]
    whys = [data["text"] for kind, _, data in door.notes if kind == "refused"]
    assert ["no leave to care" in whys[0], "no leave to sign" in whys[1]] == [True, True]
    assert "takes your password" in whys[2]


def test_a_staff_file_that_cannot_be_read_leaves_the_last_state_and_is_told(door: Door) -> None:
    async def story() -> None:
        people = door.open()
        token = await people.sign_in(attempt())
        door.file.path.rename(door.file.path.with_name("away.db"))
        assert (await people.acting(token, WALL, Permission.CARE)).id == "rk"
        assert "cannot be read" in people.status()[0].text
        door.file.path.with_name("away.db").rename(door.file.path)
        await people.visit(token, WALL)
        assert people.status() == []

    run(story)


def test_a_clinic_in_which_nobody_can_act_is_told_so(tmp_path: Path) -> None:
    file = StaffFile(tmp_path / "staff.db")
    file.create()
    door = Door(file, Hasher("pepper", rounds=1, memory_kib=64))
    assert "nobody can sign in" in door.open().status()[0].text


@pytest.mark.requirement("PPL-019")
def test_another_pepper_is_told_and_locks_nobody_out(door: Door) -> None:
    moved = Door(door.file, Hasher("another", rounds=1, memory_kib=64))

    async def story() -> None:
        people = moved.open()
        assert [line.brief for line in people.status()] == ["ANOTHER PEPPER"]
        for _ in range(bounds.TRIES_FREE + 2):
            with pytest.raises(NotSignedIn, match="restore the pepper file from its backup"):
                await people.sign_in(attempt())
        assert moved.kinds() == []
        mended = moved.hasher.hash(Method.PIN, "rk", PIN)
        door.file.keep_secret("rk", Method.PIN, mended, by="os:test", at_us=1)
        assert await people.sign_in(attempt())
        assert door.open().status()[0].brief == "ANOTHER PEPPER"
        for person in ("rk", "dl", "adm"):
            door.file.disable(person, disabled=True, by="os:test", at_us=2)
        assert moved.open().status()[0].brief == "NOBODY CAN SIGN IN"

    run(story)
