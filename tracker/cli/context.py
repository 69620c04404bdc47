"""What a command finds in its hands: the settings, and the workspace when it opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import note
from tracker.config import Settings

if TYPE_CHECKING:
    import duckdb


SAID_AFTER_S = 0.5


def given_path(text: str | Path) -> Path:
    """A path as it was typed, or an option's own default; a parser for options and arguments.

    Raises BadParameter for an empty one, which `Path` takes for the current folder: usually it
    is a variable of a script that was not set.
    """
    if not str(text).strip():
        raise typer.BadParameter("a path may not be empty")
    return Path(text)


def given_word(text: str) -> str:
    """A word as it was typed; raises BadParameter for an empty one."""
    if not text.strip():
        raise typer.BadParameter("it may not be empty")
    return text


Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="ID|model.toml",
        parser=given_word,
        help="Which embedder; `tracker embedders` lists them. Default: the workspace's own.",
    ),
]

WeightsOption = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        parser=given_path,
        help="FaceNet weights on this machine, for use without a network.",
    ),
]

EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="auto|torch|onnxruntime|openvino",
        parser=given_word,
        help="What runs the networks. auto: the fastest that is installed; see `tracker doctor`.",
    ),
]

DeviceOption = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="auto|cpu|cuda|mps",
        parser=given_word,
        help="Where they run: the processor, or a graphics card (cuda:1 for the second).",
    ),
]

WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        max=256,
        help="Processes that read photos. Default: one for each core, memory allowing.",
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
    """The workspace's database, open for as long as the block runs.

    A process that is done in a moment is waited for, and so is the review page, which lets go.
    """
    from db.turns import open_in_turn

    home = settings_of(context).home
    with open_in_turn(home, create=create, on_wait=_said_once()) as connection:
        yield connection


def _said_once() -> Callable[[int | None], None]:
    """Says for whom the command waits, unless that is over before anybody could read it."""
    begun = monotonic()
    said = False

    def say(pid: int | None) -> None:
        nonlocal said
        if not said and monotonic() - begun > SAID_AFTER_S:
            from db.holder import sentence

            said = True
            note(f"{sentence(pid)}; waiting for it.")

    return say
