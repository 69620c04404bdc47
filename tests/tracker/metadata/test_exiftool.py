"""exiftool, where it is installed, dates photos that nothing else does.

It is not installed where these tests are written: a small program stands in for it, which takes
the options and prints the JSON that exiftool's manual documents.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tracker.metadata import exiftool

Install = Callable[..., Path]

STAND_IN = """#!{python}
import json, pathlib, sys, time
arguments = sys.argv[1:]
log = pathlib.Path(__file__).with_name("calls")
with log.open("a") as file:
    file.write(json.dumps(arguments) + "\\n")
if arguments == ["-ver"]:
    print("{version}")
    sys.exit()
{body}
"""

DOCUMENTED = """
assert arguments[:2] == ["-config", ""] and "-json" in arguments
listed = pathlib.Path(arguments[arguments.index("-@") + 1]).read_bytes().splitlines()
names = [name.decode("utf-8", "surrogateescape") for name in listed]
known = json.load(open(__file__ + ".json"))
rows = [{"SourceFile": name, **known.get(name.rpartition("/")[2], {})} for name in names]
sys.stdout.write(json.dumps(rows))
sys.exit(1)  # as with one bad file among them
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a program called exiftool on the path, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    exiftool.program.cache_clear()

    def put(known: object = None, *, body: str = DOCUMENTED, version: str = "12.76") -> Path:
        tool = folder / "exiftool"
        text = STAND_IN.replace("{python}", sys.executable).replace("{version}", version)
        tool.write_text(text.replace("{body}", body))
        tool.chmod(0o755)
        Path(f"{tool}.json").write_text(json.dumps(known or {}))
        return folder / "calls"

    yield put
    exiftool.program.cache_clear()


KNOWN = {
    "a.jpg": {"DateTimeOriginal": "2009:06:01 12:00:00+02:00", "CreateDate": "2009:06:01 12:00:00"},
    "b.jpg": {"CreateDate": "0000:00:00 00:00:00"},
    "c.jpg": {"DateCreated": 2009},
}


def test_without_exiftool_nothing_is_asked_and_nothing_known(install: Install) -> None:
    assert exiftool.clues([b"/photos/a.jpg"]) == {}


def test_dates_come_from_one_call_for_many_photos(install: Install) -> None:
    calls = install(KNOWN)
    paths = [b"/photos/%b.jpg" % letter for letter in (b"a", b"b", b"c", b"d")]
    found = exiftool.clues(paths)
    assert list(found) == [b"/photos/a.jpg"]
    assert [(clue.source, clue.label) for clue in found[b"/photos/a.jpg"]] == [
        ("modified", "exiftool DateTimeOriginal"),
        ("modified", "exiftool CreateDate"),
    ]
    first = found[b"/photos/a.jpg"][0]
    assert (first.earliest, first.zone) == (date(2009, 6, 1), "+02:00")
    assert len(calls.read_text().splitlines()) == 2  # its version, and the photos


def test_names_are_never_options_nor_lost(install: Install) -> None:
    names = ["-delete_original.jpg", "# 1.jpg", " a.jpg", "ü.jpg", "-@.jpg"]
    calls = install({name: {"DateTimeOriginal": "2009:06:01 12:00:00"} for name in names})
    paths = [os.fsencode(f"/photos/{name}") for name in names]
    assert list(exiftool.clues([*paths, b"/photos/two\nlines.jpg", b"/photos/\xff.jpg"])) == paths
    assert "photos" not in calls.read_text()


def test_an_exiftool_that_hostile_photos_could_use_is_not_run(install: Install) -> None:
    calls = install(KNOWN, version="12.16")
    assert exiftool.clues([b"/photos/a.jpg"]) == {}
    assert len(calls.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(2)",
        "print('not JSON')",
        "print('[1, null, {}, {\"SourceFile\": 5}]')",
        "print('{}')",
        "print('[' * 100_000)",
        "sys.stdout.buffer.write(bytes(range(256)))",
    ],
)
def test_an_exiftool_that_fails_costs_its_dates_alone(install: Install, body: str) -> None:
    install(body=body)
    assert exiftool.clues([b"/photos/a.jpg"]) == {}


def test_an_exiftool_that_hangs_is_ended(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(body="time.sleep(60)")
    monkeypatch.setattr(exiftool, "TIME_LIMIT_S", 1.0)
    started = time.monotonic()
    assert exiftool.clues([b"/photos/a.jpg"]) == {}
    assert time.monotonic() - started < 10


def test_many_photos_are_asked_for_in_batches(install: Install) -> None:
    calls = install({f"{n}.jpg": {"CreateDate": "2009:06:01 12:00:00"} for n in range(250)})
    assert len(exiftool.clues([b"/photos/%d.jpg" % n for n in range(250)])) == 250
    assert len(calls.read_text().splitlines()) == 1 + 3
