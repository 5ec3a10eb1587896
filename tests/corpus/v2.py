"""HL7 v2 samples, framed over a real socket to the real listener."""

from __future__ import annotations

import re
import socket
import time
from datetime import UTC, datetime

from integrations.hl7v2.message.roles import is_judge
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text import batch
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.text.tidy import storable
from integrations.hl7v2.wire.ack import acks_for
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from integrations.profiles import load
from mdo_portal.exchange import (
    Answer,
    IncomingAppointment,
    IncomingReceipt,
    IncomingReferral,
    IncomingResult,
    MessageHeader,
    PatientChange,
    PatientLink,
    PatientMerge,
    Unreadable,
    Verdict,
)
from tests.bench.house import House, hospital, house

from . import settled
from .sets import Count, Sample

PROFILES = {"msg-hl7-nl": "zorgdomein"}
ANSWER_SECONDS = 20.0
SEGMENTS_OF = {
    IncomingReferral: "referral",
    IncomingResult: "result",
    IncomingAppointment: "appointment",
    PatientChange: "patient",
    PatientLink: "patient",
    PatientMerge: "merge",
}
"""What a message means -> the list of its profile that says which segments are used."""


def run(url: str, name: str, samples: list[Sample], *, detail: bool) -> Count:
    """Send the set to a listener of its own, with one link that takes whatever the set says in MSH-3."""
    count = Count(f"hl7v2/{name}", files=len(samples), empty=sum(not _frames(one.raw) for one in samples))
    samples = [one for one in samples if _frames(one.raw)]
    with house(url) as found:
        database = found.database()
        applications = sorted({_header(sample.raw).sending_application for sample in samples})
        with database.transaction() as session:
            hospital(session, profile=PROFILES.get(name, "generic-v2"), applications=applications, charset_in="UTF-8")
        process = found.portal("listen", core=None)
        for sample in samples:
            _send(found, sample, count)
        count.crashed += process.poll() is not None
        settled.understand(database, count)
        settled.settle(database, count, [one for sample in samples for one in _messages(sample)], segments, hospital="ZEED")
        profile = PROFILES.get(name, "generic-v2")
        count.lost += sum(len(_unplaced(one.raw, profile)) for sample in samples for one in _messages(sample))
        if detail:
            settled.details(database, count.corpus, samples)
    return count


def _messages(sample: Sample) -> list[Sample]:
    """The messages of a file: of a batch each is kept by itself, with the lines of the batch around it."""
    found = [one for raw in _frames(sample.raw) for one in _apart(raw)]
    return [Sample(f"{sample.name}#{n}", one) for n, one in enumerate(found)] if len(found) > 1 else [Sample(sample.name, *found)]


def _frames(raw: bytes) -> list[bytes]:
    """What goes over the line, as the listener cuts it: the file, or what stands in the frames of a file that was caught from a line.

    None for a file that says nothing: an empty frame is no message, and nobody answers it.
    """
    return MllpDecoder(len(raw)).feed(raw) or MllpDecoder(len(raw)).feed(frame(raw))


def _apart(raw: bytes) -> tuple[bytes, ...]:
    found = batch.split(raw)
    return found.messages if found else (raw,)


def _unplaced(raw: bytes, profile: str) -> set[str]:
    try:
        return unplaced(raw, profile)
    except Unreadable:
        return set()  # a person looks at all of it


def _header(raw: bytes) -> MessageHeader:
    try:
        return read_header(raw)
    except Unreadable:
        return MessageHeader()


def _send(found: House, sample: Sample, count: Count) -> None:
    """One file, one connection per frame: what one breaks must not show with another."""
    count.answered += all(_is_answered(found, raw, count) for raw in _frames(sample.raw))


def _is_answered(found: House, raw: bytes, count: Count) -> bool:
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", found.ports["mllp"]), timeout=ANSWER_SECONDS) as line:
        line.sendall(frame(raw))
        silence = _asks_for_silence(raw)
        if silence:
            line.shutdown(socket.SHUT_WR)  # the listener stores it, says nothing, and closes too
        answer = _answer(line)
    count.took(time.perf_counter() - started)
    if silence and b"\rMSA" not in answer:  # of a batch its own lines are said back, and that it holds nothing
        return True
    about = re.search(rb"\rMSA\|[AC][AER]\|([^|\r]*)", answer) or re.search(rb"\rMSA.[AC][AER].([^\r]*)", answer)
    wanted = _header(raw).control_id
    return about is not None and (not wanted or about[1].startswith(wanted.encode("utf-8")[:20]) or b"\\" in about[1])


def _asks_for_silence(raw: bytes) -> bool:
    """Whether MSH-15 and MSH-16 ask for no acknowledgement of a message that is stored (NE, or ER): then any answer is wrong."""
    said = [
        acks_for(one.raw, Answer(Verdict.STORED, _header(one.raw).control_id), now=datetime.now(UTC), control_id="A")
        for one in _messages(Sample("", raw))
    ]
    return not any(said)


def _answer(line: socket.socket) -> bytes:
    decoder = MllpDecoder()
    try:
        while data := line.recv(65_536):
            for answer in decoder.feed(data):
                return answer
    except TimeoutError:
        return b""
    return b""


def unplaced(raw: bytes, profile: str) -> set[str]:
    """The names of the segments that are neither used by what the message means nor named as not placed: must be empty.

    Raises Unreadable for what goes to a person whole.
    """
    rules = load(profile)
    read = Hl7Reader().read(raw, profile, "UTF-8")
    if isinstance(read, IncomingReceipt):
        return set()  # an acknowledgement by itself says nothing of a patient: what it settles is asked elsewhere
    used = {*rules["segments"]["placed"], *rules["segments"][SEGMENTS_OF[type(read)]], *read.unmapped}
    if isinstance(read, IncomingReferral):
        used |= {"OBX", "NTE", "?", *rules["facts"]}
    message = Message.parse(storable(raw), "UTF-8")
    used |= {"PRT"} if all(map(is_judge, message.all("PRT"))) else set()  # who judged a value is told beside it
    return {segment.name or "?" for segment in message.segments} - used


def segments(raw: bytes) -> list[bytes]:
    """The lines of a message, whatever ends them."""
    return [line for line in re.split(rb"[\r\n]+", raw) if line.strip()]
