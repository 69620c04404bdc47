"""What became of each file, handed to the writer and to the tally."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.records import Photo, PhotoPath, PhotoResult
from tracker.ingest.known import Memory
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
    _failed: dict[str, Refused] = field(default_factory=dict)

    def unchanged(self, found: Found, sha256: str) -> None:
        """A known file as it was; only `--date` can still tell something about it."""
        if self.dating.option is not None:
            self._redate(found, sha256)
        self.tally.count_known(sha256, found.path)

    def record(self, outcome: Embedded | Passed) -> None:
        """What became of one file. Raises errors of `db.errors`."""
        if isinstance(outcome, Repeated):
            first = self._failed.get(outcome.sha256)
            if first is None:
                self._again(outcome.found, outcome.sha256)
                return
            outcome = Refused(outcome.found, first.problem)  # a copy of what just failed
        if isinstance(outcome, Refused):
            self._refused(outcome)
        else:
            self._finished(outcome)

    def _again(self, found: Found, sha256: str) -> None:
        self.writer.add(KnownPhoto(sha256, _place(found, sha256)))
        self._redate(found, sha256)
        self.tally.count_known(sha256, found.path)

    def _refused(self, refused: Refused) -> None:
        if refused.sha256 is not None:
            self._failed[refused.sha256] = refused
        rejection = refused.rejection()
        if rejection.code not in NOT_KEPT:
            self.writer.add(rejection)
        self.tally.count_rejected(rejection)

    def _finished(self, embedded: Embedded) -> None:
        found, decoded = embedded.searched.found, embedded.searched.decoded
        photo = Photo(
            decoded.sha256,
            decoded.byte_size,
            decoded.width,
            decoded.height,
            decoded.format,
            self.dating.of(decoded.sha256, decoded.exif, found.path),
        )
        place = _place(found, decoded.sha256)
        result = PhotoResult(photo, place, embedded.cuts.faces, embedded.vectors)
        self.writer.add(Finished(result, embedded.cuts.thumbnails))
        self.tally.count_finished(
            decoded.sha256,
            found.path,
            new=decoded.sha256 not in self.memory.contents,
            faces=len(embedded.cuts.faces),
            afresh=embedded.searched.afresh,
        )

    def _redate(self, found: Found, sha256: str) -> None:
        if (dated := self.dating.better(sha256, found.path)) is not None:
            self.writer.redate(sha256, dated)


def _place(found: Found, sha256: str) -> PhotoPath:
    return PhotoPath(found.path, sha256, found.byte_size, found.mtime_ns, found.inode)
