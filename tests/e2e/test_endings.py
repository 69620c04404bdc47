"""However a command ends, it says so in a sentence: interrupted, nowhere to write, no memory."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Ingest
from tests.support.command import Outcome, program, tracker
from tests.support.drawn_photos import drawn, save
from tracker.study import status


def shell(line: str, home: Path, cwd: Path | None = None) -> Outcome:
    """Run `tracker` in a line of a real shell; "$@" is the program with its workspace."""
    done = subprocess.run(
        ["bash", "-c", line, "bash", *program(), "--home", str(home)],
        capture_output=True, check=False, timeout=100, cwd=cwd,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def said(told: Outcome) -> str:
    """One `error:` sentence with a hint, and no word of the unexpected."""
    assert told.err.count("error: ") == 1, told.err
    assert "hint: " in told.err, told.err
    assert "did not expect" not in told.err
    return told.err


@pytest.mark.parametrize("wait", [0.02, 0.06, 0.12, 0.2, 0.4])
def test_ctrl_c_ends_with_130_whenever_it_comes(empty: Path, wait: float) -> None:
    # The interpreter's own start, before a line of the program is read, is not the program's.
    code = "import sys; sys.stderr.write('started\\n'); sys.stderr.flush();" + program()[2]
    running = subprocess.Popen(
        [sys.executable, "-c", code, "--home", str(empty), "status"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    assert running.stderr.readline() == "started\n"
    time.sleep(wait)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    stopped = Outcome(running.returncode, out, err)
    if stopped.code != 0:  # it had finished before
        assert stopped.code == 130, stopped.err
        assert stopped.err.startswith("interrupted: ")


def test_ctrl_c_is_told_as_json_too_where_no_result_was_told(empty: Path) -> None:
    for before, told in (("", "Interrupted"), ("o.emit({'done': True});", None)):
        code = (
            "import tracker.study.status as s, tracker.cli.output as o\n"
            f"def fail(*a): {before} raise KeyboardInterrupt\n"
            "s.take_stock = fail\n" + program()[2]
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "--home", str(empty), "status", "--json"],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
        stopped = Outcome(done.returncode, done.stdout, done.stderr)
        assert stopped.code == 130
        assert stopped.values.get("error", {}).get("kind") == told
        assert stopped.values["schema_version"] == 1


def test_ctrl_c_while_the_database_fetches_a_frame_is_no_missing_library(empty: Path) -> None:
    code = (
        "import sys, importlib.abc\n"
        "class Interrupting(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pandas': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n" + program()[2]
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(empty), "status"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert Outcome(done.returncode, done.stdout, done.stderr).code == 130, done.stderr


def test_a_closed_output_is_said(empty: Path) -> None:
    told = shell('"$@" status >&-', empty)
    assert told.code == 1
    assert "output" in said(told)
    assert shell('"$@" status 2>&-', empty).code == 0
    assert shell('"$@" status <&-', empty).code == 0
    assert shell('"$@" status >&- 2>&-', empty).code == 1


@pytest.mark.parametrize("words", ["status --json", "--help"])
def test_an_output_without_room_is_said(empty: Path, words: str) -> None:
    told = shell(f'"$@" {words} >/dev/full', empty)
    assert told.code == 1, told.err
    assert "room" in said(told)


def test_errors_that_nobody_can_read_do_not_stop_the_work(empty: Path) -> None:
    told = shell('"$@" person add Rosa --relation aunt --born 2024-02 --json 2>/dev/full', empty)
    assert told.code == 0
    assert told.values["name"] == "Rosa"


def test_a_reader_that_stops_reading_is_no_error(empty: Path) -> None:
    told = shell('"$@" status | true; exit ${PIPESTATUS[0]}', empty)
    assert told.code == 0
    assert told.err == ""


def test_a_folder_that_was_deleted_under_the_command_is_said(empty: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    told = shell('rmdir "$PWD"; "$@" ingest photos', empty, cwd=gone)
    assert told.code == 2
    assert "cd" in said(told)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MemoryError, ()),
        (RuntimeError, ("[enforce fail] DefaultCPUAllocator: can't allocate memory: 12 bytes",)),
        (OSError, (12, "Cannot allocate memory")),
        (ImportError, ("libtorch.so: failed to map segment from shared object",)),
    ],
)
def test_too_little_memory_is_said(
    empty: Path, kind: type[Exception], words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise kind(*words)

    monkeypatch.setattr(status, "take_stock", fail)
    told = tracker("status", home=empty)
    assert told.code == 1
    assert "memory" in said(told)


def test_what_nobody_thought_of_is_told_as_json_too(empty: Path, tmp_path: Path) -> None:
    code = (
        "import tracker.study.status as s\n"
        "def fail(*a): raise ZeroDivisionError('by nothing')\n"
        "s.take_stock = fail\n" + program()[2]
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(empty), "status", "--json"],
        capture_output=True, check=False, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    told = Outcome(done.returncode, done.stdout, done.stderr)
    assert told.code == 1
    assert "did not expect" in told.values["error"]["message"]
    assert str(tmp_path) in told.values["error"]["hint"]
    assert told.err.count("error: ") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", ""),
        ("ingest", "", "--as", "Anna"),
        ("ingest", ".", "--weights", ""),
        ("ingest", ".", "--embedder", ""),
        ("embedders", "use", ""),
        ("person", "add", "Rosa"),
        ("report", "--no-such-option"),
        ("no-such-command",),
        ("init",),
    ],
    ids=" ".join,
)
def test_what_was_mistyped_is_an_error_in_words_and_in_json(
    empty: Path, words: tuple[str, ...]
) -> None:
    told = tracker(*words, home=empty)
    assert told.code == 2
    assert "--help" in said(told) or words[-1] == ""
    told = tracker(*words, "--json", home=empty)
    assert told.code == 2
    assert told.values["error"]["message"]
    assert told.values["error"]["hint"]


def test_every_error_is_a_whole_sentence(empty: Path, tmp_path: Path) -> None:
    for words in (
        ("ingets",),
        ("report", "--frob"),
        ("embedders", "use", "nix"),
        ("ingest", str(tmp_path), "--weights", str(tmp_path / "nix.pt")),
    ):
        sentence = said(tracker(*words, home=empty)).splitlines()[0].removeprefix("error: ")
        assert sentence[0].isupper(), sentence
        assert sentence[-1] in ".?", sentence
        assert sentence[-2] not in ".?", sentence


def test_an_empty_home_is_not_the_current_folder(tmp_path: Path) -> None:
    told = tracker("--home", "", "init", "--child", "Mia", "--born", "2024")
    assert told.code == 2
    assert "--home" in said(told)


def test_a_command_without_words_shows_its_help() -> None:
    for words in ((), ("person",)):
        told = tracker(*words)
        assert told.code == 2
        assert "Usage: " in told.out + told.err
        assert "error: " not in told.err


def test_a_mistyped_option_or_command_suggests_the_nearest(empty: Path) -> None:
    assert "--relation" in tracker("person", "add", "Eva", "--relatoin", "aunt", home=empty).err
    assert "ingest" in tracker("ingets", "x", home=empty).err


def test_a_folder_without_photos_says_what_is_in_it_and_what_is_taken(
    ingest: Ingest, tmp_path: Path
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    told = ingest(folder)
    assert told.code == 0
    assert "There is nothing in" in told.err
    for name in ("a.txt", "b.txt", "c.mp4", ".hidden.jpg"):
        (folder / name).write_bytes(b"x")
    told = ingest(folder)
    assert told.code == 0
    assert "No photos" in told.err
    assert ".jpg" in told.err
    assert ".heic" in told.err
    assert "Skipped: 2 .txt, 1 hidden, 1 video." in told.out
    told = ingest(folder, "--json")
    assert told.values["skipped"] == {".txt": 2, "hidden": 1, "video": 1}
    assert any("No photos" in w for w in told.values["warnings"])


def test_thumbnails_that_cannot_be_written_stop_nothing(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    (empty / "thumbnails").write_text("a file in its place")
    save(drawn(1), tmp_path / "a.jpg")
    told = ingest(tmp_path / "a.jpg", "--as", "Anna", "--json")
    assert told.code == 0, told.err
    assert told.values["enrolled"] == 1
    assert any("thumbnails" in w for w in told.values["warnings"])
    assert json.loads(tracker("status", "--json", home=empty).out)["faces"] == 1


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_ctrl_c_at_a_question_ends_with_130_and_a_no_changes_nothing(empty: Path) -> None:
    import pty

    for answer, code in ((b"\x03", 130), (b"n\n", 1), (b"y\n", 0)):
        pid, terminal = pty.fork()
        if pid == 0:
            words = [*program(), "--home", str(empty), "person", "remove", "Ben"]
            os.execv(words[0], words)  # noqa: S606
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, answer)
        while True:
            # Between the question and the wait for its answer Python only takes note of Ctrl-C;
            # whoever sees nothing happen presses it again.
            if not select.select([terminal], [], [], 2)[0] and answer == b"\x03":
                os.write(terminal, answer)
            try:
                more = os.read(terminal, 1000)
            except OSError:
                break
            if not more:
                break
            shown += more
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == code, shown
        assert b"Traceback" not in shown
        os.close(terminal)
