"""What a real browser complains of while somebody is at it: a test that ends with a complaint fails."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page, Request, Response

#: htmx's words for a request that ended because its page was left; which one it was, `Complaints` hears from the browser
CUT_OFF = ("htmx:afterRequest", "htmx:sendAbort")


class Complaints:
    """Errors of this page's console and scripts, answers of 500 and more by their address, and what was being saved when it was left."""

    def __init__(self, page: Page, *, expected: str = "$^") -> None:
        """`expected` is a pattern of what is none: an answer that says no is an error to Chromium."""
        self._expected = re.compile(expected)
        self.all: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._add(str(error)))
        page.on("response", self._response)
        page.on("requestfailed", self._cut_off)

    def _add(self, text: str) -> None:
        if not self._expected.search(text):
            self.all.append(text)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and said.text not in CUT_OFF:
            self._add(said.text)

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._add(f"{response.status} {response.request.method} {response.url}")

    def _cut_off(self, request: Request) -> None:
        """A list that was being renewed is no loss; what somebody typed or pressed is."""
        if request.method != "GET" and "hx-request" in request.headers:
            self._add(f"{request.failure} {request.method} {request.url}")
