"""An ingest on a real Ray of two CPUs: the rows of a local one, and nothing lost when it fails."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db.connection import open_workspace
from tests.support.command import Outcome, process, tracker
from tests.support.drawn_photos import drawn, save
from tests.support.ray_readers import DiesAlways, DiesOfPoison, DiesOnce
from tracker.errors import EngineError, UsageError
from tracker.ingest.choose import Choice
from tracker.ingest.pipeline import ingest
from tracker.ingest.ray_actor import Reader
from tracker.ingest.ray_cluster import Address, on_ray, parse_address
from tracker.ingest.summary import IngestSummary
from tracker.vision.embedders.registry import identify

try:
    import ray as ray_itself
except ImportError:
    ray_itself = None  # type: ignore[assignment]

on_a_ray = [
    pytest.mark.ray,
    pytest.mark.skipif(ray_itself is None, reason="Ray, the extra `ray`, is not installed"),
]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty drawn photos, one of them twice, and two that are none."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(20):
        taken = f"2024:03:{number + 1:02d} 12:00:00"
        save(drawn(number % 4, number), folder / f"p{number:02d}.jpg", taken=taken)
    shutil.copy(folder / "p03.jpg", folder / "z a copy.jpg")
    (folder / "short.jpg").write_bytes((folder / "p01.jpg").read_bytes()[:3000])
    (folder / "empty.jpg").touch()
    return folder


def handcrafted() -> Choice:
    nowhere = Path("/nonexistent")
    info = identify("handcrafted", weights=None, weights_dir=nowhere)
    return Choice("handcrafted", info, None, nowhere)


def take_in(
    home: Path,
    folder: Path,
    address: Address | None,
    *,
    reader: type[Reader] = Reader,
    choice: Choice | None = None,
) -> IngestSummary:
    choice = choice or handcrafted()
    with open_workspace(home, create=True) as con:
        elsewhere = on_ray(address, choice, 2, reader=reader) if address is not None else None
        return ingest(con, home, [folder], embedder=choice, elsewhere=elsewhere)


def rows(home: Path) -> dict[str, list[Any]]:
    """Every row of every table, but for the moments at which they were written."""
    with open_workspace(home) as con:
        tables = con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE NOT internal AND column_name NOT LIKE '%\\_at' ESCAPE '\\' GROUP BY ALL"
        ).fetchall()
        return {
            name: con.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY ALL").fetchall()
            for name, columns in tables
        }


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """A workspace into which this machine took the photos."""
    home = tmp_path_factory.mktemp("local") / "home"
    assert take_in(home, photos, None).photos_new == 20
    return home


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ray", Address()),
        ("ray://head", Address("head", 10001)),
        ("ray://10.0.0.7:9000", Address("10.0.0.7", 9000)),
        ("ray://[::1]:9000", Address("::1", 9000)),
    ],
)
def test_a_ray_is_named_as_ray_names_it(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["spark", "http://head", "ray://", "ray://head:port", "ray://h/x"])
def test_any_other_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no place"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [("ray", False), ("ray://localhost", False), ("ray://127.0.0.1", False), ("ray://[::1]", False),
     ("ray://192.168.1.7", True), ("ray://head.example", True)],
)  # fmt: skip
def test_it_is_known_whether_photos_would_leave_the_machine(text: str, elsewhere: bool) -> None:
    address = parse_address(text)
    assert address.is_elsewhere is elsewhere
    assert parse_address(str(address)) == address


def test_offline_no_photo_is_sent_anywhere(tmp_path: Path, photos: Path) -> None:
    home = tmp_path / "home"
    assert tracker("init", "--child", "Mia", "--born", "2024-01", home=home).code == 0
    words = ("--embedder", "handcrafted", "--on", "ray://head.example")
    told = tracker("ingest", photos, *words, home=home)
    assert told.code == 2
    assert "TRACKER_OFFLINE" in told.err


def test_an_address_where_nobody_answers_is_said_and_nothing_is_stored(
    tmp_path: Path, photos: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(EngineError, match="Nothing answers at ray://"):
            take_in(tmp_path / "home", photos, Address("127.0.0.1", taken.getsockname()[1]))
    assert take_in(tmp_path / "home", photos, None).photos_new == 20


def test_without_ray_the_command_says_how_to_install_it(tmp_path: Path, photos: Path) -> None:
    if ray_itself is not None:
        pytest.skip("Ray is installed")
    home = tmp_path / "home"
    assert process("init", "--child", "Mia", "--born", "2024-01", home=home).code == 0
    told = process("ingest", photos, "--embedder", "handcrafted", "--on", "ray", home=home)
    assert told.code == 2
    assert "Ray is not installed" in told.err
    assert "[ray]" in told.err


class TestOnThisMachine:
    pytestmark = on_a_ray

    def test_the_rows_are_those_of_a_local_ingest(
        self, tmp_path: Path, photos: Path, local: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        summary = take_in(tmp_path / "home", photos, Address())
        assert (summary.photos_new, summary.photos_known, summary.photos_rejected) == (20, 1, 2)
        assert rows(tmp_path / "home") == rows(local)
        told = capfd.readouterr()
        assert told.out == ""
        assert told.err == ""

    def test_a_photo_that_an_actor_dies_of_costs_only_itself(
        self, tmp_path: Path, photos: Path, local: Path
    ) -> None:
        folder = tmp_path / "photos"
        shutil.copytree(photos, folder)
        save(drawn(1, 99), folder / "poison.jpg")
        summary = take_in(tmp_path / "home", folder, Address(), reader=DiesOfPoison)
        assert (summary.photos_new, summary.photos_rejected) == (20, 3)
        assert [reason for path, reason in summary.rejected if "poison" in path] == [
            "The process that read it died, twice."
        ]
        assert rows(tmp_path / "home")["faces"] == rows(local)["faces"]
        # It was not the photo's fault for ever: the next ingest tries it again.
        assert take_in(tmp_path / "home", folder, None).photos_new == 1

    def test_an_actor_that_dies_of_something_else_costs_nothing(
        self, tmp_path: Path, photos: Path, local: Path
    ) -> None:
        folder = tmp_path / "photos"
        shutil.copytree(photos, folder)
        assert take_in(tmp_path / "home", folder, Address(), reader=DiesOnce).photos_new == 20
        assert rows(tmp_path / "home")["faces"] == rows(local)["faces"]

    def test_where_every_actor_dies_no_photo_is_blamed(self, tmp_path: Path, photos: Path) -> None:
        with pytest.raises(EngineError, match="died"):
            take_in(tmp_path / "home", photos, Address(), reader=DiesAlways)
        assert take_in(tmp_path / "home", photos, None).photos_new == 20


@dataclass(frozen=True)
class Cluster:
    """Its address, and the token that its clients must know."""

    address: str
    token: dict[str, str]

    def take_in(self, home: Path, folder: Path, embedder: str) -> Outcome:
        """The command: Ray keeps the first token that a process had."""
        assert process("init", "--child", "Mia", "--born", "2024-01", home=home).code == 0
        words = ("--embedder", embedder, "--on", self.address, "--json")
        return process("ingest", folder, *words, home=home, **self.token)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of one machine, this one."""
    free = []
    for _ in range(2):
        with socket.socket() as some:
            some.bind(("127.0.0.1", 0))
            free.append(some.getsockname()[1])
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16)}
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    environment = {
        **os.environ, **token, "RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(Path.cwd()),
    }  # fmt: skip
    log = tmp_path_factory.mktemp("away") / "head.txt"
    with log.open("wb") as told:
        head = subprocess.Popen(
            [*ray, "start", "--head", "--block", "--num-cpus=2", "--include-dashboard=false",
             "--object-store-memory=200000000", f"--port={free[0]}",
             f"--ray-client-server-port={free[1]}", "--min-worker-port=0",
             "--max-worker-port=0"],
            cwd=log.parent, env=environment, stdout=told, stderr=told, start_new_session=True,
        )  # fmt: skip
    end = time.monotonic() + 60
    while not answers(free[1]):
        assert head.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.2)
    yield Cluster(f"ray://127.0.0.1:{free[1]}", token)
    head.terminate()  # it ends what it started; `ray stop` would end every Ray there is
    try:
        head.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(head.pid, signal.SIGKILL)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class TestOnACluster:
    pytestmark = on_a_ray

    def test_the_photos_are_sent_and_the_rows_are_those_of_a_local_ingest(
        self, tmp_path: Path, photos: Path, local: Path, cluster: Cluster
    ) -> None:
        told = cluster.take_in(tmp_path / "home", photos, "handcrafted")
        assert told.code == 3, told.err
        assert told.values["photos_new"] == 20
        far, near = rows(tmp_path / "home"), rows(local)
        for table in ("photos", "photo_paths", "rejections", "detections", "faces", "embeddings_1"):
            assert far[table] == near[table]

    @pytest.mark.samples
    def test_an_embedder_of_ones_own_is_sent_along(
        self, tmp_path: Path, photos: Path, cluster: Cluster, samples: Path
    ) -> None:
        folder = tmp_path / "photos"
        folder.mkdir()
        shutil.copy(photos / "p01.jpg", folder)
        spec = str(next((samples / "models").glob("**/model.toml")))
        told = cluster.take_in(tmp_path / "far", folder, spec)
        assert told.code == 0, told.err
        choice = Choice(spec, identify(spec, weights_dir=tmp_path), None, tmp_path)
        take_in(tmp_path / "near", folder, None, choice=choice)
        far, near = rows(tmp_path / "far"), rows(tmp_path / "near")
        assert far["embedders"] == near["embedders"]
        assert far["embeddings_1"] == near["embeddings_1"]

    def test_something_else_that_listens_there_is_told_in_seconds(
        self, tmp_path: Path, photos: Path
    ) -> None:
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            timer = threading.Timer(60, mute.close)
            timer.start()
            with pytest.raises(EngineError, match="does not answer"):
                take_in(tmp_path / "home", photos, Address("127.0.0.1", mute.getsockname()[1]))
            assert timer.is_alive()
            timer.cancel()
