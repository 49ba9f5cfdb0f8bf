"""Entry of the worker process: the wire is taken away from user code before anything else.

The reader's thread answers what is quick, another what may take long; the main thread loads and
runs the model, since some libraries insist on it. The end of standard input ends the process,
whatever the model is doing.
"""

from __future__ import annotations

import logging
import sys
from threading import Thread

from interpogate.transport.process import end_group, end_with_parent
from interpogate.transport.stdio import StdioChannel, claim_stdio
from interpogate.worker.heartbeat import start_heartbeat
from interpogate.worker.service import Service
from interpogate.worker.slow import SlowRequests


def main() -> None:
    """Serve one model until standard input ends."""
    end_with_parent()
    channel = claim_stdio()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    # It logs every exception of a method with its parameters; ours are answered and logged by type.
    logging.getLogger("jsonrpcserver").setLevel(logging.CRITICAL)
    service = Service(channel.send, channel.flush)
    start_heartbeat(service.emit)
    Thread(target=_read, args=(channel, service), name="wire-reader", daemon=True).start()
    service.work()


def _read(channel: StdioChannel, service: Service) -> None:
    requests = SlowRequests(service.receive)
    try:
        while (line := channel.read()) is not None:
            requests.receive(line)
    finally:
        end_group()


if __name__ == "__main__":
    main()
