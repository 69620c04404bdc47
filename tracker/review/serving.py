"""A server for the page, on this machine's own address alone."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Callable

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from tracker.errors import TrackerError, UsageError

HOST = "127.0.0.1"

HEAD_S = 10.0
"""What a client has to say what it wants."""

MOST_CONNECTIONS = 400
"""A browser opens six. Beyond this the answer is 503, at once."""

MOST_HEAD_BYTES = 16 * 1024
REST_S = 30
"""How long a connection may rest between two requests."""

GOODBYE_S = 2
"""What is still being answered at Ctrl-C may take so long."""


class Punctual(H11Protocol):
    """HTTP by h11, hanging up on whoever opens a connection and does not say what it wants.

    uvicorn bounds how long a connection may rest between two requests, not how long the first
    line of one may take.
    """

    _alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts to wait."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Ends the waiting with the end of a head; a request's body is its reader's business."""
        super().data_received(data)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the waiting."""
        self._rest()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._rest()
        elif self._alarm is None:
            self._alarm = self.loop.call_later(HEAD_S, self._hang_up)

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _hang_up(self) -> None:
        self._alarm = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def listen(port: int) -> socket.socket:
    """A socket of this machine alone; port 0 takes a free one. Raises TrackerError in words."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, every answer
    # takes 40 ms longer, until the browser acknowledges its head.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform == "win32":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise TrackerError(
                f"Port {port} is used by another program.",
                hint="Leave out --port, and a free one is taken.",
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise UsageError(
                f"Port {port} is not for ordinary programs.",
                hint="Leave out --port, or give a number from 1024 to 65535.",
            ) from None
        raise TrackerError(
            f"Port {port} cannot be listened on: {error.strerror or error}."
        ) from None
    return listening


def server_of(app: ASGIApp, *, ready: Callable[[], object] | None = None) -> uvicorn.Server:
    """A server that answers by `app`. `ready` is called once it does."""
    _be_quiet()
    config = uvicorn.Config(
        app,
        http=Punctual,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=REST_S,
        timeout_graceful_shutdown=GOODBYE_S,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )
    return _Server(config, ready)


def serve(
    app: ASGIApp, listening: socket.socket, *, ready: Callable[[], object] | None = None
) -> None:
    """Answer until Ctrl-C. `ready` is called once requests are answered."""
    try:
        server_of(app, ready=ready).run(sockets=[listening])
    except KeyboardInterrupt:  # how it is ended; uvicorn has closed everything by now
        return
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """Says when it has begun."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, and says so."""
        await super().startup(sockets)
        if self._ready is not None:
            self._ready()


def _be_quiet() -> None:
    """Nothing of uvicorn is printed: its lines would hold what strangers send."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
