"""A person of the region at a screen: signs in, reads pages, sends forms; nothing but what a browser can do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

import httpx

from mdo_portal.commands.demo.fill import PASSWORD
from mdo_portal.commands.demo.places import Places
from mdo_portal.wiring_region import PersonSeed, Region

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class StoryBroken(Exception):
    """A step of the story did not happen; says which, without anybody's data."""


@dataclass
class Screen:
    """One signed-in browser."""

    base: str
    email: str
    password: str
    client: httpx.Client = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.base, follow_redirects=True, timeout=30, trust_env=False)
        self.read("/sign-in")
        self.send("/sign-in", {"email": self.email, "password": self.password})

    def read(self, path: str) -> str:
        """A page. Remembers its form token."""
        return self._page(self.client.get(path), path)

    def send(self, path: str, fields: Mapping[str, object], files: Mapping[str, object] | None = None) -> str:
        """A form, as the page would send it."""
        data = {**fields, "csrf_token": self.token}
        return self._page(self.client.post(path, data=data, files=files), path)  # type: ignore[arg-type]

    def _page(self, answer: httpx.Response, path: str) -> str:
        if answer.status_code >= 400:
            raise StoryBroken(f"{re.sub(UUID, 'ID', path)} answered {answer.status_code}")
        found = re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
        if found:
            self.token = unescape(found[1])
        return answer.text

    def download(self, path: str) -> bytes:
        answer = self.client.get(path)
        return answer.content if answer.status_code == 200 else b""

    def cookie(self) -> str:
        """For the socket of the same browser."""
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    def work_list(self) -> list[str]:
        """The ids of every case on the work list, page after page."""
        return list(self._work_list())

    def _work_list(self) -> Iterator[str]:
        after = ""
        while True:
            page = self.read(f"/worklist/rows?after={after}")
            yield from re.findall(rf'data-row="({UUID})"', page)
            more = re.search(rf"after=(\d{{4}}-\d\d-\d\d~{UUID})", page)
            if not more or more[1] == after:
                return
            after = more[1]


def person(places: Places, region: Region, fits: Callable[[PersonSeed], bool]) -> Screen:
    """The first person of the region who fits, signed in."""
    found = next(one for one in region.persons if fits(one))
    return Screen(places.url, found.email, PASSWORD)


def with_role(board: str, *roles: str) -> Callable[[PersonSeed], bool]:
    """Who has one of these roles on that board."""
    return lambda one: any(code == board and role in roles for code, role in one.boards)


def meeting_to_choose(page: str) -> str:
    """The id of the first meeting that the page of a case offers to plan it in."""
    choice = rf'name="meeting_id"[^>]*>\s*(?:<option value="">[^<]*</option>\s*)?<option value="({UUID})"'
    return first(choice, page, "meeting to choose")


def until(condition: object, *, seconds: float, what: str, pause: float = 0.05) -> None:
    """Wait until `condition()` holds. Raises StoryBroken naming `what`."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise StoryBroken(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def first(pattern: str, page: str, what: str) -> str:
    """The first match in a page. Raises StoryBroken naming `what`."""
    found = re.search(pattern, page)
    if found is None:
        raise StoryBroken(f"no {what} on the page")
    return unescape(found[1])
