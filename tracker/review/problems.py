"""What can go wrong on the page alone."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from tracker.errors import TrackerError, UsageError


class NotThere(TrackerError):
    """Nothing has that number."""


class BadRequest(UsageError):
    """The page asked for something in a way that cannot be understood."""


class TooLarge(UsageError):
    """More was sent than is read."""


class TooSlow(UsageError):
    """What was sent did not come in time."""


class Stale(TrackerError):
    """Somebody, perhaps in another tab, has decided meanwhile. `now` is how it stands."""

    def __init__(self, message: str, *, now: dict[str, Any], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.now = now

    def response(self) -> JSONResponse:
        """The error, and the faces as they stand."""
        return JSONResponse({"error": str(self), "hint": self.hint, **self.now}, 409)
