"""`kill -9` of a real worker at random moments: everything comes back, nothing is left over.

`INTERPOGATE_KILLS=100` kills more often, as `npm run bench` does.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from editor_driver import EditorDriver
from killing import MOMENTS, Killed, Typist
from process_marks import ProcessMark

_ASKED = os.environ.get("INTERPOGATE_KILLS")
KILLS = int(_ASKED or len(MOMENTS))
SLACK = 1 if _ASKED else 20
"""Beside other tests nothing is measured: only what hangs is too long."""
BEYOND_LOADING_S = 2.0 * SLACK
WAIT_FOR_WORDS_S = 1.0 * SLACK
"""A person who types does not wait longer; on a machine at rest it is milliseconds."""


@pytest.fixture
def mark() -> Iterator[ProcessMark]:
    mark = ProcessMark()
    yield mark
    mark.assert_none_left()


def _moments(chance: random.Random) -> Iterator[str]:
    """Each kind of moment equally often, in any order."""
    for _ in itertools.count():
        yield from chance.sample(MOMENTS, len(MOMENTS))


def test_a_worker_killed_at_any_moment_comes_back_with_graph_and_language_features(
    mark: ProcessMark, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(9)  # noqa: S311 (the same moments each time)
    editor = EditorDriver.start(environment=mark.environment)
    try:
        editor.initialize()
        killed = Killed(editor, mark, tmp_path, chance)
        typist = Typist(editor)
        typist.begin()
        try:
            for moment in itertools.islice(_moments(chance), KILLS):
                killed.at(moment)
        finally:
            typist.end()
        assert len(mark.living()) == 2, "the editor process and one worker"
        killed.assert_nothing_gathers()
        assert not typist.refused, typist.refused[:3]
        assert editor.leave() == 0
    finally:
        editor.discard()
    assert max(killed.beyond_s) <= BEYOND_LOADING_S, killed.story()
    assert sorted(typist.waits_s)[len(typist.waits_s) * 99 // 100] <= WAIT_FOR_WORDS_S
    with capsys.disabled():
        print(f"\n{killed.story()}; {typist.story()}")  # noqa: T201 (what the bench shows)
