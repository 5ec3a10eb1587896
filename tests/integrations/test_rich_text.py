"""Words from RTF and HTML: never more than the text, and what is neither stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.rich_text import MOST, is_rich, words_in, words_of

HYPERLINK = '{\\field{\\*\\fldinst{HYPERLINK "x"'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"{\rtf1 een\line twee\tab drie}", "een\ntwee drie"),
        (r"{\rtf1\ansicpg1250 \'b9}", "ą"),
        (r"{\rtf1{\pict\wmetafile8 0102}tekst{\header kop}}", "tekst"),
        (r"{\rtf1\uc2 \u8364\'3f\'3f5{\uc0 \u233 n}}", "€5én"),
        (r"{\rtf1 a\~b\_c\ldblquote d\rdblquote}", "a b-c“d”"),
        (r"{\rtf1\uc1\u-3913 x}", "\uf0b7"),
        ("<div>een<ul><li>twee</li></ul>&euro;5</div>", "een\n\ntwee\n\n€5"),
        ("<!DOCTYPE html><html><body>x<script>y</script></body></html>", "x"),
        ("PSA <4 en > 10, <p bekend", "PSA <4 en > 10, <p bekend"),
        ("<p>PSA <4 en > 10, <p bekend", "PSA <4 en > 10, <p bekend"),
        (r"{\rtf1\trowd a|b\cell c\cell\row}", "a|b c"),
        (r"{\rtf1{\field{\*\fldinst{HYPERLINK \"https://elders.test/x\"}}{\fldrslt de richtlijn}}}", "de richtlijn"),
        (r"{\rtf1{\fonttbl{\f1\fcharset238 Arial;}}\f1 \'b9}", "ą"),
        (
            '<p>lees <a href="https://elders.test/x">de richtlijn</a><img src="https://elders.test/y" alt="z"></p>',
            "lees de richtlijn",
        ),
        ("<4 ng/ml", "<4 ng/ml"),
        ("", ""),
    ],
)
def test_words(source: str, words: str) -> None:
    assert words_of(source) == words


def test_a_source_without_words_stays_what_it_is() -> None:
    assert words_of("{\\rtf1{\\pict 00}}") == "{\\rtf1{\\pict 00}}"
    assert words_in(b"%PDF-1.7") == words_in(b"gewoon") == ""


def test_a_document_says_whether_it_is_rich() -> None:
    assert [is_rich(one) for one in (b"{\\rtf1 x}", b"\xef\xbb\xbf<html>", b"<4 ng/ml", b"%PDF-1.4", b"")] == [
        True, True, False, False, False,
    ]  # fmt: skip


@given(st.text(alphabet="{}\\rtfu'*~- \n<>/pabdiv&;0123456789é", max_size=300))
def test_nothing_breaks_it(text: str) -> None:
    for start in ("{\\rtf1", "<p>", ""):
        assert isinstance(words_of(start + text), str)
        assert "\0" not in words_of(start + text)


@pytest.mark.parametrize("piece", ["{", "\\u1?", "{\\*", "<p>", "<p", "&", "\\", "<!--", "<![CDATA[", HYPERLINK])
def test_hostile_sources_come_to_an_end(piece: str) -> None:
    """Measured apart: the slowest of them (`&`) takes two seconds of the five that a message has."""
    for start in ("{\\rtf1 ", "<html>"):
        assert isinstance(words_of(start + piece * ((MOST - 10) // len(piece))), str)
