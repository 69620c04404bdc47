"""Whether what is to be decided was decided meanwhile, in another tab or from the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.decisions import labels, nobodies, standing
from db.text import many
from tracker.identity.review_records import face_key
from tracker.review.problems import Stale

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Seen:
    """What a face was when it was decided about: whose (None: nobody's), and in which state, as
    the page was told."""

    person: int | None
    state: str


UNANSWERED = Seen(None, "")
"""What a face is that the page did not show: one of many in a group."""


def must_be_fresh(
    connection: duckdb.DuckDBPyConnection,
    faces: Sequence[int],
    seen: Mapping[int, Seen],
    wanted: Seen,
) -> None:
    """Raises Stale where the user has said of one of the faces what the page did not show.

    Only the user's own word counts: what the tracker thinks of a face by now is for the user to
    overrule. Having said already what is `wanted` is no contradiction.
    """
    now = standing_words(connection, faces)
    other = [
        face
        for face, word in now.items()
        if word is not None and word not in (seen.get(face, UNANSWERED), wanted)
    ]
    if not other:
        return
    raise Stale(
        f"{many(len(other), 'face')} of these {'was' if len(other) == 1 else 'were'} decided "
        "somewhere else meanwhile.",
        hint="Look again, and decide once more if that was wrong.",
        now={"faces": [_as_told(face, now[face]) for face in other]},
    )


def standing_words(
    connection: duckdb.DuckDBPyConnection, faces: Sequence[int]
) -> dict[int, Seen | None]:
    """What the user's word on each face is; None where the user said nothing of it that stands.

    Of a face of which the user only said who it is not: that it is nobody's ("").
    """
    words: dict[int, Seen | None] = dict.fromkeys(faces)
    for decision in standing(connection, faces):
        if decision.source == "user" and decision.state == "rejected":
            words[decision.face_id] = Seen(None, "")
    for face, state in nobodies(connection, faces).items():
        words[face] = Seen(None, state)
    for face, label in labels(connection, faces).items():
        if label.source == "user":
            words[face] = Seen(label.person_id, label.state)
        elif words[face] == Seen(None, ""):
            words[face] = None  # a proposal that came after the user's "not Anna"
    return words


def _as_told(face: int, word: Seen | None) -> dict[str, Any]:
    person = None if word is None or word.person is None else str(word.person)
    return {"id": face_key(face), "person": person, "state": "" if word is None else word.state}
