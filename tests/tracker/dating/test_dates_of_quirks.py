"""The date of each awkward photo, against a table that was written by hand."""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from db.records import Clue
from tests.tracker.dating.quirk_dates import DATED, UNDATED, Expected
from tracker.dating import clues, edtf, folders, names
from tracker.dating.resolve import Weighed, weigh
from tracker.ingest import decode

TODAY = date(2026, 1, 1)

pytestmark = pytest.mark.samples


@pytest.fixture(scope="session")
def quirks(samples: Path) -> Path:
    folder = samples / "photos" / "quirks"
    if not folder.is_dir():
        pytest.skip("the samples have no folder photos/quirks")
    return folder


@cache
def known_of(path: Path, root: Path) -> tuple[Clue, ...]:
    """What the file itself, its name and its folders say."""
    content = decode.read(os.fsencode(path))
    decoded = decode.decode(content, lambda width, height: min(max(width, height), 256))
    above = list(path.relative_to(root).parent.parts)[::-1]
    return (*decoded.metadata.clues, *names.clues(path.name), *folders.clues(above))


def dated(path: Path, root: Path) -> Weighed:
    return weigh(known_of(path, root), TODAY)


@pytest.mark.parametrize("wanted", DATED, ids=lambda wanted: wanted.path)
def test_the_date_is_what_the_eye_reads(quirks: Path, wanted: Expected) -> None:
    found = dated(quirks / wanted.path, quirks).dated
    assert edtf.text(found.earliest, found.latest) == wanted.day, wanted.why
    assert found.source == wanted.source
    assert (found.zone or "") == wanted.zone, wanted.why
    time = datetime.fromisoformat(f"2000-01-01T{wanted.time}").time() if wanted.time else None
    assert (None if found.taken_at is None else found.taken_at.time()) == time


@pytest.mark.parametrize("name", UNDATED)
def test_where_nothing_is_said_only_the_end_is_known(quirks: Path, name: str) -> None:
    path = quirks / name
    assert dated(path, quirks).dated.latest is None
    mtime = path.stat().st_mtime_ns
    bound = weigh((*known_of(path, quirks), clues.file_time(mtime)), date(9998, 1, 1)).dated
    assert (bound.earliest, bound.source) == (None, "file")
    assert bound.latest == datetime.fromtimestamp(mtime // 10**9, tz=UTC).date()


def test_a_files_time_changes_no_date_that_is_known(quirks: Path) -> None:
    for wanted in DATED[:8]:
        path = quirks / wanted.path
        with_time = (*known_of(path, quirks), clues.file_time(path.stat().st_mtime_ns))
        found = weigh(with_time, TODAY).dated
        assert edtf.text(found.earliest, found.latest) == wanted.day


def test_satellites_that_tell_another_day_are_told_of(quirks: Path) -> None:
    said = dated(quirks / "formats/jpg/gps/DSCN0010.jpg", quirks).dated.conflicts
    assert "EXIF GPS time says 2008-10-23" in said


def test_a_date_in_the_future_is_told_of(quirks: Path) -> None:
    said = dated(quirks / "formats/jpg/WWL_(Polaroid)_ION230.jpg", quirks).dated.conflicts
    assert "EXIF DateTimeOriginal '2026:11:24 14:41:16': in the future" in said


def test_every_file_is_in_the_table(quirks: Path) -> None:
    there = {
        unicodedata.normalize("NFC", path.relative_to(quirks).as_posix())
        for path in quirks.rglob("*")
        if path.is_file() and not path.name.startswith(("README", "LICENSE"))
    }
    assert there == {*(wanted.path for wanted in DATED), *UNDATED}
