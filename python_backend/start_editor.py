"""Starts the editor process, from a checkout or from the bundle inside the extension.

Called by the extension. The backend and the bundled libraries come first on the path: this process
runs no user code, so what the user has installed or put on PYTHONPATH must not change it.
"""

import os
import runpy
import sys
from pathlib import Path


def _arrange_path() -> None:
    here = Path(__file__).resolve().parent
    bundled = here / "backend"
    foreign = {str(here), *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    own = [str(bundled if bundled.is_dir() else here)]
    if (here / "libs").is_dir():
        own.append(str(here / "libs"))
    sys.path[:] = own + [entry for entry in sys.path if entry not in foreign]


if __name__ == "__main__":
    _arrange_path()
    runpy.run_module("interpogate.editor", run_name="__main__")
