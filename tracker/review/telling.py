"""What the page tells: decisions about faces, people and dates, each stored before it is answered.

A decision about faces may say what the page showed of them, so that what was decided meanwhile in
another tab is not overruled unseen:

    {"faces": ["0123456789abcdef"], "person": "2", "state": "confirmed",
     "seen": {"0123456789abcdef": {"person": null, "state": "proposed"}}}

Of faces that are not in `seen` the page showed none: they are taken for such as nobody answered
for. What contradicts that is answered with 409 and the faces as they stand. Without `seen` nothing
is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tracker.identity import deciding, family
from tracker.relations import UNRELATED
from tracker.review.api import must_be_there
from tracker.review.asked import (
    bench_of,
    face_ids_in,
    face_number,
    id_in,
    number,
    said,
    text_in,
    text_or_none,
)
from tracker.review.problems import BadRequest, NotThere, Stale
from tracker.review.stale import Seen, must_be_fresh
from tracker.study import reviewing

if TYPE_CHECKING:
    import duckdb

Told = dict[str, Any]


async def decide(request: Request) -> Response:
    """`faces` are `person`'s ("confirmed"), are not ("rejected"), or are no faces ("ignored").

    "unrelated": they are somebody's who is not of the family, called `name` or a number.
    """
    told = await said(request)
    faces = face_ids_in(told)
    state = text_in(told, "state", most=20)
    person = None if told.get("person") is None else id_in(told["person"], "person")
    name = text_or_none(told, "name")
    seen = None if told.get("seen") is None else _seen(told["seen"])

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        if person is not None:
            must_be_there(con, person)
        if seen is not None:
            denial = state == "rejected" and person is not None
            wanted = Seen(None, "") if denial else Seen(person, state)
            must_be_fresh(con, faces, seen, wanted)
        if state == UNRELATED:
            somebody, undo = deciding.unrelated(con, faces, name)
            return {**undo.as_dict(), "person": _person(somebody.person_id, somebody.name)}
        return deciding.decide(con, faces, person, state).as_dict()

    return await _done(request, do)


async def undo(request: Request) -> Response:
    """Take back the last decision; `id` and `words`, if given, must be what the page says of it."""
    told = await said(request)
    words = text_or_none(told, "words", most=2000)
    number = None if told.get("id") is None else id_in(told["id"], "id")

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        last = deciding.next_undo(con)
        meant = last is None or (words in (None, last.words) and number in (None, last.batch_id))
        if last is not None and not meant:
            raise Stale(
                f"Something else was decided meanwhile: {last.words}.",
                hint="Undo again to take that back.",
                now={"undo": last.as_dict()},
            )
        back = reviewing.undo(con, today=date.today())
        return {"undone": None} if back is None else back.as_dict()

    return await _done(request, do)


async def split(request: Request) -> Response:
    """`faces` are somebody's who is new here: `name`, `relation`, `born`, `sex`."""
    told = await said(request)
    faces = face_ids_in(told)
    name, relation = text_in(told, "name"), text_in(told, "relation")
    born, sex = text_or_none(told, "born"), text_or_none(told, "sex")

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        somebody, undo = deciding.split(con, faces, name, relation, born=born, sex=sex)
        return {**undo.as_dict(), "person": _person(somebody.person_id, somebody.name)}

    return await _done(request, do)


async def add_person(request: Request) -> Response:
    """Somebody new: `name`, `relation`, and `born` and `sex` where they are known."""
    told = await said(request)
    name, relation = text_in(told, "name"), text_in(told, "relation")
    born, sex = text_or_none(told, "born"), text_or_none(told, "sex")

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        somebody, faces, _ = deciding.add(con, name, relation, born, sex)
        warnings = family.warnings_about(con, somebody)
        return {
            "person": _person(somebody.person_id, somebody.name),
            "faces": faces,
            "warnings": list(warnings),
        }

    return await _done(request, do)


async def rename(request: Request) -> Response:
    """Another `name`."""
    person_id = number(request.path_params["person"])
    name = text_in(await said(request), "name")

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        must_be_there(con, person_id)
        return reviewing.rename(con, person_id, name, today=date.today()).as_dict()

    return await _done(request, do)


async def merge(request: Request) -> Response:
    """Two entries are one person, the one with the id `into`."""
    person_id = number(request.path_params["person"])
    into = id_in((await said(request)).get("into"), "into")

    def do(con: duckdb.DuckDBPyConnection) -> Told:
        must_be_there(con, person_id)
        must_be_there(con, into)
        return reviewing.merge(con, person_id, into, today=date.today()).as_dict()

    return await _done(request, do)


async def set_date(request: Request) -> Response:
    """`photo` was taken on `date`."""
    told = await said(request)
    photo = id_in(told.get("photo"), "photo")
    text = text_in(told, "date", most=100)
    if photo >= 2**31:
        raise NotThere("There is no photo with that number.")
    return await _done(
        request, lambda con: reviewing.set_date(con, photo, text, today=date.today()).as_dict()
    )


async def _done(request: Request, do: Callable[[duckdb.DuckDBPyConnection], Told]) -> Response:
    bench = bench_of(request)
    answer = JSONResponse(await bench.desk.decided(do))
    bench.learning.heard()
    return answer


def _person(person_id: int, name: str) -> Told:
    return {"id": str(person_id), "name": name}


def _seen(value: object) -> dict[int, Seen]:
    if not isinstance(value, Mapping) or len(value) > 2500:
        raise BadRequest("`seen` has to be an object with the faces' ids.")
    found = {}
    for face, what in value.items():
        if not isinstance(what, Mapping) or not isinstance(what.get("state") or "", str):
            raise BadRequest("`seen` has to say of each face its `person` and its `state`.")
        person = what.get("person")
        found[face_number(face)] = Seen(
            None if person is None else id_in(person, "person"), what.get("state") or ""
        )
    return found
