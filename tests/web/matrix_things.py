"""What the matrix asks for: a case that went the whole way, and one of everything else, of one hospital and one board."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.decision_objection import DecisionObjection
from mdo_portal.domain.destruction import DestroyRequest, LegalHold
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity, IdentityProvider
from mdo_portal.domain.identity_conflict import ConflictKind, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import TAKES_PART, BoardMembership, Membership, Person, Role
from mdo_portal.domain.rights import RightsReviewLine
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import PersonName, Wire
from mdo_portal.services.letters import letter_template_choice, letter_templates, patient_letters
from mdo_portal.services.patients import identity_papers, patients
from mdo_portal.services.patients.identity_papers import Papers
from mdo_portal.services.rights import rights_reviews
from mdo_portal.services.room import advice
from tests import make
from tests.people import Region, person_id


@dataclass(frozen=True)
class Things:
    """One of each kind of object, of one hospital and one board."""

    name: str
    hospital: uuid.UUID
    board: uuid.UUID
    #: as the addresses call them: `case_id`, `round_id` …
    ids: Mapping[str, uuid.UUID]
    #: what may be read by nobody else: kind of canary -> the words
    canaries: Mapping[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        return bool(self.canaries)


def grant(
    of: Things, kind: GrantKind, *, now: datetime, person: uuid.UUID | None = None, to: uuid.UUID | None = None
) -> CaseGrant:
    return CaseGrant(
        case_id=of.ids["case_id"], hospital_id=of.hospital, kind=kind, person_id=person, to_hospital_id=to, reason="matrix",
        begins_at=now - timedelta(minutes=1), ends_at=now + timedelta(days=1), given_by=person_id("Bram"), given_at=now,
    )  # fmt: skip


BSNS = {"Ours": make.BSN, "Shared": make.OTHER_BSN, "Theirs": "999901230"}


def things_of(session: Session, region: Region, name: str, house: Hospital, board: Board, *, now: datetime) -> Things:
    """A case that went the whole way, and one of everything else."""
    leads = region.bram if board.code == "URO-P" else region.carla
    canaries = {
        "name": f"Kanarie-{name}", "number": f"71-{name}-08", "bsn": BSNS[name], "question": f"Kanarie-vraag-{name}",
        "document": f"Kanarie-document-{name}",
    }  # fmt: skip
    patient = make.identity(
        canaries["number"], name=PersonName(family=canaries["name"], initials="AB"), bsn=canaries["bsn"], local_authority=house.code,
        birth_on=date(1961, 2, 3),
    )  # fmt: skip
    document = make.document(f"%PDF-1.7 {canaries['document']}".encode())
    over: dict[str, Any] = {"patient": patient, "documents": (document,), "question_board": canaries["question"]}
    case = make.case(session, house, now=now, board_id=board.id, number=f"VW-{name}", **over)
    meeting = session.get_one(Meeting, region.meeting if board.code == "URO-P" else region.other_meeting)
    meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
    round_ = make.planned(session, case, meeting, viewer=leads, now=now)
    make.discussed(session, round_, viewer=leads, now=now)
    item = advice.add(session, round_, person_id=leads.person_id, now=now)
    advice.change(session, round_, item.id, {"text": "matrix"}, seen=1, person_id=leads.person_id, now=now)
    decision = make.signed(session, round_, viewer=leads, now=now)
    objection = DecisionObjection(
        case_id=case.id, round_id=round_.id, decision_id=decision.id, person_id=person_id("Mila"), reason="matrix", made_at=now
    )  # fmt: skip
    session.add(objection)
    session.flush()
    made = Things(
        name.lower(), house.id, board.id,
        {
            "case_id": case.id, "round_id": round_.id, "item_id": item.id, "objection_id": objection.id, "meeting_id": meeting.id, "patient_id": case.patient_id,
            "delivery_id": make.delivery_of(session, decision).id,
            "follow_id": session.scalars(select(FollowUp.id).where(FollowUp.decision_id == decision.id)).one(),
            "document_id": session.scalars(select(CaseDocument.id).where(CaseDocument.case_id == case.id)).one(),
            "hospital_id": house.id, "board_id": board.id,
        },
        canaries,
    )  # fmt: skip
    ids = dict(made.ids) | _letters(session, made, case, now=now)
    ids |= _papers(session, made, case, now=now)
    ids |= _people(session, made, name, now=now)
    ids |= _reviews(session, made, region, name, ids["person_id"], now=now)
    return Things(made.name, made.hospital, made.board, ids, canaries)


def _letters(session: Session, of: Things, case: Case, *, now: datetime) -> dict[str, uuid.UUID]:
    """A template for this board and hospital, and a letter to the patient."""
    writer = Viewer(person_id("Ada"), "Ada", of.hospital, frozenset(), {})
    patient_letters.begin(session, case, seen=0, viewer=writer, now=now)
    place = letter_template_choice.Place(Audience.REFERRER, of.board, of.hospital)
    return {"template_id": letter_templates.begin(session, writer, place, now=now).id}


def _papers(session: Session, of: Things, case: Case, *, now: datetime) -> dict[str, uuid.UUID]:
    """Question, message, grant, hold, two requests to destroy (one open, one carried out), a conflict of identity, a merge."""
    asker, judge = person_id("Bram"), person_id("Carla")
    paper: dict[str, Any] = {"hospital_id": of.hospital, "letter_on": now.date(), "due_on": now.date(), "requested_at": now}
    rows: dict[str, Any] = {
        "question_id": InformationRequest(case_id=case.id, asked_at=now, asked_by=asker, text="matrix"),
        "message_id": InboundMessage(
            **make.over_its_link(session, of.hospital), wire=Wire.HL7V2, digest=of.name.encode(), raw_sealed=b"", size=1, received_at=now,
            state=InboundState.UNREADABLE,
        ),
        "grant_id": grant(of, GrantKind.SECOND_READER, now=now, person=person_id("Ada")),
        "hold_id": LegalHold(hospital_id=of.hospital, case_id=case.id, reason="matrix", set_by=asker, set_at=now),
        "destroy_id": DestroyRequest(patient_id=case.patient_id, case_id=case.id, requested_by=asker, **paper),
        "executed_id": DestroyRequest(
            patient_id=uuid.uuid4(), requested_by=asker, approved_by=judge, approved_at=now, executed_at=now, **paper
        ),
    }  # fmt: skip
    conflict = IdentityConflict(
        id=uuid.uuid4(), hospital_id=of.hospital, kind=ConflictKind.OTHER_BSN, message_id=uuid.uuid4(), received_at=now, opened_at=now,
        patient_id=case.patient_id, fingerprint=of.name.encode(),
    )  # fmt: skip
    patient = session.get_one(Patient, case.patient_id)
    identity_papers.keep(session, conflict, Papers(make.identity("1"), (patients.identity_of(session, patient),)))
    rows |= {
        "conflict_id": conflict,
        "merge_id": Merge(
            hospital_id=of.hospital, kind=MergeKind.MERGE, kept_id=case.patient_id, kept_number="1", gone_number="2", at=now
        ),
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    return {name: row.id for name, row in rows.items()}


def _people(session: Session, of: Things, name: str, *, now: datetime) -> dict[str, uuid.UUID]:
    """A member of the board who works for the hospital, and the hospital's provider that knows this member."""
    person = Person(id=person_id(f"member-{name}"), name=f"member {name}", email=f"member.{name}@matrix.example".lower())
    provider = IdentityProvider(
        hospital_id=of.hospital, label="x", issuer=f"https://idp.{name}.example".lower(), client_id="x", changed_at=now,
        changed_by_id=person_id("Ada"),
    )  # fmt: skip
    session.add_all([person, provider])
    session.flush()
    rows = {
        "hospital": Membership(person_id=person.id, hospital_id=of.hospital, role=TAKES_PART, given_at=now),
        "board": BoardMembership(person_id=person.id, board_id=of.board, role=Role.MEMBER, given_at=now),
        "identity_id": Identity(
            hospital_id=of.hospital, person_id=person.id, issuer=provider.issuer, subject="sub", linked_at=now
        ),
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    ids = {f"membership_id {kind}": rows[kind].id for kind in ("hospital", "board")}
    places = {"place_id hospital": of.hospital, "place_id board": of.board}
    return {"person_id": person.id, "provider_id": provider.id, "identity_id": rows["identity_id"].id} | ids | places


def _reviews(
    session: Session, of: Things, region: Region, name: str, member: uuid.UUID, *, now: datetime
) -> dict[str, uuid.UUID]:
    """A review under way: of the board when it is the shared one, else of the hospital."""
    place = Place(of.board, True) if name == "Shared" else Place(of.hospital, False)
    review = rights_reviews.start(session, region.ada, place, now=now)
    lines = select(RightsReviewLine.id).where(RightsReviewLine.review_id == review.id, RightsReviewLine.person_id == member)
    return {"review_id": review.id, "line_id": session.scalars(lines).one(), "review_place": place.id}
