"""Photos and faces of them are shown upright, from the file that was taken in and from no other."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from db.whereabouts import FaceIn, Whereabouts
from tests.support.dng import dng
from tests.support.review_page import Page, served
from tests.support.turned import as_stored
from tracker.errors import PhotoRejected
from tracker.review import photos
from tracker.review.photos import Photos, side_for

RED, BLUE = (220, 30, 30), (30, 30, 220)


def two_colours(size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """Red above blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def where(*files: Path) -> Whereabouts:
    data = next(file.read_bytes() for file in files if file.exists())
    paths = tuple(str(file).encode() for file in files)
    return Whereabouts(hashlib.sha256(data).hexdigest(), paths)


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Photos]:
    made = Photos()
    yield made
    made.close()


def picture(darkroom: Photos, whereabouts: Whereabouts, side: int = 800) -> Image.Image:
    made = asyncio.run(darkroom.picture(whereabouts, side))
    return Image.open(io.BytesIO(made))


def is_near(image: Image.Image, at: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    pixel = image.getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 25 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_upright_and_says_nothing_of_where_it_was_taken(
    darkroom: Photos, tmp_path: Path, orientation: int
) -> None:
    lying = as_stored(two_colours(), orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    lying.save(tmp_path / "photo.jpg", exif=exif, quality=95)
    shown = picture(darkroom, where(tmp_path / "photo.jpg"))
    assert shown.size == (800, 533)
    assert is_near(shown, (0.5, 0.1), RED) and is_near(shown, (0.5, 0.9), BLUE)
    assert dict(shown.getexif()) == {}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000"])
def test_every_format_that_is_taken_in_is_shown(
    darkroom: Photos, tmp_path: Path, kind: str
) -> None:
    two_colours((900, 600)).save(tmp_path / "photo", kind)
    shown = picture(darkroom, where(tmp_path / "photo"), 400)
    assert (shown.format, shown.size) == ("JPEG", (400, 267))


def test_the_preview_of_a_raw_file_is_shown(darkroom: Photos, tmp_path: Path) -> None:
    preview = io.BytesIO()
    two_colours().save(preview, "JPEG", quality=95)
    (tmp_path / "photo.dng").write_bytes(dng(preview.getvalue(), size=(1200, 800)))
    assert is_near(picture(darkroom, where(tmp_path / "photo.dng")), (0.5, 0.1), RED)


@pytest.mark.samples
def test_a_heic_is_shown_upright(darkroom: Photos, samples: Path) -> None:
    found = sorted(
        f for f in (samples / "photos").rglob("*") if f.suffix.lower() in {".heic", ".heif"}
    )
    if not found:
        pytest.skip("no HEIC among the samples")
    shown = picture(darkroom, where(found[0]), 400)
    assert shown.format == "JPEG" and max(shown.size) == 400


def test_a_small_photo_is_not_enlarged(darkroom: Photos, tmp_path: Path) -> None:
    two_colours((300, 200)).save(tmp_path / "photo.jpg")
    assert picture(darkroom, where(tmp_path / "photo.jpg"), 3200).size == (300, 200)


def test_of_several_places_the_one_that_is_there_is_read(darkroom: Photos, tmp_path: Path) -> None:
    two_colours().save(tmp_path / "here.jpg")
    assert picture(darkroom, where(tmp_path / "gone.jpg", tmp_path / "here.jpg")).width == 800


@pytest.mark.parametrize(
    ("data", "code"), [(None, "offline"), (b"", "empty"), (b"other", "changed")]
)
def test_what_cannot_be_shown_is_said(
    darkroom: Photos, tmp_path: Path, data: bytes | None, code: str
) -> None:
    file = tmp_path / "photo.jpg"
    two_colours((1000 + len(code), 700)).save(file)  # shown before, it would be remembered
    known = where(file)
    file.unlink()
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(PhotoRejected) as caught:
        picture(darkroom, known)
    assert caught.value.code == code
    assert str(file) in str(caught.value)


def test_a_picture_that_would_take_all_memory_is_refused_and_the_next_one_shown(
    darkroom: Photos, tmp_path: Path
) -> None:
    two_colours().save(tmp_path / "good.jpg")
    bomb = Image.new("L", (20_000, 20_000))
    bomb.save(tmp_path / "bomb.png")
    with pytest.raises(PhotoRejected, match="pixels"):
        picture(darkroom, where(tmp_path / "bomb.png"))
    assert picture(darkroom, where(tmp_path / "good.jpg")).width == 800


def test_what_was_made_is_kept_within_bounds(
    darkroom: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{number}.jpg" for number in range(4)]
    for number, file in enumerate(files):
        two_colours((900 + number, 600)).save(file)
    known = [where(file) for file in files]
    one = len(asyncio.run(darkroom.picture(known[0], 400)))
    monkeypatch.setattr(photos, "KEPT_BYTES", int(2.5 * one))
    for photo in known[1:]:
        asyncio.run(darkroom.picture(photo, 400))
    for file in files:
        file.unlink()
    assert asyncio.run(darkroom.picture(known[3], 400))
    with pytest.raises(PhotoRejected):
        asyncio.run(darkroom.picture(known[0], 400))


def test_many_who_ask_for_one_photo_have_it_made_once(darkroom: Photos, tmp_path: Path) -> None:
    two_colours().save(tmp_path / "photo.jpg")
    known = where(tmp_path / "photo.jpg")

    async def many() -> int:
        made = await asyncio.gather(*(darkroom.picture(known, 800) for _ in range(50)))
        return len({id(one) for one in made})

    assert asyncio.run(many()) == 1


def test_few_sizes_are_made_whatever_is_asked_for() -> None:
    assert {side_for(wanted) for wanted in range(1, 10_000)} == {400, 800, 1600, 3200}


def test_the_page_is_told_that_a_disk_is_not_there(a_family: Path) -> None:
    with served(a_family) as page:
        assert isinstance(page, Page)
        photo = page.get("/api/faces?limit=1").values["faces"][0]["photo"]
        reply = page.get(f"/photo/{photo}.jpg?size=1600")
        assert reply.status == 404
        assert "not there now" in reply.values["error"]
        assert "tracker library moved" in reply.values["hint"]
        assert page.get(f"/photo/{photo}.jpg?size=x").status == 400


# --- faces cut out of their photos ----------------------------------------------------------------


def cut(darkroom: Photos, face: FaceIn, side: int) -> Image.Image:
    return Image.open(io.BytesIO(asyncio.run(darkroom.face(face, side))))


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_a_face_is_cut_out_of_its_photo_with_a_margin_upright_and_sharp(
    darkroom: Photos, tmp_path: Path, orientation: int
) -> None:
    photo = Image.new("RGB", (2400, 1600), BLUE)
    photo.paste(RED, (1200, 400, 1700, 900))
    as_stored(photo, orientation).save(tmp_path / "photo.png", exif=_turned(orientation))
    face = FaceIn(where(tmp_path / "photo.png"), (1200.0, 400.0, 1700.0, 900.0), 2400)
    shown = cut(darkroom, face, 512)
    assert shown.size == (512, 512)
    edge = 0.3 / 1.6  # of the square, to either side of the box
    for at, colour in ((0.5, RED), (edge + 0.01, RED), (edge - 0.01, BLUE)):
        assert is_near(shown, (at, 0.5), colour) and is_near(shown, (0.5, at), colour), at


def test_a_small_face_is_not_enlarged(darkroom: Photos, tmp_path: Path) -> None:
    two_colours((600, 400)).save(tmp_path / "photo.jpg")
    face = FaceIn(where(tmp_path / "photo.jpg"), (100.0, 100.0, 200.0, 190.0), 600)
    assert cut(darkroom, face, 1024).size == (160, 160)


def test_faces_of_one_photo_are_kept_apart(darkroom: Photos, tmp_path: Path) -> None:
    two_colours((1200, 1600)).save(tmp_path / "photo.jpg")
    photo = where(tmp_path / "photo.jpg")
    above = FaceIn(photo, (300.0, 100.0, 700.0, 500.0), 1600)
    below = FaceIn(photo, (300.0, 1100.0, 700.0, 1500.0), 1600)
    assert is_near(cut(darkroom, above, 256), (0.5, 0.5), RED)
    assert is_near(cut(darkroom, below, 256), (0.5, 0.5), BLUE)


def test_of_a_photo_that_is_not_there_the_small_picture_is_shown_for_now(page: Page) -> None:
    face = page.get("/api/faces?limit=1").values["faces"][0]["id"]
    large, small = page.get(f"/face/{face}.jpg?size=512"), page.get(f"/thumb/{face}.jpg")
    assert (large.status, large.body) == (200, small.body)
    assert large.headers["cache-control"] == "private, max-age=30"
    assert page.get("/face/0123456789abcdef.jpg").status == 404
    assert page.get("/face/x.jpg").status == 404


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif
