"""What the layout of a letter says, in words: a line in bold and nothing else begins a paragraph, and an empty cell says that there is
nothing.
"""

from __future__ import annotations

import re

_BLOCKS = "p|div|li|h[1-6]|table|ul|ol"
_BOLD_LINE = r"<(?:b|strong|u|h[1-6])(?: [^<>]{0,200})?>[^<>]{2,80}</(?:b|strong|u|h[1-6])>\s*:?\s*"
_HTML = re.compile(
    rf"(?:<br ?/?>|</(?:{_BLOCKS})>|<(?:p|div|li)(?: [^<>]{{0,200}})?>)\s*(?={_BOLD_LINE}(?:<br|</?(?:{_BLOCKS})\b))",
    re.IGNORECASE,
)
_RTF_LINE = r"[^\\{}]{2,80}(?:\\b0(?!\d)\s*:?\s*\}?|\s*\}\s*:?)"
_RTF = re.compile(rf"\\(?:par|line)(?![a-z])\s*(?=\{{?\\b\s{_RTF_LINE}\s*\\(?:par|line)(?![a-z]))")
_ATTRIBUTES = r"(?: [^<>]{0,200})?"
_EMPTY = re.compile(
    rf"(<tr{_ATTRIBUTES}>\s*<t[dh]{_ATTRIBUTES}>[^<>]{{2,60}}</t[dh]>\s*<td{_ATTRIBUTES}>)"
    r"(?:\s|&nbsp;|<br ?/?>){0,9}(?=</td>\s*</tr>)",
    re.IGNORECASE,
)
"""A row of a name and an empty cell: what stands in the next row is no answer to it."""
_BOLD = re.compile(r"(?:</(?:b|strong|u|h[1-6])>|\\b0|\{\\b [^\\{}]{2,80}\}|[^<>\s]:)\s*:?\s*$", re.IGNORECASE)
"""Behind a line in bold another is no heading: both are words that somebody found important. Nor is what a colon leads up to."""
_NEAR = 200


def set_apart(source: str, *, is_rtf: bool) -> str:
    """The source of an HTML or RTF text with a free line before each of its headings, and a dash where a cell says nothing."""
    source = source if is_rtf else _EMPTY.sub("\\1\N{EM DASH}", source)
    pattern, line = (_RTF, "\\par ") if is_rtf else (_HTML, "<br>")

    def apart(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - _NEAR) : found.start()]
        return found[0] if _BOLD.search(before) else f"{found[0]}{line}"

    return pattern.sub(apart, source)
