"""What the page says of the resemblance score, and what it refuses to say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from reports import answer, catalogue, export, page, view, voices
from reports.model import Finding, ReportData
from tests.support.made_up_report import hostile, made_up, nearly_empty
from tests.support.made_up_score import (
    losing_side,
    neither,
    specifications,
    stopped,
    taking_side,
    unbounded,
    withheld,
    without_cohort,
)

SMALL = {"months": 9, "points": 20, "exemplars": 2}


def same(data: ReportData) -> ReportData:
    return data


VARIANTS: dict[str, Callable[[ReportData], ReportData]] = {
    "clear": same,
    "stopped": stopped,
    "without cohort": without_cohort,
    "withheld": withheld,
    "neither": neither,
    "unbounded": unbounded,
    "side": taking_side,
    "losing side": losing_side,
}


@pytest.fixture(scope="module")
def family() -> ReportData:
    return made_up(**SMALL)


def html_of(data: ReportData) -> str:
    return page.render(data, catalogue.drawings(data))


@pytest.fixture(scope="module")
def pages(family: ReportData) -> dict[str, str]:
    """The page of every variant."""
    return {name: html_of(vary(family)) for name, vary in VARIANTS.items()}


def text_of(html: str) -> str:
    """The page's words, without scripts, styles and markup."""
    body = html[html.index("<body>") : html.index('<script type="application/json"')]
    body = re.sub(r"</?(b|bdi|code|span|s|a)\b[^>]*>", "", body)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def island_of(html: str) -> object:
    found = re.search(r'<script type="application/json" id="report">(.*?)</script>', html, re.S)
    assert found is not None
    return json.loads(found[1])


def numbers_in(node: object, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from numbers_in(value, f"{path}/{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from numbers_in(value, f"{path}/{place}")
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield path, node


class Outline(HTMLParser):
    """Headings, ids and what is labelled by which id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.unlabelled: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if "aria-labelledby" in given:
            self.labels.append(str(given["aria-labelledby"]))
        if tag == "section" and "aria-labelledby" not in given:
            self.unlabelled.append(str(given))
        if given.get("role") in ("img", "group") and not given.get("aria-label"):
            self.unlabelled.append(str(given))


@pytest.mark.parametrize("variant", VARIANTS)
def test_headings_come_in_order_and_every_part_has_a_name(
    variant: str, pages: dict[str, str]
) -> None:
    outline = Outline(pages[variant])
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.labels) <= set(outline.ids)
    assert outline.unlabelled == []


def test_the_verdict_is_a_sentence_with_its_numbers_one_click_away(
    family: ReportData, pages: dict[str, str]
) -> None:
    html = pages["clear"]
    text = text_of(html)
    assert family.judgement is not None
    assert family.judgement.sentence in text
    behind = html[html.index('class="behind"') : html.index("</details>")]
    told = text_of(f"<body>{behind}" + '<script type="application/json"')
    for figure in (
        "86 (71 to 95)", "62 (40 to 80)", "+0.61 (+0.18 to +1.04)", "p = 0.006",
        "0.12 toward Anna, taken off, give or take 0.05", "20-40 years",
    ):  # fmt: skip
        assert figure in told


def test_a_leak_that_stops_stands_above_everything_with_what_to_do(
    family: ReportData, pages: dict[str, str]
) -> None:
    html = pages["stopped"]
    assert html.index("Nothing can be claimed yet") < html.index("<h1")
    text = text_of(html)
    assert (
        "9 of the child's faces look like Anna's own. Say whose they are: tracker review." in text
    )
    assert "<code>tracker review</code>" in html
    assert "No answer is given" in text
    assert family.drift is not None
    assert family.drift.sentence not in text
    assert "The bar on the middle line" not in text


def test_the_crossing_is_marked_only_where_it_is_certain_and_may_be_said(
    family: ReportData, pages: dict[str, str]
) -> None:
    def crossings(data: ReportData) -> list[object]:
        chart = catalogue.load("difference").drawings(data)["difference_parents"].to_dict()
        return list(chart["datasets"]["crossing"])

    assert family.drift is not None
    (mark,) = crossings(family)
    assert mark["at"] == pytest.approx(family.drift.crossing)  # type: ignore[index]
    assert crossings(neither(family)) == []
    assert crossings(withheld(family)) == []
    assert crossings(stopped(family)) == []
    (open_mark,) = crossings(unbounded(family))
    assert open_mark["from"] == 0  # type: ignore[index]
    assert "or any time before" in text_of(pages["unbounded"])


def test_without_a_cohort_the_page_says_what_to_type(
    family: ReportData, pages: dict[str, str]
) -> None:
    assert catalogue.load("resemblance").drawings(without_cohort(family)) == {}
    text = text_of(pages["without cohort"])
    assert "type tracker cohort add FOLDER" in text
    assert "could not be measured without strangers" in text
    assert "none of that can be told from chance" in text
    assert "withheld: there are not enough comparable strangers" in text


def test_a_trend_that_is_withheld_gives_its_reason(pages: dict[str, str]) -> None:
    text = text_of(pages["withheld"])
    assert (
        "No trend is given: a trend needs 12 photo-days in 3 months, and there are 9 in 2." in text
    )
    assert "trend with age withheld:" in text


def test_leaks_that_stop_nothing_are_among_the_warnings_once(family: ReportData) -> None:
    (leak,) = family.leaks
    told = answer.warnings(family)
    assert sum(leak.sentence in warning for warning in told) == 1
    again = replace(family, warnings=(leak.sentence,))
    assert sum(leak.sentence in warning for warning in answer.warnings(again)) == 1
    harsh = replace(family, leaks=(Finding("untrained", True, "It says the same.", "Drop it."),))
    assert not any("It says the same" in warning for warning in answer.warnings(harsh))


def test_a_method_that_failed_is_shown_with_the_figure_and_has_no_vote(
    family: ReportData, pages: dict[str, str]
) -> None:
    html = pages["clear"]
    assert "<s>kmeans</s>" in html
    assert "failed: leans to the first parent for 71% of unrelated children" in text_of(html)
    leading = replace(family, overall=family.overall.assign(leader="Anna", stands=True))
    votes = answer.votes(leading)
    assert votes is not None
    assert (votes.first, votes.voting, votes.standing, votes.failed) == (11, 11, 11, 1)
    rows = catalogue.load("overall").drawings(leading)["overall"].to_dict()["data"]["values"]
    assert [row["row"] for row in rows if not row["votes"]] == ["× kmeans"]


def test_only_what_stands_is_called_in_the_heat_map_and_the_table(family: ReportData) -> None:
    rows = catalogue.load("lead_heatmap").drawings(family)["lead_heatmap"].to_dict()
    for row in rows["datasets"]["leads"]:
        assert row["stands"] == (row["voice"] == voices.FULL)
    called, pale = view.leaders(family), view.leaders(family, standing=False)
    stands = family.leads[family.leads["stands"] & (family.leads["method"] != "kmeans")]
    assert sum(map(len, called.values())) == len(stands)
    leaning = (family.leads["leader"] != "").sum()
    assert sum(map(len, pale.values())) == leaning - len(stands)


def test_a_report_from_before_the_score_is_shown_as_it_was() -> None:
    data = made_up(**SMALL, score=False)
    html = html_of(data)
    outline = Outline(html)
    assert "difference" not in outline.ids
    assert "resemblance" not in outline.ids
    assert sum(map(len, view.leaders(data).values())) == (data.leads["leader"] != "").sum()
    assert view.leaders(data, standing=False) == {}
    assert answer.may_be_said(data)


def test_a_number_that_is_not_known_is_never_shown_as_one(pages: dict[str, str]) -> None:
    for html in pages.values():
        assert "nan" not in re.findall(r"[a-z]+", text_of(html).lower())
    assert "nan" not in re.findall(r"[a-z]+", text_of(html_of(nearly_empty())).lower())


class TestTakingASide:
    @pytest.mark.parametrize("variant", ["side", "losing side"])
    def test_alters_no_table_and_no_number(
        self, variant: str, family: ReportData, pages: dict[str, str], tmp_path: Path
    ) -> None:
        sided = VARIANTS[variant](family)
        for name, data in (("without", family), ("with", sided)):
            (tmp_path / name).mkdir()
            export.write_tables(data, tmp_path / name)
        tables = sorted(path.name for path in (tmp_path / "without").glob("*.csv"))
        assert len(tables) == len(export.tables(family))
        for table in tables:
            assert (tmp_path / "with" / table).read_bytes() == (
                tmp_path / "without" / table
            ).read_bytes()
        before = list(numbers_in(island_of(pages["clear"])))
        assert len(before) > 1000
        assert list(numbers_in(island_of(pages[variant]))) == before

    def test_shows_every_row_and_figure_of_the_tables_all_the_same(
        self, pages: dict[str, str]
    ) -> None:
        def cells(html: str) -> list[str]:
            table = html[html.index('<table id="methods"') :]
            body = table[table.index("<tbody>") : table.index("</tbody>")]
            return re.findall(r"<td[^>]*>(.*?)</td>", body)

        assert cells(pages["side"]) == cells(pages["clear"])

    def test_cheers_first_and_puts_the_honest_table_right_below(
        self, family: ReportData, pages: dict[str, str]
    ) -> None:
        data, html = taking_side(family), pages["side"]
        assert data.side is not None
        text = text_of(html)
        order = [
            text.index(part)
            for part in (data.side.cheer, data.side.lines[0], "And now, honestly",
                         data.side.honest, data.headline)
        ]  # fmt: skip
        assert order == sorted(order)
        honest = html[html.index('class="honest"') : html.index("</table>")]
        assert honest.count('<th scope="row">') == len(data.methods) + 1
        assert f"{data.side.agreeing} of {data.side.total}" in text
        assert f"{data.side.months_agreeing} of {data.side.months_total}" in text

    def test_highlights_the_agreeing_methods_and_no_other(
        self, family: ReportData, pages: dict[str, str]
    ) -> None:
        data = taking_side(family)
        assert data.side is not None
        for kind in ("overall", "lead_heatmap"):
            chart = catalogue.load(kind).drawings(data)[kind].to_dict()
            rows = chart["datasets"]["leads"] if kind == "lead_heatmap" else chart["data"]["values"]
            loud = {row["method"] for row in rows if row["voice"] != voices.DIM}
            assert loud == set(data.side.methods)
        html = pages["side"]
        table = html[html.index('<table id="methods"') :]
        starred = re.findall(r'<tr class="[^"]*cheered[^"]*"><th scope="row">★ ([a-z ]+)<', table)
        assert sorted(starred) == sorted(name.replace("_", " ") for name in data.side.methods)

    def test_is_gentle_where_nothing_is_won(self, pages: dict[str, str]) -> None:
        html = pages["losing side"]
        assert 'class="confetti"' not in html
        assert 'aria-label="A cup of tea, still warm"' in html

    def test_stays_text_whatever_the_name_is(self) -> None:
        html = html_of(taking_side(hostile()))
        assert "<script>window" not in html


@pytest.mark.parametrize(
    ("embedders", "views", "methods"),
    [(1, 2, 11), (1, 3, 12), (3, 3, 12)],
)
def test_every_way_of_asking_has_its_marks(embedders: int, views: int, methods: int) -> None:
    data = made_up(**SMALL, methods=methods)
    asked = specifications(
        data,
        embedders=("a", "b@0a1b2c3d", "c")[:embedders],
        views=("parents", "everyone", "same age")[:views],
    )
    chart = catalogue.load("specification").drawings(replace(data, specifications=asked))
    spec = chart["specification"].to_dict()
    rows = spec["datasets"]["specifications"]
    ways = embedders * views * (methods + 1)
    assert [row["place"] for row in rows] == list(range(ways))
    levels = sum(n for n in (embedders, views, methods + 1) if n > 1)
    assert len(spec["datasets"]["rows"]) == levels
    groups = sum(n > 1 for n in (embedders, views, methods + 1))
    assert len(spec["datasets"]["marks"]) == ways * groups
    assert sum(row["chosen"] for row in rows) == 1
    heights = np.array([row["y"] for row in rows])
    assert (np.diff(heights) <= 0).all()  # from the most like the second to the first


def test_the_shares_of_all_ways_of_asking_add_up(family: ReportData) -> None:
    shares = answer.shares(family)
    assert shares is not None
    assert sum(ways for _, _, ways in shares.parts) == shares.first + shares.second == shares.ways


def test_a_percentile_without_photos_between_is_not_bridged(family: ReportData) -> None:
    chart = catalogue.load("resemblance").drawings(family)["resemblance_parents"].to_dict()
    anna = {
        row["age_months"]: row
        for row in chart["datasets"]["resemblance"]
        if row["relative"] == "Anna"
    }
    assert 5 not in anna
    assert anna[4]["run"] == anna[3]["run"] != anna[6]["run"]
    assert anna[2]["from"] is None  # two days: a hollow dot


@pytest.mark.parametrize("people", [1, 2, 3, 6])
def test_each_relative_has_a_strip_of_their_own(people: int) -> None:
    names = ("Anna", "Ben", "Rosa", "Karl", "Eva", "Otto")[: max(people, 2)]
    data = made_up(**SMALL, names=names)
    if people == 1:
        alone = data.resemblance[data.resemblance["relative"] == "Anna"]
        data = replace(data, resemblance=alone, relatives=data.relatives[:1], parents=None)
    charts = catalogue.load("resemblance").drawings(data)
    name = "resemblance_everyone" if people > 2 else "resemblance_parents"
    strips = charts[name].to_dict()["datasets"]["names"]
    assert [strip["relative"] for strip in strips] == list(names)[:people]
    assert len({strip["at"] for strip in strips}) == people


def test_one_relative_alone_is_still_read_against_strangers() -> None:
    data = made_up(**SMALL)
    alone = data.resemblance[(data.resemblance["relative"] == "Anna")]
    lonely = nearly_empty()
    html = html_of(replace(lonely, coverage=data.coverage, resemblance=alone))
    assert "resemblance" in Outline(html).ids
    assert "Too early to say" in text_of(html)
