"""What is added to an advice days later can be objected to for as long as any: the term counts from what was signed last."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decision_forms
from mdo_portal.services.decisions.decision_forms import Written
from tests.make import NETWORK
from tests.people import Region, board_of
from tests.services.decisions.test_decision_objections import Afternoon, afternoon

__all__ = ["afternoon"]


def test_who_was_called_away_objects_to_what_was_added_after_the_term_of_the_advice(
    afternoon: Afternoon, session: Session, region: Region
) -> None:
    board_of(session, region).objection_hours = 24
    decision = afternoon.decides(afternoon.case())
    round_ = session.get_one(Round, decision.round_id)
    case, days_later = session.get_one(Case, round_.case_id), decision.signed_at + timedelta(hours=72)
    written = Written(DecisionForm.ADDENDUM, "Ook bekkenlymfeklieren.", "vergeten", "")
    seen = decision_forms.preview(session, round_, case, written, network=NETWORK, viewer=region.bram).content_hash
    added = decision_forms.sign(
        session, round_, case, written, seen_hash=seen, network=NETWORK, viewer=region.bram, now=days_later
    )

    made = afternoon.objects(added, region.mila, at=days_later + timedelta(hours=24))

    assert made.decision_id == added.id
