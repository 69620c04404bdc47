"""`tracker status`: what is in the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, settings_of, workspace
from tracker.cli.output import count, emit, plain, say, table, warn_all
from tracker.cli.person import people_table

if TYPE_CHECKING:
    from tracker.study.status import Stock


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
    for line in beside(stock):
        say(line)
    for person in stock.people:
        if person.waiting_photos:
            say(plain(waits(person.name, person.waiting_photos)))
    if stock.people:
        say()
        say(people_table(stock.people))
    for line in of_children(stock):
        say(line)
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
            f"{count(len({photo for photo, _ in stock.problems}), 'photo')} not used. See which "
            "and why: tracker status --rejected"
        )


def beside(stock: Stock) -> Iterator[str]:
    """What to know of the photos and faces besides their numbers, where there is anything."""
    if stock.stranger_photos:
        yield f"Photos of unrelated people among them: {stock.stranger_photos:,}."
    if stock.set_aside:
        yield f"{count(stock.set_aside, 'face')} set aside: a better one of the same moment counts."
    if stock.missing:
        are = count(stock.missing, "file is", "files are")
        yield f"{are} not where they were; nothing is forgotten. See: tracker library missing"


def of_children(stock: Stock) -> Iterator[str]:
    """Each child's months, a blank line before."""
    for child in stock.children:
        yield ""
        name = plain(child.name)
        if child.months:
            yield f"{name} by month of age (photo-days): {child.months_shown}"
        elif not child.two_months:
            yield f"{name}: no dated faces yet. Next: tracker ingest FOLDER --as NAME"
        if child.two_months:
            they = "it counts" if child.two_months == 1 else "they count"
            yield (
                f"{count(child.two_months, 'photo')} of {name} could be in two months of age, so "
                f"{they} in neither. To give a closer date: tracker dates set PATH DATE"
            )
