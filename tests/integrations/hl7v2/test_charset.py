"""Which character set a message is read in: right letters or a reason, never a question mark."""

from __future__ import annotations

import pytest

from integrations.hl7v2.text.er7 import Message, codec_of
from integrations.hl7v2.text.tidy import storable
from mdo_portal.exchange import Unreadable

NAME = "Daniëlle Gökçe-Müller"


def message(stated: str, codec: str, text: str = NAME) -> bytes:
    return f"MSH|^~\\&|A|B|C|D|||ADT^A08|1|P|2.5||||||{stated}\rPID|1||||{text}\r".encode(codec)


@pytest.mark.parametrize(
    ("stated", "codec", "link", "used"),
    [
        ("8859/1", "latin-1", "", "iso8859-1"),
        ("8859/15", "iso8859-15", "", "iso8859-15"),
        ("UNICODE UTF-8", "utf-8", "", "utf-8"),
        ("", "utf-8", "", "utf-8"),
        ("", "cp1252", "", "cp1252"),
        ("8859/1", "utf-8", "UTF-8", "utf-8"),
        ("UNICODE UTF-8", "latin-1", "", "cp1252"),
        ("ASCII", "utf-8", "", "utf-8"),
        ("UNICODE UTF-16", "utf-16", "", "utf-8"),
        ("onzin", "utf-8", "", "utf-8"),
        ("ISO IR 100", "latin-1", "", "iso8859-1"),
        ("ISO IR192", "utf-8", "", "utf-8"),
        ("ISO_IR 100", "latin-1", "", "iso8859-1"),
    ],
)
def test_the_link_goes_before_msh18_and_msh18_before_trying(stated: str, codec: str, link: str, used: str) -> None:
    read = Message.parse(message(stated, codec), link)
    assert (read.get("PID-5"), read.charset) == (NAME, used)


def test_a_windows_sender_who_says_8859_1_is_read_as_he_means() -> None:
    assert Message.parse(message("8859/1", "cp1252", "\u20ac 5 \u201cja\u201d")).get("PID-5") == "\u20ac 5 \u201cja\u201d"


@pytest.mark.parametrize(("stated", "codec"), [("IBM850", "cp850"), ("CP850", "cp850"), ("CP437", "cp437")])
def test_a_laboratory_on_dos_says_so_and_is_read_so(stated: str, codec: str) -> None:
    assert Message.parse(message(stated, codec, "Daniëlle Müller")).get("PID-5") == "Daniëlle Müller"


@pytest.mark.parametrize("stated", ["CP1250", "windows-1250", "WINDOWS-1250"])
def test_a_sender_on_another_windows_who_says_so_is_read_so(stated: str) -> None:
    """A Polish name read as a western one is another name: `Ko³odziej`."""
    assert Message.parse(message(stated, "cp1250", "Kołodziej-Jędrysik")).get("PID-5") == "Kołodziej-Jędrysik"
    assert Message.parse(message(stated, "utf-8", "Kołodziej")).get("PID-5") == "Kołodziej"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("link", ["", "8859/1"])
def test_bytes_that_say_they_are_unicode_are_believed_before_anybody(codec: str, link: str) -> None:
    read = Message.parse(message("8859/1", codec), link)
    assert (read.get("PID-5"), read.charset) == (NAME, "utf-8")
    assert codec_of(message("8859/1", codec), link) == ("utf-8", "(bytes)")


@pytest.mark.parametrize("stated", ["8859/1", "8859/15", "CP850"])
def test_faultless_utf8_is_believed_before_a_sender_who_says_something_else_but_not_before_the_link(stated: str) -> None:
    read = Message.parse(message(stated, "utf-8"))
    assert (read.get("PID-5"), codec_of(message(stated, "utf-8"))) == (NAME, ("utf-8", "(bytes)"))
    assert Message.parse(message(stated, "utf-8"), "8859/15").charset == "iso8859-15"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\0", "\0\0", "\x1a", "\x1a\0"])
def test_what_pads_a_message_is_no_text_to_keep(codec: str, end: str) -> None:
    message = Message.parse(storable(f"MSH|^~\\&|A\rNTE|1||é\0b\\X00\\\\X41\\\r{end}".encode(codec)))
    assert [segment.name for segment in message.segments] == ["MSH", "NTE"]
    assert message.get("NTE-3-1") == "éb\\X00\\A"


def test_bytes_that_fit_nothing_are_undecodable() -> None:
    with pytest.raises(Unreadable, match="undecodable"):
        Message.parse(b"MSH|^~\\&|A\rPID|\x81\x8d\xff\r")


@pytest.mark.parametrize("stated", ["", "8859/1", "ASCII"])
@pytest.mark.parametrize("name", ["Daniëlle Müller", "RENÉE SCHÜTTE", "Renée"])
def test_a_machine_on_dos_that_says_something_else_is_known_by_the_letters_in_its_words(stated: str, name: str) -> None:
    read = Message.parse(message(stated, "cp850", f"{name}^Zoë"))
    assert (read.get("PID-5-1"), read.charset) == (name, "cp850")


@pytest.mark.parametrize(
    "text",
    ["\u201ezij\u201d zegt \u2026 ja", "Zoë \u201aja\u2018", "KOŽUL", "5\u2030 \u2039a\u203a", "wel\u2026maar", "Š\u2014Žižek"],
)
def test_the_signs_of_windows_make_no_machine_on_dos(text: str) -> None:
    assert Message.parse(message("8859/1", "cp1252", text)).get("PID-5") == text


def test_what_a_person_set_for_the_link_holds_also_of_a_word_as_dos_writes_it() -> None:
    assert Message.parse(message("", "cp850", "Renée"), "8859/1").charset == "cp1252"
    assert Message.parse(message("", "cp850", "Renée"), "UTF-8").charset == "cp850"  # which does not fit


@pytest.mark.parametrize("taken_for", ["latin-1", "cp1252"])
@pytest.mark.parametrize("stated", ["UNICODE UTF-8", "8859/1", ""])
def test_utf_8_that_was_written_twice_is_read_as_it_was(taken_for: str, stated: str) -> None:
    name = NAME if taken_for == "latin-1" else f"‘{NAME}’ – €"
    twice = message(stated, "utf-8", name).decode(taken_for).encode()

    assert Message.parse(storable(twice)).get("PID-5") == name


@pytest.mark.parametrize("name", ["JOÃO CONCEIÇÃO", "Ã", "IRMÃ ©", "Ångström", "Daniëlle RenÃ©e", "MENÜ Â – €"])
def test_letters_that_only_look_so_stay(name: str) -> None:
    assert Message.parse(storable(message("UNICODE UTF-8", "utf-8", name))).get("PID-5") == name


QUESTION = "Patiënte, 5 µm: opereren?"
TWICE_TEXT = QUESTION.encode().decode("cp1252")


@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
@pytest.mark.parametrize("stated", ["UNICODE UTF-8", "8859/1", ""])
def test_one_field_that_came_from_elsewhere_is_read_as_it_was(codec: str, stated: str) -> None:
    if codec == "cp1252" and stated.startswith("UNICODE"):
        stated = ""
    raw = message(stated, codec, "Daniëlle") + f"NTE|1||{TWICE_TEXT}\rNTE|2||Café\r".encode(codec)
    read = Message.parse(storable(raw))
    assert [read.get(place) for place in ("PID-5", "NTE-3", "NTE(1)-3")] == ["Daniëlle", QUESTION, "Café"]


@pytest.mark.parametrize("text", ["CAFÉ” en IRMÃ", "Daniëlle RenÃ©e", "JOÃO", "Â", "5 °C à 6 °C"])
def test_a_field_of_which_some_letters_are_right_stays(text: str) -> None:
    raw = message("", "utf-8", "Zoë") + f"NTE|1||{text}\r".encode()
    assert Message.parse(storable(raw)).get("NTE-3") == text
