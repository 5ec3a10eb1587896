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
from mdo_portal.domain import place_words
from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.link_fields import CODE_WORDS, WANTED, Wanted, Weight
from mdo_portal.domain.tried_reasons import BECOMES, REMARKS, TRIED_REASONS, Outcome, other_kind
from mdo_portal.exchange import Answer, Explainer, Explanation, FieldRead, LeftOver, MessageHeader, Verdict, Wire
from mdo_portal.services.dossier import routing
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow

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
    #: how many there were, one behind the other: this is about the first
    messages: int = 1
    #: the board that a referral like this comes to; "" = a person must choose one; None = no referral, or not asked
    board: str | None = None
    #: the boards that its hospital takes part in, with all their names
    boards: tuple[str, ...] = ()
    #: the one board of the network that it names, in which its hospital takes no part; "" = none
    elsewhere: str = ""

    @property
    def is_read(self) -> bool:
        return not self.explanation.reason

    @property
    def is_good(self) -> bool:
        """Whether a message like this does what it is for without anybody mending it: a referral becomes a case."""
        return self.outcome is Outcome.GOOD

    @property
    def outcome(self) -> Outcome:
        """The one verdict. It follows the answer: what is refused is never good, however well it can be read."""
        if self.answer.verdict is not Verdict.STORED:
            return Outcome.REFUSED
        if not self.is_read:
            return Outcome.UNREADABLE
        needed = [one for one in self.missing if one.weight is Weight.MUST]
        is_whole = self.sender_known and not (needed or self.damaged or self.is_unrouted or self.unknown_urgency)
        return Outcome.GOOD if is_whole else Outcome.GAPS

    @property
    def is_unrouted(self) -> bool:
        """Whether it names a board by a word that is none of this hospital's: somebody must choose."""
        return self.board == "" and not any(one.name == "board_hint" for one in self.missing)

    @property
    def unknown_urgency(self) -> str:
        """The sender's word for how urgent a referral is, when the work list does not know it; else "".

        Such a case looks like one that can wait, whatever the word says.
        """
        said = _value(self.explanation.fields, "urgency") if self.explanation.meaning == "referral" else ""
        return "" if said in CODE_WORDS["urgency"] else said

    @property
    def becomes(self) -> str:
        """What becomes of a message like this, in one sentence; "" when it is refused or cannot be read."""
        return "" if self.reason else BECOMES.get(self.explanation.meaning, "")

    @property
    def damaged(self) -> Sequence[LeftOver]:
        """What was sent and could not be read, or of which the end never came. What only has no place here is no damage."""
        return [one for one in self.leftovers if one.why not in ("unmapped", "bsn", "test")]

    @property
    def reason(self) -> str:
        """Code of TRIED_REASONS: why it is refused or cannot be read; "" when it becomes a case."""
        if self.outcome not in (Outcome.REFUSED, Outcome.UNREADABLE):
            return ""
        other = self.explanation.reason if self.is_other_kind else ""
        refused = self.answer.reason if self.outcome is Outcome.REFUSED else ""
        if refused == "unknown_sender" and not self.names_sender:
            refused = "no_sender"
        found = other or refused or self.explanation.reason
        return "no_fhir" if found == "no_header" and self.wire is Wire.FHIR else found

    @property
    def why(self) -> str:
        """The sentence of `reason`; the code itself when nobody gave it words."""
        return TRIED_REASONS.get(self.reason, self.reason)

    @property
    def also(self) -> str:
        """Why it could not be read either, when it is refused for another reason; else ""."""
        unread = self.explanation.reason
        return TRIED_REASONS.get(unread, unread) if self.outcome is Outcome.REFUSED and unread not in ("", self.reason) else ""

    @property
    def where_is_place(self) -> bool:
        """Whether it can be pointed at; else what a reader said of the message, which place_words says in words."""
        return place_words.said_of_complaint(self.where) is None

    @property
    def where(self) -> str:
        """The place of it in the message, or what a reader said of the message as such (place_words); "" of another kind of message."""
        where = {"no_control_id": "MSH-10", "no_header": ""}.get(self.reason, self.explanation.where)
        has_words = IS_PLACE.fullmatch(where) or (self.wire is Wire.FHIR and place_words.said_of_complaint(where))
        return where if self.reason == "wrong_profile" or has_words else ""

    @property
    def not_dates(self) -> Mapping[str, str]:
        """Fields that are missed though something stands where the profile looks, with that place: it is no date."""
        left = {one.place for one in self.explanation.leftovers}
        dated = [one for one in self.explanation.fields if one.name in _DATES and not one.value]
        found = {one.name: next((at for at in left if any(_is_within(place, at) for place in one.looked)), "") for one in dated}
        return {name: place for name, place in found.items() if place}

    @property
    def leftovers(self) -> Sequence[LeftOver]:
        """What has no place in a case; without what `not_dates` tells already."""
        return [one for one in self.explanation.leftovers if one.place not in self.not_dates.values()]

    @property
    def is_other_kind(self) -> bool:
        """Whether this is no message of the link's wire at all."""
        return "_on_" in self.explanation.reason

    @property
    def names_sender(self) -> bool:
        """Whether the message says who sends it."""
        said = self.explanation.header
        return not self.is_other_kind and bool(said.sending_application or said.sending_facility)


def try_message(
    raw: bytes,
    *,
    link: LinkRow,
    links: Sequence[LinkRow],
    now: datetime,
    explainers: Mapping[Wire, Explainer] | None = None,
    boards: Sequence[routing.Called] | None = None,
    network: Sequence[routing.Called] = (),
) -> Tried:
    """Sort, answer and read `raw` as a message over this link. Raises KeyError for a profile that is not there.

    `boards`: those that the hospital takes part in; without them nobody is asked to which one a referral comes. `network`: all there are.

    `explainers`: who reads it; without them this process itself, as on the command line. No transaction should be open.
    """
    wire = wiring_profiles.wire_of(link.profile_in)
    raw, *others = wiring.messages_in(wire, _unframed(raw) if wire is Wire.HL7V2 else raw)
    proven = link if wire is Wire.FHIR or _is_nobodys(link) else None
    sorted_ = reception.sort(raw, wire=wire, reader=wiring.readers()[wire], links=[link], now=now, link=proven)
    every = [link, *(one for one in links if one.link_id != link.link_id)]
    sender = proven or hospitals.sender_of(every, sorted_.arrival.header, link.caller)
    if sender is None and sorted_.answer.verdict is Verdict.STORED:  # two links claim it, and nothing keeps them apart
        sorted_ = reception.sort(raw, wire=wire, reader=wiring.readers()[wire], links=every, now=now)
    explanation = (explainers or wiring.explainers())[wire].explain(raw, link.profile_in, link.charset_in)
    if not explanation.header.kind:  # whoever was cut off in the middle of it gives none
        explanation = replace(explanation, header=sorted_.arrival.header)
    other = other_kind(raw, on_fhir=wire is Wire.FHIR)
    if other and (explanation.reason or other != REMARKS):  # remarks before MSH are read past, as over the line
        explanation = Explanation(MessageHeader(), reason=other)
    bsn = _value(explanation.fields, "patient.bsn")
    board, elsewhere = _board(explanation, boards), _board(explanation, _others(network, boards or ())) or ""
    return Tried(
        wire=wire,
        profile=link.profile_in.partition("\n")[0],
        explanation=explanation,
        answer=sorted_.answer,
        answered=wiring.answer_text(wire, raw, sorted_.answer, sorted_.arrival.header, now=now),
        sender_known=sender is not None and sender.link_id == link.link_id,
        missing=tuple(one for one in _missing(explanation) if one.name != "board_hint" or not board),
        bsn_passes=passes_eleven_test(bsn) if bsn else None,
        messages=1 + len(others),
        board=board,
        boards=tuple(one.all_names for one in boards or ()),
        elsewhere=elsewhere if board == "" else "",
    )


def _others(network: Sequence[routing.Called], own: Sequence[routing.Called]) -> list[routing.Called]:
    mine = {one.id for one in own}
    return [one for one in network if one.id not in mine]


def _board(explanation: Explanation, boards: Sequence[routing.Called] | None) -> str | None:
    """By the same words and the same rule as a real referral is routed by."""
    if boards is None or explanation.reason or explanation.meaning != "referral":
        return None
    words = " ".join(_value(explanation.fields, name) for name in ("board_hint", "tumour_hint"))
    found = routing.meant(boards, explanation.board_code, words)
    return found.name if found else ""


def _is_nobodys(link: LinkRow) -> bool:
    """A profile by itself, without a hospital: whoever sends is then right."""
    return not link.hospital_code and not link.sending_applications


def _unframed(raw: bytes) -> bytes:
    """Without the frame of MLLP, which engines leave in what they export."""
    start, end, short = _MARK
    raw = raw.removeprefix(start)
    return raw.removesuffix(end).removesuffix(short)


IS_PLACE = re.compile(
    r"@[a-z]+ [A-Za-z_]{1,40}|@line Z[A-Z0-9]{2}-\d{1,2} [A-Z0-9_]{2,20}|@lines Z[A-Z0-9]{2}-\d{1,2}"
    r"|[A-Z][A-Z0-9]{2}(?:\(\d+\))?(?:-\d+(?:\(\d+\))?){0,3}"
    r"|[A-Z][A-Za-z]{1,40}/\d+(?:#[A-Za-z]{1,40}/\d+)?(?:\._?[a-z][A-Za-z0-9]{0,60}(?:\[[^\[\]]{1,200}\])?){0,20}"
)
"""A place as we write it ourselves; nothing else gets into the report."""

_DATES = ("patient.birth_on", "latest_useful_on")


def _is_within(place: str, whole: str) -> bool:
    """Whether PID-7-1 is in PID-7."""
    return place == whole or place.startswith(f"{whole}-")


def _value(fields: Sequence[FieldRead], name: str) -> str:
    return next((one.value for one in fields if one.name == name), "")


def _missing(explanation: Explanation) -> Iterator[Wanted]:
    """What a referral should have and this one has not. Of another kind of message nothing is wanted but what finds its case."""
    if explanation.reason:
        return
    there = {one.name for one in explanation.fields if one.value}
    by = _FOUND_BY.get(explanation.meaning, "patient.local_number")
    wanted = WANTED if explanation.meaning == "referral" else [one for one in WANTED if one.name == by]
    yield from (one for one in wanted if one.name not in there)


_FOUND_BY = {"withdrawal": "number", "answer": "", "notice": "", "receipt": ""}
"""By which field a kind of message finds its case, when that is not the patient's number; "" = the reader saw to it."""


def with_profile(link: LinkRow, profile: str) -> LinkRow:
    """The same link, read by another profile than its own: to try before it is chosen."""
    own = link.profile_in.partition("\n")[0]
    return link if profile in ("", own) else replace(link, profile_in=profile)


def as_json(tried: Tried) -> dict[str, Any]:
    """For the command line: everything, the values too."""
    said = tried.explanation
    return {
        "messages": tried.messages,
        "readable": tried.is_read,
        "good": tried.is_good,
        "verdict": tried.outcome.value,
        "wire": tried.wire.value,
        "profile": tried.profile,
        "kind": said.header.kind,
        "meaning": said.meaning,
        "control_id": said.header.control_id,
        "sender": {"application": said.header.sending_application, "facility": said.header.sending_facility, "known": tried.sender_known},
        "charset": {"used": said.charset, "by": said.charset_by},
        "reason": tried.reason,
        "why": tried.why,
        "place": tried.where,
        "answer": {"verdict": tried.answer.verdict.value, "reason": tried.answer.reason, "text": tried.answered},
        "fields": [
            {"name": one.name, "value": one.value, "place": one.place, "section": one.section, "label": one.label}
            for one in said.fields
            if one.value
        ],
        "missing": [
            {"name": one.name, "weight": one.weight.value, "why": one.why, "no_date_at": tried.not_dates.get(one.name, "")}
            for one in tried.missing
        ],
        "board": tried.board,
        "leftovers": [{"place": one.place, "why": one.why, "parts": dict(one.parts)} for one in tried.leftovers],
    }  # fmt: skip
