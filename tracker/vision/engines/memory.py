"""Telling that memory ran out from whatever else a library may say."""

from __future__ import annotations

_NO_ROOM = (
    "out of memory", "not enough memory", "allocate memory", "alloc_failed", "bad_alloc",
    "bad allocation", "can't alloc", "failed to allocate", "resource temporarily unavailable",
)  # fmt: skip


def is_about_memory(error: Exception) -> bool:
    """Whether `error` says that there was no memory left.

    torch.OutOfMemoryError is a RuntimeError; Apple's graphics, the processor, OpenVINO and ONNX
    Runtime raise their own, and say it in words alone.
    """
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or any(words in text for words in _NO_ROOM)
    )
