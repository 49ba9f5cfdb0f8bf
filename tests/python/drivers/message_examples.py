"""One example of every message, and the golden files made of them, which both languages read.

`PYTHONPATH=python_backend python tests/python/drivers/message_examples.py` writes the files after
a change of the protocol.
The values are odd on purpose: names that look like markup, text beyond ASCII, empty columns.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from block_examples import BLOCK_EXAMPLES
from code_examples import CODE_EXAMPLES
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode
from module_examples import MODULE_EXAMPLES

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden"

PROBLEM = m.Problem(
    code="forward.failed",
    message="no luck with <b>13</b> rows",
    hint="Give other inputs.",
    action="openFile",
    node="h.1.mlp",
    file="/home/ada/model.py",
    line=12,
)
SUMMARY = m.ModelSummary(
    title="Tiny <script>",
    class_name="GPT2LMHeadModel",
    module_count=42,
    parameter_count=1_048_576,
    dtype="float32",
    device="cpu",
    takes_text=True,
    predicts_tokens=True,
    example_text="Ada met Ben in the park. 🌳",
    example_inputs="",
    file=None,
)
DIFFERENCE = m.ModelDifference(
    graph_version=3,
    added_count=1,
    removed_count=0,
    changed_count=1,
    changes=(
        m.ModuleChange(kind="added", path="h.4", class_name="Block"),
        m.ModuleChange(
            kind="changed", path="lm_head", class_name="Linear", details=("weight 64×10 → 128×10",)
        ),
    ),
)
STATE = m.ModelState(
    model_id="model-1",
    source="demo",
    phase="ready",
    message="",
    summary=SUMMARY,
    graph_version=3,
    origin="run",
    run_id=2,
    difference=DIFFERENCE,
    notes=("The origin of a tensor used in h.0 was not seen.",),
)
TENSORS = m.TensorTable(
    shapes=((1, 11, 64), ()), dtypes=("float32", "int64"), token_dimensions=(1, -1)
)
LEVEL = m.Level(
    container="h",
    ids=("h.in:0", "h.0", "h+0"),
    kinds=("input", "group", "operation"),
    names=("hidden_states", "0 – 3", "+"),
    types=("", "Block", "torch.add"),
    paths=("h", "h.0", "h"),
    repeats=(1, 4, 1),
    calls=(1, 1, 0),
    parameter_counts=(0, 4096, 0),
    expandable=(False, True, False),
    first_modules=(-1, 3, -1),
    last_modules=(-1, 9, -1),
    orders=(0, 1, -1),
    outputs=(0, 0, -1),
    edge_sources=(0, 1),
    edge_targets=(1, 2),
    edge_tensors=(0, -1),
    edge_counts=(1, 2),
    edge_outputs=(-1, 5),
    edge_inputs=(0, -1),
    tensors=TENSORS,
    places=((1, 2, 4),),
)
TOKENS = m.Tokens(ids=(5, 0), texts=(" park", "\u2028"), raw=("Ġpark", "<0xE2>"))
ROW = m.ValueRow(
    depth=1,
    key="hidden_states",
    kind="tensor",
    type_name="Tensor",
    shape=(1, 11, 64),
    dtype="float32",
    device="cpu",
    token_dimension=1,
)
EVENTS = m.RunEvents(
    model_id="model-1",
    run_id=2,
    first=7,
    kinds=("started", "finished", "failed"),
    modules=(0, 1, 1),
    times_us=(0, 15, 2_000_000_000),
)
RUN = m.RunState(
    model_id="model-1",
    run_id=2,
    phase="failed",
    duration_ms=12.5,
    event_count=10,
    tokens=TOKENS,
    predicts_tokens=True,
    problem=PROBLEM,
    text="two\nlines",
    inputs="x = true",
    started_at=1_700_000_000.5,
    step=2,
    step_count=5,
    step_first_event=4,
    prompt_token_count=1,
    prediction_count=1,
    generated_text="\u2028",
    note="The text ended.",
    is_kept=True,
)
DETAILS = m.NodeDetails(
    node="h.1.mlp",
    kind="module",
    name="mlp",
    path="h.1.mlp",
    type_name="package.models.MLP",
    attributes=(("in_features", "128"), ("repr", '"quoted" \\ and </script>')),
    parameters=(
        m.ParameterRow(
            name="weight",
            shape=(128, 64),
            dtype="float32",
            is_buffer=False,
            shared_with=("lm_head.weight",),
        ),
    ),
    parameter_count=8192,
    other_paths=(),
    inputs=(m.ValueRow(depth=0, key="", kind="tuple", type_name="tuple"), ROW),
    outputs=(m.ValueRow(depth=0, key="", kind="scalar", type_name="True"),),
    call_count=1,
    duration_ms=None,
    origin="fake",
    run_id=0,
    note="",
    source=m.SourceLocation(file="/home/ada/model.py", line=40),
    problem=None,
    instance_call=2,
    instance_call_count=2,
    place=2,
    places=(m.NodePlace(node="h.0.mlp", number=1), m.NodePlace(node="h.1.mlp", number=2)),
    place_count=2,
)

EXAMPLES: tuple[Any, ...] = (
    m.Nothing(),
    m.Hello(protocol_version=m.PROTOCOL_VERSION),
    m.Welcome(
        protocol_version=m.PROTOCOL_VERSION,
        package_version="0.1.0",
        python_version="3.11.7",
        interpreter="/usr/bin/python3",
    ),
    PROBLEM,
    m.ModelReference(model_id="model-1"),
    m.OpenModel(
        source="path/file.py:name",
        folder="/home/ada",
        trust_remote_code=True,
        device="cuda:0",
        dtype="bfloat16",
        text="Anna went home.",
    ),
    SUMMARY,
    STATE,
    m.ModelStates(
        models=(
            STATE,
            m.ModelState(
                model_id="model-2", source="x", phase="failed", message="No.", problem=PROBLEM
            ),
        )
    ),
    DIFFERENCE.changes[1],
    DIFFERENCE,
    m.Preferences(reload_on_change=False),
    m.ReadGraph(model_id="model-1", containers=(".", "h"), detail="all"),
    TENSORS,
    LEVEL,
    m.Levels(graph_version=3, levels=(LEVEL,)),
    m.LocatePath(model_id="model-1", path="h.1"),
    m.Location(node="h.1", containers=(".", "h")),
    m.ReadModules(model_id="model-1", path="."),
    m.FindModules(model_id="model-1", query="attn <b>", limit=5),
    m.Modules(
        paths=("h", "ln"),
        names=("h", "ln"),
        class_names=("ModuleList", "LayerNorm"),
        parameter_counts=(4096, 128),
        child_counts=(4, 0),
    ),
    m.NodeReference(model_id="model-1", node="h.1"),
    ROW,
    DETAILS.places[0],
    DETAILS.parameters[0],
    m.SourceLocation(file="/home/ada/model.py", line=40),
    DETAILS,
    m.TokenizeText(model_id="model-1", text='two\nlines and a "quote"'),
    TOKENS,
    m.StartRun(model_id="model-1", inputs="x = float32[1, 3]"),
    m.RunReference(model_id="model-1", run_id=2),
    m.ReadRun(model_id="model-1", run_id=2, first=7),
    EVENTS,
    RUN,
    m.RunRecord(state=RUN, events=EVENTS),
    m.ReadPrediction(model_id="model-1", run_id=2, position=0, count=5),
    m.Prediction(position=0, tokens=TOKENS, probabilities=(0.75, 1e-12), logits=(3.5, -20.25)),
    m.Runs(runs=(RUN,)),
    m.PredictionStrip(
        run_id=2,
        first=0,
        tokens=TOKENS,
        probabilities=(0.75, 1e-12),
        actual_ranks=(1, 0),
        actual_probabilities=(0.75, 0.0),
    ),
    m.FindTokens(model_id="model-1", run_id=2, position=0, text="</b> park"),
    m.FoundTokens(
        position=0,
        tokens=TOKENS,
        probabilities=(0.75, 1e-12),
        ranks=(1, 50_257),
        logits=(3.5, -20.25),
        is_whole=(True, False),
    ),
    m.UploadInput(model_id="model-1", name="a <b>.png", offset=0, byte_length=3, data="AQID"),
    m.UploadedInput(
        name="a <b>.png",
        byte_length=3,
        is_complete=True,
        description="image, 640 × 480",
        expression='file("a <b>.png")',
    ),
    *BLOCK_EXAMPLES,
    *CODE_EXAMPLES,
    *MODULE_EXAMPLES,
    m.WriteHook(model_id="model-1", node="h.1", kind="both", style="pytorch"),
    m.HookCode(
        path="h.1",
        text="with interp.hook() as hook:\n    pass\n",
        snippet="with interp.hook() as hook:\n    ${0:pass}\n",
        imports=("from interpogate import Interpogate",),
    ),
    m.ListRecipes(model_id="model-1", node="h", also=("h.1",)),
    m.RecipeOffer(recipe="logitLens", title="Logit lens", does="Prints <b>words</b>.", refusal=""),
    m.Recipes(
        offers=(m.RecipeOffer(recipe="x", title="X", does="Nothing.", refusal="It does not fit."),)
    ),
    m.WriteRecipe(model_id="model-1", recipe="logitLens", node="h"),
    m.PageState(model_id="model-1", source="demo", expanded=(".", "h"), selected="h.1", text="é"),
    m.PageView(node="h.1", scale=0.75, x=-20.5, y=8.0),
    m.HostState(kind="vscode", can_insert=True, trusted=True, model_id="model-1"),
    m.ShowModel(model_id=None),
    m.RevealPath(model_id="model-1", path="h.1"),
    m.Selection(model_id="model-1", node="h+0", path="h"),
    m.InsertHook(model_id="model-1", node="h.1", kind="pre"),
    m.Inserted(file="script.py"),
    m.CopyText(text="h.1.mlp"),
    m.SavePicture(name="a <b>.svg", data="PHN2Zy8+"),
    m.PictureSaved(file="graph.svg"),
    m.ActOnProblem(model_id=None, action="openModel"),
    m.OpenFromPage(source=None),
)


def golden_file(message: Any) -> Path:
    """Where the example of a message type lies."""
    return GOLDEN / f"{type(message).__name__}.json"


def golden_text(message: Any) -> str:
    """What the file holds."""
    return json.dumps(encode(message), indent=2, ensure_ascii=True, sort_keys=False) + "\n"


def main() -> None:
    """Write the golden files and remove those of messages that are gone."""
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.json"):
        old.unlink()
    for message in EXAMPLES:
        golden_file(message).write_text(golden_text(message), "utf-8")


if __name__ == "__main__":
    main()
