"""What the fuzzing of `make fuzz` is led by: lines of files that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import targets
from tests.fuzz.engine import Target

ROOT = Path(__file__).parent.parent
OURS = [str(path) for path in (ROOT / "integrations").rglob("*.py")]


@pytest.mark.parametrize("target", targets(), ids=lambda one: one.name)
def test_what_a_target_watches_is_a_file_of_ours(target: Target) -> None:
    """Files that moved into rooms were watched at their old place: every input looked like the one before, and none was kept."""
    assert target.files
    for part in target.files:
        assert any(part in path for path in OURS), part
