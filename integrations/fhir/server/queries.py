"""Which searches and references of a notice are followed: known kinds below the hospital's own endpoint, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

#: what the BgZ (the 28 zibs of zib2017) and a referral are made of
KINDS = {
    "AllergyIntolerance", "Appointment", "Binary", "CarePlan", "CareTeam", "Composition", "Condition", "Consent", "Coverage",
    "DeviceRequest", "DeviceUseStatement", "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare", "Flag",
    "Goal", "HealthcareService", "ImagingStudy", "Immunization", "ImmunizationRecommendation", "Location", "Medication",
    "MedicationDispense",
    "MedicationRequest", "MedicationStatement", "NutritionOrder", "Observation", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "Procedure", "ProcedureRequest", "QuestionnaireResponse", "ReferralRequest", "RelatedPerson",
    "ServiceRequest", "Specimen", "Task",
}  # fmt: skip
_ID = r"(?!\.+(?:/|$))[A-Za-z0-9\-.]{1,64}"
_READ = re.compile(rf"([A-Za-z]{{1,40}})/({_ID})(?:/_history/{_ID})?")
_SEARCH = re.compile(r"([A-Za-z]{1,40})(/\$lastn)?(?:\?(.{0,1000}))?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:\-]{0,80}")
#: parameters that name a person: these travel in a body, never in an address (no BSN in anybody's log)
_PERSON = ("identifier", "birthdate", "name", "family", "given", "telecom", "address", "phone", "email")
_NEVER = {"_format", "_elements", "_summary", "_contained", "_query", "_filter", "_text", "_content"}


class NotAllowed(ValueError):
    """This is not followed."""


@dataclass(frozen=True)
class Fetch:
    """One request: a path below the endpoint, and what is asked in the body of a POST instead of in the address."""

    path: str
    form: str = ""
    kind: str = ""

    @property
    def is_search(self) -> bool:
        return "?" in self.path or bool(self.form) or "/" not in self.path or self.path.endswith("/$lastn")


def fetch_of(said: str, base: str, *, bsn: str = "") -> Fetch:
    """What to ask for a query or reference of a notice. Raises NotAllowed.

    An absolute reference must lie below `base`; a search that names another patient's BSN than the notice's is not done.
    """
    relative = _below(said, base)
    read = _READ.fullmatch(relative)
    if read:
        return Fetch(f"{_known(read[1])}/{read[2]}", kind=read[1])
    search = _SEARCH.fullmatch(relative)
    if not search:
        raise NotAllowed("form")
    kind, operation, query = _known(search[1]), search[2] or "", search[3] or ""
    asked = _asked(query, bsn)
    if any(name.rpartition(".")[2].partition(":")[0].lower() in _PERSON for name, _ in asked):
        return Fetch(f"{kind}/_search", form=query, kind=kind) if not operation else _refuse()
    return Fetch(f"{kind}{operation}" + (f"?{_quoted(query)}" if query else ""), kind=kind)


def _refuse() -> Fetch:
    raise NotAllowed("operation with a person")


def _below(said: str, base: str) -> str:
    if not said.isascii() or not said.isprintable() or re.search(r"[\\#<>\"^`{}]", said):
        raise NotAllowed("characters")
    root = base.rstrip("/") + "/"
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", said) and not said.startswith(root):
        raise NotAllowed("elsewhere")
    relative = said.removeprefix(root)
    return relative.removeprefix("/") if not relative.startswith("//") else _elsewhere()


def _elsewhere() -> str:
    raise NotAllowed("elsewhere")


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise NotAllowed("kind")
    return kind


def _asked(query: str, bsn: str) -> list[tuple[str, str]]:
    try:
        found = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=30)
    except ValueError:
        raise NotAllowed("parameters") from None
    for name, value in found:
        if not _NAME.fullmatch(name) or name.partition(":")[0] in _NEVER or "://" in value.rpartition("|")[2]:
            raise NotAllowed("parameters")
        number = value.rpartition("|")[2]
        if bsn and re.fullmatch(r"\d{9}", number) and "identifier" in name and number != bsn:
            raise NotAllowed("another patient")
    return found


def _quoted(query: str) -> str:
    """As it stands, with what cannot stand in an address written as %xx."""
    return re.sub(r"[^A-Za-z0-9\-._~!$&'()*+,;=:/?%|]", lambda odd: f"%{ord(odd[0]):02X}", query).replace("|", "%7C")
