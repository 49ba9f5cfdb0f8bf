"""Why a block has nothing to show: raised below `pictures.py`, shown in the block itself."""

from __future__ import annotations

from interpogate.errors import InterpogateError
from interpogate.trace.keeping import Watch


class NothingToSee(InterpogateError):
    """The block cannot show anything; `str(error)` is one sentence for the user."""

    code = "block.nothing"
    hint = "Choose another value."


class NodeGone(NothingToSee):
    """The graph has no such node."""

    code = "block.nodeGone"
    hint = "Remove the block, or mend the model so that the node is there again."


class NoTensor(NothingToSee):
    """There is no tensor at the place named."""

    code = "block.noTensor"


class NotRun(NothingToSee):
    """The node did not run, or no model ran at all."""

    code = "block.notRun"
    hint = "Run the model."


class NotCalled(NotRun):
    """The model ran, but not the node."""

    code = "block.notCalled"
    hint = "Other inputs may lead to it."


class NotKept(NothingToSee):
    """The tensor was seen but is not there any more; `watches` would get it in a re-run."""

    code = "block.notKept"
    hint = "Run the model again."

    def __init__(self, message: str, watches: frozenset[Watch] = frozenset()) -> None:
        super().__init__(message)
        self.watches = watches


class RolesInvalid(NothingToSee):
    """The dimensions cannot be used as the block wants."""

    code = "block.roles"
    hint = "Choose other roles for the dimensions."


class OptionInvalid(NothingToSee):
    """A setting of the block cannot be used."""

    code = "block.option"
    hint = "Change the setting in the block."
