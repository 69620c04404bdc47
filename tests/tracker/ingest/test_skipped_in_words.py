"""What an ingest skipped, in a line."""

from __future__ import annotations

from collections import Counter

from tracker.ingest.summary import IngestSummary


def in_words(**kinds: int) -> str:
    counted = Counter({kind.replace("_", " "): number for kind, number in kinds.items()})
    return IngestSummary(0, 0, 0, 0, 0, 0, 0.0, skipped=counted).skipped_in_words


def test_kinds_agree_with_their_number() -> None:
    assert in_words(video=1, link=1) == "1 link, 1 video"
    assert in_words(video=2, sidecar_of_a_video=3) == "3 sidecars of videos, 2 videos"
    assert in_words(**{"album's description": 4, ".gif": 2, "hidden": 1200}) == (
        "2 .gif, 4 albums' descriptions, 1,200 hidden"
    )
