"""A photo file of the album: the same bytes for the same seed, and upright to whoever views it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tracker.demo import album, draw
from tracker.demo.family import Shot, plan


@pytest.fixture(scope="module")
def shots() -> tuple[Shot, ...]:
    """One photo of each kind: by day, with only a name, undated, turned, of nobody, of several."""
    kinds = {
        (s.exif, s.dated, s.orientation, min(len(s.sitters), 2)): s
        for s in plan(seed=0, months=1).shots
    }
    return tuple(kinds.values())


def test_the_same_seed_writes_the_same_bytes(shots: tuple[Shot, ...], tmp_path: Path) -> None:
    assert len(shots) >= 6
    for shot in shots:
        written = []
        for name in ("first.jpg", "second.jpg"):
            album.save(shot, tmp_path / name)
            written.append((tmp_path / name).read_bytes())
        assert written[0] == written[1], shot.path
    album.save(replace(shots[0], seed=shots[0].seed + 1), tmp_path / "other.jpg")
    album.save(shots[0], tmp_path / "first.jpg")
    assert (tmp_path / "other.jpg").read_bytes() != (tmp_path / "first.jpg").read_bytes()


def test_a_photo_stored_turned_is_upright_when_its_orientation_is_followed(
    shots: tuple[Shot, ...], tmp_path: Path
) -> None:
    (turned,) = (shot for shot in shots if shot.orientation == 6)
    album.save(turned, tmp_path / "turned.jpg")
    drawn = draw.scene(turned.sitters, size=turned.size, seed=turned.seed, shot=turned.camera)
    with Image.open(tmp_path / "turned.jpg") as image:
        assert image.size == turned.size[::-1]
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert upright.shape == drawn.shape
    away = np.abs(upright.astype(int) - drawn)
    assert away.mean() < 4  # what the JPEG costs
    assert np.abs(upright[::-1, ::-1].astype(int) - drawn).mean() > 3 * away.mean()
