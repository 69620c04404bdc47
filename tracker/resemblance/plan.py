"""What will be compared with what, before anything is: the draws, and who may meet whom in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.resemblance.draws import Draws, draw
from tracker.resemblance.evidence import Codes, Evidence, Mask

SAME_DAY = "on the same day as the relatives' photos it would be compared with"
NO_DAY = "the day is not known"
NO_VECTOR = "its embedding is not usable"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The draws of the relatives' photos, and which count for which of the child's faces.

    `probes` are the child's faces that at least one draw counts for; `counted` bool
    `(draws, probes)`. `left_out` has columns face_id, reason for the others.
    """

    relatives: Evidence
    probes: Evidence
    drawn: Draws
    counted: Mask
    left_out: pd.DataFrame
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, relatives: Evidence, child: Evidence, *, draws: int, seed: int) -> Plan:
        """Draw, and keep apart what shares a day or a photo. Faces of relatives that are not
        finite or have no length are never drawn."""
        good = usable(relatives)
        warnings = []
        if not good.all():
            bad = int((~good).sum())
            warnings.append(
                f"{bad} {'face' if bad == 1 else 'faces'} of relatives left out: "
                "the embedding is not usable"
            )
        relatives = relatives.only(good)
        dated = np.asarray(child.days >= 0)
        fine = usable(child)
        drawn = draw(relatives, shared_days=child.days[dated & fine], draws=draws, seed=seed)
        counted = (dated & fine)[None, :] & ~together(drawn, relatives, child)
        kept: Mask = np.asarray(counted.any(axis=0))
        out = np.flatnonzero(~kept)
        reasons = np.where(~fine[out], NO_VECTOR, np.where(dated[out], SAME_DAY, NO_DAY))
        return cls(
            relatives=relatives,
            probes=child.only(kept),
            drawn=drawn,
            counted=counted[:, kept],
            left_out=pd.DataFrame({"face_id": child.face_ids[out], "reason": reasons}),
            warnings=(*warnings, *_about_draws(relatives, drawn)),
        )

    def only(self, ages: Codes) -> Plan:
        """The same draws, for the child's faces of some months of age."""
        kept = np.isin(self.probes.ages, ages)
        return Plan(
            self.relatives,
            self.probes.only(kept),
            self.drawn,
            self.counted[:, kept],
            self.left_out,
            self.warnings,
        )


def usable(faces: Evidence) -> Mask:
    """Which faces have a vector that can be compared: bool `(n,)`."""
    length = np.linalg.norm(faces.vectors, axis=1)
    return np.asarray(np.isfinite(length) & (length > 0.5))


def together(drawn: Draws, relatives: Evidence, child: Evidence) -> Mask:
    """Which child's faces share a day or photo with which draw: bool `(draws, faces)`."""
    shared = np.zeros((len(drawn.chosen), len(child)), dtype=bool)
    for number, rows in enumerate(drawn.chosen):
        shared[number] = np.isin(child.days, relatives.days[rows])
        shared[number] |= np.isin(child.photos, relatives.photos[rows])
    return shared


def _about_draws(relatives: Evidence, drawn: Draws) -> tuple[str, ...]:
    if drawn.failed:
        return tuple(
            f"no photo of {name} can be compared with the child's: none is of another day"
            if (relatives.people == number).any()
            else f"there are no photos of {name} to compare with"
            for number, name in enumerate(relatives.names)
            if name in drawn.failed
        )
    return ()
