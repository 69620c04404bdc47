"""What `tracker doctor` finds: nothing in a sound workspace, and each kind of damage by name."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from db import DATABASE, check, people, photos
from db.connection import open_workspace, transaction
from db.errors import StoreError, WorkspaceInUse, WorkspaceMissing
from tests.support.workspaces import (
    DETECTOR,
    EMBEDDER,
    OTHER,
    dated,
    photo_of,
    place_of,
    rejected,
    says,
)

Connection = duckdb.DuckDBPyConnection
BLOCK = 262_144


def fill(con: Connection) -> None:
    """A bit of everything that a workspace can hold."""
    span = dated(date(2024, 1, 1), date(2024, 1, 31))
    group, single, empty = (
        photo_of("g", 3, date(2024, 3, 9)),
        photo_of("s", 1, span),
        photo_of("e", 0),
    )
    photos.store_batch(
        con,
        [group, single, empty],
        [rejected(b"/broken.jpg"), rejected(single.path.path, "unreadable")],
        detector=DETECTOR,
        embedder=EMBEDDER,
    )
    photos.add_paths(con, [place_of("g", path=b"/copy.jpg")])
    again = photo_of("g", 3, embedder=OTHER)
    photos.store_batch(con, [again], [], detector=DETECTOR, embedder=OTHER)
    anna, mum = people.add(con, "Anna", "mother"), people.add(con, "Mum", "mother")
    gone = people.add(con, "Gone", "aunt")
    people.decide(
        con,
        [
            says(group.faces[0].face_id, anna.person_id),
            says(group.faces[1].face_id, mum.person_id),
            says(group.faces[2].face_id, gone.person_id),
            says(single.faces[0].face_id, None, "rejected"),
        ],
    )
    people.merge(con, mum.person_id, anna.person_id)
    people.remove(con, gone.person_id)
    people.add(con, "Gone", "aunt", bring_back=False)
    people.add(con, "Mum", "grandmother")


def test_a_sound_workspace_has_nothing_wrong_with_it(home: Path) -> None:
    with open_workspace(home, create=True) as con:
        assert check.problems(con) == []
        fill(con)
        assert check.problems(con) == []
    assert check.check(home) == []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("INSERT INTO photos FROM photos LIMIT 1", "1 photo is stored more than once"),
        ("INSERT INTO photo_paths FROM photo_paths", "4 paths are stored more than once"),
        ("INSERT INTO faces FROM faces", "4 faces are stored more than once"),
        ("UPDATE photo_paths SET photo_id = 99 WHERE shown = '/copy.jpg'", "1 path belongs to no"),
        (
            "UPDATE faces SET photo_id = 99 WHERE face_index = 2",
            "1 face belongs to no stored",
        ),
        ("UPDATE rejections SET mtime_ns = 8", "1 path is both stored and rejected"),
        (
            "UPDATE detections SET faces = 7 WHERE faces = 0",
            "1 photo has another number",
        ),
        ("DELETE FROM faces WHERE face_index = 1", "1 photo has another number"),
        (
            "UPDATE photos SET latest = DATE '1999-01-01' WHERE latest IS NOT NULL",
            "2 photos",
        ),
        ("UPDATE photos SET latest = NULL", "2 photos have a date that ends before it begins"),
        ("INSERT INTO moments VALUES (99, 7, 'copy')", "1 photo is in two moments, or of a moment"),
        (
            "INSERT INTO moments VALUES (1, 7, 'copy'), (1, 8, 'burst')",
            "1 photo is in two moments",
        ),
        ("UPDATE decisions SET face_id = 1 WHERE person_id = 1", "1 decision is about a face"),
        (
            "UPDATE decisions SET person_id = 99 WHERE person_id = 1",
            "1 decision is about a",
        ),
        (
            "UPDATE people SET name_key = 'anna' WHERE person_id = 5",
            "1 name is given to more",
        ),
        ("INSERT INTO embeddings_1 FROM embeddings_1", "4 vectors of made-up are stored more than"),
        (
            "UPDATE embeddings_2 SET face_id = face_id + 1",
            "3 vectors of other/made-up",
        ),
        (
            "UPDATE embeddings_1 SET vector = list_transform(vector, lambda x: 2 * x)::FLOAT[16]",
            "4 vectors of made-up are not of length 1",
        ),
        (
            "UPDATE embeddings_2 SET vector = '[1, 2, 3, 4, 5, 6, 7, nan]'::FLOAT[8]",
            "3 vectors of other/made-up@1234abcd are not of length 1",
        ),
    ],
)
def test_rows_that_contradict_each_other_are_counted_and_named(
    con: Connection, harm: str, said: str
) -> None:
    fill(con)
    con.execute(harm)
    found = check.problems(con)
    assert any(sentence.startswith(said) for sentence in found), found


def test_a_flipped_bit_in_any_block_that_is_used_is_found(home: Path) -> None:
    with open_workspace(home, create=True) as con, transaction(con):
        con.execute("INSERT INTO settings SELECT range, md5(range::VARCHAR) FROM range(500)")
    file = home / DATABASE
    with open_workspace(home) as con:
        (used,) = con.execute("SELECT used_blocks FROM pragma_database_size()").fetchall()[0]
    good = file.read_bytes()
    found = 0
    for start in range(3 * 4096, len(good), BLOCK):
        data = bytearray(good)
        data[start + 5000] ^= 1
        file.write_bytes(data)
        try:
            told = check.check(home)
        except StoreError as error:
            told = [str(error)]
        assert all("damaged" in sentence for sentence in told)
        found += bool(told)
    # All but the one of the migrations' index at most: with one key it lies in the index's head,
    # and DuckDB has no use for the block.
    assert found >= used - 1
    file.write_bytes(good)
    assert check.check(home) == []


def test_a_folder_that_others_may_look_into_is_told(home: Path) -> None:
    open_workspace(home, create=True).close()
    (home / "gallery").mkdir()
    (home / "gallery").chmod(0o755)
    (said,) = check.check(home)
    assert "Other users" in said
    assert "gallery" in said


def test_a_workspace_that_cannot_be_opened_is_told_as_when_opening_it(home: Path) -> None:
    with pytest.raises(WorkspaceMissing):
        check.check(home)


def test_the_check_of_a_workspace_that_another_process_holds_is_refused(home: Path) -> None:
    with open_workspace(home, create=True) as con:
        other = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from db import check\n"
                "try: check.check(Path(sys.argv[1]))\n"
                "except Exception as error: print(type(error).__name__)",
                str(home),
            ],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            timeout=60,
            check=False,
        )
        assert other.stdout.strip() == WorkspaceInUse.__name__, other.stderr
        assert check.problems(con) == []
