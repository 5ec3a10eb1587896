"""How the sender of a request sorts it (`Spoed`, `Bevolkingsonderzoek darm`), and which are the orders for the results beside them."""

from __future__ import annotations

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, concept, nodes, text, unique


def sorted_as(own: Node, profile: Profile) -> list[str]:
    """The words of its categories, in STU3 its type too; none of what only says which kind of request it is, or for which column.

    A code without words says nothing to a reader.
    """
    silent = {*profile.words("request", "kinds"), *profile.words("request", "codes")}
    many = (one for one in categories(own) if not silent & {code for _, code in codings(one)})
    return unique(concept(one) for one in many if has_words(one) and profile.section(one) is None)


def categories(own: Node) -> list[Node]:
    return [one for name in ("category", "type") for one in nodes(own.get(name))]


def has_words(one: Node) -> bool:
    """Whether it is more than a code, which says nothing to who reads it."""
    return bool(text(one.get("text"))) or any(text(each.get("display")) for each in nodes(one.get("coding")))


def most_telling(one: Node, profile: Profile) -> Node:
    """A CodeableConcept without the codes that only say that a board is asked, where a code beside those says which in words."""
    plain = profile.words("request", "codes")
    others = [each for each in nodes(one.get("coding")) if text(each.get("code")) not in plain and text(each.get("display"))]
    return one | {"coding": others} if others else one


_RESULTS = {"DiagnosticReport", "Observation", "ImagingStudy", "Procedure"}


def orders_of_results(where: Addresses) -> set[str]:
    """The places of the requests that a result in this message rests on, where they are completed, or ask for what was reported or
    pictured.

    A laboratory sends its order along; a referral may be named by what is added to it, but goes on and asks for something else.
    """
    found = set()
    for result in (one for one in where.entries if one.kind in _RESULTS and one.resource.get("basedOn")):
        for order in where.all(result.resource["basedOn"], result):
            said = concept(order.resource.get("code"))
            is_made = result.kind == "ImagingStudy"  # pictures are made upon an order, never upon a referral
            is_reported = bool(said) and said == concept(result.resource.get("code"))
            if is_made or is_reported or text(order.resource.get("status")) == "completed":
                found.add(order.place)
    return found
