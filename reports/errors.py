"""What can go wrong when a report is written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.errors import StoreError


class ReportError(StoreError):
    """The report could not be written. Nothing half-written is left in its place."""


@contextmanager
def translated(out: Path) -> Iterator[None]:
    """Turn what the operating system says about `out` into a sentence and a hint.

    Raises:
        ReportError: no right to write there, no room, or a file where the folder should be.
    """
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise ReportError(
            f"{out} is not a folder, so the report cannot be written into it.",
            hint="give another folder with --out",
        ) from error
    except PermissionError as error:
        raise ReportError(
            f"There is no right to write the report into {out}.",
            hint="give a folder of your own with --out",
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ReportError(
                f"There is no room left for the report in {out}.",
                hint="free some space, or give a folder on another disk with --out",
            ) from error
        raise ReportError(
            f"The report could not be written into {out}: {error.strerror or error}.",
            hint="give another folder with --out",
        ) from error
