"""What a form of ours showed, as it comes back with what was typed.

Two people with the same whole form: the second hears of the first before anything is overwritten, and loses nothing typed.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from mdo_portal.errors import Stale


def mark(shown: Mapping[str, Any]) -> str:
    """What a form shows, for its field `seen`: another as soon as anything in it is."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()[:16]


def check(now_there: Mapping[str, Any]) -> None:
    """Raises Stale when this is no more what the form showed."""
    if request.form.get("seen", mark(now_there)) != mark(now_there):
        raise Stale()


def an_id(text: str) -> uuid.UUID:
    """An id that our own page wrote. Raises Stale for anything else: that was never on a page of ours."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Stale() from None


def ids(texts: Iterable[str]) -> list[uuid.UUID]:
    return [an_id(text) for text in texts]


def revision(name: str) -> int:
    """The revision of what was on the screen of who typed. Raises Stale for what is no number."""
    said = request.form.get(name, "")
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        raise Stale()
    return int(said)
