"""The same resources elsewhere: contained in who points at them, beside who contained them, passed by number, under a letter."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable

from .tree import Node, Rewriting, entries, mapped, objects


def is_open(tree: Node) -> bool:
    many = entries(tree)
    return bool(many) and tree.get("type") != "history" and all(isinstance(one.get("resource"), dict) for one in many)


def names(entry: Node) -> set[str]:
    own = entry["resource"]
    return ({f"{own.get('resourceType')}/{own['id']}"} if own.get("id") else set()) | (
        {entry["fullUrl"]} if isinstance(entry.get("fullUrl"), str) and entry["fullUrl"] else set()
    )


def address_of(reference: Node) -> str:
    address = reference.get("reference")
    return address if isinstance(address, str) else ""


def _pointed(value: object) -> list[str]:
    """Every address that a reference in it names."""
    return [one["reference"] for one in objects(value) if isinstance(one.get("reference"), str)]


def _inside(kinds: tuple[str, ...]) -> Rewriting:
    """What one resource alone points at is contained in it."""

    def rewritten(tree: Node) -> Node | None:
        if not is_open(tree):
            return None
        made = copy.deepcopy(tree)
        moved = [_moved(made, entry) for entry in list(made["entry"]) if _may_move(entry, kinds)]
        return made if any(moved) else None

    return rewritten


def _may_move(entry: Node, kinds: tuple[str, ...]) -> bool:
    own = entry["resource"]
    return own.get("resourceType") in kinds and not entry.get("modifierExtension") and bool(own.get("id"))


_HOLDS_NOTHING = ("Bundle", "MessageHeader", "List", "Composition")


def _moved(tree: Node, entry: Node) -> bool:
    """Whether it went into the one that points at it; what contains something itself stays, for FHIR nests one deep."""
    known, own = names(entry), entry["resource"]
    others = [one for one in tree["entry"] if one is not entry]
    holders = [one for one in others if known.intersection(_pointed(one["resource"]))]
    if len(holders) != 1 or "contained" in own or any(known & names(one) for one in others):
        return False
    holder = holders[0]
    if holder["resource"].get("resourceType") in _HOLDS_NOTHING:
        return False
    home = _pointing(holder["resource"], dict.fromkeys(known, f"#in-{own['id']}"))
    holder["resource"] = home | {"contained": [*(home.get("contained") or []), own | {"id": f"in-{own['id']}"}]}
    tree["entry"] = others
    return True


def _pointing(resource: Node, new: dict[str, str]) -> Node:
    """The resource with other addresses in its references and attachments."""

    def turned(one: Node) -> Node:
        told = {name: one[name] for name in ("reference", "url") if isinstance(one.get(name), str)}
        return one | {name: new.get(address, address) for name, address in told.items()}

    made: Node = mapped(resource, turned)
    return made


def beside_it(tree: Node) -> Node | None:
    """What was contained is an entry of its own."""
    if not is_open(tree):
        return None
    listed, more = [], []
    for number, entry in enumerate(copy.deepcopy(tree)["entry"]):
        inside = _movable(entry["resource"])
        new = {f"#{one['id']}": f"urn:uuid:out-{number}-{one['id']}" for one in inside}
        rest = {name: value for name, value in entry["resource"].items() if name != "contained" or not inside}
        listed.append(entry | {"resource": _pointing(rest, new)})
        for one in inside:
            bare = {name: value for name, value in one.items() if name != "id"}
            more.append({"fullUrl": new[f"#{one['id']}"], "resource": _pointing(bare, new)})
    return tree | {"entry": [*listed, *more]} if more else None


def _movable(own: Node) -> list[Node]:
    inside = own.get("contained") or []
    is_plain = all(isinstance(one, dict) and one.get("resourceType") and str(one.get("id", "-")).isalnum() for one in inside)
    return inside if is_plain else []


def the_patient(tree: Node) -> Node | None:
    many = [one for one in entries(tree) if one["resource"].get("resourceType") == "Patient"] if is_open(tree) else []
    return many[0] if len(many) == 1 else None


def patient_within(tree: Node) -> Node | None:
    """The patient contained in the request, where that is all that is about him."""
    patient = the_patient(tree)
    if patient is None:
        return None
    known = names(patient)
    holders = [one for one in entries(tree) if known.intersection(_pointed(one["resource"]))]
    if len(holders) != 1 or holders[0]["resource"].get("resourceType") not in ("ServiceRequest", "ReferralRequest"):
        return None

    own = _pointing(holders[0]["resource"], dict.fromkeys(known, "#pat"))
    own["contained"] = [*(own.get("contained") or []), {**patient["resource"], "id": "pat"}]
    return tree | {
        "entry": [one | {"resource": own} if one is holders[0] else one for one in tree["entry"] if one is not patient]
    }


def _addressed(change: Callable[[str], str]) -> Rewriting:
    """Every reference to what is in the message written otherwise."""

    def rewritten(tree: Node) -> Node | None:
        if not is_open(tree):
            return None
        known = Counter(name for one in entries(tree) for name in names(one))

        def turned(one: Node) -> Node:
            address = one.get("reference")
            return one | {"reference": change(address)} if isinstance(address, str) and known[address] == 1 else one

        made = mapped(copy.deepcopy(tree), turned)
        return None if made == tree else made

    return rewritten


def as_a_letter(tree: Node) -> Node | None:
    """As a document: a letter without a word of its own goes first."""
    patient = the_patient(tree)
    kinds = {one["resource"].get("resourceType") for one in entries(tree)} if patient else set()
    if patient is None or kinds & {"Composition", "MessageHeader", "Bundle"} or tree.get("type") in ("document", "message"):
        return None
    own = {
        "resourceType": "Composition", "id": "letter", "status": "final", "date": "2026-03-02T10:00:00+01:00", "title": "Verwijzing",
        "type": {"coding": [{"system": "http://loinc.org", "code": "57133-1"}]}, "subject": {"reference": next(iter(names(patient)))},
        "author": [{"reference": next(iter(names(patient)))}],
    }  # fmt: skip
    rest = [{name: value for name, value in one.items() if name in ("fullUrl", "resource")} for one in tree["entry"]]
    first = {"fullUrl": "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a77", "resource": own}
    return {name: value for name, value in tree.items() if name not in ("type", "entry")} | {
        "type": "document",
        "entry": [first, *rest],
    }


def with_a_task(pointer: str) -> Rewriting:
    """With a Task that asks for the request and says nothing else."""

    def rewritten(tree: Node) -> Node | None:
        many = [one for one in entries(tree) if one["resource"].get("resourceType") == "ServiceRequest"] if is_open(tree) else []
        patient = the_patient(tree)
        if (
            len(many) != 1
            or patient is None
            or any(one["resource"].get("resourceType") in ("Task", "Composition") for one in entries(tree))
        ):
            return None
        address = {"reference": next(iter(sorted(names(many[0]))), "")}
        own: Node = {"resourceType": "Task", "id": "asks", "status": "requested", "intent": "order"}
        own |= {pointer: address if pointer == "focus" else [address], "for": {"reference": next(iter(sorted(names(patient))))}}
        return tree | {"entry": [*tree["entry"], {"fullUrl": "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a78", "resource": own}]}

    return rewritten


def _drug(beside: bool) -> Rewriting:
    """A drug as a resource of its own, contained or beside it."""

    def rewritten(tree: Node) -> Node | None:
        more: list[Node] = []

        def turned(own: Node) -> Node:
            code = own.get("medicationCodeableConcept")
            if not isinstance(code, dict) or not own.get("resourceType") or own.get("contained"):
                return own
            drug: Node = {"resourceType": "Medication", "code": code}
            made = {
                ("medicationReference" if name == "medicationCodeableConcept" else name): value for name, value in own.items()
            }
            if beside:
                address = f"urn:uuid:drug-{len(more)}"
                more.append({"fullUrl": address, "resource": drug})
                return made | {"medicationReference": {"reference": address}}
            more.append({})
            return made | {"medicationReference": {"reference": "#drug"}, "contained": [drug | {"id": "drug"}]}

        made = mapped(copy.deepcopy(tree), turned) if is_open(tree) else None
        return (made | {"entry": [*made["entry"], *filter(None, more)]}) if made and more else None

    return rewritten


_PEOPLE = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Location")
_PARTS = ("Medication", "Specimen", "BodyStructure", "BodySite", "Device", "RelatedPerson")
_FACTS = (
    "Observation",
    "Condition",
    "Procedure",
    "DiagnosticReport",
    "DocumentReference",
    "ImagingStudy",
    "QuestionnaireResponse",
)

PLACED: dict[str, Rewriting] = {
    "with its people inside": _inside(_PEOPLE),
    "with its parts inside": _inside(_PARTS),
    "with its facts inside": _inside(_FACTS),
    "with what was inside beside it": beside_it,
    "with the patient inside the request": patient_within,
    "pointed at by an older version": _addressed(lambda address: f"{address}/_history/1" if "/" in address else address),
    "as a letter": as_a_letter,
    "with a task for it": with_a_task("focus"),
    "with a task that rests on it": with_a_task("basedOn"),
    "with drugs beside it": _drug(beside=True),
    "with drugs inside": _drug(beside=False),
}
