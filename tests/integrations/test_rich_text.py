"""Words from RTF and HTML: never more than the text, and what is neither stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.rich_text import MOST, as_utf8, is_rich, words_in, words_of

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
        ("<par>een</par><par>twee</par><par/>", "een\n\ntwee"),
        ("<part>een</part>", "<part>een</part>"),
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


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Leukocyten 5 x 10<sup>9</sup>/l</p>", "Leukocyten 5 x 10^9/l"),
        ("<p>10<sup class='x'><b>-3</b></sup>mol</p>", "10^-3 mol"),
        ("<p><del>Geen</del> metastasen in de lever</p>", "[doorgehaald: Geen] metastasen in de lever"),
        ("<p><s>cT2</s> cT3, <strike>N0</strike> N1<s> </s></p>", "[doorgehaald: cT2] cT3, [doorgehaald: N0] N1"),
        (r"{\rtf1 Leukocyten 5 x 10{\super 9}/l}", "Leukocyten 5 x 10^9/l"),
        (r"{\rtf1 10\super 9\nosupersub /l 10{\up6\fs16 3}L m\super 2\plain .}", "10^9/l 10^3 L m^2."),
        ("<p>log<sub>10</sub>5 en H<sub>2</sub>O<sub> </sub></p>", "log_10 5 en H2O"),
        ("<p>pT<sub>2</sub>N<sub>0</sub>, 10<sub>9</sub>, log<sub>10</sub></p>", "pT2N0, 10_9, log10"),
        (r"{\rtf1 log{\sub 10}5, x\super 2\sub i\nosupersub , y{\dn6 1}}", "log_10 5, x^2_i, y1"),
        (r"{\rtf1 {\strike geen} metastasen}", "[doorgehaald: geen] metastasen"),
        (r"{\rtf1 {\strike\b\u233?}\striked1 n\striked0  x}", "[doorgehaald: é][doorgehaald: n] x"),
        (r"{\rtf1 {\strike geen {\strike0 wel} meer} x}", "[doorgehaald: geen ]wel[doorgehaald: meer] x"),
        (r"{\rtf1 {\v verborgen}{\deleted weg} tekst{\v }}", "[verborgen: verborgen][doorgehaald: weg] tekst"),
        (r"{\rtf1{\stylesheet{\s1\strike Weg;}}\strike{\*\bkmkstart a}oud\strike0  nieuw}", "[doorgehaald: oud] nieuw"),
        (r"{\rtf1 {\strike \u8364}x}", "[doorgehaald: €]x"),
    ],
)
def test_raised_and_struck_text_does_not_read_as_if_it_stood_plainly(source: str, words: str) -> None:
    assert words_of(source) == words
    assert words_in(source.encode()) == words


@pytest.mark.parametrize(
    "source",
    [
        "<p><span style='text-decoration: line-through'>Geen</span> metastasen</p>",
        "<style>.weg {TEXT-DECORATION:LINE-THROUGH}</style><p class=weg>Geen</p> metastasen",
        "<p><span style='display : none'>Geen</span> metastasen</p>",
        "<p>x<span style='visibility:hidden'>Geen</span> metastasen</p>",
        "<p>x<span hidden>Geen</span> metastasen</p>",
    ],
)
def test_what_a_style_may_strike_or_hide_is_left_to_a_browser(source: str) -> None:
    """Its words alone would say what the writer took back. As a document a person opens it."""
    html = source if source.startswith("<p") else f"<html>{source}</html>"
    assert words_of(html) == html
    assert words_in(html.encode()) == ""


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


@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "\\u1?",
        "{\\*",
        "<p>",
        "<p",
        "&",
        "\\",
        "<!--",
        "<![CDATA[",
        HYPERLINK,
        "<del>",
        "<s><p>",
        "<sup>1</sup>",
        "<p hidde",
        "display ",
        "\\strike ",
        "{\\super ",
        "\\strike\\strike0 ",
        "<div>",
    ],
)
def test_hostile_sources_come_to_an_end(piece: str) -> None:
    """Measured apart: the slowest of them (`&`) takes two seconds of the five that a message has."""
    for start in ("{\\rtf1 ", "<html>"):
        assert isinstance(words_of(start + piece * ((MOST - 10) // len(piece))), str)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{\\rtf1{\\fonttbl" + "\\f0\\fcharset0 " * 20_000 + "}x}", "x"),
        ("<html>" + "".join(f"<font a{n}><p>" for n in range(20_000)) + "x", "x"),
    ],
)
def test_a_letter_that_never_ends_its_fonts_is_read(source: str, words: str) -> None:
    """Two kilobytes of such RTF took minutes, and of the HTML a browser makes every `<font>` anew in every paragraph, until memory is used up."""
    assert words_of(source) == words


def test_a_font_has_its_own_set_of_characters_also_in_a_table_on_many_lines_or_without_the_sign_that_ends_a_font() -> None:
    assert words_of("{\\rtf1{\\fonttbl{\\f0 Arial;}\n{\\f1\n\\fcharset238 Arial}}\\f1 \\'b9\\f0 \\'b9}") == "ą\xb9"


@pytest.mark.parametrize("named", ["punycode", "idna", "undefined", "unicode_escape", "rot13", "no-such-set"])
def test_a_text_that_names_no_set_of_characters_for_texts_is_read_as_windows_wrote_it(named: str) -> None:
    """Some of these take minutes over a megabyte, or fail in a way of their own."""
    assert as_utf8(b"Conclusie: \xe9\xe9n haard-", f"text/plain; charset={named}") == "Conclusie: één haard-".encode()


def test_a_text_in_the_set_that_it_names_is_kept_in_utf8() -> None:
    assert as_utf8("één".encode("iso-8859-15"), 'text/plain; charset="ISO-8859-15"') == "één".encode()
    assert as_utf8("één".encode("utf-16"), "text/plain;charset=utf-16") == "één".encode()
    assert as_utf8("één".encode(), "text/plain;charset=iso-8859-1") == "één".encode()
    assert as_utf8(b"\xe9", "application/pdf") == b"\xe9"
