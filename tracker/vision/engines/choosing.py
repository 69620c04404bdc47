"""Which engine, on which device: what was asked for, or the fastest that is installed.

On the processor OpenVINO is the fastest, then ONNX Runtime, then torch; a graphics card is
faster than all of them, and torch alone runs on it here.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tracker.errors import EngineError
from tracker.vision.engines.contract import Runtime
from tracker.vision.engines.cores import has_bf16

FASTEST_FIRST = ("openvino", "onnxruntime", "torch")
ENGINES = ("auto", "torch", "onnxruntime", "openvino")
DEVICES = ("auto", "cpu", "cuda", "mps")

SHOWN = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "torch": "torch"}

_DRIVERS = (
    "/proc/driver/nvidia/version",
    "/dev/nvidiactl",
    "/dev/nvhost-gpu",  # Jetson
    "/dev/dxg",  # Windows' own Linux
    "/dev/kfd",  # AMD: torch calls it cuda, too
    "C:/Windows/System32/nvcuda.dll",
)


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is. `engines`: each with its version, None where it is not installed; `devices`:
    each with what is known of it, None where it is not there."""

    engines: dict[str, str | None]
    devices: dict[str, str | None]

    def devices_in_words(self) -> str:
        """Such as "cpu (with bf16); no cuda, no mps"."""
        there = [f"{name} ({what})" for name, what in self.devices.items() if what is not None]
        missing = [f"no {name}" for name, what in self.devices.items() if what is None]
        return "; ".join(part for part in (", ".join(there), ", ".join(missing)) if part)


def choose(engine: str = "auto", device: str = "auto") -> Runtime:
    """What to run networks on. `device` may also be one of several cards: "cuda:1".

    Raises EngineError where the engine is not installed, the device is not there, the two do not
    go together, or a word is none of ENGINES or DEVICES.
    """
    engine, device = engine.strip().lower(), device.strip().lower()
    _check_words(engine, device)
    kind = device.partition(":")[0]
    if kind in ("cuda", "mps"):
        if engine not in ("auto", "torch"):
            raise EngineError(
                f"{SHOWN[engine]} runs on the processor here, not on {device}",
                hint=f"--device {device} goes with --engine torch; {engine} with --device cpu",
            )
        _check_installed("torch")
        _check_device(device)
        return Runtime("torch", device, "f32", f"{device} was asked for, and torch runs on it")
    if engine != "auto":
        _check_installed(engine)
        if engine == "torch" and device == "auto":
            return _torch_anywhere("torch was asked for")
        return _on_processor(engine, f"{SHOWN[engine]} was asked for")
    if device == "auto" and _is_installed("torch"):
        found = _graphics()
        if found is not None:
            return Runtime("torch", found, "f32", f"torch finds {_in_words(found)}")
    for name in FASTEST_FIRST:
        if _is_installed(name):
            return _on_processor(name, "it is the fastest on the processor that is installed")
    raise EngineError(
        "no engine is installed that could run a network",
        hint="make setup, or: pip install openvino",
    )


def choose_for_onnx() -> Runtime:
    """The fastest that opens ONNX models; raises EngineError where none is installed."""
    for name in ("openvino", "onnxruntime"):
        if _is_installed(name):
            return _on_processor(name, "it is the fastest that opens ONNX models")
    raise EngineError(
        "no engine is installed that opens ONNX models",
        hint="make setup, or: pip install openvino",
    )


def survey() -> Survey:
    """Which engines and devices there are."""
    devices: dict[str, str | None] = {"cpu": "with bf16" if has_bf16() else "without bf16"}
    for name in ("cuda", "mps"):
        there = _is_installed("torch") and (_has_cuda() if name == "cuda" else _has_mps())
        devices[name] = _in_words(name) if there else None
    return Survey({name: _version(name) for name in FASTEST_FIRST}, devices)


def _check_words(engine: str, device: str) -> None:
    if engine not in ENGINES:
        raise EngineError(
            f"there is no engine {engine!r}", hint=f"there are {', '.join(ENGINES)}: --engine auto"
        )
    if device not in DEVICES and not re.fullmatch(r"cuda:\d{1,3}", device):
        raise EngineError(
            f"there is no device {device!r}", hint=f"there are {', '.join(DEVICES)}: --device auto"
        )


def _on_processor(engine: str, reason: str) -> Runtime:
    precision = "bf16" if engine == "openvino" and has_bf16() else "f32"
    return Runtime(engine, "cpu", precision, reason)


def _torch_anywhere(reason: str) -> Runtime:
    found = _graphics()
    if found is None:
        return Runtime("torch", "cpu", "f32", reason)
    return Runtime("torch", found, "f32", f"{reason}, and it finds {_in_words(found)}")


def _check_installed(engine: str) -> None:
    if not _is_installed(engine):
        raise EngineError(
            f"the engine {engine} is not installed",
            hint=f"pip install {engine}, or leave it to the program: --engine auto",
        )


def _is_installed(engine: str) -> bool:
    try:
        return importlib.util.find_spec(engine) is not None
    except (ImportError, ValueError):  # what was put in its place says it is not there
        return False


def _version(engine: str) -> str | None:
    if not _is_installed(engine):
        return None
    try:
        return importlib.metadata.version(engine)
    except importlib.metadata.PackageNotFoundError:  # such as onnxruntime-openvino's
        return "of unknown version"


def _check_device(device: str) -> None:
    if device == "mps":
        if not _has_mps():
            raise EngineError(
                "there is no device mps: torch finds no Apple graphics here",
                hint="--device cpu, or leave it to the program: --device auto",
            )
        return
    if not _has_cuda():
        cpu_build = "+cpu" in (_version("torch") or "")
        reason = "this torch is built for the processor alone" if cpu_build else "torch finds none"
        raise EngineError(
            f"there is no device {device}: {reason}",
            hint="--device cpu, or leave it to the program: --device auto",
        )
    number = int(device.partition(":")[2] or 0)
    import torch

    count = torch.cuda.device_count()
    if number >= count:
        last = "cuda:0" if count == 1 else f"cuda:0 to cuda:{count - 1}"
        raise EngineError(f"there is no device {device}", hint=f"torch finds {last}")


def _graphics() -> str | None:
    """The graphics device to use by itself."""
    if _has_cuda():
        return "cuda"
    return "mps" if _has_mps() else None


@cache
def _has_cuda() -> bool:
    """Whether torch runs on a graphics card. torch, which takes seconds, is asked last."""
    if "+cpu" in (_version("torch") or "") or not any(Path(p).exists() for p in _DRIVERS):
        return False
    import torch

    return bool(torch.cuda.is_available())


@cache
def _has_mps() -> bool:
    if sys.platform != "darwin" or platform.machine() != "arm64":
        return False
    import torch

    return bool(torch.backends.mps.is_available())


def _in_words(device: str) -> str:
    if device == "mps":
        return "Apple graphics"
    import torch

    return torch.cuda.get_device_name(device)
