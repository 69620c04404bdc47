"""What a sidecar says of a photo."""

from __future__ import annotations

from tracker.metadata.records import Metadata
from tracker.metadata.sidecars.records import About, Sidecar


def read(sidecar: Sidecar, about: About) -> Metadata:
    """What this file says of that photo: nothing where it cannot be read. Raises nothing."""
    return Metadata()
