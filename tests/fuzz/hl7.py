"""Targets 1 to 4: frames, headers with their answers, the reader, and the writer's round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.message.left import MOST_TEXT
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text import batch
from integrations.hl7v2.text.builder import Builder, Formatted
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import header_line, opened, read_header
from integrations.hl7v2.text.marks import Marks
from integrations.hl7v2.text.tidy import storable
from integrations.hl7v2.wire.ack import acks_for
from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder, frame
from mdo_portal.exchange import Answer, Unreadable, Verdict, profile_of_link
from tests.bench import texts
from tests.corpus.sets import FOLDER
from tests.integrations.hl7v2 import samples

from .engine import Target

NOW = datetime(2026, 3, 2, 12, 15, tzinfo=UTC)
WORDS = (
    b"\x0b", b"\x1c", b"\r", b"\n", b"\x1c\r", b"\x0bMSH|", b"MSH|^~\\&|", b"MSH|^_\\&|", b"\rMSH|^~\\&|A", b"\rFHS|^~\\&|", b"\rBHS|^~\\&|",
    b"\rBTS|1", b"\rFTS|1", b"\rPID|1||", b"\rOBX|1|ED|", b"\rZZZ|", b"|", b"^", b"~", b"&", b"\\", b"\\F\\", b"\\.br\\", b"\\X0D\\", b"\\XZZ\\",
    b"\\.sp+99\\", b"#", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xe9", b"\0", b"UNICODE UTF-8", b"8859/1", b"|AL|NE|", b"|NE|AL|",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Ours, and up to three hundred of the public samples when they are here."""
    own = [
        samples.ADT,
        samples.REFERRAL,
        texts.adt("B1", "1"),
        texts.oru("B2", "1", 5),
        b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + samples.ADT + b"BTS|1\rFTS|1\r",
    ]
    files = sorted((FOLDER / "hl7v2").glob("*/*")) if (FOLDER / "hl7v2").is_dir() else []
    return own + [
        file.read_bytes() for file in islice((one for one in files if one.is_file() and one.stat().st_size < 30_000), 0, None, 3)
    ]


def framed() -> list[bytes]:
    return [frame(one) for one in seeds()] + [frame(samples.ADT) * 3, b"\x0b" + samples.ADT]


def frames(data: bytes) -> None:
    """Target 1: whatever comes, and however it is cut, the frames are the same and never more than what came."""
    whole = _fed(data, len(data) or 1)
    for size in (1, 7, 64) if len(data) < 3000 else (61,):
        assert _fed(data, size) == whole, "another cut, other frames"
    assert sum(map(len, whole)) <= len(data)


def _fed(data: bytes, size: int) -> list[bytes]:
    decoder, found = MllpDecoder(20_000), list[bytes]()
    try:
        for at in range(0, len(data), size):
            found += decoder.feed(data[at : at + size])
    except FrameTooLarge as trouble:
        return found + trouble.frames
    return found + decoder.flush()


def headers(data: bytes) -> None:
    """Target 2: every header is read or refused with a reason, and every message gets answers that name it."""
    found = batch.split(data)
    if found is not None:
        assert b"".join(found.messages) == data, "a batch lost a byte"
    for one in found.messages if found else (data,):
        try:
            header = read_header(one)
        except Unreadable:
            header = None
        for verdict in Verdict:
            for ack in acks_for(one, Answer(verdict, "X1"), now=NOW, control_id="A1"):
                try:
                    said = Message.parse(ack)
                except Unreadable as trouble:  # the sender's own bytes are no letters in any character set, and are echoed
                    assert trouble.reason == "undecodable" and not ack.isascii()
                    continue
                assert said.get("MSA-1")[1:] in ("A", "E", "R")
                about = opened(header_line(one)).fields[10] if header else ""  # its bytes, whatever an escape among them means
                line = ack.split(b"\r")[1]
                assert not about or line.split(line[3:4])[2] == about.encode("latin-1"), "the answer names another message"


def messages(data: bytes) -> None:
    """Target 3: every line of what can be read comes back byte by byte, and a profile understands it or says why not; so does its page."""
    try:
        message = Message.parse(data)
    except Unreadable:
        return
    for segment in islice(message.segments, 2000):
        segment.line.encode(message.charset)
        for n in (1, 3, 5):
            segment.component(n, 2)
    # A bare LF before a CR is part of the line end once it is written again; nothing else may change.
    kept = [text for segment in message.segments if (text := segment.line.rstrip("\n"))]
    again = "".join(f"{line}\r" for line in kept).encode(message.charset)
    assert [one.line for one in Message.parse(again, message.charset).segments] == kept, "a segment was lost"
    for profile in ("generic-v2", "zorgdomein"):
        try:
            Hl7Reader().read(data, profile)
        except Unreadable:
            continue
    if len(data) % 8 == 0:  # the page takes thirty times as long as the reader: of some
        _on_the_page(data)


def _on_the_page(data: bytes) -> None:
    shown = Message.parse(storable(data))
    for profile in ("hix", OWN_PLACES):
        for one in Hl7Explainer().explain(data, profile).leftovers:
            for place, value in one.parts:
                assert shown.get(place).strip()[:MOST_TEXT].strip() == value.strip(), (
                    "another value stands at the place that is offered"
                )


OWN_PLACES = profile_of_link("generic-v2", '[referral]\nurgency = ["ZPI-2", "ZMD-3"]\nboard_hint = ["OBX(1)-5-2", "PV1-2"]\n')


def written(data: bytes) -> None:
    """Target 4: any text in any delimiters comes back as it was written."""
    signs = "|^~\\&#$%*_!@"
    turn = data[0] % len(signs) if data else 0
    marks = Marks(*(signs[turn:] + signs[:turn])[:5])
    text = data[1:].decode("utf-8", "ignore")
    if not text.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in text):
        return
    plain = text.replace("\x0b", "").replace("\x1c", "")
    raw = Builder(marks).header({9: ("ADT", "A08")}).add("NTE", {1: "1", 3: text, 4: Formatted(text), 5: "end"}).encode()
    message = Message.parse(raw)
    assert [one.name for one in message.segments] == ["MSH", "NTE"]
    assert message.get("NTE-3-1") == plain
    assert message.get("NTE-4-1") == plain.replace("\r\n", "\n").replace("\r", "\n")
    assert message.get("NTE-5-1") == "end"


def texts_() -> Sequence[bytes]:
    return [
        b"0J\xc3\xbcrgen | ^ ~ \\ & \r\n \x0b \x1c",
        b"1\\.br\\ \\X0D\\ \\F\\",
        b"5" + "≥ 10 “ja” 𝄞".encode(),
        *(b"2" + one for one in seeds()[:20]),
    ]


TARGETS = (
    Target(1, "frames", frames, framed, WORDS, ("hl7v2/wire/mllp",)),
    Target(2, "headers", headers, seeds, WORDS, ("hl7v2/",)),
    Target(3, "messages", messages, seeds, WORDS, ("hl7v2/",)),
    Target(4, "written", written, texts_, WORDS, ("hl7v2/",)),
)
