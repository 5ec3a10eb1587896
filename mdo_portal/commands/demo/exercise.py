"""The story that plays itself."""

from __future__ import annotations

from mdo_portal.commands.demo.places import Places


def exercise_running(places: Places) -> int:
    raise NotImplementedError
