from __future__ import annotations

import subprocess
import sys

from db import photos
from db.ids import face_id


def test_a_face_is_named_after_its_content_and_place_alone() -> None:
    assert face_id("ab" * 32, "detector", 0) == face_id("ab" * 32, "detector", 0)
    ids = {face_id(sha, detector, i) for sha in ("a", "b") for detector in "de" for i in range(3)}
    assert len(ids) == 12
    assert all(0 <= one < 2**63 for one in ids)
    assert photos.face_id is face_id


def test_naming_a_face_does_not_import_the_database() -> None:
    program = "import sys, db.ids; print({'duckdb', 'pyarrow', 'numpy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
