"""The family: adding people and finding them by name, with the checks a name or date needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from db import people
from db.records import Person
from tracker import ages
from tracker.errors import UnknownPerson, UsageError
from tracker.relations import CHILD, parse_relation, parse_sex

if TYPE_CHECKING:
    import duckdb


def add_child(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    born: str,
    sex: str | None,
    *,
    today: date | None = None,
) -> tuple[Person, bool]:
    """The workspace's first child: (person, whether it is new). The same child again is fine."""
    interval = parse_birth(born, today=today)
    children = [c.person for c in people.all_people(connection) if c.person.relation == CHILD]
    for person in children:
        if people.name_key(person.name) == people.name_key(name):
            if (person.born_earliest, person.born_latest) != interval:
                raise UsageError(
                    f"{person.name} is already in this workspace with another birth date, "
                    f"{person.born_earliest}.",
                    hint="Use another --home for another child of the same name.",
                )
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
        sex=parse_sex(sex, CHILD),
    ), True


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
        raise UsageError(
            f"{name} needs a birth date: months of age are counted from it.",
            hint="Add --born 2024-03-09.",
        )
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
    near = people.nearest_names(connection, name)
    raise UnknownPerson(
        f"Nobody here is called {name!r}.",
        hint=(f"Did you mean {near[0]!r}? " if near else "")
        + "`tracker person list` shows everyone; `tracker person add NAME --relation …` adds "
        "someone.",
    )


def parse_birth(text: str, *, today: date | None = None) -> tuple[date, date]:
    """A birth date as (earliest, latest) day; UsageError if it lies ahead or is no date."""
    return ages.parse_birth_argument(text, today or date.today())
