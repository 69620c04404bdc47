"""What a simulated user answers, and how many faces are named rightly before and after."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.identity_drawn import Album
from db import decisions, people
from db.records import Decision
from tracker.identity.candidates import Candidate, candidates
from tracker.identity.proposing import propose_again
from tracker.identity.unknown import groups

ANSWERS, BETWEEN = 30, 10
"""How many answers there are, and after how many of them names are proposed anew."""

ASKED = 0.05
"""A face is asked about where somebody known has this chance."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How faces stand. Faces that were enrolled at the start are left out of all of it.

    `family` faces of people with a name, `right` of them confirmed or proposed as who they are.
    `named` faces confirmed or proposed, `wrong` of them as somebody else. `first` family faces of
    which the best candidate is right, `questions` what is left to ask (a group is one), `doubles`
    photos in which somebody is twice, `faces` all. `grouped` faces are in groups of unknown ones,
    `mixed` of them not the one person's that most of their group are.
    """

    family: int
    right: int
    named: int
    wrong: int
    first: int
    questions: int
    doubles: int
    faces: int
    grouped: int
    mixed: int

    def __add__(self, other: Standing) -> Standing:
        """Both together."""
        return Standing(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))


def standing(album: Album, but: frozenset[str] = frozenset()) -> Standing:
    """How it stands now. `but` leaves out faces of these people."""
    names = {person.person_id: name for name, person in album.members.items()}
    at_start = set(album.enrolled)
    asked = [face for face, who in album.truth.items() if face not in at_start and who not in but]
    stands = decisions.labels(album.con, asked)
    told = {
        face: names[d.person_id]
        for face, d in stands.items()
        if d.state in {"confirmed", "proposed"} and d.person_id in names
    }
    best = candidates(album.con, album.home, album.embedder_id, asked)
    family = [face for face in asked if album.truth[face] in album.members]
    made = [
        [album.truth[face] for face in group.face_ids if face in best]
        for group in groups(album.con, album.home, album.embedder_id)
    ]
    twice = Counter((album.photo_of[face], who) for face, who in told.items())
    return Standing(
        family=len(family),
        right=sum(told.get(face) == album.truth[face] for face in family),
        named=len(told),
        wrong=sum(who != album.truth[face] for face, who in told.items()),
        first=sum(bool(best[face]) and best[face][0].name == album.truth[face] for face in family),
        questions=len(_questions(album, best)),
        doubles=sum(count > 1 for count in twice.values()),
        faces=len(asked),
        grouped=sum(map(len, made)),
        mixed=sum(len(one) - max(Counter(one).values(), default=0) for one in made),
    )


def _questions(album: Album, best: dict[int, tuple[Candidate, ...]]) -> list[tuple[int, ...]]:
    """What is to be asked: groups of unknown faces, and faces that may be somebody known."""
    in_groups = [
        tuple(face for face in group.face_ids if face in best)
        for group in groups(album.con, album.home, album.embedder_id)
    ]
    grouped = {face for group in in_groups for face in group}
    stands = decisions.labels(album.con, list(best))
    nobody = decisions.nobodies(album.con, list(best))
    alone = [
        (face,)
        for face, found in best.items()
        if face not in stands
        and face not in nobody
        and face not in grouped
        and found
        and found[0].chance >= ASKED
    ]
    return [group for group in in_groups if group] + alone


def answer(album: Album, answers: int = ANSWERS) -> None:
    """Answer the questions that help most, in rounds; then everything is proposed anew.

    As on the page, what was taken out of a group when it was answered is asked about next.
    """
    done = 0
    while done < answers:
        best = candidates(album.con, album.home, album.embedder_id, sorted(album.truth))
        queue = [(_gain(faces, best), faces) for faces in _questions(album, best)]
        heapq.heapify(queue)
        if not queue:
            break
        for _ in range(min(BETWEEN, answers - done)):
            if not queue:
                break
            _, faces = heapq.heappop(queue)
            said = _said(album, faces)
            people.decide(album.con, said)
            told = {decision.face_id for decision in said}
            rest = tuple(face for face in faces if face not in told)
            if rest:
                heapq.heappush(queue, (_gain(rest, best), rest))
            done += 1
        propose_again(album.con, album.embedder_id)


def _gain(faces: Sequence[int], best: dict[int, tuple[Candidate, ...]]) -> tuple[float, int]:
    """Those first of which one answer can be expected to name the most faces."""
    chances: defaultdict[int, float] = defaultdict(float)
    for face in faces:
        for candidate in best[face]:
            chances[candidate.person_id] += candidate.chance
    return -max(chances.values(), default=0.0), min(faces)


def _said(album: Album, faces: Sequence[int]) -> list[Decision]:
    """The answer: whose most of these faces are, the others being taken out of the group."""
    (who, _), *_rest = Counter(album.truth[face] for face in faces).most_common(1)
    person = album.members.get(who)
    return [
        Decision(face, person.person_id, "confirmed", "user", "answered")
        if person is not None
        else Decision(face, None, "rejected", "user", "answered")
        for face in faces
        if album.truth[face] == who
    ]
