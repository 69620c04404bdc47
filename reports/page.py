"""The report as one HTML page that needs nothing else, and its parts as files beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from . import (
    answer,
    catalogue,
    cleaning,
    confetti,
    errors,
    export,
    files,
    folder,
    frames,
    safe,
    theme,
    view,
    words,
)
from .catalogue import Drawing
from .model import ReportData


def write(data: ReportData, out: Path, *, images: bool = True) -> list[Path]:
    """Write the report into the folder `out`, made if it is not there.

    `out/index.html` is one file that works without a network and without its neighbours;
    `out/data/` has every table as CSV and Parquet; with `images`, `out/charts/` has every chart
    as SVG and PNG. Each file is replaced whole, so a report that is open stays readable. Files
    are readable by their owner only: they hold faces. What an earlier report wrote there and this
    one does not is removed; nothing else is.

    Returns:
        The files written, `index.html` first.

    Raises:
        ReportError: `out` cannot be written, there is no room, or there is an `index.html` that
            no report wrote.
    """
    data = cleaning.cleaned(data)
    drawings = catalogue.drawings(data)
    with errors.translated(out):
        folder.refuse_what_is_not_ours(out)
        files.make_folder(out)
        before = folder.written_before(out)
        written = export.write_tables(data, out / "data")
        still: dict[str, str] = {}
        if images:
            palette = view.palettes(data)["light"]
            still = export.write_pictures(drawings, palette, out / "charts")
            for name in still:
                written += [out / "charts" / f"{name}.svg", out / "charts" / f"{name}.png"]
        html = render(data, drawings, still=still)
        written.insert(0, files.put(out / "index.html", html.encode("utf-8", "backslashreplace")))
        folder.remove_leftovers(out, before, written)
        written.append(folder.record(out, written))
    return written


def render(
    data: ReportData, drawings: Mapping[str, Drawing], *, still: Mapping[str, str] | None = None
) -> str:
    """The page's HTML. `still` has SVGs by name, for readers who have scripts turned off."""
    names = [frames.clean_text(relative.name) for relative in data.relatives]
    library = safe.script_for_html(vega())
    own = safe.script_for_html(own_file("page.js"))
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {safe.fingerprint(library)} {safe.fingerprint(own)}",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(own_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "named": lambda text: words.with_names(text, names),
        "percent": words.percent,
        "long_date": words.long_date,
        "readable": words.readable,
        "sentence": words.sentence,
        "p_value": words.p_value,
        "signed": words.signed,
    }
    environment.globals["plural"] = words.plural
    who, rows = view.table(data)
    first_drawn = next(
        (name for kind in ("difference", "trend") for name in drawings if name.startswith(kind)),
        None,
    )
    return environment.get_template("template.html").render(
        data=data,
        side=data.side,
        generator=folder.GENERATOR,
        drawings=drawings,
        kinds={drawing.kind: drawing for drawing in drawings.values()},
        policy=policy,
        style=Markup(stylesheet(data)),  # noqa: S704 - our own file and colours
        library=Markup(library),  # noqa: S704 - fingerprinted in the policy
        own=Markup(own),  # noqa: S704 - fingerprinted in the policy
        island=Markup(safe.json_for_html(view.for_script(data, drawings))),  # noqa: S704 - escaped
        comparisons=view.comparisons(data),
        exemplars=view.exemplars(data),
        left_out=view.left_out(data),
        leans=view.leans(data),
        place=view.places(data),
        who=who,
        rows=rows,
        seen=view.photographed(data.coverage),
        primary=next((m for m in data.methods if m.name == data.primary_method), None),
        still=still_picture(still or {}, first_drawn),
        views=views(drawings),
        answer=answer_of(data),
        confetti=confetti.pieces() if data.side is not None and data.side.wins else [],
    )


VIEWS = {
    "parents": "the two",
    "everyone": "everyone",
    "same_age": "same age",
}
"""What a view or comparison is called on the page, by the end of its drawing's name."""


def views(drawings: Mapping[str, Drawing]) -> dict[str, list[tuple[str, str]]]:
    """For each kind of drawing that has several views: (end of the name, what it is called)."""
    return {
        kind: [(end, called) for end, called in VIEWS.items() if f"{kind}_{end}" in drawings]
        for kind in ("difference", "resemblance", "trend")
    }


def answer_of(data: ReportData) -> dict[str, object]:
    """What the page says of the resemblance score."""
    who, rows = answer.by_month(data)
    return {
        "may_be_said": answer.may_be_said(data),
        "stopping": answer.stopping(data),
        "summary": answer.summary(data),
        "reasons": answer.reasons(data),
        "facts": answer.facts(data),
        "has_strangers": answer.has_strangers(data),
        "strangers": answer.strangers(data),
        "votes": answer.votes(data),
        "shares": answer.shares(data),
        "warnings": answer.warnings(data),
        "bounds": "" if data.drift is None else answer.bounds(data.drift),
        "lead_of_score": answer.lead_of_score(data),
        "who": who,
        "rows": rows,
    }


def stylesheet(data: ReportData) -> str:
    """The page's style with its colours in front: light, dark, and light again on paper."""

    def block(palette: theme.Palette) -> str:
        return ";".join(f"--{name}:{value}" for name, value in theme.variables(palette).items())

    light, dark = view.palettes(data).values()
    return (
        f":root{{color-scheme:light;{block(light)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{"
        f":root{{color-scheme:dark;{block(dark)}}}}}\n" + own_file("page.css")
    )


def still_picture(still: Mapping[str, str], name: str | None) -> str | None:
    """The SVG called `name` as a `data:` address, if there is one."""
    if name is None or name not in still:
        return None
    coded = base64.b64encode(still[name].encode("utf-8")).decode("ascii")
    return f"data:image/svg+xml;base64,{coded}"


@cache
def vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that makes `vegaEmbed` known to the page."""
    import vl_convert

    return str(
        vl_convert.javascript_bundle(
            "window.vegaEmbed = vegaEmbed;", vl_version=export.vega_lite_version()
        )
    )


def own_file(name: str) -> str:
    """A file that lies beside this module, as text."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")
