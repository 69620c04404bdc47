from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tracker.ingest import reader_jobs
from tracker.errors import EngineError, PhotoRejected
from tracker.ingest import look
from tracker.ingest.known import LASTING
from tracker.ingest.workers import LEAST_LIMIT_S, TIME_LIMIT_S, Workers
from tracker.vision.engines.cores import cores


@pytest.fixture
def pool() -> Iterator[Workers[str, str]]:
    with Workers(reader_jobs.act, count=2, time_limit=3) as workers:
        yield workers


def pid(answer: str) -> int:
    return int(answer.rpartition(" ")[2])


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_come_for_every_job_from_a_few_processes(pool: Workers[str, str]) -> None:
    answers = [future.result() for future in [pool.submit(f"job{i}") for i in range(20)]]
    assert [answer.split()[0] for answer in answers] == [f"job{i}" for i in range(20)]
    assert len({pid(answer) for answer in answers}) <= 2
    assert os.getpid() not in {pid(answer) for answer in answers}


def test_a_process_that_crashes_costs_its_photo_only(pool: Workers[str, str]) -> None:
    futures = [pool.submit(job) for job in ("a", "die", "b", "c", "die", "d")]
    results = []
    for future in futures:
        try:
            results.append(future.result().split()[0])
        except PhotoRejected as problem:
            results.append(problem.code)
    assert results == ["a", "crashed", "b", "c", "crashed", "d"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_process_that_the_system_kills_costs_its_photo_and_says_so(
    pool: Workers[str, str],
) -> None:
    with pytest.raises(PhotoRejected, match="memory ran short") as caught:
        pool.submit("be-killed").result()
    assert caught.value.code == "killed"
    assert caught.value.code not in LASTING  # it is tried again the next time
    assert pool.submit("next").result().startswith("next")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_processes_that_never_start_end_the_ingest_and_blame_no_photo() -> None:
    die = reader_jobs.die_while_starting
    with (
        Workers(reader_jobs.act, count=1, prepare=die) as workers,
        pytest.raises(EngineError, match="do not start") as caught,
    ):
        workers.submit("a").result()
    assert "--workers 1" in str(caught.value.hint)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_more_processes_than_the_system_allows_blame_no_photo() -> None:
    import resource

    with Workers(reader_jobs.act, count=2) as workers:
        assert workers.submit("a").result().startswith("a")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken = os.open(os.devnull, os.O_RDONLY)  # the lowest number that is free
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken, hard))
        try:
            os.close(taken)
            with pytest.raises(EngineError, match="do not start") as caught:
                workers.submit("b").result()  # by the process that has not been started yet
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert "fewer" in str(caught.value.hint)


def test_a_thread_that_cannot_be_started_is_said_as_a_process_that_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Workers(reader_jobs.act, count=1) as workers:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(EngineError, match="do not start"):
            workers.submit("a")
        monkeypatch.undo()


def test_what_a_process_lacks_is_said_as_it_is() -> None:
    lack = reader_jobs.find_no_engine
    with (
        Workers(reader_jobs.act, count=1, prepare=lack) as workers,
        pytest.raises(EngineError, match="is not installed") as caught,
    ):
        workers.submit("a").result()
    assert caught.value.hint == "install it"


def test_a_process_that_fails_as_it_starts_says_of_what(
    capfd: pytest.CaptureFixture[str],
) -> None:
    stumble = reader_jobs.stumble_while_starting
    with (
        Workers(reader_jobs.act, count=1, prepare=stumble) as workers,
        pytest.raises(EngineError, match="ZeroDivisionError: not by nothing"),
    ):
        workers.submit("a").result()
    assert "Traceback" not in capfd.readouterr().err


def test_a_photo_is_tried_again_when_the_process_died_of_something_else(
    pool: Workers[str, str], tmp_path: Path
) -> None:
    assert pool.submit(f"die-once {tmp_path / 'mark'}").result().startswith("die-once")


def test_a_photo_that_never_ends_is_given_up_in_time(pool: Workers[str, str]) -> None:
    pool.submit("warm").result()
    started = time.monotonic()
    with pytest.raises(PhotoRejected, match="within 3 seconds") as caught:
        pool.submit("hang").result()
    assert caught.value.code == "too-slow"
    assert time.monotonic() - started < 8
    assert pool.submit("next").result().startswith("next")


def test_both_tries_of_a_photo_share_its_time(pool: Workers[str, str]) -> None:
    with pytest.raises(PhotoRejected, match="within 3 seconds"):
        pool.submit("die-after 2.5").result()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how long one waited for a core")
def test_a_photo_is_not_given_up_because_other_programs_have_the_cores() -> None:
    with Workers(reader_jobs.act, count=1, time_limit=0.5) as workers:
        workers.submit("warm").result()
        spinning = [sys.executable, "-c", "while True: pass"]
        others = [subprocess.Popen(spinning) for _ in range(2 * cores())]
        try:
            assert workers.submit("work 0.4").result().startswith("work")
        finally:
            for other in others:
                other.kill()
                other.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
def test_no_photo_keeps_anybody_waiting_for_ten_seconds_the_start_of_the_program_included() -> None:
    start = 3.5  # of the program and of a process for the photo, while both cores are busy
    assert TIME_LIMIT_S + LEAST_LIMIT_S + start <= 10


def test_a_photo_that_eats_the_memory_is_rejected(pool: Workers[str, str]) -> None:
    with pytest.raises(PhotoRejected) as caught:
        pool.submit("eat").result()
    assert caught.value.code == "too-large"
    assert pool.submit("next").result().startswith("next")


def test_refusals_and_surprises_come_back_as_rejections(pool: Workers[str, str]) -> None:
    with pytest.raises(PhotoRejected, match=r"The file is damaged\."):
        pool.submit("refuse").result()
    with pytest.raises(PhotoRejected, match="ZeroDivisionError") as caught:
        pool.submit("raise").result()
    assert caught.value.code not in LASTING  # it may be no fault of the file's


def test_a_surprise_is_tried_again_in_a_fresh_process(
    pool: Workers[str, str], tmp_path: Path
) -> None:
    assert pool.submit(f"raise-once {tmp_path / 'mark'}").result().startswith("raise-once")


def test_a_job_that_needs_room_gets_it(pool: Workers[str, str]) -> None:
    for future in [pool.submit("room") for _ in range(4)]:
        assert future.result().startswith("room")


def test_leaving_ends_the_processes_in_the_middle_of_their_jobs() -> None:
    with Workers(reader_jobs.act, count=2, time_limit=60) as workers:
        process = pid(workers.submit("a").result())
        workers.submit("hang")
        workers.submit("hang")
        started = time.monotonic()
    assert time.monotonic() - started < 5
    wait_until(lambda: not alive(process))


def test_without_a_job_no_process_is_started() -> None:
    with Workers(reader_jobs.act, count=2) as workers:
        assert all(worker._process is None for worker in workers._workers)


def test_readers_import_neither_torch_nor_the_database() -> None:
    with Workers(reader_jobs.act, count=1) as workers:
        loaded = set(workers.submit("modules").result().split())
    assert "tracker" in loaded
    assert not loaded & {"torch", "duckdb", "pyarrow", "pandas", "typer", "onnxruntime"}
    assert look.work.__module__ in sys.modules


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
