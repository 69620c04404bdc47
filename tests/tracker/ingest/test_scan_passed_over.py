from __future__ import annotations

from pathlib import Path

import pytest

from tracker.ingest.scan import Found, Skipped, scan, shown
from tracker.ingest.watch import is_followed


def make(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x")


@pytest.mark.parametrize(
    ("name", "skipped", "kind"),
    [
        (".Trash/a.jpg", ".Trash", "trash"),
        (".Trash-1000/files/a.jpg", ".Trash-1000", "trash"),
        (".trashed-1712345678-IMG_1.jpg", ".trashed-1712345678-IMG_1.jpg", "trash"),
        ("$RECYCLE.BIN/S-1-5/a.jpg", "$RECYCLE.BIN", "trash"),
        ("Recently Deleted/a.jpg", "Recently Deleted", "trash"),
        ("Zuletzt gelöscht/a.jpg", "Zuletzt gelöscht", "trash"),
        ("#recycle/a.jpg", "#recycle", "trash"),
        (".dtrash/a.jpg", ".dtrash", "trash"),
        ("@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", "@eaDir", "thumbnails"),
        (".thumbnails/a.jpg", ".thumbnails", "thumbnails"),
        (".picasaoriginals/a.jpg", ".picasaoriginals", "originals that Picasa keeps"),
        ("lost+found/a.jpg", "lost+found", "lost+found"),
        ("__MACOSX/a.jpg", "__MACOSX", "hidden"),
        ("._IMG_1.jpg", "._IMG_1.jpg", "AppleDouble (._)"),
        (".hidden.jpg", ".hidden.jpg", "hidden"),
        ("Cat Previews.lrdata/0/a.jpg", "Cat Previews.lrdata", "previews of Lightroom"),
        ("Cat.lrcat", "Cat.lrcat", "another program's catalogue"),
        ("digikam4.db", "digikam4.db", "another program's catalogue"),
        ("Thumbs.db", "Thumbs.db", "thumbnails"),
    ],
)
def test_waste_and_other_programs_copies_are_passed_over_and_named(
    tmp_path: Path, name: str, skipped: str, kind: str
) -> None:
    make(tmp_path, name, "real.jpg")
    found, passed = [], []
    for entry in scan([tmp_path]):
        (found if isinstance(entry, Found) else passed).append(entry)
    assert [Path(shown(e.path)).name for e in found] == ["real.jpg"]
    assert passed == [Skipped(bytes(tmp_path / skipped), kind)]
    assert not is_followed(bytes(tmp_path / name), bytes(tmp_path))


def test_they_are_taken_all_the_same_where_they_are_named(tmp_path: Path) -> None:
    make(tmp_path, "Recently Deleted/a.jpg", ".picasaoriginals/b.jpg", "._c.jpg")
    starts = [tmp_path / name for name in ("Recently Deleted", ".picasaoriginals", "._c.jpg")]
    assert [Path(shown(e.path)).name for e in scan([*starts, tmp_path])] == [
        "a.jpg",
        "b.jpg",
        "._c.jpg",
    ]


@pytest.mark.parametrize(
    ("package", "originals"),
    [
        ("Photos Library.photoslibrary", "originals"),
        ("Old.photoslibrary", "Masters"),
        ("iPhoto Library", "Originals"),
        ("iPhoto.migratedphotolibrary", "Masters"),
        ("Aperture.aplibrary", "Masters"),
    ],
)
def test_of_a_photo_library_only_the_photos_themselves_are_taken(
    tmp_path: Path, package: str, originals: str
) -> None:
    make(
        tmp_path,
        f"{package}/{originals}/A/1.jpg",
        f"{package}/resources/derivatives/1_c.jpg",
        f"{package}/database/Photos.sqlite",
        f"{package}/Thumbnails/1.jpg",
        f"{package}/Previews/1.jpg",
        f"{package}/Info.plist",
    )
    for start in (tmp_path, tmp_path / package):
        entries = list(scan([start]))
        found = [shown(e.path) for e in entries if isinstance(e, Found)]
        assert found == [str(tmp_path / package / originals / "A" / "1.jpg")]
        kinds = {e.kind for e in entries if isinstance(e, Skipped)}
        assert kinds == {"a photo library's own files"}
    root = bytes(tmp_path)
    assert is_followed(bytes(tmp_path / package / originals / "A" / "1.jpg"), root)
    assert not is_followed(bytes(tmp_path / package / "Thumbnails" / "1.jpg"), root)


def test_a_folder_that_is_called_like_them_within_a_word_is_a_folder(tmp_path: Path) -> None:
    make(tmp_path, "Trash the dress/a.jpg", "originals/b.jpg", "Mülleimer/c.jpg")
    assert all(isinstance(e, Found) for e in scan([tmp_path]))
