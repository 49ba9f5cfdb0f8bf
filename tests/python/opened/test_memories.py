"""What an open model remembers for the time without a worker: levels and runs."""

from __future__ import annotations

from typing import Any

from interpogate.opened.level_cache import LevelCache
from interpogate.opened.run_ledger import RunLedger

Json = dict[str, Any]


def _reply(version: int, *containers: str) -> Json:
    return {"graphVersion": version, "levels": [{"container": name} for name in containers]}


def test_levels_are_kept_by_container_and_detail() -> None:
    cache = LevelCache()
    cache.keep("essential", _reply(1, ".", "h"))
    cache.keep("all", _reply(1, "."))
    assert cache.read(["h", "."], "essential") == _reply(1, "h", ".")
    assert cache.read(["h", "."], "all") == _reply(1, ".")


def test_a_newer_graph_replaces_the_older_one_whole() -> None:
    cache = LevelCache()
    cache.keep("all", _reply(1, ".", "h"))
    cache.keep("all", _reply(2, "."))
    cache.keep("all", _reply(1, "late"))
    assert cache.read([".", "h", "late"], "all") == _reply(2, ".")


def test_the_cache_does_not_grow_without_bound() -> None:
    cache = LevelCache()
    for number in range(3000):
        cache.keep("all", _reply(1, str(number)))
    kept = cache.read([str(number) for number in range(3000)], "all")["levels"]
    assert len(kept) == 1000
    assert kept[-1] == {"container": "2999"}


def _run(number: int, phase: str) -> Json:
    return {"runId": number, "phase": phase}


def test_only_runs_under_way_are_ended() -> None:
    ledger = RunLedger()
    for run in (_run(1, "running"), _run(1, "finished"), _run(2, "running")):
        ledger.note(run)
    assert ledger.end_all(phase="failed", problem={"code": "x"}) == [
        {"runId": 2, "phase": "failed", "problem": {"code": "x"}}
    ]
    assert ledger.end_all(phase="failed", problem=None) == []


def test_a_reply_that_comes_after_the_runs_end_does_not_revive_it() -> None:
    ledger = RunLedger()
    ledger.note(_run(1, "finished"))
    ledger.note(_run(1, "running"))
    assert ledger.end_all(phase="failed", problem=None) == []
    assert ledger.last_id == 1
