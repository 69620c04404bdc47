"""`tracker tags import`: what a photo server says of who is in which photo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from db import tagged_faces, tags
from db.connection import transaction
from db.roots import is_below
from db.tagged_faces import SeenFile
from db.text import folded, many, shown
from tracker.errors import UsageError
from tracker.identity.tags import TagsSettled, settle_tags
from tracker.ingest.scan import absolute
from tracker.metadata import exports
from tracker.metadata.exports import Described
from tracker.metadata.records import Tag

if TYPE_CHECKING:
    import duckdb

FOLDER_AND_NAME = 2
"""Parts of a path that must agree where the file is not of the same size: it was written anew."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: photos found here and their tags; names of those that are not.

    `unknown` are not here, `ambiguous` could be several photos that are.
    """

    photos: int
    tags: int
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]
    settled: TagsSettled

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "photos": self.photos,
            "tags_read": self.tags,
            "unknown": list(self.unknown),
            "ambiguous": list(self.ambiguous),
            **self.settled.as_dict(),
        }

    def lines(self) -> list[str]:
        """In words, for a person."""
        lines = [f"{many(self.tags, 'name')} read in {many(self.photos, 'photo')}."]
        if self.unknown:
            lines.append(
                f"{many(len(self.unknown), 'photo')} of the list {_is(self.unknown)} not here, "
                f"{_such_as(self.unknown)}."
            )
        if self.ambiguous:
            lines.append(
                f"{many(len(self.ambiguous), 'photo')} of the list could be more than one photo "
                f"here and {_is(self.ambiguous)} left out, {_such_as(self.ambiguous)}. "
                "Say below which folder they are with --root DIR."
            )
        return lines + self.settled.lines()


def import_tags(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], root: Path | None = None
) -> Imported:
    """Read the exports, find their photos here (below `root`, if given), and settle their tags.

    Raises UsageError for a file that cannot be read or is no export; nothing is changed then.
    """
    described = [photo for file in files for photo in exports.read(_bytes(file), str(file))]
    index = _index(tagged_faces.places(connection), root)
    said: dict[str, list[Tag]] = defaultdict(list)
    unknown: list[str] = []
    ambiguous: list[str] = []
    for photo in described:
        here = found(photo, index)
        if len(here) == 1:
            said[here.pop()] += photo.tags
        elif photo.tags:
            (ambiguous if here else unknown).append(str(photo.paths[0]))
    with transaction(connection):
        tags.add(connection, said)
        settled = settle_tags(connection, list(said))
    return Imported(
        len(said),
        sum(len(set(of_photo)) for of_photo in said.values()),
        tuple(unknown),
        tuple(ambiguous),
        settled,
    )


def found(photo: Described, index: Mapping[str, Sequence[SeenFile]]) -> set[str]:
    """The contents (sha256s) that a photo may be: of the same file name, and size if it is said.

    Of several, those whose folders agree the furthest. None where it is not here, several where
    it cannot be told.
    """
    agree: dict[SeenFile, int] = {}
    for path in photo.paths:
        for place in index.get(folded(path.name), ()):
            agree[place] = max(agree.get(place, 0), _common_end(path, place))
    if photo.byte_size is not None:
        same = {p: n for p, n in agree.items() if p.byte_size == photo.byte_size}
        agree = same or {p: n for p, n in agree.items() if n >= FOLDER_AND_NAME}
    elif photo.size is not None:
        wanted = sorted(photo.size)
        agree = {p: n for p, n in agree.items() if sorted((p.width, p.height)) == wanted}
    most = max(agree.values(), default=0)
    return {place.sha256 for place, parts in agree.items() if parts == most}


def _index(places: Iterable[SeenFile], root: Path | None) -> dict[str, list[SeenFile]]:
    top = None if root is None else absolute(root)
    index: dict[str, list[SeenFile]] = defaultdict(list)
    for place in places:
        if top is None or is_below(place.path, top):
            index[folded(PurePosixPath(shown(place.path)).name)].append(place)
    if root is not None and not index:
        raise UsageError(
            f"No photo is known below {root}.",
            hint="Take it in first: tracker ingest DIR. Or leave --root out.",
        )
    return index


def _common_end(path: PurePosixPath, place: SeenFile) -> int:
    """How many parts, from the file's name upwards, two paths have in common."""
    here = PurePosixPath(shown(place.path)).parts
    number = 0
    for one, other in zip(reversed(path.parts), reversed(here), strict=False):
        if folded(one) != folded(other):
            break
        number += 1
    return number


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(exports.LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", hint="Check the name and the rights."
        ) from error


def _is(photos: Sequence[str]) -> str:
    return "is" if len(photos) == 1 else "are"


def _such_as(photos: Sequence[str]) -> str:
    return photos[0] if len(photos) == 1 else f"such as {photos[0]}"
