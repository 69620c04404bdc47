"""How a command ends: its exit code, and what is said when it was not the wished-for one."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
import traceback
from contextlib import suppress
from typing import Any

from typer import Abort
from typer.exceptions import TyperException
from typer.main import get_command

from db.errors import StoreError
from tracker import __version__
from tracker.cli import INTERRUPTED, output
from tracker.errors import TrackerError, UsageError

NO_MEMORY = re.compile(
    r"allocate memory|bad_alloc|failed to map segment|out of memory", re.IGNORECASE
)
"""What torch, the operating system and the loader of libraries say when there is no memory."""


def run() -> int:
    """Run the command that was typed; gives the exit code. Raises nothing but KeyboardInterrupt."""
    _fill_closed_streams()
    if sys.stdout is None:
        return fail(
            TrackerError(
                "There is nowhere to write the result: the output is closed.",
                hint="Leave out `>&-`, or send the output to a file or to /dev/null.",
            )
        )
    try:
        try:
            code = _run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has read enough
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return fail(
            TrackerError(
                f"The result could not be written: {_reason(error)}.",
                hint="Send the output somewhere else. What was stored is kept.",
            )
        )
    return code


def _run() -> int:  # noqa: PLR0911  one line for each ending
    from tracker.cli.commands import app

    try:
        code = get_command(app).main(standalone_mode=False)
    except (TrackerError, StoreError) as error:
        return fail(error)
    except Abort:  # Ctrl-C or the end of the input at a question
        return INTERRUPTED
    except TyperException as error:
        return mistyped(error)
    except SystemExit as end:  # typer's own, when the output's reader is gone
        return end.code if isinstance(end.code, int) else 1
    except output.Unwritable as error:
        raise error.reason from None
    except Exception as error:  # the outermost net: no traceback reaches a user
        known = explained(error)
        if known is not None:
            return fail(known)
        if _is_of_the_output(error):
            raise
        return unexpected(error)
    return code if isinstance(code, int) else 0


def fail(error: TrackerError | StoreError) -> int:
    """Print an error and its hint; as JSON on stdout too when that was asked for."""
    output.note(f"error: {output.plain(ended(str(error)))}")
    if error.hint:
        output.note(f"hint: {output.plain(as_sentence(error.hint))}")
    if "--json" in sys.argv and sys.stdout is not None:
        kind = type(error).__name__
        with suppress(output.Unwritable):  # it was said on stderr
            output.emit(
                {"error": {"kind": kind, "message": str(error), "hint": error.hint}},
                in_one_line="--watch" in sys.argv,
            )
    return error.exit_code


def mistyped(error: TyperException) -> int:
    """What the command line could not be read as, in the words of every other error."""
    context: Any = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        output.note(error.format_message())
        return error.exit_code
    command = context.command_path if context is not None else "tracker"
    usage = UsageError(
        ended(error.format_message().strip()),
        hint=f"How it is used: {command} --help",
    )
    usage.exit_code = error.exit_code
    return fail(usage)


def explained(error: Exception) -> TrackerError | None:
    """The sentence for an error that is nobody's mistake, or None."""
    if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
        return TrackerError(
            "There is not enough memory for this.",
            hint="Close other programs and run the same command again; what was stored is kept. "
            "An ingest needs about 1 GB.",
        )
    if isinstance(error, FileNotFoundError) and not _folder_is_there():
        return UsageError(
            "The folder this command was started in is not there any more.",
            hint="cd to a folder that is there and run the same command again.",
        )
    return None


def ended(text: str) -> str:
    """The text with a capital where it begins with "the" or "there", and a full stop at its end."""
    if text.startswith(("the ", "there ")):
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def as_sentence(hint: str) -> str:
    """The hint with a capital, unless it begins with a command to be typed."""
    typed = hint.startswith(("tracker ", "cd "))
    return hint if typed else hint[:1].upper() + hint[1:]


def unexpected(error: BaseException) -> int:
    """Say what happened without a traceback; keep the traceback for a report."""
    hint = "What was stored before is kept. Try `tracker doctor`."
    with suppress(OSError):
        descriptor, log = tempfile.mkstemp(prefix="tracker-error-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"tracker {__version__}\n")
            traceback.print_exception(error, file=file)
        hint = (
            f"What was stored before is kept. The details, with names of your files, are in {log}"
        )
    return fail(
        TrackerError(
            "The tracker met something it did not expect: "
            f"{type(error).__name__}, {str(error).strip()}",
            hint=hint,
        )
    )


def _fill_closed_streams() -> None:
    """Take the places of streams that were closed: the next file opened, perhaps the database,
    would get their numbers, and whatever is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one


def _is_of_the_output(error: Exception) -> bool:
    """Whether a help text could not be printed: an error without a file's name."""
    full = (errno.ENOSPC, errno.EIO, errno.EBADF)
    return isinstance(error, OSError) and error.filename is None and error.errno in full


def _drop_output() -> None:
    """Send what is still waiting to be written to nowhere, or the interpreter would try again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: OSError) -> str:
    return (
        "there is no room left" if error.errno == errno.ENOSPC else (error.strerror or str(error))
    )


def _folder_is_there() -> bool:
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return False
    return True
