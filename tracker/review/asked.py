"""What a request asks for and says, read strictly: numbers are numbers, and nothing is a path."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import Request

from tracker.review.bench import Bench
from tracker.review.problems import BadRequest, NotThere, TooLarge, TooSlow
from tracker.review.security import MOST_BYTES

BODY_S = 10.0
"""What a body may take to come."""

_DIGITS = re.compile(r"[0-9]{1,19}")
_FACE = re.compile(r"[0-7][0-9a-f]{15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
LARGEST = 2**63 - 1


def bench_of(request: Request) -> Bench:
    """What the application was made with."""
    bench = request.app.state.bench
    assert isinstance(bench, Bench)  # noqa: S101
    return bench


def number(text: str) -> int:
    """A face's, photo's or person's number in an address. Raises NotThere for anything else."""
    if _DIGITS.fullmatch(text) and int(text) <= LARGEST:
        return int(text)
    raise NotThere("Nothing has that number.")


def face_number(text: str) -> int:
    """A face's number, of its 16 hexadecimal digits. Raises NotThere for anything else."""
    if _FACE.fullmatch(text):
        return int(text, 16)
    raise NotThere("There is no face with that number.")


def face_numbers(text: str, *, most: int) -> tuple[int, ...]:
    """Several of them, with commas between. Raises BadRequest for too many, and NotThere."""
    values = text.split(",", most)
    if len(values) > most:
        raise BadRequest(f"`faces` has to be at most {most:,} ids.")
    return tuple(map(face_number, values))


def sha256_or_number(text: str) -> int | str:
    """A photo's number, or the hash of its content."""
    return text if _SHA256.fullmatch(text) else number(text)


def number_in(
    query: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int = LARGEST
) -> int:
    """A number in a query, brought between its bounds. Raises BadRequest for what is none."""
    text = query.get(name)
    if not text:
        return default
    if not _DIGITS.fullmatch(text):
        raise BadRequest(f"`{name}` is not a number.")
    return max(least, min(int(text), most))


async def said(request: Request) -> dict[str, Any]:
    """What a request's body says: an object. Raises BadRequest, TooLarge or TooSlow."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise TooLarge("That is more than one decision can be.")
    except TimeoutError:
        raise TooSlow("The request came too slowly.") from None
    if not body:
        return {}
    try:
        told = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadRequest("What was sent is not JSON.") from None
    if not isinstance(told, dict):
        raise BadRequest("What was sent is not an object.")
    return told


def text_in(told: Mapping[str, Any], name: str, *, most: int = 500) -> str:
    """A text that has to be there."""
    value = told.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise BadRequest(f"`{name}` has to be a text of at most {most} characters.")
    return value


def text_or_none(told: Mapping[str, Any], name: str, *, most: int = 500) -> str | None:
    """A text that may be missing, null or empty, which are the same."""
    return text_in(told, name, most=most) or None if told.get(name) is not None else None


def id_in(value: object, name: str) -> int:
    """A number as JSON has it here: a string of digits, for JavaScript has no such numbers."""
    if isinstance(value, str) and _DIGITS.fullmatch(value) and int(value) <= LARGEST:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**53:
        return value
    raise BadRequest(f"`{name}` is not a number.")


def face_ids_in(told: Mapping[str, Any], *, most: int = 2500) -> list[int]:
    """The faces that something is said of, each once, in their order; at least one."""
    values = told.get("faces")
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        raise BadRequest(f"`faces` has to be a list of 1 to {most:,} ids.")
    if not all(isinstance(value, str) for value in values):
        raise BadRequest("A face's id is a text of 16 digits.")
    return list(dict.fromkeys(map(face_number, values)))


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
