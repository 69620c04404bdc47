"""The people of a workspace: naming, renaming, merging and removing them."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from datetime import date

import duckdb

from .arrow import one
from .connection import transaction, translated
from .decisions import decide, labels
from .errors import Conflict
from .records import Person
from .text import folded, plain

__all__ = [
    "Person",
    "PersonCounts",
    "add",
    "all_people",
    "by_id",
    "decide",
    "find",
    "get",
    "labels",
    "merge",
    "name_key",
    "nearest_names",
    "primary_child",
    "remove",
    "removed",
    "rename",
    "update",
]

LONGEST_NAME = 200
"""Characters; a longer one is a slip of the clipboard, not a name."""

_COLUMNS = "person_id, name, relation, born_earliest, born_latest, sex"


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """A person and how much is known of them.

    `confirmed`, `proposed` and `waiting` count faces; `photo_days` counts the distinct dates of
    the photos behind the confirmed and proposed ones (undated photos have none), and
    `waiting_photos` the photos behind the waiting ones.
    """

    person: Person
    confirmed: int
    proposed: int
    waiting: int
    photo_days: int
    waiting_photos: int = 0


def name_key(name: str) -> str:
    """What makes two spellings one name: case, composition of accents and spacing do not."""
    return " ".join(folded(name.translate(_NO_WIDTH)).split())


def add(
    con: duckdb.DuckDBPyConnection,
    name: str,
    relation: str,
    *,
    born_earliest: date | None = None,
    born_latest: date | None = None,
    sex: str | None = None,
    bring_back: bool = True,
) -> Person:
    """Add someone. `born_latest` defaults to `born_earliest`: a birth date known to the day.

    Someone of that name who was removed comes back with the faces they had (ask `removed`
    first to say so); with `bring_back` False it is another person who happens to have the name.
    Raises Conflict where the name is taken, empty, too long or no text.
    """
    name = checked_name(name)
    born_earliest, born_latest = _bounds(name, born_earliest, born_latest)
    with transaction(con):
        _must_be_free(con, name)
        old = _removed(con, name) if bring_back else None
        if old is not None:
            # What is not said now stays as it was known.
            con.execute(
                """
                UPDATE people SET removed = false, name = ?, relation = ?,
                    born_earliest = coalesce(?, born_earliest),
                    born_latest = coalesce(?, born_latest), sex = coalesce(?, sex)
                WHERE person_id = ?
                """,
                [name, relation, born_earliest, born_latest, sex, old.person_id],
            )
            person_id = old.person_id
        else:
            row = one(
                con,
                """
                INSERT INTO people
                VALUES (nextval('person_ids'), ?, ?, ?, ?, ?, ?, NULL, false) RETURNING person_id
                """,
                [name, name_key(name), relation, born_earliest, born_latest, sex],
            )
            assert row is not None  # noqa: S101  RETURNING always answers
            person_id = int(row[0])
    return _one(con, person_id)


def find(con: duckdb.DuckDBPyConnection, name: str) -> Person | None:
    """The person of that name, however it is cased or spaced, or None."""
    with translated():
        row = one(
            con,
            f"""
            SELECT {_COLUMNS} FROM people
            WHERE name_key = ? AND NOT removed AND merged_into IS NULL
            """,  # noqa: S608
            [plain(name_key(name))],
        )
    return None if row is None else Person(*row)


def get(con: duckdb.DuckDBPyConnection, name: str) -> Person:
    """The person of that name; raises Conflict, with the nearest names, where there is none."""
    found = find(con, name)
    if found is not None:
        return found
    near = nearest_names(con, name)
    raise Conflict(
        f"Nobody here is called {name!r}.",
        hint=f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else "add them: tracker person add NAME --relation mother",
    )


def by_id(con: duckdb.DuckDBPyConnection, person_id: int) -> Person | None:
    """The living entry with that id (of whom someone was merged into, theirs), or None."""
    with translated():
        row = one(
            con,
            f"""
            SELECT {_COLUMNS} FROM people WHERE NOT removed AND person_id = (
                SELECT coalesce(merged_into, person_id) FROM people WHERE person_id = ?)
            """,  # noqa: S608
            [person_id],
        )
    return None if row is None else Person(*row)


def nearest_names(con: duckdb.DuckDBPyConnection, name: str, most: int = 3) -> list[str]:
    """Names here that look like `name`, the nearest first."""
    with translated():
        rows = con.execute(
            "SELECT name_key, name FROM people WHERE NOT removed AND merged_into IS NULL"
        ).fetchall()
    keys: dict[str, str] = dict(rows)
    near = difflib.get_close_matches(name_key(name), list(keys), n=most, cutoff=0.6)
    return [keys[key] for key in near]


def all_people(con: duckdb.DuckDBPyConnection) -> list[PersonCounts]:
    """Everybody, in the order they were added, with what is known of them."""
    with translated():
        rows = con.execute(
            f"""
            SELECT {_COLUMNS},
                count(*) FILTER (WHERE state = 'confirmed'),
                count(*) FILTER (WHERE state = 'proposed'),
                count(*) FILTER (WHERE state = 'waiting'),
                count(DISTINCT (earliest, latest)) FILTER (
                    WHERE state IN ('confirmed', 'proposed') AND earliest IS NOT NULL),
                count(DISTINCT photo_id) FILTER (WHERE state = 'waiting')
            FROM people
            LEFT JOIN labels USING (person_id)
            LEFT JOIN faces USING (face_id)
            LEFT JOIN photos USING (photo_id)
            WHERE NOT removed AND merged_into IS NULL
            GROUP BY ALL ORDER BY person_id
            """  # noqa: S608
        ).fetchall()
    return [PersonCounts(Person(*row[:6]), *row[6:]) for row in rows]


def primary_child(con: duckdb.DuckDBPyConnection) -> Person | None:
    """The child that is meant when none is named: the first one added."""
    with translated():
        row = one(
            con,
            f"""
            SELECT {_COLUMNS} FROM people
            WHERE relation = 'child' AND NOT removed AND merged_into IS NULL
            ORDER BY person_id LIMIT 1
            """,  # noqa: S608
        )
    return None if row is None else Person(*row)


def rename(con: duckdb.DuckDBPyConnection, person_id: int, name: str) -> Person:
    """Give someone another name; raises Conflict where somebody else has it."""
    name = checked_name(name)
    with transaction(con):
        person = _one(con, person_id)
        _must_be_free(con, name, but=person.person_id)
        con.execute(
            "UPDATE people SET name = ?, name_key = ? WHERE person_id = ?",
            [name, name_key(name), person.person_id],
        )
    return _one(con, person_id)


def update(con: duckdb.DuckDBPyConnection, person: Person) -> Person:
    """Correct someone's relation, birth or sex (not the name: see `rename`)."""
    born_earliest, born_latest = _bounds(person.name, person.born_earliest, person.born_latest)
    with transaction(con):
        con.execute(
            """
            UPDATE people SET relation = ?, born_earliest = ?, born_latest = ?, sex = ?
            WHERE person_id = ?
            """,
            [
                person.relation,
                born_earliest,
                born_latest,
                person.sex,
                _one(con, person.person_id).person_id,
            ],
        )
    return _one(con, person.person_id)


def merge(con: duckdb.DuckDBPyConnection, gone_id: int, kept_id: int) -> Person:
    """Two entries are one person: what was said of `gone_id` counts for `kept_id` from now on.

    What `kept_id` has no birth or sex for is taken from the other, and of two birth dates what
    both allow. The journal is not rewritten.
    """
    with transaction(con):
        gone, kept = _one(con, gone_id), _one(con, kept_id)
        if gone.person_id == kept.person_id:
            raise Conflict(f"{kept.name!r} cannot be merged with themselves.")
        con.execute(
            "UPDATE people SET merged_into = ? WHERE person_id = ? OR merged_into = ?",
            [kept.person_id, gone.person_id, gone.person_id],
        )
        con.execute(
            """
            UPDATE people SET born_earliest = ?, born_latest = ?, sex = coalesce(sex, ?)
            WHERE person_id = ?
            """,
            [*_both_allow(gone, kept), gone.sex, kept.person_id],
        )
    return _one(con, kept_id)


def remove(con: duckdb.DuckDBPyConnection, person_id: int) -> None:
    """Take someone out. What was said of their faces is kept: see `add`."""
    with transaction(con):
        person = _one(con, person_id)
        con.execute("UPDATE people SET removed = true WHERE person_id = ?", [person.person_id])


def removed(con: duckdb.DuckDBPyConnection, name: str) -> Person | None:
    """Someone of that name who was removed and would come back with `add`, or None."""
    with translated():
        return _removed(con, name)


def checked_name(name: str) -> str:
    """The name without space around it and without what has no width; raises Conflict where it
    cannot be one."""
    given, name = name, name.translate(_NO_WIDTH).strip()
    if given.strip() and not any(map(_is_seen, name)):
        raise Conflict(
            f"The name {given!r} holds nothing that can be seen.",
            hint="give a name of one letter or more.",
        )
    if not name:
        raise Conflict("A name may not be empty.", hint="give a name of one character or more.")
    if len(name) > LONGEST_NAME:
        raise Conflict(
            f"That name has {len(name)} characters.",
            hint=f"a name has at most {LONGEST_NAME} characters.",
        )
    if name != plain(name):
        raise Conflict(
            f"The name {name!r} holds bytes that are no text.",
            hint="type it again in a terminal that is set to UTF-8.",
        )
    for character in name:
        if _is_no_text(character):
            raise Conflict(
                f"The name {name!r} holds the character U+{ord(character):04X}, which is not for "
                "writing.",
                hint="type the name without it.",
            )
    return name


_NO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphen, zero-width space and their like: two names would look the same and not be. The
joiners U+200C and U+200D are not among them: Persian and emoji are written with them."""

_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by class, and empty to look at."""


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind not in {"Cf", "Zs", "Zl", "Zp"} and character not in _BLANKS


def _is_no_text(character: str) -> bool:
    """Controls but those of white space, and what Unicode keeps free for no character at all.

    No XML file, so no SVG chart, may hold them.
    """
    code = ord(character)
    if unicodedata.category(character) == "Cc":
        return character not in "\t\n\r"
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _bounds(
    name: str, earliest: date | None, latest: date | None
) -> tuple[date | None, date | None]:
    """Both ends of a birth date, of which one may stand for both; in order, or a Conflict."""
    latest = latest if latest is not None else earliest
    earliest = earliest if earliest is not None else latest
    if earliest is not None and latest is not None and earliest > latest:
        raise Conflict(f"The birth of {name!r} would end before it begins.")
    return earliest, latest


def _both_allow(gone: Person, kept: Person) -> tuple[date | None, date | None]:
    """The birth that agrees with both entries, or that of `kept` where they contradict."""
    if gone.born_earliest is None or gone.born_latest is None:
        return kept.born_earliest, kept.born_latest
    if kept.born_earliest is None or kept.born_latest is None:
        return gone.born_earliest, gone.born_latest
    earliest = max(gone.born_earliest, kept.born_earliest)
    latest = min(gone.born_latest, kept.born_latest)
    return (earliest, latest) if earliest <= latest else (kept.born_earliest, kept.born_latest)


def _must_be_free(con: duckdb.DuckDBPyConnection, name: str, but: int | None = None) -> None:
    taken = find(con, name)
    if taken is not None and taken.person_id != but:
        raise Conflict(
            f"There is already {_article(taken.relation)} {taken.relation} called {taken.name!r}.",
            hint="choose another name, or if both entries are the same person: "
            "tracker person merge OTHER NAME",
        )


def _article(relation: str) -> str:
    if relation == "unrelated":
        return "someone"
    return "an" if relation[:1] in "aeiou" else "a"


def _removed(con: duckdb.DuckDBPyConnection, name: str) -> Person | None:
    row = one(
        con,
        f"""
        SELECT {_COLUMNS} FROM people WHERE name_key = ? AND removed AND merged_into IS NULL
        ORDER BY person_id DESC LIMIT 1
        """,  # noqa: S608
        [plain(name_key(name))],
    )
    return None if row is None else Person(*row)


def _one(con: duckdb.DuckDBPyConnection, person_id: int) -> Person:
    found = by_id(con, person_id)
    if found is None:
        raise Conflict(f"There is no person with the number {person_id}.")
    return found
