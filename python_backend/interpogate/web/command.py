"""The commands of the standalone server as the command line has them. Called by `__main__.py`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from interpogate.errors import InterpogateError, PackageMissing
from interpogate.web.admission import Admission, is_loopback
from interpogate.web.settings import DTYPES, ServeSettings, SettingInvalid, read_settings

BAD_VALUE = 2


def add_serve(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], source: str
) -> argparse.ArgumentParser:
    """Describe `serve`. Values are checked in `settings.py`, wherever they come from."""
    serve = commands.add_parser(
        "serve",
        help="show a model in the browser, live",
        description="Show a model in the browser, live. Without MODEL the demo model.",
        epilog="Each option can be in the environment (INTERPOGATE_PORT) or, but for --host and "
        "--allow-host, in the table [tool.interpogate] of pyproject.toml (port). "
        "INTERPOGATE_TOKEN keeps the page's key from start to start.",
    )
    serve.add_argument("source", nargs="?", default="demo", metavar="MODEL", help=source)
    serve.add_argument("--host", help="where to listen (127.0.0.1)")
    serve.add_argument("--port", help="0 takes a free one (0)")
    serve.add_argument("--text", help="run this text first")
    serve.add_argument("--no-browser", action="store_true", default=None, help="only print the URL")
    serve.add_argument("--device", help="such as cpu or cuda:0")
    serve.add_argument("--dtype", help=f"one of {', '.join(DTYPES)}")
    serve.add_argument(
        "--tensor-memory", metavar="MB", help="how much of its runs is kept for blocks (1024)"
    )
    serve.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME[:PORT]",
        help="a further name that browsers reach this server by; may be repeated",
    )
    serve.add_argument(
        "--trust-remote-code", action="store_true", help="run code that comes with the model"
    )
    return serve


def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C; 0 then, 2 for a bad value, 1 if nothing could be served."""
    try:
        settings = read_settings(vars(options), os.environ, Path.cwd())
        return _serve(options, settings)
    except KeyboardInterrupt:  # before the server is up, or where signals cannot be handled
        return 0
    except SettingInvalid as error:
        _complain(error)
        return BAD_VALUE
    except InterpogateError as error:
        _complain(error)
        return 1


def _serve(options: argparse.Namespace, settings: ServeSettings) -> int:
    try:
        from interpogate.web.documents import page_fragment
        from interpogate.web.server import listening_socket
        from interpogate.web.serving import ModelService, open_in_browser, serve_until_stopped
    except ImportError as error:
        raise packages_missing(error) from error
    from interpogate.opened.logs import log_to_stderr
    from interpogate.protocol.messages import OpenModel

    log_to_stderr()
    logging.getLogger("interpogate").setLevel(logging.WARNING)
    listening = listening_socket(settings.host, settings.port)
    port = listening.getsockname()[1]
    admission = Admission.at(settings.host, port, allowed=settings.allow_host, token=settings.token)
    request = OpenModel(
        source=options.source,
        folder=str(Path.cwd()),
        trust_remote_code=options.trust_remote_code,
        device=settings.device,
        dtype=settings.dtype,
        text=settings.text,
        tensor_memory_mb=settings.tensor_memory,
    )
    service = ModelService(listening, admission, show_output=_show)
    _announce(settings, page_url(settings.host, port, page_fragment(admission.token)))
    if not settings.no_browser:
        open_in_browser(page_url(settings.host, port, admission.tickets.new_path()))
    asyncio.run(serve_until_stopped(service, request))
    return 0


def page_url(host: str, port: int, path: str) -> str:
    """The whole address of what is at `path` of the server."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 (compared)
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/{path.removeprefix('/')}"


def packages_missing(error: ImportError) -> PackageMissing:
    """The error for an installation without the packages that serving needs."""
    package = (error.name or "websockets").partition(".")[0]
    return PackageMissing(
        f"Serving needs the package {package}.",
        hint="Install it with: pip install 'interpogate[serve]'",
    )


def _announce(settings: ServeSettings, url: str) -> None:
    sys.stdout.write(f"Interpogate shows the model at\n\n    {url}\n\nCtrl-C ends it.\n")
    sys.stdout.flush()
    for name in settings.ignored:
        option = name.replace("_", "-")
        _show(
            f"Ignored: {option} in [tool.interpogate] of pyproject.toml. "
            f"Give --{option} or INTERPOGATE_{name.upper()}."
        )
    if not is_loopback(settings.host):
        _show(
            f"Warning: {settings.host} can be reached from other machines; whoever has this URL "
            "can run the model, and the connection is not encrypted."
        )


def _show(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _complain(error: InterpogateError) -> None:
    _show(f"{error} {error.own_hint}")
