"""Examples of messages about the table of modules, for `message_examples.py`."""

from __future__ import annotations

from typing import Any

from interpogate.protocol import messages as m

_WEIGHT = m.ParameterRow(
    name="weight", shape=(8, 8), dtype="float32", is_buffer=False, shared_with=()
)
_KIND = m.ModuleKind(class_row=1, parameters=(_WEIGHT,), attributes=(("in_features", "8"),))
_CLASSES = (
    m.ModuleClass(module="nets", name="Outer.Net", file="/home/ada/nets.py", bases=(1,)),
    m.ModuleClass(module="torch.nn.modules.linear", name="Linear", file="", bases=()),
)

MODULE_EXAMPLES: tuple[Any, ...] = (
    m.ReadModuleTable(model_id="model-1", first=4000),
    _CLASSES[0],
    _KIND,
    m.ModuleTable(
        total=3,
        first=1,
        names=("layer", 'x"]; <b>'),
        parents=(0, 0),
        kinds=(0, 0),
        parameter_counts=(64, 64),
        other_paths=("tied",),
        other_modules=(1,),
        kind_rows=(_KIND,),
        classes=_CLASSES,
    ),
    m.ReadModuleShapes(model_id="model-1"),
    m.ModuleShapes(
        graph_version=2,
        origin="run",
        run_id=1,
        total=3,
        following=3,
        modules=(0, 1),
        counts=(1, 2),
        inputs=(1, 1),
        outputs=(2, -1),
        texts=("", "x: float32[1, 8]", "float32[1, 8]"),
    ),
)
