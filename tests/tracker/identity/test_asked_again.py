"""Naming the same photos again, when nothing was told since and when something was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from db import cohort, people, photos, state
from db.records import Dated, Decision, Person
from tests.support.made_up_album import BORN, Album
from tracker.identity import seeing, settle
from tracker.identity.candidates import candidates
from tracker.vision.detector import DETECTOR_ID


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    made.enrol(made.mia)
    made.enrol(made.anna)
    yield made
    made.con.close()


def some_photos(album: Album) -> list[str]:
    days = [BORN + timedelta(days=5 * i) for i in range(6)]
    crowds = [album.photo("Mia", "Anna", "Zoe", day=day) for day in days[:3]]
    return crowds + [album.photo("Mia", day=day) for day in days[3:]] + [album.photo()]


def no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.identity.settle.name", None)  # would fail if called


def test_asked_again_with_nothing_new_nothing_is_computed(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = some_photos(album)
    told = album.settle(taken)
    assert told.proposed
    with monkeypatch.context() as patched:
        no_more(patched)
        assert album.settle(taken) == told
    album.con.execute("DELETE FROM kept_namings")
    assert album.settle(taken) == told, "what was kept is what would be found again"


def test_a_name_that_was_given_is_settled_again_and_only_then_kept(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = some_photos(album)
    first = album.settle(taken, album.mia)
    again = album.settle(taken, album.mia)
    assert first.enrolled == 3
    assert (again.enrolled, again.already, again.faceless) == (0, 6, 1)
    no_more(monkeypatch)
    assert album.settle(taken, album.mia) == again


def tell_a_face(album: Album, taken: list[str]) -> None:
    face = photos.photo_faces(album.con, taken[0], DETECTOR_ID)[2]
    people.decide(album.con, [Decision(face.face_id, None, "rejected", "user")])


def tell_a_birth(album: Album, taken: list[str]) -> None:
    later = BORN + timedelta(days=8)
    people.update(album.con, Person(album.mia.person_id, "Mia", "child", later, later))


def tell_a_date(album: Album, taken: list[str]) -> None:
    day = BORN - timedelta(days=300)
    photos.redate(album.con, {taken[0]: Dated(day, day, "option", 0.5)})


def tell_a_stranger(album: Album, taken: list[str]) -> None:
    face = photos.photo_faces(album.con, taken[0], DETECTOR_ID)[2]
    cohort.add(album.con, b"/strangers", [cohort.Member("zoe", (face.face_id,))])


@pytest.mark.parametrize(
    "tell",
    [
        tell_a_face,
        tell_a_birth,
        tell_a_date,
        tell_a_stranger,
        lambda album, _: album.photo("Zoe"),
        lambda album, _: album.enrol(album.anna, 1),
        lambda album, _: people.add(album.con, "Ben", "father"),
        lambda album, _: people.rename(album.con, album.mia.person_id, "Maria"),
        lambda album, taken: taken.append(album.photo("Mia", day=BORN)),
        lambda album, taken: taken.pop(),
    ],
)
def test_whatever_is_told_it_is_computed_again(
    album: Album, tell: Callable[[Album, list[str]], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = some_photos(album)
    album.settle(taken)
    tell(album, taken)
    no_more(monkeypatch)
    with pytest.raises(TypeError):
        album.settle(taken)


def test_what_is_kept_does_not_pile_up(album: Album) -> None:
    for _ in range(3):
        album.settle(some_photos(album))
    assert len(album.con.execute("SELECT * FROM kept_namings").fetchall()) == 1


def test_a_report_is_not_made_anew_for_what_was_kept(album: Album) -> None:
    taken = some_photos(album)
    album.settle(taken)
    before = state.fingerprint(album.con)
    album.settle(taken[:-1])
    assert state.fingerprint(album.con) == before


def test_faces_are_judged_alike_however_many_are_looked_at_together(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = some_photos(album)
    asked = settle.faces_in(album.con, taken, "made-up").face_ids.tolist()
    whole = candidates(album.con, album.home, "made-up", asked)
    monkeypatch.setattr(seeing, "AT_ONCE", 2)
    parts = candidates(album.con, album.home, "made-up", asked)
    assert any(whole.values())
    for face, few in parts.items():
        assert [c.person_id for c in few] == [c.person_id for c in whole[face]]
        np.testing.assert_allclose(
            [c.chance for c in few], [c.chance for c in whole[face]], atol=1e-5
        )
