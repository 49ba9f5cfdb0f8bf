"""Writes the coverage figure as a page for people. Called by `coverage_run.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from coverage_packages import found

Row = dict[str, Any]

_HEAD = """# Coverage

What a watched forward pass was tried on. Every type of transformers' `MODEL_MAPPING` is built at
tiny size with random weights, every class of torch's own `module_db` with torch's own samples;
each runs twice, unwatched and watched, and once on fake tensors. A case **passes** if the outputs
are bit-identical, all hooks are gone, every module that ran is recorded (checked against torch's
global hook), every other one states a reason, the data flow can be drawn, and it is the one that
ran: a replay pins what every leaf module gave, changes one of these tensors, and sees whose input
changes; each such direct flow between leaf modules, inputs and results must be shown in both
details, and no other (`scripts/oracle/`). A case that **cannot
run here** fails without Interpogate too: it lacks a package or a file, or the script's guess at a
tiny configuration or at its inputs is not good enough. Types that need natten or detectron2 are
among these: no builds for this torch were at hand. Of torchvision and torchaudio, which are no
dependencies of this project, the Python parts were there, as timm and some types need them.

`python scripts/coverage_run.py` writes this page from the newest result of every case, which need
not be of one and the same run; a sample runs in `npm test`.
"""


def write_page(results: dict[str, Row], page: Path) -> None:
    """Write totals and every case that did not pass, with its reason."""
    parts = [_HEAD, _versions(), _totals(results)]
    parts += [
        _table(
            "Failed: watched and unwatched differ, or something was not told", results, "failed"
        ),
        _table("Cannot run here", results, "no case"),
        _flows(results),
        _fakes(results),
    ]
    page.write_text("\n".join(part for part in parts if part), "utf-8")


def _versions() -> str:
    import torch
    import transformers

    torch_version = torch.__version__.split("+")[0]
    others = found()
    beside = f", {others}" if others else ""
    return f"torch {torch_version}, transformers {transformers.__version__}{beside}.\n"


def _totals(results: dict[str, Row]) -> str:
    lines = [
        "| | cases | can run | pass | direct flows compared | of those traced on fake tensors |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for library, title in (("transformers", "transformers, model types"), ("torch", "torch.nn")):
        rows = [row for name, row in results.items() if name.startswith(f"{library}:")]
        ran = [row for row in rows if row["status"] != "no case"]
        passed = [row for row in ran if row["status"] == "passed"]
        fake = [row for row in passed if not row.get("fake")]
        flows = sum(row.get("flows", 0) for row in passed)
        cells = (title, len(rows), len(ran), len(passed), flows, len(fake))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _table(title: str, results: dict[str, Row], status: str) -> str:
    rows = {name: row for name, row in sorted(results.items()) if row["status"] == status}
    return _listed(title, {name: row["reason"] for name, row in rows.items()})


def _flows(results: dict[str, Row]) -> str:
    notes = {n: row["flow_note"] for n, row in sorted(results.items()) if row.get("flow_note")}
    return _listed("Data flow compared in part, or not at all", notes)


def _fakes(results: dict[str, Row]) -> str:
    refused = {n: row["fake"] for n, row in sorted(results.items()) if row.get("fake")}
    return _listed("Traced for real only: fake tensors were refused", refused)


def _listed(title: str, reasons: dict[str, str]) -> str:
    if not reasons:
        return ""
    lines = [f"## {title}", "", f"{len(reasons)} cases.", "", "| case | reason |", "| --- | --- |"]
    lines += [f"| {name.split(':')[1]} | {_cell(reason)} |" for name, reason in reasons.items()]
    return "\n".join(lines) + "\n"


def _cell(reason: str) -> str:
    """Text for a table; of the places on this machine only the file names."""
    short = re.sub(r"(?:/[^/\s'\"]+)+/", "", reason)
    return short.replace("|", "\\|").replace("<", "&lt;")
