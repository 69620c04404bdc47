"""The page itself, and the files it is made of: those of this package, by their names."""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

import tracker
from tracker.relations import RELATIONS
from tracker.review import api
from tracker.review.asked import bench_of
from tracker.review.problems import NotThere

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
"""What a static file may be."""

SHELL = "shell.html"


async def shell(request: Request) -> Response:
    """The page, empty: its script fills it."""
    bench = bench_of(request)
    bench.photos.warm()
    if bench.learns_first:
        bench.learning.begin()
    page = templates().get_template(SHELL)
    return HTMLResponse(
        page.render(version=tracker.__version__, relations=RELATIONS),
        background=BackgroundTask(api.begin, request),
    )


async def static(request: Request) -> Response:
    """A file of the package. The name is looked up among those there are, never made a path."""
    name = request.path_params["name"]
    for file in (resources.files("tracker.review") / "static").iterdir():
        if file.name == name and file.is_file():
            kind = KINDS.get(name[name.rfind(".") :])
            if kind is not None:
                return Response(file.read_bytes(), media_type=kind)
    raise NotThere("There is no such file.")


async def icon(request: Request) -> Response:
    """Browsers ask for one; there is none."""
    return Response(status_code=204)


@cache
def templates() -> jinja2.Environment:
    """The package's templates, with everything escaped that is put into them."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("tracker.review"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
