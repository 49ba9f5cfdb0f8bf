"""What the package shows of the same pass: from which leaf calls, inputs and to which results.

Two readings: every operation that was recorded, and the operations of the default picture. Between
two leaf calls a path may go through any operations that lie in no other leaf call; parameters lead
nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from interpogate import Interpogate
from interpogate.graph.essential import visible_dataflow
from oracle.paths import Paths
from oracle.picture import Picture
from oracle.record import Record, result_name
from oracle.sites import Rows, Shown, Sites
from oracle.subject import Subject


@dataclass
class Views:
    """The same pass in both details, and the picture's edges."""

    all: Shown
    essential: Shown
    picture: Picture
    missing: list[str]
    """Leaf calls that were not recorded at all."""
    paths: Paths


def shown(subject: Subject, record: Record) -> Views:
    """Watch the pass once."""
    interp = Interpogate(subject.model)
    args, kwargs = subject.fresh_arguments()
    subject.restore()
    try:
        with torch.no_grad():
            interp.forward(*args, **kwargs)
    finally:
        subject.restore()
    recording = interp.graph.recording
    sites = Sites(subject, record, recording)
    every: Rows = [(flow.source, flow.target) for flow in recording.flows]
    ends = [(result_name(result.name), result.source) for result in recording.results]
    flow = visible_dataflow(interp.graph.tree, recording, "essential")
    visible = [(one.source, one.target) for one in flow.flows if one.target >= 0]
    seen = [(result_name(one.result), one.source) for one in flow.flows if one.target < 0]
    return Views(
        sites.between(every, ends),
        sites.between(visible, seen),
        Picture(interp, sites),
        sites.missing(record),
        Paths(sites, every, ends),
    )
