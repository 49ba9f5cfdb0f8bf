"""The code around hooks: put them on, run the model, take them off, in two styles.

`interpogate` writes `with interp.hook()`, `pytorch` plain `register_forward_hook` calls with a
`finally`. Called by the writers of hooks and recipes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from interpogate.codegen.paths import PathLoop
from interpogate.codegen.text import comment, indented, placed
from interpogate.graph.modules import Module
from interpogate.graph.recording import Call
from interpogate.graph.values import Structure, text_of

Kind = Literal["pre", "post", "both"]
Moment = Literal["pre", "post"]
Style = Literal["interpogate", "pytorch"]


@dataclass(frozen=True)
class HookTarget:
    """What to hook, and what is known of it."""

    module: Module
    call: Call | None
    """The first call observed; None if it did not run."""
    observed: str
    """Where the shapes come from, such as `run 2`."""
    forward_call: str
    """A forward pass as code, such as `forward_text("Hello")` or `forward(x=torch.randn(1, 3))`."""
    needs_torch: bool = False
    call_count: int = 1
    """How often the module of `call` was called."""
    also: tuple[str, ...] = ()
    """Paths of further modules that get the same hooks; the comments tell of the first."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every module to hook."""
        return (self.module.path, *self.also)


@dataclass(frozen=True)
class Registration:
    """A callback and where it goes."""

    moment: Moment
    loop: PathLoop
    callback: str
    """The callback as an expression, inside the loop."""
    with_kwargs: bool = False
    names_path: bool = False
    """Whether the callback is made for a variable `path`."""


def by_keyword(call: Call | None) -> bool:
    """Whether the tensors came by keyword only, so that `args` alone would be empty."""
    return call is not None and not call.positional and bool(call.inputs)


def callback(target: HookTarget, moment: Moment, body: Sequence[str] = ()) -> list[str]:
    """A callback that tells the observed shapes; its body is a tab stop if none is given."""
    arguments = ["module", "args"]
    arguments += ["kwargs"] if by_keyword(target.call) else []
    arguments += ["output"] if moment == "post" else []
    lines = [f"def {moment}_hook({', '.join(arguments)}):"]
    return [*lines, *indented([*_comments(target, moment), *(body or [placed("pass")])])]


def watched(
    style: Style,
    definitions: Sequence[str],
    registrations: Sequence[Registration],
    forward: Sequence[str],
) -> list[str]:
    """Lines that run `forward` while the hooks are on."""
    write = _with_interpogate if style == "interpogate" else _with_pytorch
    return write(list(definitions), registrations, list(forward))


def imports(style: Style, *, needs_torch: bool) -> tuple[str, ...]:
    """Import statements for what `watched` and a torch call need."""
    torch = ("import torch",) if needs_torch else ()
    own = ("from interpogate import Interpogate",) if style == "interpogate" else ()
    return (*torch, *own)


def _with_interpogate(
    definitions: list[str], registrations: Sequence[Registration], forward: list[str]
) -> list[str]:
    register = _looped(
        registrations,
        lambda group: [f"hook.{one.moment}({_path(one)}, {one.callback})" for one in group],
    )
    inside = ["", *definitions, "", *register, *forward]
    return ["with interp.hook() as hook:", *indented(inside)]


def _with_pytorch(
    definitions: list[str], registrations: Sequence[Registration], forward: list[str]
) -> list[str]:
    inside = [*_looped(registrations, _registered), *forward]
    lines = ["", *definitions, "", "handles = []", "try:", *indented(inside), "finally:"]
    return [*lines, *indented(["for handle in handles:", *indented(["handle.remove()"])])]


def _looped(
    registrations: Sequence[Registration], write: Callable[[list[Registration]], list[str]]
) -> list[str]:
    """What goes over the same modules stands in one loop."""
    lines: list[str] = []
    for loop in dict.fromkeys(one.loop for one in registrations):
        group = [one for one in registrations if one.loop == loop]
        is_new = group[0].names_path and loop.path != "path"
        lines += loop.over([*([f"path = {loop.path}"] if is_new else []), *write(group)])
    return lines


def _path(one: Registration) -> str:
    return "path" if one.names_path else one.loop.path


def _registered(group: list[Registration]) -> list[str]:
    path = _path(group[0])
    module = "model" if path == '"."' else f"model.get_submodule({path})"
    if len(group) == 1 and not group[0].loop.head:
        return [f"handles.append({module}.{_register(group[0])})"]
    return [f"module = {module}", *(f"handles.append(module.{_register(one)})" for one in group)]


def _register(one: Registration) -> str:
    name = {"pre": "register_forward_pre_hook", "post": "register_forward_hook"}[one.moment]
    return f"{name}({one.callback}{', with_kwargs=True' if one.with_kwargs else ''})"


def _comments(target: HookTarget, moment: Moment) -> list[str]:
    name = target.module.class_name
    if target.call is None:
        return [comment(f"{name}, did not run in {target.observed}")]
    of_first = f" at {target.module.path}" if target.also else ""
    lines = [f"{name}{of_first}, shapes of {target.observed}"]
    if target.call_count > 1:
        lines.append(
            f"called {target.call_count} times: this runs at each call, shapes of the first"
        )
    positional, keyword = _arguments(target.call)
    if positional or not keyword:
        lines.append(f"args: ({', '.join(positional)}{',' if len(positional) == 1 else ''})")
    if keyword:
        lines.append(f"kwargs: {', '.join(keyword)}")
    if moment == "post":
        lines.append(f"output: {text_of(target.call.outputs)}")
    return [comment(line) for line in lines]


def _arguments(call: Call) -> tuple[list[str], list[str]]:
    positional: list[str] = []
    keyword: list[str] = []
    for rows in _top_rows(call.inputs):
        text = text_of(rows)
        if len(positional) < call.positional:
            positional.append(text)
        elif any(value.tensor for value in rows):
            keyword.append(f"{rows[0].key}={text}")
    return positional, keyword


def _top_rows(structure: Structure) -> list[Structure]:
    starts = [row for row, value in enumerate(structure) if value.depth == 0]
    ends = [*starts[1:], len(structure)]
    return [structure[start:end] for start, end in zip(starts, ends, strict=True)]
