"""What the methods say of a child's photo-days, and whether they may be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db import runs
from db.months import View
from tracker.methods.contract import Neighbours
from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evaluate import Evaluation, Unrelated, ask
from tracker.resemblance.evidence import Codes
from tracker.resemblance.gate import Check, check_method
from tracker.resemblance.leaks import Leak, find_method_leaks
from tracker.resemblance.plan import Plan
from tracker.study.comparison import Comparison
from tracker.study.kept import Kept, days_of, fingerprint, marks_of

if TYPE_CHECKING:
    import duckdb

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """`days`: what each method that worked says of each day. `checks`: what is known of each.
    `failed`: method to the reason why it could not run. `left_out`: face id to the reason.
    `computed`: the months of age that had to be computed now."""

    days: DayMeans
    checks: dict[str, Check]
    failed: dict[str, str]
    left_out: dict[int, str]
    photos_each: int
    draws: int
    warnings: tuple[str, ...]
    computed: tuple[int, ...]


def methods_said(
    connection: duckdb.DuckDBPyConnection,
    compared: Comparison,
    *,
    child_id: int,
    embedder_id: str,
    methods: Sequence[str],
    neighbours: Neighbours,
    unrelated: Unrelated | None,
    unrelated_mark: str,
    draws: int,
    seed: int,
    checked: bool,
    on_step: OnStep | None = None,
) -> Said:
    """Ask the methods about the months that are not kept. `checked` also has them checked."""
    plan = Plan.of(compared.relatives, compared.child, draws=draws, seed=seed)
    settings = [embedder_id, list(methods), draws, seed, compared.shared_days.tolist()]
    base = fingerprint(settings, [compared.relatives])
    mark = fingerprint([base, unrelated_mark, checked, "checks"])
    view = View(child_id, embedder_id, compared.name)
    kept_checks = runs.load(connection, mark)
    evaluations: list[Evaluation] = []

    def asked(ages: Codes) -> DayMeans:
        found = ask(
            plan.only(ages),
            methods=methods,
            seed=seed,
            neighbours=neighbours,
            unrelated=unrelated if kept_checks is None else None,
            check=checked and kept_checks is None,
            on_step=on_step,
        )
        evaluations.append(found)
        return found.said

    kept: Kept = days_of(
        connection,
        view,
        marks_of(base, plan.probes),
        methods=methods,
        relatives=compared.relatives.names,
        compute=asked,
    )
    if kept_checks is None:
        if not evaluations and len(plan.probes):
            asked(np.empty(0, dtype=np.int64))
        leaks = find_method_leaks(plan.relatives, plan.probes, methods, seed) if checked else ()
        kept_checks = pack(evaluations[0] if evaluations else None, unrelated, leaks)
        runs.store(
            connection,
            fingerprint=mark,
            child_id=child_id,
            embedder_id=embedder_id,
            settings={"view": compared.name, "draws": draws, "seed": seed},
            results=kept_checks,
        )
    checks, failed = unpack(kept_checks)
    return Said(
        days=kept.days,
        checks={name: check for name, check in checks.items() if name in kept.days.methods},
        failed=failed,
        left_out=dict(zip(plan.left_out["face_id"], plan.left_out["reason"], strict=True)),
        photos_each=plan.drawn.photos_each,
        draws=len(plan.drawn.chosen),
        warnings=plan.warnings,
        computed=kept.computed,
    )


def pack(
    evaluation: Evaluation | None, unrelated: Unrelated | None, leaks: Sequence[Leak]
) -> pd.DataFrame:
    """The checks as one long frame, as `db.runs` keeps it."""
    rows: list[tuple[str, str, float | None, str]] = []
    leak_of = {who: leak.sentence for leak in leaks for who in leak.who}
    if evaluation is not None:
        owner = unrelated.owner if unrelated is not None else None
        for number, method in enumerate(evaluation.methods):
            found = check_method(
                method, evaluation.unrelated[number], owner, leak_of.get(method.name, "")
            )
            rows.append(("unit", found.name, None, found.unit))
            rows += [
                (field, found.name, getattr(found, field), "")
                for field in NUMBERS
                if getattr(found, field) is not None
            ]
            rows.append(("leak", found.name, None, found.leak))
        rows += [("failed", name, None, why) for name, why in evaluation.failed.items()]
    rows.append(("end", "", None, ""))
    return pd.DataFrame(rows, columns=["frame", "method", "value", "note"])


NUMBERS = ("accuracy", "brier", "stranger_share", "strangers", "lean", "chance", "people")


def unpack(kept: pd.DataFrame) -> tuple[dict[str, Check], dict[str, str]]:
    """The checks and failures that `pack` made the frame of."""
    failed: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    numbers: dict[str, dict[str, float]] = {}
    for frame, method, value, note in kept[["frame", "method", "value", "note"]].itertuples(
        index=False
    ):
        if frame == "failed":
            failed[method] = note
        elif frame in {"unit", "leak"}:
            words.setdefault(method, {})[frame] = note
        elif frame in NUMBERS:
            numbers.setdefault(method, {})[frame] = float(value)
    checks = {
        name: Check(
            name=name,
            unit=said["unit"],
            leak=said.get("leak") or "",
            **{field: numbers.get(name, {}).get(field) for field in NUMBERS},
        )
        for name, said in words.items()
    }
    return checks, failed
