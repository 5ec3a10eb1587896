"""Ways back: only ever to a page of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def own_path(wanted: str) -> str:
    """Only a path of our own; never another site, and nothing that ends a line: it goes into a header."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return ""
    return "" if urlsplit(wanted).netloc else wanted


def here() -> str:
    """The page somebody looks at: this one, or the one whose form or fragment this is."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return own_path(request.full_path.rstrip("?"))
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:  # no browser says that, and who does gets the answer all the same
        return ""
    own = parts.netloc == request.host
    return own_path(parts.path + (f"?{parts.query}" if parts.query else "")) if own else ""
