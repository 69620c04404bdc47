"""Text that came from outside, put into a page without becoming part of it."""

from __future__ import annotations

import base64
import hashlib
import json

ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""Characters that could end a script element, or a line of one, as JSON writes them instead."""


def json_for_html(value: object) -> str:
    """`value` as JSON that may stand inside a `<script>` element of an HTML page.

    Raises:
        ValueError: a number is NaN or infinite, which JSON does not know.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(ESCAPES)


def script_for_html(script: str) -> str:
    """A script of our own or of a library that may stand inside a `<script>` element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def fingerprint(script: str) -> str:
    """The source expression that lets a Content-Security-Policy run exactly this script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def picture_address(picture: bytes) -> str | None:
    """JPEG bytes as a `data:` address; None for anything that is no JPEG."""
    if not picture.startswith(b"\xff\xd8\xff"):
        return None
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii")
