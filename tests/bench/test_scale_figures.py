"""The measurements of large libraries, on small ones: they measure what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import again, scale, vectors
from bench.library import EMBEDDER, PER_FOLDER, fill, tree
from db import overview
from db.connection import open_workspace


@pytest.mark.slow("a made-up library of some size, twice")
def test_a_made_up_library_goes_in_whole_and_its_second_ingest_finds_nothing_new(
    tmp_path: Path,
) -> None:
    files = tree(tmp_path / "photos", PER_FOLDER + 1)
    assert again.walk(str(tmp_path / "photos").encode()) == PER_FOLDER + 1
    with open_workspace(tmp_path / "home", create=True) as con:
        ids = fill(con, files, EMBEDDER)
        assert len(set(ids)) == overview.counts(con).faces == PER_FOLDER + 1
    found = scale._again(tmp_path / "library", 50)
    assert (found["known"], found["new"]) == (50, 0)


def test_each_step_with_embeddings_is_about_all_of_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert vectors.store(home, 400)["bytes"] > 4 * EMBEDDER.dim
    vectors.name(home)
    assert vectors.month(home)["faces"] > 0
    assert vectors.nearest(home)["faces"] == 400


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_growth_is_that_of_the_numbers(power: float) -> None:
    values = {size: 3e-6 * size**power for size in (10**3, 10**4, 10**5)}
    assert scale.exponent(values) == pytest.approx(power)
