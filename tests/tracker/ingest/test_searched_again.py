"""An ingest with another detector than the last one, from photos to names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from db import check, decisions, overview, people, photos
from db.records import Decision
from tests.support.drawn_photos import drawn, save
from tests.support.ingest_desk import Desk
from tracker.identity.settle import name
from tracker.ingest import pipeline, stages
from tracker.vision.detector import DETECTOR_ID

OLD = "mtcnn-of-last-year"


def test_names_given_before_the_detector_changed_are_on_the_faces_found_now(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    save(drawn(1, 1), album / "one.jpg", taken="2024:03:01 12:00:00")
    save(drawn(2, 2), album / "two.jpg", taken="2024:03:02 12:00:00")
    with monkeypatch.context() as patch:
        patch.setattr(stages, "DETECTOR_ID", OLD)
        patch.setattr(pipeline, "DETECTOR_ID", OLD)
        desk.ingest(album)
    one, two = (
        photos.faces_of_paths(desk.con, [str(album / f"{name}.jpg").encode()], OLD)
        for name in ("one", "two")
    )
    assert (len(one), len(two)) == (1, 2)
    mia = people.add(desk.con, "Mia", "child", born_earliest=date(2024, 1, 1))
    anna = people.add(desk.con, "Anna", "mother")
    people.decide(
        desk.con,
        [
            Decision(one[0].face_id, mia.person_id, "confirmed", "user"),
            Decision(two[0].face_id, anna.person_id, "confirmed", "user"),
            Decision(two[1].face_id, mia.person_id, "rejected", "user"),
        ],
    )
    before = overview.counts(desk.con)

    summary = desk.ingest(album)
    assert (summary.photos_new, summary.photos_known) == (0, 2)
    assert overview.counts(desk.con) == before, "nothing counts twice"
    (mias,) = desk.face_at(album / "one.jpg")
    annas, not_mias = desk.face_at(album / "two.jpg")
    assert {face.detector for face in (mias, annas, not_mias)} == {DETECTOR_ID}
    labels = decisions.labels(desk.con, [f.face_id for f in (mias, annas, not_mias)])
    assert {face: (d.person_id, d.state, d.source) for face, d in labels.items()} == {
        mias.face_id: (mia.person_id, "confirmed", "user"),
        annas.face_id: (anna.person_id, "confirmed", "user"),
    }
    (refused,) = decisions.standing(desk.con, [not_mias.face_id])
    assert (refused.person_id, refused.state) == (mia.person_id, "rejected")
    assert check.problems(desk.con) == []

    settled = name(desk.con, desk.home, summary.photos, anna, desk.embedder.info.id)
    assert settled.already == 1, "the photo that shows Anna is known to"
    assert desk.ingest(album).faces_embedded == 0, "and searched once"
