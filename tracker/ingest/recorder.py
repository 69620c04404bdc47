"""What became of each file, handed to the writer and to the tally."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Photo, PhotoPath, PhotoResult
from tracker.ingest.known import Memory, Plan
from tracker.ingest.redating import Dating
from tracker.ingest.scan import Found
from tracker.ingest.stages import Embedded, Passed, Refused, Repeated
from tracker.ingest.store import Finished, KnownPhoto, Writer
from tracker.ingest.summary import Tally

NOT_KEPT = frozenset({"vanished", "changed"})
"""Rejections that say nothing of the file that is there now; reported, but not stored."""


@dataclass(slots=True)
class Recorder:
    """Hands every outcome to the writer and the tally."""

    memory: Memory
    dating: Dating
    writer: Writer
    tally: Tally

    def unchanged(self, todo: Plan) -> None:
        """The known files that are as they were; only `--date` can still tell something of them."""
        if not todo.same:
            return
        if self.dating.option is not None:
            for found, sha256 in todo.unchanged:
                self._redate(found, sha256)
        contents = [sha256 for *_, sha256 in todo.same.values()]
        self.tally.count_unchanged(contents, next(reversed(todo.same)))

    def record(self, outcome: Embedded | Passed) -> None:
        """What became of one file. Raises errors of `db.errors`."""
        if isinstance(outcome, Repeated):
            self._again(outcome.found, outcome.sha256)
        elif isinstance(outcome, Refused):
            self._refused(outcome)
        else:
            self._finished(outcome)

    def _again(self, found: Found, sha256: str) -> None:
        self.writer.add(KnownPhoto(sha256, _place(found, sha256)))
        self._redate(found, sha256)
        self.tally.count_known(sha256, found.path)

    def _refused(self, refused: Refused) -> None:
        rejection = refused.rejection()
        if rejection.code not in NOT_KEPT:
            self.writer.add(rejection)
        self.tally.count_rejected(rejection)

    def _finished(self, embedded: Embedded) -> None:
        found, looked = embedded.seen.found, embedded.seen.looked
        photo = Photo(
            looked.sha256,
            looked.byte_size,
            looked.width,
            looked.height,
            looked.format,
            self.dating.of(looked.sha256, looked.exif, found.path),
        )
        place = _place(found, looked.sha256)
        result = PhotoResult(photo, place, embedded.seen.faces, embedded.vectors)
        self.writer.add(Finished(result, looked.cuts.thumbnails))
        self.tally.count_finished(
            looked.sha256,
            found.path,
            new=looked.sha256 not in self.memory.contents,
            faces=len(embedded.seen.faces),
            afresh=looked.afresh,
        )

    def _redate(self, found: Found, sha256: str) -> None:
        if (dated := self.dating.better(sha256, found.path)) is not None:
            self.writer.redate(sha256, dated)


def _place(found: Found, sha256: str) -> PhotoPath:
    return PhotoPath(found.path, sha256, found.byte_size, found.mtime_ns, found.inode)
