"""The family: adding people and finding them by name, with the checks a name or date needs."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from db import embedders, faces, people, reviewing
from db.records import Decision, Person
from db.text import many
from tracker import ages
from tracker.errors import UnknownPerson, UsageError
from tracker.identity import births
from tracker.identity.review_records import face_key
from tracker.relations import CHILD, parse_relation, parse_sex, with_article

if TYPE_CHECKING:
    import duckdb


def must_be_addable(name: str, born: str, sex: str | None) -> None:
    """Raises Conflict or UsageError for what no child can be added with."""
    people.checked_name(name)
    parse_birth(born)
    parse_sex(sex, CHILD)


def add_child(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    born: str,
    sex: str | None,
    *,
    today: date | None = None,
) -> tuple[Person, bool]:
    """The workspace's first child: (person, whether it is new). The same child again is fine.

    Raises UsageError where the child is known with another birth or sex: see `correct`.
    """
    interval = parse_birth(born, today=today)
    parsed_sex = parse_sex(sex, CHILD)
    children = [c.person for c in people.all_people(connection) if c.person.relation == CHILD]
    for person in children:
        if people.name_key(person.name) == people.name_key(name):
            _must_agree(person, interval, born, parsed_sex)
            return person, False
    if children:
        raise UsageError(
            f"This workspace already has a child, {children[0].name}.",
            hint=f"Add a brother or sister with: tracker person add NAME --relation child "
            f"--born {born}",
        )
    return people.add(
        connection,
        name,
        CHILD,
        born_earliest=interval[0],
        born_latest=interval[1],
        sex=parsed_sex,
    ), True


def _must_agree(person: Person, interval: ages.Interval, born: str, sex: str | None) -> None:
    known = births.born(person)
    if ages.interval_in_words(*interval) != known:
        raise UsageError(
            f"{person.name} is already in this workspace with another birth date, {known}.",
            hint=f"If that was a slip: {births.set_command(person, '--born', born.strip())}. For "
            "another child of the same name: another --home.",
        )
    if sex is not None and sex != person.sex:
        raise UsageError(
            f"{person.name} is already in this workspace "
            + (f"with the sex {person.sex}." if person.sex else "without a sex."),
            hint=f"To correct it: {births.set_command(person, '--sex', sex)}",
        )


def correct(
    connection: duckdb.DuckDBPyConnection,
    person: Person,
    *,
    relation: str | None = None,
    born: str | None = None,
    sex: str | None = None,
    today: date | None = None,
) -> Person:
    """Give someone another relation, birth or sex; what is None stays.

    A relation that says the sex ("mother") brings it along. Raises UsageError for what
    contradicts itself, and for a child without a birth.
    """
    if relation is None and born is None and sex is None:
        raise UsageError(
            f"There is nothing to change about {person.name}.",
            hint="Say what: --born DATE, --sex f or m, or --relation RELATION.",
        )
    word = person.relation if relation is None else parse_relation(relation)
    interval = (
        (person.born_earliest, person.born_latest)
        if born is None
        else parse_birth(born, today=today)
    )
    if word == CHILD and interval[0] is None:
        raise no_birth(person.name)
    corrected = people.update(
        connection,
        replace(
            person,
            relation=word,
            born_earliest=interval[0],
            born_latest=interval[1],
            sex=parse_sex(sex, word) or person.sex,
        ),
    )
    take_back_impossible(connection)
    return corrected


def take_back_impossible(connection: duckdb.DuckDBPyConnection) -> None:
    """Take back what the tracker proposed and cannot be: for photos from before the person's birth,
    or with another face that is confirmed as theirs.

    None is proposed now; a birth or a date that is corrected can make it so, two people who turn
    out to be one, or an answer that came while names were being proposed.
    """
    people.decide(
        connection,
        [
            Decision(face_id, person_id, "rejected", "match", why)
            for why, found in (
                ("taken before the birth", faces.proposed_before_birth(connection)),
                ("another face of the photo is theirs", faces.proposed_beside(connection)),
            )
            for face_id, person_id in found
        ],
    )


def must_be_mergeable(connection: duckdb.DuckDBPyConnection, gone: Person, kept: Person) -> None:
    """Raises UsageError where two entries cannot be one person, with what would mend it."""
    if gone.person_id == kept.person_id:
        raise UsageError(
            f"{gone.name} cannot be merged into the same person.",
            hint="Name two people; `tracker person list` shows them.",
        )
    if (gone.relation == CHILD) != (kept.relation == CHILD):
        child, other = (gone, kept) if gone.relation == CHILD else (kept, gone)
        raise UsageError(
            f"{child.name} is a child here and {other.name} is {with_article(other.relation)}: "
            "they are not one person.",
            hint="If that is a slip, correct it first: "
            f"{births.set_command(other, '--relation', CHILD, '--born', 'DATE')}",
        )
    both_born = (gone.born_earliest, gone.born_latest, kept.born_earliest, kept.born_latest)
    earliest, latest = both_born[0::2], both_born[1::2]
    if None not in both_born and max(filter(None, earliest)) > min(filter(None, latest)):
        raise UsageError(
            f"{gone.name} is born {births.born(gone)} and {kept.name} {births.born(kept)}: they "
            "are not one person.",
            hint="If one of the dates is a slip, correct it first: "
            f"{births.set_command(gone, '--born', births.born(kept))}",
        )
    if gone.sex and kept.sex and gone.sex != kept.sex:
        raise UsageError(
            f"{gone.name}'s sex is {gone.sex} here and {kept.name}'s is {kept.sex}: they are not "
            "one person.",
            hint="If that is a slip, correct it first: "
            f"{births.set_command(gone, '--relation', kept.relation, '--sex', kept.sex)}",
        )
    both = reviewing.side_by_side(connection, gone.person_id, kept.person_id)
    if both is not None:
        path = reviewing.rows_of(connection, both)[both[0]].path or "one photo"
        raise UsageError(
            f"{gone.name} and {kept.name} are both in {path}: they are not one person.",
            hint="If one of the faces is somebody else's, say that first: "
            f"tracker faces reject {face_key(both[0])}",
        )


def no_birth(name: str) -> UsageError:
    """A child without a birth date is asked for."""
    return UsageError(
        f"{name} needs a birth date: months of age are counted from it.",
        hint="Add --born 2024-03-09.",
    )


def before_birth(photos: int, person: Person) -> str:
    """A warning: so many photos that show somebody are dated before their birth."""
    return (
        f"{many(photos, 'of these photos is', 'of these photos are')} dated before {person.name} "
        f"was born ({births.born(person)}). Look at the dates: tracker status --rejected; or was "
        f"the birth mistyped? {births.set_command(person, '--born', 'DATE')}"
    )


def warnings_about(
    connection: duckdb.DuckDBPyConnection, person: Person | None = None
) -> tuple[str, ...]:
    """What cannot be right or exact about the births here, or about what concerns `person`."""
    family = [counted.person for counted in people.all_people(connection)]
    return births.warnings_about(family, None if person is None else [person])


def add_person(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    relation: str,
    born: str | None,
    sex: str | None,
    *,
    today: date | None = None,
) -> tuple[Person, int]:
    """Add someone: (person, how many faces they had before they were removed, usually 0)."""
    word = parse_relation(relation)
    if word == CHILD and born is None:
        raise no_birth(name)
    interval = parse_birth(born, today=today) if born is not None else (None, None)
    person = people.add(
        connection,
        name,
        word,
        born_earliest=interval[0],
        born_latest=interval[1],
        sex=parse_sex(sex, word),
    )
    kept = next(c for c in people.all_people(connection) if c.person == person)
    return person, kept.confirmed + kept.proposed


def find(connection: duckdb.DuckDBPyConnection, name: str) -> Person:
    """The person of that name; UnknownPerson with the nearest name if there is none."""
    person = people.find(connection, name)
    if person is not None:
        return person
    removed = people.removed(connection, name)
    if removed is not None:
        raise UnknownPerson(
            f"{removed.name} was removed.",
            hint="With their faces they come back by: tracker person add "
            f"{shlex.quote(removed.name)} --relation {removed.relation}",
        )
    near = people.nearest_names(connection, name)
    raise UnknownPerson(
        f"Nobody here is called {name!r}.",
        hint=(f"Did you mean {near[0]!r}? " if near else "")
        + "`tracker person list` shows everyone; `tracker person add NAME --relation …` adds "
        "someone.",
    )


def unread_note(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> tuple[str, ...]:
    """Who has named faces, but none that this embedder has read, and what to do; or nothing."""
    if len(embedders.all_embedders(connection)) < 2:
        return ()  # nobody is read by another one
    read = embedders.by_person(connection)
    living = {c.person.person_id: c.person.name for c in people.all_people(connection)}
    without = [living[i] for i, found in read.items() if i in living and embedder_id not in found]
    if not without or not any(embedder_id in found for found in read.values()):
        return ()
    who = without[0] if len(without) == 1 else f"{', '.join(without[:-1])} and {without[-1]}"
    return (
        f"{who} {'has' if len(without) == 1 else 'have'} no face read by {embedder_id}, so a "
        "comparison with it leaves them out: ingest their folders again.",
    )


def parse_birth(text: str, *, today: date | None = None) -> tuple[date, date]:
    """A birth date as (earliest, latest) day; UsageError if it lies ahead or is no date."""
    return ages.parse_birth_argument(text, today or date.today())
