"""How the tests are dealt out over the workers of pytest-xdist: file by file, and first of all the groups that must stay together.

`--dist loadgroup` deals them out one by one, and counts at each what every worker ever got: of 6,500 tests that was a tenth of the work.
A file that stays together also fills its own house once, and not once per worker.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling


class ByFile(LoadGroupScheduling):
    """Groups as `--dist loadgroup` has them; whatever is in no group goes by its file."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return scope if scope != nodeid else nodeid.partition("::")[0]

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]  # done: nobody need count it again


def in_order(items: list[pytest.Item]) -> None:
    """Groups first: the longest of them must not begin when everything else is done."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
