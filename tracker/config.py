"""Settings from the environment and the command line. The only reader of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and what is allowed.

    `home` is the workspace's folder; `offline` refuses every download.
    """

    home: Path
    offline: bool = False

    @property
    def weights(self) -> Path:
        """Where downloaded weights are kept. Shared by nothing but this workspace."""
        return self.home / "weights"

    @property
    def thumbnails(self) -> Path:
        """Small pictures of faces for the report; a cache that may be deleted."""
        return self.home / "thumbnails"


def load(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `--home` (which wins), TRACKER_HOME and TRACKER_OFFLINE."""
    named = environ.get("TRACKER_HOME", "").strip()
    chosen = home or (Path(named) if named else user_data_path("tracker", appauthor=False))
    offline = environ.get("TRACKER_OFFLINE", "").strip().lower() in TRUE_WORDS
    return Settings(home=chosen.expanduser().absolute(), offline=offline)


def can_show_pages(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether there is a screen that a browser could open a window on."""
    if platform in ("darwin", "win32"):
        return True
    return any(environ.get(name, "").strip() for name in ("DISPLAY", "WAYLAND_DISPLAY"))
