"""Writes the drawn family's album: dated JPEGs in one folder per person, and the truth beside."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from PIL import Image

from tracker.demo import draw
from tracker.demo.family import CIRCLES, CROSSING, Circle, Member, Plan, Shot, plan
from tracker.errors import TrackerError, UsageError

PHOTOS = "photos"
TRUTH = "truth.json"
QUALITY = 90
_ORIENTATION, _SOFTWARE, _EXIF, _ORIGINAL, _DIGITIZED = 0x0112, 0x0131, 0x8769, 0x9003, 0x9004


@dataclass(frozen=True, slots=True)
class AlbumPerson:
    """A relative of the child and the folder of their photos."""

    name: str
    relation: str
    sex: str
    born: date
    folder: Path


@dataclass(frozen=True, slots=True)
class Album:
    """What was written, and what is true of it.

    `people` are the relatives, the two parents first; `parties` is a folder of photos with
    several faces, of whom nothing is said; in the folders of `strangers` nobody is related to the
    child. `truth[m]` is the first relative's share in the child's looks in month m of age, in
    [0, 1], the second's being the rest; `crossing_month` is the age in months at which it passes
    one half, None if it never does.
    """

    child: str
    born: date
    sex: str
    child_folder: Path
    people: tuple[AlbumPerson, ...]
    parties: Path
    strangers: tuple[Circle, ...]
    photos: int
    truth: tuple[float, ...]
    crossing_month: float | None
    truth_in_words: str
    truth_path: Path


def write(
    folder: Path,
    *,
    seed: int = 0,
    flat: bool = False,
    months: int = 24,
    on_progress: Callable[[int, int], None] | None = None,
) -> Album:
    """Draw the family of `seed` into `folder`/photos and the truth into `folder`/truth.json.

    `flat` draws a child who takes after both parents equally throughout. `on_progress(done,
    total)` is called from this thread after each photo. What an earlier call wrote there is
    replaced; other files are left alone. UsageError for months outside 1 to 24, TrackerError when
    the folder cannot be written.
    """
    if not 1 <= months <= 24:
        raise UsageError(f"{months} months cannot be drawn.", hint="Choose from 1 to 24 months.")
    planned = plan(seed=seed, flat=flat, months=months)
    album = _describe(folder, planned, flat=flat)
    try:
        _forget_earlier(folder)
        _write_truth(album, planned, seed=seed, flat=flat)
        for name in sorted({Path(shot.path).parent for shot in planned.shots}):
            (folder / PHOTOS / name).mkdir(parents=True, exist_ok=True)
        total = len(planned.shots)
        with _drawing_processes() as pool:
            jobs = pool.map(partial(_save_in, folder / PHOTOS), planned.shots, chunksize=4)
            try:
                for done, _ in enumerate(jobs, 1):
                    if on_progress is not None:
                        on_progress(done, total)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
    except OSError as error:
        raise TrackerError(
            f"The album cannot be written to {folder}: {error.strerror or error}.",
            hint="Name a folder that you may write to, with 100 MB free.",
        ) from error
    except BrokenProcessPool as error:
        raise TrackerError(
            "The album is not finished: a process that was drawing it was ended from outside.",
            hint="Most likely memory ran out; close something and run the same command again.",
        ) from error
    return album


def _drawing_processes() -> ProcessPoolExecutor:
    """Processes and not threads: much of the drawing is small steps that hold Python's lock.

    They are started afresh (a forked copy of a process that runs torch or DuckDB is unsafe), and
    leave Ctrl-C to this one.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return ProcessPoolExecutor(
        max_workers=min(4, cores),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


def _save_in(photos: Path, shot: Shot) -> None:
    save(shot, photos / shot.path)


def save(shot: Shot, path: Path) -> None:
    """Draw one photo and write it as a JPEG with its EXIF and file times."""
    pixels = draw.scene(shot.sitters, size=shot.size, seed=shot.seed, shot=shot.camera)
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[_SOFTWARE] = "tracker demo"
    if shot.exif:
        when = f"{shot.taken:%Y:%m:%d %H:%M:%S}"
        exif.get_ifd(_EXIF).update({_ORIGINAL: when, _DIGITIZED: when})
    if shot.orientation == 6:  # stored turned: the viewer turns it a quarter clockwise
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[_ORIENTATION] = 6
    image.save(path, "JPEG", quality=QUALITY, exif=exif)
    if shot.dated:
        os.utime(path, (shot.taken.timestamp(),) * 2)


def _describe(folder: Path, planned: Plan, *, flat: bool) -> Album:
    photos = folder / PHOTOS
    child, relatives = planned.child, planned.relatives
    return Album(
        child=child.name,
        born=child.born,
        sex=child.sex,
        child_folder=photos / child.name,
        people=tuple(
            AlbumPerson(m.name, m.relation, m.sex, m.born, photos / m.name) for m in relatives
        ),
        parties=photos / "parties",
        strangers=tuple(replace(c, folder=photos / c.folder) for c in CIRCLES),
        photos=len(planned.shots),
        truth=planned.truth,
        crossing_month=planned.crossing_month,
        truth_in_words=_in_words(child, relatives, planned, flat=flat),
        truth_path=folder / TRUTH,
    )


def _in_words(child: Member, relatives: tuple[Member, ...], planned: Plan, *, flat: bool) -> str:
    mother, father = relatives[0].name, relatives[1].name
    if flat:
        return f"{child.name} was drawn half {mother} and half {father} in every month."
    first, last = planned.truth[0], planned.truth[-1]
    if planned.crossing_month is None:
        nearer = mother if first > 0.5 else father
        return f"{child.name} was drawn nearer to {nearer} in every month."
    return (
        f"{child.name} was drawn {1 - first:.0%} {father} at birth and {last:.0%} {mother} in "
        f"month {len(planned.truth) - 1}; {mother} takes the lead at {CROSSING:.0f} months."
    )


def _write_truth(album: Album, planned: Plan, *, seed: int, flat: bool) -> None:
    album.truth_path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {
            "schema_version": 1,
            "in_words": album.truth_in_words,
            "child": album.child,
            "born": str(album.born),
            "first": album.people[0].name,
            "second": album.people[1].name,
            "share_of_first_by_month": [round(value, 4) for value in album.truth],
            "crossing_month": album.crossing_month,
            "seed": seed,
            "flat": flat,
            "files": [shot.path for shot in planned.shots],
        },
        indent=1,
    )
    album.truth_path.write_text(text + "\n", encoding="utf-8")


def _forget_earlier(folder: Path) -> None:
    """Remove the photos that an earlier call wrote: two families must not mix."""
    try:
        files = json.loads((folder / TRUTH).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    photos = (folder / PHOTOS).resolve()
    for name in files if isinstance(files, list) else []:
        path = (photos / str(name)).resolve()
        if path.is_relative_to(photos) and path.suffix == ".jpg":
            path.unlink(missing_ok=True)
