"""Names that were proposed do not outlive what they rest on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from db import decisions, faces, photos
from db.records import Decision
from tests.support.made_up_album import BORN, Album
from tracker.identity import strictness
from tracker.identity.proposing import propose, propose_if_told
from tracker.vision.detector import DETECTOR_ID

MADE_UP = "made-up"


def one_more(album: Album, name: str) -> int:
    """A face of theirs in a photo of another day."""
    photo = album.photo(name, day=BORN + timedelta(days=20))
    return photos.photo_faces(album.con, photo, DETECTOR_ID)[0].face_id


def test_they_are_made_anew_once_something_was_told_and_not_otherwise(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    album.enrol(album.mia)
    album.enrol(album.anna)
    face = one_more(album, "Mia")
    assert propose_if_told(album.con, MADE_UP)
    assert decisions.labels(album.con, [face])[face].person_id == album.mia.person_id
    assert not propose_if_told(album.con, MADE_UP)
    decisions.decide(album.con, [Decision(face, album.mia.person_id, "rejected", "user", "no")])
    assert propose_if_told(album.con, MADE_UP)
    assert not propose_if_told(album.con, MADE_UP)
    strictness.set_strictness(album.con, 0.05)
    assert propose_if_told(album.con, MADE_UP)


def test_they_are_made_anew_after_another_embedder_named_some(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    album.enrol(album.mia)
    album.enrol(album.anna)
    face = one_more(album, "Mia")
    assert propose_if_told(album.con, MADE_UP)
    propose(album.con, [], "another")
    decisions.decide(
        album.con, [Decision(face, album.anna.person_id, "proposed", "match", "by another")]
    )
    assert propose_if_told(album.con, MADE_UP)
    assert decisions.labels(album.con, [face])[face].person_id == album.mia.person_id
    assert not propose_if_told(album.con, MADE_UP)


def test_what_was_proposed_goes_with_the_last_name_that_it_rests_on(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    album.enrol(album.mia)
    face = one_more(album, "Anna")
    decisions.decide(album.con, [Decision(face, album.mia.person_id, "proposed", "match", "once")])
    named = faces.enrolled(album.con, MADE_UP).face_ids.tolist()
    decisions.decide(
        album.con, [Decision(f, album.mia.person_id, "rejected", "user", "no") for f in named]
    )
    assert propose_if_told(album.con, MADE_UP)
    assert decisions.labels(album.con, [face]) == {}
