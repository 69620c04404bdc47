"""What the page asks, in JSON. Every answer carries `read_only`: None, or who holds the workspace.

Ids are texts: a face's has 16 hexadecimal digits, a person's and a photo's are decimal. `child` in
a query is the id of the child whose months are counted; without it, the first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db import people
from db.errors import StoreError
from db.records import Person
from tracker.errors import TrackerError
from tracker.identity import reviewing
from tracker.relations import CHILD
from tracker.review.asked import bench_of, face_number, face_numbers, number, number_in
from tracker.review.problems import NotThere
from tracker.study.evidence import choose_embedder_id

if TYPE_CHECKING:
    import duckdb

Told = dict[str, Any]

QUESTIONS, MOST_QUESTIONS = 40, 100
MOST_FACES = 500
"""In one answer: where nothing is said, and at the most."""


async def state(request: Request) -> Response:
    """Who there is, how far it is, and what would be taken back."""
    child = child_in(request)
    return await _told(
        request,
        ("state", child),
        lambda con: reviewing.state(con, _child(con, child)).as_dict(),
    )


async def queue(request: Request) -> Response:
    """The questions whose answers help the most, `limit` of them; `more`: others come soon."""
    return await _questions(request, None)


async def groups(request: Request) -> Response:
    """Those of the questions that are about people nobody has named, many faces at once."""
    return await _questions(request, "group")


async def begin(request: Request) -> None:
    """Work out the first questions while the browser still reads the page that asks for them."""
    with suppress(TrackerError, StoreError):  # the page is told when it asks
        await _questions(request, None)


async def _questions(request: Request, kind: str | None) -> Response:
    child = child_in(request)
    limit = number_in(request.query_params, "limit", QUESTIONS, least=1, most=MOST_QUESTIONS)
    home = bench_of(request).home

    def ask(con: duckdb.DuckDBPyConnection) -> Told:
        who = _child(con, child)
        embedder = _embedder(con, who)
        if embedder is None:
            return {"questions": [], "more": False}
        found = reviewing.queue(con, home, embedder, limit, child=who, kind=kind)
        more = reviewing.more_coming(con, embedder)
        return {"questions": [q.as_dict() for q in found], "more": more}

    key = ("queue", kind, child, limit, reviewing.times_found())
    answer = await _told(request, key, ask, soon=False)
    answer.background = BackgroundTask(_look_ahead, request, child)
    return answer


async def _look_ahead(request: Request, child: int | None) -> None:
    """Once the questions are sent: begin what later ones need."""

    def look(con: duckdb.DuckDBPyConnection) -> None:
        embedder = _embedder(con, _child(con, child))
        if embedder is not None:
            reviewing.look_ahead(con, embedder)

    with suppress(TrackerError, StoreError):  # whoever asks next is told
        await bench_of(request).desk.pondered(("ahead", child), look)


async def faces(request: Request) -> Response:
    """Faces: `person`, `month`, `state`, `photo`, `outside` and `faces` (ids with commas between)
    choose them; `order`, `offset` and `limit`."""
    query = request.query_params
    child = child_in(request)
    chosen: dict[str, int | None] = {
        name: number_in(query, name, 0) if query.get(name) else None
        for name in ("person", "month", "photo")
    }
    these = face_numbers(query["faces"], most=MOST_FACES) if query.get("faces") else None
    state, outside = query.get("state") or None, query.get("outside") or None
    order = query.get("order") or "oldest"
    offset = number_in(query, "offset", 0, most=10**9)
    limit = number_in(query, "limit", 100, least=1, most=MOST_FACES)

    def ask(con: duckdb.DuckDBPyConnection) -> Told:
        return reviewing.listing(
            con,
            person=chosen["person"],
            month=chosen["month"],
            photo=chosen["photo"],
            faces=these,
            outside=outside,
            state=state,
            order=order,
            offset=offset,
            limit=limit,
            child=_child(con, child),
        ).as_dict()

    key = ("faces", *chosen.values(), these, outside, state, order, offset, limit, child)
    return await _told(request, key, ask)


async def face(request: Request) -> Response:
    """A face with who it may be, who else is in the photo, and all that was said of it."""
    face_id = face_number(request.path_params["face"])
    child = child_in(request)
    home = bench_of(request).home

    def ask(con: duckdb.DuckDBPyConnection) -> Told:
        who = _child(con, child)
        embedder = _embedder(con, who)
        found = reviewing.face(con, face_id, home=home, embedder_id=embedder, child=who)
        return found.as_dict()

    return await _told(request, ("face", face_id, child), ask, soon=False)


async def library(request: Request) -> Response:
    """The photos by the child's month of age, gaps included."""
    child = child_in(request)
    return await _told(
        request,
        ("library", child),
        lambda con: reviewing.library(con, _child(con, child)).as_dict(),
    )


async def person(request: Request) -> Response:
    """Somebody's faces over time, and those that are least like the others."""
    person_id = number(request.path_params["person"])
    child = child_in(request)
    home = bench_of(request).home

    def ask(con: duckdb.DuckDBPyConnection) -> Told:
        must_be_there(con, person_id)
        who = _child(con, child)
        embedder = _embedder(con, who)
        return reviewing.person_page(
            con, home, person_id, embedder_id=embedder, child=who
        ).as_dict()

    return await _told(request, ("person", person_id, child), ask, soon=False)


def must_be_there(con: duckdb.DuckDBPyConnection, person_id: int) -> Person:
    """The person with that number. Raises NotThere."""
    found = people.by_id(con, person_id) if person_id < 2**31 else None
    if found is None:
        raise NotThere("There is no person with that number.")
    return found


def child_in(request: Request) -> int | None:
    """The child that is asked about, None for the first."""
    text = request.query_params.get("child")
    return number(text) if text else None


async def _told(
    request: Request,
    key: Hashable,
    ask: Callable[[duckdb.DuckDBPyConnection], Told],
    *,
    soon: bool = True,
) -> Response:
    desk = bench_of(request).desk
    answer = await (desk.asked(key, ask) if soon else desk.pondered(key, ask))
    return JSONResponse({**answer.value, "read_only": answer.read_only})


def _child(con: duckdb.DuckDBPyConnection, child: int | None) -> Person | None:
    if child is None:
        return reviewing.child_of(con)
    found = must_be_there(con, child)
    if found.relation != CHILD:
        raise NotThere(f"{found.name} is not a child here.")
    return found


def _embedder(con: duckdb.DuckDBPyConnection, child: Person | None) -> str | None:
    return choose_embedder_id(con, None, None if child is None else child.person_id)
