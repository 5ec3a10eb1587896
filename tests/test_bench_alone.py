"""A bench, or the corpus, keeps its data in the checkout: two at a time would throw away each other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.house import alone


def test_a_second_run_of_a_checkout_ends_and_leaves_the_first_its_data(tmp_path: Path) -> None:
    home = tmp_path / "var" / "bench"
    with alone(home):
        (home / "postgres").mkdir()
        with pytest.raises(SystemExit, match="Another run"), alone(home):
            pass
        assert (home / "postgres").exists()


def test_the_next_run_begins_with_nothing_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "figures.txt").write_text("of before")
    with alone(tmp_path):
        assert [each.name for each in tmp_path.iterdir()] == ["lock"]
