"""Words that came as a page, as RTF or with the tags of a page between them; and the letters that a page writes out."""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint

from integrations.rich_text import words_of

_OF_A_PAGE = re.compile(r"<br\s{0,3}/?>|</(?:p|div|li|b|i|strong|em|span)>", re.IGNORECASE)
_NO_TAG = re.compile(
    r"<(?!/?(?:a|abbr|address|article|aside|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|fieldset"
    r"|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|img|ins|legend|li|link|main|meta|ol|p|par|pre|s|script|section"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|wbr|[a-z]+:[a-z]+)"
    r"(?:\s+[\w:-]+\s*=[^<>]*|\s+nowrap|\s+noshade)?\s*/?>|!--|!doctype|\?xml)",
    re.IGNORECASE,
)
"""Less than: `<LOD`, `<p.V600E>`, `<ref`. A page may hold it beside its tags, and a browser takes what follows for one."""


def words_of_page(said: str) -> str | None:
    """The words of what came as RTF or as a page, or holds the tags of one; none of any other."""
    page = said if said[:5] == "{\\rtf" else _NO_TAG.sub("&lt;", said)
    if page[:1] in ("<", "{") and (words := words_of(page)) != page:
        return words
    if not _OF_A_PAGE.search(page):
        return None
    page = f"<p>{page.replace(chr(10), '<br>')}</p>"
    words = words_of(page)
    return None if words == page else words  # what can't be read as a page stands as it was sent


_SIGN = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|([A-Za-z]{2,8}\d{0,2}));")
"""Systems that keep text as a page holds it send `&#039;`, `&lt;` and `&euml;`; other words between `&` and `;` are left as they are."""
_LETTERS = frozenset((*name2codepoint, "apos"))


def letters_of_page(value: str) -> str:
    """The same with the signs that a page writes in letters."""
    return _SIGN.sub(
        lambda found: html.unescape(found[0]).replace("\xa0", " ") if (found[1] or "amp") in _LETTERS else found[0], value
    )
