"""Names that other programs gave to faces: found among the faces here, asked about, decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from db import people, tag_answers, tagged_faces, tags
from db.connection import transaction
from db.records import Decision
from db.tag_answers import Answer, NameLine
from db.tagged_faces import PhotoFaces
from db.tags import TagRow
from db.text import many
from tracker.errors import UsageError
from tracker.identity import tag_rules
from tracker.identity.tag_match import match
from tracker.identity.tag_rules import TAG, FaceWords, Verdict

if TYPE_CHECKING:
    import duckdb

    from db.records import Person

PHOTOS_AT_ONCE = 4096

RULES = 1
"""Raised with every change to how tags are matched and judged: then all are settled anew."""

NAMES_SHOWN = 5
"""Names without an answer that are named after an ingest; `tracker tags list` shows all."""


@dataclass(frozen=True, slots=True)
class TagsSettled:
    """What came of other programs' names: faces by person, and counts of what is new.

    `named` and `proposed` count faces that carry a name now and did not before; `taken_back`
    those that lost one. `no_face`, `disputed` and `overruled` count tags of these photos that
    named nobody: no face is there, other tags contradict, the user said otherwise. `asks` are the
    names that nobody answered for, with their photos, those of most photos first.
    """

    named: Mapping[str, int] = field(default_factory=dict)
    proposed: Mapping[str, int] = field(default_factory=dict)
    taken_back: int = 0
    no_face: int = 0
    disputed: int = 0
    overruled: int = 0
    asks: tuple[NameLine, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "tags": {
                "named": dict(self.named),
                "proposed": dict(self.proposed),
                "taken_back": self.taken_back,
                "no_face": self.no_face,
                "disputed": self.disputed,
                "overruled": self.overruled,
                "unanswered": [
                    {"name": line.name, "photos": line.photos, "programs": list(line.programs)}
                    for line in self.asks
                ],
            }
        }

    def lines(self, *, asks: bool = True) -> list[str]:
        """In words, for a person: what changed, and with `asks` which names are to be told."""
        lines = [
            f"{many(number, 'face')} named {name}, as tagged by other programs."
            for name, number in sorted(self.named.items())
        ]
        lines += [
            f"{many(number, 'face')} taken for {name}, as named in the photo by another program."
            for name, number in sorted(self.proposed.items())
        ]
        if self.taken_back:
            lines.append(f"{many(self.taken_back, 'face')} lost a name that a tag had given.")
        if self.disputed:
            they = many(self.disputed, "tag contradicts", "tags contradict")
            lines.append(f"{they} others, and name nobody: tracker tags list --problems")
        if asks and self.asks:
            lines.append(
                f"Other programs wrote {many(len(self.asks), 'name')} that you did not tell me "
                f"about yet: {', '.join(_shown(self.asks))}. To say who they are: tracker tags ask"
            )
        return lines


def settle_tags(connection: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> TagsSettled:
    """Make what stands of the tags of `photos` (sha256s) agree with the tags and the answers.

    Each tag is looked for among the photo's faces. Where its name was answered for, that face is
    the person's; where the answer, the tag or the face is gone, its name is taken back. The user's
    own word is never touched. Asked again it changes nothing.
    """
    if not photos:
        return TagsSettled()
    answers = tag_answers.answers(connection)
    written: list[Decision] = []
    changed = tags.unsettled(connection, photos, RULES)
    for start in range(0, len(changed), PHOTOS_AT_ONCE):
        part = changed[start : start + PHOTOS_AT_ONCE]
        with transaction(connection):
            written += _settle(connection, part, answers)
            tags.note_settled(connection, part, RULES)
    everybody = people.all_people(connection) if written else ()
    names = {counted.person.person_id: counted.person.name for counted in everybody}
    told = Counter(tags.outcomes_of(connection, photos))
    return TagsSettled(
        named=_by_name(written, "confirmed", names),
        proposed=_by_name(written, "proposed", names),
        taken_back=sum(d.reason == tag_rules.TAKEN_BACK for d in written),
        no_face=told[tag_rules.NO_FACE],
        disputed=told[tag_rules.DISPUTED] + told[tag_rules.TWICE],
        overruled=told[tag_rules.OVERRULED],
        asks=tuple(line for line in tag_answers.names(connection, photos) if line.answer is None)
        if told
        else (),
    )


def _settle(
    connection: duckdb.DuckDBPyConnection, photos: Sequence[str], answers: Mapping[str, Answer]
) -> list[Decision]:
    part = tags.tags_of(connection, photos)
    faces = tagged_faces.faces_of(connection, list(part))
    said = tagged_faces.said_of(connection, (f for here in faces.values() for f in here.face_ids))
    written: list[Decision] = []
    outcomes: dict[int, tuple[int | None, str]] = {}
    for photo, rows in part.items():
        here = faces[photo]
        spoken = {face: tag_rules.words(said[face]) for face in here.face_ids if face in said}
        verdict = verdict_of(rows, here, spoken, answers)
        written += tag_rules.changes(verdict, spoken)
        outcomes |= {
            row.tag_id: verdict.outcomes[row.tag_id]
            for row in rows
            if verdict.outcomes[row.tag_id] != (row.face_id, row.outcome)
        }
    people.decide(connection, written)
    tags.note_outcomes(connection, outcomes)
    return written


def verdict_of(
    rows: Sequence[TagRow],
    here: PhotoFaces,
    spoken: Mapping[int, FaceWords],
    answers: Mapping[str, Answer],
) -> Verdict:
    """What a photo's tags come to among its faces."""
    boxes = np.array(here.boxes, np.float64).reshape(-1, 4)
    claims = match(rows, boxes, here.width, here.height)
    return tag_rules.judge(rows, claims, here.face_ids, spoken, answers)


def answer(connection: duckdb.DuckDBPyConnection, name: str, person: Person | None) -> TagsSettled:
    """Say who a name is (None: nobody of this family), for the photos here and those to come.

    Raises UsageError where no tag has that name and it was never answered for.
    """
    line = known_name(connection, name)
    with transaction(connection):
        tag_answers.answer(connection, line.name, None if person is None else person.person_id)
        return settle_tags(connection, tags.photos_named(connection, [line.name_key]))


def undo(connection: duckdb.DuckDBPyConnection) -> tuple[Answer, TagsSettled]:
    """Take back the last answer with all that it decided. Raises UsageError where there is none."""
    with transaction(connection):
        taken = tag_answers.undo(connection)
        if taken is None:
            raise UsageError(
                "There is no answer about a name to take back.",
                hint="tracker tags list shows the names and who they are.",
            )
        return taken, settle_tags(connection, tags.photos_named(connection, [taken.name_key]))


def known_name(connection: duckdb.DuckDBPyConnection, name: str) -> NameLine:
    """The name as it is known here; UsageError, with names like it, where it is not."""
    key = people.name_key(name)
    lines = tag_answers.names(connection)
    for line in lines:
        if line.name_key == key:
            return line
    near = _nearest(key, lines)
    raise UsageError(
        f"No other program named anybody {name!r} in the photos here.",
        hint=(f"Did you mean {near!r}? " if near else "") + "tracker tags list shows all names.",
    )


def _nearest(key: str, lines: Iterable[NameLine]) -> str | None:
    import difflib

    names = {line.name_key: line.name for line in lines}
    near = difflib.get_close_matches(key, list(names), n=1, cutoff=0.6)
    return names[near[0]] if near else None


def _by_name(written: Iterable[Decision], state: str, names: Mapping[int, str]) -> dict[str, int]:
    counted = Counter(
        d.person_id for d in written if d.state == state and d.source == TAG and d.person_id
    )
    return {names[person]: number for person, number in counted.items() if person in names}


def _shown(asks: Sequence[NameLine]) -> Iterator[str]:
    for line in asks[:NAMES_SHOWN]:
        yield f"{line.name} ({', '.join((*line.programs, many(line.photos, 'photo')))})"
    if len(asks) > NAMES_SHOWN:
        yield f"and {len(asks) - NAMES_SHOWN} more"
