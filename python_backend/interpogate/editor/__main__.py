"""The editor process's main: takes its descriptors, imports what it needs quickly, and serves."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import signal
import sys
from typing import TYPE_CHECKING

from interpogate.opened.logs import log_loop_failure, log_to_stderr
from interpogate.transport.stdio import claim_descriptors

if TYPE_CHECKING:
    from interpogate.editor.server import EditorServer


logger = logging.getLogger("interpogate.editor")


def main(worker: list[str] | None = None) -> int:
    """Serve one client over the standard descriptors; returns the exit code.

    Tests give the command of a worker that misbehaves.
    """
    gc.disable()  # imports only make what stays; collecting in between costs a tenth of the start
    reading, writing = claim_descriptors()
    log_to_stderr()
    faulthandler.enable()
    try:
        return asyncio.run(_serve(reading, writing, worker))
    except BaseException as error:
        logger.critical("the editor process ends by %s", type(error).__name__, exc_info=error)
        return 1


async def _serve(reading: int, writing: int, worker: list[str] | None) -> int:
    from interpogate.editor.lsp_types import import_lsp_types

    asyncio.get_running_loop().set_exception_handler(log_loop_failure)
    import_lsp_types()
    from interpogate.editor.server import EditorServer

    server = EditorServer(command=worker)
    gc.freeze()
    gc.enable()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, _stop, server, number)
    return await server.serve(reading=reading, writing=writing)


def _stop(server: EditorServer, number: signal.Signals) -> None:
    logger.info("the editor process ends: %s", number.name)
    server.stop()


if __name__ == "__main__":
    sys.exit(main())
