"""The page in a real browser, from the disk, without a network."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports import catalogue, page
from reports.model import ReportData
from tests.support.chromium import chromium
from tests.support.made_up_report import HOSTILE, hostile, made_up
from tests.support.made_up_score import (
    losing_side,
    specifications,
    stopped,
    taking_side,
    without_cohort,
)

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

PHONE, DESK = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = made_up(names=("Anna", "Ben", "Rosa", "Karl"), points=200, exemplars=6)
    return page.write(data, tmp_path_factory.mktemp("family"), images=False)[0]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page.write(hostile(), tmp_path_factory.mktemp("hostile"), images=False)[0]


def variants() -> dict[str, ReportData]:
    """Reports that look different from the everyday one."""
    data = made_up(points=60, exemplars=2, months=16)
    crowd = made_up(
        names=("Anna", "Ben", "Rosa", "Karl", "Eva", "Otto"), months=60, points=120, exemplars=2
    )
    asked = specifications(
        crowd,
        embedders=("facenet-vggface2", "mobilefacenet-y1@0a1b2c3d", "handcrafted"),
        views=("parents", "everyone", "same age"),
    )
    return {
        "crowd": replace(crowd, specifications=asked),
        "stopped": stopped(data),
        "without cohort": without_cohort(data),
        "side": taking_side(data),
        "losing side": losing_side(data),
        "attacked side": taking_side(hostile()),
        "older": made_up(points=60, exemplars=2, months=16, score=False),
    }


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of `variants`, written without their tables."""
    made = {}
    for name, data in variants().items():
        index = tmp_path_factory.mktemp("variant") / "index.html"
        html = page.render(data, catalogue.drawings(data))
        index.write_text(html, "utf-8", "backslashreplace")
        made[name] = index
    return made


def visit(
    browser: Chrome,
    index: Path,
    size: tuple[int, int] = DESK,
    scheme: str = "light",
    motion: str = "no-preference",
) -> None:
    """Open the page as if for the first time and wait until its charts are drawn."""
    width, height = size
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "media": "screen",
            "features": [
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": motion},
            ],
        },
    )
    browser.get(index.as_uri())
    wait(browser, "return document.documentElement.dataset.drawn === 'yes'")


def wait(browser: Chrome, script: str, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not browser.execute_script(script):
        assert time.monotonic() < until, (script, browser.get_log("browser"))
        time.sleep(0.05)


def test_the_page_draws_its_charts_from_the_disk_without_asking_the_network(
    browser: Chrome, family: Path
) -> None:
    visit(browser, family)
    assert browser.get_log("browser") == []
    asked = [
        json.loads(entry["message"])["message"]["params"]["request"]["url"]
        for entry in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert asked  # the log works: it holds the page itself
    assert all(url.startswith(("file:", "data:", "about:", "blob:")) for url in asked)
    slots = browser.execute_script(
        "return [...document.querySelectorAll('[data-slot]')].map(place =>"
        " [place.dataset.slot, place.querySelectorAll('svg path').length])"
    )
    assert {slot for slot, _ in slots} == {
        "difference", "resemblance", "trend", "coverage", "overall", "lead_heatmap", "agreement",
        "specification", "map",
    }  # fmt: skip
    assert all(paths > 10 for _, paths in slots)


def test_a_hostile_name_is_text_and_runs_nothing(browser: Chrome, attacked: Path) -> None:
    visit(browser, attacked)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return typeof window.hacked") == "undefined"
    assert browser.execute_script("return document.scripts.length") == 3
    shown = browser.execute_script("return document.querySelector('.people').textContent")
    for name in HOSTILE:
        assert name in shown


def test_even_a_script_that_got_onto_the_page_would_not_run(
    browser: Chrome, family: Path, tmp_path: Path
) -> None:
    smuggled = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
    index = tmp_path / "index.html"
    index.write_text(family.read_text("utf-8").replace("</main>", smuggled + "</main>"), "utf-8")
    visit(browser, index)
    assert browser.execute_script("return typeof window.hacked") == "undefined"


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("kind", ["family", "attacked"])
def test_no_width_makes_the_reader_scroll_sideways(
    browser: Chrome, kind: str, width: int, request: pytest.FixtureRequest
) -> None:
    visit(browser, request.getfixturevalue(kind), (width, 844))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("phone", [PHONE, (360, 740)])
def test_headline_verdict_and_difference_fit_on_the_first_screen_of_a_phone(
    browser: Chrome, family: Path, phone: tuple[int, int]
) -> None:
    visit(browser, family, phone)
    bottoms = browser.execute_script(
        "return ['h1', '#answer .sentence', '[data-slot=difference]'].map(found =>"
        " document.querySelector(found).getBoundingClientRect().bottom)"
    )
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] <= phone[1]


def test_a_month_stands_above_its_photo_days(browser: Chrome, family: Path) -> None:
    for size in (PHONE, DESK):
        visit(browser, family, size)
        left, right = browser.execute_script(
            "const ends = slot => { const box = document.querySelector(`[data-slot=${slot}]"
            " .mark-group .background`).getBoundingClientRect(); return [box.left, box.right]; };"
            "return [ends('trend'), ends('coverage')]"
        )
        assert left == pytest.approx(right, abs=1)


def test_choosing_a_method_changes_the_trend_and_the_table(browser: Chrome, family: Path) -> None:
    visit(browser, family)
    look = (
        "return [document.querySelector('[data-slot=trend] svg').outerHTML.length,"
        " document.getElementById('by-month').textContent]"
    )
    before = browser.execute_script(look)
    browser.execute_script(
        "const s = document.getElementById('method'); s.value = 'cosine';"
        "s.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    wait(browser, "return document.getElementById('table-method').textContent.startsWith('cosine')")
    after = browser.execute_script(look)
    assert after != before
    assert "%" in before[1].replace("95%", "")
    assert "%" not in after[1].replace("95%", "")  # similarities are no shares
    assert (
        browser.execute_script("return document.getElementById('method-below').value") == "cosine"
    )


def test_everyone_can_be_compared_and_the_script_rebuilds_the_same_table(
    browser: Chrome, family: Path
) -> None:
    visit(browser, family)
    table = "return document.getElementById('by-month').innerText.replace(/\\s+/g, ' ')"
    written = browser.execute_script(table)
    for comparison in ("everyone", "parents"):
        browser.execute_script(
            f"document.querySelector('[data-choose=comparison] [value={comparison}]').click()"
        )
        people = 4 if comparison == "everyone" else 2
        wait(
            browser,
            f"return document.querySelectorAll('#by-month thead th').length === {people + 4}",
        )
    assert browser.execute_script(table) == written


def test_a_table_sorts_by_any_column_and_keeps_empty_months_last(
    browser: Chrome, family: Path
) -> None:
    visit(browser, family)
    column = (
        "return [...document.querySelectorAll('#by-month tbody tr')]"
        ".map(row => row.cells[1].dataset.sort)"
    )
    for falling in (False, True):
        browser.execute_script("document.querySelectorAll('#by-month thead button')[1].click()")
        values = browser.execute_script(column)
        numbers = [float(value) for value in values if value]
        assert numbers == sorted(numbers, reverse=falling)
        assert values[-3:] == ["", "", ""]


def test_the_map_turns_in_three_dimensions(browser: Chrome, family: Path) -> None:
    visit(browser, family)
    browser.execute_script("document.querySelector('input[value=\"3d\"]').click()")
    wait(browser, "return !document.querySelector('.turning').hidden")
    drawn = "return document.querySelector('[data-slot=map] svg').innerHTML"
    before = browser.execute_script(drawn)
    browser.execute_script(
        "const s = document.querySelector('[data-signal=turn]'); s.value = 120;"
        "s.dispatchEvent(new Event('input'))"
    )
    until = time.monotonic() + 5
    while browser.execute_script(drawn) == before:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert browser.get_log("browser") == []


def test_a_dark_room_gets_a_dark_page_and_dark_charts(browser: Chrome, family: Path) -> None:
    look = (
        "const ink = e => getComputedStyle(e);"
        "return [ink(document.body).backgroundColor,"
        " ink(document.querySelector('[data-slot=trend] .role-axis-label text')).fill]"
    )
    seen = []
    for scheme in ("light", "dark"):
        visit(browser, family, scheme=scheme)
        seen.append(browser.execute_script(look))
    (light_ground, light_label), (dark_ground, dark_label) = seen
    assert light_ground != dark_ground
    assert light_label != dark_label


@pytest.mark.parametrize(
    "kind",
    ["crowd", "stopped", "without cohort", "side", "losing side", "attacked side", "older"],
)
def test_no_kind_of_report_logs_a_complaint_or_makes_a_phone_scroll_sideways(
    browser: Chrome, others: dict[str, Path], kind: str
) -> None:
    visit(browser, others[kind], (360, 740))
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    assert browser.execute_script("return typeof window.hacked") == "undefined"
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


def test_confetti_falls_for_a_few_seconds_and_then_lies_still(
    browser: Chrome, others: dict[str, Path]
) -> None:
    visit(browser, others["side"])
    falling = (
        "return document.getAnimations().map(a => { const t = a.effect.getComputedTiming();"
        " return [t.endTime, t.iterations]; })"
    )
    moving = browser.execute_script(falling)
    assert len(moving) > 50
    assert max(end for end, _ in moving) < 5000
    assert {rounds for _, rounds in moving} == {1}
    browser.execute_script("for (const a of document.getAnimations()) a.finish()")
    covered = browser.execute_script(
        "const last = [...document.querySelectorAll('.cheer p, .cheer h1')].pop()"
        ".getBoundingClientRect().bottom;"
        "return [...document.querySelectorAll('.confetti i')].filter(piece =>"
        " piece.getBoundingClientRect().top < last).length"
    )
    assert covered == 0  # it comes to lie below the words


def test_who_wants_no_motion_gets_none(browser: Chrome, others: dict[str, Path]) -> None:
    visit(browser, others["side"], motion="reduce")
    assert browser.execute_script("return document.getAnimations().length") == 0
    assert browser.execute_script("return document.querySelectorAll('.confetti i').length") > 50


def test_the_score_can_be_seen_by_photos_of_the_same_age_and_for_everyone(
    browser: Chrome, family: Path
) -> None:
    visit(browser, family)
    for kind, views in (("difference", ("same_age",)), ("resemblance", ("everyone", "same_age"))):
        drawn = f"return document.querySelector('[data-slot={kind}] svg').outerHTML"
        for view in views:
            before = browser.execute_script(drawn)
            browser.execute_script(
                f"document.querySelector('[data-choose={kind}] [value={view}]').click()"
            )
            until = time.monotonic() + 5
            while browser.execute_script(drawn) == before:
                assert time.monotonic() < until, (kind, view)
                time.sleep(0.05)
    assert browser.get_log("browser") == []


CONTRASTS = """
const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
const light = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => .2126 * light(r / 255) + .7152 * light(g / 255) + .0722 * light(b / 255);
const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)); };
const ground = element => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.push(channels(getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((under, top) => top.length ? over(top, under) : under, [255, 255, 255]);
};
const poor = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, element = node.parentElement;
  if (!node.textContent.trim() || !element.checkVisibility()) continue;
  if (element.closest('script, style, noscript, #vg-tooltip-element, .hidden, [data-slot=agreement]')) continue;
  const style = getComputedStyle(element);
  const svg = element.closest('svg');
  const colour = channels(svg ? style.fill : style.color);
  const behind = ground(svg ? svg.parentElement : element);
  if (svg && (style.fill === 'none' || channels(style.stroke).length)) continue;
  const [a, b] = [luminance(over(colour, behind)), luminance(behind)].sort((p, q) => q - p);
  const ratio = (a + .05) / (b + .05);
  if (ratio < 4.5) poor.push([node.textContent.trim().slice(0, 40), ratio.toFixed(2), element.className.baseVal ?? element.className]);
}
return poor;
"""  # noqa: E501


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["side", "stopped"])
def test_every_word_on_the_page_can_be_read_against_its_ground(
    browser: Chrome, others: dict[str, Path], kind: str, scheme: str
) -> None:
    visit(browser, others[kind], scheme=scheme)
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert browser.execute_script(CONTRASTS) == []
