"""IPTC: what newsrooms and older album programs wrote beside EXIF.

Format: https://iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf, chapter 1.6 and record 2.
"""

from __future__ import annotations

from db.records import Clue
from tracker.dating import read

RESOURCE = 0x0404
"""The number of the Photoshop resource that holds it."""

MAX_BYTES = 1_000_000
MAX_DATASETS = 5_000

_DATE_CREATED, _TIME_CREATED = 55, 60
_MARKER, _RECORD = 0x1C, 2


def clues(data: bytes) -> tuple[Clue, ...]:
    """What IPTC data says of when the photo was taken: its creation date, with the time if any.

    A zero month or day means that it is not known: `19720000` is the year 1972.
    """
    found = _datasets(data)
    day, time = _ascii(found.get(_DATE_CREATED)), _ascii(found.get(_TIME_CREATED))
    if not day:
        return ()
    return (read.iptc(day, time).clue("iptc", "IPTC DateCreated", f"{day} {time}"),)


def _datasets(data: bytes) -> dict[int, bytes]:
    """The first value of each dataset of record 2; what comes after a broken one is left."""
    found: dict[int, bytes] = {}
    data = data[:MAX_BYTES]
    at = 0
    for _ in range(MAX_DATASETS):
        if at + 5 > len(data) or data[at] != _MARKER:
            break
        record, number = data[at + 1], data[at + 2]
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        if length & 0x8000:  # an extended dataset, of more than 32 KB: no date
            break
        at += 5 + length
        if record == _RECORD:
            found.setdefault(number, data[at - length : at])
    return found


def _ascii(value: bytes | None) -> str:
    text = (value or b"")[:32].decode("ascii", "replace")
    return "".join(character for character in text if character.isprintable()).strip()


def in_photoshop(data: bytes) -> bytes:
    """The IPTC data in a block of Photoshop resources (`8BIM`), b"" for none."""
    at = 0
    for _ in range(MAX_DATASETS):
        if data[at : at + 4] != b"8BIM" or at + 12 > len(data):
            return b""
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6
        at += (data[at] + 2) & ~1  # a name with its length before it, padded to even
        length = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if number == RESOURCE:
            return data[at : at + length]
        at += (length + 1) & ~1
    return b""
