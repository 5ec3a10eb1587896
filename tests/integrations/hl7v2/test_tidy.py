"""What somebody copied from a screen, a line or a hand-made file is read as the message it is."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.text.tidy import storable
from mdo_portal.exchange import Incoming, IncomingReferral, Unreadable

LINES = (
    "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||REF^I12|M1|P|2.5||||||UNICODE UTF-8",
    "RF1|||||| VW9",
    "PID|1||7654321^^^ZEED^PI||Giessen-Ënorm^J||19600101|F",
    "OBX|1|ST|VRAAG^Vraagstelling^L||Opereren?",
)
RAW = "".join(f"{line}\r" for line in LINES).encode()


def read(raw: bytes) -> Incoming:
    return Hl7Reader().read(raw, "generic-v2")


AS_COPIED = {
    "small letters": "".join(f"{line[:3].lower() if n else line[:3]}{line[3:]}\r" for n, line in enumerate(LINES)).encode(),
    "indented": "".join(f"{'    ' if n else ''}{line}\n" for n, line in enumerate(LINES)).encode(),
    "framed": b"\x0b" + RAW + b"\x1c\r",
    "coloured": RAW.replace(b"Opereren?", b"\x1b[1;31mOpereren?\x1b[0m"),
    "with a bell and a form feed": RAW.replace(b"Opereren?", b"Ope\x07reren?\x0c"),
    "padded": RAW + b"\0\0\x1a",
}


WRITTEN_ENDS = {
    "as a programming language does": "\\r",
    "as one does on Windows": "\\r\\n",
    "as a number": "\\x0d",
    "as HL7 writes it in a text": "\\X0D\\",
    "as a tag": "<CR>",
    "as a tag, and ended": "<CR>\r\n",
    "as a tag on a line of its own": "[CR]\n",
    "as a picture of the sign": "\u240d",
    "as Unicode's end of a line": "\u2028",
    "as Word does": "\x0b",
    "as a separator of records": "\x1e",
}


@pytest.mark.parametrize("how", WRITTEN_ENDS)
def test_the_ends_of_its_segments_may_be_written_in_signs(how: str) -> None:
    written = WRITTEN_ENDS[how].join(LINES)

    assert read(written.encode()) == read(RAW)
    assert read(f"{written}{WRITTEN_ENDS[how]}".encode()) == read(RAW)
    assert read_header(written.encode()) == read_header(RAW)


@pytest.mark.parametrize("end", ["\r", "\n", "\\r"])
def test_such_signs_in_a_text_stay_there(end: str) -> None:
    found = read(end.join(LINES).replace("Opereren?", "Zie C:\\rapport en <CR>").encode())

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Zie C:\\rapport en <CR>"


@pytest.mark.parametrize("sign", ["\\r", "<CR>", "\\x0d", "\x0c"])
def test_a_header_of_nothing_but_such_signs_is_a_header(sign: str) -> None:
    """And one look at each: tried in every way, sixteen thousand of them never end."""
    raw = f"{LINES[0]}{sign * 16_000}".encode()

    assert read_header(raw).kind == "REF^I12"


@pytest.mark.parametrize("how", AS_COPIED)
def test_it_is_read_as_the_message_it_is(how: str) -> None:
    found = read(AS_COPIED[how])
    assert isinstance(found, IncomingReferral)
    assert found == read(RAW)
    assert (found.number, found.question_board, found.patient.name.family) == ("VW9", "Opereren?", "Giessen-Ënorm")


def test_two_messages_with_their_frames_are_never_read_as_one() -> None:
    framed = b"\x0b" + RAW + b"\x1c\r"
    with pytest.raises(Unreadable, match="broken"):
        read(framed + framed)


def test_a_message_as_it_should_be_is_left_alone_also_where_a_text_has_a_small_name() -> None:
    raw = RAW.replace(b"Opereren?", b"Zie\robx|1 hieronder")
    assert storable(raw) is raw
