"""The same page as HTML: text in its place, tables as tables, the chart as SVG.

Print it from a browser and it is the PDF's page, on A4 and on Letter. Every
place and width is the layout's; the style sheet is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.report.fitting import Place, halves
from monitor.report.layout import (
    CHART_HEIGHT,
    CHART_TOP,
    FOOT_TOP,
    HEIGHT,
    PITCH,
    PLACES,
    TITLE,
    TOP_MARGIN,
    WIDTH,
)
from monitor.report.marks import Anchor, Area, Circle, Mark, Stroke, Text
from monitor.report.metrics import MM_PT, SIZE_PT
from monitor.report.sheet import HALVES_GAP, HEAD_PT, LEGEND_LEFT, TITLE_PT, Sheet


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("monitor.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fragment(page: Sheet) -> str:
    """The page as one `article`."""
    template = _environment().get_template("sheet.html")
    return template.render(
        page=page,
        halves={box.place.name: halves(box) for box in page.boxes},
        svg=Markup("").join(_svg(mark) for mark in page.chart),
        view=f"0 {CHART_TOP} {WIDTH:g} {CHART_HEIGHT:g}",
    )


def standalone(page: Sheet, title: str) -> str:
    """The page as a document of its own, which needs no other file but a font."""
    template = _environment().get_template("document.html")
    return template.render(
        article=Markup(fragment(page)),  # noqa: S704  rendered above, escaped there
        style=Markup(stylesheet("")),  # noqa: S704  our own numbers
        title=title,
    )


def _svg(mark: Mark) -> Markup:
    match mark:
        case Text():
            return _text(mark)
        case Area():
            fill = _grey(mark.grey)
            return Markup('<polygon points="{}" fill="{}"/>').format(_points(mark.points), fill)
        case Circle():
            fill = "#fff" if mark.hollow else "#000"
            return Markup(
                '<circle cx="{:.3f}" cy="{:.3f}" r="{}" fill="{}" stroke="#000" '
                'stroke-width="0.15"/>'
            ).format(mark.x, mark.y, mark.r, fill)
        case Stroke():
            dash = " ".join(f"{part:g}" for part in mark.dash or ()) or "none"
            return Markup(
                '<{} points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>'
            ).format(
                "polygon" if mark.closed else "polyline",
                _points(mark.points),
                _grey(mark.grey),
                mark.width,
                dash,
            )


def _text(mark: Text) -> Markup:
    anchor = "" if mark.anchor is Anchor.START else f' text-anchor="{mark.anchor.value}"'
    return Markup('<text x="{:.3f}" y="{:.3f}" font-size="{:.4f}"{}>{}</text>').format(
        mark.x,
        mark.y,
        mark.size_pt / MM_PT,
        Markup(anchor),  # noqa: S704  a word of ours
        mark.text,
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.3f},{y:.3f}" for x, y in points)


def _grey(grey: float) -> str:
    level = round(grey * 255)
    return f"#{level:02x}{level:02x}{level:02x}"


def stylesheet(fonts: str) -> str:
    """The style of `fragment`; the fonts lie under the path `fonts`, where there is one."""
    rules = [*_fonts(fonts), *_page(), *(rule for place in _places() for rule in _box(place))]
    return "\n".join(rules) + "\n"


def _places() -> Iterator[Place]:
    for name in PLACES.__slots__:
        yield getattr(PLACES, name)


def _fonts(fonts: str) -> Iterator[str]:
    for file, weight in (("Inter-Regular.ttf", 400), ("Inter-Bold.ttf", 700)) if fonts else ():
        source = f"url('{escape(fonts)}/{file}')"
        yield f"@font-face {{ font-family: Report; font-weight: {weight}; src: {source}; }}"


def _page() -> Iterator[str]:
    yield f"@page {{ margin: {TOP_MARGIN:g}mm 12mm; }}"
    yield (
        f".report {{ position: relative; width: {WIDTH:g}mm; height: {HEIGHT:g}mm; margin: 0; "
        "background: #fff; color: #000; font-family: Report, Inter, sans-serif; "
        f"font-size: {SIZE_PT}pt; font-kerning: none; line-height: {PITCH}mm; "
        "white-space: nowrap; break-inside: avoid; }"
    )
    yield ".report *:not(text) { margin: 0; padding: 0; font-size: inherit; }"
    yield f".report h1 {{ position: absolute; top: 0; font-size: {HEAD_PT}pt; line-height: 5mm; }}"
    yield (
        ".report .subtitle { position: absolute; top: 0; right: 0; "
        "font-size: 9pt; line-height: 5mm; }"
    )
    yield (
        ".report section { position: absolute; } "
        ".report section[data-titled] { border-top: 0.1mm solid #000; }"
    )
    yield (
        f".report h2 {{ height: {TITLE - 0.1}mm; font-size: {TITLE_PT}pt; "
        f"line-height: {TITLE}mm; font-weight: 700; }}"
    )
    yield (
        ".report table { border-collapse: collapse; border-spacing: 0; table-layout: fixed; } "
        ".report table th, .report table td { border: 0; color: #000; font-weight: 400; "
        "text-align: left; vertical-align: top; "
        f"height: {PITCH}mm; }} .report table th {{ font-weight: 700; }}"
    )
    yield ".report .left-out { position: absolute; bottom: 0; left: 0; }"
    yield (
        f".report .course {{ left: 0; top: {CHART_TOP}mm; width: {WIDTH:g}mm; "
        f"height: {CHART_HEIGHT:g}mm; }}"
    )
    yield f".report .legend {{ position: absolute; top: 0.4mm; left: {LEGEND_LEFT}mm; }}"
    yield (
        f".report svg {{ position: absolute; left: 0; top: 0; width: {WIDTH:g}mm; "
        f"height: {CHART_HEIGHT:g}mm; font-family: inherit; }}"
    )
    yield (
        f".report footer {{ position: absolute; left: 0; top: {FOOT_TOP}mm; width: {WIDTH:g}mm; "
        "border-top: 0.1mm solid #000; padding-top: 0.3mm; }"
    )


def _box(place: Place) -> Iterator[str]:
    """A box in its place, and its columns at their widths."""
    height, beside = TITLE + place.lines * PITCH, (place.halves - 1) * HALVES_GAP
    # What stands side by side does so, though the gap between is wider than the place leaves.
    width = max(place.width, place.halves * sum(place.columns) + beside)
    yield (
        f".report .{place.name} {{ left: {place.left:g}mm; top: {place.top:g}mm; "
        f"width: {width:g}mm; height: {height:.1f}mm; }}"
    )
    if not place.columns:
        return
    wide = sum(place.columns)
    yield f".report .{place.name} table {{ width: {wide:g}mm; float: left; }}"
    yield f".report .{place.name} table + table {{ margin-left: {HALVES_GAP:g}mm; }}"
    for number, column in enumerate(place.columns, start=1):
        yield f".report .{place.name} col:nth-child({number}) {{ width: {column:g}mm; }}"
