"""One demo for all journeys: PostgreSQL, portal, listener, worker and the four hospitals, on ports of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.fill import PASSWORD
from mdo_portal.commands.demo.places import Places, free_places
from mdo_portal.commands.demo.screens import Screen
from mdo_portal.wiring_region import Region, invented_region


@dataclass(frozen=True)
class Demo:
    """A running demo, and the people in it."""

    places: Places
    home: Path
    region: Region

    def screen(self, key: str) -> Screen:
        """The screen of the person with this key in the region, signed in."""
        person = next(person for person in self.region.persons if person.key == key)
        return Screen(self.places.url, person.email, PASSWORD)

    def failures(self) -> str:
        """What the processes of the demo said went wrong: a browser knows only that something did."""
        return "\n".join(story.failures(self.home))

    def with_role(self, board: str, *roles: str) -> Screen:
        """Somebody with one of these roles on this board."""
        person = next(p for p in self.region.persons if any(code == board and role in roles for code, role in p.boards))
        return Screen(self.places.url, person.email, PASSWORD)


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    places = free_places()
    with story.running(places, home):
        made = Demo(places, home, invented_region())
        yield made
        assert not made.failures()
