"""Files that the page sends for later runs. Called by `handlers.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interpogate.model.input_lines import describe_upload
from interpogate.protocol import messages as m

if TYPE_CHECKING:
    from interpogate.worker.session import Session


def upload_input(session: Session, request: m.UploadInput) -> m.UploadedInput:
    """Take a part of a file. Raises `UploadRefused`, `PackageMissing`."""
    expression = ""

    def describe(data: bytes) -> str:
        nonlocal expression
        description, expression = describe_upload(data, request.name)
        return description

    size, description = session.uploads.add(
        request.name, request.offset, request.byte_length, request.data, describe
    )
    return m.UploadedInput(
        name=request.name,
        byte_length=size,
        is_complete=bool(expression),
        description=description,
        expression=expression,
    )
