"""Names that other programs gave to faces and photos, and what came of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import pyarrow as pa

from .arrow import staged
from .connection import transaction, translated
from .people import name_key
from .text import plain

Box = tuple[float, float, float, float]

_VERSION = re.compile(r"[\s(-]*v?[0-9].*", re.DOTALL)


class TagLike(Protocol):
    """A name that was given, as `tracker.metadata.records.Tag` has it."""

    @property
    def name(self) -> str:
        """The name as it was written, or ""."""

    @property
    def standard(self) -> str:
        """The way it is written down."""

    @property
    def program(self) -> str:
        """Who wrote it, or ""."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Readings of where the face is, as shares of the upright photo; () for the photo."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A stored tag. `boxes` as in `TagLike`; `face_id` is the face it was found to be."""

    tag_id: int
    sha256: str
    name: str
    name_key: str
    standard: str
    program: str
    source: str
    face_id: int | None
    outcome: str
    boxes: tuple[Box, ...]


def add(con: duckdb.DuckDBPyConnection, said: Mapping[str, Iterable[TagLike]]) -> None:
    """Note what is said of photos, by sha256.

    What a program says of a photo takes the place of what it said before, another program's words
    stay: a corrected name is one name, and a photo that lies in two places loses none. Tags without
    a name, and photos that are not stored, are left out. What is said again the same keeps what
    came of it.
    """
    rows = [
        (sha256, tag) for sha256, tags in said.items() for tag in dict.fromkeys(tags) if tag.name
    ]
    if not rows:
        return
    table = pa.table(
        {
            "sha256": pa.array([sha256 for sha256, _ in rows], pa.string()),
            "name": pa.array([plain(tag.name) for _, tag in rows], pa.string()),
            "name_key": pa.array([plain(name_key(tag.name)) for _, tag in rows], pa.string()),
            "standard": pa.array([tag.standard for _, tag in rows], pa.string()),
            "program": pa.array([plain(tag.program) for _, tag in rows], pa.string()),
            "source": pa.array([plain(source_of(tag)) for _, tag in rows], pa.string()),
            "boxes": pa.array(
                [[x for box in tag.boxes for x in box] for _, tag in rows], pa.list_(pa.float32())
            ),
        }
    )
    with transaction(con), staged(con, "tags_read", table):
        con.execute(
            """
            DELETE FROM tags old
            WHERE (photo_id, source) IN (
                    SELECT (photo_id, source) FROM tags_read JOIN photos USING (sha256))
                AND NOT EXISTS (
                    FROM tags_read n JOIN photos p USING (sha256)
                    WHERE p.photo_id = old.photo_id AND n.source = old.source
                        AND n.name = old.name AND n.standard = old.standard
                        AND n.program = old.program AND n.boxes = old.boxes)
            """
        )
        con.execute(
            """
            INSERT INTO tags BY NAME
            SELECT nextval('tag_ids') AS tag_id, n.*, NULL AS face_id, '' AS outcome
            FROM (
                SELECT photo_id, name, name_key, standard, program, source, boxes
                FROM tags_read JOIN photos USING (sha256)
            ) n
            WHERE NOT EXISTS (
                FROM tags old
                WHERE old.photo_id = n.photo_id AND old.source = n.source
                    AND old.name = n.name AND old.standard = n.standard AND old.boxes = n.boxes)
            """
        )


def source_of(tag: TagLike) -> str:
    """Who says so: the program whatever its version, or the way it is written down."""
    return without_version(tag.program).casefold() or tag.standard


def without_version(program: str) -> str:
    """The program's name alone, of "digiKam-8.1.0" that is "digiKam"."""
    return _VERSION.sub("", program)


def tags_of(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> dict[str, list[TagRow]]:
    """What is said now of these photos (sha256s); those of which nothing is said are absent."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            """
            SELECT tag_id, sha256, t.name, name_key, standard, program, source, face_id, outcome,
                boxes
            FROM tags t JOIN photos USING (photo_id) SEMI JOIN asked_photos USING (sha256)
            ORDER BY photo_id, tag_id
            """
        ).fetchall()
    found: dict[str, list[TagRow]] = defaultdict(list)
    for tag_id, sha256, name, key, standard, program, source, face, outcome, flat in rows:
        boxes = tuple((flat[i], *flat[i + 1 : i + 4]) for i in range(0, len(flat), 4))
        found[sha256].append(
            TagRow(tag_id, sha256, name, key, standard, program, source, face, outcome, boxes)
        )
    return dict(found)


def unsettled(con: duckdb.DuckDBPyConnection, photos: Sequence[str], rules: int) -> list[str]:
    """Those of these photos (sha256s) whose tags may come to something else than they did.

    That is so where tags, answers, faces, what was said of them, the people or the `rules` (a
    number that is raised with them) are not as they were at `note_settled`.
    """
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            f"""
            SELECT sha256 FROM ({_TOLD}) JOIN photos USING (photo_id)
            LEFT JOIN settled_tags s USING (photo_id)
            WHERE s.told IS DISTINCT FROM now ORDER BY photo_id
            """,  # noqa: S608
            [rules],
        ).fetchall()
    return [sha256 for (sha256,) in rows]


def note_settled(con: duckdb.DuckDBPyConnection, photos: Sequence[str], rules: int) -> None:
    """Note that the tags of these photos (sha256s) are settled as things are now."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with transaction(con), staged(con, "asked_photos", asked):
        con.execute(
            """
            DELETE FROM settled_tags WHERE photo_id IN (
                SELECT photo_id FROM photos SEMI JOIN asked_photos USING (sha256))
            """
        )
        con.execute(f"INSERT INTO settled_tags SELECT photo_id, now FROM ({_TOLD})", [rules])  # noqa: S608


_TOLD = """
    WITH tagged AS (
        SELECT photo_id, name_key, tag_id FROM tags
        WHERE photo_id IN (SELECT photo_id FROM photos SEMI JOIN asked_photos USING (sha256))
    ),
    of_tags AS (
        SELECT photo_id, sum(hash(tag_id, answer_id, person_id, removed)) AS h
        FROM tagged LEFT JOIN standing_tag_answers USING (name_key) GROUP BY photo_id
    ),
    there AS (SELECT photo_id, face_id FROM faces SEMI JOIN of_tags USING (photo_id)),
    of_faces AS (SELECT photo_id, sum(hash(face_id)) AS h FROM there GROUP BY photo_id),
    of_words AS (
        SELECT photo_id, sum(hash(face_id, decision_id)) AS h
        FROM spoken JOIN there USING (face_id) GROUP BY photo_id
    ),
    living AS (SELECT sum(hash(person_id, merged_into, removed)) AS h FROM people)
    SELECT photo_id, hash(?::BIGINT, t.h, f.h, w.h, (SELECT h FROM living)) AS now
    FROM of_tags t LEFT JOIN of_faces f USING (photo_id) LEFT JOIN of_words w USING (photo_id)
"""
"""SQL: a fingerprint (`now`) of all that the tags of the `asked_photos` are settled by."""


def outcomes_of(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> dict[str, int]:
    """How many tags of these photos (sha256s) came to what."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        return dict(
            con.execute(
                """
                SELECT outcome, count(*) FROM tags WHERE photo_id IN (
                    SELECT photo_id FROM photos SEMI JOIN asked_photos USING (sha256))
                GROUP BY outcome
                """
            ).fetchall()
        )


def note_outcomes(
    con: duckdb.DuckDBPyConnection, outcomes: Mapping[int, tuple[int | None, str]]
) -> None:
    """Note by tag which face it was found to be (None: none), and a word for what came of it."""
    table = pa.table(
        {
            "tag_id": pa.array(list(outcomes), pa.int64()),
            "face_id": pa.array([face for face, _ in outcomes.values()], pa.int64()),
            "outcome": pa.array([word for _, word in outcomes.values()], pa.string()),
        }
    )
    with transaction(con), staged(con, "tag_outcomes", table):
        con.execute(
            """
            UPDATE tags SET face_id = n.face_id, outcome = n.outcome
            FROM tag_outcomes n WHERE tags.tag_id = n.tag_id
            """
        )


def photos_named(con: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> list[str]:
    """The photos (sha256s) that have any of these names, by the names' keys."""
    asked = pa.table({"name_key": pa.array(sorted(set(keys)), pa.string())})
    with translated(), staged(con, "asked_names", asked):
        rows = con.execute(
            """
            SELECT DISTINCT sha256, photo_id
            FROM tags SEMI JOIN asked_names USING (name_key) JOIN photos USING (photo_id)
            ORDER BY photo_id
            """
        ).fetchall()
    return [sha256 for sha256, _ in rows]


def untried(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The photos (sha256s) with a tag of which it was not looked yet whose face it is.

    Mostly none; after an interrupted ingest there are some.
    """
    with translated():
        rows = con.execute(
            """
            SELECT DISTINCT sha256 FROM tags JOIN photos USING (photo_id)
            WHERE outcome = '' ORDER BY sha256
            """
        ).fetchall()
    return [sha256 for (sha256,) in rows]


@dataclass(frozen=True, slots=True)
class Troubled:
    """A tag that named nobody: in which photo (a path for people), whose, and why not."""

    path: str
    name: str
    program: str
    standard: str
    outcome: str


def troubled(con: duckdb.DuckDBPyConnection, outcomes: Sequence[str]) -> list[Troubled]:
    """The tags that came to one of these `outcomes`, by photo."""
    with translated():
        rows = con.execute(
            """
            WITH seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id)
            SELECT coalesce(path, '') AS path, name, program, standard, outcome
            FROM tags LEFT JOIN seen USING (photo_id)
            WHERE list_contains(?, outcome) ORDER BY path, tag_id
            """,
            [list(outcomes)],
        ).fetchall()
    return [Troubled(*row) for row in rows]
