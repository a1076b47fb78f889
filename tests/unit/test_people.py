"""Roles, PINs and passwords, and what guessing costs."""

from __future__ import annotations

import secrets
import statistics
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clinic import Role
from monitor.errors import CommandRefused
from monitor.people import MAY, Hasher, Lockout, Method, Permission, check_secret, may
from monitor.people import lockout as bounds

PEPPER = secrets.token_hex(32)
PIN, PASSWORD = "471902", "gravel lantern oboe tide"


def cheap(pepper: str = PEPPER) -> Hasher:
    """Argon2id at its lowest cost: what is tested is not the cost."""
    return Hasher(pepper, rounds=1, memory_kib=64)


@pytest.mark.requirement("PPL-001")
def test_each_role_has_its_leave_and_no_other() -> None:
    assert set(MAY) == set(Role)
    at_the_chair = {role for role in Role if may(role, Permission.CARE)}
    assert at_the_chair == {Role.NURSE, Role.CLINICIAN}
    for permission in (Permission.SIGN, Permission.WHAT_IF):
        assert {role for role in Role if may(role, permission)} == {Role.CLINICIAN}
    for permission in (Permission.ENROL, Permission.MANAGE):
        assert {role for role in Role if may(role, permission)} == {Role.ADMINISTRATOR}


@pytest.mark.requirement("PPL-002")
def test_a_pin_fits_only_its_person_its_method_and_its_pepper() -> None:
    hasher = cheap()
    kept = hasher.hash(Method.PIN, "rk", PIN)
    assert hasher.matches(kept, Method.PIN, "rk", PIN)
    assert not hasher.matches(kept, Method.PIN, "rk", "471903")
    assert not hasher.matches(kept, Method.PIN, "mo", PIN)
    assert not hasher.matches(kept, Method.PASSWORD, "rk", PIN)
    assert not cheap(secrets.token_hex(32)).matches(kept, Method.PIN, "rk", PIN)
    assert not hasher.matches(None, Method.PIN, "rk", PIN)
    assert not hasher.matches("broken", Method.PIN, "rk", PIN)


@pytest.mark.requirement("PPL-002")
def test_what_is_kept_is_argon2id_with_a_salt_and_holds_no_secret() -> None:
    hasher = Hasher(PEPPER)
    one, other = (hasher.hash(Method.PIN, "rk", PIN) for _ in range(2))
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert PIN not in one
    assert PEPPER not in one


@pytest.mark.requirement("PPL-019")
def test_another_pepper_is_known_from_what_is_kept_and_no_mark_is_no_fault() -> None:
    hasher, other = cheap(), cheap(secrets.token_hex(32))
    kept = hasher.hash(Method.PIN, "rk", PIN)
    assert hasher.made(kept)
    assert not other.made(kept)
    unmarked = kept.partition("#")[0]
    assert other.made(unmarked)
    assert hasher.matches(unmarked, Method.PIN, "rk", PIN)


@pytest.mark.requirement("PPL-003")
def test_an_unknown_person_costs_as_much_time_as_a_wrong_pin() -> None:
    hasher = Hasher(PEPPER, rounds=1, memory_kib=8_192)
    kept = hasher.hash(Method.PIN, "rk", PIN)

    def cost(known: str | None) -> float:
        begun = time.process_time()
        assert not hasher.matches(known, Method.PIN, "rk", "000000")
        return time.process_time() - begun

    pairs = [(cost(kept), cost(None)) for _ in range(60)]
    wrong, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert 0.5 < unknown / wrong < 2.0


@pytest.mark.requirement("PPL-004")
@pytest.mark.parametrize(
    ("method", "secret"),
    [
        (Method.PIN, "12345"),
        (Method.PIN, "1234567890123"),
        (Method.PIN, "47190a"),
        (Method.PIN, "４７１９０２"),
        (Method.PIN, "111111"),
        (Method.PIN, "123456"),
        (Method.PIN, "654321"),
        (Method.PIN, "789012"),
        (Method.PASSWORD, "eleven char"),
        (Method.PASSWORD, "x" * 129),
    ],
)
def test_a_secret_that_is_easily_guessed_is_refused(method: Method, secret: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        check_secret(method, secret)
    assert refused.value.why
    assert refused.value.fix
    assert secret not in str(refused.value)


def test_a_fair_secret_is_taken() -> None:
    check_secret(Method.PIN, PIN)
    check_secret(Method.PASSWORD, PASSWORD)


@pytest.mark.requirement("PPL-005")
def test_five_tries_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    lockout, now, waits = Lockout(5), 0.0, list[float]()
    for _ in range(12):
        waits.append(lockout.fail("rk@wall", now))
        assert lockout.wait_s("rk@wall", now) == waits[-1]
        now += waits[-1]
        assert lockout.wait_s("rk@wall", now) == 0.0
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert lockout.wait_s("mo@wall", 0.0) == 0.0


def test_the_right_pin_or_an_hour_of_quiet_clears_the_count() -> None:
    lockout = Lockout(2)
    lockout.fail("rk", 0.0)
    lockout.succeed("rk")
    assert lockout.fail("rk", 1.0) == 0.0
    assert lockout.fail("rk", 2.0) > 0.0
    assert lockout.fail("rk", 2.0 + bounds.FORGET_S + 1.0) == 0.0


@given(st.lists(st.floats(0.0, 2_000.0), min_size=1, max_size=60))
def test_no_pace_of_guessing_gets_more_than_a_dozen_tries_an_hour(
    gaps: list[float],
) -> None:
    """However the tries are spaced: the five free ones, and those that the waits let through."""
    lockout, now, looked_at = Lockout(5), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if lockout.wait_s("rk", now) == 0.0:
            looked_at.append(now)
            lockout.fail("rk", now)
    for begin in looked_at:
        assert sum(begin <= one < begin + 3_600.0 for one in looked_at) <= 5 + 8


def test_the_count_of_keys_is_bounded_and_the_oldest_goes() -> None:
    lockout = Lockout(1)
    for number in range(bounds.KEYS_MAX + 10):
        lockout.fail(str(number), 0.0)
    assert len(lockout) == bounds.KEYS_MAX
    assert lockout.wait_s("0", 0.0) == 0.0
    assert lockout.wait_s(str(bounds.KEYS_MAX + 9), 0.0) > 0.0
