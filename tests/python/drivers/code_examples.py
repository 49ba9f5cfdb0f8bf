"""One example of every message about code, for `message_examples.py`."""

from __future__ import annotations

from interpogate.protocol import messages as m

_VALUE = m.ObservedValue(shape="([1, 9, 64], None)", text="(float32[1, 9, 64], None)", count=12)
_CALL = m.ObservedCall(
    line=41,
    column=15,
    end_line=43,
    end_column=9,
    paths=("h.0.attn", 'x"]; import os #'),
    path_count=12,
    class_name="Attention",
    call_count=24,
    outputs=(_VALUE,),
)
_MODULE = m.ObservedModule(
    path="h.0.attn",
    class_name="Attention",
    call_count=1,
    inputs=(_VALUE,),
    outputs=(),
)
_MODULES = m.ModulesOfModel(model_id="model-1", paths=("h.0", "h.1"))

CODE_EXAMPLES = (
    m.ReadCode(model_id="model-1", file="/home/ada/modèle.py"),
    _VALUE,
    _CALL,
    m.ObservedCode(
        file="/home/ada/modèle.py",
        digest="",
        graph_version=3,
        origin="run",
        run_id=2,
        calls=(_CALL,),
    ),
    m.FindInCode(
        model_id="model-1", file="/home/ada/modèle.py", class_name="Net.Block", member="attn"
    ),
    _MODULE,
    m.FoundModules(paths=("h.0.attn",), modules=(_MODULE,), origin="fake", run_id=0),
    m.LocateInCode(uri="file:///home/ada/mod%C3%A8le.py", line=40, character=7),
    _MODULES,
    m.CodePlace(class_name="Net.Block", instances=(_MODULES,), named=()),
    m.MarkModules(model_id="model-1", paths=()),
    m.OpenSource(model_id="model-1", node="h.1", what="use"),
)
