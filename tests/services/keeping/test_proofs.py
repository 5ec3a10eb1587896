"""The proof of destruction says where each letter lies: with whom, since when, and whether anybody said to have it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.services.keeping import destroy_requests, proofs
from mdo_portal.services.keeping.proofs import Elsewhere
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping_house import LATELY, NOW, finished

DAY = proofs._day(LATELY.isoformat())
OWN = Elsewhere("Zeeduyn", False, True, f"{DAY}, EPD-77")


def destroyed(session: Session, region: Region, **over: object) -> DestroyRequest:
    """With its letter to the hospital, and one more to the general practitioner that is otherwise."""
    case = finished(session, region, at=LATELY)
    letter = session.scalars(select(Delivery).where(Delivery.case_id == case.id)).one()
    values = {one.key: getattr(letter, one.key) for one in Delivery.__table__.columns if one.key != "id"}
    copy = Delivery(**{**values, "audience": Audience.GP, "recipient_name": "Huisarts Jansen", **over})
    session.add(copy)
    session.flush()
    request = asked(session, region, case)
    return destroy_requests.approve(session, officer(session, region), request.id, now=NOW)


def lies(session: Session, request: DestroyRequest) -> list[tuple[bool, bool, str]]:
    proof = proofs.of(session, request, network="")
    assert proof is not None
    return sorted((one.is_gp, one.is_received, one.what) for one in proof.papers[0].elsewhere)


def test_a_copy_for_the_general_practitioner_is_told_as_such_and_nobody_is_named(session: Session, region: Region) -> None:
    request = destroyed(session, region, receipt_reference="HA-1")

    assert lies(session, request) == [(False, True, f"{DAY}, EPD-77"), (True, True, f"{DAY}, HA-1")]
    assert "Jansen" not in str([stone.documents for stone in destroy_requests.proofs_of(session, request.id)])


def test_what_never_left_lies_nowhere(session: Session, region: Region) -> None:
    off = {"state": DeliveryState.CANCELLED, "received_at": None, "sent_at": None, "receipt_reference": ""}
    request = destroyed(session, region, **off)

    assert lies(session, request) == [(False, True, f"{DAY}, EPD-77")]


def test_what_left_and_was_called_off_before_anybody_said_to_have_it_may_lie_there(session: Session, region: Region) -> None:
    off = {"state": DeliveryState.CANCELLED, "received_at": None, "sent_at": LATELY, "receipt_reference": ""}
    request = destroyed(session, region, **off)

    assert lies(session, request) == [(False, True, f"{DAY}, EPD-77"), (True, False, DAY)]


def test_a_proof_of_before_it_was_kept_for_whom_a_letter_was_says_what_it_knows() -> None:
    def paper(at: datetime | None) -> tuple[Elsewhere, ...]:
        told = {"hospital": "Zeeduyn", "code": "AA", "reference": "EPD-77", "received_at": at and at.isoformat(), "letter": ""}
        return proofs._paper({"number": "M-1", "hash": "h", "receipts": [told]}).elsewhere

    assert (paper(LATELY), paper(None)) == ((OWN,), ())
