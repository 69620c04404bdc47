"""Names as other programs wrote them, made fit to be shown, asked about and compared."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Characters; what is longer is cut."""

_NO_NAMES = frozenset({"unknown", "unconfirmed", "ignored", "unnamed"})
"""What programs write for a face that has no name."""

_MARKS = dict.fromkeys(
    [0xAD, 0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
"""Characters without width, and those that turn the direction of a line around: with them one
name could look like another."""

PEOPLE = frozenset(
    {"people", "personen", "personnes", "personas", "persone", "personer", "pessoas", "osoby"}
    | {"ludzie", "lidé", "mensen", "människor", "folk", "emberek", "люди", "人物", "人"}
)
"""What digiKam calls the branch of its tags that holds people, in the user's language."""


def clean(text: str | None) -> str:
    """The name on one line, without controls and marks that nobody sees; "" where none is left."""
    if not text:
        return ""
    shown = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text[: 20 * LONGEST].translate(_MARKS)
        if unicodedata.category(character) not in {"Cs", "Cn"}
    )
    name = " ".join(shown.split())
    if name.casefold() in _NO_NAMES or not any(map(_is_seen, name)):
        return ""
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"


def of_keyword(text: str, separator: str) -> str:
    """The person of a keyword like "People/Family/Rosa", or ""."""
    parts = [part.strip() for part in text[: 20 * LONGEST].split(separator) if part.strip()]
    if parts and parts[0] == "_Digikam_root_tag_":
        parts = parts[1:]
    if len(parts) < 2 or parts[0].casefold() not in PEOPLE:
        return ""
    return clean(parts[-1])


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in "\u2800\u3164\uffa0"
