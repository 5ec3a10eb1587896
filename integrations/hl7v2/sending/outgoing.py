"""A signed decision as an HL7 v2 message: MDM^T02, T10, T06, T11 or ORU^R01, by its form and as the profile says (forms.py).

MSH-10 is the delivery id without dashes, 32 characters: the standard says 20 for 2.5, but hl7apy's STRICT tables and the
engines we know take 199, and a whole uuid is what makes a double recognisable. A receiver that cuts at 20 gets
`control_id_length = 20` in its profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.hl7v2.sending.forms import Shape, code_of, shape_of
from integrations.hl7v2.text.builder import Base64, Builder, Formatted, Value
from integrations.hl7v2.text.charset import codec_named
from integrations.profiles import load
from mdo_portal.exchange import Address, Contact, OutgoingDecision, PatientIdentity, Profile, initials_of


def control_id(decision: OutgoingDecision, profile: Profile) -> str:
    """MSH-10 of this delivery: the same at every attempt, so that the receiver sees a double."""
    return decision.delivery_id.replace("-", "")[: profile["outgoing"]["control_id_length"]]


def compose(decision: OutgoingDecision, address: Address, *, now: datetime) -> bytes:
    """The message for one recipient, in the kind, version and character set of its link.

    Raises KeyError for an unknown profile, builder.Unwritable for a letter that the character set lacks.
    """
    profile = load(address.profile)
    wishes: Mapping[str, Any] = profile["outgoing"]
    stamp = _stamper(ZoneInfo(profile["timezone"]))
    build = Builder(charset=address.charset if codec_named(address.charset) else "UTF-8")
    shape = shape_of(decision, wishes)
    build.header(_header(decision, address, profile) | {7: stamp(now, offset=True), 9: shape.event})
    if shape.is_document:
        build.add("EVN", {1: shape.event[1], 2: stamp(now)})
    build.add("PID", _patient(decision.patient, wishes))
    build.add("PV1", {1: "1", 2: wishes["patient_class"]})
    build.add(*(_document if shape.is_document else _order)(decision, shape, wishes, stamp))
    for fields in _observations(decision, shape, wishes) if shape.has_content else ():
        build.add("OBX", fields)
    return build.encode()


Stamp = Callable[..., str]


def _stamper(zone: ZoneInfo) -> Stamp:
    def stamp(at: datetime, *, offset: bool = False) -> str:
        return at.astimezone(zone).strftime("%Y%m%d%H%M%S%z" if offset else "%Y%m%d%H%M%S")

    return stamp


def _header(decision: OutgoingDecision, address: Address, profile: Profile) -> dict[int, Value]:
    wishes = profile["outgoing"]
    return {
        3: wishes["sending_application"],
        4: wishes["sending_facility"] or decision.network_name,
        5: wishes["receiving_application"],
        6: wishes["receiving_facility"] or address.hospital_code,
        10: control_id(decision, profile),
        11: "T" if decision.is_trial else wishes["processing"],
        12: wishes["version"],
        15: wishes["accept"],
        16: wishes["application"],
        17: wishes["country"],
    }


def _patient(patient: PatientIdentity, wishes: Mapping[str, Any]) -> dict[int, Value]:
    name = patient.name
    surname = (name.family, name.own_prefix, name.own_family, name.partner_prefix, name.partner_family)
    # XPN.2 is the first name or initial, XPN.3 the other initials.
    first, *others = initials_of(name.initials) or [""]
    given = (name.given, "") if name.given else (first, "".join(others))
    numbers: list[tuple[str | tuple[str, ...], ...]] = []
    if patient.bsn:
        numbers.append((patient.bsn, "", "", wishes["bsn_authority"], wishes["bsn_type"]))
    if patient.local_number:
        numbers.append((patient.local_number, "", "", _authority(patient.local_authority), wishes["local_type"]))
    return {
        1: "1",
        3: numbers,
        5: (surname, *given, "", "", "", "L"),
        7: patient.birth_on.strftime("%Y%m%d") if patient.birth_on else "",
        8: wishes["sex"].get(patient.sex, ""),
    }


def _authority(name: str) -> tuple[str, ...]:
    """HD: a name, or an OID in its own place."""
    return ("", name, "ISO") if name and not name.strip("0123456789.") else (name,)


def _document(decision: OutgoingDecision, shape: Shape, wishes: Mapping[str, Any], stamp: Stamp) -> tuple[str, dict[int, Value]]:
    signer = _person(decision.signed_by)
    fields: dict[int, Value] = {
        1: "1",
        2: wishes["document_type"],
        3: "AP",
        4: stamp(decision.meeting_at),
        6: stamp(decision.signed_at),
        9: signer,
        10: signer,
        12: shape.number,
        13: shape.parent,
        14: decision.referral_number,
        16: wishes["file_name"],
        17: "LA",
        19: shape.available,
        22: (*signer, *[""] * (14 - len(signer)), stamp(decision.signed_at)),
    }
    return "TXA", fields


def _order(decision: OutgoingDecision, shape: Shape, wishes: Mapping[str, Any], stamp: Stamp) -> tuple[str, dict[int, Value]]:
    fields: dict[int, Value] = {
        1: "1",
        2: decision.referral_number,
        3: shape.number,
        4: code_of(decision, wishes),
        7: stamp(decision.meeting_at),
        16: _person(decision.signed_by),
        22: stamp(decision.signed_at),
        25: shape.order_status,
        29: ("", shape.parent),
    }
    return "OBR", fields


def _person(contact: Contact) -> tuple[str, ...]:
    return (contact.number, contact.name, *[""] * 6, contact.authority)


def _observations(decision: OutgoingDecision, shape: Shape, wishes: Mapping[str, Any]) -> list[dict[int, Value]]:
    """The letter as a document, then every section of it as text for those who cannot show a PDF."""
    letter = ("", "application", "pdf", "Base64", Base64(decision.letter_pdf))
    values: list[tuple[str, Value, Value]] = [("ED", code_of(decision, wishes), letter)]
    for position, (heading, text) in enumerate(decision.sections, start=1):
        code = (f"{wishes['section_code']}{position}", heading, wishes["section_system"])
        values.append((wishes["section_type"], code, Formatted(text)))
    return [
        {1: str(position), 2: kind, 3: code, 4: str(position), 5: value, 11: shape.status}
        for position, (kind, code, value) in enumerate(values, start=1)
    ]
