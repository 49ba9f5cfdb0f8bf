"""What the editor process itself has to tell the user, and the failure that carries it.

Called by the other modules of this package; knows neither processes nor the language server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from interpogate.protocol.codec import MalformedMessage, decode, encode
from interpogate.protocol.messages import PROTOCOL_VERSION, Problem
from interpogate.transport.bound import SERVER_ERROR

Message = TypeVar("Message")


class RequestFailed(Exception):
    """A request ends with an error reply: the worker's own, unchanged, or one made here."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message", ""))
        self.error = error

    @classmethod
    def of(cls, problem: Problem) -> RequestFailed:
        """A failure that the editor process found itself."""
        return cls({"code": SERVER_ERROR, "message": problem.message, "data": encode(problem)})

    @property
    def problem(self) -> Problem:
        """What the error carries; a plain one if it carries none."""
        try:
            return decode(self.error.get("data"), Problem)
        except MalformedMessage:
            return internal()


def decoded(params: Any, kind: type[Message]) -> Message:
    """Parameters as a message. Raises `RequestFailed` if they do not fit."""
    try:
        return decode(params, kind)
    except MalformedMessage as error:
        raise RequestFailed.of(malformed(str(error))) from error


_REPORT = "The log says more: the output channel Interpogate, or the terminal."


def internal() -> Problem:
    """Nobody foresaw this; the log has the place."""
    return Problem(code="internal", message="Interpogate made a mistake.", hint=_REPORT)


def malformed(reason: str) -> Problem:
    """Parameters that are not what the method asks for."""
    return Problem(code="protocol.malformed", message=f"The request was {reason}.", hint=_RELOAD)


def other_version(version: int) -> Problem:
    """The other side speaks another protocol version, as after an update in a running window."""
    return Problem(
        code="protocol.version",
        message=f"Protocol version {version} met version {PROTOCOL_VERSION}.",
        hint=_RELOAD,
    )


_RELOAD = "Reload the window, so that all parts of Interpogate have the same version."


def unknown_model(model_id: str) -> Problem:
    """No open model has this name."""
    return Problem(
        code="model.unknown",
        message=f"No model named {model_id} is open.",
        hint="Open the model again.",
        action="openModel",
    )


def not_started() -> Problem:
    """The worker does not run yet."""
    return Problem(
        code="model.notReady",
        message="The model is still being loaded.",
        hint="Wait until it is loaded.",
    )


def worker_stopped() -> Problem:
    """A request came after the worker's end."""
    return Problem(
        code="worker.stopped",
        message="The model's worker is not running.",
        hint="Restart it to go on.",
        action="restart",
    )


def worker_ended(words: str) -> Problem:
    """The worker's end, in the words of `WorkerExit`."""
    return Problem(
        code="worker.stopped",
        message=words,
        hint="Restart it; the output channel Interpogate, or the terminal, has its last words.",
        action="restart",
    )


def run_replaced() -> Problem:
    """A run ended since a fresh worker took over."""
    return Problem(
        code="run.replaced",
        message="The run was cancelled: the model's files changed, and it was loaded anew.",
        hint="Run it again to see the new model.",
    )


def reload_failed(reason: Problem) -> Problem:
    """The changed files cannot be loaded; what was loaded before goes on."""
    return replace(
        reason,
        code="reload.failed",
        hint="The graph shows the model as it was before; save the file again once it is right.",
        action=reason.action if reason.file is None else "openFile",
    )


def load_is_long(step: str) -> Problem:
    """A load has been under way for a while, and may never end."""
    doing = step.rstrip("…. ") or "The worker starts"
    return Problem(
        code="load.long",
        message=f"Loading takes long: {doing} for more than ten seconds.",
        hint="Wait, or stop it; a graph that is shown can be used meanwhile.",
        action="stopLoading",
    )


def load_stopped() -> Problem:
    """The user gave the load up."""
    return Problem(
        code="load.stopped",
        message="Loading was stopped.",
        hint="Restart the model to load it again.",
        action="restart",
    )


def reload_stopped() -> Problem:
    """The user gave up loading the changed files; what was loaded before goes on."""
    return Problem(
        code="reload.stopped",
        message="The changed files were not loaded: it was stopped.",
        hint="The graph shows the model as it was before. Restart it, or change the files.",
        action="restart",
    )


def worker_not_started(reason: str) -> Problem:
    """The operating system refused to start the process."""
    return Problem(
        code="worker.notStarted",
        message=f"The model's worker could not be started: {reason}.",
        hint="Select another Python interpreter.",
        action="selectInterpreter",
    )


def not_launched(error: OSError, folder: str | None) -> Problem:
    """The worker's process could not be started in its folder."""
    if folder is not None and error.filename == folder:
        return folder_missing(folder)
    return worker_not_started(error.strerror or type(error).__name__)


def folder_missing(folder: str) -> Problem:
    """The folder that the worker should start in is not there."""
    return Problem(
        code="source.notFound",
        message=f"The folder {folder} does not exist.",
        hint="Open the model from a folder that exists.",
        action="openModel",
    )


def worker_silent() -> Problem:
    """The process runs but did not answer the first request."""
    return Problem(
        code="worker.silent",
        message="The model's worker started but did not answer.",
        hint="Restart it, or select another Python interpreter.",
        action="restart",
    )


def worker_unresponsive() -> Problem:
    """The process runs but has said nothing for some seconds."""
    return Problem(
        code="worker.unresponsive",
        message="The model does not respond: its process has been stuck for several seconds.",
        hint="Wait for the operation that blocks Python to end, or restart the model.",
        action="restart",
    )


def worker_busy() -> Problem:
    """The worker has stopped reading, as when user code holds the interpreter's lock."""
    return Problem(
        code="worker.busy",
        message="The model's worker does not take any more requests.",
        hint="Wait, or restart it.",
        action="restart",
    )


def request_too_large() -> Problem:
    """A request over the bound of one message."""
    return Problem(
        code="message.tooLarge",
        message="The request is larger than 4 MB.",
        hint="Shorten the text or the inputs.",
    )
