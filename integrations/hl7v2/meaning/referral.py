"""A message that asks a board to discuss a patient, as the border knows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from integrations.hl7v2.meaning.around import found_by, written_by
from integrations.hl7v2.meaning.cautions import held_up, no_day
from integrations.hl7v2.meaning.facts import told, unmapped
from integrations.hl7v2.meaning.hint import board_hint
from integrations.hl7v2.meaning.named_question import named_first, whole_field
from integrations.hl7v2.meaning.places import first, found, value_at
from integrations.hl7v2.meaning.withdrawal import instead_of, is_document_gone, number_of, why, withdrawn
from integrations.hl7v2.message.board_order import counted
from integrations.hl7v2.message.documents import documents
from integrations.hl7v2.message.headed import question_of
from integrations.hl7v2.message.misplaced import is_person, person_in
from integrations.hl7v2.message.notification import document_number, replaced
from integrations.hl7v2.message.people import patient_of
from integrations.hl7v2.message.professionals import participant, professional
from integrations.hl7v2.message.providers import provider
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import item_status
from integrations.hl7v2.message.surnames import is_prefix
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import event_of
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.status_codes import GONE
from integrations.hl7v2.text.telephone import is_called, is_moment, is_number_of_a_thing, telephone
from integrations.hl7v2.text.values import day, sent
from integrations.hl7v2.text.words import asks_something, only_names_board
from integrations.profiles import board_of, urgency_of
from mdo_portal.exchange import Contact, IncomingDocument, IncomingReferral, Profile

QUESTIONS = ("question_board", "question_radiology", "question_pathology")


def referral(message: Message, profile: Profile) -> IncomingReferral:
    """The referral in `message`, or that it is taken back. Raises Unreadable: no_patient, broken."""
    rules = profile["referral"]
    who = patient_of(message, profile)
    reading = Reading.of(message, profile)
    questions = asked_in(reading)
    asked: dict[str, Any] = {name: text for name, (text, _) in questions.items()}
    hint, hinted = board_hint(reading)
    used = frozenset((*(place for _, place in questions.values()), hinted))
    said = told(reading, used)
    attached = documents_of(reading)
    gone = withdrawn(message, profile)
    urgent = urgency_places(reading)
    when = [one for one in urgent if _is_when(value_at(reading, one))]
    number = number_of(reading, gone)
    paper = number if is_document_gone(message, profile) else ""
    is_over = bool(gone or paper) or event_of(message) in rules["cancel_events"]
    return IncomingReferral(
        patient=who,
        number=number,
        board_hint=hint,
        board_code=board_of(profile, hint),
        tumour_hint=first(reading, rules["tumour_hint"]),
        **asked,
        urgency=_urgency(reading, [one for one in urgent if one not in when]),
        latest_useful_on=day(first(reading, rules["latest_useful_on"])),
        referrer=_contact(reading, "referrer"),
        treating=_contact(reading, "treating"),
        case_manager=_contact(reading, "case_manager"),
        gp=_contact(reading, "gp"),
        facts=said.facts,
        taken_back=said.taken_back,
        documents_taken_back=(paper, f"{paper}/&") if paper else (),  # with the addendum under its number
        documents=tuple(document for _, document in attached),
        sent_at=sent(message.get("MSH-7-1"), ZoneInfo(profile["timezone"])),
        replaces=replaced(message, profile),
        replaced=instead_of(reading, number),
        unmapped=tuple(
            dict.fromkeys(
                (
                    *unmapped(reading, said),
                    *held_up(reading),
                    *no_day(reading),
                    *(reading.at(one).removesuffix("-1") for one in when),
                    *(f"{item.place}/{GONE}" for item, _ in said.over),
                )
            )
        ),
        quarantined=tuple(f"{place}/broken" for place, document in attached if document.kind == "unreadable"),
        cancelled=is_over,
        cancel_reason=why(gone) or ((_why(reading) or _why_in_its_place(*questions["question_board"])) if is_over else ""),
    )


def _why_in_its_place(said: str, place: str) -> str:
    """Where the reason of a referral stands (RF1-10) may stand why it is taken back; what was asked before is no reason."""
    return said if "RF1-10" in place and not said.rstrip().endswith("?") else ""


def asked_in(reading: Reading) -> dict[str, tuple[str, str]]:
    """(words, place) of each question: of its places the first that holds something which may be one."""
    rules = reading.profile["referral"]
    change = rules["reason_of_change"] if event_of(reading.message) in rules["changed_events"] else ()
    may = {name: [one for one in rules[name] if one not in change and _asks(reading, one)] for name in QUESTIONS}
    asked = {name: _first_that_says(reading, named_first(reading, places)) for name, places in may.items()}
    return {
        name: (_of_field(reading, words, at), at if "-" in at else at.replace("@asking", "@notes"))
        for name, (words, at) in asked.items()
    }


def _first_that_says(reading: Reading, places: Sequence[str]) -> tuple[str, str]:
    """(words, place) of the first of these places; one that only points at another gives way to it."""
    each = (found(reading, [place]) for place in places)
    first = next((one for one in each if one[0]), ("", ""))
    return next((one for one in each if one[0]), first) if _POINTS.fullmatch(first[0].strip()) else first


_POINTS = re.compile(
    r"zie (?:\w+ ){0,2}(?:\w*brief|bijlagen?|formulier|verwijzing|pdf|onder|boven)\.?|z\.?o\.?z\.?|"
    r"n\.?v\.?t\.?|niet van toepassing|geen|onbekend|[-.]+",
    re.IGNORECASE,
)
"""`zie brief`, `n.v.t.`: where it stands, or that it does not stand here; nothing of it."""


def _of_field(reading: Reading, words: str, place: str) -> str:
    """Of a field (`OBR-13`, `OBR-31-2-0`) that repeats more than the first may be the question, or one of them called so."""
    if not words or place.startswith("@"):
        return words.strip()
    whole, is_list = whole_field(reading, place), place.count("-") > 1
    if is_list and "\n" not in whole:
        return words.strip()
    return question_of(whole.lstrip("^"), reading.profile, is_list=is_list)[0].strip()


def _urgency(reading: Reading, places: Sequence[str]) -> str:
    """In our words where the profile knows its code or its words, else in the sender's words, else as the code stands there."""
    said, place = found(reading, places)
    words = reading.message.get(f"{place[:-2]}-2").strip() if place.endswith("-1") else ""
    return urgency_of(reading.profile, said) or urgency_of(reading.profile, words) or words or said


def urgency_places(reading: Reading) -> list[str]:
    """Where this message may say how urgent it is: as the profile has it, with RF1 by what its fields say that they hold."""
    places = reading.profile["referral"]["urgency"]
    said = [one for place in places for one in (_priorities(reading) if place == _PRIORITY else (place,))]
    return [*said, *(one for one in _INTERVALS if urgency_of(reading.profile, reading.message.get(reading.at(one)).strip()))]


def _is_when(said: str) -> bool:
    """Whether a day or a moment stands where the urgency belongs: it says when, and not how soon."""
    return bool(stamp(said.strip()) or day(said))


_PRIORITY = "RF1-2-1"
_INTERVALS = ("ORC-7-2", "OBR-27-2")
"""Where how often belongs (TQ.2), and some write how urgent."""


def _priorities(reading: Reading) -> list[str]:
    """Where RF1 holds a priority (table 0280), also in another field than RF1-2. One of another table (0336: why) is none."""
    tables = {n: reading.message.get(f"RF1-{n}-3").upper() for n in range(2, 6)}
    said = [f"RF1-{n}-1" for n, table in tables.items() if table == "HL70280"]
    return said if tables[2].startswith("HL70") else [*said, _PRIORITY]


def _asks(reading: Reading, place: str) -> bool:
    """Whether what stands at a place may be a question: a code of a table for why patients are referred is none, nor is a person,
    the name of a board or a diagnosis by its code.
    """
    if place.startswith("@"):
        return True
    if place.endswith("-1") and _is_code(reading, place):
        return False
    field, rules = "-".join(place.split("-")[:2]), reading.profile["referral"]
    said, code = first(reading, [place]), reading.message.get(reading.at(f"{field}-1")).strip()
    if said and not any(map(str.isalpha, said)):  # whom to call, or when
        return False
    if only_names_board(said, rules["recognised"]) or (_DIAGNOSIS.fullmatch(code) and not asks_something(said)):
        return False
    return reading.message.get(reading.at(f"{field}-3")).upper() not in rules["no_questions"] and not _names(
        reading, reading.at(field)
    )


def _is_code(reading: Reading, place: str) -> bool:
    """Whether what stands at `RF1-10-1` is the code of the words behind it: those ask, or nothing does."""
    said = reading.message.get(reading.at(place)).strip()
    return " " not in said and bool(reading.message.get(reading.at(f"{place[:-2]}-2")).strip())


_DIAGNOSIS = re.compile(r"[A-Z]\d{2}(?:\.\w{1,4})?")
"""A code of ICD-10: why, and no question."""


def _names(reading: Reading, field: str) -> bool:
    """Whether somebody is named in `OBR(1)-31`."""
    name, _, n = field.partition("-")
    segments = reading.message.all(name[:3])[counted(field) - 1 :][:1]
    return any(is_person(reading.message, one) for segment in segments for one in segment.repetitions(int(n)))


def _why(reading: Reading) -> str:
    """Why a referral is taken back: what the message says of that, and its notes, for many have no other place."""
    said = first(reading, reading.profile["referral"]["reason_of_change"])
    return "; ".join(dict.fromkeys(filter(None, (said, *(text for item in reading.items for text in item.notes)))))


def documents_of(reading: Reading) -> list[tuple[str, IncomingDocument]]:
    """Every document with its place in the message."""
    attached: list[tuple[str, IncomingDocument]] = []
    for item in reading.items:
        if item.is_document:
            order = item.order
            reference = document_number(reading.message.first("TXA"), event_of(reading.message)) or (
                order.component(3) or order.component(2) if order else ""
            )
            status = item_status(item, reading.message.first("TXA"), reading.profile)
            before = replaced(reading.message, reading.profile) or (reference if event_of(reading.message) in _TOLD_ANEW else "")
            by = written_by(reading) or found_by(item.segment, reading.message.get("MSH-4-1"))
            sent = (
                replace(one, status=status, replaces=before, author=by or one.author)
                for one in documents(item, reading.profile, reference)
            )
            attached += [(item.place, one) for one in sent]
    return attached


_TOLD_ANEW = ("T04", "T08", "T10")
"""Events of a document (MDM) that was told before: without a parent under its own number."""
ROLES = {"@provider": provider, "@participant": participant, "@person": person_in}


def _contact(reading: Reading, role: str) -> Contact:
    """The first place of the profile with a person; organisation and telephone come from their own places when not with him."""
    rule = reading.profile["contacts"][role]
    people = (person_at(reading, place) for place in rule["places"])
    person = next((one for one in people if one is not None), Contact())
    called = _phone(reading, rule.get("phone", ()))
    return replace(
        person,
        organisation=person.organisation or organisation(reading, rule.get("organisation", ()))[0],
        phone=person.phone or (called if called != person.number else ""),  # some write the person once more where he is called
    )


def organisation(reading: Reading, places: Sequence[str]) -> tuple[str, str]:
    """(who, place): the first of these places with a name, for a number alone is that of a room or a ward. `de` is of a person who
    stands where a house has its name.
    """
    each = (found(reading, [place]) for place in places)
    named = (one for one in each if any(map(str.isalpha, one[0])) and len(one[0].strip()) > 1)  # one letter is somebody's initial
    return next((one for one in named if not is_prefix(one[0])), ("", ""))


def _phone(reading: Reading, places: Sequence[str]) -> str:
    """The value at the first of these places; where a path names the number as one text (`ORC-14-1`), also a number in parts."""
    for place in places:
        name, _, at = place.partition("-")
        segment = reading.message.first(name) if at.endswith("-1") and at[:-2].isdigit() else None
        found = first(reading, [place]) or (telephone(segment, int(at[:-2])) if segment else "")
        is_somebody = segment is not None and person_in(reading.message, place[:-2]) is not None
        if is_called(found) and not (is_somebody or is_moment(found) or is_number_of_a_thing(found)):
            return found
    return ""


def person_at(reading: Reading, place: str) -> Contact | None:
    """Who stands at a place of a profile, or has the role that it names (`@provider RP`)."""
    named, _, role = place.partition(" ")
    if named in ROLES:
        return ROLES[named](reading.message, role)
    of_order = reading.at(place)
    return professional(reading.message, of_order) or (professional(reading.message, place) if place != of_order else None)
