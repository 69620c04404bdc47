"""Which photos look alike, and which are of one moment: what is known and what comes of it.

The rules are in `tracker.ingest.moments`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrow
from .connection import transaction, translated

WORDS = 4
"""A picture's looks as numbers of 64 bits."""

Ids = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """How pictures look: `words` uint64 `(n, 4)` of the photos `ids` `(n,)`."""

    ids: Ids
    words: Words


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of photos that look alike, each once: `(n,)` ids, and the bits they differ by."""

    one: Ids
    other: Ids
    bits: npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What decides of photos, beside their looks, to which moment they belong; all `(n,)`.

    `ids` ascend. `content` is the first 60 bits of each sha256: an order that does not depend on
    what came first. `shutter` is the camera's own time in microseconds since 1970, local time,
    -1 where its EXIF data do not tell; `clock` is the time that any source tells to the second.
    `by` numbers the camera, or where it is not known the folder, and `sure` are those whose file
    tells both the time and the camera. `shape` is width by height, `pixels` width times height.
    """

    ids: Ids
    content: Ids
    shutter: Ids
    clock: Ids
    by: Ids
    sure: npt.NDArray[np.bool_]
    shape: npt.NDArray[np.float64]
    pixels: Ids


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Photos that share a moment with others: `(n,)` ids, the moments' ids, and kinds."""

    photos: Ids
    moments: Ids
    copies: npt.NDArray[np.bool_]


def uncompared(con: duckdb.DuckDBPyConnection) -> Ids:
    """The photos whose looks are known and were not yet held against the others', ascending."""
    with translated():
        found = arrow.fetch(
            con,
            """
            SELECT photo_id FROM photos
            WHERE looks IS NOT NULL AND photo_id NOT IN (SELECT photo_id FROM compared_looks)
            ORDER BY photo_id
            """,
        )
    return _integers(found, "photo_id")


def looks(con: duckdb.DuckDBPyConnection) -> Looks:
    """How all pictures look of which that is known, by ascending id."""
    with translated():
        found = arrow.fetch(
            con,
            """
            SELECT photo_id, looks FROM photos WHERE octet_length(looks) = 32 ORDER BY photo_id
            """,
        )
    words = np.frombuffer(b"".join(found.column("looks").to_pylist()), ">u8").astype(np.uint64)
    return Looks(_integers(found, "photo_id"), words.reshape(-1, WORDS))


def partners(con: duckdb.DuckDBPyConnection) -> tuple[Ids, Ids]:
    """(the photos that were compared, how many look like each of them), by ascending id."""
    with translated():
        found = arrow.fetch(con, "SELECT photo_id, partners FROM compared_looks ORDER BY photo_id")
    return _integers(found, "photo_id"), _integers(found, "partners")


def add_alike(
    con: duckdb.DuckDBPyConnection, ids: Ids, partners: Ids, pairs: Pairs, common: Ids
) -> None:
    """Note pairs that look alike. Of the photos `ids`, which have been compared with all others,
    note how many `partners` they have now. Pairs of `common` photos leave."""
    table = pa.table(
        {
            "photo_id": pa.array(pairs.one, pa.int32()),
            "other_id": pa.array(pairs.other, pa.int32()),
            "bits": pa.array(pairs.bits, pa.int16()),
        }
    )
    seen = pa.table(
        {"photo_id": pa.array(ids, pa.int32()), "partners": pa.array(partners, pa.int32())}
    )
    out = pa.table({"photo_id": pa.array(common, pa.int32())})
    with transaction(con):
        with arrow.staged(con, "new_alike", table):
            con.execute("INSERT INTO alike BY NAME SELECT * FROM new_alike")
        with arrow.staged(con, "new_compared", seen):
            con.execute(
                "DELETE FROM compared_looks WHERE photo_id IN (SELECT photo_id FROM new_compared)"
            )
            con.execute("INSERT INTO compared_looks BY NAME SELECT * FROM new_compared")
        with arrow.staged(con, "common_looks", out):
            con.execute(
                """
                DELETE FROM alike WHERE photo_id IN (SELECT photo_id FROM common_looks)
                    OR other_id IN (SELECT photo_id FROM common_looks)
                """
            )


def alike(con: duckdb.DuckDBPyConnection) -> Pairs:
    """Every two photos that look alike."""
    with translated():
        found = arrow.fetch(con, "SELECT photo_id, other_id, bits FROM alike")
    bits = found.column("bits").to_numpy().astype(np.int16)
    return Pairs(_integers(found, "photo_id"), _integers(found, "other_id"), bits)


def facts(con: duckdb.DuckDBPyConnection, sources: Sequence[tuple[str, str]]) -> Facts:
    """What is known of the photos that may share a moment with others: those that are alike to
    another, and those with a time of day.

    `sources`: (source, label or "" for any) of the clues that tell the second, the first that
    there is counts.
    """
    said = pa.table(
        {
            "source": pa.array([source for source, _ in sources], pa.string()),
            "wanted": pa.array([label for _, label in sources], pa.string()),
            "place": pa.array(range(len(sources)), pa.int32()),
        }
    )
    with translated(), arrow.staged(con, "telling", said):
        found = arrow.fetch(
            con,
            """
            WITH told AS (
                SELECT photo_id, min(taken_at) FILTER (source = 'exif') AS shutter,
                    min({'place': place, 'time': taken_at}) AS best
                FROM date_clues JOIN telling USING (source)
                WHERE taken_at IS NOT NULL AND wanted IN ('', label)
                GROUP BY photo_id
            ),
            timed AS (
                SELECT photo_id, sha256, width, height, camera, shutter, best.time AS clock
                FROM photos LEFT JOIN told USING (photo_id)
            ),
            held AS (
                SELECT * FROM timed
                WHERE clock IS NOT NULL OR photo_id IN (
                    SELECT photo_id FROM alike UNION ALL SELECT other_id FROM alike)
            ),
            placed AS (
                SELECT photo_id, regexp_extract(min(shown), ?) AS folder FROM photo_paths
                WHERE photo_id IN (SELECT photo_id FROM held WHERE coalesce(camera, '') = '')
                GROUP BY photo_id
            )
            SELECT photo_id,
                ('0x' || sha256[1:15])::BIGINT AS content,
                coalesce(epoch_us(shutter), -1) AS shutter,
                coalesce(epoch_us(clock), -1) AS clock,
                dense_rank() OVER (ORDER BY CASE
                    WHEN camera <> '' THEN 'by ' || camera
                    ELSE coalesce('in ' || folder, sha256)
                END) AS by_whom,
                shutter IS NOT NULL AND coalesce(camera, '') <> '' AS sure,
                width / height AS shape, width::BIGINT * height AS pixels
            FROM held LEFT JOIN placed USING (photo_id)
            ORDER BY photo_id
            """,
            [f"(?s)^.*{re.escape(os.sep)}"],
        )
    return Facts(
        ids=_integers(found, "photo_id"),
        content=_integers(found, "content"),
        shutter=_integers(found, "shutter"),
        clock=_integers(found, "clock"),
        by=_integers(found, "by_whom"),
        sure=found.column("sure").to_numpy(zero_copy_only=False).astype(bool),
        shape=found.column("shape").to_numpy().astype(np.float64),
        pixels=_integers(found, "pixels"),
    )


def load(con: duckdb.DuckDBPyConnection) -> Moments:
    """The moments that are stored, by ascending photo."""
    with translated():
        found = arrow.fetch(
            con,
            """
            SELECT photo_id, moment_id, kind = 'copy' AS is_copy FROM moments ORDER BY photo_id
            """,
        )
    return Moments(
        _integers(found, "photo_id"),
        _integers(found, "moment_id"),
        found.column("is_copy").to_numpy(zero_copy_only=False).astype(bool),
    )


def replace(con: duckdb.DuckDBPyConnection, gone: Ids, come: Moments) -> None:
    """Take the photos `gone` out of their moments, and put those of `come` into theirs."""
    out = pa.table({"photo_id": pa.array(gone, pa.int32())})
    rows = pa.table(
        {
            "photo_id": pa.array(come.photos, pa.int32()),
            "moment_id": pa.array(come.moments, pa.int64()),
            "is_copy": pa.array(come.copies, pa.bool_()),
        }
    )
    with transaction(con):
        with arrow.staged(con, "gone_moments", out):
            con.execute("DELETE FROM moments WHERE photo_id IN (SELECT photo_id FROM gone_moments)")
        with arrow.staged(con, "new_moments", rows):
            con.execute(
                """
                INSERT INTO moments
                SELECT photo_id, moment_id, CASE WHEN is_copy THEN 'copy' ELSE 'burst' END
                FROM new_moments
                """
            )


def _integers(table: pa.Table, name: str) -> Ids:
    numbers: Ids = table.column(name).to_numpy().astype(np.int64, copy=False)
    return numbers
