"""Taking somebody's side. It looks at the results like everybody else, and cheers.

Nothing here alters a number: it picks words, and the names of the methods that agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from reports.model import Judgement, Side
from tracker.errors import UsageError


def check_side(name: str, child: str, relatives: tuple[str, ...]) -> None:
    """Raise UsageError unless `name` is one of those whom the child is compared with."""
    if name == child:
        raise UsageError(
            f"{child} is on {child}'s own side already.",
            hint=f"Take the side of one of: {', '.join(relatives)}.",
        )
    if name not in relatives:
        raise UsageError(
            f"{name} has no photos in this comparison, so there is no side to take.",
            hint=f"tracker ingest FOLDER --as {name!r}, or take the side of one of: "
            f"{', '.join(relatives)}.",
        )


@dataclass(frozen=True, slots=True)
class Support:
    """Who backs `name`: `methods` of `total`, and `months` of `of` months of all methods. `won`
    where the verdict itself does; `silent` where nothing may be claimed by anybody."""

    name: str
    child: str
    won: bool
    methods: tuple[str, ...]
    total: int
    months: int
    of: int
    silent: bool = False


def take_side(
    name: str,
    child: str,
    *,
    judgement: Judgement | None,
    trend: pd.DataFrame,
    leads: pd.DataFrame,
    overall: pd.DataFrame,
    silent: bool = False,
) -> Side:
    """NAME's side of the story; subdued where nothing may be claimed (`silent`).

    For one of the pair, a method agrees that leans to NAME over all months, and a month in which
    it does so (frames as in `reports.model.ReportData`). For anybody else it is a method by which
    NAME comes first among everyone, and a month in which NAME does.
    """
    won = judgement is not None and judgement.winner == name
    if judgement is not None and name in {judgement.first, judgement.second}:
        sign = 1.0 if name == judgement.first else -1.0
        support = Support(
            name,
            child,
            won,
            methods=tuple(overall.loc[overall["difference"] * sign > 0, "method"]),
            total=int(overall["difference"].notna().sum()),
            months=int((leads["difference"] * sign > 0).sum()),
            of=int(leads["difference"].notna().sum()),
        )
    else:
        support = _among_everyone(name, child, trend)
    support = replace(support, silent=silent)
    return Side(
        name=name,
        cheer=cheer(support),
        lines=backing(support),
        methods=support.methods,
        honest=honest(support, judgement),
        agreeing=len(support.methods),
        total=support.total,
        months_agreeing=support.months,
        months_total=support.of,
        wins=not silent and (won or bool(support.methods)),
    )


def _among_everyone(name: str, child: str, trend: pd.DataFrame) -> Support:
    wide = trend[trend["comparison"] == "everyone"]
    if not len(wide):
        return Support(name, child, won=False, methods=(), total=0, months=0, of=0)
    by_month = wide.pivot(index=["method", "age_months"], columns="relative", values="value")
    by_month = by_month.dropna(how="all")
    by_method = by_month.groupby(level="method").mean()
    return Support(
        name,
        child,
        won=False,
        methods=tuple(by_method.index[by_method.idxmax(axis=1) == name]),
        total=len(by_method),
        months=int((by_month.idxmax(axis=1) == name).sum()),
        of=len(by_month),
    )


def cheer(support: Support) -> str:
    """The headline, as loud as the methods allow."""
    name, child, agreeing = support.name, support.child, len(support.methods)
    if support.silent:
        return f"Hold the confetti, {name}: these photos have to be sorted first"
    if support.won:
        return f"Stop the presses: {child} looks like {name}!"
    if agreeing:
        return _cheer_for_methods(name, agreeing, support.total)
    if support.months:
        return f"Dear {name}, {support.months} of {support.of} monthly verdicts were yours"
    return f"Dear {name}, {child} clearly has your sense of humour"


def _cheer_for_methods(name: str, agreeing: int, total: int) -> str:
    if agreeing == total:
        return f"{name}! Every single method says {name}!"
    if agreeing > total / 2:
        return f"The jury is in, and most of it winked at {name}!"
    noun = "method" if agreeing == 1 else "methods"
    return f"{name} was right all along, according to {agreeing} {noun}!"


def backing(support: Support) -> tuple[str, ...]:
    """What there is to be said for it, and for nothing else."""
    name, child = support.name, support.child
    if support.silent:
        return (f"What is mixed up in them might be cheering for {name}, too.",)
    lines = []
    if support.won:
        lines.append(
            "This is no longer an opinion. It survived strangers, photo-days and arithmetic."
        )
    if support.methods:
        listed = ", ".join(method.replace("_", " ") for method in support.methods)
        lines.append(f"Methods of exquisite taste: {listed}.")
        lines.append(
            f"{name} comes out ahead in {support.months} of {support.of} months of all methods. "
            "Print this page before more photos are taken."
        )
    else:
        lines.append(
            f"No method took {name}'s side this time. Resemblance is a long game: children "
            "change, and some take thirty years to turn into their grandfather."
        )
        lines.append(f"Everybody who knows {child} sees {name} in the things no camera catches.")
    return tuple(lines)


def honest(support: Support, judgement: Judgement | None) -> str:
    """The count that stands right below the cheering."""
    agreeing = len(support.methods)
    said = (
        f"Now the rest of it: {agreeing} of {support.total} methods agree with {support.name} and "
        f"{support.total - agreeing} do not; of {support.of} months of all methods, "
        f"{support.months} do and {support.of - support.months} do not."
    )
    if judgement is not None and judgement.answer:
        words = verdict_words(judgement)
        said += f" The verdict, which nobody's side can move: {support.child} {words}."
    elif judgement is not None:
        said += " There is no verdict yet, and taking sides does not make one."
    return said


def verdict_words(judgement: Judgement) -> str:
    """The verdict as the end of a sentence that begins with the child's name."""
    first, second = judgement.first, judgement.second
    return {
        "looks more like": judgement.text,
        "too close to call": f"is too close to call between {first} and {second}",
        "looks like neither": f"looks no more like {first} or {second} than a stranger might",
        "not enough days": "has not been photographed on enough days",
    }[judgement.answer]
