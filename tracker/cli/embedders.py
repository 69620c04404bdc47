"""`tracker embedders`: what turns a face into numbers, and fetching it ahead of time."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tracker.cli.context import Json, WeightsOption, given_word, settings_of, workspace
from tracker.cli.output import count, emit, note, plain, say, table, warn_all
from tracker.cli.progress import download_bar

embedders = typer.Typer(
    invoke_without_command=True, help="List the embedders, choose the default, fetch weights ahead."
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


@embedders.command("use")
def use(
    context: typer.Context,
    embedder: Annotated[str, typer.Argument(metavar="ID|model.toml", parser=given_word)],
    weights: WeightsOption = None,
    json: Json = False,
) -> None:
    """Make an embedder the workspace's own: what ingest and report use by default."""
    from db.embedders import unread
    from tracker.ingest.choose import use_embedder

    with workspace(context) as connection:
        with download_bar("FaceNet weights") as advance:
            choice = use_embedder(
                connection,
                settings_of(context),
                embedder,
                weights,
                say=note,
                on_bytes=advance,
            )
        read, not_read = unread(connection, choice.info.id)
    warn_all(choice.notes)
    if json:
        emit(
            {
                "embedder": choice.info.id,
                "faces": read,
                "faces_not_read": not_read,
                "warnings": choice.notes,
            }
        )
        return
    say(f"The workspace's own embedder is now {plain(choice.info.id)}.")
    if not_read:
        say(
            f"{count(not_read, 'face')} {'is' if not_read == 1 else 'are'} not read by it yet. "
            "Next, for each folder: tracker ingest FOLDER"
        )
