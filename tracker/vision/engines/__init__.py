"""What runs a network: OpenVINO, ONNX Runtime or torch, on the processor or on a graphics card.

`choose` decides, `open_graph` opens a network in ONNX form with what was decided. Nothing heavy is
imported before a network is opened, or a graphics card has to be asked after.
"""

from tracker.vision.engines.choosing import (
    DEVICES,
    ENGINES,
    SHOWN,
    choose,
    choose_for_onnx,
    survey,
)
from tracker.vision.engines.contract import Graph, Runtime
from tracker.vision.engines.opening import open_graph

__all__ = [
    "DEVICES",
    "ENGINES",
    "SHOWN",
    "Graph",
    "Runtime",
    "choose",
    "choose_for_onnx",
    "open_graph",
    "survey",
]
