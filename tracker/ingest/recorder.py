"""What became of each file, handed to the writer and to the tally."""

from __future__ import annotations

from dataclasses import dataclass, field

from db import photos
from db.records import Clue, Photo, PhotoPath, PhotoResult
from tracker.dating.resolve import resolve
from tracker.ingest.around import metadata_around
from tracker.ingest.known import Memory, Plan
from tracker.ingest.redating import date_with, untold
from tracker.ingest.scan import Found
from tracker.ingest.stages import Embedded, Passed, Refused, Repeated
from tracker.ingest.store import KnownPhoto, ReadPhoto, Writer
from tracker.ingest.summary import Tally
from tracker.ingest.window import OUTSIDE, Window
from tracker.metadata.records import Metadata

NOT_KEPT = frozenset({"vanished", "changed"})
"""Rejections that say nothing of the file that is there now; reported, but not stored."""


@dataclass(slots=True)
class Recorder:
    """Hands every outcome to the writer and the tally.

    `said` is what the user says of all these photos, `window` which of them are wanted.
    """

    memory: Memory
    writer: Writer
    tally: Tally
    said: tuple[Clue, ...] = ()
    window: Window | None = None
    _turned: dict[str, tuple[tuple[int, int], int]] = field(default_factory=dict)

    def unchanged(self, todo: Plan) -> None:
        """The known files that are as they were; only the user can still tell something of them."""
        if not todo.same:
            return
        hashes = [sha256 for *_, sha256 in todo.same.values()]
        if self.window is not None:
            hashes = self._wanted(hashes)
        if self.said:
            for sha256 in untold(self.memory.con, hashes, self.said):
                self.writer.add(KnownPhoto(sha256, None, Metadata(self.said)))
        self.tally.count_unchanged(hashes, next(reversed(todo.same)), among=len(todo.same))

    def record(self, outcome: Embedded | Passed) -> None:
        """What became of one file. Raises errors of `db.errors`."""
        if isinstance(outcome, Repeated):
            self._again(outcome.found, outcome.sha256)
        elif isinstance(outcome, Refused):
            self._refused(outcome)
        else:
            self._finished(outcome)

    def _wanted(self, hashes: list[str]) -> list[str]:
        assert self.window is not None  # noqa: S101
        dates = photos.dates(self.memory.con)
        return [sha256 for sha256 in hashes if self.window.holds(dates[sha256])]

    def _again(self, found: Found, sha256: str) -> None:
        turned = self._size(sha256) if found.sidecars else ()
        said = metadata_around(found, self.said, *turned)
        self.writer.add(KnownPhoto(sha256, _place(found, sha256), said, found.sidecars))
        window, con = self.window, self.memory.con
        if window is None or window.holds(date_with(con, sha256, said.clues, window.today)):
            self.tally.count_known(sha256, found.path)
        else:
            self.tally.count_outside(found.path)

    def _size(self, sha256: str) -> tuple[tuple[int, int], int]:
        """Size and orientation of a photo that is stored, or about to be."""
        if sha256 in self._turned:
            return self._turned[sha256]
        stored = photos.photo(self.memory.con, sha256)
        assert stored is not None  # noqa: S101  it is known
        return (stored.width, stored.height), stored.orientation

    def _refused(self, refused: Refused) -> None:
        rejection = self.memory.remembered(refused.rejection())
        if rejection.code == OUTSIDE:
            self.tally.count_outside(rejection.path)
            return
        if rejection.code not in NOT_KEPT:
            self.writer.add(rejection)
        self.tally.count_rejected(rejection)

    def _finished(self, embedded: Embedded) -> None:
        found, looked = embedded.seen.found, embedded.seen.looked
        turned = (looked.width, looked.height), looked.orientation
        self._turned[looked.sha256] = turned
        said = looked.metadata + metadata_around(found, self.said, *turned)
        photo = Photo(
            looked.sha256,
            looked.byte_size,
            looked.width,
            looked.height,
            looked.format,
            resolve(said.clues, self.writer.today),
            looked.orientation,
            said.camera,
            looked.looks,
        )
        place = _place(found, looked.sha256)
        result = PhotoResult(photo, place, embedded.seen.faces, embedded.vectors)
        self.writer.add(ReadPhoto(result, looked.cuts.thumbnails, said, found.sidecars))
        self.tally.count_finished(
            looked.sha256,
            found.path,
            new=looked.sha256 not in self.memory.contents,
            faces=len(embedded.seen.faces),
            afresh=looked.afresh,
            notes=said.notes,
        )


def _place(found: Found, sha256: str) -> PhotoPath:
    return PhotoPath(found.path, sha256, found.byte_size, found.mtime_ns, found.inode)
