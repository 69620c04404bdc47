"""What the review page says about its questions. Pure."""

from __future__ import annotations

from db.text import many
from tracker.identity.review_months import month_in_words
from tracker.identity.review_records import Month

CONVINCED = 0.9
"""The chance from which the tracker does not call itself unsure."""


def question_in_words(kind: str, name: str, faces: int) -> str:
    """A question of that kind (see `Question`) about so many faces."""
    return {
        "proposal": f"Is this {name}?",
        "proposals": f"Are these all {name}?",
        "waiting": f"Which of these is {name}?",
        "group": f"Who is this? {many(faces, 'face')} look alike.",
        "unknown": "Who is this?",
    }[kind]


def reason_in_words(kind: str, name: str, chance: float, month: Month | None) -> str:
    """Why it is asked. `chance` is that of whom it asks about, as it is now; `month` is one
    that may get a day by the answer, None for none."""
    if month is not None:
        return month_in_words(month)
    sure = chance >= CONVINCED
    return {
        "proposal": "The tracker thinks so. You know." if sure else "The tracker has a hunch.",
        "proposals": "The tracker is all but certain. Look for one that does not belong."
        if sure
        else "The tracker was surer before. Look closely.",
        "waiting": f"{name} is said to be in this photo; which face, the tracker cannot tell.",
        "group": "One answer names many.",
        "unknown": "Nobody has said yet who this is.",
    }[kind]
