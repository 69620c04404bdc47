"""What travels between the driver and the actors: Arrow tables of jobs and of what became of them.

An outcome has one row. Faces are in its lists: `boxes` holds 4 numbers a face, `landmarks` 10,
`vectors` the embedder's dimension. float32 stays float32: nothing is rounded on the way.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from db.records import Vector
from tracker.errors import PhotoRejected, TrackerError
from tracker.ingest.cuts import Cuts
from tracker.ingest.look import Finished, Looked, LookJob
from tracker.vision.records import Detection

JOBS = pa.schema([("number", pa.int64()), ("job", pa.binary())])

OUTCOMES = pa.schema(
    [
        ("number", pa.int64()),
        ("kind", pa.string()),
        ("sha256", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
        ("byte_size", pa.int64()),
        ("format", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("orientation", pa.int16()),
        ("metadata", pa.binary()),
        ("looks", pa.binary()),
        ("afresh", pa.bool_()),
        ("confidences", pa.list_(pa.float64())),
        ("boxes", pa.list_(pa.float32())),
        ("landmarks", pa.list_(pa.float32())),
        ("sharpness", pa.list_(pa.float64())),
        ("thumbnails", pa.list_(pa.binary())),
        ("vectors", pa.list_(pa.float32())),
        ("failure", pa.binary()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class LookedFar(Looked):
    """A photo that was looked at elsewhere, and embedded there: its crops stayed behind."""

    vectors: Vector


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not the photo's fault: the whole ingest ends with this error."""

    error: TrackerError


FarAnswer = LookedFar | Finished | PhotoRejected | Failed


def jobs_table(jobs: Iterable[tuple[int, LookJob]]) -> pa.Table:
    """A block of jobs, each under its number."""
    rows = [{"number": number, "job": pickle.dumps(job)} for number, job in jobs]
    return pa.Table.from_pylist(rows, schema=JOBS)


def jobs_of(table: pa.Table) -> list[tuple[int, LookJob]]:
    """The jobs in a block."""
    return [
        (row["number"], pickle.loads(row["job"]))  # noqa: S301  the driver's own
        for row in table.to_pylist()
    ]


def outcomes_table(outcomes: Sequence[tuple[int, FarAnswer]]) -> pa.Table:
    """A block of outcomes."""
    return pa.Table.from_pylist([_row(*outcome) for outcome in outcomes], schema=OUTCOMES)


def outcomes_of(table: pa.Table) -> list[tuple[int, FarAnswer]]:
    """The outcomes in a block."""
    columns = {name: table.column(name) for name in table.column_names}
    answers = []
    for at in range(table.num_rows):
        row = {name: column[at] for name, column in columns.items()}
        answers.append((row["number"].as_py(), _answer(row)))
    return answers


def _row(number: int, answer: FarAnswer) -> dict[str, object]:
    if isinstance(answer, Failed):
        return {"number": number, "kind": "failed", "failure": pickle.dumps(answer.error)}
    if isinstance(answer, PhotoRejected):
        return {
            "number": number,
            "kind": "rejected",
            "code": answer.code,
            "reason": str(answer),
        }
    if isinstance(answer, Finished):
        return {"number": number, "kind": "finished", "sha256": answer.sha256}
    found = answer.detections
    return {
        "number": number,
        "kind": "looked",
        "sha256": answer.sha256,
        "byte_size": answer.byte_size,
        "format": answer.format,
        "width": answer.width,
        "height": answer.height,
        "orientation": answer.orientation,
        "metadata": pickle.dumps(answer.metadata),
        "looks": answer.looks,
        "afresh": answer.afresh,
        "confidences": [face.confidence for face in found],
        "boxes": _flat([face.box for face in found]),
        "landmarks": _flat([face.landmarks for face in found]),
        "sharpness": answer.cuts.sharpness,
        "thumbnails": list(answer.cuts.thumbnails),
        "vectors": answer.vectors.ravel(),
    }


def _answer(row: dict[str, pa.Scalar]) -> FarAnswer:
    kind = row["kind"].as_py()
    if kind == "failed":
        return Failed(pickle.loads(row["failure"].as_py()))  # noqa: S301  our own actor's
    if kind == "rejected":
        return PhotoRejected(row["code"].as_py(), row["reason"].as_py())
    if kind == "finished":
        return Finished(row["sha256"].as_py())
    confidences = row["confidences"].as_py()
    faces = len(confidences)
    boxes = _numbers(row["boxes"]).reshape(faces, 4)
    landmarks = _numbers(row["landmarks"]).reshape(faces, 5, 2)
    vectors = _numbers(row["vectors"])
    return LookedFar(
        sha256=row["sha256"].as_py(),
        byte_size=row["byte_size"].as_py(),
        format=row["format"].as_py(),
        width=row["width"].as_py(),
        height=row["height"].as_py(),
        orientation=row["orientation"].as_py(),
        metadata=pickle.loads(row["metadata"].as_py()),  # noqa: S301  our own actor's
        looks=row["looks"].as_py(),
        detections=tuple(map(Detection, boxes, landmarks, confidences)),
        cuts=Cuts(
            np.empty((faces, 0, 0, 3), np.uint8),
            np.empty((faces, 5, 2), np.float32),
            np.array(row["sharpness"].as_py(), np.float64),
            tuple(row["thumbnails"].as_py()),
        ),
        afresh=row["afresh"].as_py(),
        vectors=vectors.reshape(faces, -1) if faces else vectors.reshape(0, 0),
    )


def _flat(arrays: list[Vector]) -> Vector:
    return np.concatenate([a.ravel() for a in arrays]) if arrays else np.empty(0, np.float32)


def _numbers(scalar: pa.Scalar) -> Vector:
    numbers: Vector = scalar.values.to_numpy(zero_copy_only=False).astype(np.float32)
    return numbers
