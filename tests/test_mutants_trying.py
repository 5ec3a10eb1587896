"""How the harness of small mistakes tries them: by real tests, in one process, and what one leaves is not the next one's (tests/mutants)."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.mutants import trying
from tests.mutants.trying import Trial

SOURCE = """
from threading import Event

def counted(most):
    at = 0
    while at < most:
        at += 1
        Event().wait(0.01)  # a mistake that hangs here takes time and no processor
    return at
"""

TESTS = """
import pytest
import ages_to_count

@pytest.fixture(scope="session")
def house():
    return {"busy": False}

def test_counts(house):
    assert not house["busy"], "somebody stopped halfway"
    house["busy"] = True
    counted = ages_to_count.counted(2)
    house["busy"] = False
    assert counted == 2
"""


def test_what_a_mistake_that_hangs_leaves_halfway_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ages_to_count.py").write_text(SOURCE)
    (tmp_path / "test_ages_to_count.py").write_text(TESTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    said: list[str] = []
    trial = Trial(["ages_to_count"], say=said.append, every=1, only="", most=9)

    with patch.multiple(trying, LONGEST=1.0, MAKING=3.0):
        quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest", f"--rootdir={tmp_path}", "-c", "/dev/null"]
        pytest.main([*quiet, str(tmp_path)], plugins=[trial])
    for name in ("ages_to_count", "test_ages_to_count"):
        sys.modules.pop(name, None)

    assert not [line for line in said if line.startswith("worth nothing")]
    hung = [line for line in said if line.startswith(trying.BY_HANGING)]
    assert len(hung) == 1, said
