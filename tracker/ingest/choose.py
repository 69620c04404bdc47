"""Which embedder an ingest uses, and getting its weights.

The workspace has an embedder of its own: the first that read a face here, before any result is
looked at; later ingests and reports keep to it until `tracker embedders use` says otherwise.
Without a choice it is FaceNet, downloaded once if that is possible; where it is not, the
hand-made features step in, and status and the doctor say so until something is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from db.embedders import has_vectors
from tracker.config import Settings
from tracker.errors import DownloadFailed, EmbedderError, UsageError, WeightsMissing
from tracker.ingest.own import Own, own_embedder, remember
from tracker.vision.embedders.contract import Embedder, EmbedderInfo
from tracker.vision.embedders.registry import DEFAULT, identify, load, names
from tracker.vision.engines import Runtime, choose
from tracker.vision.weights import PUBLISHED, fetch

if TYPE_CHECKING:
    import duckdb

FALLBACK = "handcrafted"
Say = Callable[[str], None]
OnBytes = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The embedder in use, and what networks run on. `load()` builds it, which takes a moment;
    `info` is free."""

    spec: str
    info: EmbedderInfo
    weights: Path | None
    weights_dir: Path
    notes: tuple[str, ...] = field(default=())
    on_proven: Callable[[Choice], None] | None = field(default=None, compare=False)
    runtime: Runtime = field(default_factory=choose)

    def load(self) -> Embedder:
        """Read the weights and build the network."""
        return load(
            self.spec,
            weights=self.weights,
            weights_dir=self.weights_dir,
            runtime=self.runtime,
        )

    def proven(self) -> None:
        """It has just embedded a face: what waited for that, being remembered, is done."""
        if self.on_proven is not None:
            self.on_proven(self)


def choose_embedder(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    spec: str | None,
    weights: Path | None,
    *,
    say: Say,
    on_bytes: OnBytes,
    runtime: Runtime | None = None,
) -> Choice:
    """The embedder for this ingest; it is remembered when it is `proven`.

    It runs on `runtime`; without one, on what is fastest here.

    It becomes the workspace's own if there was none or one that only stepped in; and where it
    is the own one, from another place, the new place is remembered.
    """
    runtime = runtime or choose()
    own = own_embedder(connection)
    if spec is None and weights is None:
        if own is not None:
            return _own_choice(settings, own, say, on_bytes, runtime)
        try:
            choice = _choice(settings, DEFAULT, None, say, on_bytes, runtime=runtime)
        except (DownloadFailed, WeightsMissing) as problem:
            why = " (offline)" if isinstance(problem, WeightsMissing) else ""
            note = (
                f"FaceNet's weights cannot be fetched now{why}: hand-made features, which are "
                f"weaker, stand in. Later: tracker embedders use {DEFAULT}, then ingest again."
            )
            choice = _choice(
                settings, FALLBACK, None, say, on_bytes, runtime=runtime, notes=(note,)
            )
            return replace(choice, on_proven=_remembering(connection, stepped_in=True))
    else:
        facenet = own is not None and own.spec in PUBLISHED
        default = own.spec if own is not None and (facenet or weights is None) else DEFAULT
        choice = _choice(settings, spec or default, weights, say, on_bytes, runtime=runtime)
    if own is None or own.stepped_in or own.embedder_id == choice.info.id:
        if has_vectors(connection, choice.info.id):
            _remember(connection, choice)
        else:
            return replace(choice, on_proven=_remembering(connection))
    return choice


def use_embedder(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    spec: str,
    weights: Path | None,
    *,
    say: Say,
    on_bytes: OnBytes,
) -> Choice:
    """Make an embedder the workspace's own, once it has shown that it can be loaded."""
    choice = _choice(settings, spec, weights, say, on_bytes, runtime=choose())
    choice.load()
    _remember(connection, choice)
    return choice


def identify_own(own: Own, settings: Settings) -> EmbedderInfo:
    """What the workspace's own embedder is now; an EmbedderError says how to mend it."""
    try:
        return identify(own.spec, weights=own.weights, weights_dir=settings.weights)
    except EmbedderError as error:
        raise type(error)(
            f"The workspace's own embedder, {own.embedder_id}, cannot be used now: {error}.",
            hint=f"Say where it is now: {own.give_again}. Or choose another: tracker embedders "
            "use ID",
        ) from error


def _remembering(
    connection: duckdb.DuckDBPyConnection, *, stepped_in: bool = False
) -> Callable[[Choice], None]:
    return partial(_remember, connection, stepped_in=stepped_in)


def _remember(
    connection: duckdb.DuckDBPyConnection, choice: Choice, *, stepped_in: bool = False
) -> None:
    remember(connection, Own(choice.spec, choice.weights, choice.info.id, stepped_in))


def _own_choice(
    settings: Settings, own: Own, say: Say, on_bytes: OnBytes, runtime: Runtime
) -> Choice:
    info = identify_own(own, settings)
    notes: tuple[str, ...] = ()
    if info.present and info.id != own.embedder_id:
        notes = (
            f"The file of {own.embedder_id} has changed: faces are kept apart as {info.id} now. To "
            f"keep to that: tracker embedders use {own.spec}",
        )
    return _choice(settings, own.spec, own.weights, say, on_bytes, runtime=runtime, notes=notes)


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
    runtime: Runtime,
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
    if spec not in names() and runtime.engine == "torch":
        notes = (
            *notes,
            f"torch opens no ONNX models: {info.name} is run by another engine, on the processor.",
        )
    return Choice(
        spec=spec,
        info=info,
        weights=weights,
        weights_dir=settings.weights,
        notes=notes,
        runtime=runtime,
    )
