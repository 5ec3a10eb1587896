"""Good entries from bad ones, each judged alone: one bad resource never costs the message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import is_

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.body_structures import with_sides
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.modified import WHY, Plain, may_be_modified, without_modified
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.named import NAMED
from integrations.fhir.resources.told import TOLD
from integrations.fhir.text.clock import clocked
from integrations.fhir.text.judge import problem, without_extensions
from integrations.fhir.text.mend import mended
from integrations.fhir.text.values import Node, node, nodes, text

TWICE = "its address is claimed twice"
HELPERS = {
    "Patient", "Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Medication", "Binary", "MessageHeader", "Location",
    "ResearchStudy",
}  # fmt: skip
_MORE = {"DocumentReference", "QuestionnaireResponse", "CareTeam", "Composition", "Media"}
USED = {*FACTS, *TOLD, *NAMED, *HELPERS, *KINDS.values(), *_MORE} - {"MessageHeader", "Location"}
JUDGED_FOR_MEANING = USED | {"Task"}


@dataclass(frozen=True)
class Sifted:
    """What may be mapped, what may not and why, and what was read without its extensions."""

    where: Addresses
    refused: dict[str, str]  # place → reason
    stripped: tuple[str, ...]


def sift(sent: Addresses, version: str) -> Sifted:
    """Judge the entries whose kind we use; the others pass unread, they are only named afterwards."""
    good: list[Entry] = []
    refused: dict[str, str] = {}
    stripped: list[str] = []
    turned: list[Entry] = []
    looked_at = JUDGED_FOR_MEANING if may_be_modified(sent.entries) else ()
    for entry in sent.entries:
        plain = without_modified(entry) if entry.kind in looked_at else Plain(entry)
        refused |= plain.refused
        if plain.entry is None:
            turned.append(entry)
            continue
        kept, said = _judged(plain.entry, version) if entry.kind in USED else (plain.entry, ())
        if kept is None or (plain.is_turned and said):
            refused[entry.place] = said[0] if kept is None else WHY
            continue
        kept, said = plain.emptied(kept), (*plain.left, *said)
        good.append(kept)
        stripped += [
            f"{entry.place} {name}" for name in (*said, *(["implicitRules"] if entry.resource.get("implicitRules") else []))
        ]
    is_as_sent = len(good) == len(sent.entries) and all(map(is_, good, sent.entries))  # as of nearly all messages
    where = with_sides(sent if is_as_sent else Addresses(good))
    refused |= {entry.place: TWICE for entry in where.claimed_twice}
    refused |= {file.place: WHY for entry in turned for file in _files(entry, where)}
    return Sifted(where, refused, tuple(stripped))


def _files(entry: Entry, where: Addresses) -> Iterator[Entry]:
    """The Binaries that it points at: alone they would be letters, of which nobody sees what was said."""
    for held in (entry.resource.get(name) for name in ("content", "presentedForm", "payload")):
        for one in nodes(held):
            part = node(one.get("attachment") or one.get("contentAttachment") or one)
            there = where.resolve(text(part.get("url")), entry) if part.get("url") else None
            if there is not None and there.kind == "Binary":
                yield there


def _with(resource: Node, inside: list[Node]) -> Node:
    rest = {name: value for name, value in resource.items() if name != "contained"}
    return rest | ({"contained": inside} if inside else {})


def _judged(entry: Entry, version: str) -> tuple[Entry | None, tuple[str, ...]]:
    """(the entry, what was left out of it to have it read): its extensions when only those were refused; else (None, why)."""
    reason = problem(entry.resource, version)
    if not reason:
        return entry, ()
    if (written := clocked(entry.resource)) != entry.resource:
        return _judged(replace(entry, resource=written), version)
    if isinstance(one := entry.resource.get("extension"), dict):  # as what turns XML into JSON writes a list of one
        return _judged(replace(entry, resource=entry.resource | {"extension": [one]}), version)
    kept, said = _judged_inside(entry, version)
    if kept is not None:
        return kept, said
    bare = without_extensions(entry.resource)
    inside = nodes(entry.resource.get("contained"))
    for one in (_with(bare, inside), bare) if inside else (bare,):  # what is contained may be right as it is
        if not problem(one, version):
            return replace(entry, resource=one), ("extensions",)
    made, plainer = mended(entry.resource, version), mended(bare, version)
    if made and not (plainer and set(plainer.left) < set(made.left)):  # of who asks no more goes than what is wrong in it
        return replace(entry, resource=made.resource), made.left
    if plainer:
        return replace(entry, resource=plainer.resource), ("extensions", *plainer.left)
    return None, (reason,)


def _kind(resource: Node) -> str:
    return text(resource.get("resourceType"))[:64]


def _judged_inside(entry: Entry, version: str) -> tuple[Entry | None, tuple[str, ...]]:
    """The entry with what is contained in it judged one by one, as if each were an entry; (None, ()) when that mends nothing.

    What goes leaves its place empty: the others keep their number.
    """
    inside = nodes(entry.resource.get("contained"))
    judged = [_judged(Entry("", _with(one, [])), version) for one in inside]
    pairs = list(zip(inside, judged, strict=True))
    wrong = [_kind(one) for one, (kept, _) in pairs if kept is None]
    left = [
        f"contained {_kind(one)} {name}"
        for one, (kept, said) in pairs
        for name in (*said, *(["contained"] if one.get("contained") else []))  # FHIR nests one deep
        if kept is not None
    ]
    is_mended = any(kept is None or kept.resource != one for one, (kept, _) in pairs)
    if not is_mended or not USED.issuperset(wrong):
        return None, ()
    good = [kept.resource for kept, _ in judged if kept is not None]
    whole, said = _judged(replace(entry, resource=_with(entry.resource, good)), version)
    if whole is None:
        return None, ()
    rest = iter(nodes(whole.resource.get("contained")))
    placed = [next(rest) if kept is not None else {} for kept, _ in judged]
    whole = replace(whole, resource=whole.resource | {"contained": placed})
    return whole, (*said, *left, *(f"contained {kind}" for kind in wrong))
