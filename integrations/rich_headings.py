"""Headings in a letter as type shows them: a line in bold and nothing else begins a paragraph, so a free line stands before it."""

from __future__ import annotations

import re

_BLOCKS = "p|div|li|h[1-6]|table|ul|ol"
_BOLD_LINE = r"<(?:b|strong|u|h[1-6])(?: [^<>]{0,200})?>[^<>]{2,80}</(?:b|strong|u|h[1-6])>\s*:?\s*"
_HTML = re.compile(
    rf"(?:<br ?/?>|</(?:{_BLOCKS})>|<(?:p|div|li)(?: [^<>]{{0,200}})?>)\s*(?={_BOLD_LINE}(?:<br|</?(?:{_BLOCKS})\b))",
    re.IGNORECASE,
)
_RTF = re.compile(r"\\(?:par|line)(?![a-z])\s*(?=\{?\\b\s[^\\{}]{2,80}\\b0(?!\d)\s*:?\s*\}?\s*\\(?:par|line)(?![a-z]))")
_BOLD = re.compile(r"(?:</(?:b|strong|u|h[1-6])>|\\b0)\s*:?\s*$", re.IGNORECASE)
"""Behind a line in bold another is no heading: both are words that somebody found important."""
_NEAR = 200


def set_apart(source: str, *, is_rtf: bool) -> str:
    """The source of an HTML or RTF text with a free line before each of its headings."""
    pattern, line = (_RTF, "\\par ") if is_rtf else (_HTML, "<br>")

    def apart(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - _NEAR) : found.start()]
        return found[0] if _BOLD.search(before) else f"{found[0]}{line}"

    return pattern.sub(apart, source)
