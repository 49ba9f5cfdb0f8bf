"""The public coverage figure: `python scripts/coverage_run.py` writes `docs/coverage.md`.

Cases run in one child process at a time, which is killed and replaced when a case takes too long or
takes it down. Results are kept in `out/coverage.jsonl`; `--only NAME…` runs some anew and keeps the
others, `--only` alone runs those that did not pass; `--table` writes the page from what is there.
Packages that only some types need may stand in a folder of their own that PYTHONPATH names.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "out" / "coverage.jsonl"
_TIME_LIMIT_S = 600
_CASES_PER_CHILD = 60
_SHOWN = 3
"""Flows of one case that are named."""


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", help="names of cases to run anew")
    parser.add_argument("--table", action="store_true", help="only write the page")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        serve()
        return
    if not options.table:
        run_all(options.only)
    from coverage_table import write_page

    write_page(load(), ROOT / "docs" / "coverage.md")


def load() -> dict[str, dict[str, Any]]:
    """The newest result of every case."""
    if not RESULTS.exists():
        return {}
    rows = [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]
    return {row["name"]: row for row in rows}


def run_all(only: list[str] | None) -> None:
    """Run what is wanted and not known yet."""
    from coverage_cases import torch_names, transformers_names

    names = [f"transformers:{n}" for n in transformers_names()]
    names += [f"torch:{n}" for n in torch_names()]
    known = {} if only is not None else load()
    wanted = [n for n in names if n not in known and (not only or n.split(":")[1] in only)]
    if only == []:
        wanted = [name for name, row in load().items() if row["status"] != "passed"]
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        for start in range(0, len(wanted), _CASES_PER_CHILD):
            _run(wanted[start : start + _CASES_PER_CHILD], file)


def _run(names: list[str], file: TextIO) -> None:
    child: subprocess.Popen[str] | None = None
    for name in names:
        child = child if child is not None and child.poll() is None else _child()
        began = perf_counter()
        row = _ask(child, name)
        row["seconds"] = round(perf_counter() - began, 1)
        file.write(json.dumps(row) + "\n")
        file.flush()
    if child is not None:
        _end(child)


def _child() -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--child"]
    folders = [
        str(ROOT / "python_backend"),
        str(ROOT / "scripts"),
        os.environ.get("PYTHONPATH", ""),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(  # noqa: S603 (this file itself)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=environment,
    )  # fmt: skip


def _ask(child: subprocess.Popen[str], name: str) -> dict[str, Any]:
    assert child.stdin is not None  # noqa: S101 (made with pipes)
    assert child.stdout is not None  # noqa: S101
    child.stdin.write(name + "\n")
    child.stdin.flush()
    ready, _, _ = select.select([child.stdout], [], [], _TIME_LIMIT_S)
    line = child.stdout.readline() if ready else ""
    if line:
        row: dict[str, Any] = json.loads(line)
        return row
    _end(child)
    reason = "took too long" if not ready else "ended the process"
    return {"name": name, "status": "no case", "reason": reason}


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def serve() -> None:
    """Look at each case named on standard input; answers go to the real standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import logging
    import warnings

    import torch

    from coverage_packages import make_importable

    torch.set_num_threads(1)
    make_importable()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        answers.write(json.dumps(look(line.strip())) + "\n")
        answers.flush()


def look(name: str) -> dict[str, Any]:
    """The result of one case."""
    from coverage_cases import NoCase, torch_cases, transformers_case

    library, _, own = name.partition(":")
    try:
        cases = [transformers_case(own)] if library == "transformers" else list(torch_cases(own))
        verdict = _judged(cases)
    except NoCase as error:
        return {"name": name, "status": "no case", "reason": str(error)}
    except Exception as error:  # noqa: BLE001 (whatever it is, it belongs into the table)
        text = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        return {"name": name, "status": "failed", "reason": text}
    return {"name": name, **verdict}


def _judged(cases: list[Any]) -> dict[str, Any]:
    from coverage_check import examined_flows, fake_refusal, problems

    if not cases:
        return {"status": "no case", "reason": "torch has no sample of it"}
    found = list(dict.fromkeys(problem for case in cases for problem in problems(case)))
    verdicts = [examined_flows(case) for case in cases]
    found += [difference for verdict in verdicts for difference in verdict.differences[:_SHOWN]]
    fakes = [refusal for refusal in map(fake_refusal, cases) if refusal]
    return {
        "status": "failed" if found else "passed",
        "reason": "; ".join(found),
        "fake": fakes[0] if fakes else "",
        "size": cases[0].size,
        "modules": sum(1 for case in cases for _ in case.model.modules()),
        "samples": len(cases),
        "flows": sum(verdict.flows for verdict in verdicts),
        "unconfirmed": sum(len(verdict.unconfirmed) for verdict in verdicts),
        "flow_note": next((verdict.note for verdict in verdicts if verdict.note), ""),
    }


if __name__ == "__main__":
    main()
