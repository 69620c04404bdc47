"""What goes wrong costs only itself, and says so in a sentence with a way out."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import time
import zlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from db import DATABASE
from tests.e2e.conftest import Ingest
from tests.support.command import Outcome, process, program, tracker
from tests.support.drawn_photos import crowd, drawn, save

ONE_FACE = drawn(1, seed=3)


def hinted(outcome: Outcome) -> str:
    """Every error is one `error:` sentence followed by a `hint:`."""
    lines = outcome.err.splitlines()
    assert sum(line.startswith("error: ") for line in lines) == 1, outcome.err
    assert any(line.startswith("hint: ") for line in lines), outcome.err
    return outcome.err


def bomb() -> bytes:
    """A small PNG that claims to be 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


def test_bad_files_cost_only_themselves_and_are_listed(ingest: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    save(ONE_FACE, folder / "good.jpg")
    whole = (folder / "good.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "letter.jpg").write_text("Dear Mia")
    (folder / "bomb.png").write_bytes(bomb())
    told = ingest(folder, "--as", "Anna", "--json")
    assert told.code == 3
    values = told.values
    assert values["photos_seen"] == 5
    assert values["photos_new"] == 1
    assert values["photos_rejected"] == 4
    reasons = {Path(r["path"]).name: r["reason"] for r in values["rejected"]}
    assert set(reasons) == {"truncated.jpg", "empty.jpg", "letter.jpg", "bomb.png"}
    assert len(set(reasons.values())) == 4  # each says what is wrong with that one
    assert all(reasons.values())


def test_rejected_photos_are_named_in_words_and_again_later(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    told = ingest(tmp_path / "broken.jpg")
    assert told.code == 3
    assert "broken.jpg: " in told.out
    assert ingest(tmp_path / "broken.jpg").code == 3
    assert "broken.jpg" in tracker("status", "--rejected", home=empty).out


def test_a_photo_without_a_date_is_kept_and_listed_as_undated(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    save(ONE_FACE, tmp_path / "undated.jpg", taken=None)
    told = ingest(tmp_path / "undated.jpg", "--as", "Mia", "--json")
    assert told.code == 0
    assert told.values["photos_new"] == 1
    stock = tracker("status", "--json", home=empty).values
    assert stock["undated"] == 1
    reason = stock["problems"][0]["reason"]
    assert reason.startswith("the photo has no date: only that it is not newer than ")
    assert "tracker dates accept" in reason


def test_a_photo_without_a_face_is_kept(ingest: Ingest, tmp_path: Path) -> None:
    save(drawn(0), tmp_path / "hills.jpg")
    told = ingest(tmp_path / "hills.jpg", "--as", "Mia", "--json")
    assert told.code == 0
    assert told.values["faces_found"] == 0
    assert told.values["photos_without_face"] == 1


def test_in_a_photo_of_thirty_nobody_is_named_by_guessing(ingest: Ingest, tmp_path: Path) -> None:
    save(crowd(), tmp_path / "class.jpg")
    told = ingest(tmp_path / "class.jpg", "--as", "Mia", "--json")
    assert told.values["faces_found"] >= 28
    assert told.values["enrolled"] == 0
    assert told.values["waiting"] == 1


HOSTILE = (
    'it\'s "quoted".jpg',
    "new\nline.jpg",
    "</script><script>alert(1)<.jpg".replace("/", "\u2215"),
    "\x1b[31mred.jpg",
    "-rf.jpg",
    "\u202eгпж.jpg",
)


def test_hostile_file_names_are_ordinary_files(ingest: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for number, name in enumerate(HOSTILE):
        save(drawn(1, seed=number), folder / name)
        (folder / f"bad {name}").write_bytes(b"no photo")
    with open(os.fsencode(folder) + b"/\xff\xfe.jpg", "wb") as file:  # noqa: PTH123
        file.write(b"no photo")
    told = ingest(folder, "--as", "Anna")
    assert told.code == 3
    assert f"{2 * len(HOSTILE) + 1} photos: {len(HOSTILE)} new" in told.out
    assert "\x1b" not in told.out + told.err
    assert "\u202e" not in told.out + told.err


@pytest.mark.parametrize(
    "name",
    ['Anna "the boss"', "Anna\nB", "</script><script>alert(1)</script>", "Åsa 👶", "a" * 200],
)
def test_any_name_can_be_given_to_a_person(empty: Path, name: str) -> None:
    added = tracker("person", "add", name, "--relation", "aunt", home=empty)
    assert added.code == 0, added.err
    names = [p["name"] for p in tracker("person", "list", "--json", home=empty).values["people"]]
    assert name in names
    assert len(tracker("person", "list", home=empty).out.splitlines()) == 5  # a line each


def test_a_birth_date_in_the_future_is_refused(tmp_path: Path) -> None:
    told = tracker("init", "--child", "Mia", "--born", "2999-01-01", home=tmp_path / "w")
    assert told.code == 2
    assert "future" in hinted(told)


@pytest.mark.parametrize("date", ["yesterday", "2024-13-01", "2023-02-29", "", "24-1-1"])
def test_what_is_no_date_is_refused_with_an_example(tmp_path: Path, date: str) -> None:
    told = tracker("init", "--child", "Mia", "--born", date, home=tmp_path / "w")
    assert told.code == 2
    assert "2024-03-09" in hinted(told)


@pytest.mark.parametrize("date", ["2024-03-09", "2024-03", "2024"])
def test_a_date_may_be_a_day_a_month_or_a_year(tmp_path: Path, date: str) -> None:
    told = tracker("init", "--child", "Mia", "--born", date, home=tmp_path / "w")
    assert told.code == 0, told.err


def test_an_unknown_person_suggests_the_nearest_name(ingest: Ingest, tmp_path: Path) -> None:
    save(ONE_FACE, tmp_path / "a.jpg")
    told = ingest(tmp_path / "a.jpg", "--as", "Ana")
    assert told.code == 2
    assert "Anna" in hinted(told)


def test_the_same_person_twice_is_refused(empty: Path) -> None:
    told = tracker("person", "add", " anna ", "--relation", "mother", home=empty)
    assert told.code == 2
    assert "Anna" in hinted(told)


def test_a_path_that_is_not_there_is_listed_and_the_others_go_on(
    ingest: Ingest, tmp_path: Path
) -> None:
    save(ONE_FACE, tmp_path / "a.jpg")
    told = ingest(tmp_path / "gone.jpg", tmp_path / "a.jpg", "--json")
    assert told.code in {2, 3}
    assert "gone.jpg" in told.out + told.err
    if told.code == 3:
        assert told.values["photos_new"] == 1


def test_no_workspace_yet_says_how_to_make_one(tmp_path: Path) -> None:
    for words in (("status",), ("report",), ("person", "list"), ("ingest", str(tmp_path))):
        told = tracker(*words, home=tmp_path / "nothing")
        assert told.code == 2
        assert "tracker init" in hinted(told)


def test_a_report_without_photos_says_what_to_do_next(empty: Path) -> None:
    told = tracker("report", home=empty)
    assert told.code == 1
    assert "tracker ingest" in hinted(told)


def test_a_report_with_one_relative_says_whom_it_needs(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    save(ONE_FACE, tmp_path / "a.jpg")
    save(drawn(1, seed=5), tmp_path / "m.jpg")
    assert ingest(tmp_path / "a.jpg", "--as", "Anna").code == 0
    assert ingest(tmp_path / "m.jpg", "--as", "Mia").code == 0
    told = tracker("report", home=empty)
    assert told.code == 1
    assert "Ben" in hinted(told)


def test_an_unknown_embedder_names_the_known_ones(ingest: Ingest, empty: Path) -> None:
    told = tracker("ingest", empty, "--embedder", "facenet", home=empty)
    assert told.code == 2
    assert "facenet-vggface2" in hinted(told)


def test_an_embedder_of_another_dimension_under_a_known_id_is_refused(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    save(ONE_FACE, tmp_path / "a.jpg")
    model = tiny_model(tmp_path / "model", says=128, gives=64)
    told = tracker("ingest", tmp_path / "a.jpg", "--embedder", model, home=empty)
    assert told.code == 2
    message = hinted(told)
    assert "128" in message
    assert "64" in message
    assert tracker("status", "--json", home=empty).values["embedders"] == []


def tiny_model(folder: Path, *, says: int, gives: int) -> Path:
    """A real ONNX network that gives `gives` numbers and a description that promises `says`."""
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir()
    weights = np.random.default_rng(0).normal(size=(3, gives)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["crops"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["vectors"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("crops", TensorProto.FLOAT, ["n", 3, 112, 112])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", gives])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "tiny.onnx")
    (folder / "model.toml").write_text(MODEL_TOML.format(dim=says))
    return folder / "model.toml"


MODEL_TOML = """\
name = "tiny"
file = "tiny.onnx"
licence = "MIT"
source = "made by a test"
dim = {dim}
input_size = [112, 112]
colour = "RGB"
mean = [0.0, 0.0, 0.0]
scale = 1.0
alignment = "arcface-112"
"""


def test_a_second_process_is_told_who_holds_the_workspace(empty: Path) -> None:
    holder = subprocess.Popen(
        [*program()[:2], HOLD, str(empty), "ingest"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = tracker("status", home=empty)
        assert told.code == 4
        assert f"process {holder.pid}, which is taking photos in" in hinted(told)
    finally:
        holder.kill()
        holder.wait()
    assert tracker("status", home=empty).code == 0


HOLD = """
import sys, time
from pathlib import Path
from db.connection import open_workspace
with open_workspace(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_damaged_workspace_is_said_and_kept(empty: Path) -> None:
    database = empty / DATABASE
    database.write_bytes(b"\0" * 20_000)
    told = tracker("status", home=empty)
    assert told.code == 5
    hinted(told)
    assert database.read_bytes() == b"\0" * 20_000
    assert tracker("doctor", home=empty).code == 1


def test_a_read_only_workspace_is_said(empty: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        empty.chmod(0o500)
        told = process("person", "add", "Rosa", "--relation", "aunt", home=empty)
    else:  # root may write anywhere: look at it as somebody else
        (empty / DATABASE).chmod(0o444)
        for folder in (empty, *empty.parents):
            if folder == Path("/tmp"):
                break
            folder.chmod(0o755)
        told = as_nobody("person", "add", "Rosa", "--relation", "aunt", home=empty)
    assert told.code == 1
    assert "--home" in hinted(told)


def as_nobody(*arguments: str, home: Path) -> Outcome:
    """Run the program without the rights of the superuser."""
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *program()]
    done = subprocess.run(
        [*words, "--home", str(home), *arguments], capture_output=True, check=False, text=True,
        env={**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    if "Permission denied" in done.stderr and "setpriv" in done.stderr:
        pytest.skip("Python cannot be run as another user here")
    if "ModuleNotFoundError" in done.stderr or "Fatal Python error" in done.stderr:
        pytest.skip("another user cannot read this checkout")
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow("two ingests more, of what the ingest's own tests hold")
def test_a_full_disk_is_said_and_what_was_stored_is_kept(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    save(ONE_FACE, tmp_path / "a.jpg")
    assert ingest(tmp_path / "a.jpg", "--as", "Anna").code == 0
    for number in range(3):
        save(drawn(1, seed=50 + number), tmp_path / f"b{number}.jpg")
    limit = 1024  # not even the journal of what is new has room
    full = process_limited(limit, "ingest", *map(str, tmp_path.glob("b*.jpg")), home=empty)
    assert full.code == 1, full.err
    assert "disk" in hinted(full).lower() or "room" in full.err
    assert tracker("status", "--json", home=empty).values["photos"] == 1
    assert ingest(tmp_path, "--json").values["photos_new"] == 3


def process_limited(limit: int, *arguments: str, home: Path) -> Outcome:
    """Run the program where no file may grow beyond `limit` bytes, as on a full disk."""
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "from tracker.cli import main; main()"
    )
    done = subprocess.run(
        [program()[0], "-c", code, "--home", str(home), *arguments],
        capture_output=True, check=False, text=True, timeout=200,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow("160 photos, of what the ingest's own tests hold")
def test_an_interrupted_ingest_goes_on_where_it_was(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    held = io.BytesIO()
    Image.fromarray(drawn(1)).save(held, "JPEG", quality=80)
    many = 160  # stored in batches: most are still to be done when the first batch is in
    for number in range(many):
        (folder / f"{number:03}.jpg").write_bytes(held.getvalue() + bytes([number]))
    words = ["--home", str(empty), "ingest", str(folder), "--embedder", "handcrafted"]
    running = subprocess.Popen(
        [*program(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    thumbnails = empty / "thumbnails"
    for _ in range(600):
        if thumbnails.is_dir() and any(thumbnails.rglob("*.jpg")):
            break
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    stopped = Outcome(running.returncode, out, err)
    assert stopped.code == 130
    assert "goes on from there" in stopped.err
    kept = tracker("status", "--json", home=empty).values["photos"]
    rest = ingest(folder, "--json").values
    assert kept + rest["photos_new"] == many
    assert kept > 0


def test_an_ingest_that_a_service_manager_ends_says_so_as_after_ctrl_c(
    empty: Path, tmp_path: Path
) -> None:
    code = (
        "import os, signal, tracker.ingest.pipeline as p\n"
        "p.ingest = lambda *a, **k: os.kill(os.getpid(), signal.SIGTERM)\n" + program()[2]
    )
    words = ["--home", str(empty), "ingest", str(tmp_path), "--embedder", "handcrafted"]
    done = subprocess.run(
        [program()[0], "-c", code, *words], capture_output=True, check=False, text=True
    )
    assert done.returncode == 130
    assert "goes on from there" in done.stderr


def test_a_wrong_option_is_a_usage_error(empty: Path) -> None:
    assert tracker("report", "--colour", "red", home=empty).code == 2
    assert tracker("no-such-command", home=empty).code == 2
    assert tracker("init", home=empty).code == 2


def test_an_error_is_json_too_when_json_was_asked_for(empty: Path) -> None:
    told = tracker("report", "--json", home=empty)
    assert told.code == 1
    assert told.values["error"]["hint"]


def test_the_demo_names_its_own_folder_where_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracker-demo").mkdir()
    (tmp_path / "tracker-demo" / "letter.txt").write_text("Dear Mia")
    told = tracker("demo")
    assert told.code == 2
    assert str(tmp_path / "tracker-demo") in hinted(told)


def test_the_demo_does_not_write_into_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Mia")
    told = tracker("demo", "--out", tmp_path)
    assert told.code == 2
    hinted(told)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_the_demo_does_not_mix_two_families_in_one_workspace(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text(
        '{"seed": 0, "flat": false, "share_of_first_by_month": [0.5, 0.5]}'
    )
    told = tracker("demo", "--flat", "--months", "2", "--out", tmp_path)
    assert told.code == 2
    assert "another family" in hinted(told)
    assert [p.name for p in tmp_path.iterdir()] == ["truth.json"]
