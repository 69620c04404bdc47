"""The relatives' nearest faces of each probe, looked up once and then read for every draw.

Every draw asks for the nearest few among a few of the relatives' faces. Searching the gallery
anew each time would compare the same faces a hundred times; a list of each probe's nearest, from
one search, holds the answer for nearly all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.methods.contract import Floats, Ints, Neighbours

DEPTH = 512
"""Length of the lists. Of a draw that holds one face in thirty, the fifth nearest is expected at
place 150; what is not found within the list is searched for."""

AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """`probes` float `(m, d)` as they will be asked about, `places` int32 `(m, depth)` into `pool`
    (face ids, ascending; -1 where there are no more), `similarities` float32 alike. `index` is
    where it all came from."""

    index: Neighbours
    probes: Floats
    pool: Ints
    places: Ints
    similarities: Floats

    @classmethod
    def of(cls, index: Neighbours, probes: Floats, pool: Ints) -> Nearest:
        """Search the `index` for the nearest of `pool` (face ids)."""
        pool = np.unique(np.asarray(pool, dtype=np.int64))
        depth = min(DEPTH, max(len(pool), 1))
        places = np.full((len(probes), depth), -1, dtype=np.int32)
        similarities = np.full((len(probes), depth), -np.inf, dtype=np.float32)
        for start in range(0, len(probes), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            near, ids = index.search(probes[part], depth, pool)
            at = np.clip(np.searchsorted(pool, ids), 0, max(len(pool) - 1, 0))
            known = (ids >= 0) & (pool[at] == ids) if len(pool) else np.zeros(ids.shape, bool)
            places[part] = np.where(known, at, -1)
            similarities[part] = near
        return cls(index, probes, pool, places, similarities)

    def search(self, probes: Floats, k: int, among: Ints) -> tuple[Floats, Ints]:
        """As the index would answer. Probes other than the known ones are handed on to it."""
        if probes is not self.probes:
            return self.index.search(probes, k, among)
        wanted = np.isin(self.pool, among)
        inside = np.append(wanted, False)[self.places]  # one more, for the place -1
        rows, columns = np.nonzero(inside)
        each = np.count_nonzero(inside, axis=1)
        rank = np.arange(len(rows)) - np.repeat(np.cumsum(each) - each, each)
        kept = rank < k
        rows, columns, rank = rows[kept], columns[kept], rank[kept]
        near = np.full((len(probes), k), -np.inf, dtype=np.float32)
        ids = np.full((len(probes), k), -1, dtype=np.int64)
        near[rows, rank] = self.similarities[rows, columns]
        ids[rows, rank] = self.pool[self.places[rows, columns]]
        if self.places.shape[1] < len(self.pool):
            there = (ids >= 0).sum(axis=1)
            missing = np.flatnonzero(there < min(k, int(wanted.sum())))
            if len(missing):
                near[missing], ids[missing] = self.index.search(probes[missing], k, among)
        return near, ids
