"""Names that would break a drawing, or end the program that makes it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from reports import cleaning, frames
from tests.support.made_up_report import made_up

NAMES = ("An\x07na", "B\ufffeen", "Ro\x00sa", "K\x1b[31marl", "E\uffffva", "Otto")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("An\x07na", "An␇na"),
        ("a\x00b\x1f", "a␀b␟"),
        ("B\ufffeen", "B\\ufffeen"),
        ("x\udcff", "x\\udcff"),
        ("del\x7f", "del␡"),
        ("two\nlines\tand a tab\r", "two\nlines\tand a tab\r"),
        ("🦊 עברית أمي é", "🦊 עברית أمي é"),
    ],
)
def test_what_is_no_text_in_a_name_is_made_visible(name: str, seen: str) -> None:
    assert frames.clean_text(name) == seen
    assert frames.clean_text(seen) == seen


def test_every_text_of_a_report_is_cleaned_and_its_numbers_are_left_alone() -> None:
    data = made_up(child="M\x07ia", names=NAMES, months=5, missing=(), thin=(), points=20)
    fit = cleaning.cleaned(data)
    assert fit.child == "M␇ia"
    assert [r.name for r in fit.relatives] == [frames.clean_text(name) for name in NAMES]
    assert set(fit.trend["relative"]) == {frames.clean_text(name) for name in NAMES}
    assert fit.judgement is not None
    assert fit.judgement.first == "An␇na"
    numbers = data.trend.select_dtypes("number").columns
    pd.testing.assert_frame_equal(fit.trend[numbers], data.trend[numbers])


def test_a_report_with_nothing_to_clean_is_not_copied() -> None:
    data = made_up(months=3, points=20)
    assert cleaning.cleaned(data) is data


def test_names_with_control_characters_do_not_end_the_program(tmp_path: Path) -> None:
    # In a process of its own, because what is guarded against is an abort.
    program = (
        "import sys\nfrom pathlib import Path\nfrom reports import page\n"
        "from tests.support.made_up_report import made_up\n"
        f"names = {NAMES!r}\n"
        "data = made_up(child='M\\x07ia', names=names, months=4, missing=(), thin=(), points=30,"
        " methods=2, exemplars=1)\n"
        f"page.write(data, Path({str(tmp_path)!r}))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert "An␇na" in (tmp_path / "charts" / "difference_parents.svg").read_text("utf-8")


def test_a_long_report_of_plain_names_is_cleaned_in_no_time() -> None:
    frame = pd.DataFrame({"path": [f"/photos/{i}.jpg" for i in range(50_000)], "x": range(50_000)})
    assert cleaning.cleaned(replace(made_up(months=2, points=20), left_out=frame)).left_out is frame
