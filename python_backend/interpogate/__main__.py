"""`interpogate` and `python -m interpogate`: what the package does without an editor or a script.

Only what exists is offered. The editor process and the worker have entry points of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from interpogate import InterpogateError, __version__
from interpogate.export import add_export, export
from interpogate.presentation.text import one_line, printable
from interpogate.web.command import add_serve, serve

if TYPE_CHECKING:
    from interpogate.graph.modules import Module
    from interpogate.graph.recording import Recording

_DESCRIPTION = "See a PyTorch model at work. For the library: from interpogate import Interpogate."
_SOURCE_HELP = (
    "demo, a transformers id, a directory, path/file.py:name or package.module:name; "
    "its code is run to load the model"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 if it failed, 2 for a bad value."""
    options, own = _parser().parse_args(arguments), sys.argv
    try:
        status: int = options.run(options)
    except InterpogateError as error:
        sys.stderr.write(printable(f"{_sentence(error)} {error.own_hint}\n"))
        return 1
    finally:
        sys.argv = own
    return status


def _sentence(error: InterpogateError) -> str:
    place = f" ({error.file}, line {error.line})" if error.file and error.line else ""
    return f"{str(error).removesuffix('.')}{place}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="interpogate", description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True)
    add_serve(commands, _SOURCE_HELP).set_defaults(run=serve)
    add_export(commands, _SOURCE_HELP).set_defaults(run=export)
    _add_tree(commands).set_defaults(run=_print_tree)
    return parser


def _add_tree(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    tree = commands.add_parser(
        "tree", help="print a model's modules with the shapes of a traced forward pass"
    )
    tree.add_argument("source", help=_SOURCE_HELP)
    tree.add_argument(
        "--trust-remote-code", action="store_true", help="run code that comes with the model"
    )
    return tree


def _print_tree(options: argparse.Namespace) -> int:
    for line in _tree(options.source, trust_remote_code=options.trust_remote_code):
        sys.stdout.write(_encodable(one_line(line)) + "\n")
    return 0


def _encodable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _tree(source: str, *, trust_remote_code: bool) -> Iterator[str]:
    from interpogate.graph.graph import Graph
    from interpogate.model.load import load_model
    from interpogate.model.sources import parse_source
    from interpogate.presentation.summary import title_without_weights
    from interpogate.presentation.trace_problems import candidates_of, trace_problem
    from interpogate.trace.modules import declared_modules
    from interpogate.trace.opening import first_look

    folder = Path.cwd()
    loaded = load_model(parse_source(source, folder), folder, trust_remote_code=trust_remote_code)
    modules = declared_modules(loaded.model)
    if title_without_weights(loaded):
        yield "Without weights: shapes only, on the device meta."
    candidates, problem = candidates_of(loaded)
    look = first_look(modules, candidates)
    for module in modules.tree.modules:
        yield _line(module, look.recording, len(modules.tree.ancestors(module.index)) - 1)
    if look.succeeded:
        return
    graph = Graph(modules.tree, look.recording, look.origin)
    problem = problem or trace_problem(graph, loaded, look)
    place = f" ({problem.file}, line {problem.line})" if problem.file and problem.line else ""
    yield f"{problem.message.removesuffix('.')}{place}. {problem.hint}"


def _line(module: Module, recording: Recording, depth: int) -> str:
    from interpogate.graph.values import text_of

    calls = recording.calls_of(module.index)
    shape = f" → {text_of(calls[0].outputs)}" if calls and calls[0].outputs else ""
    name = module.name if depth else module.class_name
    kind = f" {module.class_name}" if depth else ""
    return f"{'  ' * depth}{name}{kind}, {module.parameter_count:,} parameters{shape}"


if __name__ == "__main__":
    sys.exit(main())
