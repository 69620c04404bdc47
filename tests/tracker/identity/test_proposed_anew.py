"""Proposals follow what is known: they are made anew where something was told since."""

from __future__ import annotations

from datetime import date

from db import decisions
from tests.support.review_album import Album
from tests.support.workspaces import EMBEDDER
from tracker.identity import deciding
from tracker.identity.anew import propose_if_told

NAME = EMBEDDER.embedder_id


def test_what_does_not_hold_any_more_is_taken_back_once(album: Album) -> None:
    (face,) = album.photo("later", ["x"], date(2024, 4, 1))
    album.say(face, "Anna", "proposed")
    assert propose_if_told(album.con, NAME)
    assert decisions.labels(album.con, [face]) == {}
    assert not propose_if_told(album.con, NAME)
    deciding.decide(album.con, [album.faces["Ben-0", 0]], album.people["Anna"], "confirmed")
    assert propose_if_told(album.con, NAME)
    assert not propose_if_told(album.con, NAME)
