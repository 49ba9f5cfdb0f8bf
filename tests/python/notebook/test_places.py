"""What a saved picture holds of an instance in several places."""

from __future__ import annotations

import sharing
import torch

from interpogate.graph.graph import Graph
from interpogate.notebook.picture import picture_of
from interpogate.notebook.snapshot import snapshot
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder


def test_every_place_has_its_details_its_location_and_code_of_the_instance() -> None:
    modules = declared_modules(sharing.SharedTable())
    recorder = Recorder(modules)
    with torch.no_grad(), recorder.watching():
        modules.live[0](torch.tensor([[1, 2]]))
    graph = Graph(modules.tree, recorder.recording(), "example")
    saved = snapshot(picture_of(graph, modules.live, None, text=None))
    for number, node in enumerate(("encoder.table", "decoder.table"), 1):
        details = saved["nodes"][node]
        assert (details["place"], details["placeCount"]) == (number, 2)
        assert saved["locations"][node]["node"] == node
        assert 'hook.post("shared"' in saved["hooks"][details["path"]]["post"]["text"]
    assert saved["locations"]["shared"]["node"] == "encoder.table"
