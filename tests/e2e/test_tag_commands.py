"""Names that other programs gave to faces: listed, asked about, imported and exported."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from db.connection import open_workspace
from db.tag_answers import NameLine
from tests.support.command import Outcome, tracker
from tests.support.tagged_album import LEFT, MIDDLE, RIGHT, TaggedAlbum, tag
from tracker.cli.tags import names_table
from tracker.metadata.records import Tag
from tracker.study.tag_names import ListedName


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Oma in three photos, by digiKam and Picasa, Erna in one, and names of whole photos."""
    album = TaggedAlbum(tmp_path_factory.mktemp("tagged") / "w")
    photos = [
        album.photo(2, tag("Oma", LEFT), tag("Erna", MIDDLE)),
        album.photo(1, tag("Oma", LEFT, by="Picasa", standard="picasa")),
        album.photo(3, tag("Oma", RIGHT), tag("Oma Rosa", by="", standard="takeout")),
        album.photo(2, tag("Karl", by="", standard="takeout")),
    ]
    album.settle(*photos)
    album.con.close()
    return album.home


@pytest.fixture
def home(tagged: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    shutil.copytree(tagged, tmp_path / "w")
    return tmp_path / "w"


def faces_of(home: Path, name: str) -> int:
    listed = tracker("person", "list", "--json", home=home).values["people"]
    return next(int(row["faces"]) for row in listed if row["name"] == name)


def names(home: Path) -> dict[str, dict[str, Any]]:
    listed = tracker("tags", "list", "--json", home=home).values["names"]
    return {row["name"]: row for row in listed}


def test_names_are_listed_with_where_they_are_from_and_who_they_are(home: Path) -> None:
    told = tracker("tags", "list", home=home)
    assert told.code == 0, told.err
    _, oma, *_ = told.out.splitlines()
    assert oma.split() == ["Oma", "Picasa,", "digiKam", "3", "3", "?"]
    assert told.out.splitlines()[-1] == "Say who the others are: tracker tags ask"
    tracker("tags", "is", "oma", "Oma Rosa", home=home)
    tracker("tags", "ignore", "Erna", home=home)
    assert {name: row["state"] for name, row in names(home).items()} == {
        "Oma": "person",
        "Oma Rosa": "unanswered",
        "Karl": "unanswered",
        "Erna": "ignored",
    }
    assert names(home)["Oma"]["person"] == "Oma Rosa"


def test_a_workspace_without_tags_says_so(empty: Path) -> None:
    assert tracker("tags", "list", home=empty).out.startswith("No photo here was tagged")
    assert tracker("tags", "list", "--problems", home=empty).code == 0
    assert tracker("tags", "list", "--json", home=empty).values["names"] == []


def test_an_answer_names_faces_and_can_be_taken_back(home: Path) -> None:
    told = tracker("tags", "is", "Oma", "Oma Rosa", home=home)
    assert told.code == 0, told.err
    assert told.out.splitlines() == [
        "Oma is Oma Rosa.",
        "3 faces named Oma Rosa, as tagged by other programs.",
        "Not what you meant? tracker tags undo",
    ]
    assert faces_of(home, "Oma Rosa") == 3
    told = tracker("tags", "undo", home=home)
    assert told.out.splitlines() == [
        "Taken back: what you said last about Oma.",
        "3 faces lost a name that a tag had given.",
    ]
    assert faces_of(home, "Oma Rosa") == 0
    told = tracker("tags", "undo", home=home)
    assert (told.code, "hint: " in told.err) == (2, True)


def test_answers_as_json_say_what_they_did(home: Path) -> None:
    told = tracker("tags", "is", "Oma", "oma rosa", "--json", home=home).values
    assert (told["person"], told["tags"]["named"]) == ("Oma Rosa", {"Oma Rosa": 3})
    told = tracker("tags", "undo", "--json", home=home).values
    assert (told["name"], told["tags"]["taken_back"]) == ("Oma", 3)
    told = tracker("tags", "ignore", "Oma", "--json", home=home).values
    assert (told["person"], told["tags"]["named"]) == (None, {})


def test_wrong_names_are_refused_with_the_nearest(home: Path) -> None:
    told = tracker("tags", "is", "Omma", "Oma Rosa", home=home)
    assert told.code == 2
    assert "Did you mean 'Oma'?" in told.err
    told = tracker("tags", "is", "Oma", "Oma Rsa", home=home)
    assert told.code == 2
    assert "Did you mean 'Oma Rosa'?" in told.err


def test_problems_are_listed_photo_by_photo(home: Path) -> None:
    tracker("tags", "is", "Karl", "Karl", home=home)
    told = tracker("tags", "list", "--problems", home=home)
    assert told.out.splitlines() == [
        "/photos/4.jpg: Karl (takeout): named in the photo, and which face it is cannot be told"
    ]


class Terminal(io.StringIO):
    """Someone who types."""

    def isatty(self) -> bool:
        return True


Typing = Callable[..., Outcome]


@pytest.fixture
def typing(home: Path, monkeypatch: pytest.MonkeyPatch) -> Typing:
    """`tracker tags ask`, answered with these lines."""

    def run(*lines: str) -> Outcome:
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
        return tracker("tags", "ask", home=home)

    return run


def test_each_name_is_asked_about_once_those_of_most_photos_first(
    home: Path, typing: Typing
) -> None:
    told = typing("Oma Rosa", "ignore", "later", "")
    assert told.code == 0, told.err
    asked = [line for line in told.err.splitlines() if line.startswith("[")]
    assert asked == [
        "[1 of 4] Oma (Picasa, digiKam: 3 photos, 3 faces found)",
        "[2 of 4] Erna (digiKam: 1 photo, 1 face found)",
        "[3 of 4] Karl (takeout: 1 photo, 0 faces found)",
        "[4 of 4] Oma Rosa (takeout: 1 photo, 0 faces found)",
    ]
    assert "For example: /photos/1.jpg" in told.err
    assert {name: row["state"] for name, row in names(home).items()} == {
        "Oma": "person",
        "Erna": "ignored",
        "Karl": "unanswered",
        "Oma Rosa": "person",
    }
    told = typing("quit")
    assert "[1 of 1] Karl" in told.err


def test_somebody_new_can_be_added_while_answering(home: Path, typing: Typing) -> None:
    told = typing("new", "Tante Erna", "aunt", "quit")
    assert told.code == 0, told.err
    assert faces_of(home, "Tante Erna") == 3


def test_a_mistyped_answer_is_asked_again(home: Path, typing: Typing) -> None:
    told = typing("Oma Rsoa", "new", "", "gradmother", "Oma Rosa", "quit")
    assert told.code == 0, told.err
    assert "Nobody here is called 'Oma Rsoa'" in told.err
    assert faces_of(home, "Oma Rosa") == 3


def test_what_was_answered_stays_where_the_questions_are_broken_off(
    home: Path, typing: Typing
) -> None:
    told = typing("Oma Rosa")
    assert told.code == 0, told.err
    assert faces_of(home, "Oma Rosa") == 3


def test_questions_have_no_json_and_the_way_for_programs_is_said(home: Path) -> None:
    told = tracker("tags", "ask", "--json", home=home)
    assert told.code == 2
    assert "tracker tags is NAME PERSON --json" in told.err


def test_names_are_eighty_columns_wide_however_programs_are_called() -> None:
    long = ("Windows Live Photo Gallery", "Adobe Photoshop Lightroom Classic", "digiKam", "Picasa")
    line = NameLine("Anna Maria Berta", "anna maria berta", 1234, 1000, long)
    told = names_table([ListedName(line, "unanswered", "?")])
    assert all(len(row) <= 80 for row in told.splitlines())
    assert "Windows" in told
    assert "…" in told


def test_without_a_terminal_nobody_is_asked(home: Path) -> None:
    told = tracker("tags", "ask", home=home)
    assert told.code == 2
    assert "tracker tags is NAME PERSON" in told.err


def immich(path: str, name: str, place: int, size: int | None = 1000) -> dict[str, Any]:
    """One asset with one face, whose box is drawn around the place-th one."""
    face = {"imageWidth": 500, "imageHeight": 400, "boundingBoxY1": 100, "boundingBoxY2": 165}
    face |= {"boundingBoxX1": 50 + 150 * place, "boundingBoxX2": 100 + 150 * place}
    return {
        "originalPath": path,
        "originalFileName": path.rsplit("/", 1)[-1],
        "exifInfo": {"fileSizeInByte": size},
        "people": [{"name": name, "faces": [face]}],
    }


def test_immichs_names_are_imported(home: Path, tmp_path: Path) -> None:
    export = tmp_path / "immich.json"
    export.write_text(
        json.dumps(
            [
                immich("/data/photos/4.jpg", "Opa", MIDDLE),
                immich("/data/photos/99.jpg", "Opa", MIDDLE),
                immich("/data/elsewhere/1.jpg", "Opa", LEFT, size=77),
            ]
        )
    )
    told = tracker("tags", "import", export, home=home)
    assert told.code == 0, told.err
    assert told.out.splitlines()[:2] == [
        "1 name read in 1 photo.",
        "2 photos of the list are not here, such as /data/photos/99.jpg.",
    ]
    assert "tracker tags ask" in told.out
    told = tracker("tags", "is", "Opa", "Karl", home=home)
    assert faces_of(home, "Karl") == 1
    again = tracker("tags", "import", export, "--json", home=home).values
    assert (again["photos"], len(again["unknown"]), again["tags"]["named"]) == (1, 2, {})
    assert faces_of(home, "Karl") == 1


def test_a_photo_of_which_there_are_two_is_left_out_and_named(tmp_path: Path) -> None:
    album = TaggedAlbum(tmp_path / "w")
    first, second = album.photo(1), album.photo(1)
    album.con.execute("UPDATE photo_paths SET path = encode('/a/2019/x.jpg') WHERE inode = 1")
    album.con.execute("UPDATE photo_paths SET path = encode('/b/2020/x.jpg') WHERE inode = 2")
    album.con.close()
    assert first != second
    export = tmp_path / "immich.json"
    export.write_text(json.dumps([immich("upload/x.jpg", "Opa", LEFT)]))
    told = tracker("tags", "import", export, "--json", home=album.home)
    assert told.values["ambiguous"] == ["upload/x.jpg"]
    told = tracker("tags", "import", export, "--root", "/b", "--json", home=album.home)
    assert (told.values["photos"], told.values["ambiguous"]) == (1, [])
    export.write_text(json.dumps([immich("upload/2019/x.jpg", "Opa", LEFT)]))
    told = tracker("tags", "import", export, "--json", home=album.home)
    assert told.values["photos"] == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"GIF89a"])
def test_a_file_that_is_no_export_is_refused(home: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(content)
    told = tracker("tags", "import", other, home=home)
    assert told.code == 2
    assert "other.json" in told.err
    assert "hint: " in told.err


def test_an_export_that_is_not_there_is_a_usage_error(home: Path, tmp_path: Path) -> None:
    for missing in (tmp_path / "gone.json", tmp_path):
        told = tracker("tags", "import", missing, home=home)
        assert told.code == 2, told.err


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """A workspace whose photos lie on the disk: (its home, their folder)."""
    album = TaggedAlbum(tmp_path / "w")
    folder = tmp_path / "photos"
    for number in (1, 2, 3):
        where = folder / str(2018 + number)
        where.mkdir(parents=True)
        photo = album.photo(2, *([tag("Oma", LEFT)] if number < 3 else []))
        path = where / "x.jpg"
        path.write_bytes(b"not looked into")
        path.chmod(0o644)
        album.con.execute(
            "UPDATE photo_paths SET path = ?, shown = ? WHERE inode = ?",
            [os.fsencode(path), str(path), number],
        )
        album.settle(photo)
    album.con.close()
    assert tracker("tags", "is", "Oma", "Oma Rosa", home=album.home).code == 0
    return album.home, folder


def sidecars(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.xmp"))


def test_sidecars_are_written_beside_the_photos_and_only_once(photos: tuple[Path, Path]) -> None:
    home, folder = photos
    told = tracker("export", "tags", "--beside", home=home)
    assert told.code == 0, told.err
    assert told.out.splitlines() == [
        "2 sidecars written, 0 unchanged, for 2 photos with named faces."
    ]
    assert sidecars(folder) == ["2019/x.jpg.xmp", "2020/x.jpg.xmp"]
    written = folder / "2019/x.jpg.xmp"
    assert "Oma Rosa" in written.read_text(encoding="utf-8")
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert (folder / "2019/x.jpg").read_bytes() == b"not looked into"
    again = tracker("export", "tags", "--beside", "--json", home=home).values
    assert (again["written"], again["unchanged"]) == (0, 2)
    assert not list(folder.rglob("*.part"))


def test_sidecars_of_another_program_are_kept(photos: tuple[Path, Path]) -> None:
    home, folder = photos
    (folder / "2019/x.jpg.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    (folder / "2020/x.xmp").write_text("Lightroom's")
    told = tracker("export", "tags", "--beside", home=home)
    assert told.code == 0, told.err
    assert told.out.count("another program's sidecar is there") == 2
    assert (folder / "2019/x.jpg.xmp").read_text() == "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    assert not (folder / "2020/x.jpg.xmp").exists()


def test_a_link_is_not_written_through(photos: tuple[Path, Path], tmp_path: Path) -> None:
    home, folder = photos
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (folder / "2019/x.jpg.xmp").symlink_to(precious)
    (folder / "2020/x.jpg.xmp").mkdir()
    told = tracker("export", "tags", "--beside", "--json", home=home)
    assert len(told.values["kept"]) == 2
    assert precious.read_text() == "precious"


def test_our_own_sidecars_are_brought_up_to_date_and_taken_away(
    photos: tuple[Path, Path],
) -> None:
    home, folder = photos
    tracker("export", "tags", "--beside", home=home)
    tracker("person", "rename", "Oma Rosa", "Rosa", home=home)
    told = tracker("export", "tags", "--beside", "--json", home=home).values
    assert told["written"] == 2
    assert "Oma Rosa" not in (folder / "2019/x.jpg.xmp").read_text(encoding="utf-8")
    tracker("tags", "undo", home=home)
    told = tracker("export", "tags", "--beside", "--json", home=home).values
    assert (told["written"], told["removed"]) == (0, 2)
    assert sidecars(folder) == []


def test_sidecars_go_into_a_folder_of_their_own_as_the_photos_are(
    photos: tuple[Path, Path], tmp_path: Path
) -> None:
    home, folder = photos
    out = tmp_path / "new" / "out"
    told = tracker("export", "tags", "--out", out, home=home)
    assert told.code == 0, told.err
    assert sidecars(out) == ["2019/x.jpg.xmp", "2020/x.jpg.xmp"]
    assert sidecars(folder) == []
    assert stat.S_IMODE((out / "2019/x.jpg.xmp").stat().st_mode) == 0o600
    for made in (out.parent, out, out / "2019"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_photos_that_are_not_connected_are_counted(photos: tuple[Path, Path]) -> None:
    home, folder = photos
    (folder / "2019/x.jpg").unlink()
    told = tracker("export", "tags", "--beside", "--json", home=home).values
    assert (told["written"], told["away"]) == (1, 1)
    assert sidecars(folder) == ["2020/x.jpg.xmp"]


def test_a_sidecar_that_cannot_be_written_is_an_error_and_the_others_are_written(
    photos: tuple[Path, Path], tmp_path: Path
) -> None:
    home, _ = photos
    out = tmp_path / "out"
    out.mkdir()
    (out / "2019").write_text("in the way")
    told = tracker("export", "tags", "--out", out, home=home)
    assert told.code == 1
    assert "2019/x.jpg.xmp could not be written" in told.err
    assert sidecars(out) == ["2020/x.jpg.xmp"]


def test_where_the_sidecars_go_must_be_said(home: Path, tmp_path: Path) -> None:
    for words in ((), ("--out", str(tmp_path), "--beside")):
        told = tracker("export", "tags", *words, home=home)
        assert told.code == 2
        assert "--beside" in told.err


def test_nothing_known_is_nothing_written(empty: Path, tmp_path: Path) -> None:
    told = tracker("export", "tags", "--out", tmp_path / "out", home=empty)
    assert (told.code, told.out) == (
        0,
        "No face here is known to be anybody's yet: nothing to write.\n",
    )


def test_a_name_that_could_drive_a_terminal_is_shown_as_it_is(tmp_path: Path) -> None:
    album = TaggedAlbum(tmp_path / "w")
    album.settle(album.photo(1, Tag("\x1b[31mRosa\n", "mwg", "evil\x07", ())))
    album.con.close()
    told = tracker("tags", "list", home=album.home)
    assert told.code == 0, told.err
    assert "\x1b" not in told.out
    assert "\x07" not in told.out


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photo_stored_before_its_orientation_was_kept_is_asked_for_it(
    photos: tuple[Path, Path], orientation: int
) -> None:
    home, folder = photos
    with open_workspace(home) as con:
        con.execute("UPDATE photos SET orientation = 0")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", (16, 12)).save(folder / "2019/x.jpg", exif=exif)
    tracker("export", "tags", "--beside", home=home)
    written = (folder / "2019/x.jpg.xmp").read_text(encoding="utf-8")
    assert ("<tiff:Orientation>6" in written) == (orientation == 6)
    assert f"<stDim:w>{1000 if orientation == 1 else 800}<" in written
    assert "<stDim:w>1000<" in (folder / "2020/x.jpg.xmp").read_text(encoding="utf-8")
