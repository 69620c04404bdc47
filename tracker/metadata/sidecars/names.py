"""Names of files as they are compared, and what kind of file a name promises."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from db.text import folded, shown

RAW = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq", ".k25",
    ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2",
    ".rwl", ".sr2", ".srf", ".srw", ".x3f",
))  # fmt: skip
STILLS = RAW | frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".png", ".apng", ".webp", ".tif", ".tiff",
    ".heic", ".heif", ".heics", ".heifs", ".hif", ".avif", ".avifs", ".gif", ".bmp", ".dib",
    ".jp2", ".j2k", ".jpx", ".jpf", ".jxl", ".psd", ".mpo", ".jps", ".pgm", ".ppm", ".pbm", ".pnm",
))  # fmt: skip
"""More than are read: also the sidecar of a photo that is refused is that photo's."""

VIDEOS = frozenset((
    ".mov", ".mp4", ".m4v", ".qt", ".3gp", ".3g2", ".avi", ".mkv", ".webm", ".mts", ".m2ts",
    ".m2t", ".mpg", ".mpeg", ".mpe", ".vob", ".wmv", ".asf", ".flv", ".f4v", ".ogv", ".mxf",
    ".dv", ".mp", ".insv", ".lrv", ".mp~2", ".mp~3",
    ".mp_original",
))  # fmt: skip
LIVE = frozenset((".mov", ".mp4", ".mp", ".mp~2", ".mp~3", ".mp_original"))
"""What a phone writes beside a photo that moves."""

_NUMBERED = re.compile(r"(.*)(\(\d{1,9}\))", re.DOTALL)


def composed(name: bytes) -> str:
    """The name as text, composed (NFC); bytes that are no text become half surrogates."""
    text = os.fsdecode(name)
    return text if text.isascii() else normalize("NFC", text)


def split(text: str) -> tuple[str, str]:
    """A name's stem and its suffix with the dot; (text, "") where it has none."""
    stem, dot, suffix = text.rpartition(".")
    return (stem, dot + suffix) if stem else (text, "")


def suffix_of(name: bytes) -> str:
    """The suffix in lower case with its dot, or ""."""
    return split(os.fsdecode(name))[1].lower()


def unnumbered(text: str) -> tuple[str, str]:
    """ "IMG(1)" -> ("IMG", "(1)"); ("IMG", "") where there is no number at the end."""
    found = _NUMBERED.fullmatch(text) if text.endswith(")") else None
    return (found[1], found[2]) if found else (text, "")


@dataclass(frozen=True, slots=True)
class Medium:
    """A photo or a video. `full`, `stem` and `suffix` are folded; `stem` is without its suffix."""

    name: bytes
    full: str
    stem: str
    suffix: str

    @property
    def is_still(self) -> bool:
        """A photo, not a video."""
        return self.suffix in STILLS

    @property
    def numbered(self) -> tuple[str, str]:
        """Stem without the number at its end, and that number."""
        return unnumbered(self.stem)


@dataclass(slots=True)
class Media:
    """The photos and videos of one folder, by everything that a sidecar may call them."""

    by_name: dict[str, list[Medium]] = field(default_factory=lambda: defaultdict(list))
    by_stem: dict[str, list[Medium]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[tuple[str, str], list[Medium]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Stem without its number, and the number."""


def media(names: Iterable[bytes]) -> Media:
    """The photos and videos among these names."""
    found = Media()
    for name in names:
        full = folded(composed(name))
        stem, suffix = split(full)
        if suffix not in STILLS and suffix not in VIDEOS:
            continue
        one = Medium(name, full, stem, suffix)
        found.by_name[full].append(one)
        found.by_stem[stem].append(one)
        found.by_number[one.numbered].append(one)
    return found


def is_video_of_a_photo(video: Medium, there: Media) -> bool:
    """Whether this is the moving part of a photo beside it (a live or motion photo)."""
    return video.suffix in LIVE and any(
        photo.is_still for name in (video.stem, video.full) for photo in there.by_stem.get(name, ())
    )


def either(found: Sequence[Medium]) -> str:
    """Why nothing is made of a file that several photos may have, in a sentence."""
    names = sorted(shown(m.name) for m in found)
    listed = ", ".join(names[:-1]) if len(names) <= 4 else f"{', '.join(names[:3])} and others"
    return f"It could speak of {listed} or {names[-1]}."
