"""The picture as the output of a notebook cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interpogate.notebook.document import frame
from interpogate.notebook.picture import Picture


@dataclass(frozen=True)
class Visualization:
    """Shows itself where it is the value of a notebook cell."""

    picture: Picture
    title: str
    width: str
    """A CSS or HTML length such as `100%` or `800`."""
    height: int
    """In pixels."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        html = frame(self.picture, self.title, width=self.width, height=self.height)
        return {"text/html": html, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Visualization of {self.title}; shown in notebooks, else use to_html(path)>"

    def show(self) -> bool:
        """Show it now, in the cell that runs. False outside a notebook, where nothing can show."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            return False
        shell = get_ipython()
        if shell is None or not hasattr(shell, "kernel"):
            return False
        display(self)
        return True
