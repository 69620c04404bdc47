"""The addresses of the page."""

from __future__ import annotations

from starlette.routing import Route

from tracker.review import api, pages, pictures, telling

POST = ["POST"]


def all_of_them() -> list[Route]:
    """Every route. None but those of POST changes anything."""
    return [
        Route("/", pages.shell),
        Route("/favicon.ico", pages.icon),
        Route("/static/{name}", pages.static),
        Route("/thumb/{face}.jpg", pictures.thumbnail),
        Route("/face/{face}.jpg", pictures.face),
        Route("/photo/{photo}.jpg", pictures.photo),
        Route("/report/", pictures.report),
        Route("/api/state", api.state),
        Route("/api/queue", api.queue),
        Route("/api/groups", api.groups),
        Route("/api/faces", api.faces),
        Route("/api/face/{face}", api.face),
        Route("/api/library", api.library),
        Route("/api/person/{person}", api.person),
        Route("/api/decide", telling.decide, methods=POST),
        Route("/api/undo", telling.undo, methods=POST),
        Route("/api/split", telling.split, methods=POST),
        Route("/api/people", telling.add_person, methods=POST),
        Route("/api/people/{person}/rename", telling.rename, methods=POST),
        Route("/api/people/{person}/merge", telling.merge, methods=POST),
        Route("/api/date", telling.set_date, methods=POST),
    ]
