"""The bytes of a message as lines for an eye."""

from __future__ import annotations

MOST_SHOWN = 200_000
"""Characters of a message on the page; the rest is a document."""


def readable(body: bytes) -> tuple[list[str], bool]:
    """The bytes as lines for an eye: what is no text shows as a sign, a document is cut short."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    shown = text[:MOST_SHOWN].replace("\r\n", "\n").replace("\r", "\n")
    return [_visible(line) for line in shown.split("\n")], len(text) > MOST_SHOWN


def _visible(line: str) -> str:
    line = line if len(line) <= 4_000 else f"{line[:4_000]} …"
    return "".join(sign if sign.isprintable() or sign == "\t" else f"<{ord(sign):02X}>" for sign in line)
