"""What runs the networks: the fastest that is there, or what was asked for, or a clear line."""

from __future__ import annotations

import importlib.util
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.tiny_onnx import SIDE, tiny_model
from tracker.errors import EngineError, WeightsInvalid
from tracker.vision.engines import Runtime, choose, choosing, cores, open_graph, survey

OPENING = ("openvino", "onnxruntime")


def only(monkeypatch: pytest.MonkeyPatch, *installed: str) -> None:
    """As if no other engine were installed."""
    real = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> Any:
        hidden = name in choosing.FASTEST_FIRST and name not in installed
        return None if hidden else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)


def graphics(monkeypatch: pytest.MonkeyPatch, **there: bool) -> None:
    monkeypatch.setattr(choosing, "_has_cuda", lambda: there.get("cuda", False))
    monkeypatch.setattr(choosing, "_has_mps", lambda: there.get("mps", False))
    monkeypatch.setattr(choosing, "_in_words", lambda device: f"a card called {device}")


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        (("openvino", "onnxruntime", "torch"), "openvino"),
        (("onnxruntime", "torch"), "onnxruntime"),
        (("torch",), "torch"),
    ],
)
def test_auto_takes_the_fastest_that_is_installed(
    installed: tuple[str, ...], chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphics(monkeypatch)
    only(monkeypatch, *installed)
    runtime = choose()
    assert (runtime.engine, runtime.device) == (chosen, "cpu")
    assert "fastest" in runtime.why
    assert [name for name, version in survey().engines.items() if version] == list(installed)


@pytest.mark.parametrize("card", ["cuda", "mps"])
def test_auto_takes_a_graphics_card_where_there_is_one(
    card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphics(monkeypatch, **{card: True})
    assert (choose().engine, choose().device) == ("torch", card)
    assert f"a card called {card}" in choose().why
    assert not choose().on_processor
    assert choose("torch").device == card
    assert (choose("openvino").engine, choose("openvino").device) == ("openvino", "cpu")
    assert (choose(device="cpu").engine, choose(device="cpu").device) == ("openvino", "cpu")


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime", "torch"])
def test_what_is_asked_for_is_taken(engine: str) -> None:
    runtime = choose(engine, "cpu")
    assert (runtime.engine, runtime.device) == (engine, "cpu")
    assert "asked for" in runtime.why
    assert runtime.precision == ("bf16" if engine == "openvino" and cores.has_bf16() else "f32")


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime", "torch"])
def test_an_engine_that_is_not_installed_is_told_with_the_command(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch)
    with pytest.raises(EngineError, match=f"{engine} is not installed") as caught:
        choose(engine)
    assert f"pip install {engine}" in (caught.value.hint or "")
    with pytest.raises(EngineError, match="no engine is installed"):
        choose()


@pytest.mark.parametrize("device", ["cuda", "cuda:3", "mps"])
def test_a_device_that_is_not_there_is_told_by_name(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphics(monkeypatch)
    with pytest.raises(EngineError, match=f"there is no device {device}") as caught:
        choose("auto", device)
    assert "--device cpu" in (caught.value.hint or "")


def test_one_card_too_many_is_told_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    graphics(monkeypatch, cuda=True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose("auto", "cuda:1").device == "cuda:1"
    with pytest.raises(EngineError, match="there is no device cuda:2") as caught:
        choose("torch", "cuda:2")
    assert "cuda:0 to cuda:1" in (caught.value.hint or "")


@pytest.mark.parametrize("engine", OPENING)
@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_what_does_not_go_together_is_told(engine: str, device: str) -> None:
    with pytest.raises(EngineError, match=f"runs on the processor here, not on {device}") as caught:
        choose(engine, device)
    assert "--engine torch" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("engine", "device", "words"),
    [
        ("tensorrt", "auto", "no engine 'tensorrt'"),
        ("auto", "tpu", "no device 'tpu'"),
        ("auto", "cuda:", "no device 'cuda:'"),
        ("auto", "cuda:x", "no device 'cuda:x'"),
        ("auto", "cpu:1", "no device 'cpu:1'"),
    ],
)
def test_a_word_that_is_no_engine_or_device_is_told(engine: str, device: str, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        choose(engine, device)


def test_a_choice_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(choose())) == choose()  # noqa: S301


def test_without_a_graphics_card_choosing_imports_no_engine() -> None:
    code = (
        "import sys\n"
        "from tracker.vision.engines import choose\n"
        "runtime = choose()\n"
        "heavy = {'torch', 'openvino', 'onnxruntime', 'onnx'}\n"
        "print(runtime.device, sorted(heavy & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    device, heavy = ran.stdout.strip().split(" ", 1)
    if device != "cpu":
        pytest.skip("this machine has a graphics card")
    assert heavy == "[]"


SILENT = """
import os, socket, sys, urllib.request
tried = []
def refuse(*a, **k):
    tried.append(a)
    raise OSError("no way out")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from pathlib import Path
from tracker.vision.engines import choose, open_graph
import numpy as np
graph = open_graph(Path(sys.argv[1]), choose("openvino", "cpu"))
graph.run(np.zeros((2, 3, 32, 32), np.float32))
import threading, time
time.sleep(0.5)
others = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
real = [n for n in sys.modules if n.startswith("openvino_telemetry") and sys.modules[n] is not None]
print(tried, real, "openvino" in sys.modules)
"""


def test_openvino_sends_nothing_and_writes_nothing(tmp_path: Path) -> None:
    """In a fresh process with an empty home: no file appears and no connection is tried."""
    model = tiny_model(tmp_path / "model").parent / "model.onnx"
    home = tmp_path / "home"
    home.mkdir()
    places = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    ran = subprocess.run(
        [sys.executable, "-B", "-c", SILENT, str(model)],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={
            **os.environ,
            **{name: str(home) for name in (*places, "TMPDIR")},
            "PYTHONPATH": str(Path(__file__).parents[3]),
        },
    )
    assert ran.stdout.strip() == "[] [] True", ran.stderr
    assert list(home.rglob("*")) == []
    before = {p.name for p in (tmp_path / "model").iterdir()}
    assert before == {"model.onnx", "model.toml"}


@pytest.mark.parametrize("engine", OPENING)
def test_a_network_takes_any_number_of_pictures_from_several_threads(
    engine: str, tmp_path: Path
) -> None:
    model = tiny_model(tmp_path).parent / "model.onnx"
    graph = open_graph(model, choose(engine, "cpu"), threads=1, precision="f32")
    assert graph.input_shapes == [(None, 3, SIDE, SIDE)]
    rng = np.random.default_rng(2)
    given = [rng.normal(size=(n % 5 + 1, 3, SIDE, SIDE)).astype(np.float32) for n in range(40)]
    (alone,) = zip(*(graph.run(one) for one in given), strict=True)
    with ThreadPoolExecutor(4) as pool:
        for expected, (got,) in zip(alone, pool.map(graph.run, given), strict=True):
            np.testing.assert_array_equal(got, expected)


def test_the_engines_agree(tmp_path: Path) -> None:
    model = tiny_model(tmp_path).parent / "model.onnx"
    given = np.random.default_rng(3).normal(size=(4, 3, SIDE, SIDE)).astype(np.float32)
    first, second = (
        open_graph(model, choose(engine, "cpu"), precision="f32").run(given)[0]
        for engine in OPENING
    )
    np.testing.assert_allclose(first, second, atol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is told on Linux only")
@pytest.mark.parametrize("engine", OPENING)
def test_pictures_of_ever_new_sizes_take_no_more_memory(engine: str) -> None:
    code = (
        "import os\n"
        "import numpy as np\n"
        "from tracker.vision.engines import choose\n"
        "from tracker.vision.mtcnn import networks\n"
        "def taken():\n"
        "    pages = int(open('/proc/self/statm').read().split()[0])\n"
        "    return pages * os.sysconf('SC_PAGE_SIZE')\n"
        f"networks = networks.load(choose({engine!r}, 'cpu'))\n"
        "for width in range(60, 460):\n"
        "    if width == 260:\n"
        "        before = taken()\n"
        "    networks.proposal(np.zeros((60, width, 3), np.uint8))\n"
        "print(taken() - before)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # As much again as for the first half, some 300 MB, were it kept for each size.
    assert int(ran.stdout) < 120_000_000


@pytest.mark.parametrize("engine", OPENING)
def test_a_file_that_is_no_network_is_told_by_name(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.onnx"
    for content in (b"", b"no network", b"\x08\x0a" * 40):
        path.write_bytes(content)
        with pytest.raises(WeightsInvalid, match=r"spoilt\.onnx cannot be read"):
            open_graph(path, choose(engine, "cpu"))


@pytest.mark.parametrize("engine", OPENING)
def test_pictures_of_the_wrong_size_are_refused(engine: str, tmp_path: Path) -> None:
    graph = open_graph(tiny_model(tmp_path).parent / "model.onnx", choose(engine, "cpu"))
    with pytest.raises(ValueError, match="cannot take"):
        graph.run(np.zeros((1, 3, SIDE, SIDE + 1), np.float32))


def test_torch_opens_no_onnx(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="torch opens no ONNX"):
        open_graph(tmp_path / "any.onnx", Runtime("torch", "cpu", "f32", ""))


def test_an_engine_that_does_not_load_is_told_with_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineError, match="onnxruntime cannot be loaded") as caught:
        open_graph(tmp_path / "any.onnx", Runtime("onnxruntime", "cpu", "f32", ""))
    assert "--engine torch" in (caught.value.hint or "")


FLAGS = "processor\t: 0\nflags\t\t: fpu vme {}\nbugs\t\t: none\n"


@pytest.mark.parametrize(
    ("flags", "has"), [("avx512f avx512_bf16", True), ("amx_bf16", True), ("avx512f avx2", False)]
)
def test_bf16_is_taken_where_the_processor_has_it(
    flags: str, has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("Linux tells it in a file")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: FLAGS.format(flags))
    cores.has_bf16.cache_clear()
    try:
        assert cores.has_bf16() is has
    finally:
        cores.has_bf16.cache_clear()
