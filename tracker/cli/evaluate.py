"""`tracker evaluate`: does the comparison keep its promises?"""

from __future__ import annotations

import difflib
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.context import (
    DeviceOption,
    EmbedderOption,
    EngineOption,
    Json,
    WeightsOption,
    given_path,
    settings_of,
    workspace,
)
from tracker.cli.output import count, emit, note, plain, say, table, warn_all
from tracker.cli.progress import download_bar, photo_bar, step_bar
from tracker.config import Settings
from tracker.errors import DownloadFailed, UsageError, WeightsMissing

if TYPE_CHECKING:
    import pandas as pd

    from tracker.evaluation.tables import Table
    from tracker.vision.embedders.contract import Embedder
    from tracker.vision.engines import Runtime

evaluate = typer.Typer(
    no_args_is_help=True,
    help="Does the comparison keep its promises? On made-up children, or on real families.",
)

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        parser=given_path,
        help="Also write the charts (SVG, PNG), the tables (CSV) and a page (HTML) into DIR.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help="Another number draws other replicates.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(evaluate, name="evaluate")


@evaluate.command("synthetic")
def synthetic(
    replicates: Annotated[
        int,
        typer.Option("--replicates", min=1, help="Children in each scenario; a proof takes 1,000."),
    ] = 1000,
    seed: SeedOption = 0,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, max=256, help="Processes at a time. Default: one a core."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="NAME", help="Only this one; may be given again."),
    ] = None,
    out: OutOption = None,
    json: Json = False,
) -> None:
    """Make up children whose truth is known, and count how often what is said of them is right."""
    from tracker.evaluation import gates, provenance, tables
    from tracker.vision.engines.cores import cores

    scenarios = _scenarios(scenario or ())
    code = provenance.code_version()
    with _replicates_bar(len(scenarios), replicates) as advance:
        found = gates.evaluate_synthetic(
            replicates,
            scenarios=scenarios,
            seed=seed,
            jobs=jobs or cores(),
            on_replicates=advance,
        )
    met, asked = tables.passed(found)
    notes = []
    if replicates < gates.LEAST_REPLICATES:
        notes.append(
            f"{count(replicates, 'replicate')} a scenario is a glance, no proof: that takes "
            f"{gates.LEAST_REPLICATES:,}"
        )
    made = tables.of_gates(found)
    settings = {
        "seed": seed,
        "replicates": replicates,
        "trend_draws": gates.TREND_DRAWS,
        "code": code,
    }
    from reports.evidence import page

    files = _written(
        out,
        title="Does the comparison keep its promises?",
        words=[_sum(met, asked), *notes, _settings(settings)],
        drawings=lambda: page.synthetic_drawings(found),
        made=made,
        data={"gates": found},
    )
    warn_all(notes)
    if json:
        emit(
            {
                **settings,
                "scenarios": [one.name for one in scenarios],
                "gates": _rows(found),
                "gates_passed": met,
                "gates_in_all": asked,
                "files": files,
                "warnings": notes,
            }
        )
        return
    for one in made:
        _print(one)
        say()
    for file in files[-1:]:
        say(f"Charts: {plain(file)}")
    say(_sum(met, asked))


@evaluate.command("families")
def families(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            parser=given_path,
            help="Aligned faces: families/FAMILY/PERSON/, strangers/ likewise, relations.tsv.",
        ),
    ],
    embedder: EmbedderOption = None,
    weights: WeightsOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    draws: Annotated[
        int, typer.Option("--draws", min=1, max=1000, help="Draws of the parents' photos.")
    ] = 25,
    seed: SeedOption = 0,
    out: OutOption = None,
    json: Json = False,
) -> None:
    """Put real children to true parents and to strangers: who is told, and does it lean?

    Nothing is fitted to the families, and nothing is stored.
    """
    from tracker.evaluation import provenance, tables
    from tracker.evaluation.face_pictures import PictureReader
    from tracker.evaluation.families import evaluate_families, gates
    from tracker.evaluation.family_folder import read_families
    from tracker.vision.engines import choose

    notes: list[str] = []
    code = provenance.code_version()
    model = _embedder(context, embedder, weights, choose(engine, device), notes)
    with photo_bar("Reading faces") as advance:
        reader = PictureReader(model, lambda done, total: advance(done, total, None))
        read = read_families(folder.expanduser(), reader)
    note("Putting children to parents and to strangers")
    results = evaluate_families(read, draws=draws, seed=seed)
    notes += results.notes
    made = tables.of_families(results)
    asked = gates(results)
    met, measured = tables.passed(asked)
    settings = {
        "embedder": model.id,
        "seed": seed,
        "draws": draws,
        "code": code,
    }
    counts = {
        "families": results.families,
        "faces": results.faces,
        "strangers": read.cohort().size,
    }
    from reports.evidence import page

    files = _written(
        out,
        title="Real families: is a true parent told from a stranger?",
        words=[_sum(met, measured), *notes, _settings(counts | settings)],
        drawings=lambda: page.family_drawings({"aucs": results.aucs, "leans": results.leans}),
        made=made,
        data={"aucs": results.aucs, "leans": results.leans, "uniform": results.null},
    )
    warn_all(notes)
    if json:
        emit(
            {
                **settings,
                **counts,
                "aucs": _rows(results.aucs),
                "stranger_bias": _rows(results.leans),
                "uniform": _rows(results.null)[0],
                "gates": _rows(asked),
                "gates_passed": met,
                "gates_in_all": measured,
                "files": files,
                "warnings": notes,
            }
        )
        return
    say(
        plain(
            f"{count(results.families, 'family', 'families')}, {count(results.faces, 'face')}, "
            f"{count(counts['strangers'], 'stranger')}; {model.id}"
        )
    )
    say()
    for one in made:
        _print(one)
        say()
    for file in files[-1:]:
        say(f"Charts: {plain(file)}")
    say(_sum(met, measured))


def _scenarios(names: Sequence[str]) -> tuple[Any, ...]:
    """The scenarios asked for, all if none is; UsageError for a name that there is not."""
    from tracker.evaluation.gates import SCENARIOS, named

    if not names:
        return SCENARIOS
    try:
        return named(names)
    except KeyError as error:
        known = [one.name for one in SCENARIOS]
        near = difflib.get_close_matches(str(error.args[0]), known, n=1, cutoff=0.4)
        raise UsageError(
            f"There is no scenario {error.args[0]!r}.",
            hint=(f"Did you mean {near[0]!r}? " if near else "")
            + f"There are: {'; '.join(known)}.",
        ) from None


@contextmanager
def _replicates_bar(scenarios: int, replicates: int) -> Iterator[Callable[[str, int, int], None]]:
    """A bar over all replicates on a terminal, a line for each scenario elsewhere."""
    before, started = 0, time.monotonic()
    with step_bar(f"Making up {scenarios * replicates:,} children") as advance:

        def tell(name: str, done: int, total: int) -> None:
            nonlocal before, started
            advance(before + done, scenarios * total)
            if done < total:
                return
            before += total
            if not sys.stderr.isatty():
                number = before // total
                note(f"{number} of {scenarios}: {name}, {time.monotonic() - started:.0f} s")
            started = time.monotonic()

        yield tell


def _embedder(
    context: typer.Context,
    spec: str | None,
    weights: Path | None,
    runtime: Runtime,
    notes: list[str],
) -> Embedder:
    """The embedder asked for; without, the workspace's own; without that, FaceNet, or where its
    weights cannot be had the hand-made features. Nothing is remembered."""
    from tracker.ingest.choose import FALLBACK
    from tracker.vision.embedders.registry import DEFAULT

    settings = settings_of(context)
    if spec is None and weights is None:
        own = _own(context)
        if own is not None:
            return _loaded(settings, *own, runtime)
        try:
            return _loaded(settings, DEFAULT, None, runtime)
        except (DownloadFailed, WeightsMissing):
            notes.append(
                "FaceNet's weights are not here, so the hand-made features were measured; another: "
                "tracker evaluate families DIR --embedder ID|model.toml"
            )
            return _loaded(settings, FALLBACK, None, runtime)
    return _loaded(settings, spec or DEFAULT, weights, runtime)


def _own(context: typer.Context) -> tuple[str, Path | None] | None:
    from db.errors import WorkspaceMissing
    from tracker.ingest.own import own_embedder

    try:
        with workspace(context) as connection:
            own = own_embedder(connection)
    except WorkspaceMissing:
        return None
    return None if own is None else (own.spec, own.weights)


def _loaded(settings: Settings, spec: str, weights: Path | None, runtime: Runtime) -> Embedder:
    from tracker.ingest.choose import fetch_weights
    from tracker.vision.embedders.registry import identify, load

    weights = weights.expanduser().absolute() if weights is not None else None
    if not identify(spec, weights=weights, weights_dir=settings.weights).present:
        with download_bar("FaceNet weights") as advance:
            fetch_weights(spec, settings, advance)
    return load(spec, weights=weights, weights_dir=settings.weights, runtime=runtime)


def _written(
    out: Path | None,
    *,
    title: str,
    words: Sequence[str],
    drawings: Callable[[], Any],
    made: Sequence[Table],
    data: dict[str, pd.DataFrame],
) -> list[str]:
    """The files written into `out`, the page last; none without."""
    if out is None:
        return []
    from reports.evidence import page

    files = page.write(
        out.expanduser().absolute(),
        title=title,
        words=words,
        drawings=drawings(),
        tables=[page.Listing(one.title, one.header, one.rows) for one in made],
        data=data,
    )
    return [str(file) for file in files]


def _print(one: Table) -> None:
    say(one.title)
    say("\n".join(f"  {line}" for line in table(one.header, one.rows).splitlines()))


def _sum(met: int, asked: int) -> str:
    return f"{met} of {asked} gates passed"


def _settings(values: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: what is not finite is null."""
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]
