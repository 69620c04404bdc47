"""Family words: how someone is related to the child, and what that says about their sex."""

from __future__ import annotations

import difflib

from tracker.errors import UsageError

SEX_OF = {
    "mother": "f",
    "father": "m",
    "grandmother": "f",
    "grandfather": "m",
    "great-grandmother": "f",
    "great-grandfather": "m",
    "sister": "f",
    "brother": "m",
    "aunt": "f",
    "uncle": "m",
    "half-sister": "f",
    "half-brother": "m",
}
"""Relations that say the sex by themselves."""

NEUTRAL = ("parent", "grandparent", "sibling", "cousin", "relative")
CHILD = "child"
UNRELATED = "unrelated"
RELATIONS = (*SEX_OF, *NEUTRAL, CHILD, UNRELATED)
PARENTS = frozenset({"mother", "father", "parent"})
ELDERS = PARENTS | {word for word in RELATIONS if "grand" in word}
"""Those of whom the child descends."""

SPOKEN = {
    "mum": "mother", "mom": "mother", "mama": "mother", "mummy": "mother", "mommy": "mother",
    "dad": "father", "papa": "father", "daddy": "father",
    "grandma": "grandmother", "granny": "grandmother", "nana": "grandmother", "oma": "grandmother",
    "grandpa": "grandfather", "granddad": "grandfather", "opa": "grandfather",
    "daughter": "child", "son": "child", "baby": "child",
    "stranger": "unrelated", "friend": "unrelated", "none": "unrelated",
}  # fmt: skip
"""What people type, and the word it is kept under."""


def parse_relation(text: str) -> str:
    """The relation meant by `text`; UsageError with the nearest word if there is none."""
    word = "-".join(text.strip().lower().split())
    word = SPOKEN.get(word, word)
    if word in RELATIONS:
        return word
    near = difflib.get_close_matches(word, [*RELATIONS, *SPOKEN], n=1)
    suggestion = f"Did you mean {SPOKEN.get(near[0], near[0])}? " if near else ""
    raise UsageError(
        f"{text!r} is not a relation the tracker knows.",
        hint=f"{suggestion}Use one of: {', '.join(RELATIONS)}.",
    )


def parse_sex(text: str | None, relation: str) -> str | None:
    """ "f", "m" or None; taken from the relation when it says so and nothing was given."""
    implied = SEX_OF.get(relation)
    if text is None:
        return implied
    word = text.strip().lower()[:1]
    if word not in {"f", "m"}:
        raise UsageError(f"{text!r} is not a sex the tracker can use.", hint="Give f or m.")
    if implied and word != implied:
        raise UsageError(
            f"{with_article(relation).capitalize()} with --sex {word} contradicts itself.",
            hint="Leave --sex out.",
        )
    return word


def with_article(relation: str) -> str:
    """ "a mother", "an aunt"; "someone unrelated"."""
    if relation == UNRELATED:
        return f"someone {relation}"
    return f"an {relation}" if relation[:1] in "aeiou" else f"a {relation}"
