"""`interpogate export`: a model and a run of it as one file, made in this very process.

Called by `__main__.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interpogate.errors import InterpogateError
from interpogate.web.settings import DTYPES

if TYPE_CHECKING:
    from interpogate import Interpogate
    from interpogate.model.load import LoadedModel

_BAD_VALUE = 2

Expand = list[str] | None
FORMATS: dict[str, Callable[[Interpogate, Path, Expand, str | None], Any]] = {
    ".html": lambda interp, path, expand, title: interp.to_html(path, title, expand=expand),
    ".svg": lambda interp, path, expand, title: interp.to_svg(path, expand=expand, title=title),
    ".png": lambda interp, path, expand, title: interp.to_svg(path, expand=expand, title=title),
}


def add_export(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], source: str
) -> argparse.ArgumentParser:
    """Describe `export`."""
    export = commands.add_parser(
        "export",
        help="write a model and a run of it to a file: a page, SVG or PNG",
        description="Run a model once and write what happened to a file that needs nothing else.",
    )
    export.add_argument("source", metavar="MODEL", help=source)
    export.add_argument("--text", help="what it runs on; without it, inputs that fit")
    export.add_argument(
        "-o", "--output", required=True, type=Path, help="the file: " + ", ".join(FORMATS)
    )
    export.add_argument(
        "--expand",
        action="append",
        metavar="PATH",
        help="unfold this module and what it lies in, such as h.0.mlp; may be repeated",
    )
    export.add_argument("--device", help="such as cpu or cuda:0")
    export.add_argument("--dtype", choices=DTYPES, help="precision of the model")
    export.add_argument(
        "--trust-remote-code", action="store_true", help="run code that comes with the model"
    )
    return export


def export(options: argparse.Namespace) -> int:
    """Write the file; 0, 2 for an unknown kind of file, 1 if loading, running or writing failed."""
    from interpogate.presentation.summary import title_without_weights
    from interpogate.presentation.trace_problems import GUESS_HINT, is_guess

    write = FORMATS.get(options.output.suffix.lower())
    if write is None:
        kinds = ", ".join(FORMATS)
        _say(f"{options.output.name} is none of the files that can be written: {kinds}.")
        return _BAD_VALUE
    interp, loaded = _loaded(options)
    failure = _run(interp, loaded, options.text)
    write(interp, options.output, options.expand, title_without_weights(loaded))
    if failure is not None:
        guess = f" {GUESS_HINT}" if options.text is None and is_guess(loaded) else ""
        _say(f"{failure} {options.output} shows how far it came.{guess}")
        return 1
    sys.stdout.write(f"{options.output}\n")
    return 0


def _loaded(options: argparse.Namespace) -> tuple[Interpogate, LoadedModel]:
    from interpogate import Interpogate
    from interpogate.model.load import load_model
    from interpogate.model.placement import placed
    from interpogate.model.sources import parse_source

    folder = Path.cwd()
    source = parse_source(options.source, folder)
    found = load_model(source, folder, trust_remote_code=options.trust_remote_code)
    loaded = placed(found, device=options.device, dtype=options.dtype)
    return Interpogate(loaded.model, loaded.tokenizer), loaded


def _run(interp: Interpogate, loaded: LoadedModel, text: str | None) -> Exception | None:
    """Run it once; gives what the model raised, which the file then shows."""
    import torch

    from interpogate.presentation.summary import example_text
    from interpogate.refusals import RunFailed
    from interpogate.trace.call_arguments import arguments
    from interpogate.trace.exchange import runnable

    text = text if text is not None else example_text(loaded) or None
    try:
        with torch.no_grad():
            if text is not None:
                interp.forward_text(text)
            else:
                with runnable(loaded.model, _inputs(loaded)) as inputs:
                    positional, named = arguments(loaded.model, inputs)
                    interp.forward(*positional, **named)
    except RunFailed as error:
        return error
    except InterpogateError:
        raise
    except Exception as error:  # noqa: BLE001 (of a class of the user's own: the record has it)
        return error
    return None


def _inputs(loaded: LoadedModel) -> dict[str, Any]:
    from interpogate.model.inputs import example_candidates
    from interpogate.trace.modules import declared_modules
    from interpogate.trace.opening import first_look

    return first_look(declared_modules(loaded.model), example_candidates(loaded)).inputs


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
