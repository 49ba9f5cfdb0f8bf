"""The container's files, as far as they can be proven without an engine.

They are parsed, what they name exists, and their entry point and health check run as they stand
there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from process_marks import ProcessMark
from serve_driver import PageClient, ServeProcess

ROOT = Path(__file__).resolve().parents[3]
_PINNED = re.compile(r"\w+:\d+\.\d+\.\d+-[\w-]+")


def _instructions() -> Iterator[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, " ".join(rest.split())


def _all(word: str) -> list[str]:
    return [rest for name, rest in _instructions() if name == word]


def _environment() -> dict[str, str]:
    pairs = (pair.partition("=") for line in _all("ENV") for pair in line.split())
    return {name: value for name, _, value in pairs}


def _service() -> dict[str, Any]:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    service: dict[str, Any] = composed["services"]["interpogate"]
    return service


def test_base_images_are_pinned() -> None:
    arguments = dict(line.split("=", 1) for line in _all("ARG"))
    for line in _all("FROM"):
        name = re.search(r"\$\{(\w+)\}", line)
        assert name is not None
        assert _PINNED.fullmatch(arguments[name.group(1)])


def test_it_runs_as_an_ordinary_user() -> None:
    words = [word for word, _ in _instructions()]
    assert _all("USER") == ["10001"]
    assert "RUN" not in words[words.index("USER") :]
    assert any("useradd" in line and "--uid 10001" in line for line in _all("RUN"))


def test_what_is_copied_exists_and_reaches_the_build() -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in _all("COPY"):
        if line.startswith("--from"):
            continue
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in allowed, source


def test_the_page_is_copied_to_where_the_server_looks() -> None:
    (line,) = [line for line in _all("COPY") if line.startswith("--from")]
    assert line.split()[-1] == "python_backend/interpogate/notebook/page/"
    assert {Path(name).name for name in line.split()[1:-1]} == {"page.js", "page.css", "drawing.js"}


def test_the_extras_that_are_installed_exist() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (extras,) = re.findall(r'pip install "\.\[([\w,]+)\]"', " ".join(_all("RUN")))
    assert all(f"\n{extra} = [" in text for extra in extras.split(","))


def test_the_port_is_published_on_this_machine_only() -> None:
    port = _environment()["INTERPOGATE_PORT"]
    assert _all("EXPOSE") == [port]
    assert _service()["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"127.0.0.1:{port}/" in _all("HEALTHCHECK")[0]


def test_compose_starts_what_the_image_starts() -> None:
    assert _service()["command"] == json.loads(_all("CMD")[-1])
    arguments = {line.split("=")[0] for line in _all("ARG")}
    assert set(_service()["build"]["args"]) <= arguments


def test_the_entry_point_serves_and_the_health_check_finds_it(mark: ProcessMark) -> None:
    entry = json.loads(_all("ENTRYPOINT")[0])
    command = json.loads(_all("CMD")[-1])
    assert entry == ["python", "-m", "interpogate", "serve"]
    free = {**_environment(), "INTERPOGATE_PORT": "0"}
    environment = {**mark.environment, **free}
    with ServeProcess(*command, environment=environment, flags=()) as server:
        port = server.origin.rpartition(":")[2]
        check = json.loads(_all("HEALTHCHECK")[0].partition("CMD ")[2])
        asked = [sys.executable, *check[1:]]
        asked[-1] = asked[-1].replace(f":{_environment()['INTERPOGATE_PORT']}/", f":{port}/")
        assert subprocess.run(asked, check=False).returncode == 0
        with PageClient(server.origin, server.token) as page:
            assert page.open_model()["phase"] == "ready"
        server.process.terminate()
        assert server.wait_end() == 0


def test_an_empty_token_of_compose_counts_as_none(mark: ProcessMark) -> None:
    environment = {**mark.environment, "INTERPOGATE_TOKEN": ""}
    with ServeProcess(environment=environment) as server:
        assert len(server.token) >= 43


def test_no_token_is_baked_into_the_image() -> None:
    assert "TOKEN" not in (ROOT / "Dockerfile").read_text("utf-8")
