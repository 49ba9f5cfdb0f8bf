"""The errors of the project: one root, each subclass with its code and a hint that says what to do.

Everything may raise these; only edges (handlers, loading, the command line) turn them into
messages.
"""

from __future__ import annotations

from typing import ClassVar

MOST_CHARACTERS = 2_000
"""How long the text of a failure may be: what a user can read, and every wire can carry."""


def shortened(text: str) -> str:
    """A failure's text, cut where it is longer than anybody reads."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


class InterpogateError(Exception):
    """Root of all errors of this package. `str(error)` is one sentence for the user."""

    code: ClassVar[str] = "internal"
    hint: ClassVar[str] = "Please report this with the log of the Interpogate output channel."
    action: ClassVar[str] = "none"

    def __init__(
        self, message: str, *, hint: str | None = None, file: str | None = None, line: int = 0
    ) -> None:
        super().__init__(shortened(message))
        self.own_hint = shortened(self.hint if hint is None else hint)
        self.file = file
        self.line = line
        if hasattr(self, "add_note"):  # Python 3.11: a traceback shows the hint below the message
            self.add_note(f"Hint: {self.own_hint}")


class SourceNotFound(InterpogateError):
    """The model source names nothing that exists."""

    code = "source.notFound"
    hint = (
        "Name a transformers id, a directory, path/file.py:name or package.module:name, "
        "or open the demo model."
    )
    action = "openModel"


class RemoteCodeRefused(InterpogateError):
    """The model brings code of its own, which was not permitted to run."""

    code = "source.remoteCode"
    hint = "Let it run only if you know who wrote it and have read it."
    action = "trustRemoteCode"


class SourceInvalid(InterpogateError):
    """The source file exists but cannot be imported."""

    code = "source.invalid"
    hint = "Mend the file and restart the model."
    action = "openFile"


class NameNotFound(InterpogateError):
    """The file or module has no such name."""

    code = "source.nameNotFound"
    hint = "Name a module, a class, or a function that returns a module."
    action = "openModel"


class NotAModel(InterpogateError):
    """What the source names is no `torch.nn.Module` and makes none."""

    code = "source.notAModel"
    hint = "Name an nn.Module, a class derived from it, or a function that returns one."
    action = "openModel"


class ArgumentsNeeded(InterpogateError):
    """The class or function cannot be called without arguments."""

    code = "source.argumentsNeeded"
    hint = "Write a function without arguments that returns the model, and open that."
    action = "openFile"


class PackageMissing(InterpogateError):
    """The interpreter lacks a package that is needed."""

    code = "package.missing"
    hint = "Select an interpreter that has it, or install it there."
    action = "selectInterpreter"


class LoadFailed(InterpogateError):
    """The model's own code or files failed while it was built."""

    code = "model.loadFailed"
    hint = "Mend what the message names and restart the model."
    action = "restart"


class NoDebugger(InterpogateError):
    """The user's code called `breakpoint()` where nobody can answer a debugger."""

    code = "model.noDebugger"
    hint = "Remove it, or run the model in a script of your own to debug it."


class NotReady(InterpogateError):
    """The model is not there (yet)."""

    code = "model.notReady"
    hint = "Wait until the model is loaded."


class InputsInvalid(InterpogateError):
    """The inputs cannot be read or do not fit the model."""

    code = "inputs.invalid"
    hint = "Write one `name = dtype[shape]` a line, such as `x = float32[1, 3, 32, 32]`."


class ExamplesFailed(InputsInvalid):
    """The user's `example_inputs` raised."""

    code = "inputs.examplesFailed"
    hint = "Fix example_inputs, or write inputs that fit and run."


class TokenizerFailed(InputsInvalid):
    """The user's tokenizer raised."""

    code = "inputs.tokenizerFailed"
    hint = "Use the tokenizer that belongs to the model, or give inputs instead of text."


class NoTokenizer(InterpogateError):
    """Text was given to a model without a tokenizer."""

    code = "inputs.noTokenizer"
    hint = "Give inputs instead of text, or pass a tokenizer: Interpogate(model, tokenizer)."


class CannotGenerate(InterpogateError):
    """The model predicts no next tokens."""

    code = "generate.unsupported"
    hint = "Open a language model that has a head for next tokens, such as GPT2LMHeadModel."


class UploadRefused(InterpogateError):
    """A file's bytes cannot be taken."""

    code = "input.refused"
    hint = "Choose another file."


class InputNotUploaded(InterpogateError):
    """Inputs name a file that this worker does not have."""

    code = "input.notUploaded"
    hint = "Choose the file again: a fresh worker has none."


class PathNotFound(InterpogateError, ValueError):
    """The model has no module at the path. Also a `ValueError`."""

    code = "path.notFound"
    hint = "Copy the path from the graph's inspector."


class RunBusy(InterpogateError):
    """A forward pass is running already."""

    code = "run.busy"
    hint = "Cancel it or wait until it is done."


class RunNotFound(InterpogateError):
    """There is no such run, or its results are gone."""

    code = "run.notFound"
    hint = "Run the model again."


class NoPrediction(InterpogateError):
    """The run has no next tokens."""

    code = "prediction.none"
    hint = "Only models that give logits over a vocabulary have next tokens."


class RecipeNotFound(InterpogateError):
    """There is no recipe of this name."""

    code = "recipe.notFound"
    hint = "Choose one of the list."


class RecipeUnfit(InterpogateError):
    """The recipe does not fit the selection."""

    code = "recipe.unfit"
    hint = "Select another node or choose another recipe."
