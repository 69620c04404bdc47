"""The addresses of pictures and of the report. Nothing that is asked for becomes a path."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from db import whereabouts
from db.errors import StoreError
from tracker.errors import TrackerError
from tracker.review import pages, photos
from tracker.review.asked import bench_of, face_number, number_in, sha256_or_number
from tracker.review.problems import NotThere
from tracker.review.reporting import Making, policy_of

if TYPE_CHECKING:
    import duckdb

FACE_AGE = "private, max-age=31536000, immutable"
"""A face's number is made of the photo's content and the face's place in it: its picture stays."""

PHOTO_AGE = "private, max-age=600"
SOON = "private, max-age=30"
"""For a thumbnail in a larger picture's place: the disk may be back."""


async def thumbnail(request: Request) -> Response:
    """A face."""
    number = face_number(request.path_params["face"])
    made = await asyncio.to_thread(photos.thumbnail, bench_of(request).thumbnails, number)
    return _jpeg(made, FACE_AGE)


async def face(request: Request) -> Response:
    """A face, cut out of its photo as large as it is wanted and there; where that cannot be had
    now, its thumbnail."""
    bench = bench_of(request)
    number = face_number(request.path_params["face"])
    wanted = number_in(request.query_params, "size", 512, least=1, most=10_000)
    with suppress(TrackerError, StoreError):
        where = (await bench.desk.asked(("face", number), partial(_face_in, number))).value
        if where is not None and await asyncio.to_thread(photos.is_there, where.photo):
            side = photos.side_for(wanted, photos.FACE_SIDES)
            return _jpeg(await bench.photos.face(where, side), FACE_AGE)
    made = await asyncio.to_thread(photos.thumbnail, bench.thumbnails, number)
    return _jpeg(made, SOON)


def _face_in(number: int, con: duckdb.DuckDBPyConnection) -> whereabouts.FaceIn | None:
    return whereabouts.of_face(con, number)


async def photo(request: Request) -> Response:
    """A whole photo, by its number or the hash of its content."""
    bench = bench_of(request)
    asked = sha256_or_number(request.path_params["photo"])
    side = photos.side_for(number_in(request.query_params, "size", 1600, least=1, most=10_000))
    where = await bench.desk.asked(("photo", asked), lambda con: whereabouts.of_photo(con, asked))
    if where.value is None:
        raise NotThere("There is no such photo.")
    return _jpeg(await bench.photos.picture(where.value, side), PHOTO_AGE)


async def report(request: Request) -> Response:
    """The child's report, or how far it is; the page asks again by itself."""
    try:
        found = await bench_of(request).reporting.page()
    except (TrackerError, StoreError) as error:
        return _notice(409, "No report yet", str(error), error.hint)
    if isinstance(found, Making):
        return _notice(200, "The report is being made", _step(found), None, again=True)
    return HTMLResponse(found, headers={"content-security-policy": policy_of(found)})


def _step(making: Making) -> str:
    if not making.total:
        return "Looking at what has changed…"
    return f"Comparing by every method: step {making.done:,} of {making.total:,}."


def _notice(
    status: int, title: str, words: str, hint: str | None, *, again: bool = False
) -> Response:
    page: jinja2.Template = pages.templates().get_template("notice.html")
    return HTMLResponse(page.render(title=title, words=words, hint=hint, again=again), status)


def _jpeg(made: bytes, age: str) -> Response:
    return Response(made, media_type="image/jpeg", headers={"cache-control": age})
