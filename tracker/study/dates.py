"""`tracker dates list` and `show`: when photos were taken, how that is known, what is doubtful."""

from __future__ import annotations

import os
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import dates as stored
from db import photos
from db.dates import Known, Listed
from db.records import Clue, Dated
from db.text import shown
from tracker.dating import edtf
from tracker.dating.clues import BORN
from tracker.dating.problems import Problem, Someone, may_have_problems, problems_of
from tracker.dating.resolve import Weighed, weigh
from tracker.relations import CHILD
from tracker.study.photos_at import photos_at

if TYPE_CHECKING:
    import duckdb

SOURCES = {
    "user": "you",
    "sidecar": "XMP sidecar",
    "exif": "camera (EXIF)",
    "gps": "GPS",
    "iptc": "IPTC",
    "xmp": "XMP in the file",
    "video": "film header",
    "takeout": "Google Takeout",
    "filename": "file name",
    "option": "--date",
    "folder": "folder name",
    "modified": "last edit (EXIF)",
    "scan": "scan",
    "file": "file time",
    "none": "",
}
"""Sources of dates in words, short enough for a column."""


@dataclass(frozen=True, slots=True)
class DateLine:
    """One photo of the list."""

    sha256: str
    path: bytes
    dated: Dated
    problems: tuple[Problem, ...]

    @property
    def source(self) -> str:
        """Where the date comes from, in words."""
        return SOURCES.get(self.dated.source, self.dated.source)

    @property
    def edtf(self) -> str:
        """The date as EDTF, "" for none."""
        return edtf.text(self.dated.earliest, self.dated.latest)

    @property
    def accept(self) -> str:
        """The command that says that a doubtful date is right; "" where it cannot be."""
        return accept_command(self.path) if _may_be_right(self.problems) else ""

    @property
    def mend(self) -> str:
        """The command that sets the date right, "" where nothing is wrong."""
        return set_command(self.path) if self.problems else ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        dated = self.dated
        return {
            "path": shown(self.path),
            "date": self.edtf,
            "earliest": _iso(dated.earliest),
            "latest": _iso(dated.latest),
            "taken_at": None if dated.taken_at is None else dated.taken_at.isoformat(),
            "zone": dated.zone,
            "source": dated.source,
            "confidence": round(dated.confidence, 2),
            "raw": dated.raw,
            "conflicts": list(dated.conflicts),
            "problems": [{"kind": p.kind, "words": p.words} for p in self.problems],
            "accept": self.accept,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Doubtful photos of which the same is said. Of more than one: all there are below `path`."""

    path: bytes
    lines: tuple[DateLine, ...]


@dataclass(frozen=True, slots=True)
class ClueLine:
    """One clue to a photo's date, and what became of it."""

    clue: Clue
    outcome: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        clue = self.clue
        return {
            "source": clue.source,
            "label": clue.label,
            "raw": clue.raw,
            "date": edtf.text(clue.earliest, clue.latest),
            "earliest": _iso(clue.earliest),
            "latest": _iso(clue.latest),
            "taken_at": None if clue.taken_at is None else clue.taken_at.isoformat(),
            "zone": clue.zone,
            "outcome": self.outcome,
        }


def list_dates(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    problems: bool,
    today: date,
) -> list[DateLine]:
    """The dates of the photos at `paths`, or of all of the family's; only doubtful ones if asked.

    Raises UsageError for a path at which no photo is known.
    """
    chosen = _chosen(connection, paths)
    people = _people(connection)
    unsure = [photo.sha256 for photo in chosen if may_have_problems(photo.dated)]
    known = stored.known(connection, unsure) if unsure else {}
    lines = []
    for photo in chosen:
        weighed = _weighed(photo, known, today)
        found = problems_of(weighed, people.get(photo.sha256, ()))
        if found or not problems:
            lines.append(DateLine(photo.sha256, photo.path, photo.dated, found))
    return lines


def grouped(connection: duckdb.DuckDBPyConnection, lines: Sequence[DateLine]) -> list[Group]:
    """The lines, with those of a folder together where they say the same of every photo in it."""
    below: Counter[bytes] = Counter()
    for path in photos.known_paths(connection):
        below.update(_folders_above(path))
    alike: dict[tuple[bytes, tuple[object, ...]], list[DateLine]] = defaultdict(list)
    for line in lines:
        folder = os.path.dirname(line.path)  # noqa: PTH120  (pathlib cannot hold bytes)
        alike[folder, (line.edtf, line.source, line.problems)].append(line)
    groups: list[Group] = []
    for (folder, _), same in alike.items():
        if 1 < len(same) == below[folder]:
            groups.append(Group(folder, tuple(same)))
        else:
            groups += [Group(line.path, (line,)) for line in same]
    return sorted(groups, key=lambda group: group.path)


def set_command(path: bytes) -> str:
    """What sets a date right, to be typed with the date in place of DATE."""
    return f"tracker dates set {_word(path)} DATE"


def accept_command(path: bytes) -> str:
    """What says that a date is right."""
    return f"tracker dates accept {_word(path)}"


def _word(path: bytes) -> str:
    """The path as a shell takes it, also where it is no text or would drive a terminal."""
    text = shown(path)
    if text.isprintable() and text.encode() == path:
        return shlex.quote(text)
    safe = (chr(b) if 32 <= b < 127 and b not in b"\\'" else f"\\x{b:02x}" for b in path)
    return f"$'{''.join(safe)}'"


def _may_be_right(problems: Sequence[Problem]) -> bool:
    return bool(problems) and all(problem.may_be_right for problem in problems)


def _folders_above(path: bytes) -> Iterator[bytes]:
    above = os.path.dirname(path)  # noqa: PTH120
    while above != path:
        yield above
        path, above = above, os.path.dirname(above)  # noqa: PTH120


def show_dates(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, today: date
) -> list[tuple[DateLine, tuple[ClueLine, ...]]]:
    """Each photo at `paths` with every clue to its date, the most trusted first."""
    lines = list_dates(connection, paths, problems=False, today=today)
    known = stored.known(connection, [line.sha256 for line in lines])
    return [(line, _clue_lines(known[line.sha256], today)) for line in lines]


def _chosen(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[Listed]:
    everything = stored.listed(connection)
    if not paths:
        return [photo for photo in everything if photo.own]
    by_hash = {photo.sha256: photo for photo in everything}
    found: dict[str, Listed] = {}
    for path, sha256 in photos_at(connection, paths).items():
        photo = by_hash[sha256]
        found.setdefault(sha256, Listed(sha256, path, photo.dated, photo.own))
    return list(found.values())


def _people(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Someone, ...]]:
    found: dict[str, list[Someone]] = defaultdict(list)
    for sha256, person in stored.born_in_photos(connection):
        if person.born_earliest is not None and person.born_latest is not None:
            born = (person.born_earliest, person.born_latest)
            found[sha256].append(Someone(person.name, born, person.relation == CHILD))
    return {sha256: tuple(people) for sha256, people in found.items()}


def _weighed(photo: Listed, known: Mapping[str, Known], today: date) -> Weighed:
    """The stored date with what its clues came to, where they were asked for."""
    if photo.sha256 not in known:
        return Weighed(photo.dated)
    now = _weigh(known[photo.sha256], today)
    return Weighed(photo.dated, now.decided, now.refused, now.disagrees)


def _weigh(photo: Known, today: date) -> Weighed:
    said = () if photo.decided is None else (photo.decided,)
    return weigh((*photo.clues, *said), today)


def _clue_lines(photo: Known, today: date) -> tuple[ClueLine, ...]:
    weighed = _weigh(photo, today)
    refused = {clue: f"not believed: {why}" for clue, why in weighed.refused}
    lines = [
        ClueLine(clue, "narrows it" if place else "decides")
        for place, clue in enumerate(weighed.decided)
    ]
    said = () if photo.decided is None else (photo.decided,)
    rest = [clue for clue in (*said, *photo.clues) if clue not in weighed.decided]
    for clue in rest:
        if clue in refused:
            outcome = refused[clue]
        elif clue.source == BORN:
            outcome = "nothing earlier is believed"
        else:
            outcome = "disagrees" if clue in weighed.disagrees else "agrees"
        lines.append(ClueLine(clue, outcome))
    return tuple(lines)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
