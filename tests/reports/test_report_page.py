"""The page as text: complete in one file, and nothing from outside becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from reports import catalogue, page, safe, words
from reports.model import ReportData
from tests.support.made_up_report import HOSTILE, hostile, made_up


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text.append(data)


def read(data: ReportData) -> Reader:
    reader = Reader()
    reader.feed(page.render(data, catalogue.drawings(data)))
    return reader


@pytest.fixture(scope="module")
def family() -> Reader:
    return read(made_up(names=("Anna", "Ben", "Rosa", "Karl")))


@pytest.fixture(scope="module")
def attacked() -> Reader:
    return read(hostile())


def test_the_page_asks_for_nothing_outside_itself(family: Reader) -> None:
    for tag, attributes in family.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        for name in ("src", "href", "srcset", "action"):
            assert (attributes.get(name) or "data:").startswith("data:")


def test_the_policy_runs_our_two_scripts_and_no_other(attacked: Reader) -> None:
    policies = [
        attributes["content"] or ""
        for tag, attributes in attacked.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    script_source = re.search(r"script-src ([^;]*)", policies[0])
    assert script_source is not None
    assert "unsafe" not in script_source[1]
    island, *programs = attacked.scripts
    assert len(programs) == 2
    for program in programs:
        digest = base64.b64encode(hashlib.sha256(program.encode("utf-8")).digest()).decode()
        assert f"'sha256-{digest}'" in script_source[1]
    json.loads(island)


def test_no_name_path_or_reason_becomes_markup(attacked: Reader) -> None:
    assert len(attacked.scripts) == 3
    for tag, attributes in attacked.tags:
        assert not any(name.startswith("on") for name in attributes)
        if tag == "img":
            assert (attributes["src"] or "").startswith("data:image/")
    assert sum(tag == "b" for tag, _ in attacked.tags) == sum(
        tag == "b" for tag, attributes in attacked.tags if set(attributes) <= {"class", "style"}
    )
    whole = "".join(attacked.text)
    for name in HOSTILE:
        assert name in whole


def test_the_data_on_the_page_cannot_end_its_own_element() -> None:
    text = safe.json_for_html({"name": "</script><!--&\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"name": "</script><!--&\u2028\u2029"}
    with pytest.raises(ValueError, match="JSON compliant"):
        safe.json_for_html(float("nan"))


def test_only_jpegs_are_put_on_the_page_as_pictures() -> None:
    assert safe.picture_address(b"<svg onload=alert(1)>") is None
    assert safe.picture_address(b"") is None


def test_a_parent_reads_the_answer_first_then_the_trend_then_the_rest(family: Reader) -> None:
    order = [attributes["id"] for tag, attributes in family.tags if tag == "section"]
    assert order == [
        "answer", "difference", "resemblance", "trend", "overall", "months", "agreement", "asking",
        "map", "faces", "numbers", "left-out", "claims", "settings",
    ]  # fmt: skip


def test_every_picture_chart_table_and_choice_has_words_for_those_who_cannot_see_it(
    family: Reader,
) -> None:
    for tag, attributes in family.tags:
        if tag == "img":
            assert attributes.get("alt")
        if "data-slot" in attributes:
            assert attributes.get("aria-label")
    count = [tag for tag, _ in family.tags].count
    assert count("table") == count("caption")
    assert count("select") + count("input") == count("label")


def test_a_page_of_two_years_weighs_less_than_a_photo() -> None:
    data = made_up(names=("Anna", "Ben", "Rosa", "Karl"), points=1600, exemplars=40)
    html = page.render(data, catalogue.drawings(data))
    assert len(html.encode("utf-8")) < 1_800_000


def test_names_are_coloured_where_they_stand_as_words_only() -> None:
    said = words.with_names("Annabel & Anna, not Hanna", ["Anna"])
    assert said.count("<b ") == 1
    assert "Annabel &amp; <b" in said
    assert words.with_names("<i>", []) == "&lt;i&gt;"
    assert words.with_names("An Anna An", ["An", "Anna"]).count("<b ") == 3


def test_counts_are_said_in_the_right_number() -> None:
    assert words.plural(1, "day") == "1 day"
    assert words.plural(0, "photo") == "0 photos"
    assert words.plural(2000, "photo") == "2,000 photos"
