"""What several files of web tests look at together."""

from __future__ import annotations

from tests.web.walk import walk

__all__ = ["walk"]
