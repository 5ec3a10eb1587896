"""The reader and writer of ER7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.text.builder import Base64, Builder, Formatted, Unwritable, fitting
from integrations.hl7v2.text.er7 import LARGE, Message
from integrations.hl7v2.text.marks import STANDARD, Marks, marks_of
from mdo_portal.exchange import Unreadable

from .samples import PDF, REFERRAL

TEXTS = st.text()
MARKS = st.permutations(list("|^~\\&#$%*_!@")).map(lambda signs: Marks(*signs[:5]))


def without_framing(text: str) -> str:
    return text.replace("\x0b", "").replace("\x1c", "")


@given(TEXTS, MARKS)
def test_any_text_comes_back_as_it_was_written(text: str, marks: Marks) -> None:
    raw = Builder(marks).header({9: ("ADT", "A08")}).add("NTE", {1: "1", 3: text, 4: "end"}).encode()
    message = Message.parse(raw)
    assert [segment.name for segment in message.segments] == ["MSH", "NTE"]
    assert message.get("NTE-3-1") == without_framing(text)
    assert message.get("NTE-4-1") == "end"


@given(TEXTS)
def test_formatted_text_keeps_its_lines(text: str) -> None:
    raw = Builder().header({}).add("OBX", {5: Formatted(text)}).encode()
    lines = without_framing(text).replace("\r\n", "\n").replace("\r", "\n")
    assert Message.parse(raw).get("OBX-5") == lines.replace("\x0b", "")


@given(
    st.lists(
        st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3
    )
)
def test_repetitions_components_and_subcomponents_come_back(value: list[tuple[tuple[str, ...], ...]]) -> None:
    segment = Message.parse(Builder().header({}).add("ZZZ", {1: value, 2: "x"}).encode()).first("ZZZ")
    assert segment is not None
    for r, repetition in enumerate(value):
        for c, component in enumerate(repetition, start=1):
            for s, text in enumerate(component, start=1):
                assert segment.component(1, c, s, r) == without_framing(text)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_every_line_end_gives_the_same_segments(end: str) -> None:
    raw = REFERRAL.replace(b"\r", end.encode())
    assert [s.line for s in Message.parse(raw).segments] == [s.line for s in Message.parse(REFERRAL).segments]


def test_a_line_feed_inside_a_text_stays_in_the_text() -> None:
    message = Message.parse(b"MSH|^~\\&|A\rNTE|1||eerste\ntweede\rNTE|2||x\nPID|1\r")
    assert [s.name for s in message.segments] == ["MSH", "NTE", "NTE", "PID"]
    assert message.get("NTE-3") == "eerste\ntweede"


def test_a_line_that_is_no_segment_is_kept_without_a_name() -> None:
    message = Message.parse(b"MSH|^~\\&|A\r//PID|1|\rlosse regel\r")
    assert [s.name for s in message.segments] == ["MSH", "", ""]
    assert [s.line for s in message.segments][1:] == ["//PID|1|", "losse regel"]


def test_delimiters_of_zorgdomein_are_followed() -> None:
    message = Message.parse(b"MSH|^_\\&|ZorgDomein||||||ORU^R01|ZD1\rPID|1||1^^^A_2^^^B~x||Naam\\R\\s\r")
    assert message.all_values("PID-3-1") == ["1", "2"]
    assert message.get("PID-3(1)-4-1") == "B~x"
    assert message.get("PID-5-1") == "Naam_s"


def test_five_encoding_characters_are_read() -> None:
    assert Message.parse(b"MSH|^~\\&#|A\rNTE|1||x\\P\\y\r").get("NTE-3-1") == "x#y"


@pytest.mark.parametrize("without", ["^~&", "^~ &"])
def test_a_backslash_that_a_program_took_away_is_the_escape_all_the_same(without: str) -> None:
    message = Message.parse(f"MSH|{without}|A\rPID|1||1^^^Z&1.2&ISO\rNTE|1||a\\T\\b\r".encode())
    assert (message.get("PID-3-4-2"), message.get("NTE-3-1")) == ("1.2", "a&b")


def test_remarks_before_the_header_are_passed_over() -> None:
    for remarks in (b"# proef 3\r\n", b"// van het lab\n\n"):
        message = Message.parse(remarks + b"MSH|^~\\&|A\nPID|1||7\n")
        assert (message.get("PID-3"), len(message.segments)) == ("7", 2)


@pytest.mark.parametrize("before", [b"PID|1||7\r", b"XSH|^~\\&|A\rPID|1||7\r", b"x" * 3000 + b"\r", b"tekst ", b"SH|^~\\&|A\r"])
def test_what_may_be_a_message_is_never_passed_over(before: bytes) -> None:
    with pytest.raises(Unreadable, match="no_header"):
        Message.parse(before + b"MSH|^~\\&|A\rPID|1||8\r")


@pytest.mark.parametrize(
    "start", ["MSH|^~\\^|", "MSH||", "MSH|^|", "MSHA^~\\&A", "MSH|AB\\&|", "MSH|^~\\&#$|", "MSH", "MSH| ~\\&|", "MSH|^~|&|"]
)
def test_hostile_delimiters_are_unreadable(start: str) -> None:
    with pytest.raises(Unreadable) as trouble:
        Message.parse(start.encode() + b"A|B\rPID|1\r")
    assert trouble.value.reason == "hostile_delimiters"


def test_bytes_without_a_header_are_unreadable() -> None:
    for raw in (b"", b"\r\n", b"PID|1\r", b"hello", b"\x00\xff" * 50):
        with pytest.raises(Unreadable) as trouble:
            Message.parse(raw)
        assert trouble.value.reason == "no_header"


@given(st.binary(max_size=300))
def test_whatever_follows_a_header_is_read_or_refused_with_a_reason(rest: bytes) -> None:
    message = parsed_or_reason(b"MSH|^~\\&|" + rest)
    if isinstance(message, str):
        assert message == "undecodable"
    else:
        assert all(isinstance(segment.component(n), str) for segment in message.segments for n in range(4))


def parsed_or_reason(raw: bytes) -> Message | str:
    try:
        return Message.parse(raw)
    except Unreadable as trouble:
        return trouble.reason


def test_a_large_document_is_a_view_on_the_bytes_that_came_in() -> None:
    pdf = PDF * (2 * LARGE // len(PDF))
    raw = Builder().header({}).add("OBX", {2: "ED", 5: ("", "application", "pdf", "Base64", Base64(pdf)), 11: "F"}).encode()
    segment = Message.parse(raw).first("OBX")
    assert segment is not None
    assert isinstance(segment.octets(5, 5), memoryview)
    assert (segment.component(5, 3), segment.component(11), segment.component(12), segment.component(2)) == ("pdf", "F", "", "ED")
    assert segment.component(5, 5).encode() == bytes(segment.octets(5, 5))
    assert segment.line.encode() in raw


def test_more_segments_than_anybody_means_well_are_refused() -> None:
    with pytest.raises(Unreadable, match="too_large"):
        Message.parse(b"MSH|^~\\&|A\r" + b"A\r" * 300_000)


def test_get_takes_terser_paths() -> None:
    message = Message.parse(REFERRAL)
    assert message.get("PID-3(1)-4-1") == "NLMINBIZA"
    assert message.get("OBX(1)-3-2") == "PSA"
    assert message.get("PID-5-1-5") == "Putten"
    assert message.get("MSH-1") == "|"
    assert message.get("MSH-2") == "^~\\&"
    assert message.get("MSH-9-2") == "I12"
    assert message.get("PID-99-9-9") == message.get("XXX-1") == ""
    with pytest.raises(ValueError, match="not a path"):
        message.get("nonsense")


def test_unknown_escapes_stay_as_they_are() -> None:
    assert STANDARD.unescaped("a\\Zx\\b \\.br\\c \\XE9\\ 50\\% \\H\\vet\\N\\", "latin-1") == "a\\Zx\\b \nc \u00e9 50\\% vet"


def test_typography_that_a_charset_lacks_is_written_out_and_other_letters_are_refused() -> None:
    assert fitting("PSA \u2265 10 \u201cja\u201d", "8859/1") == 'PSA >= 10 "ja"'
    with pytest.raises(Unwritable):
        fitting("\u0142", "8859/1")


def test_two_components_missing_from_msh2_is_hostile_but_a_missing_fourth_is_not() -> None:
    assert marks_of("MSH|^~\\|AB").sub == "&"


def test_two_quotes_say_nothing_also_in_a_segment_with_a_document() -> None:
    raw = b'MSH|^~\\&|A\rOBX|1|TX|A^""^L||' + b"woord " * 8_000 + b'|""|""|""|||F\r'
    segment = Message.parse(raw).all("OBX")[0]
    assert [segment.component(3, 2), segment.component(6), segment.as_sent(7), segment.component(11)] == ["", "", "", "F"]
    assert segment.as_sent(3) == "A^^L"


@pytest.mark.parametrize("document", [b"", b"A" * LARGE])
def test_a_segment_that_is_only_a_name_is_found_with_those_of_its_kind(document: bytes) -> None:
    message = Message.parse(b"MSH|^~\\&|A\rZZZ\rOBX|1|" + document + b"\rZZZ|x\rZZZZ|y\rzzz|z\r")
    assert [segment.line for segment in message.all("ZZZ")] == ["ZZZ", "ZZZ|x"]
    assert [segment.line for segment in message.all("")] == ["ZZZZ|y", "zzz|z"]


def test_beside_a_document_each_segment_is_read_in_the_character_set_of_the_whole() -> None:
    document = "^^^Base64^" + "A" * LARGE
    message = Message.parse(f"MSH|^~\\&|A\rPID|1||7||Daniëlle\rOBX|1|ED|||{document}\rNTE|1||é\r".encode("cp1252"))
    assert (message.get("PID-5"), message.get("NTE-3"), message.charset) == ("Daniëlle", "é", "cp1252")


def test_bytes_that_no_character_set_knows_are_refused_also_inside_a_document() -> None:
    with pytest.raises(Unreadable, match="undecodable"):
        Message.parse(b"MSH|^~\\&|A\rPID|1||7\rOBX|1|ED|||^^^Base64^" + b"A" * LARGE + b"\x81\xff\r")


def test_a_large_segment_counts_its_repetitions_as_any_other() -> None:
    for document in (b"A" * LARGE, b"A"):
        segment = Message.parse(b"MSH|^~\\&|A\rOBX|1|ED|||^^^Base64^" + document + b"~~^^^^BB~^^\r").all("OBX")[0]
        assert [segment.repeats(5, n) for n in range(5)] == [True, True, True, False, False]
        assert bytes(segment.octets(5, 5, 2)) == b"BB"
