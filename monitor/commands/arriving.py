"""What is asked and seen as a patient arrives: sitter, answers, baseline, the infusion's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.arrival import (
    ANSWERED_IN_WORDS,
    ANSWERS,
    RENUMBERED,
    SITTER,
)
from monitor.care.arrival_terms import Question
from monitor.care.baseline import PRESSURES, data_of, merged, told
from monitor.care.observations import PERSON_MAX
from monitor.clinic import Person, Session
from monitor.commands.acts import Act, Desk, SessionAct, check_reason
from monitor.commands.holding import before_infusion
from monitor.commands.seating import check_numbers
from monitor.errors import CommandRefused
from monitor.history import BASELINE_CONFIRMED, PERSON, PHONE, TEXT, Data, FactRow

PHONE_MAX = 30
DIALLED = frozenset("0123456789 +-()/")
ANSWER_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSitter(Act):
    """Who comes with the patient: reachable where, staying, driving home, briefed."""

    session: str
    person: str
    phone: str
    stays: bool
    drives: bool
    briefed: bool

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        name, phone = self.person.strip(), self.phone.strip()
        if not name or len(name) > PERSON_MAX or not name.isprintable():
            raise CommandRefused(
                "this sitter cannot be entered",
                why=f"a sitter is named, in 1 to {PERSON_MAX} characters",
                fix="enter the name again",
            )
        check_phone(phone)
        data: Data = {
            PERSON: name,
            PHONE: phone,
            "stays": self.stays,
            "drives": self.drives,
            "briefed": self.briefed,
        }
        desk.note(session, SITTER, person, data)
        return session.id


def check_phone(phone: str) -> None:
    """Raises `CommandRefused` for what nobody can dial; none at all is a matter of its own."""
    if len(phone) > PHONE_MAX or not set(phone) <= DIALLED:
        raise CommandRefused(
            "this phone number cannot be entered",
            why=f"it has digits, spaces and + - ( ) /, at most {PHONE_MAX} of them",
            fix="enter it again",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestions(Act):
    """The patient's answers to the clinic's own questions, by the question's id."""

    session: str
    answers: Mapping[str, str]

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = before_infusion(desk.open_session(self.session))
        asked = {one.id: one for one in desk.config.arrival.questions}
        if not self.answers:
            raise CommandRefused(
                "nothing was answered", why="no answer was given", fix="answer one at least"
            )
        for key, said in self.answers.items():
            _check_answer(asked.get(key), said)
        chosen = {key: said for key, said in self.answers.items() if asked[key].kind == "yes/no"}
        if chosen:
            desk.note(session, ANSWERS, person, chosen)
        for key in self.answers.keys() - chosen.keys():
            words = self.answers[key].strip()
            desk.note(session, ANSWERED_IN_WORDS, person, {"question": key, TEXT: words})
        return session.id


def _check_answer(question: Question | None, said: str) -> None:
    why = ""
    if question is None:
        why = "the clinic asks no such question"
    elif question.kind == "yes/no" and said not in ("yes", "no"):
        why = f"{question.text}: yes or no is needed"
    elif len(said) > ANSWER_MAX:
        why = f"{question.text}: at most {ANSWER_MAX} characters"
    if why:
        raise CommandRefused("this answer cannot be entered", why=why, fix="answer it again")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBaseline(Act):
    """A nurse confirms what was measured since the patient sat down as their baseline.

    `systolic` and `diastolic` are what they were shown, in mmHg, None where there was
    no cuff baseline; measured anew meanwhile, it is to be looked at again.
    """

    session: str
    systolic: int | None
    diastolic: int | None

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = before_infusion(desk.open_session(self.session))
        measured = desk.ward.measured_baseline(session, desk.ward.clock.utc_us())
        if not measured.values:
            raise CommandRefused(
                "there is no baseline to confirm",
                why=told(measured.missing),
                fix="wait for it, or state the patient's own with a reason",
            )
        shown = (self.systolic, self.diastolic)
        if shown != tuple(measured.values.get(vital) for vital in PRESSURES):
            raise CommandRefused(
                "the baseline was measured anew meanwhile",
                why="another cuff reading came",
                fix="look at it again and confirm it then",
            )
        # What is measured goes before what somebody stated; that fills the gaps.
        stated = session.baseline
        gaps = {vital: stated[vital] for vital in stated.keys() - measured.values.keys()}
        whole = merged(measured, gaps)
        desk.note(session, BASELINE_CONFIRMED, person, data_of(whole))
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumber(SessionAct):
    """It is another infusion, or of another course, than was counted; for a reason."""

    infusion: int
    course: int
    reason: str

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The session's id."""
        check_numbers(self.infusion, self.course)
        check_reason(self.reason)
        data: Data = {
            "infusion": self.infusion,
            "course": self.course,
            "reason": self.reason.strip(),
        }
        desk.note(session, RENUMBERED, person, data)
        return session.id
