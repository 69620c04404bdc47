"""What a command finds in its hands: the settings, and the workspace when it opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.config import Settings

if TYPE_CHECKING:
    import duckdb

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="ID|model.toml",
        help="Which embedder; `tracker embedders` lists them. Default: the workspace's own.",
    ),
]

WeightsOption = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="FaceNet weights on this machine, for use without a network.",
    ),
]


def settings_of(context: typer.Context) -> Settings:
    """The settings made from `--home` and the environment."""
    settings = context.obj
    if not isinstance(settings, Settings):
        raise TypeError("the command line did not set its settings")
    return settings


@contextmanager
def workspace(
    context: typer.Context, *, create: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The workspace's database, open for as long as the block runs."""
    from db.connection import open_workspace

    with open_workspace(settings_of(context).home, create=create) as connection:
        yield connection
