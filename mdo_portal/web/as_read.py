"""Two people with the same whole form: the second hears of the first before anything is overwritten, and loses nothing typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
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
