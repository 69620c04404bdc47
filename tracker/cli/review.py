"""`tracker review`: a page in the browser on which a person says who is who."""

from __future__ import annotations

import os
import threading
from typing import Annotated

import typer

from tracker.cli.context import Json, settings_of
from tracker.cli.output import emit, flush, note, plain, say
from tracker.cli.signals import sigterm_as_ctrl_c
from tracker.config import can_show_pages


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("review")(review)


def review(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="Which port. Default: a free one."
        ),
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open it in a browser.")
    ] = True,
    json: Json = False,
) -> None:
    """Say who is who, on a page that is on this machine alone. Ctrl-C ends it."""
    from tracker.review.app import application
    from tracker.review.bench import Bench
    from tracker.review.security import Keys, Place
    from tracker.review.serving import HOST, listen, serve

    home = settings_of(context).home

    def tell(text: str) -> None:
        note(plain(text))

    with sigterm_as_ctrl_c(), Bench(home, tell=tell, learns_first=True) as bench:
        held = bench.desk.try_to_open()
        with listen(port) as listening:
            place, keys = Place(listening.getsockname()[1]), Keys()
            address = f"http://{HOST}:{place.port}/?token="

            def ready() -> None:
                printed = f"{address}{keys.token}"
                if json:
                    emit({"address": printed, "port": place.port}, in_one_line=True)
                else:
                    say(printed)
                flush()
                note("The page is at that address, for you alone. Ctrl-C ends it.")
                if held is not None:
                    note(plain(held))
                if browser and can_show_pages():
                    _show(f"{address}{keys.ticket()}")

            serve(application(bench, place=place, keys=keys), listening, ready=ready)
    if bench.desk.lost:
        note("The page is closed. The workspace was taken away or replaced while it was open.")
    else:
        note("The page is closed; what was decided is stored.")
    if not bench.ended:
        # A report is still being computed, and its thread would be cut off in the middle of native
        # code, which ends the program with a crash; or a file that was taken away would be closed.
        flush()
        os._exit(0)


def _show(address: str) -> None:
    """Open it in the browser, beside everything else: some browsers take seconds to start."""
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
