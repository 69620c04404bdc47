from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

from db.records import Rejection
from tracker.errors import UsageError
from tracker.ingest import scan as scanning
from tracker.ingest.known import Memory, plan
from tracker.ingest.scan import Found, Skipped, scan, shown
from tracker.ingest.summary import nothing_found

NOBODY = 65534


def files(entries: Iterable[object]) -> list[str]:
    return [shown(e.path) for e in entries if isinstance(e, Found)]


def names(entries: Iterable[object]) -> list[str]:
    return [Path(name).name for name in files(entries)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "photos"
    for name in ("b.jpg", "a.JPG", "sub/c.heic", "sub/deeper/d.png", "notes.txt", "clip.mp4"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x")
    return top


def test_every_photo_of_a_folder_is_found_in_the_order_of_names(tree: Path) -> None:
    assert names(scan([tree])) == ["a.JPG", "b.jpg", "c.heic", "d.png"]


def test_videos_and_texts_are_skipped_and_counted_by_kind(tree: Path) -> None:
    kinds = sorted(e.kind for e in scan([tree]) if isinstance(e, Skipped))
    assert kinds == [".txt", "video"]


def test_hidden_entries_and_other_programs_thumbnails_are_skipped(tree: Path) -> None:
    (tree / ".hidden.jpg").write_bytes(b"x")
    (tree / "@eaDir").mkdir()
    (tree / "@eaDir" / "thumb.jpg").write_bytes(b"x")
    (tree / ".cache").mkdir()
    (tree / ".cache" / "thumb.jpg").write_bytes(b"x")
    entries = list(scan([tree]))
    assert names(entries) == ["a.JPG", "b.jpg", "c.heic", "d.png"]
    kinds = [e.kind for e in entries if isinstance(e, Skipped)]
    assert (kinds.count("hidden"), kinds.count("thumbnails")) == (2, 1)


def test_links_are_not_followed_so_a_loop_ends(tree: Path) -> None:
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "link.jpg").symlink_to(tree / "b.jpg")
    entries = list(scan([tree]))
    assert names(entries) == ["a.JPG", "b.jpg", "c.heic", "d.png"]
    assert sum(isinstance(e, Skipped) and e.kind == "link" for e in entries) == 2


def test_what_is_named_explicitly_is_tried_whatever_it_is_called(tree: Path) -> None:
    (tree / ".odd").write_bytes(b"x")
    (tree / "link").symlink_to(tree / "b.jpg")
    assert names(scan([tree / "notes.txt", tree / ".odd", tree / "link"])) == [
        "notes.txt",
        ".odd",
        "link",
    ]


def test_naming_its_folder_as_well_does_not_hide_it(tree: Path) -> None:
    (tree / ".odd").write_bytes(b"x")
    entries = list(scan([tree, tree / "notes.txt", tree / ".odd"]))
    assert names(entries)[-2:] == ["notes.txt", ".odd"]
    skipped = {entry.path for entry in entries if isinstance(entry, Skipped)}
    assert not skipped & {os.fsencode(tree / "notes.txt"), os.fsencode(tree / ".odd")}


def test_a_file_reached_twice_is_found_once(tree: Path) -> None:
    assert names(scan([tree, tree / "b.jpg", tree / "sub", tree])) == [
        "a.JPG",
        "b.jpg",
        "c.heic",
        "d.png",
    ]


def test_size_time_and_inode_come_along(tree: Path) -> None:
    found = next(e for e in scan([tree / "b.jpg"]) if isinstance(e, Found))
    status = (tree / "b.jpg").stat()
    assert (found.byte_size, found.mtime_ns, found.inode) == (1, status.st_mtime_ns, status.st_ino)


def test_an_absent_path_is_named_before_anything_is_read(tree: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist") as caught:
        scan([tree, tree / "nowhere"])  # not even iterated
    assert caught.value.hint


@pytest.mark.parametrize("path", [b"", b"a\0b"])
def test_a_path_that_no_file_system_holds_is_a_usage_error(path: bytes) -> None:
    with pytest.raises(UsageError, match="is not a path"):
        scan([path])


@pytest.mark.parametrize(
    "name",
    [
        b'it\'s "quoted".jpg',
        b"two\nlines.jpg",
        b"<script>alert(1)<\xe2\x88\x95script>.jpg",
        b"latin-\xe9.jpg",
        b"\xff\xfe.jpg",
        "naïve 👶🏽 \u202e.jpg".encode(),
        b"-rf.jpg",
        b" .jpg",
    ],
)
def test_any_name_that_the_file_system_allows_is_found(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    (found,) = scan([tmp_path])
    assert isinstance(found, Found)
    assert found.path == path
    shown(found.path).encode("utf-8")


def test_a_pipe_is_rejected_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (entry,) = scan([tmp_path])
    assert isinstance(entry, Rejection)
    assert entry.code == "not-a-file"


def test_a_folder_that_vanishes_during_the_walk_costs_only_itself(tree: Path) -> None:
    walk = iter(scan([tree]))
    first = next(walk)
    assert isinstance(first, Found)
    for path in sorted((tree / "sub").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (tree / "sub").rmdir()
    (tree / "later.jpg").write_bytes(b"x")
    rest = list(walk)
    assert names(rest) == ["b.jpg"]
    (lost,) = (e for e in rest if isinstance(e, Rejection))
    assert (lost.code, Path(shown(lost.path)).name) == ("vanished", "sub")


def test_a_folder_without_rights_is_rejected_and_the_others_go_on() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        top = Path(name)
        top.chmod(0o755)
        (top / "sub").mkdir()
        for photo in ("a.jpg", "sub/b.jpg", "z.jpg"):
            (top / photo).write_bytes(b"x")
        (top / "sub").chmod(0)
        output = without_rights(
            f"""
            for entry in scan([{name!r}]):
                print(type(entry).__name__, shown(entry.path), getattr(entry, "code", ""))
            """
        )
        (top / "sub").chmod(0o755)
    assert f"Rejection {top / 'sub'} no-rights" in output
    assert f"Found {top / 'a.jpg'}" in output
    assert f"Found {top / 'z.jpg'}" in output


def without_rights(code: str) -> str:
    """Run code as a user for whom file rights count, also where the tests run as root."""
    become = ""
    if os.geteuid() == 0:
        become = f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
    program = f"import os\nfrom tracker.ingest.scan import scan, shown\n{become}\n"
    done = subprocess.run(
        [sys.executable, "-c", program + textwrap.dedent(code)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_errors_of_the_disk_are_told_in_words() -> None:
    assert scanning.why_unreadable(OSError(5, "Input/output error")) == (
        "unreadable",
        "The file cannot be read: Input/output error.",
    )
    assert scanning.why_unreadable(PermissionError(13, "Permission denied"))[0] == "no-rights"


def test_a_workspace_among_the_photos_is_not_taken_for_photos(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    (tmp_path / "workspace" / "thumbnails").mkdir(parents=True)
    (tmp_path / "workspace" / "tracker.duckdb").write_bytes(b"x")
    (tmp_path / "workspace" / "thumbnails" / "face.jpg").write_bytes(b"x")
    entries = list(scan([tmp_path]))
    assert [e.path for e in entries if isinstance(e, Found)] == [
        os.fsencode(tmp_path / "photos" / "a.jpg")
    ]
    assert Skipped(os.fsencode(tmp_path / "workspace"), "workspace") in entries


def knows(tree: Path) -> dict[bytes, tuple[int, int, int, str]]:
    """The tree as a first ingest leaves it in memory."""
    found = (e for e in scan([tree]) if isinstance(e, Found))
    return {
        e.path: (e.byte_size, e.mtime_ns, e.inode, f"content of {shown(e.path)}") for e in found
    }


def test_a_workspaces_own_pictures_are_no_photos_where_they_are_named_either(
    tmp_path: Path,
) -> None:
    faces = tmp_path / "workspace" / "thumbnails" / "ab"
    faces.mkdir(parents=True)
    (faces / "face.jpg").write_bytes(b"x")
    beside = tmp_path / "workspace" / "2019" / "photo.jpg"  # some keep both in one folder
    beside.parent.mkdir()
    beside.write_bytes(b"x")
    assert isinstance(next(iter(scan([faces]))), Found)  # nobody's folder of that name
    (tmp_path / "workspace" / "tracker.duckdb").write_bytes(b"x")
    for path in (faces.parent, faces, faces / "face.jpg"):
        assert list(scan([path])) == [Skipped(os.fsencode(path), "workspace")]
        assert "own pictures of faces" in nothing_found(list(scan([path])))
    assert isinstance(next(iter(scan([beside.parent]))), Found)


def test_photos_that_are_as_they_were_are_told_apart_without_an_entry(tree: Path) -> None:
    known, same = knows(tree), {}
    entries = list(scan([tree]).beside(known, same))
    assert same == known
    assert sorted(e.kind for e in entries if isinstance(e, Skipped)) == [".txt", "video"]
    assert names(entries) == []


@pytest.mark.parametrize("what", ["size", "time", "inode"])
def test_a_photo_that_changed_in_any_way_is_found_again(tree: Path, what: str) -> None:
    known, same = knows(tree), {}
    path = tree / "b.jpg"
    status = path.stat()
    if what == "size":
        path.write_bytes(b"longer")
        os.utime(path, ns=(0, status.st_mtime_ns))
    elif what == "time":
        os.utime(path, ns=(0, status.st_mtime_ns + 1))
    else:
        path.rename(tree / "kept.bin")  # so that the inode is not given to the new file
        path.write_bytes(b"x")
        os.utime(path, ns=(0, status.st_mtime_ns))
    entries = list(scan([tree]).beside(known, same))
    assert names(entries) == ["b.jpg"]
    assert len(same) == len(known) - 1


def test_what_the_walk_passes_over_is_passed_over_however_well_it_is_known(tree: Path) -> None:
    (tree / ".hidden.jpg").write_bytes(b"x")
    (tree / "link.jpg").symlink_to(tree / "b.jpg")
    known, same = knows(tree), {}
    for name in (".hidden.jpg", "link.jpg", "clip.mp4"):  # named themselves, they had been read
        path = os.fsencode(tree / name)
        status = (tree / name).stat()
        known[path] = (status.st_size, status.st_mtime_ns, status.st_ino, "content")
    kinds = [e.kind for e in scan([tree]).beside(known, same) if isinstance(e, Skipped)]
    assert sorted(kinds) == [".txt", "hidden", "link", "video"]
    assert len(same) == 4


def test_a_known_photo_that_is_named_beside_its_folder_is_met_once(tree: Path) -> None:
    known, same = knows(tree), {}
    assert names(scan([tree, tree / "b.jpg", tree]).beside(known, same)) == []
    assert len(same) == 4


def test_known_photos_of_rare_names_and_named_ones_are_unchanged_too(
    tree: Path, nothing_asked: duckdb.DuckDBPyConnection
) -> None:
    for name in ("e.webp", "f.Jpg", "g.TIFF"):
        (tree / name).write_bytes(b"x")
    known = knows(tree)
    memory = Memory(
        nothing_asked, "", "", paths=known, rejections={}, sidecars={}, unread=frozenset()
    )
    done = plan(scan([tree, tree / "b.jpg"]), memory)
    assert (done.same, done.to_read, done.total) == (known, [], 7)
    assert [(f.path, sha256) for f, sha256 in done.unchanged] == [
        (p, k[3]) for p, k in known.items()
    ]
    alone = plan(scan([tree / "b.jpg"]), memory)
    assert list(alone.same) == [os.fsencode(tree / "b.jpg")]


@pytest.fixture
def nothing_asked() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con
