"""Every command: its help, its JSON, and how quickly it answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Ingest
from tests.support.command import process, tracker
from tests.support.drawn_photos import drawn, save
from tests.support.random_facenet import random_weights
from tracker.methods.registry import names

COMMANDS = (
    "init", "person add", "person list", "person set", "person rename", "person merge",
    "person remove", "ingest",
    "dates list", "dates show", "dates set", "dates accept", "dates undo",
    "faces list", "faces show", "faces assign", "faces reject", "faces ignore", "faces undo",
    "strictness",
    "tags list", "tags ask", "tags is", "tags ignore", "tags undo", "tags import", "export tags",
    "library list", "library moved", "library missing", "library forget",
    "cohort add", "cohort status", "cohort remove", "review", "report", "status", "methods",
    "embedders", "embedders fetch", "embedders use", "doctor", "demo", "evaluate synthetic",
    "evaluate families",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    told = tracker(*command.split(), "--help")
    assert told.code == 0
    assert "Usage: " in told.out
    assert max(map(len, told.out.splitlines())) <= 100


def test_no_command_is_without_a_test_or_a_place_in_the_readme() -> None:
    from typer.main import get_command

    from tracker.cli.commands import app

    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        found |= {f"{name} {word}" for word in inner} if inner else {name}
        if inner and command.invoke_without_command:
            found.add(name)
    assert found == set(COMMANDS)
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for command in COMMANDS:
        assert f"tracker {command}" in readme, f"README.md does not mention `tracker {command}`"


def test_every_option_takes_its_own_default() -> None:
    from typer.main import get_command

    from tracker.cli.commands import app

    commands = [get_command(app)]
    taken = 0
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        with command.make_context("tracker", [], resilient_parsing=True) as context:
            for option in command.params:
                default = option.get_default(context)
                if default is not None:
                    option.process_value(context, default)
                    taken += 1
    assert taken > 50


def test_help_answers_before_any_heavy_library_is_loaded() -> None:
    code = (
        "import sys; sys.argv = ['tracker', '--help']\n"
        "from tracker.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = set(re.findall(r"'([^']+)'", done.stderr.splitlines()[-1]))
    heavy = {"torch", "sklearn", "altair", "duckdb", "faiss", "pandas", "numpy", "PIL", "scipy"}
    assert not loaded & heavy


def test_methods_are_listed_with_a_line_each() -> None:
    told = tracker("methods")
    for name in names():
        assert re.search(rf"^{name}\s+\S.*\S$", told.out, re.MULTILINE)
    assert len(tracker("methods", "--json").values["methods"]) == len(names()) >= 12


def test_embedders_are_listed_with_their_licence() -> None:
    rows = {row["name"]: row for row in tracker("embedders", "--json").values["embedders"]}
    assert {"facenet-vggface2", "facenet-casia", "handcrafted"} <= set(rows)
    assert rows["handcrafted"]["present"] is True
    assert all(row["licence"] for row in rows.values())
    assert "licence" in tracker("embedders").out.lower() or "MIT" in tracker("embedders").out


def test_fetching_weights_offline_says_what_else_can_be_done(empty: Path) -> None:
    told = tracker("embedders", "fetch", "facenet-vggface2", home=empty)
    assert told.code == 2
    assert "--weights FILE" in told.err


def test_results_go_to_stdout_and_progress_to_stderr(ingest: Ingest, tmp_path: Path) -> None:
    save(drawn(1), tmp_path / "a.jpg")
    told = ingest(tmp_path / "a.jpg", "--as", "Anna", "--json")
    assert told.values["schema_version"] == 1
    assert "Reading photos" in told.err


def test_the_workspace_is_only_its_owners(ingest: Ingest, empty: Path, tmp_path: Path) -> None:
    save(drawn(1), tmp_path / "a.jpg")
    assert ingest(tmp_path / "a.jpg", "--as", "Anna").code == 0
    for path in (empty, *empty.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_originals_are_never_written(ingest: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "originals"
    folder.mkdir()
    save(drawn(1), folder / "a.jpg")
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}
    (folder / "a.jpg").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert ingest(folder, "--as", "Anna").code == 0
    finally:
        folder.chmod(0o700)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()} == before


def test_a_second_child_must_be_named(empty: Path) -> None:
    added = tracker(
        "person", "add", "Leo", "--relation", "child", "--born", "2020-02-29", home=empty
    )
    assert added.code == 0, added.err
    told = tracker("report", home=empty)
    assert told.code == 2
    assert "--child" in told.err
    assert "--child" not in tracker("report", "--child", "leo", home=empty).err


def test_init_twice_changes_nothing(empty: Path) -> None:
    again = tracker("init", "--child", "Mia", "--born", "2024-01-30", home=empty)
    assert again.code == 0
    other = tracker("init", "--child", "Mia", "--born", "2023-01-30", home=empty)
    assert other.code == 2
    assert "2024-01-30" in other.err


def test_the_home_folder_comes_from_the_environment_too(tmp_path: Path) -> None:
    made = process("init", "--child", "Mia", "--born", "2024", TRACKER_HOME=str(tmp_path / "place"))
    assert made.code == 0, made.err
    assert (tmp_path / "place" / "tracker.duckdb").is_file()


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_weights_that_are_not_the_published_ones_are_kept_apart_and_said(
    empty: Path, tmp_path: Path
) -> None:
    weights = random_weights(tmp_path / "weights.pt")
    for number, name in enumerate(("Anna", "Ben", "Mia")):
        save(
            drawn(1, seed=number),
            tmp_path / f"{name}.jpg",
            taken=f"2024:03:{number + 1:02} 12:00:00",
        )
        told = tracker(
            "ingest", tmp_path / f"{name}.jpg", "--as", name, "--weights", weights, "--json",
            home=empty,
        )  # fmt: skip
        assert told.code == 0, told.err
        assert re.fullmatch(r"facenet-vggface2@[0-9a-f]{8}", told.values["embedder"])
        assert told.values["faces_found"] == 1
    report = tracker("report", "--no-images", "--json", home=empty)
    assert report.code == 0, report.err
    assert "not the published weights" in report.values["embedder_note"]


@pytest.mark.samples
def test_an_onnx_model_described_by_a_toml_file_embeds_real_photos(
    empty: Path, samples: Path
) -> None:
    model = samples / "models" / "mobilefacenet-y1" / "model.toml"
    photos = sorted((samples / "photos" / "scenes").glob("*.jpg"))[:3]
    told = tracker("ingest", *photos, "--embedder", model, "--json", home=empty)
    assert told.code in {0, 3}, told.err
    assert re.fullmatch(r"mobilefacenet-y1@[0-9a-f]{8}", told.values["embedder"])
    assert told.values["faces_found"] > 0
    listed = json.loads(tracker("status", "--json", home=empty).out)["embedders"]
    assert listed[0]["licence"]
