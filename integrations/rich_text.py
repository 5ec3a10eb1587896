"""The words of a text that came as RTF or HTML, as many letters do. Only words: no picture, script, style, link or field code."""

from __future__ import annotations

import re
from html import unescape

import nh3
from striprtf.striprtf import rtf_to_text

MOST = 400_000
"""Characters of source that are looked through; a letter has a tenth of it. Of a longer one a person opens the file."""

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|body|div|p|span|table|font|center|ul|ol|h[1-6]|b|i|br)\b[^<>]{0,500}>",
    re.I,
)
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"}
_CELLS = {"td", "th"}
_UNSEEN_TAGS = {"script", "style", "title"}
_TAG = re.compile(r"<(/?)(\w+)>")
_LINK = re.compile(r"\\fldinst(?![a-z])", re.I)
_CELL = re.compile(r"\\(?:nest)?cell(?![a-z])")


def words_of(text: str) -> str:
    """The words when `text` is RTF or HTML, else `text` itself, as it is when the source is too long or has no words."""
    if len(text) > MOST:
        return text
    if text.lstrip()[:5] == "{\\rtf":
        return _tidy(_rtf(text)) or text
    return (_tidy(_html(text)) or text) if _HTML.match(text) else text


def is_rich(content: bytes) -> bool:
    """Whether these bytes are RTF or HTML."""
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:5] == b"{\\rtf" or _HTML.match(start.decode("latin-1")) is not None


def words_in(content: bytes) -> str:
    """The words of a document in RTF or HTML; "" of any other."""
    if len(content) > MOST or not is_rich(content):
        return ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    words = words_of(text)
    return "" if words == text else words


def _tidy(text: str) -> str:
    """No blanks at the ends of lines, at most one empty line, none of the signs that no database keeps."""
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in re.sub("[\0\ud800-\udfff\xad]", "", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _rtf(text: str) -> str:
    # What a link leads to is no word for a reader, and striprtf takes quadratic time to find it: it is another hidden thing.
    # Cells of a table are told apart by blanks, not by its upright strokes: a letter may hold those.
    plain = _CELL.sub(r"\\tab", _LINK.sub(r"\\fldtype", text))
    try:
        return str(rtf_to_text(plain, errors="replace")).replace("\N{NON-BREAKING HYPHEN}", "-")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError, TypeError):
        return ""  # not what RTF may say: the source is shown


def _html(text: str) -> str:
    """Text between tags, a line for each block. What looks like a tag at the end and is none keeps its words."""
    unclosed = text.rfind("<")
    if unclosed > text.rfind(">"):
        text = f"{text[:unclosed]}&lt;{text[unclosed + 1 :]}"
    plain = nh3.clean(
        re.sub(r"\s+", " ", text), tags=_BREAKS | _CELLS, attributes={}, clean_content_tags=_UNSEEN_TAGS, link_rel=None
    )
    return unescape(_TAG.sub(lambda tag: "" if tag[2] == "br" and tag[1] else "\n" if tag[2] in _BREAKS else " ", plain))
