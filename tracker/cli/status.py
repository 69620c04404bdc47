"""`tracker status`: what is in the workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.context import Json, settings_of, workspace
from tracker.cli.output import count, emit, plain, say, table, warn_all
from tracker.cli.person import people_table


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("status")(status)


def status(
    context: typer.Context,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List every photo that is not used, and why.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what is in the workspace."""
    from tracker.identity.settled import waits
    from tracker.study.status import take_stock

    with workspace(context) as connection:
        stock = take_stock(connection, settings_of(context).home)
    warn_all(stock.warnings)
    if json:
        emit(stock.as_dict())
        return
    say(f"Workspace: {plain(str(stock.home))}")
    say(
        f"{count(stock.photos, 'photo')}, {count(stock.faces, 'face')}, "
        f"{stock.undated} without a date, {stock.rejected} rejected."
    )
    if stock.stranger_photos:
        say(f"Photos of unrelated people among them: {stock.stranger_photos:,}.")
    for person in stock.people:
        if person.waiting_photos:
            say(plain(waits(person.name, person.waiting_photos)))
    if stock.people:
        say()
        say(people_table(stock.people))
    for child in stock.children:
        say()
        if not child.months:
            say(f"{plain(child.name)}: no dated faces yet. Next: tracker ingest FOLDER --as NAME")
            continue
        say(f"{plain(child.name)} by month of age (photo-days): {child.months_shown}")
    if stock.embedders:
        say()
        say(
            table(
                ["embedder", "", "faces", "licence"],
                [
                    (e.embedder_id, "own" if e.own else "", e.faces, e.licence)
                    for e in stock.embedders
                ],
            )
        )
    if len(stock.embedders) > 1:
        say()
        say(
            table(
                ["faces by embedder", *(e.embedder_id for e in stock.embedders)],
                [
                    (p.name, *(p.faces_by_embedder.get(e.embedder_id, 0) for e in stock.embedders))
                    for p in stock.people
                ],
            )
        )
    if rejected:
        say()
        say(
            table(["photo", "why it is not used"], stock.problems)
            if stock.problems
            else "Every photo is used."
        )
    elif stock.problems:
        say()
        say(
            f"{count(len(stock.problems), 'photo')} not used. See which and why: tracker status "
            "--rejected"
        )
