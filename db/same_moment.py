"""Evidence counts a moment once: of the faces of one person in one moment, the best.

The best is, each rule deciding only where those before it do not:

1. the one whose photo's date is known best: a copy that a messenger stripped knows the day it was
   sent;
2. the one that the user said, then one that is confirmed, then a proposed one;
3. the one in the larger photo: an original before its smaller copy;
4. the one with the higher quality: its size up to LARGE pixels, times s / (s + SHARP) of its
   sharpness s, times 1 - |yaw|, which is 1 from the front and 0 in profile;
5. the one with the smaller id, so that the same one is taken each time.

Nothing is taken out: the others keep their names and vectors, and count if the best leaves.
"""

from __future__ import annotations

LARGE = 160
"""Pixels of a face from which more of them help no embedder here."""

SHARP = 100
"""The sharpness (variance of the Laplacian) that halves the quality; blurred faces have less."""

SET_ASIDE = f"""
    SELECT face_id, person_id, kept FROM (
        SELECT face_id, person_id, first_value(photo_id) OVER best AS kept,
            row_number() OVER best AS place
        FROM counted JOIN moments USING (photo_id)
        WINDOW best AS (
            PARTITION BY person_id, moment_id
            ORDER BY date_confidence DESC, source = 'user' DESC, state = 'confirmed' DESC,
                width::BIGINT * height DESC,
                least(size_px, {LARGE}) * sharpness / (sharpness + {SHARP}) * (1 - abs(yaw)) DESC,
                face_id
        )
    ) WHERE place > 1
"""  # noqa: S608  numbers only
"""SQL: `face_id` of the faces of `counted` that do not count, as one in the photo `kept` does.

`counted` must hold only faces that would count, with `face_id`, `person_id`, `state`, `source` and
the columns of DECIDING.
"""

DECIDING = "photo_id, date_confidence, width, height, size_px, sharpness, yaw"
"""SQL: what of `faces` and `photos` decides which face is the best."""
