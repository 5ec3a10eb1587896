"""The words of a text that came as RTF or HTML, as many letters do. Only words: no picture, script, style, link or field code."""

from __future__ import annotations

import codecs
import re
from html import unescape

import nh3
from striprtf.striprtf import rtf_to_text

from .cda import inside, is_cda
from .rich_marks import TAGS, is_styled, sign_of_tag, signed_rtf, without_signs, written_out

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
    """The words when `text` is RTF or HTML, else `text` itself, as it is when the source is too long or has no words.

    Raised text reads as `10^9`, lowered as `log_10`, struck as `[doorgehaald: geen]`, hidden as `[verborgen: …]`. HTML whose style may
    strike or hide stays as it is: without a browser nobody knows what still holds.
    """
    if len(text) > MOST:
        return text
    if text.lstrip()[:5] == "{\\rtf":
        return _tidy(written_out(_rtf(without_signs(text)))) or text
    if not _HTML.match(text) or is_styled(text):
        return text
    return _tidy(written_out(_html(without_signs(text)))) or text


def is_rich(content: bytes) -> bool:
    """Whether these bytes are RTF or HTML, or may be a clinical document in XML: of that a start may not reach its first element."""
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:5] in (b"{\\rtf", b"<?xml", b"<Clin", b"MIME-") or _HTML.match(start.decode("latin-1")) is not None


def words_in(content: bytes) -> str:
    """The words of a document in RTF, HTML or CDA; "" of any other."""
    if is_cda(content):
        return inside(content).words
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
    plain = signed_rtf(_CELL.sub(r"\\tab", _LINK.sub(r"\\fldtype", text)))
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
        re.sub(r"\s+", " ", text),
        tags=_BREAKS | _CELLS | TAGS.keys(),
        attributes={},
        clean_content_tags=_UNSEEN_TAGS,
        link_rel=None,
    )
    return unescape(_TAG.sub(_written, plain))


def _written(tag: re.Match[str]) -> str:
    closes, name = bool(tag[1]), tag[2]
    if name in TAGS:
        return sign_of_tag(name, closes=closes)
    return "" if name == "br" and closes else "\n" if name in _BREAKS else " "


_CHARSET = re.compile(r"charset=[\"']?([\w.\-]+)", re.IGNORECASE)
_OF_TEXTS = re.compile(r"iso8859-\d+|cp\d+|utf-(?:16|32)(?:-[bl]e)?|mac-roman")
"""Sets of characters in which texts are written. Python knows more by name, and some take minutes over a megabyte (punycode)."""


def as_utf8(content: bytes, media_type: str) -> bytes:
    """The bytes of a text in UTF-8, as a page shows it: what is none is in the set that its type names, else in that of Windows."""
    if not media_type.lower().startswith("text/"):
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode(_named_set(media_type)).encode()
        except UnicodeDecodeError:
            return content
    return content


def _named_set(media_type: str) -> str:
    found = _CHARSET.search(media_type)
    try:
        name = codecs.lookup(found[1]).name if found else ""
    except LookupError:
        name = ""
    return name if _OF_TEXTS.fullmatch(name) else "cp1252"
