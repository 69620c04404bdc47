"""Which embedder an ingest uses, and getting its weights.

The workspace remembers the first choice, before any result is looked at, and later ingests and
reports keep to it. Without a choice it is FaceNet, downloaded once if that is possible; where it
is not, the hand-made features step in, and that is said and remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from db import settings as stored
from tracker.ages import parse_date_argument
from tracker.config import Settings
from tracker.errors import DownloadFailed, UsageError, WeightsMissing
from tracker.vision.embedders.contract import Embedder, EmbedderInfo
from tracker.vision.embedders.registry import identify, load, names
from tracker.vision.weights import PUBLISHED, fetch

if TYPE_CHECKING:
    import duckdb

DEFAULT = "facenet-vggface2"
FALLBACK = "handcrafted"
STEPPED_IN = "embedder_stepped_in"

Say = Callable[[str], None]
OnBytes = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The embedder in use. `load()` builds it, which takes seconds; `info` is free."""

    spec: str
    info: EmbedderInfo
    weights: Path | None
    weights_dir: Path
    notes: tuple[str, ...] = field(default=())

    def load(self) -> Embedder:
        """Read the weights and build the network."""
        return load(self.spec, weights=self.weights, weights_dir=self.weights_dir)


def choose_embedder(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    spec: str | None,
    weights: Path | None,
    *,
    say: Say,
    on_bytes: OnBytes,
) -> Choice:
    """The embedder for this ingest; remembers it if the workspace had none.

    What stepped in because nothing better was at hand is nobody's choice: the first embedder that
    is named afterwards takes its place.
    """
    remembered = stored.get(connection, "embedder")
    stepped_in = False
    if spec is None and weights is None and remembered:
        remembered_weights = stored.get(connection, "weights")
        return _choice(
            settings,
            remembered,
            Path(remembered_weights) if remembered_weights else None,
            say,
            on_bytes,
        )
    if spec is None and weights is None:
        try:
            choice = _choice(settings, DEFAULT, None, say, on_bytes)
        except (DownloadFailed, WeightsMissing) as problem:
            why = " (offline)" if isinstance(problem, WeightsMissing) else ""
            note = (
                f"FaceNet's weights cannot be fetched now{why}: faces are compared by hand-made "
                f"features, which are weaker. Later: tracker ingest PATH --embedder {DEFAULT}"
            )
            stepped_in = True
            choice = _choice(settings, FALLBACK, None, say, on_bytes, notes=(note,))
    else:
        choice = _choice(settings, spec or remembered or DEFAULT, weights, say, on_bytes)
    if not remembered or stored.get(connection, STEPPED_IN) == "yes":
        stored.set_(connection, "embedder", choice.spec)
        stored.set_(connection, STEPPED_IN, "yes" if stepped_in else "no")
        stored.set_(connection, "embedder_id", choice.info.id)
        if choice.weights is not None:
            stored.set_(connection, "weights", str(choice.weights))
    return choice


def fetch_weights(embedder: str, settings: Settings, on_bytes: OnBytes) -> tuple[Path, int]:
    """Download the weights of `embedder` unless they are here: (path, bytes)."""
    entry = PUBLISHED.get(embedder)
    if entry is None:
        raise UsageError(
            f"There is nothing to fetch for {embedder!r}.",
            hint=f"Weights can be fetched for: {', '.join(PUBLISHED)}.",
        )
    if settings.offline:
        raise WeightsMissing(
            f"{embedder}'s weights are not on this machine, and TRACKER_OFFLINE forbids downloads.",
            hint="Unset TRACKER_OFFLINE, or give the file: --weights FILE. Or: --embedder "
            "handcrafted.",
        )
    path = fetch(entry, settings.weights, on_bytes)
    return path, path.stat().st_size


def _choice(
    settings: Settings,
    spec: str,
    weights: Path | None,
    say: Say,
    on_bytes: OnBytes,
    *,
    notes: tuple[str, ...] = (),
) -> Choice:
    if spec not in names():
        spec = str(Path(spec).expanduser().absolute()) if Path(spec).expanduser().exists() else spec
    weights = weights.expanduser().absolute() if weights is not None else None
    info = identify(spec, weights=weights, weights_dir=settings.weights)
    if not info.present:
        if not settings.offline:
            say(
                f"{spec}'s weights are not here yet: downloading them once. No photo leaves "
                "this machine."
            )
        fetch_weights(spec, settings, on_bytes)
        info = identify(spec, weights=weights, weights_dir=settings.weights)
    if not info.published:
        notes = (
            *notes,
            f"These are not the published weights of {info.name}: their faces are kept apart "
            f"as {info.id}.",
        )
    return Choice(spec=spec, info=info, weights=weights, weights_dir=settings.weights, notes=notes)


def parse_option_date(text: str | None, *, today: date | None = None) -> tuple[date, date] | None:
    """`--date` as (earliest, latest) day; UsageError if it lies ahead or is no date."""
    if text is None:
        return None
    earliest, latest = parse_date_argument(text)
    if earliest > (today or date.today()):
        raise UsageError(
            f"{text} lies in the future.", hint="Photos are dated in the past: --date 2024-03-09."
        )
    return earliest, latest
