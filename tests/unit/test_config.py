"""The configuration tells every mistake at once, with its line and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import Config, parse
from monitor.errors import ConfigError
from monitor.tables import read_secret

DRIVERS = ("ansar-b", "masimo-ascii1", "nellcor", "chairside-json")
GOOD = """
[clinic]
name = "Harbour"
time_zone = "Europe/Lisbon"

[[chairs]]
id = "1"
label = "1"

[[devices]]
id = "mon-1"
driver = "ansar-b"
link = "serial:/dev/ttyUSB0"
chair = "1"
"""


def read(text: str) -> Config:
    return parse(text, where="clinic.toml", base=Path("/srv/clinic"), drivers=DRIVERS)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def test_the_shipped_sample_is_valid() -> None:
    sample = Path(__file__).parents[2] / "config" / "clinic.toml"
    config = parse(
        sample.read_text(encoding="utf-8"), where=str(sample), base=sample.parent, drivers=DRIVERS
    )
    assert [chair.label for chair in config.chairs] == ["1", "2 window"]


def test_relative_paths_start_at_the_file() -> None:
    assert read(GOOD).record.path == Path("/srv/clinic/chairside.db")


@pytest.mark.requirement("CLI-001")
def test_every_mistake_is_told_at_once_with_its_line_and_remedy() -> None:
    text = refusal(
        GOOD.replace("Lisbon", "Lisbonn")
        .replace('"ansar-b"', '"ansar"')
        .replace('chair = "1"', 'chair = "9"')
        .replace('label = "1"', "label = 1")
    )
    assert "4 mistakes" in text
    assert "clinic.toml:8: chairs[0].label" in text
    assert "clinic.toml:4: clinic.time_zone" in text
    assert "did you mean 'Europe/Lisbon'?" in text
    assert "clinic.toml:12: devices[0].driver: no driver 'ansar'" in text
    assert "did you mean 'ansar-b'?" in text
    assert "clinic.toml:14: devices[0].chair" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Harbour"', 'name = "Harbour"\nnmae = "x"', "clinic.nmae: unknown key"),
        ('label = "1"', "", "chairs[0].label: missing"),
        ('link = "serial:/dev/ttyUSB0"', 'link = "ttyUSB0"', "devices[0].link"),
        ('link = "serial:/dev/ttyUSB0"', 'link = "mqtt:a/b/#"', "an MQTT device without a broker"),
        ('[[chairs]]\nid = "1"', '[[chairs]]\nid = ""', "chairs[0].id"),
        ("[clinic]", "[clinic", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_by_its_key(old: str, new: str, said: str) -> None:
    assert said in refusal(GOOD.replace(old, new, 1))


def test_two_chairs_with_one_id_are_refused() -> None:
    text = refusal(GOOD + '\n[[chairs]]\nid = "1"\nlabel = "again"\n')
    assert "id '1' is used 2 times" in text


def test_two_devices_on_one_line_are_refused() -> None:
    other = '\n[[devices]]\nid = "b"\ndriver = "nellcor"\nlink = "serial:/dev/ttyUSB0"\n'
    assert "is used 2 times" in refusal(GOOD + other + 'chair = "1"\n')


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("abc\n")
    secret.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        read_secret(secret, what="InfluxDB token")
    secret.chmod(0o600)
    assert read_secret(secret, what="InfluxDB token") == "abc"


@pytest.mark.requirement("REC-017")
def test_keep_days_without_a_copy_is_refused() -> None:
    told = refusal(GOOD + "\n[record]\nkeep_days = 30\n")
    assert "record.keep_days" in told
    assert "add an [influxdb] table" in told


@pytest.mark.requirement("PPL-014")
def test_staff_in_the_configuration_is_told_where_they_live_now() -> None:
    text = refusal(GOOD + '\n[[staff]]\nid = "rk"\nname = "R. Kessler"\n')
    assert "clinic.toml: staff: people have PINs and are no longer listed here" in text
    assert "fix: remove it; `chairside staff add` takes on each of them, same id" in text


ARRIVAL = """
[arrival]
course_infusions = 8
hold = { systolic_max = 160, spo2_min = 94 }

[[arrival.questions]]
id = "fasted"
text = "Nothing to eat for 4 h"
must = "yes"

[shift]
hours = 10

[privacy]
names = true
"""


@pytest.mark.requirement("ARR-002")
def test_what_is_asked_and_held_back_for_is_the_clinics_own() -> None:
    config = read(GOOD + ARRIVAL)
    assert config.arrival.course_infusions == 8
    assert [key for key, _, _ in config.arrival.hold.stated()] == ["systolic_max", "spo2_min"]
    assert config.arrival.questions[0].must == "yes"
    assert (config.shift.hours, config.privacy.names) == (10.0, True)
    plain = read(GOOD)
    assert not list(plain.arrival.hold.stated())
    assert plain.arrival.questions == ()
    assert (plain.arrival.course_infusions, plain.privacy.names) == (6, False)


@pytest.mark.requirement("ARR-002")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("systolic_max = 160", "systolic_max = 0", "arrival.hold.systolic_max"),
        ("systolic_max = 160", "systolic = 160", "arrival.hold.systolic: unknown key"),
        ('must = "yes"', 'must = "perhaps"', "arrival.questions[0].must"),
        ('must = "yes"', 'must = "yes"\nkind = "text"', "cannot be right or wrong"),
        ('id = "fasted"', 'id = "Fasted"', "arrival.questions[0].id"),
        ("hours = 10", "hours = 30", "shift.hours"),
        ("course_infusions = 8", "course_infusions = 0", "arrival.course_infusions"),
    ],
)
def test_a_mistake_in_what_is_asked_is_named(old: str, new: str, said: str) -> None:
    assert said in refusal(GOOD + ARRIVAL.replace(old, new, 1))


@pytest.mark.requirement("ARR-002")
def test_two_questions_with_one_id_are_refused() -> None:
    again = '\n[[arrival.questions]]\nid = "fasted"\ntext = "Again"\n'
    assert "used twice: fasted" in refusal(GOOD + ARRIVAL + again)


CARE = """
[care]
dose_mg = [5.0, 120.0]

[[care.events]]
name = "nausea"
key = "1"
grades = ["mild", "severe"]

[[care.events]]
name = "IV site"
every_minutes = 10
"""


@pytest.mark.requirement("TRT-006")
def test_events_and_ranges_of_treatment_are_the_clinics_own() -> None:
    care = read(GOOD + CARE).care
    assert [(one.name, one.key, one.grades, one.every_minutes) for one in care.events] == [
        ("nausea", "1", ("mild", "severe"), None),
        ("IV site", "", (), 10.0),
    ]
    assert care.dose_mg == (5.0, 120.0)


@pytest.mark.requirement("TRT-006")
def test_without_a_word_of_it_there_are_ten_events_on_the_number_keys_and_the_iv_site() -> None:
    events = read(GOOD).care.events
    assert sorted(one.key for one in events if one.key) == list("0123456789")
    assert [(one.name, one.every_minutes) for one in events if not one.key] == [("IV site", 15.0)]


@pytest.mark.requirement("TRT-006")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[5.0, 120.0]", "[120.0, 5.0]", "care.dose_mg"),
        ('key = "1"', 'key = "x"', "care.events[0].key"),
        ('"IV site"', '"nausea"', "nausea stands there twice"),
        ("every_minutes = 10", "every_minutes = 0", "care.events[1].every_minutes"),
    ],
)
def test_a_mistake_in_the_treatment_of_a_clinic_is_told(old: str, new: str, said: str) -> None:
    assert said in refusal(GOOD + CARE.replace(old, new))
