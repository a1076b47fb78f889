"""A day in the stepped ward over a real record: booked, seated, asked, held back, watched, kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.care.arrival import Arrival, arrival_of
from monitor.care.arrival_terms import ArrivalTable, HoldTerms, PrivacyTable, Question
from monitor.care.attribution import readings_of
from monitor.care.treatment import PumpAction
from monitor.care.watching import SHIFT_HANDED_OVER, SHIFT_OFFERED, WATCHING, offers_of, watchers_of
from monitor.clinic import Phase
from monitor.commands import SeatPatient, SetBaseline
from monitor.commands.arriving import AnswerQuestions, ConfirmBaseline, Renumber, SetSitter
from monitor.commands.booking import Book, CancelBooking, RegisterPatient
from monitor.commands.holding import OverrideHold
from monitor.commands.leaving import gate_of
from monitor.commands.treating import NotePump
from monitor.commands.watching import OfferShift, TakeShift, Watch
from monitor.errors import CommandRefused
from monitor.history import BASELINE, FactRow
from monitor.review import review
from monitor.shift import chairs_now
from monitor.vitals import VitalSign
from tests.judged import DIA, HR, SPO2, SYS
from tests.stepped import ACTOR, Stepped, stepped

ASKED = ArrivalTable(
    hold=HoldTerms(systolic_max=160, diastolic_max=100, heart_max=100),
    questions=(
        Question(id="fasted", text="Nothing to eat for 4 h", must="yes"),
        Question(id="drugs", text="Drugs today", kind="text"),
    ),
)
GIVER, RECEIVER = "rk", "mo"
HOUR_US = 3_600_000_000


async def seat(clinic: Stepped, chair: str = "1", **more: str | int) -> str:
    act = {"patient_ref": "K-7", "planned_minutes": 40, **more}
    return await clinic.commands.execute(SeatPatient(chair=chair, actor=ACTOR, **act))  # type: ignore[arg-type]


def arrival(clinic: Stepped, session: str) -> Arrival:
    return arrival_of(clinic.ward.facts.ledger.of(session))


def cuff(clinic: Stepped, systolic: float, diastolic: float, age_s: float = 0.0) -> None:
    clinic.frame("1", {SYS: systolic, DIA: diastolic}, age_s)


async def answered(clinic: Stepped, session: str, **answers: str) -> None:
    await clinic.commands.execute(AnswerQuestions(session=session, answers=answers, actor=ACTOR))


async def prepared(clinic: Stepped, systolic: float = 122.0) -> str:
    """Seated, two cuff readings a minute apart, five minutes of calm, answered: in BASELINE."""
    session = await seat(clinic)
    await clinic.enter(session, Phase.BASELINE)
    cuff(clinic, systolic, 78)
    clinic.hold(90)
    cuff(clinic, systolic, 78)
    clinic.hold(220)
    await answered(clinic, session, fasted="yes")
    return session


@pytest.mark.requirement("ARR-040")
async def test_what_was_entered_on_arrival_is_there_after_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        session = await prepared(clinic)
        sitter = SetSitter(
            session=session,
            person="Ann Ek",
            phone="+351 91 000 00 00",
            stays=True,
            drives=True,
            briefed=False,
            actor=ACTOR,
        )
        await clinic.commands.execute(sitter)
        await answered(clinic, session, drugs="lithium 300 mg")
        await clinic.commands.execute(
            ConfirmBaseline(session=session, systolic=122, diastolic=78, actor=ACTOR)
        )
        before, base = arrival(clinic, session), clinic.ward.seating.all()[0].baseline
        limits = clinic.ward.engine.limits("1")
    assert before.sitter is not None
    assert before.sitter.lacks == ("the briefing",)
    assert before.answers == {"fasted": "yes", "drugs": "lithium 300 mg"}
    assert base == {SYS: 122, DIA: 78, HR: 72, SPO2: 97}
    async with stepped(tmp_path, at_s=400, arrival=ASKED) as clinic:
        assert arrival(clinic, session) == before
        assert clinic.ward.seating.all()[0].baseline == base
        assert clinic.ward.engine.limits("1") == limits


@pytest.mark.requirement("ARR-041")
async def test_the_baseline_a_nurse_confirmed_is_the_one_that_is_frozen(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        session = await prepared(clinic)
        shown = ConfirmBaseline(session=session, systolic=122, diastolic=78, actor=ACTOR)
        await clinic.commands.execute(shown)
        for _ in range(2):
            cuff(clinic, 150, 92)
            clinic.hold(70)
        with pytest.raises(CommandRefused, match="measured anew"):
            await clinic.commands.execute(shown)
        await clinic.enter(session, Phase.INFUSION)
        facts = clinic.ward.facts.ledger.of(session)
        (frozen,) = [fact.data for fact in facts if fact.kind == BASELINE]
    assert (frozen["NIBP_SYS"], frozen["NIBP_DIA"]) == (122, 78)
    confirmed = next(fact.data for fact in facts if fact.kind == "baseline confirmed")
    assert frozen["NIBP_SYS samples"] == confirmed["NIBP_SYS samples"]
    assert str(frozen["NIBP_SYS samples"]).count("mon-1@") == 2


@pytest.mark.requirement("ARR-041")
async def test_nothing_is_confirmed_before_anything_was_measured(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        session = await seat(clinic)
        confirm = ConfirmBaseline(session=session, systolic=None, diastolic=None, actor=ACTOR)
        with pytest.raises(CommandRefused, match="no baseline to confirm"):
            await clinic.commands.execute(confirm)
        await clinic.enter(session, Phase.BASELINE)
        await clinic.enter(session, Phase.INFUSION)
        clinic.hold(301)
        with pytest.raises(CommandRefused, match="the infusion has begun"):
            await clinic.commands.execute(confirm)


@pytest.mark.requirement("ARR-042")
async def test_an_infusion_over_a_hold_limit_waits_for_a_named_override(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        session = await prepared(clinic, systolic=172.0)
        with pytest.raises(CommandRefused, match="held back") as refusal:
            await clinic.enter(session, Phase.INFUSION)
        assert "172 > 160" in str(refusal.value)
        # Nor does the pump's start lead past it.
        pump = NotePump(session=session, action=PumpAction.START, rate_ml_h=60.0, actor=ACTOR)
        with pytest.raises(CommandRefused, match="held back"):
            await clinic.commands.execute(pump)
        assert [fact for fact in clinic.ward.facts.ledger.of(session) if fact.kind == "pump"] == []
        assert clinic.ward.seating.all()[0].phase is Phase.BASELINE
        over = OverrideHold(session=session, keys=("systolic_max",), reason=" ", actor="dl")
        with pytest.raises(CommandRefused, match="a reason is missing"):
            await clinic.commands.execute(over)
        over = OverrideHold(
            session=session, keys=("systolic_max",), reason="usual for her", actor="dl"
        )
        await clinic.commands.execute(over)
    async with stepped(tmp_path, at_s=320, arrival=ASKED) as clinic:
        given = arrival(clinic, session).hold_override
        assert given is not None
        assert (given.actor, given.reason) == ("dl", "usual for her")
        await clinic.enter(session, Phase.INFUSION)
        assert clinic.ward.seating.all()[0].phase is Phase.INFUSION


@pytest.mark.requirement("ARR-042")
async def test_a_worse_value_after_the_override_holds_back_again(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        session = await prepared(clinic, systolic=172.0)
        over = OverrideHold(session=session, keys=("systolic_max",), reason="usual", actor="dl")
        await clinic.commands.execute(over)
        cuff(clinic, 185, 98)
        with pytest.raises(CommandRefused, match="held back") as refusal:
            await clinic.enter(session, Phase.INFUSION)
        assert "185 > 160" in str(refusal.value)
        with pytest.raises(CommandRefused, match="nothing is held back by what you were shown"):
            await clinic.commands.execute(
                OverrideHold(session=session, keys=("heart_max",), reason="no", actor="dl")
            )


@pytest.mark.requirement("ARR-043")
async def test_a_missing_or_wrong_answer_holds_the_infusion_back(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        session = await seat(clinic)
        await clinic.enter(session, Phase.BASELINE)
        for said in ("", "no"):
            if said:
                await answered(clinic, session, fasted=said)
            with pytest.raises(CommandRefused, match="held back") as refusal:
                await clinic.enter(session, Phase.INFUSION)
            assert "must be yes" in str(refusal.value)
        for answers in ({}, {"fasted": "perhaps"}, {"pregnant": "no"}, {"drugs": "x" * 201}):
            with pytest.raises(CommandRefused):
                await answered(clinic, session, **answers)
        await answered(clinic, session, fasted="yes")
        # Sitter, arms and confirmed baseline are missing: shown, and holding nothing back.
        await clinic.enter(session, Phase.INFUSION)
        with pytest.raises(CommandRefused, match="the infusion has begun"):
            await answered(clinic, session, fasted="no")


@pytest.mark.requirement("ARR-044")
async def test_nothing_measured_before_the_seat_time_counts(tmp_path: Path) -> None:
    async with stepped(tmp_path, arrival=ASKED) as clinic:
        cuff(clinic, 190, 110)
        clinic.hold(90)
        cuff(clinic, 192, 111)
        clinic.wait(1)
        session = await seat(clinic)
        await clinic.enter(session, Phase.BASELINE)
        # Taken before the patient sat down, told after.
        cuff(clinic, 195, 112, age_s=30.0)
        clinic.wait(1)
        ward = clinic.ward
        tile = ward.board.tile("1", clinic.clock.monotonic(), clinic.clock.utc_us())
        assert tile.nibp is not None
        assert tile.nibp.text == "---/---"
        now = ward.seating.all()[0]
        assert SYS not in ward.measured_baseline(now, clinic.clock.utc_us()).values
        assert [row for row in ward.lately(now) if row.vital is SYS] == []
        # Nor does it hold anything back: the answer alone is missing.
        await answered(clinic, session, fasted="yes")
        await clinic.enter(session, Phase.INFUSION)
        assert SYS not in clinic.ward.seating.all()[0].baseline
        await clinic.enter(session, Phase.RECOVERY)
        gate = {
            one.name: one.said for one in gate_of(clinic.ward, clinic.ward.seating.all()[0]).checks
        }
        assert gate["Blood pressure"] == "no baseline to compare with"
        await clinic.record.commit()
        facts = await clinic.record.facts(session)
        kept = await readings_of(clinic.record, session, facts)
        assert review(facts, kept, []).cuffs == ()
        assert [row.vital for row in await clinic.record.readings_by("mon-1", 0, 2**62)].count(SYS)


@pytest.mark.requirement("ARR-045")
async def test_infusions_are_counted_from_the_record_and_a_person_corrects_it(
    tmp_path: Path,
) -> None:
    async def visit(clinic: Stepped, last: Phase = Phase.CLOSED) -> str:
        session = await seat(clinic)
        for phase in (Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY, Phase.CLOSED):
            await clinic.enter(session, phase)
            if phase is last:
                break
        clinic.wait(60)
        return session

    short = ArrivalTable(course_infusions=2)
    async with stepped(tmp_path, arrival=short) as clinic:
        first = await visit(clinic)
        left_early = await seat(clinic)
        await clinic.enter(left_early, Phase.CLOSED)
        await visit(clinic)
    async with stepped(tmp_path, at_s=600, arrival=short) as clinic:
        third = await visit(clinic, Phase.INFUSION)
        assert (arrival(clinic, third).infusion, arrival(clinic, third).course) == (1, 2)
        elsewhere = Renumber(
            session=third, infusion=2, course=2, reason="first elsewhere", actor=ACTOR
        )
        await clinic.commands.execute(elsewhere)
        assert arrival(clinic, third).infusion == 2
        await clinic.enter(third, Phase.RECOVERY)
        await clinic.enter(third, Phase.CLOSED)
        fourth = await seat(clinic)
        assert (arrival(clinic, fourth).infusion, arrival(clinic, fourth).course) == (1, 3)
        other = await seat(clinic, "2", infusion=5, course=1, patient_ref="Z-1")
        assert (arrival(clinic, other).infusion, arrival(clinic, other).course) == (5, 1)
        with pytest.raises(CommandRefused, match="infusion 0"):
            await clinic.commands.execute(
                Renumber(session=first, infusion=0, course=1, reason="x", actor=ACTOR)
            )
        earlier = arrival_of(await clinic.record.facts(first))
    assert (earlier.infusion, earlier.course) == (1, 1)


async def book(clinic: Stepped, in_s: float = 600.0, chair: str = "1", **more: str | int) -> str:
    at_us = clinic.clock.utc_us() + round(in_s * 1e6)
    act = {"patient_ref": "K-7", "planned_minutes": 40, "sitter": True, **more}
    return await clinic.commands.execute(Book(chair=chair, at_us=at_us, actor=ACTOR, **act))  # type: ignore[arg-type]


def booked(clinic: Stepped) -> dict[str, tuple[str, str | None]]:
    found = clinic.ward.facts.ledger.bookings
    return {one.id: (one.chair, one.cancelled) for one in found}


@pytest.mark.requirement("ARR-046")
async def test_a_booking_is_made_moved_cancelled_and_kept_through_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        kept = await book(clinic)
        gone = await book(clinic, 7_200)
        with pytest.raises(CommandRefused, match="is booked at that time") as refusal:
            await book(clinic, 900, patient_ref="Z-1")
        assert "K-7 has it at 08:10" in str(refusal.value)
        await book(clinic, 900, chair="2", booking=kept)
        cancel = CancelBooking(booking=gone, patient_ref="K-7", reason="ill", actor=ACTOR)
        await clinic.commands.execute(cancel)
        with pytest.raises(CommandRefused, match="no such booking"):
            await clinic.commands.execute(cancel)
        for wrong in (
            {"in_s": -90_000.0},
            {"in_s": 401 * 86_400.0},
            {"chair": "9"},
            {"planned_minutes": 9},
            {"booking": kept, "patient_ref": "Z-1"},
        ):
            with pytest.raises(CommandRefused):
                await book(clinic, **wrong)
        before = booked(clinic)
    assert before == {kept: ("2", None), gone: ("1", "ill")}
    async with stepped(tmp_path, at_s=60) as clinic:
        assert booked(clinic) == before


@pytest.mark.requirement("ARR-047")
async def test_a_booked_patient_is_seated_once_in_whatever_chair(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        booking = await book(clinic)
        with pytest.raises(CommandRefused, match="nobody can be seated by this booking"):
            await seat(clinic, patient_ref="Z-1", booking=booking)
        session = await seat(clinic, "2", booking=booking)
        assert arrival(clinic, session).booking == booking
        await clinic.enter(session, Phase.CLOSED)
    async with stepped(tmp_path, at_s=60) as clinic:
        with pytest.raises(CommandRefused, match="nobody can be seated by this booking"):
            await seat(clinic, booking=booking)
        with pytest.raises(CommandRefused, match="cannot be changed"):
            await clinic.commands.execute(
                CancelBooking(booking=booking, patient_ref="K-7", reason="x", actor=ACTOR)
            )


@pytest.mark.requirement("ARR-048")
async def test_names_are_kept_only_where_the_clinic_switched_them_on(tmp_path: Path) -> None:
    named = RegisterPatient(
        patient_ref="K-7", initials="K.L.", person="Karin Lund", born="1980-05-31", actor=ACTOR
    )
    async with stepped(tmp_path) as clinic:
        for more in ({"person": "Karin Lund"}, {"born": "1980-05-31"}, {"phone": "112"}):
            with pytest.raises(CommandRefused, match="cannot be registered"):
                await clinic.commands.execute(
                    RegisterPatient(patient_ref="K-7", initials="K.L.", actor=ACTOR, **more)
                )
        plain = RegisterPatient(patient_ref="K-7", initials="K.L.", actor=ACTOR)
        assert await clinic.commands.execute(plain) == "K-7"
        await clinic.record.commit()
    for path in tmp_path.glob("record.db*"):
        assert b"Karin" not in path.read_bytes()
    async with stepped(tmp_path, privacy=PrivacyTable(names=True)) as clinic:
        await clinic.commands.execute(named)
        wrong = (
            {"initials": "Karin Lund"},
            {"initials": ""},
            {"initials": "K.L.", "born": "31.5.1980"},
            {"initials": "K.L.", "born": "2090-01-01"},
            {"initials": "K.L.", "phone": "call me"},
        )
        for more in wrong:
            with pytest.raises(CommandRefused):
                await clinic.commands.execute(
                    RegisterPatient(patient_ref="K-7", actor=ACTOR, **more)
                )
        known = clinic.ward.facts.ledger.patients["K-7"]
    assert (known.person, known.born, known.initials) == ("Karin Lund", "1980-05-31", "K.L.")


def worst(clinic: Stepped) -> str:
    return clinic.ward.engine.alarms("1")[0].condition


def told(clinic: Stepped) -> list[FactRow]:
    return clinic.ward.facts.ledger.shifts(WATCHING, SHIFT_OFFERED, SHIFT_HANDED_OVER)


def watched(clinic: Stepped) -> dict[str, str]:
    found = watchers_of(told(clinic), clinic.clock.utc_us(), clinic.config.shift.hours)
    return {chair: one.person for chair, one in found.items()}


@pytest.mark.requirement("ARR-050")
async def test_a_shift_changes_hands_by_two_sign_ins_and_through_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        await clinic.commands.execute(Watch(chairs=("1", "2"), actor=GIVER))
        await clinic.seat("1")
        clinic.hold(40, SPO2=84.0)
        offer = await clinic.commands.execute(OfferShift(severities={"1": "unstable"}, actor=GIVER))
        assert watched(clinic) == {"1": GIVER, "2": GIVER}
        with pytest.raises(CommandRefused, match="cannot be confirmed") as refusal:
            await clinic.commands.execute(TakeShift(offer=offer, actor=GIVER))
        assert "who hands over cannot confirm it too" in str(refusal.value)
    async with stepped(tmp_path, at_s=60) as clinic:
        await clinic.commands.execute(TakeShift(offer=offer, actor=RECEIVER))
        assert watched(clinic) == {"1": RECEIVER, "2": GIVER}
        for again in (offer, "1-1"):
            with pytest.raises(CommandRefused, match="cannot be confirmed"):
                await clinic.commands.execute(TakeShift(offer=again, actor=RECEIVER))
    async with stepped(tmp_path, at_s=120) as clinic:
        assert watched(clinic) == {"1": RECEIVER, "2": GIVER}
        (done,) = offers_of(told(clinic))
    assert (done.giver, done.taken_by, done.severities) == (GIVER, RECEIVER, {"1": "unstable"})
    assert re.search(r"1: .*SpO2", done.open)
    assert "infusion ends 08:40" in done.due


@pytest.mark.requirement("ARR-050")
async def test_only_the_newest_offer_can_be_taken_and_every_chair_is_judged(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        await clinic.seat("1")
        old = await clinic.commands.execute(OfferShift(severities={"1": "stable"}, actor=GIVER))
        clinic.wait(1)
        await clinic.commands.execute(OfferShift(severities={"1": "watcher"}, actor=GIVER))
        with pytest.raises(CommandRefused, match="cannot be confirmed"):
            await clinic.commands.execute(TakeShift(offer=old, actor=RECEIVER))
        for severities in ({}, {"1": "fine"}, {"9": "stable"}):
            with pytest.raises(CommandRefused):
                await clinic.commands.execute(OfferShift(severities=severities, actor=GIVER))
        with pytest.raises(CommandRefused):
            await clinic.commands.execute(Watch(chairs=("9",), actor=GIVER))


@pytest.mark.requirement("ARR-051")
async def test_what_a_shift_tells_the_next_of_each_chair(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=3) as clinic:
        session = await clinic.seat("1", Phase.BASELINE)
        stated = {VitalSign.NIBP_SYSTOLIC: 122.0, VitalSign.NIBP_DIASTOLIC: 78.0}
        await clinic.commands.execute(
            SetBaseline(session=session, values=stated, reason="known", actor=ACTOR)
        )
        await clinic.seat("2", Phase.RECOVERY)
        clinic.hold(40, SPO2=84.0)
        first, second, empty = chairs_now(clinic.ward)
        assert (first.suggested, second.suggested) == ("unstable", "stable")
        assert any("SpO2" in text for text in first.alarms)
        assert first.due[0] == "baseline to confirm"
        assert second.due[-1] == "may leave from 08:30 at the earliest"
        assert first.acknowledged == ()
        await clinic.acknowledge(worst(clinic))
        assert chairs_now(clinic.ward)[0].acknowledged == (first.alarms[0].removeprefix("!!! "),)
        # The third gives data too, with nobody in it.
        assert (empty.session, empty.suggested, empty.due) == ("", "empty", ())
        assert any("patient" in text.lower() for text in empty.alarms)


@pytest.mark.requirement("ARR-051")
async def test_empty_chairs_and_the_clinics_own_alarms_go_to_the_next_shift(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        await clinic.commands.execute(Watch(chairs=("1", "2"), actor=GIVER))
        await clinic.seat("1")
        clinic.ward.engine.assert_technical(
            "T-STORE", "", 0.0, "RECORD NOT WRITTEN", clinic.clock.monotonic()
        )
        clinic.hold(30)
        with pytest.raises(CommandRefused, match="how ill the patient in chair 1"):
            await clinic.commands.execute(OfferShift(severities={"1": "empty"}, actor=GIVER))
        offer = await clinic.commands.execute(
            OfferShift(severities={"1": "stable", "2": "empty"}, actor=GIVER)
        )
        await clinic.commands.execute(TakeShift(offer=offer, actor=RECEIVER))
        assert watched(clinic) == {"1": RECEIVER, "2": RECEIVER}
        (done,) = offers_of(told(clinic))
    assert done.severities == {"1": "stable", "2": "empty"}
    assert done.clinic == "!! NOT RECORDING (alarms still run)"
