"""How a FHIR message is read, field by field and with the place of each: for a person who joins a hospital. Nothing is kept.

The values are those of the reader itself. A place is that of the profile where it says one; else where exactly these words stand
in the message, the request and the patient first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry, entries_of
from integrations.fhir.entries.people import identifiers
from integrations.fhir.meaning.choosing import choose_request, with_contained
from integrations.fhir.meaning.patient import choose_patient
from integrations.fhir.meaning.places import FIELDS, place_of
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.meaning.sieve import sift
from integrations.fhir.reader import FhirReader, tree_of
from integrations.fhir.text.profile import Profile, load_profile
from integrations.fhir.text.values import codings, text
from mdo_portal.exchange import (
    Contact,
    Explanation,
    Fact,
    FieldRead,
    IncomingAnswer,
    IncomingDocument,
    IncomingReferral,
    IncomingResult,
    LeftOver,
    MessageHeader,
    PatientIdentity,
    Unreadable,
    is_cut_off,
    meaning_of,
)

MOST_LEAVES = 200_000
MOST_VALUE = 4_000
_PIECES = re.compile(r"; |, |: | \(|\)|\n")
_REQUESTS = tuple(KINDS.values())
_PEOPLE = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", *_REQUESTS, "CareTeam", "Patient")


class FhirExplainer:
    """exchange.Explainer for FHIR R4 and STU3."""

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation:
        """Every field with its place, what was left over and what was put apart; or why it cannot be read."""
        reader, header = FhirReader(), MessageHeader()
        try:
            header = reader.header(raw)
            rules = load_profile(profile)
            incoming = reader.read(raw, profile, charset)
            read = _Read(raw, rules)
        except Unreadable as trouble:
            return Explanation(header, charset="utf-8", charset_by="standard", reason=trouble.reason, where=trouble.where)
        return Explanation(
            header=header,
            meaning=meaning_of(incoming),
            charset="utf-8",
            charset_by="standard",
            fields=tuple(read.fields(incoming)),
            leftovers=(*_left(incoming), *read.cut_off(incoming)),
            board_code=getattr(incoming, "board_code", ""),
        )


def _left(incoming: object) -> Iterator[LeftOver]:
    yield from (LeftOver(name, "unmapped") for name in getattr(incoming, "unmapped", ()))
    for name in getattr(incoming, "quarantined", ()):
        place, _, why = name.partition(": ")
        yield LeftOver(place, why or "broken")


class _Read:
    """One message that was read, with where everything in it stands."""

    def __init__(self, raw: bytes, rules: Profile) -> None:
        entries = with_contained(entries_of(tree_of(raw, rules.version)), rules)
        good = sift(Addresses(entries), rules.version).where  # what was refused may be named as its sender likes
        self._where, self._rules = good, rules
        self._patient_entry, self._anchors = _anchors(self._where, rules)
        self._by_code = _by_code(good.entries)
        first = {entry.place for entry in self._anchors}
        self._leaves = _leaves([*self._anchors, *(entry for entry in good.entries if entry.place not in first)])

    def fields(self, incoming: object) -> Iterator[FieldRead]:
        patient = getattr(incoming, "patient", None)
        if isinstance(patient, PatientIdentity):
            yield from self._patient(patient)
        if isinstance(incoming, IncomingReferral):
            yield from self._referral(incoming)
        elif isinstance(incoming, IncomingAnswer):
            number = incoming.referral_number or incoming.referral_at
            yield FieldRead("number", number, self._place(number, ()))
            yield FieldRead("answer", incoming.text[:MOST_VALUE], self._place(incoming.text, ()))
            yield from self._carried(incoming)
        elif isinstance(incoming, IncomingResult):
            number = incoming.referral_number or incoming.referral_at
            yield FieldRead("number", number, self._place(number, ()) if number else "")
            yield from self._carried(incoming)

    def _patient(self, patient: PatientIdentity) -> Iterator[FieldRead]:
        looked = {name: self._rules.words("patient", name) for name in ("bsn", "local_number", "birth_on")}
        systems = {
            name: self._rules.words("identifiers", "local" if name == "local_number" else name)
            for name in ("bsn", "local_number")
        }
        yield FieldRead(
            "patient.name", patient.name.shown, self._place(patient.name.family, ("Patient",)), looked=("Patient.name",)
        )
        place = self._named("patient.birth_on") if patient.birth_on else ""
        yield FieldRead("patient.birth_on", _shown(patient.birth_on), place, looked=looked["birth_on"])
        place = self._place_ending(".gender") if patient.sex else ""
        yield FieldRead("patient.sex", patient.sex, place, looked=("Patient.gender",))
        for name, number in (("local_number", patient.local_number), ("bsn", patient.bsn)):
            place = self._named(f"patient.{name}") or self._identifier(number) if number else ""
            yield FieldRead(f"patient.{name}", number, place, looked=looked[name] or systems[name] or ("Patient.identifier",))
        for _, number in patient.other_numbers:
            yield FieldRead("patient.other_number", number, self._identifier(number))

    def _named(self, name: str) -> str:
        return place_of(self._rules, name, self._anchors, self._where)

    def _identifier(self, number: str) -> str:
        own = self._patient_entry
        if own is None:  # named by number only, on the request or on the task
            return self._place(number, ())
        found = [value for _, value in identifiers(own.resource)]
        return f"{own.place}.identifier[{found.index(number)}].value" if number in found else ""

    def _place_ending(self, end: str) -> str:
        return f"{self._patient_entry.place}{end}" if self._patient_entry else ""

    def _referral(self, referral: IncomingReferral) -> Iterator[FieldRead]:
        for name in FIELDS:
            value = _shown(getattr(referral, name))
            place = (self._named(name) or self._place(value, ())) if value else ""
            yield FieldRead(name, value, place, looked=self._rules.words("referral", name) or self._looked(name))
        yield FieldRead("sent_at", _shown(referral.sent_at), self._place(_shown(referral.sent_at), ()))
        for role in ("referrer", "treating", "case_manager", "gp"):
            yield from self._contact(role, getattr(referral, role))
        yield from self._carried(referral)

    def _carried(self, incoming: IncomingReferral | IncomingAnswer | IncomingResult) -> Iterator[FieldRead]:
        for fact in incoming.facts:
            own = self._by_code.get(fact.code, ()) if fact.code else ()
            place = self._place(fact.text, (), fact.label, fact.code)
            if len(own) == 1 and not place.startswith(f"{own[0].place}."):
                place = own[0].place  # these words stand elsewhere too (`umol/L`)
            yield FieldRead("fact", fact.text[:MOST_VALUE], place, fact.section.value, fact.label, word=self._word(fact))
        for document in incoming.documents:
            size = f"{document.media_type}, {len(document.content)} bytes"
            yield FieldRead("document", size, self._place_of(document), document.kind, document.title)

    def _word(self, fact: Fact) -> str:
        """The code by which a link may say in which column it stands, where that decides: a category goes before it, but of a value."""
        told = [one for one in self._by_code.get(fact.code, ()) if fact.code]
        is_decided = (one.kind == "Observation" or not self._rules.section(one.resource.get("category")) for one in told)
        return fact.code if told and all(is_decided) else ""

    def cut_off(self, incoming: object) -> Iterator[LeftOver]:
        """The documents of which the end never came."""
        cut = (one for one in getattr(incoming, "documents", ()) if is_cut_off(one.content))
        yield from (LeftOver(self._place_of(one) or "DocumentReference", "cut") for one in cut)

    def _place_of(self, document: IncomingDocument) -> str:
        return self._place(document.title, (), document.reference)

    def _contact(self, role: str, contact: Contact) -> Iterator[FieldRead]:
        for name in ("name", "number", "organisation", "phone"):
            value = getattr(contact, name)
            yield FieldRead(f"{role}.{name}", value, self._place(value, _PEOPLE) if value else "", looked=self._looked(role))

    def _looked(self, name: str) -> tuple[str, ...]:
        """Where the reader itself looks, for who is to send what lacks; empty where many places count."""
        return tuple(f"{KINDS[self._rules.version]}.{one}" for one in _OF_THE_REQUEST.get(name, ())) + _ELSEWHERE.get(name, ())

    def _place(self, value: str, kinds: Iterable[str], *others: str) -> str:
        """Where these words stand; for words that were put together, where their longest known piece stands."""
        wanted = set(kinds)
        pieces = sorted((piece.strip() for piece in _PIECES.split(value)), key=len, reverse=True)
        last = value.rsplit(" ", 1)[-1:]
        for one in (value, *pieces, *last, *others):
            for place, kind in self._leaves.get(one, ()) if len(one) > 1 else ():
                if not wanted or kind in wanted:
                    return place
        return ""


_ON_A_FORM = ("QuestionnaireResponse.item.answer",)
_OF_THE_REQUEST = {
    "referrer": ("requester",),
    "latest_useful_on": ("occurrenceDateTime", "occurrencePeriod.end"),
    "question_board": ("note.text",),
}
_ELSEWHERE = {
    "gp": ("Patient.generalPractitioner",),
    **dict.fromkeys(("question_board", "question_radiology", "question_pathology"), _ON_A_FORM),
}

_PLACED = ("Observation", "Procedure", "DiagnosticReport")
"""Kinds of which the profile says by code in which column they stand. A diagnosis stands there for more reasons."""


def _by_code(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The resources of these kinds by the code that goes first, those in parts left out: a part stands where the whole does."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        first = next((code for _, code in codings(entry.resource.get("code"))), "")
        if first and entry.kind in _PLACED and not entry.resource.get("component"):
            found.setdefault(first, []).append(entry)
    return found


def _anchors(where: Addresses, rules: Profile) -> tuple[Entry | None, tuple[Entry, ...]]:
    """(the patient, the request and the patient), as far as the message holds them: an answer or a withdrawal by a Task has neither."""
    try:
        request = choose_request(where, rules)
    except Unreadable:
        patients = tuple(where.of_kind("Patient"))
        return (patients[0], patients) if len(patients) == 1 else (None, ())
    try:
        patient = choose_patient(request, where)
    except Unreadable:
        return None, (request,)
    return patient, (request, patient)


def _leaves(entries: Iterable[Entry]) -> dict[str, list[tuple[str, str]]]:
    """Every plain value of the message, where it stands and in which kind of resource, up to three places each."""
    found: dict[str, list[tuple[str, str]]] = {}
    left = MOST_LEAVES
    for entry in entries:
        waiting: list[tuple[str, object]] = [(entry.place, entry.resource)]
        while waiting and left > 0:
            place, value = waiting.pop()
            left -= 1
            if isinstance(value, dict):
                waiting.extend((f"{place}.{name}", inner) for name, inner in reversed(value.items()) if name != "resourceType")
            elif isinstance(value, list):
                waiting.extend(
                    (f"{place}[{which}]", inner) for which, inner in reversed(list(zip(_which(place, value), value, strict=True)))
                )
            elif len(words := text(value)) < MOST_VALUE and len(found.setdefault(words, [])) < 3:
                found[words].append((place, entry.kind))
    return found


def _which(place: str, among: list[object]) -> list[str]:
    """The how-manyth each is; of an extension its url where that tells it from the others: in the next message they may stand in another
    order.
    """
    urls = (
        [text(one.get("url")) if isinstance(one, dict) else "" for one in among]
        if place.endswith(_EXTENSIONS)
        else [""] * len(among)
    )
    times = Counter(urls)
    return [f"url={url}" if times[url] == 1 and _URL.fullmatch(url) else str(n) for n, url in enumerate(urls)]


_EXTENSIONS = (".extension", ".modifierExtension")
_URL = re.compile(r"(?:https?://|urn:oid:)[A-Za-z0-9./_-]{1,150}")


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value or "")
