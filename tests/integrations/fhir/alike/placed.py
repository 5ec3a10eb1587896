"""The same resources elsewhere: contained in who points at them, beside who contained them, passed by number, under a letter."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable

from .tree import Node, Rewriting, entries, mapped, objects

_ALONE = (
    "Patient",
    "ServiceRequest",
    "ReferralRequest",
    "ProcedureRequest",
    "Task",
    "Bundle",
    "Binary",
    "MessageHeader",
    "Composition",
)


def _is_open(tree: Node) -> bool:
    many = entries(tree)
    return bool(many) and tree.get("type") != "history" and all(isinstance(one.get("resource"), dict) for one in many)


def _names(entry: Node) -> set[str]:
    own = entry["resource"]
    return ({f"{own.get('resourceType')}/{own['id']}"} if own.get("id") else set()) | (
        {entry["fullUrl"]} if isinstance(entry.get("fullUrl"), str) else set()
    )


def _address(reference: Node) -> str:
    address = reference.get("reference")
    return address if isinstance(address, str) else ""


def _pointed(value: object) -> list[str]:
    """Every address that a reference in it names."""
    return [one["reference"] for one in objects(value) if isinstance(one.get("reference"), str)]


def _inside(kinds: tuple[str, ...]) -> Rewriting:
    """What one resource alone points at is contained in it."""

    def rewritten(tree: Node) -> Node | None:
        if not _is_open(tree):
            return None
        made = copy.deepcopy(tree)
        if not any(_moved(made, entry) for entry in list(entries(made)) if _may_move(entry, kinds)):
            return None
        for entry in [one for one in list(entries(made)) if _may_move(one, kinds)]:
            _moved(made, entry)
        return made

    return rewritten


def _may_move(entry: Node, kinds: tuple[str, ...]) -> bool:
    own = entry["resource"]
    is_wanted = own.get("resourceType") in kinds and own.get("resourceType") not in _ALONE
    return is_wanted and "contained" not in own and not entry.get("modifierExtension") and bool(own.get("id"))


def _moved(tree: Node, entry: Node) -> bool:
    names = _names(entry)
    if "contained" in entry["resource"]:
        return False
    others = [one for one in entries(tree) if one is not entry]
    holders = [one for one in others if names.intersection(_pointed(one["resource"]))]
    is_claimed = any(names & _names(one) for one in others)
    if (
        len(holders) != 1
        or is_claimed
        or holders[0]["resource"].get("resourceType") in ("Bundle", "MessageHeader", "List", "Composition")
    ):
        return False
    own = entry["resource"]
    name = f"in-{own['id']}"

    def turned(one: Node) -> Node:
        return one | {"reference": f"#{name}"} if _address(one) in names else one

    home = mapped(holders[0]["resource"], turned)
    holders[0]["resource"] = home | {"contained": [*(home.get("contained") or []), {**own, "id": name}]}
    tree["entry"] = [one for one in tree["entry"] if one is not entry]
    return True


def beside_it(tree: Node) -> Node | None:
    """What was contained is an entry of its own."""
    if not _is_open(tree):
        return None
    listed, more = [], []
    for number, entry in enumerate(copy.deepcopy(tree)["entry"]):
        own = entry["resource"]
        inside = [
            one for one in own.get("contained") or [] if isinstance(one, dict) and one.get("id") and one.get("resourceType")
        ]
        if not inside or len(inside) != len(own["contained"]) or any(not one["id"].isalnum() for one in inside):
            listed.append(entry)
            continue
        new = {f"#{one['id']}": f"urn:uuid:out-{number}-{one['id']}" for one in inside}

        def turned(one: Node, new: dict[str, str] = new) -> Node:
            changed = {name: new.get(one[name], one[name]) for name in ("reference", "url") if isinstance(one.get(name), str)}
            return one | changed

        made = mapped({name: value for name, value in own.items() if name != "contained"}, turned)
        listed.append(entry | {"resource": made})
        for one in inside:
            bare = {name: value for name, value in one.items() if name != "id"}
            more.append({"fullUrl": new[f"#{one['id']}"], "resource": mapped(bare, turned)})
    return tree | {"entry": [*listed, *more]} if more else None


def people_by_number(tree: Node) -> Node | None:
    """Everybody who has a number by that alone, though he comes along."""
    known: dict[str, Node] = {}
    for entry in entries(tree) if _is_open(tree) else ():
        own = entry["resource"]
        numbers = [one for one in own.get("identifier") or [] if isinstance(one, dict) and one.get("system") and one.get("value")]
        if own.get("resourceType") in _NUMBERED and numbers:
            known |= dict.fromkeys(_names(entry), {name: numbers[0][name] for name in ("system", "value")})

    def turned(one: Node) -> Node:
        number = known.get(_address(one))
        return {name: value for name, value in one.items() if name != "reference"} | {"identifier": number} if number else one

    made = mapped(copy.deepcopy(tree), turned)
    return None if made == tree else made


_NUMBERED = ("Practitioner", "Organization")


def _the_patient(tree: Node) -> Node | None:
    many = [one for one in entries(tree) if one["resource"].get("resourceType") == "Patient"] if _is_open(tree) else []
    return many[0] if len(many) == 1 else None


def by_number(tree: Node) -> Node | None:
    """The patient by his number at every resource, and no address."""
    patient = _the_patient(tree)
    numbers = [one for one in patient["resource"].get("identifier") or [] if isinstance(one, dict)] if patient else []
    numbers = [one for one in numbers if one.get("system") and one.get("value")]
    if patient is None or not numbers:
        return None
    names, number = _names(patient), {name: numbers[0][name] for name in ("system", "value")}

    def turned(own: Node) -> Node:
        for name in ("subject", "patient", "for"):
            one = own.get(name)
            if isinstance(one, dict) and _address(one) in names:
                own[name] = {"identifier": number} | ({"display": one["display"]} if "display" in one else {})
        return own

    listed = [
        one if one is patient else one | {"resource": mapped(one["resource"], turned)} for one in copy.deepcopy(tree)["entry"]
    ]
    made = tree | {"entry": listed}
    return None if made == tree else made


def patient_within(tree: Node) -> Node | None:
    """The patient contained in the request, where that is all that is about him."""
    patient = _the_patient(tree)
    if patient is None:
        return None
    names = _names(patient)
    holders = [one for one in entries(tree) if names.intersection(_pointed(one["resource"]))]
    if len(holders) != 1 or holders[0]["resource"].get("resourceType") not in ("ServiceRequest", "ReferralRequest"):
        return None

    def turned(one: Node) -> Node:
        return one | {"reference": "#pat"} if _address(one) in names else one

    own = mapped(holders[0]["resource"], turned)
    own["contained"] = [*(own.get("contained") or []), {**patient["resource"], "id": "pat"}]
    return tree | {
        "entry": [one | {"resource": own} if one is holders[0] else one for one in tree["entry"] if one is not patient]
    }


def _addressed(change: Callable[[str], str]) -> Rewriting:
    """Every reference to what is in the message written otherwise."""

    def rewritten(tree: Node) -> Node | None:
        if not _is_open(tree):
            return None
        known = Counter(name for one in entries(tree) for name in _names(one))

        def turned(one: Node) -> Node:
            address = one.get("reference")
            return one | {"reference": change(address)} if isinstance(address, str) and known[address] == 1 else one

        made = mapped(copy.deepcopy(tree), turned)
        return None if made == tree else made

    return rewritten


def as_a_letter(tree: Node) -> Node | None:
    """As a document: a letter without a word of its own goes first."""
    patient = _the_patient(tree)
    kinds = {one["resource"].get("resourceType") for one in entries(tree)} if patient else set()
    if patient is None or kinds & {"Composition", "MessageHeader", "Bundle"} or tree.get("type") in ("document", "message"):
        return None
    own = {
        "resourceType": "Composition", "id": "letter", "status": "final", "date": "2026-03-02T10:00:00+01:00", "title": "Verwijzing",
        "type": {"coding": [{"system": "http://loinc.org", "code": "57133-1"}]}, "subject": {"reference": next(iter(_names(patient)))},
        "author": [{"reference": next(iter(_names(patient)))}],
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
        many = [one for one in entries(tree) if one["resource"].get("resourceType") == "ServiceRequest"] if _is_open(tree) else []
        patient = _the_patient(tree)
        if (
            len(many) != 1
            or patient is None
            or any(one["resource"].get("resourceType") in ("Task", "Composition") for one in entries(tree))
        ):
            return None
        address = {"reference": next(iter(sorted(_names(many[0]))), "")}
        own: Node = {"resourceType": "Task", "id": "asks", "status": "requested", "intent": "order"}
        own |= {pointer: address if pointer == "focus" else [address], "for": {"reference": next(iter(sorted(_names(patient))))}}
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

        made = mapped(copy.deepcopy(tree), turned) if _is_open(tree) else None
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
    "with the patient by number": by_number,
    "with people by number": people_by_number,
    "with the patient inside the request": patient_within,
    "pointed at with a slash behind": _addressed(lambda address: f"{address}/" if "/" in address else address),
    "pointed at by an older version": _addressed(lambda address: f"{address}/_history/1" if "/" in address else address),
    "as a letter": as_a_letter,
    "with a task for it": with_a_task("focus"),
    "with a task that rests on it": with_a_task("basedOn"),
    "with drugs beside it": _drug(beside=True),
    "with drugs inside": _drug(beside=False),
}
