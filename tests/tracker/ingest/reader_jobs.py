"""Jobs for the workers' tests; in a module of its own because spawned processes import it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from tracker.errors import EngineError, PhotoRejected
from tracker.ingest import decode
from tracker.ingest.look import Answer, LookJob, work
from tracker.ingest.workers import NeedsRoom


def act(job: str, alone: bool) -> str:
    """Do what the job says: one word, or a word and an argument."""
    word, _, argument = job.partition(" ")
    if word == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == "die-after":
        time.sleep(float(argument))
        os._exit(1)
    elif word == "be-killed":
        os.kill(os.getpid(), signal.SIGKILL)  # as a kernel short of memory does
    elif word == "hang":
        time.sleep(3600)
    elif word == "refuse":
        raise PhotoRejected("damaged", "The file is damaged.")
    elif word == "raise":
        raise ZeroDivisionError
    elif word == "eat":
        hoard = [bytes(50_000_000) for _ in range(200)]  # not even touched
        return str(len(hoard))
    elif word == "room" and not alone:
        raise NeedsRoom
    elif word == "sleep":
        time.sleep(float(argument))
    elif word == "work":
        until = time.process_time() + float(argument)
        while time.process_time() < until:
            pass
    elif word == "die-once":
        mark = Path(argument)
        if not mark.exists():
            mark.touch()
            os._exit(1)
    elif word == "raise-once":
        mark = Path(argument)
        if not mark.exists():
            mark.touch()
            raise RuntimeError("out of something")
    elif word == "modules":
        return " ".join(sorted({name.partition(".")[0] for name in sys.modules}))
    return f"{job} by {os.getpid()}"


def decode_bytes(job: bytes, alone: bool) -> tuple[str, int, float]:
    """Decode a photo and cut it at two scales: its format, clues to its date, and the seconds."""
    started = time.perf_counter()
    content = decode.Content(job, "")
    found = decode.decode(content, lambda w, h: 200, alone=alone)
    w, h = found.width, found.height
    regions = [decode.Region(w // 4, h // 4, w // 2 + 1, h // 2 + 1, scale) for scale in (1, 2)]
    for patch in decode.cut_regions(content, found, regions, alone=alone):
        assert patch.pixels.size
    return found.format, len(found.metadata.clues), time.perf_counter() - started


def die_while_starting() -> None:
    """A process that never gets ready."""
    os.kill(os.getpid(), signal.SIGKILL)


def stumble_while_starting() -> None:
    """A process that meets what nobody thought of."""
    raise ZeroDivisionError("not by nothing")


def find_no_engine() -> None:
    """A process that cannot get ready, and says why."""
    raise EngineError("the engine is not installed", hint="install it")


def look_or_die(job: LookJob, alone: bool) -> Answer:
    """As the pipeline's own work, but a photo called "killer" takes the process with it."""
    if b"killer" in job.path:
        os.kill(os.getpid(), signal.SIGSEGV)
    return work(job, alone)
