"""How the sender of a request sorts it (`Spoed`, `Bevolkingsonderzoek darm`), beside what it asks for."""

from __future__ import annotations

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
