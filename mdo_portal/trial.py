"""Trying a message of a hospital: how it would be kept, answered and read, without keeping anything.

The page of a link and `mdo-portal hospital check` both ask here. Reception itself decides the answer, the reader itself reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mdo_portal import reception, wiring, wiring_profiles
from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.link_fields import LABELS, WANTED, Wanted, Weight
from mdo_portal.domain.place_words import in_dutch
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import Answer, Explainer, Explanation, FieldRead, Wire
from mdo_portal.letter_reports import ConformanceLine, ConformanceReport
from mdo_portal.services import hospitals
from mdo_portal.services.hospitals import LinkRow

LARGEST = 5_000_000
"""Bytes of a message that is tried: a page waits for it. What really comes over a line may be larger."""
_MARK = b"\x0b", b"\x1c\r", b"\x1c"


@dataclass(frozen=True)
class Tried:
    """What became of one message. Holds a patient's particulars: for the screen of who tried it, and nowhere else."""

    wire: Wire
    profile: str
    explanation: Explanation
    answer: Answer
    #: the acknowledgement or HTTP answer, word for word
    answered: str
    #: whether the hospital's link knows the names by which the message says who sends it; a token proves it for FHIR
    sender_known: bool
    missing: tuple[Wanted, ...]
    bsn_passes: bool | None

    @property
    def is_read(self) -> bool:
        return not self.explanation.reason

    @property
    def is_good(self) -> bool:
        """Whether a message like this becomes a case without anybody mending it."""
        return self.is_read and self.sender_known and not [one for one in self.missing if one.weight is Weight.MUST]


def try_message(
    raw: bytes, *, link: LinkRow, links: Sequence[LinkRow], now: datetime, explainers: Mapping[Wire, Explainer] | None = None
) -> Tried:
    """Sort, answer and read `raw` as a message over this link. Raises KeyError for a profile that is not there.

    `explainers`: who reads it; without them this process itself, as on the command line. No transaction should be open.
    """
    wire = wiring_profiles.wire_of(link.profile_in)
    raw = _unframed(raw) if wire is Wire.HL7V2 else raw
    reader = wiring.readers()[wire]
    proven = link if wire is Wire.FHIR else None
    sorted_ = reception.sort(raw, wire=wire, reader=reader, links=[link], now=now, link=proven)
    explanation = (explainers or wiring.explainers())[wire].explain(raw, link.profile_in, link.charset_in)
    if not explanation.header.kind:  # whoever was cut off in the middle of it gives none
        explanation = replace(explanation, header=sorted_.arrival.header)
    others = [one for one in links if one.link_id != link.link_id]
    sender = proven or hospitals.sender_of([*others, link], sorted_.arrival.header)
    bsn = _value(explanation.fields, "patient.bsn")
    return Tried(
        wire=wire,
        profile=link.profile_in.partition("\n")[0],
        explanation=explanation,
        answer=sorted_.answer,
        answered=wiring.answer_text(wire, raw, sorted_.answer, sorted_.arrival.header, now=now),
        sender_known=sender is not None and sender.link_id == link.link_id,
        missing=tuple(_missing(explanation)),
        bsn_passes=passes_eleven_test(bsn) if bsn else None,
    )


def _unframed(raw: bytes) -> bytes:
    """Without the frame of MLLP, which engines leave in what they export."""
    start, end, short = _MARK
    raw = raw.removeprefix(start)
    return raw.removesuffix(end).removesuffix(short)


def _value(fields: Sequence[FieldRead], name: str) -> str:
    return next((one.value for one in fields if one.name == name), "")


def _missing(explanation: Explanation) -> Iterator[Wanted]:
    """What a referral should have and this one has not. Of another kind of message nothing is wanted but the patient."""
    if explanation.reason:
        return
    there = {one.name for one in explanation.fields if one.value}
    wanted = WANTED if explanation.meaning == "referral" else [one for one in WANTED if one.name == "patient.local_number"]
    yield from (one for one in wanted if one.name not in there)


def with_profile(link: LinkRow, profile: str) -> LinkRow:
    """The same link, read by another profile than its own: to try before it is chosen."""
    own = link.profile_in.partition("\n")[0]
    return link if profile in ("", own) else replace(link, profile_in=profile)


def as_json(tried: Tried) -> dict[str, Any]:
    """For the command line: everything, the values too."""
    said = tried.explanation
    return {
        "readable": tried.is_read,
        "good": tried.is_good,
        "wire": tried.wire.value,
        "profile": tried.profile,
        "kind": said.header.kind,
        "meaning": said.meaning,
        "control_id": said.header.control_id,
        "sender": {"application": said.header.sending_application, "facility": said.header.sending_facility, "known": tried.sender_known},
        "charset": {"used": said.charset, "by": said.charset_by},
        "reason": said.reason,
        "place": said.where,
        "answer": {"verdict": tried.answer.verdict.value, "reason": tried.answer.reason, "text": tried.answered},
        "fields": [
            {"name": one.name, "value": one.value, "place": one.place, "section": one.section, "label": one.label}
            for one in said.fields
            if one.value
        ],
        "missing": [{"name": one.name, "weight": one.weight.value, "why": one.why} for one in tried.missing],
        "leftovers": [{"place": one.place, "why": one.why} for one in said.leftovers],
    }  # fmt: skip


def report_of(tried: Tried, *, network: str, hospital: str, number: str, size: int) -> ConformanceReport:
    """What the vendor of the EPD gets to see: fields and places, and not one value of the message."""
    said = tried.explanation
    return ConformanceReport(
        network=network,
        number=number,
        hospital=hospital,
        wire=tried.wire.value,
        profile=wiring_profiles.known_profiles().titles.get(tried.profile, tried.profile),
        kind=_plain(said.header.kind, 24),
        version=_plain(said.header.version, 12),
        charset=said.charset,
        charset_by=said.charset_by,
        size=size,
        is_read=tried.is_read,
        is_good=tried.is_good,
        reason=UNREADABLE_REASONS.get(said.reason, said.reason),
        place=_plain(said.where, 80),
        answer_code=_code(tried),
        sender_known=tried.sender_known,
        lines=tuple(_lines(tried)),
        leftovers=tuple(_plain(one.place, 80) for one in said.leftovers[:100]),
    )


def _lines(tried: Tried) -> Iterator[ConformanceLine]:
    """The fields that were found, alike ones together with all their places; then what is missed."""
    found: dict[tuple[str, str], list[str]] = {}
    looked = {one.name: one.looked for one in tried.explanation.fields}
    for one in tried.explanation.fields:
        if one.value:
            places = found.setdefault((one.name, one.section), [])
            places += [one.place] if _IS_PLACE.fullmatch(one.place) and len(places) < MOST_PLACES else []
    for (name, section), places in found.items():
        yield ConformanceLine(LABELS.get(name, name), section, tuple(map(in_dutch, dict.fromkeys(places))))
    for gap in tried.missing:
        name = LABELS.get(gap.name, gap.name)
        yield ConformanceLine(
            name, looked=tuple(map(in_dutch, looked.get(gap.name, ()))), found=False, weight=gap.weight.value, why=gap.why
        )


MOST_PLACES = 40
_IS_PLACE = re.compile(
    r"@[a-z]+ [A-Za-z_]{1,40}|[A-Z][A-Z0-9]{2}(?:\(\d+\))?(?:-\d+(?:\(\d+\))?){0,3}"
    r"|[A-Z][A-Za-z]{1,40}/\d+(?:#[A-Za-z]{1,40}/\d+)?(?:\._?[a-z][A-Za-z0-9]{0,60}(?:\[[^\[\]]{1,200}\])?){0,20}"
)
"""A place as we write it ourselves; nothing else gets into the report."""
_NO_PLACE = re.compile(r"[^A-Za-z0-9_@()\[\]./:=^ -]")


def _plain(text: str, most: int) -> str:
    """A name of a place and nothing else: what a sender invents as a name could say something about somebody."""
    return _NO_PLACE.sub("", text)[:most]


def _code(tried: Tried) -> str:
    """`AA`, `HTTP 202`: what stands first in the answer."""
    if tried.wire is Wire.FHIR:
        return tried.answered.partition("\n")[0]
    line = next((line for line in tried.answered.splitlines() if line.startswith("MSA")), "")
    return line[4:6]
