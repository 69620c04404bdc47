"""`tracker cohort …`: people known to be unrelated, against whom a likeness is held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import (
    DeviceOption,
    EmbedderOption,
    EngineOption,
    Json,
    WeightsOption,
    WorkersOption,
    given_path,
    settings_of,
    workspace,
)
from tracker.cli.output import count, emit, note, plain, say, table, warn_all
from tracker.cli.person import Yes, confirm
from tracker.cli.progress import download_bar, photo_bar

if TYPE_CHECKING:
    from tracker.study.cohort_adding import Added
    from tracker.study.cohort_status import CohortStatus, Need

SHOWN = 20
PATH_WIDTH = 60
OWN_PHOTOS = "people marked unrelated in your own photos"
SOME_REJECTED = 3
SEX_HEADERS = (("f", "female"), ("m", "male"), ("", "sex unknown"))

cohort = typer.Typer(
    no_args_is_help=True,
    help="People known to be unrelated: add some, see what they are good for, remove them.",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(cohort, name="cohort")


@cohort.command("add")
def add(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…",
            parser=given_path,
            help="Folders with a folder for each person or with one photo of each, or photos.",
        ),
    ],
    born: Annotated[
        str | None,
        typer.Option(
            "--born",
            metavar="DATE",
            help="When they were born, for photos with dates: 2024-03-09, 2024-03 or 2024.",
        ),
    ] = None,
    age: Annotated[
        float | None,
        typer.Option("--age", metavar="YEARS", help="How old they are in these photos."),
    ] = None,
    sex: Annotated[
        str | None,
        typer.Option("--sex", metavar="f|m", help="Their sex. Folders named f and m say it too."),
    ] = None,
    embedder: EmbedderOption = None,
    weights: WeightsOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    workers: WorkersOption = None,
    json: Json = False,
) -> None:
    """Add people who are not of the family; whoever looks like one of it is refused.

    Adding the same PATH again corrects what was said of it, and costs nothing.
    """
    from tracker.ingest.choose import choose_embedder
    from tracker.study.cohort_adding import add_cohort, look_around, parse_about
    from tracker.vision.engines import choose

    about = parse_about(sex, born, age)
    runtime = choose(engine, device)
    settings = settings_of(context)
    people_at = look_around(paths, settings.home)
    with workspace(context) as connection:
        with download_bar("FaceNet weights") as advance:
            choice = choose_embedder(
                connection,
                settings,
                embedder,
                weights,
                say=note,
                on_bytes=advance,
                runtime=runtime,
            )
        with photo_bar("Reading photos") as progress:
            added = add_cohort(
                connection,
                settings.home,
                people_at,
                about,
                embedder=choice,
                on_progress=lambda p: progress(p.done, p.total, p.faces),
                workers=workers,
            )
    warnings = [*choice.notes, *added.warnings]
    warn_all(warnings)
    if json:
        emit({**added.as_dict(), "embedder": choice.info.id, "warnings": warnings})
    else:
        for line in lines_about(added):
            say(plain(line))
    if not added.is_whole:
        raise typer.Exit(SOME_REJECTED)


@cohort.command("status")
def status(context: typer.Context, embedder: EmbedderOption = None, json: Json = False) -> None:
    """Say who is in the cohort, what it is good for and what it lacks."""
    from tracker.study.cohort_status import take_stock

    with workspace(context) as connection:
        stock = take_stock(connection, embedder)
    warn_all(stock.warnings)
    if json:
        emit(stock.as_dict())
        return
    for line in lines_on(stock):
        say(line)


@cohort.command("remove")
def remove(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", parser=given_path, help="What was added, or a folder above it."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everybody who was added.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Take people out again; no later report is held against them."""
    from tracker.study.cohort_removing import chosen_sources, remove_sources

    with workspace(context) as connection:
        sources = chosen_sources(connection, path, everything=everything)
        people = sum(source.people for source in sources)
        confirm(
            f"Take {count(people, 'unrelated person', 'unrelated people')} out?", yes, json=json
        )
        left = remove_sources(connection, sources)
    if json:
        emit({"removed": people, "left": left})
        return
    say(f"{count(people, 'person is', 'people are')} out. Added people left: {left:,}.")


def lines_about(added: Added) -> list[str]:
    """What came of adding, in words."""
    lines = [
        f"Added {count(added.people, 'person', 'people')} with {count(added.faces, 'face')}. "
        f"The cohort has {count(added.total_people, 'person', 'people')} now."
    ]
    lines += _listed([one.sentence() for one in added.refused], "refused")
    apart = [f"  {one.what}: {one.reason}" for one in added.left_out]
    if apart:
        lines += ["", "Left out:", *_listed(apart, "left out")]
    rejected = [f"  {path}: {reason}" for path, reason in added.summary.rejected]
    if rejected:
        lines += ["", "Rejected:", *_listed(rejected, "rejected")]
    lines += ["", "What they are good for: tracker cohort status"]
    return lines


def _listed(lines: Sequence[str], what: str) -> list[str]:
    rest = len(lines) - SHOWN
    more = [f"  … and {rest} more {what}; --json lists them all."] if rest > 0 else []
    return [*lines[:SHOWN], *more]


def lines_on(stock: CohortStatus) -> list[str]:
    """The cohort in words, 80 columns wide but for long names."""
    from tracker.resemblance.bias import LEAST_STRANGERS

    if not stock.people and not stock.sources:
        return ["The cohort is empty."]
    lines = [
        f"The cohort: {count(stock.people, 'unrelated person', 'unrelated people')}, "
        f"{count(stock.faces, 'face')} ({plain(stock.embedder_id or 'not read yet')})."
    ]
    if not stock.has_percentiles:
        lines += [f"Percentiles are withheld: they need {LEAST_STRANGERS} people or more."]
    if stock.cells:
        lines += [
            "",
            table(["age in the photos", *(word for _, word in SEX_HEADERS)], _grid(stock)),
        ]
    if stock.advice:
        lines += ["", *stock.advice]
    if stock.needs:
        lines += ["", "What it is good for:"]
        lines += [line for need in stock.needs for line in _of(need)]
    if stock.sources:
        lines += ["", table(["added from", "people", "faces"], _places(stock))]
    others = [row for row in stock.embedders if row[0] != stock.embedder_id]
    if others:
        lines += ["", "Faces read with other embedders:"]
        lines += [f"  {plain(name)}: {faces:,}" for name, faces in others]
    return lines


def _grid(stock: CohortStatus) -> list[list[str]]:
    """A row per age band: people, and their faces where those are more."""
    told: dict[str, dict[str, str]] = {}
    for cell in stock.cells:
        more = f" ({count(cell.faces, 'face')})" if cell.faces != cell.people else ""
        told.setdefault(cell.band or "not known", {})[cell.sex] = f"{cell.people:,}{more}"
    return [[band, *(by.get(sex, "-") for sex, _ in SEX_HEADERS)] for band, by in told.items()]


def _of(need: Need) -> list[str]:
    lines = [f"  {plain(need.name)}, {need.relation}: {need.in_words()}"]
    if need.stands_in:
        lines.append(f"    {need.stands_in} stand in: {need.strangers:,}")
    return lines


def _places(stock: CohortStatus) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (_shortened(plain(s.path)) if s.path else OWN_PHOTOS, f"{s.people:,}", f"{s.faces:,}")
        for s in stock.sources[:SHOWN]
    ]
    rest = stock.sources[SHOWN:]
    if rest:
        people, faces = sum(s.people for s in rest), sum(s.faces for s in rest)
        rows.append((f"… and {len(rest)} more places", f"{people:,}", f"{faces:,}"))
    return rows


def _shortened(path: str) -> str:
    """The end of a path that is too long for a line."""
    return path if len(path) <= PATH_WIDTH else f"…{path[1 - PATH_WIDTH :]}"
