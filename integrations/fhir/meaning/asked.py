"""What a request asks for and from when, beside its question and its board."""

from __future__ import annotations

from integrations.fhir.entries.beside import extended
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.requests import categories, has_words, sorted_as
from integrations.fhir.meaning.beside_request import form_of
from integrations.fhir.meaning.extension_fields import without_fields
from integrations.fhir.meaning.parties import board
from integrations.fhir.meaning.request import Request
from integrations.fhir.resources.told import narrative
from integrations.fhir.text.body import sites
from integrations.fhir.text.moments import day, days_of
from integrations.fhir.text.values import Node, codings, concept, concepts, joined, node, nodes, text, unique, word
from integrations.profiles import urgency_of
from mdo_portal.exchange import Fact, Section


def _asked_for(request: Request, reading: Reading) -> str:
    """What is asked for, where the board is not called so; a code or words that only say that it is a review say nothing more."""
    own, hint = request.entry.resource, board(request, reading)
    many = [one for name in ("code", "serviceRequested", "specialty") for one in nodes(own.get(name))]
    plain, silent = set(reading.profile.words("request", "codes")), (hint.casefold(), *reading.profile.words("request", "silent"))
    said = [text(one.get("text")) if plain & {code for _, code in codings(one)} else concept(one) for one in many]
    said += [concept(one) for one in nodes(own.get("orderDetail")) if not has_words(one)]  # no question: nobody can read it
    said += [one for one in sorted_as(own, reading.profile) if not urgency_of(reading.profile.table, one)]
    return joined(*(one for one in unique(said) if one.casefold() not in silent), by=", ")


def urgencies(request: Request, reading: Reading) -> list[str]:
    """The urgency that it says among its categories."""
    said = map(concept, categories(request.entry.resource))
    return [one for one in said if one and urgency_of(reading.profile.table, one)]


def _wanted_from(own: Node) -> str:
    begins, ends = days_of(own.get("occurrencePeriod"))
    return begins if begins != ends or day(ends) is None else ""


def own_words(request: Request, reading: Reading) -> list[Fact]:
    """What the request says beside the question: where it is, what the patient is told, and text that stands in no field."""
    own = request.entry.resource
    said = (
        ("asked", _asked_for(request, reading)),
        ("asked", concepts(own.get("performerType"))),
        ("wanted_from", _wanted_from(own)),
        ("note", "" if form_of(own, reading.profile) else written_beside(request, reading)),
        ("note", text(own.get("patientInstruction"))),
        *(("reason", one) for one in request.waits),
        ("site", sites(own.get("bodySite"))),
        *(("note", one) for one in extended(without_fields(request.entry, reading), reading)),
    )
    return [Fact(Section.OTHER, one, reading.profile.label(label)) for label, one in said if one]


def written_beside(request: Request, reading: Reading) -> str:
    """The page of the request where that says what no field does (`additional`), or where no field asks or says why.

    What the tools of HL7 make of the fields heads itself so, and one with the number of the patient was made of them too: a BSN would be
    in the clear.
    """
    own = request.entry.resource
    kind = word(node(own.get("text")).get("status"))
    is_bare = not (request.questions or request.reason_codes or request.reasons)
    is_written = kind == "additional" or (kind == "extensions" and not request.questions) or is_bare
    words = narrative(own) if is_written else ""
    own_numbers = (value for one in reading.where.of_kind("Patient") for _, value in identifiers(one.resource))
    is_made = words.casefold().startswith("generated narrative")
    is_made = is_made or any(len(one) >= _LONG_ENOUGH and one in words for one in own_numbers)
    return "" if is_made or any(words in one for one in request.questions) else words


_LONG_ENOUGH = 4


def asked_as_reason(request: Request) -> str:
    """Where nothing else asks: a reason, or what is asked for, in words that end in a question mark. It stands in its own place too."""
    asked = nodes(request.entry.resource.get("code") or request.entry.resource.get("type"))
    said = ((text(item.get("text")).rstrip(), bool(item.get("coding"))) for item in [*request.reason_codes, *asked])
    # One word beside a code (`Metastasen?`) is a diagnosis that is in doubt, and no question to a board.
    return "\n".join(words for words, is_coded in said if words.endswith("?") and (not is_coded or " " in words))
