"""A child's report in its folder: the one that is there already, or one made now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.relations import CHILD
from tracker.study.report_folder import report_folder
from tracker.study.unchanged import already_there, keep, mark_of

if TYPE_CHECKING:
    import duckdb

    from tracker.study.report import OnStep


@dataclass(frozen=True, slots=True)
class Written:
    """Where a report is, and what `tracker report --json` prints of it."""

    folder: Path
    printed: dict[str, Any]


def written_report(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    *,
    child: str | None,
    embedder: str | None = None,
    side: str | None = None,
    images: bool = True,
    out: Path | None = None,
    progress: Callable[[], AbstractContextManager[OnStep]] = lambda: nullcontext(not_told),
) -> Written:
    """Make the report, unless it is there and nothing has changed since.

    `progress` is entered only where it is made. Raises what `make_report` raises, and ReportError
    where it cannot be written.
    """
    asked = {"child": child, "embedder": embedder, "side": side, "images": images}
    folder = out.absolute() if out is not None else default_folder(connection, home, child)
    mark = mark_of(connection, asked)
    printed = already_there(connection, folder, mark)
    if printed is None:
        from reports.page import write
        from tracker.methods._quiet import one_blas_thread
        from tracker.study.report import make_report

        with progress() as advance, one_blas_thread():
            made = make_report(
                connection, home, child_name=child, embedder=embedder, side=side, on_step=advance
            )
        files = write(made.data, folder, images=images)
        printed = {
            **made.as_dict(),
            "out": str(folder),
            "files": [str(file.relative_to(folder)) for file in files],
        }
        again = {**printed, "computed": False, "months_computed": []}
        keep(connection, folder, mark, printed=again, files=files)
    return Written(folder, printed)


def default_folder(connection: duckdb.DuckDBPyConnection, home: Path, child: str | None) -> Path:
    """Where the report goes when nobody says."""
    from db import people
    from tracker.study.evidence import choose_child

    names = [c.person.name for c in people.all_people(connection) if c.person.relation == CHILD]
    return report_folder(home, choose_child(connection, child).name, names).absolute()


def not_told(done: int, total: int) -> None:
    """For whoever does not want to know how far it is."""
