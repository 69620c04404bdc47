"""What cannot be right, or not exact, about the births of a family. Pure."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Sequence

from db.records import Person
from tracker.ages import interval_in_words
from tracker.relations import CHILD, ELDERS, with_article

LEAST_YEARS = 10
"""Years between someone and a child of theirs, below which the dates cannot be right."""

A_MONTH, A_YEAR = 31, 359
"""Days that a birth is open for: up to a month, from (nearly) a year."""


def warnings_about(
    family: Sequence[Person], only: Iterable[Person] | None = None
) -> tuple[str, ...]:
    """What to say of these people's births, each with the command that mends it.

    `only` leaves out what does not concern one of them.
    """
    children = [person for person in family if person.relation == CHILD]
    elders = [person for person in family if person.relation in ELDERS]
    asked = {person.person_id for person in (family if only is None else only)}
    rough = [_rough(child) for child in children if child.person_id in asked]
    late = [
        _too_young(elder, child)
        for elder in elders
        for child in children
        if asked & {elder.person_id, child.person_id}
    ]
    return tuple(said for said in (*rough, *late) if said)


def born(person: Person) -> str:
    """The birth as it was given, or ""."""
    return interval_in_words(person.born_earliest, person.born_latest)


def set_command(person: Person, *words: str) -> str:
    """The command that corrects something about the person."""
    return shlex.join(["tracker", "person", "set", person.name, *words])


def _rough(child: Person) -> str:
    if child.born_earliest is None or child.born_latest is None:
        return ""
    days = (child.born_latest - child.born_earliest).days
    if days == 0:
        return ""
    if days < A_MONTH:
        off, like = "half a month", f"{child.born_earliest:%Y-%m}-DD"
    else:
        off = "half a year" if days >= A_YEAR else f"{math.ceil(days / 60)} months"
        like = f"{child.born_earliest.year}-MM-DD"
    return (
        f"{child.name}'s birth is known only as {born(child)}: months of age may be off by up to "
        f"{off}. Make it exact: {set_command(child, '--born', like)}"
    )


def _too_young(elder: Person, child: Person) -> str:
    if elder.born_earliest is None or child.born_latest is None:
        return ""
    if elder.born_earliest.year + LEAST_YEARS <= child.born_latest.year:
        return ""
    return (
        f"{elder.name} is entered as {with_article(elder.relation)} born {born(elder)}, and "
        f"{child.name} was born {born(child)}: that cannot be right. Correct the slip: "
        f"{set_command(elder, '--born', 'DATE')}"
    )
