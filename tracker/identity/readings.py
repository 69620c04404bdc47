"""Which embedder a comparison can use. Pure: counts in, a choice out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

LEAST_RELATIVES = 2
"""A comparison needs two."""


def usable_embedder(
    read: Mapping[int, Mapping[str, int]],
    *,
    own: str | None,
    child: int | None,
    relatives: Collection[int],
) -> str | None:
    """The embedder to compare under, or None where nobody has a face.

    `read` counts faces by person's id and embedder's id (`db.embedders.by_person`). The
    workspace's own is kept to where the child and two relatives have faces under it. Else it is
    the one under which the most of these have: after a folder was read with another embedder,
    the family is still compared under the one that has read them all.
    """

    def worth(embedder: str) -> tuple[bool, int, bool, int]:
        of_child = read.get(child, {}).get(embedder, 0) if child is not None else 0
        able = sum(bool(read.get(person, {}).get(embedder)) for person in relatives)
        enough = min(able, LEAST_RELATIVES)
        return of_child > 0 and able >= LEAST_RELATIVES, enough, embedder == own, able + of_child

    known = sorted({embedder for counts in read.values() for embedder in counts})
    best = max(known, key=worth, default=None)
    if best is None or own is None or own not in known:
        return best
    return own if worth(own)[0] or not worth(best)[0] else best
