"""The workspace's own embedder, as it is remembered in the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import settings as stored

if TYPE_CHECKING:
    import duckdb

STEPPED_IN_NOTE = (
    "Faces are compared by hand-made features, which are weaker than FaceNet. Better: tracker "
    "embedders use facenet-vggface2 (--weights FILE where there is no network), then ingest your "
    "folders again."
)


@dataclass(frozen=True, slots=True)
class Own:
    """The workspace's own embedder as it was remembered. `stepped_in`: nobody chose it.

    `spec` is one of the built-in names, or the absolute path of a `model.toml`.
    """

    spec: str
    weights: Path | None
    embedder_id: str
    stepped_in: bool

    @property
    def give_again(self) -> str:
        """The command for when its file was moved."""
        if self.weights is not None:
            return f"tracker embedders use {self.spec} --weights FILE"
        if Path(self.spec).is_absolute():
            return "tracker embedders use model.toml"
        return f"tracker embedders fetch {self.spec}"


def own_embedder(connection: duckdb.DuckDBPyConnection) -> Own | None:
    """The workspace's own embedder, or None before there is one."""
    kept = stored.all_settings(connection)
    spec, embedder_id = kept.get("embedder"), kept.get("embedder_id")
    if not spec or not embedder_id:
        return None
    weights = kept.get("weights")
    return Own(
        spec,
        Path(weights) if weights else None,
        embedder_id,
        stepped_in=kept.get("embedder_stepped_in") == "yes",
    )


def remember(connection: duckdb.DuckDBPyConnection, own: Own) -> None:
    """Make it the workspace's own."""
    stored.set_(connection, "embedder", own.spec)
    stored.set_(connection, "embedder_id", own.embedder_id)
    stored.set_(connection, "weights", str(own.weights) if own.weights is not None else "")
    stored.set_(connection, "embedder_stepped_in", "yes" if own.stepped_in else "no")
