"""The words of a text that came as RTF or HTML, as many letters do. Only words: no picture, script, style, link or field code."""

from __future__ import annotations

import codecs
import re
from html import unescape

import nh3
from striprtf.striprtf import font_table_group, rtf_to_text

from .cda import inside, is_cda
from .rich_layout import set_apart
from .rich_marks import STRUCK, TAGS, is_styled, sign_of_tag, signed_rtf, without_signs, written_out

MOST = 400_000
"""Characters of source that are looked through; a letter has a tenth of it. Of a longer one a person opens the file."""

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?"
    r"<(?:!doctype html|html|head|body|div|p|span|table|font|center|ul|ol|dl|section|h[1-6]|b|i|br|par)\b[^<>]{0,500}>",
    re.I,
)
_BREAKS = {
    "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre",
    "dl", "dt", "dd", "section", "article", "header", "footer", "main", "aside", "address", "caption", "hr", "center", "fieldset",
    "legend", "form", "figure", "figcaption", "thead", "tbody", "par",
}  # fmt: skip
"""`par` is of no page: laboratories of pathology write their paragraphs so (MedMij Pathologie, PALGA)."""
_UNSEEN_TAGS = {"script", "style", "title"}
_CELLS = {"td", "th"}
_STRUCK = "del"
_NAME = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_TAG = re.compile(r"<(/?)(\w+)>")
_LINK = re.compile(r"\\fldinst(?![a-z])", re.I)
_BEGUN = re.compile(r"\s*\{\\rtf\d*")
_FONT = re.compile(r"\\f(charset)?(\d{1,5})(?!\d)")
_CELL = re.compile(r"\\(?:nest)?cell(?![a-z])")


def words_of(text: str) -> str:
    """The words when `text` is RTF or HTML, else `text` itself, as it is when the source is too long or has no words.

    Raised text reads as `10^9`, lowered as `log_10`, struck as `[doorgehaald: geen]`, hidden as `[verborgen: …]`. HTML whose style may
    strike or hide stays as it is: without a browser nobody knows what still holds.
    """
    if len(text) > MOST:
        return text
    if text.lstrip()[:5] == "{\\rtf":
        return _tidy(written_out(_rtf(set_apart(without_signs(text), is_rtf=True)))) or text
    if not _HTML.match(text) or is_styled(text):
        return text
    return _tidy(written_out(_html(set_apart(without_signs(text), is_rtf=False)))) or text


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
        return str(rtf_to_text(_with_fonts(plain), errors="replace")).replace("\N{NON-BREAKING HYPHEN}", "-")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError, TypeError):
        return ""  # not what RTF may say: the source is shown


def _with_fonts(rtf: str) -> str:
    """The RTF with its fonts in a table of our own before it: in one without the sign that ends a font striprtf searches without end."""
    fonts, font = dict[str, str](), ""
    for told in _FONT.finditer(font_table_group(rtf)):  # type: ignore[no-untyped-call]
        if not told[1]:
            font = told[2]
        elif font:
            fonts[font], font = told[2], ""
    begun = _BEGUN.match(rtf)
    if begun is None:
        return rtf
    table = "".join(f"{{\\f{font}\\fcharset{told} x;}}" for font, told in fonts.items())
    return f"{begun[0]}{{\\fonttbl{table}}}{rtf[begun.end() :]}"


def _html(text: str) -> str:
    """Text between tags, a line for each block. What looks like a tag at the end and is none keeps its words."""
    unclosed = text.rfind("<")
    if unclosed > text.rfind(">"):
        text = f"{text[:unclosed]}&lt;{text[unclosed + 1 :]}"
    plain = nh3.clean(
        _NAME.sub(_flat, re.sub(r"\s+", " ", text)),
        tags={"br", "wbr"} | TAGS.keys(),
        attributes={"*": set()},  # without the star a language and a title stay
        clean_content_tags=_UNSEEN_TAGS,
        link_rel=None,
    )
    return unescape(_TAG.sub(_written, plain))


def _flat(tag: re.Match[str]) -> str:
    """The tag under a name that nests nothing. A browser's rules for what stands in what take minutes, and all memory there is, over some
    kilobytes (`<font a1><p>`, with another attribute each time).
    """
    name = tag[2].lower()
    if name in _UNSEEN_TAGS or name in TAGS:
        return f"<{tag[1]}{_STRUCK if TAGS.get(name) == STRUCK else name}"
    return f"<{tag[1]}{'br' if name in _BREAKS else 'wbr' if name in _CELLS else 'img'}"


def _written(tag: re.Match[str]) -> str:
    closes, name = bool(tag[1]), tag[2]
    if name in TAGS:
        return sign_of_tag(name, closes=closes)
    return "\n" if name == "br" else "" if closes else " "


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
