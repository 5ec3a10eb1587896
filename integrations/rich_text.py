"""The words of a text that came as RTF or HTML, as many letters do. Only words: no picture, script, style or field code."""

from __future__ import annotations

import codecs
import re
from html import unescape

MOST = 400_000
"""Characters of source that are looked through; a letter has a tenth of it. Of a longer one a person opens the file."""

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|body|div|p|span|table|font|center|ul|ol|h[1-6]|b|i|br)\b[^<>]{0,500}>",
    re.I,
)
_RTF = re.compile(
    r"\\(?:'([0-9A-Fa-f]{2})|u(-?\d{1,6})(?![A-Za-z]) ?|([A-Za-z]{1,32})(-?\d{1,10})? ?|([^A-Za-z]))|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.S,
)
_LINES = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t"}
_SIGNS = {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "endash": "–", "emdash": "—", "bullet": "•"}
_UNSEEN = {
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "footer",
    "fldinst",
    "themedata",
    "listtable",
    "listoverridetable",
}
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"}
_TAG = re.compile(r"<(!--|[!/?]?[A-Za-z][A-Za-z0-9:]{0,30})(?:[^<>]{0,2000}>)?")
_UNSEEN_TAGS = ("script", "style", "title")
_DEEPEST = 500


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
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.replace("\0", "").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _rtf(text: str) -> str:
    """Rich Text Format 1.9: groups, the destinations that are no text, letters of a code page and of Unicode."""
    said: list[str] = []
    hidden, fallback = False, 1  # whether the group is text; how many signs stand in for one of Unicode
    groups: list[tuple[bool, int]] = []
    codec, passed = "cp1252", 0
    for found in _RTF.finditer(text):
        octet, number, word, value, sign, brace, plain = found.groups()
        if brace == "{":
            groups.append((hidden, fallback))
            if len(groups) > _DEEPEST:
                return ""
        elif brace:
            hidden, fallback = groups.pop() if groups else (False, 1)
        elif number is not None:
            said += [] if hidden else [_letter(int(number))]
            passed = fallback
            continue
        elif word == "ansicpg":
            codec = _codec(value or "")
        elif word == "uc":
            fallback = min(int(value or 1), 8)
        elif word in _UNSEEN or sign == "*":
            hidden = True
        elif not hidden:
            letters = bytes.fromhex(octet).decode(codec, "replace") if octet else _plain(word, sign, plain)
            if passed and not word:
                letters, passed = letters[passed:], max(passed - len(letters), 0)
            said.append(letters)
            continue
        passed = 0
    return "".join(said)


def _plain(word: str | None, sign: str | None, plain: str | None) -> str:
    if word:
        return _LINES.get(word) or _SIGNS.get(word, "")
    if sign:
        return sign if sign in "\\{}" else " " if sign == "~" else "\n" if sign in "\r\n" else "-" if sign == "_" else ""
    return plain or ""


def _letter(number: int) -> str:
    point = number % 65_536
    return "" if 0xD800 <= point <= 0xDFFF or point < 32 else chr(point)


def _codec(page: str) -> str:
    try:
        return codecs.lookup(f"cp{page}").name
    except LookupError:
        return "cp1252"


def _html(text: str) -> str:
    """Text between tags. One walk, since the parsers that know HTML better take hours over what was made to last."""
    said: list[str] = []
    at, lowered = 0, text.lower()
    while at < len(text):
        found = _TAG.match(text, at)
        if found is None:
            end = max(text.find("<", at + 1), 0) or len(text)
            said.append(unescape(re.sub(r"\s+", " ", text[at:end])))
        elif found[1] == "!--" or found[1].lower() in _UNSEEN_TAGS:
            closing = "-->" if found[1] == "!--" else f"</{found[1].lower()}"
            end = max(lowered.find(closing, found.end()), 0) or len(text)
            end += len(closing) if found[1] == "!--" else 0
        else:
            tag = found[1].lower()
            said += ["\n"] if tag.strip("/") in _BREAKS and tag != "/br" else [" "] if tag in ("td", "th") else []
            end = found.end()
        at = end
    return "".join(said)
