"""Starts a worker process, from a checkout or from the bundle inside the extension.

Called by the editor process. The backend comes first on the path so that nothing can shadow it; the
bundled libraries come last so that the user's own packages win. The folder of the user's model is
added by the worker itself, once its own imports are done.
"""

import runpy
import sys
from pathlib import Path


def _arrange_path() -> None:
    here = Path(__file__).resolve().parent
    bundled = here / "backend"
    if sys.path and sys.path[0] == str(here):  # absent under PYTHONSAFEPATH
        del sys.path[0]
    sys.path.insert(0, str(bundled if bundled.is_dir() else here))
    if (here / "libs").is_dir():
        sys.path.append(str(here / "libs"))


if __name__ == "__main__":
    _arrange_path()
    runpy.run_module("interpogate.worker", run_name="__main__")
