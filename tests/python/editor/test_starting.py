"""The start of the editor process: quick, without heavy imports, from a checkout and a bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from editor_driver import ROOT, START_EDITOR, EditorDriver
from process_marks import ProcessMark

BACKEND = ROOT / "python_backend"
_PRINT_PATH = "import json, sys\nprint(json.dumps([sys.path, sys.argv]))\n"
HEAVY = ("torch", "transformers", "numpy", "jsonrpcserver", "watchdog", "interpogate.worker")


def test_initialize_is_answered_with_the_servers_name(editor: EditorDriver) -> None:
    identifier = editor.send("interpogate/model/list", {})
    assert editor.wait_reply(identifier) == {"models": []}


def test_nothing_heavy_is_imported_even_when_models_are_open(mark: ProcessMark) -> None:
    command = [sys.executable, "-X", "importtime", str(START_EDITOR)]
    editor = EditorDriver(command, environment=mark.environment)
    assert editor.initialize()["serverInfo"]["name"] == "interpogate"
    editor.open_until("no such thing", "failed")
    assert editor.leave() == 0
    imported = {line.rpartition("|")[2].strip() for line in editor.log.splitlines()}
    assert "interpogate.editor.server" in imported
    assert not [name for name in HEAVY if name in imported]


def test_modules_of_the_user_cannot_shadow_those_of_the_editor(
    mark: ProcessMark, tmp_path: Path
) -> None:
    for name in ("json", "queue", "asyncio", "pygls", "attrs", "interpogate"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    environment = {**mark.environment, "PYTHONPATH": str(tmp_path)}
    editor = EditorDriver.start(environment=environment, folder=tmp_path)
    editor.initialize()
    assert editor.leave() == 0


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The layout inside the extension."""
    bundled = tmp_path / "bundled"
    (bundled / "backend").mkdir(parents=True)
    (bundled / "libs").mkdir()
    for script in ("start_editor.py", "start_worker.py"):
        shutil.copy(BACKEND / script, bundled / script)
    return bundled


def test_the_editor_starts_from_the_bundle(bundle: Path, mark: ProcessMark) -> None:
    (bundle / "backend" / "interpogate").symlink_to(BACKEND / "interpogate")
    command = [sys.executable, str(bundle / "start_editor.py")]
    editor = EditorDriver(command, environment=mark.environment)
    editor.initialize()
    assert editor.leave() == 0


def _path_of(bundle: Path, process: str) -> list[str]:
    package = bundle / "backend" / "interpogate" / process
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "__main__.py").write_text(_PRINT_PATH)
    command = [sys.executable, str(bundle / f"start_{process}.py")]
    done = subprocess.run(command, capture_output=True, check=True)
    return [str(entry) for entry in json.loads(done.stdout)[0]]


def test_the_users_packages_win_over_the_bundled_ones_in_the_worker(bundle: Path) -> None:
    path = _path_of(bundle, "worker")
    assert path[0] == str(bundle / "backend")
    assert path[-1] == str(bundle / "libs")
    assert str(bundle) not in path


def test_the_bundled_packages_win_in_the_editor(bundle: Path) -> None:
    path = _path_of(bundle, "editor")
    assert path[:2] == [str(bundle / "backend"), str(bundle / "libs")]
    assert str(bundle) not in path
