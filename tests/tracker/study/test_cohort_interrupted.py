"""Adding a cohort that is cut short: what was read is kept, and is not taken for the family's."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import overview
from db.connection import open_workspace
from tests.support.drawn_photos import CountedEmbedder, drawn, save
from tracker.ingest.summary import Progress
from tracker.study.cohort_adding import About, Added, add_cohort, look_around


def test_an_interrupted_addition_goes_on_where_it_was_and_lists_nothing_as_the_familys(
    tmp_path: Path,
) -> None:
    folder, home = tmp_path / "club", tmp_path / "workspace"
    folder.mkdir()
    for number in range(4):
        save(drawn(1, seed=number), folder / f"{number}.jpg", taken=None)
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    embedder = CountedEmbedder()

    def add(patience: int) -> Added:
        def on_progress(progress: Progress) -> None:
            if progress.done > patience:
                raise KeyboardInterrupt

        return add_cohort(
            con,
            home,
            look_around([folder], home),
            About(),
            embedder=embedder,
            on_progress=on_progress,
            workers=1,
        )

    with open_workspace(home, create=True) as con:
        with pytest.raises(KeyboardInterrupt):
            add(patience=2)
        counts = overview.counts(con)
        assert 0 < counts.strangers == counts.photos < 4
        assert (counts.undated, counts.unnamed, counts.rejected) == (0, 0, 0)

        added = add(patience=99)
        assert (added.people, added.faces) == (4, 4)
        assert embedder.batches[-1] < 4  # what was stored is not read again
        assert not added.is_whole  # the torn file
        assert overview.counts(con).undated == 0
