"""Compares the data flow shown with the one that ran: `python scripts/oracle_run.py [NAME…]`.

Without names: all of the zoo (`tests/models/zoo`) and every fourth type of transformers; `--every
N` takes another part of the types, `--every 1` all. Each difference is named: `lost` is a flow that
is not shown, `false` one that does not exist. The exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "python_backend"), str(ROOT / "scripts"), str(ROOT / "tests" / "models")]

from zoo.animals import ZOO, animal  # noqa: E402

from coverage_cases import Case, NoCase, transformers_case, transformers_names  # noqa: E402
from coverage_check import examined_flows  # noqa: E402
from coverage_packages import make_importable  # noqa: E402

_SHOWN = 8
_EVERY = 4


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="animals of the zoo or types of transformers")
    parser.add_argument("--every", type=int, default=_EVERY, help="one type in so many")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    make_importable()
    names = options.names or [*ZOO, *transformers_names()[:: options.every]]
    wrong = sum(_report(name) for name in names)
    _say(f"{wrong} of {len(names)} with differences")
    return 1 if wrong else 0


def _report(name: str) -> bool:
    began = perf_counter()
    try:
        found = examined_flows(_case(name))
    except NoCase as error:
        _say(f"{name}: cannot run here: {error}")
        return False
    parts = [f"{found.flows} flows", f"{len(found.unconfirmed)} unconfirmed", found.note]
    _say(f"{name}: {', '.join(filter(None, parts))} ({perf_counter() - began:.1f} s)")
    for difference in found.differences[:_SHOWN]:
        _say(f"    {difference}")
    return bool(found.differences)


def _case(name: str) -> Case:
    if name in ZOO:
        model, args, kwargs = animal(name)
        return Case(name, model, args, kwargs)
    return transformers_case(name)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
