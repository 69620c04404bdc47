"""Leaving out the "child's" faces that are a relative's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.evidence import Evidence
from tracker.resemblance.same_person import find_same_person


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """`child`: the faces that stay. `own`: face id to the reason why a face does not.
    `unchecked`: sentences on what could not be told, for want of photos."""

    child: Evidence
    own: dict[int, str]
    unchecked: tuple[str, ...]


def without_relatives_own(child: Evidence, relatives: Evidence) -> Sifted:
    """The child's evidence without the faces that are far nearer to a relative than kin are."""
    found = find_same_person(relatives, child)
    own = {
        int(face): f"it looks like {relative}'s own face"
        for face, relative in zip(found.flagged["face_id"], found.flagged["relative"], strict=True)
    }
    keep = np.ones(len(child), dtype=bool)
    keep[found.flagged["row"].to_numpy(dtype=np.int64)] = False
    return Sifted(child.only(keep), own, found.unchecked)
