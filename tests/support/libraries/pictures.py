"""Pictures for made libraries: small and plain, or with drawn faces that a detector finds."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import ExifTags, Image

from tests.support.turned import as_stored
from tracker.demo.draw import Place, Sitter, scene
from tracker.demo.genome import stranger

SMALL, DRAWN = (96, 72), (480, 360)
"""Width and height of the upright picture. Drawn ones are four thirds as well, so that shares of
one are shares of the other."""

SEX_AND_YEARS = {
    "Mia": ("f", 3.0),
    "Anna": ("f", 33.0),
    "Ben": ("m", 35.0),
    "Oma Rosa": ("f", 66.0),
    "Opa Karl": ("m", 68.0),
    "Jörg Müller": ("m", 40.0),
}
"""The people of these libraries."""


@dataclass(frozen=True, slots=True)
class Face:
    """Where somebody's face is, as shares of the upright picture."""

    name: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture and its EXIF: who is in it from left to right, when a camera says it was taken
    ("2019:07:04 10:15:00"), and with which tags."""

    people: tuple[str, ...] = ()
    taken: str | None = None
    offset: str | None = None
    orientation: int = 1
    make: str | None = None
    model: str | None = None
    software: str | None = None
    file_source: bytes | None = None
    xmp: bytes | None = field(default=None, repr=False)

    @property
    def faces(self) -> tuple[Face, ...]:
        """Where each face is. A detector's box of a drawn head is this large."""
        found = []
        for name, place in zip(self.people, _places(len(self.people)), strict=True):
            high, wide = place.size, place.size * DRAWN[1] / DRAWN[0]
            left, right = place.x - 0.65 * wide, place.x + 0.65 * wide
            found.append(Face(name, (left, place.y - 0.70 * high, right, place.y + high)))
        return tuple(found)


def jpeg(shot: Shot, *, number: int, faces: bool = False) -> bytes:
    """The file. Each `number` is another picture; the same arguments give the same bytes."""
    upright = Image.fromarray(_drawn(shot, number) if faces else _plain(number))
    stored = as_stored(upright, shot.orientation)
    held = io.BytesIO()
    extra = {} if shot.xmp is None else {"xmp": shot.xmp}
    stored.save(held, "JPEG", quality=90, exif=_exif(shot).tobytes(), **extra)
    return held.getvalue()


def _exif(shot: Shot) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in (
        (ExifTags.Base.Make, shot.make),
        (ExifTags.Base.Model, shot.model),
        (ExifTags.Base.Software, shot.software),
        (ExifTags.Base.Orientation, shot.orientation if shot.orientation != 1 else None),
    ):
        if value is not None:
            exif[tag] = value
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    if shot.taken is not None:
        exif[ExifTags.Base.DateTime] = shot.taken
        inner[ExifTags.Base.DateTimeOriginal] = shot.taken
        inner[ExifTags.Base.DateTimeDigitized] = shot.taken
    if shot.offset is not None:
        inner[ExifTags.Base.OffsetTimeOriginal] = shot.offset
    if shot.file_source is not None:
        inner[ExifTags.Base.FileSource] = shot.file_source
    return exif


def _places(count: int) -> list[Place]:
    size = {0: 0.0, 1: 0.22, 2: 0.20}.get(count, 0.15)
    return [Place((i + 0.5) / count, 0.45, size) for i in range(count)]


def _drawn(shot: Shot, number: int) -> np.ndarray:
    sitters = []
    for name in shot.people:
        sex, years = SEX_AND_YEARS[name]
        rng = np.random.default_rng([sorted(SEX_AND_YEARS).index(name), 11])
        sitters.append(Sitter(stranger(rng), years, sex, outfit=number))
    return scene(sitters, size=DRAWN, seed=number, places=_places(len(sitters)))


def _plain(number: int) -> np.ndarray:
    """Stripes, of another kind for each number: no two look alike."""
    rng = np.random.default_rng([number, 3])
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(SMALL, Image.Resampling.BICUBIC))
