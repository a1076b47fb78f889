"""What the copy in InfluxDB knows of a day: numbers of infusions, and never who anybody is."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from monitor.care.arrival import arrival_of
from monitor.care.arrival_terms import PrivacyTable
from monitor.commands import SeatPatient
from monitor.commands.arriving import AnswerQuestions, SetSitter
from monitor.commands.booking import Book, RegisterPatient
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.real.test_influx_copy import copied, copying, history_of
from tests.sim.test_arrival_of_a_session import ASKED
from tests.stepped import ACTOR, stepped

PRIVATE = ("Karin Lund", "1980-05-31", "+351 91 555 00", "Ann Ek", "lithium 300 mg")


def everything(bucket: Bucket) -> str:
    """All that the bucket holds, as text."""
    query = quote("SELECT * FROM /.*/")
    address = f"{bucket.url}/query?db={bucket.name}&q={query}"
    request = Request(address, headers={"Authorization": f"Token {bucket.token}"})
    with urlopen(request) as answer:
        return json.dumps(json.load(answer), ensure_ascii=False)


@pytest.mark.requirement("ARR-065")
async def test_the_copy_knows_the_day_and_nobodys_name(tmp_path: Path, influxd: Server) -> None:
    bucket = make_bucket(influxd)
    async with stepped(tmp_path, arrival=ASKED, privacy=PrivacyTable(names=True)) as clinic:
        patient = RegisterPatient(
            patient_ref="K-7",
            initials="K.L.",
            person=PRIVATE[0],
            born=PRIVATE[1],
            phone=PRIVATE[2],
            actor=ACTOR,
        )
        await clinic.commands.execute(patient)
        booking = await clinic.commands.execute(
            Book(
                patient_ref="K-7",
                chair="1",
                at_us=clinic.clock.utc_us(),
                planned_minutes=40,
                sitter=True,
                actor=ACTOR,
            )
        )
        session = await clinic.commands.execute(
            SeatPatient(
                chair="1",
                patient_ref="K-7",
                planned_minutes=40,
                booking=booking,
                infusion=3,
                course=2,
                actor=ACTOR,
            )
        )
        sitter = SetSitter(
            session=session,
            person=PRIVATE[3],
            phone=PRIVATE[2],
            stays=True,
            drives=True,
            briefed=True,
            actor=ACTOR,
        )
        await clinic.commands.execute(sitter)
        answers = {"fasted": "yes", "drugs": PRIVATE[4]}
        await clinic.commands.execute(
            AnswerQuestions(session=session, answers=answers, actor=ACTOR)
        )
        async with copying(clinic.record, bucket) as copy:
            await copied(clinic.record, copy)
    told = everything(bucket)
    assert booking in told
    assert [word for word in PRIVATE if word in told] == []
    again = arrival_of(await history_of(bucket).facts(session))
    assert (again.infusion, again.course, again.answers["fasted"]) == (3, 2, "yes")
    assert again.sitter is not None
    assert (again.sitter.person, again.sitter.stays) == ("", True)
    assert await history_of(bucket).sessions_of("K-7") == [session]
