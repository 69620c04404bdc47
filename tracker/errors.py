"""What can go wrong, as the user meets it.

    TrackerError                 exit 1
    ├── UsageError               exit 2   a name, date or option that cannot be used
    │   └── UnknownPerson                 a name nobody has, with the nearest one suggested
    ├── EmbedderError            exit 2
    │   ├── WeightsMissing                the weights are not on this machine
    │   ├── WeightsInvalid                a file that is not what it should be
    │   └── EmbedderMismatch              vectors of another dimension under a known id
    ├── EngineError              exit 2   an engine or a device that cannot be had
    ├── DownloadFailed           exit 1   nothing is left half written
    ├── PhotoRejected            exit 3   one photo, one reason; the others go on
    └── NotEnoughEvidence        exit 1   a report that would say nothing

The database has a tree of its own, `db.errors.StoreError`, because `db` imports nothing from
here. Both carry `exit_code` and `hint`; `tracker.cli` alone turns them into exits.
"""

from __future__ import annotations


class TrackerError(Exception):
    """A sentence that names the thing; `hint` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(TrackerError):
    """A name, date or option that cannot be used as given."""

    exit_code = 2


class UnknownPerson(UsageError):
    """Nobody in the workspace has that name."""


class EmbedderError(TrackerError):
    """The embedder asked for cannot be used."""

    exit_code = 2


class WeightsMissing(EmbedderError):
    """The weights are not on this machine."""


class WeightsInvalid(EmbedderError):
    """The file is not a set of weights of the right layout."""


class EmbedderMismatch(EmbedderError):
    """The vectors do not have the dimension known under that embedder's id."""


class EngineError(TrackerError):
    """The engine or the device asked for is not there, or the two do not go together."""

    exit_code = 2


class DownloadFailed(TrackerError):
    """The download did not finish; nothing half-written is left in its place."""


class PhotoRejected(TrackerError):
    """One photo cannot be used. `code` is a stable word for it, the message the reason."""

    exit_code = 3

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code

    def __reduce__(self) -> tuple[type[PhotoRejected], tuple[str, str]]:
        return PhotoRejected, (self.code, str(self))


class NotEnoughEvidence(TrackerError):
    """There is too little in the workspace to report on."""
