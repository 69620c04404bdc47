"""The folder that a report is written into."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pandas as pd
import pytest

from reports import page
from reports.errors import ReportError, translated
from reports.export import COLUMNS, TABLES
from reports.model import ReportData
from tests.support.made_up_report import HOSTILE, hostile, made_up, nearly_empty


@pytest.fixture(scope="module")
def small() -> ReportData:
    return made_up(months=4, methods=2, points=30, exemplars=2, missing=(2,), thin=(1,))


def test_a_report_is_a_page_and_its_charts_and_tables_as_files(
    small: ReportData, tmp_path: Path
) -> None:
    written = page.write(small, tmp_path / "new" / "report")
    assert written[0] == tmp_path / "new" / "report" / "index.html"
    names = {str(path.relative_to(written[0].parent)) for path in written}
    for chart in ("trend_parents", "coverage", "overall", "lead_heatmap", "agreement"):
        assert {f"charts/{chart}.svg", f"charts/{chart}.png"} <= names
    for table in (*TABLES, "methods", "relatives", "leaks", "verdict"):
        assert {f"data/{table}.csv", f"data/{table}.parquet"} <= names
    assert all(path.stat().st_size > 0 for path in written)
    png = (written[0].parent / "charts" / "coverage.png").read_bytes()
    assert png.startswith(b"\x89PNG")


def test_only_the_owner_may_read_a_report_and_nothing_is_left_over(
    small: ReportData, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    page.write(small, out, images=False)
    written = page.write(small, out, images=False)  # again, over the first
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out, out / "data")} == {0o700}
    assert {path for path in out.rglob("*") if path.is_file()} == set(written)


def test_without_images_there_is_no_folder_of_charts(small: ReportData, tmp_path: Path) -> None:
    page.write(small, tmp_path, images=False)
    assert not (tmp_path / "charts").exists()
    assert (tmp_path / "index.html").is_file()


def test_the_tables_hold_every_number_unrounded(small: ReportData, tmp_path: Path) -> None:
    page.write(small, tmp_path, images=False)
    for table in ("coverage", "trend", "leads", "overall", "resemblance", "days", "curve"):
        frame = getattr(small, table)
        stored = pd.read_parquet(tmp_path / "data" / f"{table}.parquet")
        pd.testing.assert_frame_equal(stored, frame, check_dtype=False)
        csv = pd.read_csv(tmp_path / "data" / f"{table}.csv", keep_default_na=True)
        assert list(csv.columns) == list(frame.columns)
        assert len(csv) == len(frame)


def test_a_name_in_a_table_is_left_as_it_is(tmp_path: Path) -> None:
    page.write(hostile(), tmp_path, images=False)
    for name in ("trend.csv", "trend.parquet"):
        path = tmp_path / "data" / name
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        assert set(frame["relative"]) == set(HOSTILE)
    assert "\\udcff" in (tmp_path / "data" / "left_out.csv").read_text("utf-8")


def test_a_table_that_a_report_lacks_still_has_its_columns(tmp_path: Path) -> None:
    page.write(made_up(months=3, methods=1, points=20, score=False), tmp_path, images=False)
    for table, columns in COLUMNS.items():
        frame = pd.read_csv(tmp_path / "data" / f"{table}.csv")
        assert (len(frame), tuple(frame.columns)) == (0, columns)


def test_what_passed_failed_or_was_not_checked_stays_three_things(
    small: ReportData, tmp_path: Path
) -> None:
    page.write(small, tmp_path, images=False)
    passed = pd.read_parquet(tmp_path / "data" / "specifications.parquet")["passed"]
    assert [None if pd.isna(value) else bool(value) for value in passed] == [
        None if pd.isna(value) else bool(value) for value in small.specifications["passed"]
    ]


def test_the_verdict_and_the_trend_are_exported_in_numbers(
    small: ReportData, tmp_path: Path
) -> None:
    page.write(small, tmp_path, images=False)
    told = pd.read_csv(tmp_path / "data" / "verdict.csv").set_index("what")
    assert small.judgement is not None
    assert told.loc["difference", ["value", "low", "high"]].tolist() == [0.61, 0.18, 1.04]
    assert told.loc["answer", "says"] == small.judgement.text


def test_a_report_with_nothing_to_compare_is_still_a_report(tmp_path: Path) -> None:
    written = page.write(nearly_empty(), tmp_path)
    html = written[0].read_text("utf-8")
    assert "Too early to say" in html
    assert "nothing to draw yet" in html


def test_a_file_where_the_folder_should_be_is_named_with_a_way_out(
    small: ReportData, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(ReportError, match="taken is not a folder") as caught:
        page.write(small, taken, images=False)
    assert "--out" in str(caught.value.hint)
    assert taken.read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no room left"),
        (PermissionError(errno.EACCES, "Permission denied"), "no right to write"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
    ],
)
def test_what_the_system_says_is_said_in_words(error: OSError, said: str) -> None:
    with pytest.raises(ReportError, match=said), translated(Path("/somewhere")):
        raise error
