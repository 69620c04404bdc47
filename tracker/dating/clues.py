"""Clues to a photo's date: whose word counts for more, and those that are no text in a file."""

from __future__ import annotations

from datetime import date

from db.records import Clue
from tracker.dating import edtf, read

TRUST = (
    "user",
    "sidecar",
    "exif",
    "gps",
    "iptc",
    "xmp",
    "video",
    "takeout",
    "filename",
    "option",
    "folder",
    "modified",
    "scan",
    "file",
)
"""The sources of a date; the first that can be believed decides."""

BOUNDS = frozenset({"scan", "file"})
"""Sources that say only "no later than": a print is scanned, and a file written, after the photo
was taken, perhaps by decades. They never date a photo."""

BORN = "born"
BIRTH_OF = "the birth of "
"""No source of a date, but a bound: who is in the photo was born by then."""

ORIGINAL, DIGITIZED = "EXIF DateTimeOriginal", "EXIF DateTimeDigitized"
MODIFIED = "EXIF DateTime"
XMP_CREATED = "XMP xmp:CreateDate"
NAME = "the file's name"
NAME_SENT = "the file's name (when it was sent or saved)"
NAME_SCREEN = "the file's name (when the screenshot was made)"
NAME_SCAN = "the file's name (when it was scanned)"
NAME_WORDS = "words in the file's name"
FOLDER = "the folder's name"
FOLDER_ABOVE = "the name of a folder above"
OPTION = "--date"
FILE = "the file's own time"

_BY_SOURCE = {
    "user": 1.0,
    "sidecar": 0.97,
    "exif": 0.95,
    "gps": 0.9,
    "iptc": 0.9,
    "xmp": 0.9,
    "video": 0.85,
    "takeout": 0.85,
    "filename": 0.9,
    "option": 0.5,
    "folder": 0.45,
    "modified": 0.4,
    "scan": 0.3,
    "file": 0.2,
}
_BY_LABEL = {
    DIGITIZED: 0.85,
    XMP_CREATED: 0.75,
    NAME_SENT: 0.6,
    NAME_SCREEN: 0.55,
    NAME_WORDS: 0.6,
    FOLDER_ABOVE: 0.4,
}
_SOURCES = {source: place for place, source in enumerate(TRUST)}

_TAGS = ("DateCreated", "DateTimeOriginal", "DateTimeDigitized", "CreateDate", "MetadataDate")
"""Words in a label: of several dates from one source, what is said of the picture comes before
what is said of its file."""

PASSED_ON = frozenset({NAME_SENT, NAME_SCREEN})
"""Labels of days on which the photo was passed on. It may be older."""


def rank(clue: Clue) -> int:
    """The source's place in TRUST; an unknown one comes last."""
    return _SOURCES.get(clue.source, len(TRUST))


def label_rank(clue: Clue) -> int:
    """The place among clues of one source, by what the label says."""
    found = [place for place, word in enumerate(_TAGS) if word in clue.label]
    if found:
        return found[0]
    return len(_TAGS) + (clue.label in _BY_LABEL)


def confidence(clue: Clue) -> float:
    """How far a clue is trusted, in [0, 1]: an order, not a measured probability."""
    if clue.label in _BY_LABEL:
        return _BY_LABEL[clue.label]
    known = _BY_SOURCE.get(clue.source, 0.0)
    # A camera's name for the day alone is a little less than one with the time.
    return 0.8 if clue.label == NAME and clue.taken_at is None else known


def option(days: tuple[date | None, date]) -> Clue:
    """What the user said with `--date`, for photos that nothing better dates."""
    return Clue("option", OPTION, edtf.text(*days), *days)


def user(raw: str, days: tuple[date | None, date]) -> Clue:
    """What the user decided."""
    return Clue("user", "you", raw, *days)


def file_time(mtime_ns: int) -> Clue:
    """When the file was last written: the photo is no younger, and may be much older.

    Copying, editing, unpacking and sending all give a file a new time. The day is that of UTC, so
    one day more or less is nothing.
    """
    at = read.instant(mtime_ns / 1e9).taken_at
    if at is None:
        return Clue("file", FILE, str(mtime_ns)[: read.LONGEST], None, None)
    return Clue("file", FILE, f"{at:%Y-%m-%d %H:%M:%S} UTC", None, at.date())


def born(name: str, birth: date) -> Clue:
    """Someone is in the photo, so it is not from before their birth (its first possible day)."""
    return Clue(BORN, f"{BIRTH_OF}{name}", birth.isoformat(), birth, None)
