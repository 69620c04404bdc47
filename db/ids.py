"""Names of rows that follow from their content alone. Nothing here imports DuckDB."""

from __future__ import annotations

import hashlib


def face_id(sha256: str, detector: str, index: int) -> int:
    """A face's id, in [0, 2**63): the same whatever the order of ingest.

    The first 63 bits of the SHA-256 of the triple. Among a million faces the chance that any
    two share an id is 5e-8.
    """
    digest = hashlib.sha256(f"{sha256}\n{detector}\n{index}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
