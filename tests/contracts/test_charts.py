"""What every chart promises, whichever file it is in."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import vl_convert

from reports import catalogue, export, theme
from reports.model import ReportData
from tests.support.made_up_report import HOSTILE, hostile, made_up, nearly_empty

CHARTS = catalogue.names()
FRAMES = [name for name, kind in ReportData.__annotations__.items() if kind == "pd.DataFrame"]


@pytest.fixture(scope="module")
def family() -> ReportData:
    return made_up(names=("Anna", "Ben", "Rosa"), points=120, months=14, exemplars=2)


@pytest.fixture(scope="module")
def hostile_family() -> ReportData:
    return hostile()


def svg_of(spec: dict[str, Any]) -> str:
    look = theme.config(theme.dressed(theme.LIGHT, 4))
    return str(
        vl_convert.vegalite_to_svg(json.dumps(spec), export.vega_lite_version(), config=look)
    )


def expressions(node: object, inside: bool = False) -> Iterator[str]:
    """Every string of a compiled Vega specification that Vega reads as a program."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from expressions(value, key in ("signal", "expr", "test", "update", "init"))
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value, inside)
    elif isinstance(node, str) and inside:
        yield node


def test_the_charts_of_the_report_are_found_by_their_file_names() -> None:
    assert {"trend", "coverage", "overall", "lead_heatmap", "agreement"} <= set(CHARTS)
    assert {"projection_2d", "projection_3d"} <= set(CHARTS)


@pytest.mark.parametrize("name", CHARTS)
class TestEveryChart:
    def test_says_what_it_is_and_how_to_read_it(self, name: str) -> None:
        title, reading = catalogue.described(name)
        assert 5 < len(title) < 60
        assert reading.endswith((".", "?"))

    def test_draws_a_family_as_a_picture_that_is_not_empty(
        self, name: str, family: ReportData
    ) -> None:
        charts = catalogue.load(name).drawings(family)
        assert charts
        for chart in charts.values():
            drawn = ET.fromstring(svg_of(chart.to_dict()))  # noqa: S314 - our own drawing
            paths = [element for element in drawn.iter() if element.tag.endswith("path")]
            assert len(paths) > 5

    def test_leaves_the_frames_as_they_were(self, name: str, family: ReportData) -> None:
        before = {frame: getattr(family, frame).copy() for frame in FRAMES}
        catalogue.load(name).drawings(family)
        for frame, copy in before.items():
            pd.testing.assert_frame_equal(getattr(family, frame), copy)

    def test_draws_the_same_twice(self, name: str, family: ReportData) -> None:
        module = catalogue.load(name)
        first = {key: chart.to_dict() for key, chart in module.drawings(family).items()}
        assert first == {key: chart.to_dict() for key, chart in module.drawings(family).items()}

    def test_names_no_colour_so_that_dark_pages_and_print_can_choose(
        self, name: str, family: ReportData
    ) -> None:
        for chart in catalogue.load(name).drawings(family).values():
            assert not re.search(r"#[0-9a-fA-F]{6}", json.dumps(chart.to_dict()))

    def test_has_nothing_to_say_where_there_is_no_evidence(self, name: str) -> None:
        for chart in catalogue.load(name).drawings(nearly_empty()).values():
            svg_of(chart.to_dict())

    def test_never_takes_a_name_for_a_program(self, name: str, hostile_family: ReportData) -> None:
        for chart in catalogue.load(name).drawings(hostile_family).values():
            spec = chart.to_dict()
            compiled = vl_convert.vegalite_to_vega(json.dumps(spec), export.vega_lite_version())
            for program in expressions(compiled):
                assert not any(word in program for word in ("script", "Quote", "HYPERLINK", "🦊"))

    def test_shows_a_name_as_it_is_typed(self, name: str, hostile_family: ReportData) -> None:
        for chart in catalogue.load(name).drawings(hostile_family).values():
            drawn = ET.fromstring(svg_of(chart.to_dict()))  # noqa: S314 - our own drawing
            tags = {element.tag.rpartition("}")[2] for element in drawn.iter()}
            assert not tags & {"script", "b", "foreignObject", "image", "a"}
            assert HOSTILE


def test_a_line_stops_at_a_month_without_photos(family: ReportData) -> None:
    chart = catalogue.load("trend").drawings(family)["trend_parents"]
    rows = chart.to_dict()["datasets"]["trend"]
    anna = {row["age_months"]: row["run"] for row in rows if row["relative"] == "Anna"}
    assert 5 not in anna  # no photos in that month, and no value made up for it
    assert anna[4] == anna[3]
    assert anna[6] != anna[4]


def test_a_long_life_is_drawn_by_years_instead_of_failing_on_too_many_rows() -> None:
    data = made_up(months=300, methods=3, points=60, exemplars=0, missing=(4,), thin=())
    chart = catalogue.load("lead_heatmap").drawings(data)["lead_heatmap"]
    rows = chart.to_dict()["datasets"]["leads"]
    assert len(rows) == 3 * 25
    svg_of(chart.to_dict())


def test_many_faces_are_thinned_before_they_are_drawn() -> None:
    data = made_up(points=9000, months=6, methods=1, exemplars=0, missing=(), thin=())
    for kind in ("projection_2d", "projection_3d"):
        for chart in catalogue.load(kind).drawings(data).values():
            assert len(chart.to_dict()["datasets"]["points"]) <= 800
