"""What the names that other programs gave come to in one photo: pure rules.

The user's word outranks a tag, a tag outranks the tracker's own match. Where tags contradict each
other nothing is decided, and the tags stay listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from db.records import Decision
from db.tag_answers import Answer
from db.tagged_faces import Said
from db.tags import TagRow, without_version
from tracker.identity.tag_match import Claim

TAG = "tag"
"""The source of decisions made here."""

TAKEN_BACK = "the tag, or who it was said to be, was taken back"
"""The reason of a decision that takes back a name given here."""

ELSEWHERE = "tagged on another face of the photo"
"""The reason why the tracker's own guess is wrong."""

NOT_ELSEWHERE = "no longer tagged on another face of the photo"

CONTESTS = 0.5
"""Of two programs' tags on one face, one whose overlap is below this share of the other's does not
contest it: it may be meant for a face that was not found."""

# What came of a tag.
DECIDED = "decided"
PROPOSED = "proposed"
KNOWN = "known"
UNANSWERED = "unanswered"
IGNORED = "ignored"
REMOVED = "removed person"
NO_FACE = "no face there"
DISPUTED = "disputed"
TWICE = "twice in the photo"
OVERRULED = "you said otherwise"
WEAK = "which face is not said"

_WRITTEN_BY = {
    "mwg": "another program",
    "microsoft": "another program",
    "iptc": "another program",
    "acdsee": "ACDSee",
    "keyword": "a keyword",
    "picasa": "Picasa",
    "takeout": "Google Photos",
    "immich": "Immich",
    "photoprism": "PhotoPrism",
}


@dataclass(frozen=True, slots=True)
class FaceWords:
    """What was said of a face but by tags, as it stands, and by tags.

    `user` is whom the user said it is, `nobody` that they said it is nobody, `not_these` whom they
    said it is not. `guesses` are the tracker's, by person. `tagged` is the last word of tags on
    each person, if it was not taken back.
    """

    user: int | None = None
    nobody: bool = False
    not_these: frozenset[int] = frozenset()
    guesses: Mapping[int, Said] = field(default_factory=dict)
    tagged: Mapping[int, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to stand of a photo's tags: decisions, and by tag the face and what came of it."""

    decisions: tuple[Decision, ...]
    outcomes: Mapping[int, tuple[int | None, str]]


def words(said: Iterable[Said]) -> FaceWords:
    """What stands of the journal's lines about one face, given in their order."""
    user: dict[int, str] = {}
    nobody = False
    guesses: dict[int, Said] = {}
    tagged: dict[int, Said] = {}
    for line in said:
        if line.source == TAG:
            if line.person_id is not None:
                tagged[line.person_id] = line
        elif line.person_id is None:
            guesses.clear()
            if line.source == "user":
                user.clear()
                nobody = True
        elif line.source == "user" and line.state in {"confirmed", "rejected"}:
            user.pop(line.person_id, None)  # the last one said is the last one in it
            user[line.person_id] = line.state
        elif not nobody or line.source == "user":
            guesses[line.person_id] = line
    told = [person for person, state in user.items() if state == "confirmed"]
    return FaceWords(
        told[-1] if told else None,
        nobody and not told,
        frozenset(person for person, state in user.items() if state == "rejected"),
        guesses,
        {person: line for person, line in tagged.items() if line.reason not in _UNSAID},
    )


def judge(
    tags: Sequence[TagRow],
    claims: Sequence[Claim],
    face_ids: Sequence[int],
    said: Mapping[int, FaceWords],
    answers: Mapping[str, Answer],
) -> Verdict:
    """What a photo's tags come to. `claims` are those of `tags` on `face_ids`, by position."""
    outcomes: dict[int, tuple[int | None, str]] = {}
    for tag in tags:
        outcomes[tag.tag_id] = (None, NO_FACE if tag.boxes else WEAK)
    named = _one_face_each(_uncontested(tags, claims, face_ids, answers, outcomes), outcomes)
    decisions = []
    for person, (face, by) in named.items():
        word = _overruled(person, face, face_ids, said) or DECIDED
        outcomes.update((tag.tag_id, (face, word)) for tag in by)
        if word == DECIDED:
            decisions.append(Decision(face, person, "confirmed", TAG, _reason(by)))
            decisions += _instead(person, face, face_ids, said)
    decisions += _of_the_photo(tags, face_ids, said, answers, outcomes)
    return Verdict(tuple(decisions), outcomes)


def changes(verdict: Verdict, said: Mapping[int, FaceWords]) -> list[Decision]:
    """The decisions to write so that exactly the verdict's stand of all that tags said.

    Where the tracker had said the same before the tag did, its word is said again.
    """
    wanted = {(d.face_id, d.person_id): d for d in verdict.decisions}
    back = [
        decision
        for face, spoken in said.items()
        for person in spoken.tagged
        if (face, person) not in wanted
        for decision in _without_tag(face, person, spoken)
    ]
    new = [d for key, d in wanted.items() if not _stands(d, said)]
    return back + new


def _stands(decision: Decision, said: Mapping[int, FaceWords]) -> bool:
    spoken = said.get(decision.face_id, FaceWords())
    line = spoken.tagged.get(decision.person_id or 0)
    return line is not None and (line.state, line.reason) == (decision.state, decision.reason)


def _without_tag(face: int, person: int, spoken: FaceWords) -> Iterator[Decision]:
    rejected = spoken.tagged[person].state == "rejected"
    yield Decision(face, person, "rejected", TAG, NOT_ELSEWHERE if rejected else TAKEN_BACK)
    guess = spoken.guesses.get(person)
    if guess is not None:
        # The same words again would be taken for nothing new.
        reason = guess.reason.removesuffix(_AGAIN) + _AGAIN
        yield Decision(
            face, person, guess.state, guess.source, reason, guess.similarity, guess.embedder_id
        )


_AGAIN = "; said again after a tag was taken back"

_UNSAID = frozenset({TAKEN_BACK, NOT_ELSEWHERE})


def _who(tag: TagRow, answers: Mapping[str, Answer]) -> tuple[str, int | str]:
    """Whom a tag means: a person, or a name by itself."""
    answer = answers.get(tag.name_key)
    if answer is None or answer.person_id is None or answer.removed:
        return "name", tag.name_key
    return "person", answer.person_id


def _short_of(tag: TagRow, answers: Mapping[str, Answer]) -> str | None:
    """Why a tag names no person here, or None where it does."""
    answer = answers.get(tag.name_key)
    if answer is None:
        return UNANSWERED
    if answer.person_id is None:
        return IGNORED
    return REMOVED if answer.removed else None


def _uncontested(
    tags: Sequence[TagRow],
    claims: Sequence[Claim],
    face_ids: Sequence[int],
    answers: Mapping[str, Answer],
    outcomes: dict[int, tuple[int | None, str]],
) -> dict[int, dict[int, list[TagRow]]]:
    """Face -> tags, by person, for faces that are said to be one person; notes the others."""
    by_face: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_face[claim.face].append(claim)
    named: dict[int, dict[int, list[TagRow]]] = defaultdict(dict)
    for place, here in by_face.items():
        face = face_ids[place]
        best = max(claim.overlap for claim in here)
        rivals = [tags[c.tag] for c in here if c.overlap >= CONTESTS * best]
        means = {_who(tag, answers) for tag in rivals}
        for tag in rivals:
            word = _short_of(tag, answers) if len(means) == 1 else DISPUTED
            if word is not None:
                outcomes[tag.tag_id] = (face, word)
        kind, person = means.pop() if len(means) == 1 else ("", 0)
        if kind == "person":
            named[int(person)][face] = rivals
    return named


def _one_face_each(
    named: Mapping[int, Mapping[int, list[TagRow]]],
    outcomes: dict[int, tuple[int | None, str]],
) -> dict[int, tuple[int, list[TagRow]]]:
    """Person -> their face and the tags that say so; nobody is in a photo twice."""
    once = {}
    for person, by_face in named.items():
        if len(by_face) == 1:
            once[person] = next(iter(by_face.items()))
        else:
            for face, by in by_face.items():
                outcomes.update((tag.tag_id, (face, TWICE)) for tag in by)
    return once


def _overruled(
    person: int, face: int, face_ids: Sequence[int], said: Mapping[int, FaceWords]
) -> str | None:
    """Whether the user's own words leave no room for this."""
    spoken = said.get(face, FaceWords())
    if spoken.user == person:
        return None
    elsewhere = any(said[f].user == person for f in face_ids if f in said)
    if spoken.user is not None or spoken.nobody or person in spoken.not_these or elsewhere:
        return OVERRULED
    return None


def _instead(
    person: int, face: int, face_ids: Sequence[int], said: Mapping[int, FaceWords]
) -> list[Decision]:
    """That the tracker's guess at another face of the photo was wrong, where it made one."""
    return [
        Decision(other, person, "rejected", TAG, ELSEWHERE)
        for other in face_ids
        if other != face
        and other in said
        and (guess := said[other].guesses.get(person)) is not None
        and guess.state in {"confirmed", "proposed"}
    ]


def _of_the_photo(
    tags: Sequence[TagRow],
    face_ids: Sequence[int],
    said: Mapping[int, FaceWords],
    answers: Mapping[str, Answer],
    outcomes: dict[int, tuple[int | None, str]],
) -> list[Decision]:
    """Names without a box: a proposal where there is one name and one face, otherwise nothing."""
    weak = [tag for tag in tags if not tag.boxes]
    decided = {
        _who(tag, answers) for tag in tags if outcomes[tag.tag_id][1] in {DECIDED, OVERRULED}
    }
    for tag in weak:
        word = _short_of(tag, answers)
        if word is not None or _who(tag, answers) in decided:
            outcomes[tag.tag_id] = (None, word or KNOWN)
    means = {_who(tag, answers) for tag in tags}
    if len(face_ids) != 1 or len(means) != 1 or len(weak) != len(tags) or not weak:
        return []
    kind, person = means.pop()
    face = face_ids[0]
    if kind != "person" or _overruled(int(person), face, face_ids, said):
        return []
    spoken = said.get(face, FaceWords())
    if spoken.user is not None or any(g.state == "confirmed" for g in spoken.guesses.values()):
        outcomes.update((tag.tag_id, (None, KNOWN)) for tag in weak)
        return []
    outcomes.update((tag.tag_id, (face, PROPOSED)) for tag in weak)
    return [Decision(face, int(person), "proposed", TAG, _reason(weak, "the photo's only face; "))]


def _reason(by: Iterable[TagRow], before: str = "") -> str:
    """Who said so, in words that stay the same as long as they do."""
    said = sorted({(tag.name, written_by(tag)) for tag in by})
    return before + "; ".join(f"tagged as {name} by {program}" for name, program in said)


def written_by(tag: TagRow) -> str:
    """Who wrote a tag, in words."""
    return without_version(tag.program) or _WRITTEN_BY.get(tag.standard, "another program")
