"""Adding a cohort when the detector has changed since the family's photos were taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.connection import open_workspace
from tests.support.drawn_photos import CountedEmbedder, drawn, save
from tracker.ingest import pipeline, stages
from tracker.study.cohort_adding import About, add_cohort, look_around


def test_the_familys_own_photo_among_those_added_is_still_the_familys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, home, embedder = tmp_path / "club", tmp_path / "workspace", CountedEmbedder()
    folder.mkdir()
    save(drawn(1, seed=1), folder / "ours.jpg")
    with open_workspace(home, create=True) as con:
        with monkeypatch.context() as patch:
            patch.setattr(stages, "DETECTOR_ID", "mtcnn-of-last-year")
            patch.setattr(pipeline, "DETECTOR_ID", "mtcnn-of-last-year")
            pipeline.ingest(con, home, [folder], embedder=embedder, workers=1)
        save(drawn(1, seed=2), folder / "theirs.jpg")
        around = look_around([folder], home)
        add_cohort(con, home, around, About(), embedder=embedder, workers=1)
        apart = con.execute(
            "SELECT shown FROM cohort_photos JOIN photo_paths USING (photo_id)"
        ).fetchall()
    assert [Path(shown).name for (shown,) in apart] == ["theirs.jpg"]
