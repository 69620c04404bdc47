"""Names that other programs gave to faces, and who the user said those names are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

import duckdb
import pyarrow as pa

from .arrow import one, staged
from .connection import transaction, translated, utc_now
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


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a name is: a person, or nobody of this family (None).

    `removed`: that person was taken out since.
    """

    answer_id: int
    name: str
    name_key: str
    person_id: int | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name with what is known of it. `name` is the spelling used most.

    `photos` and `faces` count the photos that have it and the faces it was found to be.
    `programs` wrote it, `outcomes` count its tags by what came of them. `example` is a photo (a path
    for people), one with the face if there is one. `answer` is None as long as nobody said who it
    is.
    """

    name: str
    name_key: str
    photos: int
    faces: int
    programs: tuple[str, ...] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)
    example: str = ""
    answer: Answer | None = None


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
        FROM decisions JOIN there USING (face_id) GROUP BY photo_id
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


def answers(con: duckdb.DuckDBPyConnection) -> dict[str, Answer]:
    """What stands of the answers, by the key of the name."""
    with translated():
        rows = con.execute(
            """
            SELECT answer_id, name, name_key, person_id, removed FROM standing_tag_answers
            ORDER BY answer_id
            """
        ).fetchall()
    return {row[2]: Answer(*row) for row in rows}


def answer(con: duckdb.DuckDBPyConnection, name: str, person_id: int | None) -> None:
    """Say who a name is: a person, or nobody of this family (None).

    The same again is not said twice: taking back the last answer takes back one that changed
    something.
    """
    key = plain(name_key(name))
    with transaction(con):
        row = one(
            con,
            """
            SELECT person_id FROM tag_answers WHERE name_key = ? AND undone_at IS NULL
            ORDER BY answer_id DESC LIMIT 1
            """,
            [key],
        )
        if row is not None and row[0] == person_id:
            return
        con.execute(
            "INSERT INTO tag_answers VALUES (nextval('tag_answer_ids'), ?, ?, ?, ?, NULL)",
            [plain(name), key, person_id, utc_now()],
        )


def undo(con: duckdb.DuckDBPyConnection) -> Answer | None:
    """Take back the last answer: the one taken back, or None where there is none.

    What was said of that name before stands again.
    """
    with transaction(con):
        row = one(
            con,
            """
            UPDATE tag_answers SET undone_at = ? WHERE answer_id = (
                SELECT max(answer_id) FROM tag_answers WHERE undone_at IS NULL)
            RETURNING answer_id, name, name_key, person_id
            """,
            [utc_now()],
        )
    return None if row is None else Answer(*row)


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


def names(con: duckdb.DuckDBPyConnection, photos: Sequence[str] | None = None) -> list[NameLine]:
    """Every name, those of most photos first; of all photos, or those in `photos` (sha256s)."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos or ())), pa.string())})
    which = "" if photos is None else "SEMI JOIN asked_photos USING (sha256)"
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            f"""
            WITH seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id),
            told AS (
                SELECT t.*, path FROM tags t JOIN photos USING (photo_id) {which}
                LEFT JOIN seen USING (photo_id)
            )
            SELECT mode(name ORDER BY name), name_key, count(DISTINCT photo_id),
                count(DISTINCT face_id),
                list(DISTINCT CASE WHEN program = '' THEN standard ELSE program END),
                histogram(outcome),
                coalesce(min(path) FILTER (face_id IS NOT NULL), min(path), '')
            FROM told GROUP BY name_key ORDER BY count(DISTINCT photo_id) DESC, name_key
            """  # noqa: S608
        ).fetchall()
    said = answers(con)
    return [
        NameLine(
            name,
            key,
            in_photos,
            in_faces,
            tuple(sorted(set(map(without_version, programs)))),
            outcomes,
            example,
            said.get(key),
        )
        for name, key, in_photos, in_faces, programs, outcomes, example in rows
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the journal about a face. `person_id` is whom it counts for now, None nobody."""

    face_id: int
    person_id: int | None
    state: str
    source: str
    reason: str
    similarity: float | None
    embedder_id: str | None


@dataclass(frozen=True, slots=True)
class PhotoFaces:
    """The faces of a photo of `width` and `height`, in pixels of it upright: ids and boxes."""

    width: int
    height: int
    face_ids: tuple[int, ...]
    boxes: tuple[Box, ...]


def faces_of(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> dict[str, PhotoFaces]:
    """The faces of these photos (sha256s), those without any too."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            """
            SELECT sha256, width, height, face_id, box
            FROM photos SEMI JOIN asked_photos USING (sha256) LEFT JOIN faces USING (photo_id)
            ORDER BY photo_id, face_id
            """
        ).fetchall()
    found = {}
    for (sha256, width, height), here in groupby(rows, key=lambda row: row[:3]):
        faces = [(face, tuple(box)) for *_, face, box in here if face is not None]
        found[sha256] = PhotoFaces(
            width, height, tuple(face for face, _ in faces), tuple(box for _, box in faces)
        )
    return found


def said_of(con: duckdb.DuckDBPyConnection, face_ids: Iterable[int]) -> dict[int, list[Said]]:
    """All that was said of these faces, in its order, but of people who were removed."""
    asked = pa.table({"face_id": pa.array(sorted(set(face_ids)), pa.int64())})
    with translated(), staged(con, "asked_faces", asked):
        rows = con.execute(
            """
            SELECT face_id, kept.person_id, state, d.source, reason, similarity, embedder_id
            FROM decisions d SEMI JOIN asked_faces USING (face_id)
            LEFT JOIN people p ON p.person_id = d.person_id
            LEFT JOIN people kept ON kept.person_id = coalesce(p.merged_into, p.person_id)
            LEFT JOIN embedders USING (embedder_key)
            WHERE d.person_id IS NULL OR NOT kept.removed
            ORDER BY decision_id
            """
        ).fetchall()
    said: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said[row[0]].append(Said(*row))
    return dict(said)


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
class NamedFaces:
    """A photo's faces that are known to be somebody: `named` are (name, box in pixels upright).

    `orientation` is EXIF's, of how the photo lies in its file; 0 where that was not noted.
    """

    width: int
    height: int
    orientation: int
    named: tuple[tuple[str, Box], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A file in which a photo was seen; `width` and `height` are those of the upright photo."""

    path: bytes
    byte_size: int
    sha256: str
    width: int
    height: int


def named_faces(con: duckdb.DuckDBPyConnection) -> dict[str, NamedFaces]:
    """The photos, by sha256, in which a face is confirmed to be somebody's."""
    with translated():
        rows = con.execute(
            """
            SELECT sha256, width, height, coalesce(orientation, 0), name, box
            FROM labels JOIN people USING (person_id)
            JOIN faces USING (face_id) JOIN photos USING (photo_id)
            WHERE state = 'confirmed' ORDER BY photo_id, face_id
            """
        ).fetchall()
    return {
        sha256: NamedFaces(
            width, height, orientation, tuple((name, tuple(box)) for *_, name, box in here)
        )
        for (sha256, width, height, orientation), here in groupby(rows, key=lambda row: row[:4])
    }


def places(con: duckdb.DuckDBPyConnection) -> list[Place]:
    """Every file in which a photo was seen, by its path."""
    with translated():
        rows = con.execute(
            """
            SELECT path, f.byte_size, sha256, width, height
            FROM photo_paths f JOIN photos USING (photo_id) ORDER BY path
            """
        ).fetchall()
    return [Place(*row) for row in rows]


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
