"""What became of the faces of an ingest, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from db.text import many


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the faces: counts of faces by outcome, proposals by name."""

    person: str | None
    enrolled: int = 0  # the only face of a photo the user gave a name to
    matched: int = 0  # one of several faces, told by the gallery
    waiting_for: dict[str, int] = field(default_factory=dict)  # photos, by whose face it is not
    told_again: dict[str, int] = field(default_factory=dict)  # photos that had waited, by name
    already: int = 0  # photos whose named face was known before
    faceless: int = 0  # photos in which no face was found
    proposed: dict[str, int] = field(default_factory=dict)
    unknown: int = 0  # faces of nobody the workspace knows
    warnings: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """Photos in which it cannot be told which face is the one named, once for each name."""
        return sum(self.waiting_for.values())

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "as": self.person,
            "enrolled": self.enrolled,
            "matched": self.matched,
            "waiting": self.waiting,
            "waiting_for": self.waiting_for,
            "told_again": self.told_again,
            "already_named": self.already,
            "photos_without_face": self.faceless,
            "proposed": self.proposed,
            "faces_of_nobody_known": self.unknown,
        }

    def lines(self) -> list[str]:
        """In words, for a person."""
        lines = []
        if self.person is not None:
            told = f"{self.enrolled} alone in the photo, {self.matched} told from others in it"
            faces = many(self.enrolled + self.matched, "face")
            lines.append(f"{self.person}: {faces} enrolled ({told}).")
            if self.already:
                lines.append(
                    f"{many(self.already, 'photo')} had {self.person}'s face named before."
                )
        for name, number in sorted(self.told_again.items()):
            lines.append(f"Told {name} from others in {many(number, 'photo')} that waited.")
        for name, number in sorted(self.proposed.items()):
            lines.append(f"Recognised {name} in {many(number, 'face')}.")
        if self.unknown:
            are = "is" if self.unknown == 1 else "are"
            lines.append(f"{many(self.unknown, 'face')} {are} of nobody known here.")
        if self.faceless:
            lines.append(f"No face found in {many(self.faceless, 'photo')}.")
        lines += [waits(name, number) for name, number in sorted(self.waiting_for.items())]
        return lines


def from_kept(kept: dict[str, Any]) -> Settled:
    """What `dataclasses.asdict` made of one, after it went through JSON."""
    return Settled(**{**kept, "warnings": tuple(kept["warnings"])})


def waits(name: str, photos: int) -> str:
    """That so many photos wait for somebody, and what to do about it."""
    return (
        f"{many(photos, 'photo')} {'waits' if photos == 1 else 'wait'}: several faces, none surely "
        f"{name}'s; enrol more photos of {name} alone and ingest {'it' if photos == 1 else 'them'} "
        "again."
    )
