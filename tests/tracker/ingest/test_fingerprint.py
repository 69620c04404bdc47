"""How a picture looks: the same in every file it is saved to, and unlike another picture."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from tests.support.drawn_photos import drawn
from tracker.ingest.alike import ALIKE
from tracker.ingest.fingerprint import looks

Picture = Image.Image


def differ(one: bytes, other: bytes) -> int:
    assert len(one) == len(other) == 32
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def saved(image: Picture, quality: int = 85) -> Picture:
    """As it is read from a JPEG of that quality."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def scaled(image: Picture, share: float) -> Picture:
    return image.resize((round(image.width * share), round(image.height * share)))


def again(image: Picture) -> Iterator[tuple[str, Picture]]:
    """What becomes of a picture on its way through phones and messengers."""
    for quality in (30, 50, 70, 95):
        yield f"quality {quality}", saved(image, quality)
    for share in (0.1, 0.25, 0.5, 0.9):
        if min(image.size) * share >= 60:
            yield f"{share} of its size", saved(scaled(image, share), 70)
    yield "as a messenger sends it", saved(scaled(image, min(1, 1600 / max(image.size))), 65)
    yield "in grey", image.convert("L")
    yield "with an alpha channel", image.convert("RGBA")
    yield "brighter", saved(ImageEnhance.Brightness(image).enhance(1.1))
    yield "darker", saved(ImageEnhance.Brightness(image).enhance(0.9))


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_looks_the_same_however_it_is_saved(seed: int) -> None:
    image = Image.fromarray(drawn(1 + seed % 3, seed, size=(800, 600)))
    own = looks(image)
    far = {name: differ(own, looks(other)) for name, other in again(image)}
    assert max(far.values()) <= ALIKE, far


def test_different_pictures_look_different() -> None:
    hashes = [looks(Image.fromarray(drawn(1 + n % 3, n))) for n in range(12)]
    assert min(differ(a, b) for a, b in itertools.combinations(hashes, 2)) > ALIKE


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "P", "1", "I;16", "LA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 700), (500, 400)])
def test_a_covered_lens_looks_like_nothing(mode: str, size: tuple[int, int]) -> None:
    assert looks(Image.new(mode, size)) == b""
    if mode in {"RGB", "L"} and size[1] > 1:
        noise = np.random.default_rng(0).integers(0, 7, (size[1] * 4, size[0] * 4))
        dark = Image.fromarray(noise.astype(np.uint8)).convert(mode)
        assert looks(dark) == b""


@pytest.mark.samples
def test_real_photos_look_the_same_however_they_are_saved_and_unlike_each_other() -> None:
    where = os.environ.get("TRACKER_SAMPLES")
    if not where:
        pytest.skip("TRACKER_SAMPLES names no folder with real photos")
    hashes = []
    for path in sorted((Path(where) / "photos" / "scenes").glob("*.[jp][pn]g")):
        with Image.open(path) as opened:
            opened.draft("RGB", (1200, 1200))
            image = ImageOps.exif_transpose(opened).convert("RGB")
            image.thumbnail((1200, 1200))
        own = looks(image)
        hashes.append(own)
        far = {name: differ(own, looks(other)) for name, other in again(image)}
        assert max(far.values()) <= ALIKE, (path.name, far)
    assert min(differ(a, b) for a, b in itertools.combinations(hashes, 2)) > 2 * ALIKE
