"""Libraries that move: what is renamed, copied, deleted, unplugged, and never forgotten."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import faces, people, photos, state
from db import roots as stored
from db.records import PhotoPath, PhotoResult
from db.roots import below, is_below
from db.text import shown
from tests.support.workspaces import DETECTOR, EMBEDDER, new_workspace, photo_of, says
from tracker.errors import UsageError
from tracker.ingest import moving, roots
from tracker.ingest.roots import RootsNoted
from tracker.ingest.scan import Found, scan
from tracker.ingest.volumes import device_of, mounts

NOW = datetime(2026, 5, 4, 12, 0, 0)
ME = EMBEDDER.embedder_id


class Library:
    """A workspace, and photos' files in `top`. A walk stores what it meets, as an ingest does."""

    def __init__(self, con: duckdb.DuckDBPyConnection, top: Path) -> None:
        self.con = con
        self.top = top
        top.mkdir()

    def put(self, name: str | bytes, content: str = "", *, top: Path | None = None) -> bytes:
        path = os.path.join(os.fsencode(top or self.top), os.fsencode(name))  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103,PTH120
        with open(path, "wb") as file:  # noqa: PTH123
            file.write((content or str(name)).encode("utf-8", "backslashreplace"))
        return path

    def ten(self) -> None:
        for name in "abcdefghij":
            self.put(f"{'abc'[ord(name) % 3]}/{name}.jpg")

    def walk(
        self,
        *starts: Path,
        filtered: bool = False,
        confirm: Callable[[str], bool] | None = None,
    ) -> RootsNoted:
        self.warnings = roots.check(self.con, [os.fsencode(s) for s in starts or (self.top,)])
        walked = scan(starts or (self.top,))
        found = [entry for entry in walked if isinstance(entry, Found)]
        photos.store_batch(
            self.con, [_read(entry) for entry in found], [], detector=DETECTOR, embedder=EMBEDDER
        )
        met = {entry.path for entry in found}
        return roots.note(
            self.con,
            walked.starts,
            frozenset(met),
            filtered=filtered,
            now=NOW,
            confirm=confirm,
        )

    def places(self) -> dict[str, bool]:
        """Every known place below the top -> whether it is missing."""
        top = shown(os.fsencode(self.top)) + "/"
        return {
            shown(place.path).removeprefix(top): place.missing_since is not None
            for place in stored.places(self.con)
        }

    def missing(self) -> list[str]:
        return [name for name, gone in self.places().items() if gone]


def _read(found: Found) -> PhotoResult:
    """What an ingest would find in a file: a face."""
    with open(found.path, "rb") as file:  # noqa: PTH123
        result = photo_of(hashlib.sha256(file.read()).hexdigest(), 1, date(2024, 3, 9))
    place = PhotoPath(found.path, result.photo.sha256, found.byte_size, found.mtime_ns, found.inode)
    return replace(result, path=place)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with new_workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture
def library(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Library:
    made = Library(con, tmp_path / "photos")
    made.ten()
    made.walk()
    return made


def yes(question: str) -> bool:
    return True


def no(question: str) -> bool:
    return False


# --- what a walk finds ------------------------------------------------------------------------


def test_a_renamed_file_is_recognised_and_its_old_place_forgotten(library: Library) -> None:
    (library.top / "a" / "c.jpg").rename(library.top / "a" / "Anna at the lake.jpg")
    (library.top / "b").rename(library.top / "2024")
    noted = library.walk()
    assert noted.moved == 5
    assert (noted.missing, noted.unmarked, noted.warnings) == (0, 0, ())
    assert list(noted.lines()) == ["5 files were moved or renamed; recognised."]
    assert len(library.places()) == 10
    assert "a/Anna at the lake.jpg" in library.places()
    assert not any(name.startswith("b/") for name in library.places())


def test_a_copy_is_a_second_place_and_forgets_nothing(library: Library) -> None:
    shutil.copytree(library.top / "b", library.top / "copy of b")
    assert library.walk() == RootsNoted()
    assert len(library.places()) == 14
    shutil.rmtree(library.top / "copy of b")
    assert library.walk().moved == 4  # the photos are still there, in one place
    assert len(library.places()) == 10


def test_a_deleted_file_is_marked_and_its_photo_still_counts(library: Library) -> None:
    mia = people.add(library.con, "Mia", "child", born_earliest=date(2024, 1, 1)).person_id
    ids = [int(i) for (i,) in library.con.execute("SELECT face_id FROM faces").fetchall()]
    people.decide(library.con, [says(face, mia) for face in ids])
    (library.top / "a" / "c.jpg").unlink()
    noted = library.walk()
    assert noted.missing == 1
    assert library.missing() == ["a/c.jpg"]
    assert "still count" in next(noted.lines())
    assert len(faces.child_by_month(library.con, mia, ME)) == 10
    assert library.walk() == RootsNoted()  # it is no news the second time


def test_a_file_that_is_there_again_is_missing_no_more(library: Library) -> None:
    file = library.top / "a" / "c.jpg"
    aside = library.top.parent / "aside.jpg"
    shutil.move(file, aside)
    library.walk()
    shutil.move(aside, file)
    noted = library.walk()
    assert noted.back == 1
    assert list(noted.lines()) == ["1 missing file is there again."]
    assert library.missing() == []


def test_a_missing_file_that_turns_up_elsewhere_was_moved(library: Library) -> None:
    aside = library.top.parent / "aside.jpg"
    shutil.move(library.top / "a" / "c.jpg", aside)
    library.walk()
    shutil.move(aside, library.top / "found.jpg")
    assert library.walk().moved == 1
    assert "found.jpg" in library.places()
    assert len(library.places()) == 10


def test_a_file_moved_to_another_root_is_recognised_when_its_old_one_is_walked(
    library: Library,
) -> None:
    other = library.top.parent / "other"
    other.mkdir()
    shutil.move(library.top / "a" / "c.jpg", other / "c.jpg")
    library.walk(other)
    assert len(library.places()) == 11
    assert library.walk().moved == 1
    assert len(library.places()) == 10


def test_a_copy_on_a_disk_that_is_not_connected_is_no_proof_of_a_move(library: Library) -> None:
    disk = library.top.parent / "disk"
    shutil.copytree(library.top / "a", disk)
    library.walk(disk)
    disk.rename(library.top.parent / "in a drawer")
    (library.top / "a" / "c.jpg").unlink()
    noted = library.walk()
    assert (noted.moved, noted.missing) == (0, 1)


@pytest.mark.parametrize("confirm", [None, no])
def test_much_that_is_missing_is_not_marked_unless_somebody_says_so(
    library: Library, confirm: Callable[[str], bool] | None
) -> None:
    for name in "abc":
        next(library.top.glob(f"*/{name}.jpg")).unlink()
    noted = library.walk(confirm=confirm)
    assert (noted.missing, noted.unmarked) == (0, 3)
    assert library.missing() == []
    (warning,) = noted.warnings
    assert "3 of the 10 files" in warning
    assert "Nothing is forgotten" in warning
    assert "tracker library missing" in warning


def test_much_that_is_missing_is_marked_after_a_yes(library: Library) -> None:
    for name in "abc":
        next(library.top.glob(f"*/{name}.jpg")).unlink()
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return True

    noted = library.walk(confirm=confirm)
    assert noted.missing == 3
    assert len(asked) == 1
    assert "3 of the 10 files known in" in asked[0]
    assert library.walk(confirm=no) == RootsNoted()  # nobody is asked twice


def test_a_fifth_of_the_files_is_marked_without_a_question(library: Library) -> None:
    for name in "ab":
        next(library.top.glob(f"*/{name}.jpg")).unlink()
    assert library.walk(confirm=no).missing == 2


def test_a_walk_that_left_files_out_says_nothing_of_them(library: Library) -> None:
    (library.top / "a" / "c.jpg").unlink()
    (library.top / "b").rename(library.top / "c" / "below")
    assert library.walk(filtered=True) == RootsNoted()
    assert library.missing() == []
    assert len(library.places()) == 14


def test_a_part_of_a_root_says_nothing_of_the_rest(library: Library) -> None:
    shutil.rmtree(library.top / "b")
    assert library.walk(library.top / "a") == RootsNoted()
    assert library.missing() == []
    assert [root.path for root in stored.all_roots(library.con)] == [os.fsencode(library.top)]


def test_a_file_that_was_named_itself_is_not_missing_where_a_walk_passes_it_over(
    library: Library,
) -> None:
    odd = Path(os.fsdecode(library.put("a/photo.from-a-scanner")))
    library.walk(odd)
    assert library.walk() == RootsNoted()
    assert library.missing() == []
    assert library.places()["a/photo.from-a-scanner"] is False


def test_a_single_file_makes_no_root(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    library = Library(con, tmp_path / "photos")
    file = Path(os.fsdecode(library.put("one.jpg")))
    library.walk(file)
    assert stored.all_roots(con) == []


def test_of_roots_in_each_other_the_outermost_is_known(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    library = Library(con, tmp_path / "photos")
    library.ten()
    for starts in (["a"], ["b", "a"], ["."], ["c"]):
        library.walk(*(library.top / start for start in starts))
    assert [root.path for root in stored.all_roots(con)] == [os.fsencode(library.top)]
    assert all(root.seen_at == NOW for root in stored.all_roots(con))


def test_seeing_a_root_once_more_is_no_news_to_a_report(library: Library) -> None:
    before = state.fingerprint(library.con)
    library.con.execute("UPDATE roots SET seen_at = TIMESTAMP '2020-01-01'")
    assert library.walk() == RootsNoted()
    assert stored.all_roots(library.con)[0].seen_at == NOW
    assert state.fingerprint(library.con) == before


# --- disks that are not connected -------------------------------------------------------------


def test_an_unplugged_disk_is_offline_and_forgets_nothing(library: Library) -> None:
    before = library.places()
    library.top.rename(library.top.parent / "in a drawer")
    with pytest.raises(UsageError) as told:
        library.walk()
    assert told.value.exit_code == 2
    assert "is not there now. 10 photos are known from it; nothing is forgotten" in str(told.value)
    assert "Connect the disk" in str(told.value.hint)
    assert library.places() == before
    with pytest.raises(UsageError, match="does not exist"):  # never seen: mistyped
        library.walk(library.top.parent / "photoss")


@pytest.mark.parametrize("left", [None, ".Trash-1000"])
def test_an_empty_mount_is_offline_and_forgets_nothing(library: Library, left: str | None) -> None:
    before = library.places()
    shutil.rmtree(library.top)
    library.top.mkdir()
    if left:
        (library.top / left).mkdir()
    noted = library.walk(confirm=yes)
    assert noted == RootsNoted()
    assert library.places() == before
    (warning,) = library.warnings
    assert "is empty now, and 10 photos are known from it. Is the disk connected?" in warning
    (root,) = stored.all_roots(library.con)
    assert roots.state_of(library.con, root) == "empty"


def test_a_link_to_a_disk_that_is_unplugged_is_offline_too(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    library = Library(con, tmp_path / "photos")
    link = tmp_path / "Pictures"
    link.symlink_to(disk)
    library.put("a.jpg", top=disk)
    library.walk(link)
    assert list(library.places()) == [shown(os.fsencode(link / "a.jpg"))]
    assert library.walk(link) == RootsNoted()
    disk.rename(tmp_path / "away")
    with pytest.raises(UsageError, match="1 photo is known from it"):
        library.walk(link)


# --- a root at another place ------------------------------------------------------------------


def test_a_root_at_another_place_is_recognised_without_reading_it(library: Library) -> None:
    new = library.top.parent / "new disk"
    library.top.rename(new)
    inodes = {p.path.split(b"/")[-1]: p.inode for p in stored.places(library.con)}
    noted = library.walk(new)
    (warning,) = library.warnings
    assert f"{library.top} is at {new} now: its 10 photos were recognised" in warning
    assert noted == RootsNoted()
    assert all(is_below(p.path, os.fsencode(new)) for p in stored.places(library.con))
    assert {p.path.split(b"/")[-1]: p.inode for p in stored.places(library.con)} == inodes
    assert [root.path for root in stored.all_roots(library.con)] == [os.fsencode(new)]


def test_a_root_whose_empty_mount_stayed_behind_is_recognised(library: Library) -> None:
    new = library.top.parent / "new mount"
    library.top.rename(new)
    library.top.mkdir()
    library.walk(new)
    assert len(library.warnings) == 1
    assert len(library.places()) == 10
    assert all(is_below(p.path, os.fsencode(new)) for p in stored.places(library.con))


def test_a_root_on_a_disk_with_another_name_is_recognised(library: Library) -> None:
    disk = library.top.parent / "disk 2"
    disk.mkdir()
    shutil.move(library.top, disk / "photos")
    library.walk(disk)
    assert len(library.warnings) == 1
    assert all(is_below(p.path, os.fsencode(disk / "photos")) for p in stored.places(library.con))
    assert [root.path for root in stored.all_roots(library.con)] == [os.fsencode(disk)]


def test_a_part_of_a_root_that_was_moved_out_of_all_roots_is_a_root(library: Library) -> None:
    new = library.top.parent / "disk" / "a"
    new.parent.mkdir()
    shutil.move(library.top / "a", new)
    files = moving.move(library.con, os.fsencode(library.top / "a"), os.fsencode(new))
    assert files > 0
    listed = [os.fsdecode(root.path) for root in stored.all_roots(library.con)]
    assert sorted(listed) == sorted([str(new), str(library.top)])
    assert roots.state_of(library.con, stored.all_roots(library.con)[0]) == "here"


def test_a_part_of_a_root_that_was_moved_within_a_root_makes_none(library: Library) -> None:
    new = library.top / "b" / "a"
    shutil.move(library.top / "a", new)
    moving.move(library.con, os.fsencode(library.top / "a"), os.fsencode(new))
    assert [root.path for root in stored.all_roots(library.con)] == [os.fsencode(library.top)]


def test_another_folder_is_not_taken_for_a_root_that_is_gone(library: Library) -> None:
    library.top.rename(library.top.parent / "in a drawer")
    other = library.top.parent / "other"
    library.put("a/c.jpg", "something else", top=other)
    library.walk(other)
    assert library.warnings == ()
    assert len(library.places()) == 11


def test_a_copy_of_a_root_that_is_there_is_a_second_place(library: Library) -> None:
    copy = library.top.parent / "backup"
    shutil.copytree(library.top, copy)
    library.walk(copy)
    assert library.warnings == ()
    assert len(library.places()) == 20


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    con.execute("CREATE OR REPLACE TEMP VIEW placed AS SELECT * FROM photo_paths ORDER BY path")
    return con.execute("SELECT * FROM placed").fetchall()


def test_saying_that_a_folder_moved_can_be_taken_back(library: Library) -> None:
    old, new = os.fsencode(library.top), os.fsencode(library.top.parent / "N\u00e4w")
    before = rows(library.con)
    library.top.rename(os.fsdecode(new))
    assert moving.move(library.con, old, new) == 10
    assert stored.count(library.con, old) == (0, 0)
    os.rename(new, old)  # noqa: PTH104
    assert moving.move(library.con, new, old) == 10
    assert rows(library.con) == before


def test_a_folder_is_not_said_to_have_moved_where_its_files_are_not(library: Library) -> None:
    old = os.fsencode(library.top)
    for new, why in (
        (old + b" elsewhere", "is not a folder that is there"),
        (os.fsencode(library.top.parent), "one is in the other"),
        (old + b"/a", "one is in the other"),
        (os.fsencode(library.top.parent / "workspace"), "does not hold the photos"),
    ):
        with pytest.raises(UsageError, match=why):
            moving.move(library.con, old, new)
    with pytest.raises(UsageError, match="No photos are known"):
        moving.move(library.con, b"/never seen", old)
    assert stored.count(library.con, old) == (10, 0)


def test_a_folder_that_was_taken_in_at_its_new_place_loses_the_old_one(library: Library) -> None:
    new = library.top.parent / "new"
    shutil.copytree(library.top, new)
    library.walk(new)
    assert moving.move(library.con, os.fsencode(library.top), os.fsencode(new)) == 10
    assert stored.count(library.con, os.fsencode(library.top)) == (0, 0)
    assert len(stored.places(library.con)) == 10


def test_files_that_are_looked_for_and_not_found_are_told(library: Library) -> None:
    gone = library.top / "a" / "c.jpg"
    gone.unlink()
    looked = moving.look(library.con, os.fsencode(library.top))
    assert [place.path for place in looked.gone] == [os.fsencode(gone)]
    assert (looked.known, looked.back) == (10, [])


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("IMG_1.JPG", "img_1.jpg"),
        (unicodedata.normalize("NFC", "Größe.jpg"), unicodedata.normalize("NFD", "Größe.jpg")),
        (b"caf\xe9.jpg", "café.jpg".encode()),
        (b"a\nb'\".jpg", b"a b.jpg"),
    ],
    ids=["capitals", "accents", "not UTF-8", "awkward"],
)
def test_a_name_written_otherwise_is_the_same_photo(
    library: Library, before: str | bytes, after: str | bytes
) -> None:
    path = library.put(before, "it")
    library.walk()
    os.rename(path, os.path.join(os.fsencode(library.top), os.fsencode(after)))  # noqa: PTH104,PTH118
    noted = library.walk()
    assert (noted.moved, noted.missing) == (1, 0)
    assert len(library.places()) == 11


def test_a_neighbour_whose_name_begins_alike_is_another_folder(library: Library) -> None:
    twin = Path(f"{library.top} 2")
    library.put("x.jpg", top=twin)
    library.walk(twin)
    shutil.rmtree(library.top / "a")
    library.walk(confirm=yes)
    assert stored.count(library.con, os.fsencode(twin)) == (1, 0)
    assert stored.count(library.con, os.fsencode(library.top)) == (10, 3)


NAMES = st.binary(min_size=1, max_size=3).filter(lambda n: b"/" not in n and b"\0" not in n)
PATHS = st.lists(NAMES, max_size=4).map(lambda names: b"/" + b"/".join(names))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PATHS, min_size=1, max_size=12, unique=True), PATHS)
def test_the_database_knows_what_is_below_a_folder(
    con: duckdb.DuckDBPyConnection, paths: list[bytes], folder: bytes
) -> None:
    con.execute("DELETE FROM photo_paths")
    result = photo_of("one", 0)
    photos.store_batch(con, [result], [], detector=DETECTOR, embedder=EMBEDDER)
    con.execute("DELETE FROM photo_paths")
    photos.add_paths(con, [replace(result.path, path=path) for path in paths])
    expected = sorted(path for path in paths if is_below(path, folder))
    assert [place.path for place in stored.places(con, folder)] == expected
    assert stored.count(con, folder) == (len(expected), 0)
    assert stored.unmet(con, [folder], paths) == []
    assert stored.unmet(con, [folder], []) == expected


def test_the_top_of_the_file_system_holds_everything() -> None:
    assert below(b"/") == [b"/", b"/", b"0"]
    assert is_below(b"/a", b"/")


# --- disks ------------------------------------------------------------------------------------


def test_the_disk_of_a_folder_is_told_or_is_not_known(tmp_path: Path) -> None:
    assert isinstance(device_of(os.fsencode(tmp_path)), str)
    assert device_of(b"/nowhere/at all") == device_of(b"/nowhere/at all")


def test_the_systems_table_of_mounts_is_read_with_blanks_in_names() -> None:
    table = (
        b"27 1 254:0 / / rw - ext4 /dev/vda rw\n"
        b"36 27 8:1 / /media/anna/My\\040Disk\\134 rw shared:1 master:2 - vfat /dev/sdb1 rw\n"
        b"half a line\n"
        b"40 27 0:50 / /mnt/nas rw - cifs //nas/photos rw\n"
    )
    assert list(mounts(table)) == [
        (b"/", "ext4", "/dev/vda"),
        (b"/media/anna/My Disk\\", "vfat", "/dev/sdb1"),
        (b"/mnt/nas", "cifs", "//nas/photos"),
    ]
