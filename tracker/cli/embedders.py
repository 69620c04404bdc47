"""`tracker embedders`: what turns a face into numbers, and fetching it ahead of time."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tracker.cli.context import Json, settings_of
from tracker.cli.output import count, emit, plain, say, table
from tracker.cli.progress import download_bar

embedders = typer.Typer(
    invoke_without_command=True, help="List the embedders; fetch weights ahead of time."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(embedders, name="embedders")


@embedders.callback()
def list_embedders(context: typer.Context, json: Json = False) -> None:
    """List the embedders."""
    if context.invoked_subcommand is not None:
        return
    from tracker.vision.embedders.registry import describe

    rows = describe(settings_of(context).weights)
    if json:
        emit({"embedders": [asdict(row) for row in rows]})
        return
    say(
        table(
            ["embedder", "here", "numbers", "what it is"],
            [(r.name, "yes" if r.present else "no", r.dim, r.line) for r in rows],
        )
    )
    say()
    say("Any ONNX face embedder works too: --embedder path/to/model.toml")
    for row in rows:
        say(f"{row.name}: {row.licence}")


@embedders.command("fetch")
def fetch(
    context: typer.Context,
    embedder: Annotated[str, typer.Argument(metavar="ID")] = "facenet-vggface2",
    json: Json = False,
) -> None:
    """Download an embedder's weights now, so that ingest needs no network."""
    from tracker.ingest.choose import fetch_weights

    settings = settings_of(context)
    with download_bar(embedder) as advance:
        path, size = fetch_weights(embedder, settings, advance)
    if json:
        emit({"embedder": embedder, "path": str(path), "bytes": size})
        return
    say(f"{embedder} is here: {plain(str(path))} ({count(round(size / 1e6), 'MB', 'MB')}).")
