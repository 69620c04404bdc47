"""The addresses of the page, and what is asked and said at each of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tracker.review import pages, pictures
from tracker.review.asked import bench_of


def all_of_them() -> list[Route]:
    """Every route."""
    return [
        Route("/", pages.shell),
        Route("/favicon.ico", pages.icon),
        Route("/static/{name}", pages.static),
        Route("/thumb/{face}.jpg", pictures.thumbnail),
        Route("/photo/{photo}.jpg", pictures.photo),
        Route("/report/", pictures.report),
        Route("/api/state", state),
    ]


async def state(request: Request) -> Response:
    """Who there is, how far it is, and who holds the workspace."""
    from db import people

    answer = await bench_of(request).desk.asked(
        "state",
        lambda con: {
            "people": [
                {
                    "id": str(c.person.person_id),
                    "name": c.person.name,
                    "relation": c.person.relation,
                    "confirmed": c.confirmed,
                    "proposed": c.proposed,
                    "photo_days": c.photo_days,
                }
                for c in people.all_people(con)
            ]
        },
    )
    return JSONResponse({**answer.value, "read_only": answer.read_only})
