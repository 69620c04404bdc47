"""The page's application: the gate, the routes, and what every answer looks like."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from db.errors import (
    Conflict,
    DiskFull,
    StoreError,
    WorkspaceInUse,
    WorkspaceMissing,
    WorkspaceReadOnly,
)
from tracker.errors import PhotoRejected, TrackerError, UnknownPerson
from tracker.review import routes
from tracker.review.bench import Bench
from tracker.review.desk import ReadOnly, Replaced
from tracker.review.line import Busy
from tracker.review.problems import NotThere, Stale, TooLarge, TooSlow
from tracker.review.security import Gate, Keys, Place, refused

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (TooSlow, 408),
    (TooLarge, 413),
    (NotThere, 404),
    (UnknownPerson, 404),
    (PhotoRejected, 404),
    (Stale, 409),
    (Replaced, 409),
    (Conflict, 409),
    (ReadOnly, 423),
    (WorkspaceInUse, 423),
    (Busy, 503),
    (DiskFull, 507),
    (WorkspaceReadOnly, 403),
    (WorkspaceMissing, 410),
    (StoreError, 500),
    (TrackerError, 400),
)
"""The first that an error is of."""

WORDS = {
    404: "There is nothing here.",
    405: "That is not done here.",
    413: "That is more than one decision can be.",
}


def application(bench: Bench, *, place: Place, keys: Keys) -> ASGIApp:
    """What a server runs."""
    inner = Starlette(
        routes=routes.all_of_them(),
        exception_handlers={
            HTTPException: _refused_by_name,
            StoreError: told,
            TrackerError: told,
            ClientDisconnect: _gone,
            Exception: _unforeseen,
        },
    )
    inner.router.redirect_slashes = False  # its redirects are made of what was asked for
    inner.state.bench = bench
    return Gate(_Net(inner, bench), place=place, keys=keys)


async def told(request: Request, error: Exception) -> Response:
    """An error of the program, as a sentence with its status."""
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    hint = getattr(error, "hint", None)
    if isinstance(error, Stale):
        return error.response()
    return refused(status, str(error), hint, close=status in (408, 413))


async def _refused_by_name(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  what it is registered for
    return refused(
        error.status_code,
        WORDS.get(error.status_code, error.detail),
        allow=(error.headers or {}).get("Allow"),
        close=error.status_code in (408, 413),
    )


async def _gone(request: Request, error: Exception) -> Response:
    return refused(400, "The request was broken off.", close=True)


async def _unforeseen(request: Request, error: Exception) -> Response:
    return refused(
        500,
        "The tracker met something it did not expect.",
        "What was stored is kept. The terminal that `tracker review` runs in says more.",
    )


class _Net:
    """What nobody foresaw ends as a sentence for the page, and is told in the terminal."""

    def __init__(self, app: ASGIApp, bench: Bench) -> None:
        self._app = app
        self._bench = bench

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # Starlette has answered 500 before it lets it through
            self._bench.trouble(error)
