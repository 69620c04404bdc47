"""Who may ask for anything at all: a gate in front of every route.

The page runs on this machine for one person, and yet every web page that this person has open can
send requests to it, and so can every other program here. So a request needs, in this order:

1. the name that the page was started under as its Host (else another name leads here: rebinding),
2. no sign of coming from another page (Origin, Sec-Fetch-Site),
3. the page's own path, which is another at each start,
4. the cookie, which only the printed address gives, and
5. where it changes anything: a header and a content type that no form and no image can send.

Who fails at one of the first four learns nothing, not even whether there is a page of that name.

A browser sends a cookie to every port of a machine, but to none but its path: of the path nobody
else knows, so no other server is sent it or can put one in its place.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest
from time import monotonic
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
"""Of a body. Two thousand faces in one decision take half of it."""

TICKET_S = 60.0
"""How long the browser that is started has to show the ticket it was given."""

OWN_PAGES = frozenset({"same-origin", "none"})
"""What Sec-Fetch-Site says of our own page, and of an address that somebody typed or clicked."""

SAFE = frozenset({"GET", "HEAD"})
METHODS = SAFE | {"POST"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)

HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer, unless it says otherwise itself."""

NOT_FOUND = "Not found. If you started this page, open the whole address that was printed."


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is: a port of this machine, under two names, and a path like no other."""

    port: int
    path: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(16)}")

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return f"tracker-{self.port}"

    @property
    def home(self) -> str:
        """The path of the page itself. Everything else lies below."""
        return f"{self.path}/"


class Keys:
    """What opens the page: a token for as long as it runs, and tickets that open it once.

    A ticket is for the browser that is started: its command line is there for every user of the
    machine to read, so what stands in it must be worth nothing a moment later.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(32)
        self._tickets: dict[str, float] = {}

    def ticket(self) -> str:
        """A token that can be shown once, soon."""
        made = secrets.token_urlsafe(32)
        self._tickets[made] = monotonic() + TICKET_S
        return made

    def opens(self, shown: str) -> bool:
        """Whether it is the token, or a ticket, which is worth nothing from now on."""
        if _same(shown, self.token):
            return True
        for ticket, until in list(self._tickets.items()):
            if _same(shown, ticket):
                del self._tickets[ticket]
                return monotonic() <= until
        return False

    def is_session(self, shown: str) -> bool:
        """Whether it is what the cookie holds."""
        return _same(shown, self.session)


class Gate:
    """Lets through what may come in, and puts the headers on whatever goes out."""

    def __init__(self, app: ASGIApp, *, place: Place, keys: Keys) -> None:
        self.app = app
        self.place = place
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application around another."""
        if scope["type"] != "http":
            raise RuntimeError(f"nothing here speaks {scope['type']}")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_headers(message.get("headers", ()))
            await send(message)

        answer = self.refusal_or_key(scope)
        if answer is not None:
            await answer(scope, receive, guarded)
        else:
            await self.app({**scope, "root_path": self.place.path}, receive, guarded)

    def refusal_or_key(self, scope: Scope) -> Response | None:
        """What is answered in the application's place, if anything is."""
        asked = Asked.of(scope)
        if self.is_strange(asked):
            return not_found(asked.path)
        if asked.method == "GET" and asked.path == "/" and asked.shown:
            return self.key(asked)
        if not asked.path.startswith(self.place.home) or not self.has_cookie(asked):
            return not_found(asked.path)
        return why_not(asked)

    def is_strange(self, asked: Asked) -> bool:
        """Whether it is addressed to somebody else, or comes from another page."""
        hosts = asked.all_of("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.place.hosts:
            return True
        origins = asked.all_of("origin")
        if origins and origins != [f"http://{hosts[0].lower()}"]:
            return True
        return any(site not in OWN_PAGES for site in asked.all_of("sec-fetch-site"))

    def key(self, asked: Asked) -> Response:
        """The cookie, and the way to the page by an address without the token."""
        if len(asked.shown) != 1 or not self.keys.opens(asked.shown[0]):
            return not_found(asked.path)
        answer = Response(status_code=303, headers={"location": self.place.home})
        answer.set_cookie(
            self.place.cookie,
            self.keys.session,
            path=self.place.home,
            httponly=True,
            samesite="strict",
        )
        return answer

    def has_cookie(self, asked: Asked) -> bool:
        """Whether the browser was let in before."""
        return any(
            self.keys.is_session(value)
            for header in asked.all_of("cookie")
            for value in cookies(header, self.place.cookie)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request's head says. `shown`: every token in its address."""

    method: str
    path: str
    shown: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, scope: Scope) -> Asked:
        """Read it from what the server gives."""
        text = scope["query_string"].decode("latin-1")
        try:
            query = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            query = []
        return cls(
            scope["method"],
            scope["path"],
            tuple(value for name, value in query if name == "token"),
            tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]),
        )

    def all_of(self, name: str) -> list[str]:
        """Every value that a header has."""
        return [value.strip() for key, value in self.headers if key == name]


def why_not(asked: Asked) -> Response | None:  # noqa: PLR0911  one line for each rule
    """What is wrong with a request of our own browser, in words; None if nothing is."""
    if asked.method not in METHODS:
        return refused(405, f"{asked.method[:20]} is not done here.", allow="GET, HEAD, POST")
    if asked.all_of("transfer-encoding") and asked.all_of("content-length"):
        return refused(400, "The length of the request is said twice.", close=True)
    lengths = asked.all_of("content-length")
    if lengths and (not lengths[0].isdigit() or int(lengths[0][:20]) > MOST_BYTES):
        return refused(413, "That is more than one decision can be.", close=True)
    if asked.method in SAFE:
        return None
    if asked.all_of("x-tracker") != ["1"]:
        return refused(403, "Only the page itself may change anything.")
    kinds = [kind.lower().replace(" ", "") for kind in asked.all_of("content-type")]
    if kinds not in (["application/json"], ["application/json;charset=utf-8"]):
        return refused(415, "What is decided is said in JSON.")
    return None


def refused(
    status: int,
    error: str,
    hint: str | None = None,
    *,
    allow: str | None = None,
    close: bool = False,
) -> Response:
    """A refusal: a sentence, and what to do about it."""
    headers = {"allow": allow} if allow else {}
    if close:  # what is left of the body would be taken for the next request
        headers["connection"] = "close"
    return JSONResponse({"error": error, "hint": hint}, status, headers)


def not_found(path: str) -> Response:
    """What strangers get, whatever they ask for."""
    if "/api/" in path:
        return refused(404, NOT_FOUND)
    return PlainTextResponse(NOT_FOUND, 404)


def cookies(header: str, name: str) -> list[str]:
    """The values that a Cookie header gives a name.

    Other programs of this machine put cookies of any shape into the same jar, which
    `http.cookies` stops reading at.
    """
    pairs = (part.partition("=") for part in header.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def with_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers, and those of `HEADERS` that are not among them."""
    own = list(headers)
    said = {name.lower() for name, _ in own}
    more = ((name.encode(), value.encode()) for name, value in HEADERS.items())
    return [*own, *((name, value) for name, value in more if name not in said)]


def _same(shown: str, secret: str) -> bool:
    return compare_digest(shown.encode("utf-8", "surrogatepass"), secret.encode())
