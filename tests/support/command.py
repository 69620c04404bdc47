"""Running the program as a user does: `tracker …`, what it prints and how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended. Whatever happened, no traceback may have reached the user."""

    code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        assert "Traceback" not in self.err, self.err
        assert "Traceback" not in self.out, self.out

    @property
    def values(self) -> dict[str, Any]:
        """What `--json` printed."""
        return dict(json.loads(self.out))


@cache
def the_commands(app: Any) -> Any:
    """The commands as typer builds them: once, and not anew each time."""
    from typer.main import get_command

    return get_command(app)


def tracker(*arguments: str | Path, home: Path | None = None) -> Outcome:
    """Run a command in this process, through the same `main` as the installed program."""
    from tracker.cli import endings, main

    words = ["tracker", *(["--home", str(home)] if home else []), *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", words),
        patch.object(endings, "get_command", the_commands),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Outcome(code, out.getvalue(), err.getvalue())


def program() -> list[str]:
    """The words that start the program as a process of its own."""
    return [sys.executable, "-c", "from tracker.cli import main; main()"]


def process(
    *arguments: str | Path | bytes, home: Path | None = None, **environment: str
) -> Outcome:
    """Run a command as a process of its own."""
    place = ["--home", str(home)] if home else []
    done = subprocess.run(
        [*program(), *place, *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        timeout=200,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
