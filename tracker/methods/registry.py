"""Which methods there are: one per file of this package, found by the file's name.

Listing reads the files' docstrings without importing them, so it costs no heavy library.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any, cast

from tracker.errors import UsageError
from tracker.methods.contract import Method

FOLDER = Path(__file__).parent
NOT_METHODS = frozenset({"contract", "registry"})


def names() -> tuple[str, ...]:
    """The names of all methods, in alphabetical order."""
    return tuple(sorted(path.stem for path in _files()))


def describe() -> tuple[tuple[str, str], ...]:
    """Name and one line of each method, in alphabetical order."""
    return tuple((path.stem, _heading(path)) for path in sorted(_files()))


def create(name: str, seed: int = 0) -> Method:
    """An unfitted method. An unknown name raises UsageError."""
    if not (name.isidentifier() and _is_method(FOLDER / f"{name}.py")):
        raise UsageError(f"there is no method called {name!r}", hint="`tracker methods` lists them")
    module = importlib.import_module(f"{__package__}.{name}")
    wanted = name.replace("_", "")
    contents: dict[str, Any] = vars(module)
    for found, kind in contents.items():
        if found.lower() == wanted:
            return cast(Method, kind(seed=seed))
    raise TypeError(f"tracker/methods/{name}.py holds no class named after it")


def unit(method: Method) -> str:
    """What a method's numbers are: "share" (0..1, sums to 1 over relatives) or "similarity"."""
    return "share" if hasattr(method, "predict_proba") else "similarity"


def _files() -> list[Path]:
    return [path for path in FOLDER.glob("*.py") if _is_method(path)]


def _is_method(path: Path) -> bool:
    return not path.stem.startswith("_") and path.stem not in NOT_METHODS and path.is_file()


def _heading(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].strip()
