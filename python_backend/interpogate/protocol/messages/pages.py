"""Hook code, and what page and host say to each other."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.blocks import Block
from interpogate.protocol.messages.terms import (
    GraphDetail,
    HookKind,
    HookStyle,
    HostKind,
    InsertPlace,
    ProblemAction,
)


@dataclass(frozen=True, kw_only=True)
class WriteHook:
    """Asks for hook code."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id; an operation's code hooks the module that runs it, a group's all its members."""
    kind: HookKind
    """Which callbacks."""
    style: HookStyle = "interpogate"
    """`pytorch` needs no package: `register_forward_hook` on `model`."""
    also: tuple[str, ...] = ()
    """Further nodes that get the same hooks."""
    with_model: bool = False
    """Whether the code loads the model first, for a file of its own."""


@dataclass(frozen=True, kw_only=True)
class HookCode:
    """Code to insert."""

    path: str
    """Module path it hooks."""
    text: str
    """Plain code, 4 spaces a level, no indentation of its own, ends with a newline."""
    snippet: str
    """The same with tab stops, in the syntax of VS Code snippets."""
    imports: tuple[str, ...]
    """Import statements the code needs, one a line."""


@dataclass(frozen=True, kw_only=True)
class PageView:
    """Where a page looks: by a node, since other places are others after each layout."""

    node: str
    """Node id."""
    scale: float
    """CSS pixels in a unit of the drawing."""
    x: float
    """From the middle of the view to the node's left side, in CSS pixels."""
    y: float
    """From the middle of the view to its upper side."""


@dataclass(frozen=True, kw_only=True)
class PageState:
    """What a page wants back after a reload of the window; kept in its host's own store."""

    model_id: str | None = None
    """Model shown."""
    source: str | None = None
    """Its source, to open it again when the id is gone."""
    folder: str | None = None
    """Its folder."""
    expanded: tuple[str, ...] = ()
    """Unfolded containers."""
    selected: str | None = None
    """Selected node."""
    text: str | None = None
    """What the text box holds."""
    inputs: str | None = None
    """What the inputs box holds."""
    detail: GraphDetail = "essential"
    """Which operations are shown."""
    drawer_share: float | None = None
    """Height of a narrow page's drawer, as a share of the page; None: as it comes."""
    drawer_tab: str | None = None
    """Which of the drawer's tabs is open."""
    drawer_collapsed: bool = False
    """Whether only the drawer's tabs are seen."""
    blocks: tuple[Block, ...] = ()
    """Visualization blocks, to put them back where the model has to be opened again."""
    view: PageView | None = None
    """Where the user looked; None: as the graph is first met."""


@dataclass(frozen=True, kw_only=True)
class HostState:
    """What the host tells a page that says it is ready."""

    kind: HostKind
    """Where the page lives."""
    can_insert: bool
    """Whether `hook/insert` and `source/open` work here; else the page offers copying."""
    trusted: bool
    """Whether models may be opened (Workspace Trust)."""
    model_id: str | None = None
    """Model to show; None shows the empty state."""


@dataclass(frozen=True, kw_only=True)
class ShowModel:
    """Tells a page which model to show."""

    model_id: str | None
    """None shows the empty state."""


@dataclass(frozen=True, kw_only=True)
class RevealPath:
    """Tells a page to select a module and bring it into view."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Tells the host what is selected in the page."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    path: str
    """Module path."""


@dataclass(frozen=True, kw_only=True)
class InsertHook:
    """Asks the host to insert hook code, at the cursor of the last active Python editor."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    kind: HookKind
    """Which callbacks."""
    also: tuple[str, ...] = ()
    """Further nodes that get the same hooks."""
    recipe: str = ""
    """A recipe to insert in place of plain hooks; `kind` then says nothing."""
    place: InsertPlace = "cursor"
    """`newFile` opens an untitled Python file for it."""


@dataclass(frozen=True, kw_only=True)
class Inserted:
    """Where code was inserted."""

    file: str
    """Name of the document, for a message; empty if the user declined."""


@dataclass(frozen=True, kw_only=True)
class CopyText:
    """Asks the host to put a text on the clipboard."""

    text: str
    """What to copy."""


@dataclass(frozen=True, kw_only=True)
class SavePicture:
    """Asks the host to let the user save a file that the page has made."""

    name: str
    """File name to propose; its ending tells the kind."""
    data: str
    """The content in base64."""


@dataclass(frozen=True, kw_only=True)
class PictureSaved:
    """Answer to `SavePicture`."""

    file: str
    """Name of the file, for a message; empty if the user declined."""


@dataclass(frozen=True, kw_only=True)
class ActOnProblem:
    """Asks the host to carry out a problem's action."""

    model_id: str | None
    """The model the problem belongs to, if any."""
    action: ProblemAction
    """What to do; `openModel` asks the user for a source, `restart` starts the worker again."""


@dataclass(frozen=True, kw_only=True)
class OpenFromPage:
    """Asks the host to open a model from the empty state."""

    source: str | None
    """None: the host asks the user."""
