"""The names that other programs gave, as they are listed and asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db import people, tag_answers, tags
from db.tag_answers import NameLine
from db.tags import Troubled, without_version
from db.text import many
from tracker.identity import tag_rules

if TYPE_CHECKING:
    import duckdb

    from db.records import Person

PROBLEMS = {
    tag_rules.DISPUTED: "another tag says that this face is somebody else's",
    tag_rules.TWICE: "the same person is tagged on two faces of the photo",
    tag_rules.NO_FACE: "no face was found there",
    tag_rules.OVERRULED: "you said otherwise yourself",
    tag_rules.WEAK: "named in the photo, and which face it is cannot be told",
}
"""Why a tag names nobody, in words, by its outcome."""


@dataclass(frozen=True, slots=True)
class ListedName:
    """A name as it is listed. `who` is the person, or says why there is none."""

    line: NameLine
    state: str
    who: str

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.line.name,
            "programs": list(self.line.programs),
            "photos": self.line.photos,
            "faces": self.line.faces,
            "state": self.state,
            "person": self.who if self.state == "person" else None,
            "outcomes": dict(self.line.outcomes),
            "example": self.line.example,
        }


def listed(connection: duckdb.DuckDBPyConnection) -> list[ListedName]:
    """Every name, those of most photos first."""
    called = {c.person.person_id: c.person.name for c in people.all_people(connection)}
    return [ListedName(line, *_who(line, called)) for line in tag_answers.names(connection)]


def _who(line: NameLine, called: dict[int, str]) -> tuple[str, str]:
    answer = line.answer
    if answer is None:
        return "unanswered", "?"
    if answer.person_id is None:
        return "ignored", "(ignored)"
    name = called.get(answer.person_id)
    return ("removed", "(removed)") if name is None else ("person", name)


def problems(connection: duckdb.DuckDBPyConnection) -> list[Troubled]:
    """The tags that named nobody and could have, by photo."""
    return tags.troubled(connection, list(PROBLEMS))


def written_by(problem: Troubled) -> str:
    """Who wrote a tag that named nobody."""
    return without_version(problem.program) or problem.standard


def namesake(connection: duckdb.DuckDBPyConnection, line: NameLine) -> Person | None:
    """The person of the same name, to be suggested and no more."""
    return people.find(connection, line.name)


def in_words(line: NameLine) -> str:
    """A name with where it is from and how often it is met."""
    by = ", ".join(line.programs)
    return f"{line.name} ({by}: {many(line.photos, 'photo')}, {many(line.faces, 'face')} found)"
