"""Tests that share something dear (a portal of processes, a browser, a filled house) run on one worker."""

from __future__ import annotations

import pytest

GROUP = "of this test"


@pytest.mark.xdist_group(GROUP)
def test_the_name_of_a_test_says_its_group_where_the_work_is_dealt_out(request: pytest.FixtureRequest) -> None:
    """`--dist loadgroup` reads it there; where nothing is dealt out, it is not in the way."""
    dealt_out = bool(getattr(request.config.option, "loadgroup", False))

    assert request.node.nodeid.endswith(f"@{GROUP}") is dealt_out
