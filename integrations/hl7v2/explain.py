"""How a message is read, field by field and with the place of each: for a person who joins a hospital. Nothing is kept.

The values are those of the reader itself. The places are found by asking the profile once more; for what a profile does not
place (a name, a telephone) by looking for the value in the segments where the reader takes it from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import islice

from integrations.bsn import shown_facts
from integrations.hl7v2.meaning.attached import of_referral, of_result
from integrations.hl7v2.meaning.contacts import organisation, person_at
from integrations.hl7v2.meaning.facts import told
from integrations.hl7v2.meaning.hint import board_hint
from integrations.hl7v2.meaning.of_whom import own_bsns
from integrations.hl7v2.meaning.places import found, found_in, number_at
from integrations.hl7v2.meaning.questions import QUESTIONS, asked_in
from integrations.hl7v2.meaning.result import facts_of
from integrations.hl7v2.meaning.urgency import urgency_places
from integrations.hl7v2.message.explain_places import Stood, flat, place_of, shown
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.left import parts
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.worded_lines import by_word
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.charset import codec_read
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.tidy import storable
from integrations.hl7v2.text.values import label
from integrations.profiles import load
from mdo_portal.exchange import (
    Contact,
    Explanation,
    Fact,
    FieldRead,
    IncomingReferral,
    IncomingResult,
    LeftOver,
    MessageHeader,
    PatientIdentity,
    PatientLink,
    PatientMerge,
    Profile,
    Unreadable,
    is_cut_off,
    meaning_of,
)

WHERE_PEOPLE_STAND = ("PRD", "ORC", "OBR", "PV1", "PD1", "MSH", "TXA", "RF1", "ARQ")
SIMPLE = ("number", "board_hint", "tumour_hint", "urgency", "latest_useful_on", *QUESTIONS)
MOST_FILLED = 400
"""Places that are shown to choose from."""
MOST_VALUE = 4_000
"""Characters of one value that are shown."""
_OUR_OWN = ("facts", "documents", "whole", "taken_back")
"""What a result holds that is shown in another way, or that is only for us to find it again by."""


class Hl7Explainer:
    """exchange.Explainer for HL7 v2."""

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation:
        """Every field with its place, what was left over, which character set was used; or why it cannot be read."""
        reader, header = Hl7Reader(), MessageHeader()
        message, rules = None, None
        try:
            header = reader.header(raw)
            rules = load(profile)
            message = Message.parse(storable(raw), charset or rules["charset"])
            incoming = reader.read(raw, profile, charset)
        except Unreadable as trouble:
            said = _said_by(message, rules, charset) if message and rules else ""
            used = message.charset if message else ""
            return Explanation(header, charset=used, charset_by=said, reason=trouble.reason, where=trouble.where)
        read = _Read(Reading(message, rules))
        fields = tuple(read.fields(incoming))
        return Explanation(
            header=header,
            meaning=meaning_of(incoming),
            charset=message.charset,
            charset_by=_said_by(message, rules, charset),
            fields=fields,
            leftovers=(*_left(incoming, message, {one.place for one in fields}), *read.cut_off()),
            board_code=getattr(incoming, "board_code", ""),
            filled=_filled(message),
        )


def _filled(message: Message) -> tuple[tuple[str, str], ...]:
    """What stands where in the segments of the message: who seeks a value need not count the separators. Results speak for themselves."""
    names = dict.fromkeys(one.name for one in message.segments if one.name and one.name not in ("OBX", "NTE"))
    return tuple(islice((one for name in names for one in parts(message, name)), MOST_FILLED))


def _said_by(message: Message, rules: Profile, charset: str) -> str:
    """Who decided the codec; a codec that did not fit was passed over (charset.decide)."""
    for who, name in (("link", charset), ("profile", rules["charset"]), ("message", message.get("MSH-18(0)-1"))):
        if codec_read(name) and (codec_read(name) == message.charset or _same(codec_read(name), message.charset)):
            return who
    return "standard" if message.charset == "ascii" else "guess"


def _same(stated: str, used: str) -> bool:
    return stated == "iso8859-1" and used == "cp1252"  # what charset.decide reads it as when there are Windows signs in it


def _left(incoming: object, message: Message, read: Set[str]) -> Iterator[LeftOver]:
    """What nothing uses, with what stands in it but for what was read from there (`read`, the places of the fields)."""
    for name in getattr(incoming, "unmapped", ()):
        place, why = _parted(name, "unmapped")
        there = parts(message, place) if why == "unmapped" else ()
        left = tuple(one for one in there if one[0] not in read and f"{one[0]}-1" not in read)
        yield LeftOver(place, why, left, _by_word(message, place[:3], left))
    yield from (LeftOver(*_parted(name)) for name in getattr(incoming, "quarantined", ()))


def _by_word(message: Message, name: str, left: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    there, places = parts(message, name) if left and name.startswith("Z") else [], dict(left)
    return tuple(one for one in by_word(there, _people(message) if there else frozenset()) if one[0] in places)


_PEOPLE = {"PID": "", "MRG": "", "NK1": "2", "PD1": "4", "PRD": "2", "ROL": "4", "PRT": "5", "GT1": "3", "CTD": "2"}
"""Segments and the field of who it is; of the patient every one."""


_FIELD = re.compile(r"(?:\(\d+\))?-|\(")


def _people(message: Message) -> frozenset[str]:
    """The words of who is in the message, in small letters: many an EPD writes a surname in capitals."""
    said = (value for name, at in _PEOPLE.items() for place, value in parts(message, name) if at in ("", _FIELD.split(place)[1]))
    return frozenset(word.casefold() for value in said for word in re.split(r"[^\w]+", value) if word)


def _parted(name: str, usual: str = "broken") -> tuple[str, str]:
    place, _, why = name.partition("/")
    return place, why or usual


def _patients(incoming: object) -> tuple[PatientIdentity, ...]:
    """Whom a message is about: one patient, but for a merge or a link of several."""
    if isinstance(incoming, PatientMerge):
        return tuple(one.patient for one in incoming.merged)
    if isinstance(incoming, PatientLink):
        return incoming.patients
    patient = getattr(incoming, "patient", None)
    return (patient,) if isinstance(patient, PatientIdentity) else ()


def _words(reading: Reading) -> Set[str]:
    """What the values of a message are known by (`sections` of a profile): the code of each, else its name."""
    values = (item.segment for item in reading.values if not item.is_document)
    return {one.component(3) or label(one) for one in values} - {""}


class _Read:
    """One message that was read, with what is needed to find a value's place again."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._rules, self._message = reading, reading.profile, reading.message
        self._stood = Stood(reading.items)
        self._words = _words(reading)

    def fields(self, incoming: object) -> Iterator[FieldRead]:
        for n, patient in enumerate(_patients(incoming)):
            yield from self._patient(patient) if n == 0 else self._next_patient(patient)
        if isinstance(incoming, IncomingReferral):
            yield from self._referral(incoming)
        else:
            yield from self._others(incoming)

    def _patient(self, patient: PatientIdentity) -> Iterator[FieldRead]:
        rules = self._rules["patient"]
        placed = {name: tuple(rules.get(name, ())) for name in ("bsn", "local_number", "birth_on")}
        at = {name: found_in(self._message, paths)[1] for name, paths in placed.items()}
        yield FieldRead("patient.name", patient.name.shown, self._first_of("PID-5-1", "PID-5-2"), looked=("PID-5",))
        yield FieldRead(
            "patient.birth_on", shown(patient.birth_on), at["birth_on"] if patient.birth_on else "", looked=placed["birth_on"]
        )
        yield FieldRead("patient.sex", patient.sex, "PID-8" if patient.sex else "", looked=("PID-8",))
        for name, number in (("local_number", patient.local_number), ("bsn", patient.bsn)):
            place = at[name] or self._number(number) if number else ""
            yield FieldRead(f"patient.{name}", number, place, looked=placed[name] or ("PID-3",))
        for _, number in patient.other_numbers:
            yield FieldRead("patient.other_number", number, self._number(number) or self._place(number, ("MRG",)))

    def _number(self, number: str) -> str:
        """In which field of the PID a number stands, in the order in which the reader asks them."""
        placed = (
            (n, r, one) for n in (3, 2, 4) for pid in self._message.all("PID")[:1] for r, one in enumerate(pid.repetitions(n))
        )
        for n, r, one in placed:
            if one.component(1).strip() == number:
                return f"PID-{n}({r})-1" if r else f"PID-{n}-1"
        return self._place(number, ("PID",))

    def _next_patient(self, patient: PatientIdentity) -> Iterator[FieldRead]:
        """Of the second patient and on: the profile's own places are those of the first, so a value is looked for."""
        for name, value in (("name", patient.name.shown), ("local_number", patient.local_number), ("bsn", patient.bsn)):
            yield FieldRead(f"patient.{name}", value, self._place(value, ("PID",)) if value else "")

    def _first_of(self, *paths: str) -> str:
        return found_in(self._message, paths)[1]

    def _referral(self, referral: IncomingReferral) -> Iterator[FieldRead]:
        rules = self._rules["referral"]
        at = {name: found(self._reading, rules[name])[1] for name in SIMPLE}
        at["board_hint"] = board_hint(self._reading)[1]
        at |= {name: place for name, (_, place) in asked_in(self._reading).items()}
        at |= {"number": number_at(self._reading)[1], "urgency": found(self._reading, urgency_places(self._reading))[1]}
        for name in SIMPLE:
            value = shown(getattr(referral, name))
            yield FieldRead(name, value, at[name] if value else "", looked=tuple(rules[name]))
        yield FieldRead("sent_at", shown(referral.sent_at), "MSH-7" if referral.sent_at else "", looked=("MSH-7",))
        for role in ("referrer", "treating", "case_manager", "gp"):
            yield from self._contact(role, getattr(referral, role))
        used = frozenset(at[name] for name in (*QUESTIONS, "board_hint"))
        yield from self._facts(told(self._reading, used).standing, referral.patient)
        for place, document in of_referral(self._reading):
            size = f"{document.media_type}, {len(document.content)} bytes"
            yield FieldRead("document", size, f"{place}-5", document.kind, document.title)

    def cut_off(self) -> Iterator[LeftOver]:
        """The documents of which the end never came."""
        documents = of_referral(self._reading)
        yield from (LeftOver(f"{place}-5", "cut") for place, document in documents if is_cut_off(document.content))

    def _contact(self, role: str, contact: Contact) -> Iterator[FieldRead]:
        rule = self._rules["contacts"][role]
        stood = next((one for one in rule["places"] if person_at(self._reading, one)), "")
        by_function, plain = (stood, "") if stood.startswith("@") else ("", self._reading.at(stood))
        at = {"name": plain, "number": f"{plain}-1" if plain else ""}
        at["organisation"] = organisation(self._reading, rule.get("organisation", ()))[1]
        for name in ("name", "number", "organisation", "phone"):
            value = getattr(contact, name)
            # Whoever stands there has it there, before it is sought elsewhere.
            beside = (by_function,) if by_function and name in rule else ()
            looked = (*beside, *rule.get(name, rule["places"]))
            place = (by_function or at.get(name) or self._place(value, WHERE_PEOPLE_STAND)) if value else ""
            yield FieldRead(f"{role}.{name}", value, place, looked=looked)

    def _others(self, incoming: object) -> Iterator[FieldRead]:
        """What another kind of message holds, under the border's own names."""
        for name, value in flat(incoming):
            if value and name.partition(".")[0] not in _OUR_OWN:
                place = number_at(self._reading)[1] if name == "referral_number" else self._place(value, ())
                yield FieldRead(name, value[:MOST_VALUE], place)
        if isinstance(incoming, IncomingResult):
            yield from self._told(incoming)

    def _told(self, result: IncomingResult) -> Iterator[FieldRead]:
        """Its facts and documents as a referral's are shown; a document that is announced alone stands in its notification."""
        yield from self._facts(facts_of(self._reading), result.patient)
        stood = [f"{place}-5" for place, _ in of_result(self._reading)]
        for n, document in enumerate(result.documents):
            size = f"{document.media_type}, {len(document.content)} bytes"
            yield FieldRead("document", size, stood[n] if n < len(stood) else "TXA", document.kind, document.title)

    def _facts(self, stood: Iterable[tuple[Item, Fact]], who: PatientIdentity) -> Iterator[FieldRead]:
        own = own_bsns(self._reading, who)
        yield from (self._fact(one, place_of(item)) for item, fact in stood for one in shown_facts([fact], own))

    def _fact(self, fact: Fact, place: str) -> FieldRead:
        word = next((one for one in (fact.code, fact.label) if one in self._words), "")
        return FieldRead("fact", fact.text[:MOST_VALUE], place, fact.section.value, fact.label, word=word)

    def _place(self, value: str, names: Iterable[str]) -> str:
        """The first component with exactly this value, in these segments (all when there are none); a name by its longest part."""
        names = tuple(names)
        parts = [value, *sorted(value.replace(".", " ").split(), key=len, reverse=True)[:1]]
        found = (self._stood.place(part, names) for part in dict.fromkeys(one for one in parts if len(one) > 1))
        return next(filter(None, found), "")


def as_sent(text: str, charset: str = "") -> bytes:
    """What somebody pasted, as bytes in the character set that the message says it has: what a page gives us is text, not bytes."""
    lines = text.replace("\r\n", "\r").replace("\n", "\r").strip("\x0b\x1c\r ")
    first = lines.partition("\r")[0]
    fields = first.split(first[3:4]) if first[:3] == "MSH" and len(first) > 3 else []
    stated = fields[17].partition("~")[0] if len(fields) > 17 else ""
    for codec in filter(None, (codec_read(charset), codec_read(stated), "utf-8")):
        try:
            return lines.encode(codec)
        except UnicodeEncodeError:
            continue
    return lines.encode("utf-8")
