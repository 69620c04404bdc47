"""The gallery: nearest-neighbour search over the enrolled faces of one embedder, by FAISS.

DuckDB is the truth and the index file a cache of it. Beside the file lies a stamp; the index is
not even read unless the stamp says that it is the very file that was written (sha256: FAISS
itself loads a file with a flipped bit and gives wrong neighbours), of this embedder and of
exactly the faces that are enrolled now. Anything else, and it is built anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt

from . import embedders, faces

if TYPE_CHECKING:
    import faiss

FOLDER = "gallery"
FORMAT = 1

BY_MATRIX = 2048
"""Numbers that probes have together, from which they are compared with faces by a product of
matrices: from four probes of 512 on. FAISS's own bound is 128,000; below it every probe goes
through all faces alone, and a hundred of them take eight times as long."""

AT_ONCE = 16_384
"""Chosen faces that are put beside each other: 34 MB."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the index file must be. `generation` is the sha256 of the sorted face ids."""

    format: int
    sha256: str
    count: int
    embedder_id: str
    dim: int
    generation: str


class Gallery:
    """The enrolled faces of one embedder. `rebuilt` tells whether the cache could not be used."""

    def __init__(
        self,
        index: faiss.IndexIDMap2,
        ids: npt.NDArray[np.int64],
        people: npt.NDArray[np.int32],
        *,
        rebuilt: bool,
    ) -> None:
        """Use `open`. `ids` ascend; `people` are aligned with them."""
        import faiss

        bound = faiss.cvar.distance_compute_blas_threshold
        faiss.cvar.distance_compute_blas_threshold = min(bound, BY_MATRIX)
        self._index = index
        self.ids = ids
        self.people = people
        self.rebuilt = rebuilt

    @classmethod
    def open(cls, con: duckdb.DuckDBPyConnection, home: Path, embedder_id: str) -> Gallery:
        """The gallery of all confirmed faces of living entries, from the cache where it holds.

        All: of a moment too, which as evidence counts once. Who draws evidence says among which.
        A cache that cannot be written is no error: the index is built in memory.
        """
        who = faces.enrolled(con, embedder_id, with_vectors=False, once=False)
        order = np.argsort(who.face_ids)
        ids = who.face_ids[order]
        people = who.person_ids[order]
        found = embedders.key_of(con, embedder_id)
        dim = 0 if found is None else found[1]
        generation = hashlib.sha256(ids.astype("<i8").tobytes()).hexdigest()
        file = Path(home) / FOLDER / f"{slug(embedder_id)}.faiss"
        wanted = Stamp(FORMAT, "", len(ids), embedder_id, dim, generation)
        index = _read(file, wanted)
        rebuilt = index is None
        if index is None:
            index = _build(con, embedder_id, ids, dim)
            _write(file, index, wanted)
        return cls(index, ids, people, rebuilt=rebuilt)

    def __len__(self) -> int:
        """How many faces."""
        return len(self.ids)

    def search(
        self,
        probes: npt.NDArray[np.floating[Any]],
        k: int,
        among: npt.NDArray[np.integer[Any]] | None = None,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The `k` most similar enrolled faces of each probe, of those in `among` (None: all).

        `probes` is float `(n, d)` of unit length. Returns similarities float32 `(n, k)`, the
        cosine in falling order, and face ids int64 `(n, k)`. Where there are fewer than k, the
        id is -1 and the similarity -inf. Ids in `among` that are not enrolled are passed over.
        """
        if k < 1:
            raise ValueError("k must be 1 or more")
        asked = np.ascontiguousarray(probes, np.float32)
        similarities = np.full((len(asked), k), -np.inf, np.float32)
        found = np.full((len(asked), k), -1, np.int64)
        if len(self.ids) == 0 or len(asked) == 0:
            return similarities, found
        if asked.ndim != 2 or asked.shape[1] != self._index.d:
            raise ValueError(f"probes must be (n, {self._index.d}), not {asked.shape}")
        most = min(k, len(self.ids))
        if among is None:
            near, ids = self._index.search(asked, most)
        else:
            near, ids = self._search_among(asked, most, np.unique(np.asarray(among, np.int64)))
        there = ids >= 0
        similarities[:, :most] = np.where(there, near, -np.inf)
        found[:, :most] = ids
        return similarities, found

    def _search_among(
        self, probes: npt.NDArray[np.float32], k: int, among: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """FAISS goes through an index's chosen faces for one probe at a time: where there are
        more probes, the chosen are put beside each other and searched like an index of theirs."""
        import faiss

        if probes.size < BY_MATRIX:
            chosen = faiss.IDSelectorBatch(among)
            params = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            return self._index.search(probes, k, params=params)
        known = among[self.person_of(among) >= 0]
        best = faiss.ResultHeap(len(probes), k, keep_max=True)
        for start in range(0, len(known), AT_ONCE):
            some = known[start : start + AT_ONCE]
            vectors = self._index.reconstruct_batch(some)
            few = min(k, len(some))
            near, places = faiss.knn(probes, vectors, few, faiss.METRIC_INNER_PRODUCT)
            best.add_result(near, some[places])
        best.finalize()
        return best.D, best.I

    def vectors(self, face_ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float32]:
        """The vectors `(n, d)` of enrolled faces. Raises KeyError for one that is not."""
        asked = np.asarray(face_ids, np.int64)
        if not len(asked):
            return np.empty((0, self._index.d), np.float32)
        if (self.person_of(asked) < 0).any():
            raise KeyError("a face that is not enrolled has no vector here")
        found: npt.NDArray[np.float32] = self._index.reconstruct_batch(asked)
        return found

    def person_of(self, face_ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int32]:
        """Whose each of these faces is, in the same shape; -1 for one that is not enrolled."""
        asked = np.asarray(face_ids, np.int64)
        people = np.full(asked.shape, -1, np.int32)
        if len(self.ids) == 0:
            return people
        place = np.minimum(np.searchsorted(self.ids, asked), len(self.ids) - 1)
        known = self.ids[place] == asked
        people[known] = self.people[place[known]]
        return people


def slug(embedder_id: str) -> str:
    """A file name for an embedder: readable, and different for different ids."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", embedder_id).strip("-.")[:60]
    return f"{plain or 'embedder'}-{hashlib.sha256(embedder_id.encode()).hexdigest()[:8]}"


def _build(
    con: duckdb.DuckDBPyConnection, embedder_id: str, ids: npt.NDArray[np.int64], dim: int
) -> faiss.IndexIDMap2:
    """The index of these faces, in their order, filled as they come from the database: a gallery
    of a million is 2 GB, and a second copy of it would not fit everywhere."""
    import faiss

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(max(1, dim)))
    if not len(ids):
        return index
    index.add_with_ids(np.zeros((len(ids), dim), np.float32), ids)  # pages that are never touched
    flat: Any = faiss.downcast_index(index.index)
    held = faiss.rev_swig_ptr(flat.get_xb(), len(ids) * dim).reshape(len(ids), dim)
    for some, vectors in faces.streamed_vectors(con, embedder_id, ids):
        held[np.searchsorted(ids, some)] = vectors
    return index


def _read(file: Path, wanted: Stamp) -> faiss.IndexIDMap2 | None:
    """The cached index where its stamp and its bytes are what they must be, else None."""
    try:
        stamp = Stamp(**json.loads(file.with_suffix(".json").read_text(encoding="utf-8")))
        expected = Stamp(**{**asdict(wanted), "sha256": stamp.sha256})
        if stamp != expected:
            return None
        with file.open("rb") as data:
            if hashlib.file_digest(data, "sha256").hexdigest() != stamp.sha256:
                return None
            data.seek(0)
            import faiss

            reader = faiss.PyCallbackIOReader(data.read)  # type: ignore[attr-defined]
            index = faiss.read_index(reader)
    except (OSError, ValueError, TypeError, RuntimeError):  # the last: another version's format
        return None
    if not isinstance(index, faiss.IndexIDMap2) or index.ntotal != wanted.count:
        return None
    return index


def _write(file: Path, index: faiss.IndexIDMap2, stamp: Stamp) -> None:
    """Write index and stamp, each whole or not at all. The stamp comes last and is void before.

    A disk that is full or read-only costs the cache only.
    """
    import faiss

    digest = hashlib.sha256()

    def put(out: IO[bytes]) -> None:
        def through(part: bytes) -> int:
            digest.update(part)
            return out.write(part)

        writer = faiss.PyCallbackIOWriter(through)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)

    with suppress(OSError, RuntimeError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        _replace(file, put)
        stamp = Stamp(**{**asdict(stamp), "sha256": digest.hexdigest()})
        text = json.dumps(asdict(stamp), indent=1).encode()
        _replace(file.with_suffix(".json"), lambda out: out.write(text))


def _replace(file: Path, put: Callable[[IO[bytes]], object]) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            put(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
