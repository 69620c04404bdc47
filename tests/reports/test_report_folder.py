"""Writing again into a folder: what goes, what stays, and what is nobody's business."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reports import folder, page
from reports.errors import ReportError
from reports.model import ReportData
from tests.support.made_up_report import made_up


def small(*, names: tuple[str, ...] = ("Anna", "Ben")) -> ReportData:
    return made_up(names=names, months=4, methods=2, points=30, exemplars=1, missing=(), thin=())


def files_in(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_a_chart_that_no_longer_applies_is_gone_after_the_next_report(tmp_path: Path) -> None:
    page.write(small(names=("Anna", "Ben", "Rosa")), tmp_path)
    assert (tmp_path / "charts" / "trend_everyone.svg").exists()
    written = page.write(small(), tmp_path)
    assert not list((tmp_path / "charts").glob("*_everyone.*"))
    assert files_in(tmp_path) == {path.relative_to(tmp_path).as_posix() for path in written}


def test_a_report_without_pictures_takes_the_old_pictures_away(tmp_path: Path) -> None:
    page.write(small(), tmp_path)
    page.write(small(), tmp_path, images=False)
    assert not (tmp_path / "charts").exists()


def test_files_that_no_report_wrote_stay(tmp_path: Path) -> None:
    page.write(small(names=("Anna", "Ben", "Rosa")), tmp_path)
    mine = [tmp_path / "notes.txt", tmp_path / "charts" / "mine.svg", tmp_path / "data" / "a.csv"]
    for path in mine:
        path.write_text("mine")
    changed = tmp_path / "charts" / "trend_everyone.svg"
    changed.write_text("<svg>drawn over by hand</svg>")
    page.write(small(), tmp_path, images=False)
    for path in mine:
        assert path.read_text() == "mine"
    assert "by hand" in changed.read_text()


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "charts/../../outside.txt", "notes.txt", "/etc/hostname", "charts/.."],
)
def test_a_manifest_cannot_send_us_out_of_our_own_folders(name: str, tmp_path: Path) -> None:
    out = tmp_path / "report"
    (out / "charts").mkdir(parents=True)
    targets = (tmp_path / "outside.txt", out / "notes.txt")
    for target in targets:
        target.write_text("mine")
    assert folder.remove_leftovers(out, {name: folder.fingerprint(targets[0])}, []) == []
    assert all(target.read_text() == "mine" for target in targets)


def test_a_link_in_place_of_our_folder_is_not_followed_to_remove_anything(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "report", tmp_path / "elsewhere"
    for made in (out, elsewhere):
        made.mkdir()
    (elsewhere / "old.svg").write_text("mine")
    (out / "charts").symlink_to(elsewhere)
    before = {"charts/old.svg": folder.fingerprint(elsewhere / "old.svg")}
    assert folder.remove_leftovers(out, before, []) == []
    assert (elsewhere / "old.svg").exists()


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"files": 3}', "\udcff", "{}"])
def test_a_spoiled_manifest_is_as_good_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / folder.MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert folder.written_before(tmp_path) == {}


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>My garden</title>")
    with pytest.raises(ReportError, match="is there already") as caught:
        page.write(small(), tmp_path, images=False)
    assert "--out" in str(caught.value.hint)
    assert files_in(tmp_path) == {"index.html"}
    assert "My garden" in (tmp_path / "index.html").read_text()


def test_neither_is_a_folder_called_like_the_page(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ReportError, match="is there already"):
        page.write(small(), tmp_path, images=False)


def test_a_report_of_ours_is_replaced_even_one_from_before_pages_said_so(tmp_path: Path) -> None:
    index = page.write(replace(small(), headline="The first"), tmp_path, images=False)[0]
    html = index.read_text("utf-8")
    marker = f'<meta name="generator" content="{folder.GENERATOR}">\n'
    assert marker in html
    index.write_text(html.replace(marker, ""), "utf-8")
    (tmp_path / folder.MANIFEST).unlink()
    page.write(replace(small(), headline="The second"), tmp_path, images=False)
    assert "The second" in index.read_text("utf-8")
