"""A decision that was signed, and what is signed about it later, for whoever tests what becomes of those."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision, standing
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content, decision_forms
from mdo_portal.services.decisions.decision_forms import Then, Written
from mdo_portal.services.letters import deliveries
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region

LATER = NOW + timedelta(hours=2)
ADDED = Written(DecisionForm.ADDENDUM, "De uitslag van de PSMA-PET: geen metastasen.", "nagekomen uitslag", "")
AGAIN = Written(DecisionForm.WITHDRAWAL, "", "verkeerde patiënt besproken", Then.AGAIN)
CLOSED = Written(DecisionForm.WITHDRAWAL, "", "patiënt ziet van behandeling af", Then.CLOSED)


@pytest.fixture
def round_(session: Session, region: Region) -> Round:
    """Discussed and signed."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    made = make.discussed(session, planned, viewer=region.bram)
    make.signed(session, made, viewer=region.bram)
    return made


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


def sign(session: Session, round_: Round, written: Written, viewer: Viewer, *, seen: str = "") -> Decision:
    """By somebody who read exactly this, unless `seen` is what they read."""
    case = case_of(session, round_)
    shown = decision_forms.preview(session, round_, case, written, network=NETWORK, viewer=viewer)
    seen = seen or shown.content_hash
    return decision_forms.sign(session, round_, case, written, seen_hash=seen, network=NETWORK, viewer=viewer, now=LATER)


def arrived(session: Session, decision: Decision) -> None:
    letter = make.delivery_of(session, decision)
    deliveries.settle(session, letter.id, Receipt(ReceiptKind.ACCEPTED, "AA", reference=str(letter.id)), now=LATER)


def holds(session: Session, round_: Round) -> list[str]:
    return [one.document_number for one in standing(decision_content.of_round(session, round_.id))]
