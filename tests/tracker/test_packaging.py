"""What is installed is all that is there."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_is_installed() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    there = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for top in ("tracker", "db", "reports")
        for file in (ROOT / top).rglob("*.py")
    }
    assert set(setup["tool"]["setuptools"]["packages"]) == there
