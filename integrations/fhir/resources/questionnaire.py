"""Answers on a form: by linkId or by a word in the question they find the field or column where they belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from integrations.fhir.entries.beside import remarks
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.forms import with_texts
from integrations.fhir.entries.professionals import according
from integrations.fhir.entries.reading import Reading
from integrations.fhir.resources.documents import Carried, of_attachment
from integrations.fhir.resources.fields import FIELDS, SEATS, Placed, column
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.headed import headed
from integrations.fhir.text.moments import day, first_of
from integrations.fhir.text.relatives import from_somebody
from integrations.fhir.text.values import Node, codings, concept, joined, node, nodes, text, word
from integrations.profiles import urgency_of
from mdo_portal.exchange import Fact, Section


@dataclass
class Answers(Placed):
    """What one QuestionnaireResponse gave."""

    carried: list[Carried] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # the questions of which the answer says nothing by itself


def answers(entry: Entry, reading: Reading) -> Answers:
    found = Answers()
    dated = first_of(entry.resource, "authored")
    asked = list(_items(with_texts(entry, reading.where)))
    headings: dict[str, set[str]] = {}
    for one in asked:
        headings.setdefault(one.label, set()).add(one.group)
    for one in asked:
        # `Naam` of the patient, and of the referrer; `Links` says nothing without what stands above it
        is_one_of_many = bool(one.group) and (len(headings[one.label]) > 1 or one.label.strip(" :?").casefold() in _BARE)
        above = one.whose or ((one.group,) if is_one_of_many else ())
        _place(one, found, entry, reading, dated, joined(*above, one.label, by=": "))
    _by_layman(found, entry, reading)
    return found


@dataclass(frozen=True)
class _Asked:
    """One question with its answers, and the headings above it from the outside in."""

    item: Node
    above: tuple[str, ...]

    @property
    def label(self) -> str:
        return text(self.item.get("text")) or text(self.item.get("linkId"))

    @property
    def group(self) -> str:
        return self.above[-1] if self.above else ""

    @property
    def whose(self) -> tuple[str, ...]:
        """The headings by which it is about another than the patient; () for the patient."""
        return from_somebody(self.above)


def _by_layman(found: Answers, entry: Entry, reading: Reading) -> None:
    """Where an answer stands in a column beside what doctors found, that it is the patient's own."""
    said = (according(entry, reading, name) for name in ("source", "author"))
    if by := next(filter(None, said), ""):
        found.facts = [one if one.section is Section.FORM else replace(one, text=joined(one.text, by)) for one in found.facts]


_BARE = {
    "links", "rechts", "beiderzijds", "midden", "left", "right", "bilateral", "zijde", "side", "ja", "nee", "yes", "no", "anders", "other",
    "namelijk", "datum", "date", "soort", "type", "waarde", "value", "resultaat", "result", "uitslag", "aantal", "number", "grootte",
    "afmeting", "size", "plaats", "locatie", "location", "status", "graad", "grade", "toelichting", "opmerking", "opmerkingen", "remarks",
    "comment",
    # of whom, and from when to when
    "naam", "name", "nom", "voornaam", "vorname", "first name", "prénom", "achternaam", "last name", "surname", "nachname", "voorletters",
    "initials", "titel", "title", "functie", "function", "rol", "role", "relatie", "relation", "geboortedatum", "date of birth",
    "geburtsdatum", "leeftijd", "age", "alter", "geslacht", "sex", "gender", "telefoon", "telefoonnummer", "telefon", "phone", "e-mail",
    "email", "e-mailadres", "adres", "address", "adresse", "straat", "postcode", "plz", "woonplaats", "city", "ort", "land", "country",
    "organisatie", "organisation", "organization", "instelling", "ziekenhuis", "afdeling", "agb", "agb-code", "uzi", "gln", "van", "tot",
    "vanaf", "sinds", "from", "until", "to", "since", "von", "bis", "start", "startdatum", "start date", "einde", "einddatum", "end",
    "end date", "diagnose", "diagnosis",
}  # fmt: skip
"""Questions that ask nothing by themselves."""


def _items(holder: Node, above: tuple[str, ...] = ()) -> Iterator[_Asked]:
    """All items, also those below a group and below an answer. The gate has bounded the depth."""
    counts: dict[str, int] = {}
    many = [_Asked(item, above) for item in nodes(holder.get("item"))]
    repeated = {name for name, times in Counter(one.label for one in many if one.item.get("item")).items() if times > 1}
    for one in many:
        yield one
        title = text(one.item.get("text"))
        heading = title or one.group
        if one.label in repeated and one.item.get("item"):  # a row of a table: `Gestopt` is of the drug in that row
            counts[heading] = counts.get(heading, 0) + 1
            heading = f"{heading} {counts[heading]}"
        inside = (*(above if title else above[:-1]), *filter(None, (heading,)))
        for around in (one.item, *nodes(one.item.get("answer"))):
            yield from _items(around, inside)


def _place(one: _Asked, found: Answers, entry: Entry, reading: Reading, dated: str, shown: str) -> None:
    item, label = one.item, one.label
    given = nodes(item.get("answer"))
    for answer in given:
        if node(answer.get("valueAttachment")):
            found.carried.append(of_attachment(entry, answer["valueAttachment"], reading, shown))
    words = joined(*(_words(answer, reading) for answer in given if "valueAttachment" not in answer), by=", ")
    said_beside = remarks(item)
    if not words and said_beside:
        found.facts.append(Fact(Section.OTHER if one.whose else Section.FORM, joined(*said_beside), shown, day(dated)))
    if not words:
        is_silent = any("valueAttachment" not in answer and set(answer) - {"item", "id"} for answer in given)
        found.left.extend([text(item.get("linkId"))[:64]] if is_silent else [])
        return
    target = reading.profile.target(text(item.get("linkId")), label)
    if one.group and target not in FIELDS and label.strip(" :?").casefold() in _BARE:
        target = ""  # `Diagnose`, of what stands above it
    target = reading.profile.below(one.group, label, target)  # `toelichting` under the heading `Vraag aan het MDO`
    target = target or reading.profile.seat(label)
    is_tick = words.casefold() in {"yes", "no", reading.profile.label("yes"), reading.profile.label("no")}
    if is_tick and target == "urgency" and words.casefold() in ("yes", reading.profile.label("yes")):
        words, is_tick = urgency_of(reading.profile.table, label) or "urgent", False  # `Spoed`: ja
    if one.whose or (is_tick and target in FIELDS):
        target = ""  # a yes is no question and no day; what a relative has is none of the patient's
    if target == "question_board" and ":" in words and (parts := headed(words, reading.profile)):
        for part in parts:  # somebody typed the whole form in it: each in its place, and told as it stands
            found.to_field(part.target, part.words)
        target = ""
    if found.to_field(target, words, Fact(Section.FORM, words, shown, day(dated))):
        return
    which = reading.forms.get((entry.place, label), "")
    shown = f"{shown} ({which})" if which else shown
    system, code = next(iter(codings([answer["valueCoding"] for answer in given if "valueCoding" in answer])), ("", ""))
    said = joined(words, *said_beside)
    found.facts.append(Fact(column(target, Section.FORM), said, shown, day(dated), code, system))


def _words(answer: Node, reading: Reading) -> str:
    said = text(answer["valueString"]) if "valueString" in answer else answer_text(answer)
    words = reading.profile.yes_or_no(answer.get("valueBoolean")) or said
    return joined(words, *remarks(answer)) if words else ""


_SAID = ("", "final", "preliminary", "registered", "unknown", "amended", "corrected")


def as_value(entry: Entry, reading: Reading) -> tuple[str, str]:
    """(`question_board` and the like, words) of a value that is called so (`Vraagstelling`, `Casemanager`, `Spoed`) and is no more than
    that; else nothing.
    """
    own = entry.resource
    is_plain = not own.get("component") and not own.get("note") and not own.keys().isdisjoint(_IN_WORDS)
    if entry.kind != "Observation" or not is_plain or word(own.get("status")) not in _SAID:
        return "", ""
    name, said = concept(own.get("code")), text(own.get("valueString"))
    target = reading.profile.place(name)
    if target not in _OF_A_VALUE:
        target = reading.profile.target("", name) if said else ""
        target = target if target.startswith("question_") else ""
    words = said or reading.profile.yes_or_no(own.get("valueBoolean")) or answer_text(own)
    is_one = target != "urgency" or bool(urgency_of(reading.profile.table, words))  # `Spoed: reanimatie` says not how soon
    return (target, words) if target and is_one and entry.place not in reading.in_reports else ("", "")


_IN_WORDS = frozenset({"valueString", "valueBoolean", "valueCodeableConcept", "valueDateTime", "valueDate"})
_OF_A_VALUE = frozenset({*SEATS, "urgency", "latest_useful_on"})
