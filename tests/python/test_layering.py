"""Lower never imports higher, in the backend and in the page; and the map shows the real tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "python_backend" / "interpogate"
PAGE = ROOT / "webview" / "src"
MAP = ROOT / "ARCHITECTURE.md"

# Each line may import itself and the lines above it.
BACKEND_LAYERS: Sequence[frozenset[str]] = (
    frozenset({"errors", "demo", "page_files"}),
    frozenset({"protocol", "graph"}),
    frozenset({"model", "trace", "visualizations", "codegen", "transport"}),
    frozenset({"presentation"}),
    frozenset({"model_graph", "run", "progress", "refusals", "onlookers"}),
    frozenset({"worker", "__init__", "interpogate", "hooks", "notebook"}),
    frozenset({"opened"}),
    frozenset({"editor", "web"}),
    frozenset({"export", "__main__"}),
)
# What the order would allow and must not be.
FORBIDDEN = {
    "editor": {"worker", "model", "trace", "graph", "codegen", "visualizations", "interpogate"}
    | {"presentation"},
    "opened": {"worker", "model", "trace", "graph", "codegen", "visualizations", "interpogate"}
    | {"presentation"},
    "transport": {"model", "trace", "codegen", "visualizations"},
    "interpogate": {"worker", "transport", "protocol"},
    "hooks": {"worker", "transport", "protocol"},
    "notebook": {"worker", "transport"},
    "graph": {"protocol"},
    "web": {"editor"},
}
# What the order would forbid and is meant: `Interpogate.serve` imports the server when called.
LATE = {("interpogate", "web")}
PAGE_LAYERS = ("protocol", "transport", "store", "layout", "blocks", "render", "svg", "ui", "main")
_PAGE_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")
_FOLDER_IN_MAP = re.compile(r"`((?:[\w.-]+/)+)`")


def _level(part: str) -> int:
    levels = [number for number, layer in enumerate(BACKEND_LAYERS) if part in layer]
    assert levels, f"{part} has no place in the order of layers"
    return levels[0]


def _part(file: Path, root: Path) -> str:
    return file.relative_to(root).parts[0].split(".")[0]


def _imported_parts(source: str) -> Iterator[str]:
    """The parts of `interpogate` that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = inside if node.module == "interpogate" else [str(node.module)]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "interpogate":
                yield rest.split(".")[0]


def _breaks(part: str, source: str) -> list[str]:
    known = set().union(*BACKEND_LAYERS)
    imported = [name for name in _imported_parts(source) if name in known]
    banned = FORBIDDEN.get(part, set())
    meant = {name for importer, name in LATE if importer == part}
    wrong = [name for name in imported if name in banned or _level(name) > _level(part)]
    return [name for name in wrong if name not in meant]


BACKEND_FILES = sorted(BACKEND.rglob("*.py"))


@pytest.mark.parametrize("file", BACKEND_FILES, ids=lambda file: str(file.relative_to(BACKEND)))
def test_a_backend_file_imports_nothing_above_it(file: Path) -> None:
    part = _part(file, BACKEND)
    assert _breaks(part, file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("graph", "from interpogate.worker.session import Session"),
        ("protocol", "import interpogate.transport.stdio"),
        ("editor", "def late():\n    from interpogate.model.load import load_model"),
        ("errors", "from interpogate import protocol"),
        ("interpogate", "if 1:\n    import interpogate.worker"),
    ],
)
def test_an_import_that_breaks_the_order_is_noticed(part: str, source: str) -> None:
    assert len(_breaks(part, source)) == 1


@pytest.mark.parametrize(("part", "late"), sorted(LATE))
def test_what_is_imported_late_is_not_imported_at_once(part: str, late: str) -> None:
    script = (
        f"import sys, interpogate.{part};"
        f"sys.exit(any(name.startswith('interpogate.{late}') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_editor_process_knows_no_library_of_the_user() -> None:
    heavy = {"torch", "transformers", "numpy", "safetensors", "tokenizers"}
    for folder in ("editor", "opened", "transport", "protocol", "graph"):
        for file in (BACKEND / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                modules = [node.module] if isinstance(node, ast.ImportFrom) else []
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                found = {str(module).split(".")[0] for module in modules} & heavy
                assert not found, f"{file} imports {found}"


def _page_breaks(file: Path, text: str) -> list[str]:
    own = PAGE_LAYERS.index(_part(file, PAGE))
    targets = [(file.parent / place).resolve() for place in _PAGE_IMPORT.findall(text)]
    parts = [_part(target, PAGE) for target in targets]
    return [part for part in parts if PAGE_LAYERS.index(part) > own]


PAGE_FILES = sorted(file for kind in ("*.ts", "*.svelte") for file in PAGE.rglob(kind))


@pytest.mark.parametrize("file", PAGE_FILES, ids=lambda file: str(file.relative_to(PAGE)))
def test_a_page_file_imports_nothing_above_it(file: Path) -> None:
    assert _page_breaks(file, file.read_text("utf-8")) == []


def test_a_page_import_that_breaks_the_order_is_noticed() -> None:
    text = 'import {\n  a,\n} from "../ui/App.svelte";\nimport type { b } from "./camera";'
    assert _page_breaks(PAGE / "render" / "boxes.ts", text) == ["ui"]


@pytest.mark.skipif(not MAP.exists(), reason="the map is not written yet")
def test_every_folder_on_the_map_exists() -> None:
    folders = _FOLDER_IN_MAP.findall(MAP.read_text("utf-8"))
    places = (ROOT, ROOT / "python_backend", BACKEND, PAGE, ROOT / "webview", ROOT / "extension")
    missing = [name for name in folders if not any((place / name).is_dir() for place in places)]
    assert folders
    assert missing == []


@pytest.mark.skipif(not MAP.exists(), reason="the map is not written yet")
def test_every_package_of_the_backend_is_on_the_map() -> None:
    text = MAP.read_text("utf-8")
    packages = [folder.name for folder in BACKEND.iterdir() if (folder / "__init__.py").exists()]
    assert [name for name in packages if f"{name}/" not in text] == []
