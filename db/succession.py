"""When another detector searches a photo again, its faces take the place of those known before.

A face's id holds its detector's, so that every face gets a new one. What was said of a face goes
over to the new face whose box is the same; then the old one leaves, and nothing counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import embedders
from .arrow import staged

LEAST_OVERLAP = 0.5
"""Intersection over union. Boxes of two people's faces, cheek to cheek, have below 0.2."""

Boxes = npt.NDArray[np.floating[Any]]


def overlaps(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union `(n, m)` of boxes `(n, 4)` and `(m, 4)`, each x0, y0, x1, y1.

    In [0, 1]; 0 for a box without an area.
    """
    a = np.asarray(one, np.float64).reshape(-1, 1, 4)
    b = np.asarray(other, np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    both = np.clip(sides, 0, None).prod(axis=-1)
    either = _areas(a) + _areas(b) - both
    shared = np.zeros(both.shape)
    np.divide(both, either, out=shared, where=either > 0)
    return shared


def _areas(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(axis=-1))


def paired(old: Boxes, new: Boxes) -> list[tuple[int, int]]:
    """Pairs of positions (old, new), one to one, that overlap by LEAST_OVERLAP; the best first.

    Of equal ones the earlier old box and then the earlier new box comes first.
    """
    overlap = overlaps(old, new)
    pairs: dict[int, int] = {}
    for place in np.argsort(-overlap, axis=None, kind="stable").tolist():
        i, j = divmod(place, overlap.shape[1])
        if overlap[i, j] < LEAST_OVERLAP:
            break
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return list(pairs.items())


def succeed(con: duckdb.DuckDBPyConnection, hashes: Sequence[str], detector: str) -> None:
    """Put the faces that `detector` found in these photos in the place of those found before.

    Call it inside the transaction that stores them. Each old face hands what was said of it (see
    `decisions`), and its place in the cohort, to the new one it overlaps: the same rows of the
    journal under another face's id, so that their order, their time and whose word they are
    stay. An old face that overlaps none leaves with what was guessed of it, unless the user spoke
    of it or it is known who it is: then it stays with its vectors, a face of the old detector.

    A photo that no other detector searched is left as it is. Where a photo is asked about again,
    nothing changes.
    """
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(hashes)), pa.string())})
    with staged(con, "searched_now", asked):
        photos = con.execute(
            """
            SELECT DISTINCT photo_id
            FROM detections JOIN photos USING (photo_id) SEMI JOIN searched_now USING (sha256)
            WHERE detector <> ?
            """,
            [detector],
        ).fetchall()
    if not photos:
        return
    again = pa.table({"photo_id": pa.array([photo for (photo,) in photos], pa.int32())})
    with staged(con, "searched_again", again):
        heirs, left = _matched(con, detector)
        with staged(con, "heirs", heirs), staged(con, "without_heir", left):
            _hand_over(con)
            _leave(con, detector)


def _matched(con: duckdb.DuckDBPyConnection, detector: str) -> tuple[pa.Table, pa.Table]:
    """(old and new face of each pair, old faces without one) in the photos `searched_again`."""
    rows = con.execute(
        """
        SELECT photo_id, detector, face_id, box FROM faces SEMI JOIN searched_again USING (photo_id)
        ORDER BY photo_id, detector, face_index
        """
    ).fetchall()
    found: dict[int, dict[str, list[tuple[int, Sequence[float]]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for photo, by, face, box in rows:
        found[photo][by].append((face, box))
    pairs: list[tuple[int, int]] = []
    left: list[int] = []
    for searches in found.values():
        new = searches.pop(detector, [])
        # Two detectors before this one each found the same face: both hand over to it.
        for old in searches.values():
            here = paired(_boxes(old), _boxes(new))
            pairs += [(old[i][0], new[j][0]) for i, j in here]
            known = {i for i, _ in here}
            left += [face for i, (face, _) in enumerate(old) if i not in known]
    heirs = pa.table(
        {
            "face_id": pa.array([old for old, _ in pairs], pa.int64()),
            "heir": pa.array([new for _, new in pairs], pa.int64()),
        }
    )
    return heirs, pa.table({"face_id": pa.array(left, pa.int64())})


def _boxes(faces: Iterable[tuple[int, Sequence[float]]]) -> Boxes:
    return np.array([box for _, box in faces], np.float64).reshape(-1, 4)


def _hand_over(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "UPDATE decisions SET face_id = heir FROM heirs WHERE decisions.face_id = heirs.face_id"
    )
    con.execute(
        """
        INSERT INTO cohort_faces
        SELECT member_id, heir FROM cohort_faces JOIN heirs USING (face_id)
        EXCEPT SELECT member_id, face_id FROM cohort_faces
        """
    )
    con.execute("DELETE FROM cohort_faces WHERE face_id IN (SELECT face_id FROM heirs)")


def _leave(con: duckdb.DuckDBPyConnection, detector: str) -> None:
    """Take out the old faces, but for those that stay.

    Whoever is confirmed by a match was named by the user as being in that photo.
    """
    gone = con.execute(
        """
        SELECT face_id FROM heirs
        UNION ALL
        SELECT face_id FROM without_heir
        WHERE face_id NOT IN (
                SELECT face_id FROM spoken WHERE source = 'user' OR state = 'confirmed')
            AND face_id NOT IN (SELECT face_id FROM cohort_faces)
        """
    ).fetchall()
    table = pa.table({"face_id": pa.array([face for (face,) in gone], pa.int64())})
    with staged(con, "gone_faces", table):
        _wait_on(con, detector)
        keys = con.execute("SELECT embedder_key FROM embedders").fetchall()
        for name in ("decisions", "faces", *(embedders.table_of(key) for (key,) in keys)):
            con.execute(
                f"DELETE FROM {name} WHERE face_id IN (SELECT face_id FROM gone_faces)"  # noqa: S608
            )
    con.execute(
        """
        DELETE FROM detections
        WHERE detector <> ? AND photo_id IN (SELECT photo_id FROM searched_again)
        """,
        [detector],
    )


def _wait_on(con: duckdb.DuckDBPyConnection, detector: str) -> None:
    """Somebody whom only leaving faces wait for is waited for by the photo's new ones.

    The user named them as being in the photo: that is to be asked of the faces there are.
    """
    con.execute(
        """
        INSERT INTO decisions BY NAME
        WITH here AS (
            SELECT d.*, photo_id, face_id IN (SELECT face_id FROM gone_faces) AS leaves
            FROM spoken d JOIN faces USING (face_id) SEMI JOIN searched_again USING (photo_id)
        ),
        lost AS (
            SELECT photo_id, person_id, arg_max(here, decision_id) AS said FROM here
            WHERE person_id IS NOT NULL
            GROUP BY photo_id, person_id
            HAVING bool_and(leaves) AND arg_max(state, decision_id) = 'waiting'
        )
        SELECT nextval('decision_ids') AS decision_id, * FROM (
            SELECT face_id, person_id, said.state, said.source, said.reason, said.similarity,
                said.embedder_key, said.made_at
            FROM lost JOIN faces USING (photo_id)
            WHERE detector = ? AND face_id NOT IN (SELECT face_id FROM here)
            ORDER BY said.decision_id, face_index
        )
        """,
        [detector],
    )
