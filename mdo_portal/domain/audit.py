"""The access log (NEN 7513): append only, written in the transaction of the read or write it describes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.policy import Act

SUCCESS, REFUSED = 0, 4
"""Outcomes, as DICOM and FHIR count them."""
SYSTEM = "system"
"""The relation of what the portal does by itself."""
TREATS = (Act.CASE_REGISTER, Act.CASE_ANSWER, Act.CASE_ROUTE, Act.CASE_WITHDRAW, Act.DOCUMENT_ADD, Act.NOTE_WRITE)
"""Who did one of these with a case has to do with it. They have an index of their own: another act here asks for another index."""
_TREATS = ",".join(f"'{act.value}'" for act in sorted(TREATS))
ODD_ACTS = (Act.GLASS_BREAK, Act.CASE_GRANT, Act.CASE_OBJECT, Act.DESTROY_REQUEST, Act.DESTROY_APPROVE, Act.RETENTION_HOLD)
"""Out of the ordinary by themselves (NEN 7513, 6); besides whatever was refused or done in an emergency."""
_ODD_ACTS = ",".join(f"'{act.value}'" for act in sorted(ODD_ACTS))
ODD = f"(audit_entries.emergency OR audit_entries.outcome <> {SUCCESS} OR audit_entries.act IN ({_ODD_ACTS}))"
"""In the words of PostgreSQL, because it finds such lines by indexes of their own only where these words are said: another act here
asks for other indexes."""

#: what a line must say, in the words of PostgreSQL: refused by `access_log.audit.record` first, and by the table if that is forgotten
MANDATORY: Final = {
    "act": "act <> ''",
    "action": "action_code IN ('C', 'R', 'U', 'D', 'E')",
    "event": "event_code <> ''",
    "outcome": "outcome IN (0, 4, 8, 12)",
    "who": "person_name <> '' AND (person_id IS NOT NULL OR relation = 'system')",
    "for_whom": "person_id IS NULL OR (acting_hospital_id IS NOT NULL AND responsible_person_id IS NOT NULL)",
    "roles": "roles <> ''",
    "purpose": "purpose <> ''",
    "why_allowed": "relation <> '' AND policy <> ''",
    "network": "network_type IN (1, 2, 5) AND client_address <> ''",
    "object": "object_type <> '' AND object_class BETWEEN 1 AND 4 AND object_role BETWEEN 1 AND 24 AND object_id_type <> ''",
    "object_id": "object_id <> '' OR object_id_type = 'list'",
    "life_cycle": "life_cycle BETWEEN 1 AND 15",
    "sensitivity": "sensitivity IN ('N', 'R', 'V')",
    "case": "case_id IS NULL OR outcome = 4 OR (patient_id IS NOT NULL AND hospital_id IS NOT NULL AND basis <> '')",
    "emergency": "NOT emergency OR reason <> ''",
    "hits": "hits >= 0",
    "source": "source_site <> '' AND source_id <> '' AND source_type BETWEEN 1 AND 9",
    "trace": "trace_id <> ''",
}


class AuditEntry(Base):
    """One line. Fields follow knowledge/security.md 1.4 (NEN 7513:2018 as mapped by Logius); the mapping is in ADR 0019.

    Tenant: hospital_id (owner of the data). Everybody signed in adds lines; a privacy officer reads those with the own hospital as
    hospital_id or acting_hospital_id, everybody the moment of their own last look at a case; nobody changes or removes one.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        *(CheckConstraint(rule, name=name) for name, rule in MANDATORY.items()),
        Index("ix_audit_entries_patient_id", "patient_id", "at"),
        Index("ix_audit_entries_hospital_id", "hospital_id", "at"),
        Index("ix_audit_entries_acting_hospital_id", "acting_hospital_id", "at"),
        Index("ix_audit_entries_person_id", "person_id", "at"),
        Index("ix_audit_entries_case_id", "case_id", "at", postgresql_where="case_id IS NOT NULL"),
        Index("ix_audit_entries_cuts", "hospital_id", "object_id", postgresql_where="act = 'retention.cut'"),
        Index("ix_audit_entries_treats", "case_id", postgresql_where=f"outcome = 0 AND act IN ({_TREATS})"),
        Index("ix_audit_entries_odd", "hospital_id", "at", "seq", postgresql_where=ODD),
        Index("ix_audit_entries_odd_by", "acting_hospital_id", "at", "seq", postgresql_where=ODD),
    )

    #: order of writing; no order of committing
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: name of this line outside this table: in exports and in questions of a privacy officer
    event_id: Mapped[uuid.UUID] = mapped_column(default=new_id, server_default=FetchedValue())
    #: moment of the act
    at: Mapped[datetime]
    #: kind of event as DICOM counts them (EventID): 110112 query, 110110 patient record, 110106 export, …
    event_code: Mapped[str]
    #: `case:read`, `decision:sign` (EventTypeCode)
    act: Mapped[str]
    #: C, R, U, D or E (execute), as in DICOM/IHE
    action_code: Mapped[str]
    #: 0 = success, 4 = refused, 8 = failed
    outcome: Mapped[int] = mapped_column(default=0)
    #: who; empty for the portal itself or a hospital's system
    person_id: Mapped[uuid.UUID | None]
    #: how an identity provider or register calls the person: `iss|sub`, a UZI number; empty = only an account of ours
    alternate_id: Mapped[str] = mapped_column(default="")
    #: name at that moment: people leave, the log stays
    person_name: Mapped[str] = mapped_column(default="")
    #: for which hospital the person acted
    acting_hospital_id: Mapped[uuid.UUID | None]
    #: what the person was at that moment, for hospital and board
    roles: Mapped[str] = mapped_column(default="")
    #: whether the person asked for it; false when the portal acts on a message or a timer
    is_requestor: Mapped[bool] = mapped_column(default=True)
    #: how the person proved who they are: a method of Proof; empty = not known to the line
    sign_in_method: Mapped[str] = mapped_column(default="")
    #: on whose behalf
    responsible_person_id: Mapped[uuid.UUID | None]
    #: purpose of use (HL7 PurposeOfUse); treatment unless said otherwise
    purpose: Mapped[str] = mapped_column(default="TREAT")
    #: why this person may: `own hospital`, `board`, `system`
    relation: Mapped[str] = mapped_column(default="")
    #: rule of the policy that allowed or refused it: act and relation (PermissionPolicySet, autorisatieprotocol)
    policy: Mapped[str]
    #: ground on which the case is held: referral, consent, emergency (toestemmingsprofiel)
    basis: Mapped[str] = mapped_column(default="")
    #: the glass was broken for it
    emergency: Mapped[bool] = mapped_column(default=False)
    #: why the glass was broken, or why an act needed a reason; no patient data
    reason: Mapped[str] = mapped_column(default="")
    #: owner hospital of the data (tenant)
    hospital_id: Mapped[uuid.UUID | None]
    #: whose data; empty for a list
    patient_id: Mapped[uuid.UUID | None]
    #: the case it was about; empty for a list
    case_id: Mapped[uuid.UUID | None]
    #: what: `case`, `document`, `worklist`, `letter`, and its id
    object_type: Mapped[str]
    #: id of that object, as text
    object_id: Mapped[str] = mapped_column(default="")
    #: what that id is: `uuid`, `list` (no id: a list, a page)
    object_id_type: Mapped[str]
    #: 1 person, 2 system object, 3 organisation, 4 other (ParticipantObjectTypeCode)
    object_class: Mapped[int]
    #: 1 patient, 3 report, 4 domain resource, 24 query, … (ParticipantObjectTypeCodeRole)
    object_role: Mapped[int]
    #: 1 origination, 6 access or use, 9 export, … (ParticipantObjectDataLifeCycle)
    life_cycle: Mapped[int]
    #: N normal, R restricted (medical), V very restricted (the glass was broken)
    sensitivity: Mapped[str]
    #: how many patients a list showed
    hits: Mapped[int] = mapped_column(default=0)
    #: categories of data (EHDS logging)
    categories: Mapped[list[str]] = mapped_column(default=list)
    #: 1 machine name, 2 IP address, 5 address on the web (NetworkAccessPointTypeCode)
    network_type: Mapped[int]
    #: address the request came from, or the machine on which the portal acted
    client_address: Mapped[str]
    #: organisation that runs the portal (AuditEnterpriseSiteID): URA, else code of the hospital acted for
    source_site: Mapped[str]
    #: program and machine that wrote the line (AuditSourceID)
    source_id: Mapped[str]
    #: 3 web server, 4 application server (AuditSourceTypeCode)
    source_type: Mapped[int]
    #: number of the request or of the transaction, the same for everything done in it
    trace_id: Mapped[str]
    #: what else matters, without patient data: `preview`, `correction started`
    detail: Mapped[str] = mapped_column(default="")
