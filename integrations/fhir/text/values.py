"""FHIR data types read from plain dicts. Everything tolerates a wrong shape: the judge accepts more than it should."""

from __future__ import annotations

from collections.abc import Iterable, Set
from decimal import Decimal
from itertools import chain
from typing import Any

from integrations.fhir.text.known_codes import known
from integrations.fhir.text.pages import letters_of_page, words_of_page

Node = dict[str, Any]


def node(value: Any) -> Node:
    """The object itself, or an empty one."""
    return value if isinstance(value, dict) else {}


def nodes(value: Any) -> list[Node]:
    """Objects of a list; a single object counts as a list of one (STU3 and R4 differ in repeats)."""
    if value is None:  # first here and below: most of what a mapping asks for was not sent
        return []
    many = value if isinstance(value, list) else [value]
    return [item for item in many if isinstance(item, dict)]


def listed(bundle: Node) -> list[Any]:
    """What stands in a Bundle, each at its place: one that is no list is the only one."""
    found = bundle.get("entry")
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def method_of(item: Any) -> str:
    """What is to be done with an entry of a Bundle."""
    return text(node(node(item).get("request")).get("method")).upper()


def asked_of(item: Any) -> tuple[str, str]:
    """(method, address) of that."""
    request = node(node(item).get("request"))
    return text(request.get("method")).upper(), text(request.get("url"))


def sent_none(own: Node, names: Set[str]) -> bool:
    """Whether none of these elements was sent: one look for what would be one per name, and most were not."""
    return own.keys().isdisjoint(names)


def names_in(value: Any) -> set[str]:
    """The names of all elements that stand anywhere in it, level by level: one look where most messages have none of what is sought."""
    found: set[str] = set()
    level = [value]
    while level:
        objects = [one for one in level if type(one) is dict]
        found.update(*objects)
        lists = [one for one in level if type(one) is list]
        level = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
    return found


def text(value: Any) -> str:
    """A primitive as it was sent, without the blanks around it (Epic pads its identifiers).

    The signs that a page writes in letters (`&lt;`) are those signs; of what came as a page, as RTF, or with the tags of a page between
    its words those words.
    """
    if value is None:
        return ""
    if type(value) is str:
        said = value.strip()
        return _off_a_page(said) if "<" in said or "&" in said or said[:1] == "{" else said  # nearly none is: asked most of all
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, (str, int, Decimal)) else ""


def _off_a_page(sent: str) -> str:
    if "<" in sent and (words := words_of_page(sent)) is not None:
        return words  # as it was sent: what the page itself writes as `&lt;` is no tag of it
    said = letters_of_page(sent).strip() if "&" in sent else sent
    words = words_of_page(said) if "<" in said or said[:1] == "{" else None
    return said if words is None else words


def concept(value: Any) -> str:
    """The words of a CodeableConcept, Coding or code: text (of a page its words), else a display, else the code itself."""
    if value is None:
        return ""
    if isinstance(value, str):
        return text(value)
    own = node(value)
    if words := text(own.get("text")):
        return words
    coded = nodes(own.get("coding")) or [own]
    if len(coded) > 1:
        coded.sort(key=lambda one: one.get("userSelected") is not True)  # what somebody chose before what was derived from it
    shown = next((words for one in coded if (words := text(one.get("display")))), "")
    return shown or _codes([one for one in coded if text(one.get("code"))])


def _codes(coded: list[Node]) -> str:
    """The code itself; of one system all, for each says something else (`C20.9, 8140/3`), of others the same once more."""
    system = text(coded[0].get("system")) if coded else ""
    return joined(*unique(known(system, text(one["code"])) for one in coded if text(one.get("system")) == system), by=", ")


def concepts(*values: Any) -> str:
    """The words of all of these, each a thing or a list of them: `Pijn, Koorts`."""
    return joined(*(concept(one) for value in values for one in nodes(value)), by=", ")


def codings(value: Any) -> list[tuple[str, str]]:
    """(system, code) pairs of a CodeableConcept, a Coding, a code, or a list of them."""
    if value is None:
        return []
    if isinstance(value, list):
        return [pair for item in value for pair in codings(item)]
    if isinstance(value, str):
        return [("", text(value))]
    own = node(value)
    return [(text(item.get("system")), code) for item in nodes(own.get("coding")) or [own] if (code := text(item.get("code")))]


def word(value: Any) -> str:
    """The bare code of a status: a string in STU3, a CodeableConcept in R4."""
    if type(value) is str:
        return value.strip()
    return next((code for _, code in codings(value)), "") or concept(value)


def notes(value: Any) -> list[str]:
    """The words of Annotations, with what an extension says they are about (`accreditatie: nee`); STU3 also has plain strings."""
    return [words for words, _ in annotated(value)]


def annotated(value: Any) -> list[tuple[str, Node]]:
    """(the words, the author as a Reference) of each; STU3 also has plain strings."""
    if value is None:
        return []
    found = [(_annotation(item), _author(item)) for item in nodes(value)] or [(text(value), {})]
    return [one for one in found if one[0]]


def _author(item: Node) -> Node:
    written = text(item.get("authorString"))
    return {"display": written} if written else node(item.get("authorReference"))


def _annotation(item: Node) -> str:
    words = text(item.get("text"))
    about = (concept(one.get("valueCodeableConcept")) for one in nodes(item.get("extension")))
    return joined(*about, words, by=": ") if words else ""


def extension(holder: Any, *urls: str) -> Any:
    """The value of the first extension with one of these addresses, whatever its type; None without."""
    for item in nodes(node(holder).get("extension")):
        if text(item.get("url")) in urls:
            return next((value for name, value in item.items() if name.startswith("value")), None)
    return None


def joined(*parts: str, by: str = "; ") -> str:
    return by.join(filter(None, parts))


def aside(words: str) -> str:
    """`(links)`: words behind what they say more of; "" for none."""
    return f"({words})" if words else ""


def unique(parts: Iterable[str]) -> list[str]:
    """In order, without empty ones and doubles."""
    return list(dict.fromkeys(filter(None, parts)))
