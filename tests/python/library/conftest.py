"""No test of the library may leave anything of ours on any module."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _clean(nothing_stays_on_modules: None) -> None:
    """After each test, as it is before."""
