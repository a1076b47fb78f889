"""Colours of the pages are told apart, by day and night, whatever kind of colours an eye sees."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from monitor.web.pages import WEB
from tests.eyesight import VISIONS, Lab, contrast, difference, seen

PARAMETERS = ("hr", "spo2", "nibp", "rr", "temperature", "etco2")
FILLS = ("high", "medium", "low")
DAY = re.compile(r"^:root \{(.+?)^\}", re.DOTALL | re.MULTILINE)
NIGHT = re.compile(r'^:root\[data-night="yes"\] \{(.+?)^\}', re.DOTALL | re.MULTILINE)
TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")


def tokens(night: bool) -> dict[str, str]:
    """The colours of the pages by name."""
    sheet = (WEB / "static" / "css" / "base.css").read_text(encoding="utf-8")
    found = [DAY.search(sheet), *([NIGHT.search(sheet)] if night else [])]
    named: dict[str, str] = {}
    for one in found:
        assert one is not None
        named |= dict(TOKEN.findall(one[1]))
    return named


def closest(colours: dict[str, str], names: tuple[str, ...]) -> tuple[float, str]:
    """The two hardest to tell apart: how different they are, which, and to whose eye."""
    return min(
        (difference(seen(colours[a], eye), seen(colours[b], eye)), f"{a} and {b}, {whose}")
        for a, b in combinations(names, 2)
        for whose, eye in VISIONS.items()
    )


@pytest.mark.requirement("UIX-103")
@pytest.mark.parametrize("night", [False, True])
def test_vital_signs_are_told_apart_by_every_eye(night: bool) -> None:
    least, which = closest(tokens(night), PARAMETERS)
    assert least >= 14.0, which


@pytest.mark.requirement("UIX-103")
def test_each_vital_sign_wears_its_colour_on_the_wall_and_in_charts() -> None:
    sheet = (WEB / "static" / "css" / "values.css").read_text(encoding="utf-8")
    assert [name for name in PARAMETERS if f"color: var(--{name});" not in sheet] == []
    chart = (WEB / "static" / "js" / "chart.js").read_text(encoding="utf-8")
    ink = dict(re.findall(r'^  (\w+): "(#[0-9a-f]{6})",', chart, re.MULTILINE))
    day = tokens(night=False)
    assert {name: ink[name] for name in ("hr", "spo2", "nibp", "rr")}.items() <= day.items()


@pytest.mark.requirement("UIX-103")
@pytest.mark.parametrize("night", [False, True])
def test_priorities_are_told_apart_by_every_eye(night: bool) -> None:
    least, which = closest(tokens(night), FILLS)
    assert least >= 25.0, which


@pytest.mark.requirement("UIX-104")
@pytest.mark.parametrize("night", [False, True])
def test_numbers_text_and_alarms_stand_out_from_what_is_behind_them(night: bool) -> None:
    colours = tokens(night)
    for name in PARAMETERS:
        for behind in ("ground", "raised"):  # a tile is raised
            assert contrast(colours[name], colours[behind]) >= 7.0, (name, behind)
    for name in FILLS:
        assert contrast(colours[name], colours[f"{name}-text"]) >= 5.0, name
    for name in ("text", "muted", "stale", "limit", "fulfilled"):
        assert contrast(colours[name], colours["ground"]) >= 4.5, name


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        (Lab(50.0, 2.6772, -79.7751), Lab(50.0, 0.0, -82.7485), 2.0425),
        (Lab(50.0, -1.3802, -84.2814), Lab(50.0, 0.0, -82.7485), 1.0),
        (Lab(50.0, 0.0, 0.0), Lab(50.0, -1.0, 2.0), 2.3669),
        (Lab(50.0, 2.49, -0.001), Lab(50.0, -2.49, 0.0009), 7.1792),
        (Lab(50.0, 2.49, -0.001), Lab(50.0, -2.49, 0.0011), 7.2195),
        (Lab(50.0, 2.5, 0.0), Lab(73.0, 25.0, -18.0), 27.1492),
        (Lab(50.0, 2.5, 0.0), Lab(56.0, -27.0, -3.0), 31.9030),
        (Lab(60.2574, -34.0099, 36.2677), Lab(60.4626, -34.1751, 39.4387), 1.2644),
        (Lab(22.7233, 20.0904, -46.694), Lab(23.0331, 14.973, -42.5619), 2.0373),
        (Lab(90.8027, -2.0831, 1.441), Lab(91.1528, -1.6435, 0.0447), 1.4441),
        (Lab(2.0776, 0.0795, -1.135), Lab(0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_pairs(one: Lab, two: Lab, apart: float) -> None:
    # Sharma, Wu and Dalal 2005, table 1.
    assert difference(one, two) == pytest.approx(apart, abs=5e-5)
    assert difference(two, one) == pytest.approx(apart, abs=5e-5)


def test_an_eye_without_red_cones_sees_violet_as_blue() -> None:
    violet, blue = "#a080ff", "#40a9ff"
    assert difference(seen(violet), seen(blue)) > 2 * difference(
        seen(violet, VISIONS["protan"]), seen(blue, VISIONS["protan"])
    )
    for eye in VISIONS.values():
        white = seen("#ffffff", eye)
        assert (white.l, white.a, white.b) == pytest.approx((100, 0, 0), abs=0.05)
