"""`tracker demo`: the main job on a drawn family whose truth is known."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.context import Json, given_path
from tracker.cli.output import emit, note, plain, say
from tracker.cli.progress import photo_bar
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.demo.album import Album

Run = Callable[[list[str]], None]
FOLLOWS = 0.8
"""Rank correlation with the truth from which a method is said to have followed it."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command("demo")
    def demo(
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                metavar="DIR",
                parser=given_path,
                help="Where the photos, workspace and report go.",
            ),
        ] = Path("tracker-demo"),
        seed: Annotated[
            int, typer.Option("--seed", help="Another number draws another family.")
        ] = 0,
        flat: Annotated[
            bool, typer.Option("--flat", help="A child who takes after both equally, all along.")
        ] = False,
        months: Annotated[
            int, typer.Option("--months", min=1, max=24, help="How old the child gets.")
        ] = 24,
        json: Json = False,
    ) -> None:
        """Draw a family, take its photos in and report, with the commands you would type."""
        show(app, out.absolute(), seed=seed, flat=flat, months=months, as_json=json)


def show(app: typer.Typer, out: Path, *, seed: int, flat: bool, months: int, as_json: bool) -> None:
    """Draw, ingest, report, and set the report beside the truth."""
    from tracker.study.truth import follow

    refuse_other_things(out, {"seed": seed, "flat": flat, "months": months})
    album = draw(out, seed=seed, flat=flat, months=months)
    home, report = out / "workspace", out / "report"
    made: dict[str, Any] = {}

    def run(arguments: list[str]) -> None:
        note(f"$ tracker {shlex.join(['--home', str(home), *arguments])}")
        made.update(quietly(app, ["--home", str(home), *arguments, "--json"]) or {})

    run(["init", "--child", album.child, "--born", str(album.born), "--sex", album.sex])
    for person in album.people:
        born = str(person.born.year)
        run(["person", "add", person.name, "--relation", person.relation, "--born", born])
    for person in album.people:
        run(["ingest", str(person.folder), "--as", person.name])
    run(["ingest", str(album.child_folder), "--as", album.child])
    run(["ingest", str(album.parties)])
    for circle in album.strangers:
        run(["cohort", "add", str(circle.folder), *circle.said])
    run(["report", "--out", str(report)])

    correlations = follow(made, album.truth)
    following = sum(value >= FOLLOWS for value in correlations.values())
    if as_json:
        emit(
            {
                "report": str(report / "index.html"),
                "headline": made["headline"],
                "embedder": made["embedder"],
                "truth": album.truth_in_words,
                "crossing_month": album.crossing_month,
                "crossover": (made["trend"] or {}).get("crossover"),
                "verdict": made["verdict"],
                "rank_correlation": correlations,
                "photos": album.photos,
            }
        )
        return
    say(f"Report:    {plain(str(report / 'index.html'))}")
    say(f"It says:   {plain(made['headline'])}")
    for line in made["summary"]:
        say(f"           {plain(line)}")
    say(f"The truth: {plain(album.truth_in_words)}")
    if correlations and not flat:
        say(
            f"           {following} of {len(correlations)} methods follow it month by month "
            f"(rank correlation of {FOLLOWS} or more)."
        )
    for warning in made["warnings"]:
        note(f"warning: {plain(warning)}")
    note(
        f"The photos, the commands above and the truth ({plain(str(album.truth_path))}) are "
        "yours to play with."
    )


def refuse_other_things(out: Path, wanted: dict[str, int]) -> None:
    """Raise UsageError unless `out` is free, or holds this very family from before."""
    import json

    hint = "Name an empty folder: tracker demo --out DIR"
    try:
        if not out.exists() or not any(out.iterdir()):
            return
        truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
        months = len(truth["share_of_first_by_month"])
        there = {"seed": truth["seed"], "flat": truth["flat"], "months": months}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{out} has other things in it.", hint=hint) from error
    if there != wanted:
        raise UsageError(f"{out} has another family in it.", hint=hint)


def draw(out: Path, *, seed: int, flat: bool, months: int) -> Album:
    """Draw the family's photos with a progress display."""
    from tracker.demo import album

    note(f"Drawing a family's photos into {plain(str(out / 'photos'))}")
    with photo_bar("Drawing") as advance:
        return album.write(
            out,
            seed=seed,
            flat=flat,
            months=months,
            on_progress=lambda done, total: advance(done, total, None),
        )


def quietly(app: typer.Typer, arguments: list[str]) -> dict[str, Any] | None:
    """Run one of the program's own commands in this process and give back its JSON."""
    import contextlib
    import io
    import json

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = app(args=arguments, standalone_mode=False)
    sys.stderr.flush()
    if code not in {None, 0, 3}:
        raise typer.Exit(code)
    text = printed.getvalue()
    return dict(json.loads(text)) if text.strip() else None
