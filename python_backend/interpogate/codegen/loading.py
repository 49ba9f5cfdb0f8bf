"""Code that loads the open model, for a file of its own: what `interp` or `model` then stand for.

Called by `presentation.standing_alone`; the rest of the code comes below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interpogate.codegen.text import CodeText, comment, quoted, snippet
from interpogate.codegen.watching import Style

Origin = Literal["demo", "pretrained", "file", "import"]


@dataclass(frozen=True)
class ModelOrigin:
    """Where the model comes from."""

    kind: Origin
    location: str
    """A directory or id, a file's name, or a Python module; empty for the demo."""
    expression: str
    """What makes it there, such as `SmallNet()`; empty for pretrained ones."""
    class_name: str
    """Class of a pretrained model, to be found in transformers."""
    is_pipeline: bool
    has_tokenizer: bool


def with_loading(code: CodeText, origin: ModelOrigin, style: Style) -> CodeText:
    """The code behind lines that load its model, with all imports at its top."""
    imports, lines = _loading(origin)
    if style == "interpogate":
        given = "model, tokenizer" if origin.has_tokenizer else "model"
        lines = [*lines, f"interp = Interpogate({given})"]
    every = dict.fromkeys([*imports, *code.imports])
    head = "\n".join([*_ordered(list(every)), "", *lines, "", ""])
    return CodeText(head + code.text, snippet(head) + code.snippet, ())


def _ordered(imports: list[str]) -> list[str]:
    """`import …` before `from …`, as most people sort them."""
    return sorted(imports, key=lambda line: (line.startswith("from "), line))


def _loading(origin: ModelOrigin) -> tuple[list[str], list[str]]:
    if origin.kind in ("demo", "pretrained"):
        return _pretrained(origin)
    module = origin.location.removesuffix(".py")
    name = origin.expression.split("(")[0].split(".")[0]
    beside = [comment(f"Save this file beside {origin.location}.")] if origin.kind == "file" else []
    imports = [f"from {module} import {name}"]
    if not origin.is_pipeline:
        return imports, [*beside, f"model = {origin.expression}.eval()"]
    lines = [f"pipeline = {origin.expression}", "model = pipeline.model.eval()"]
    tokenizer = ["tokenizer = pipeline.tokenizer"] if origin.has_tokenizer else []
    return imports, [*beside, *lines, *tokenizer]


def _pretrained(origin: ModelOrigin) -> tuple[list[str], list[str]]:
    is_demo = origin.kind == "demo"
    name = "demo_directory()" if is_demo else quoted(origin.location)
    classes = [origin.class_name, *(["AutoTokenizer"] if origin.has_tokenizer else [])]
    imports = [f"from transformers import {', '.join(sorted(classes))}"]
    imports += ["from interpogate.demo import demo_directory"] if is_demo else []
    lines = [f"model = {origin.class_name}.from_pretrained({name})"]
    if origin.has_tokenizer:
        lines.append(f"tokenizer = AutoTokenizer.from_pretrained({name})")
    return imports, lines
