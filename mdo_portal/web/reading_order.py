"""Every page is read in the order in which its letters are stored: no sign of a name turns round what stands behind it.

Embeddings, overrides and isolates (Unicode Bidirectional Algorithm, UAX 9, 2.1 to 2.5) are seen by nobody, reach to the end of the line
and can make `12-03-1951` of `1591-30-21`. Arabic and Hebrew need none of them in one name. On paper they stand as `[U+202E]`
(letters.py); what is stored and sent stays as it came.
"""

from __future__ import annotations

import re

from flask import Flask, Response

_TURNS = re.compile(b"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")  # U+202A to U+202E, U+2066 to U+2069, in UTF-8


def install(app: Flask) -> None:
    app.after_request(_straightened)


def _straightened(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
        page = response.get_data()
        if _TURNS.search(page):
            response.set_data(straight(page))
    return response


def straight(page: bytes) -> bytes:
    """UTF-8 without signs that turn the direction of what follows."""
    return _TURNS.sub(b"", page)
