"""Numbers under which messages lie, found anew when they are offered again: each gets its own, and nobody another's."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import PATIENT_KEY, InboundMessage
from mdo_portal.services.inbox import intake, replaying
from tests import make
from tests.people import Region
from tests.test_reception_again import KEY_GONE


def keys_of(session: Session) -> dict[str, list[bytes]]:
    session.expire_all()
    return {row.control_id: list(row.patient_keys) for row in session.scalars(select(InboundMessage))}


def blind(number: str) -> bytes:
    return make.sealer().blind(number, purpose=PATIENT_KEY)


def test_each_message_lies_under_its_own_number_and_what_was_not_offered_stays_as_it_was(
    session: Session, region: Region
) -> None:
    """The second cannot be opened: it takes neither the number of the one before it, nor the next along."""
    numbers = {"M1": ("", "1"), "M2": ("", "2"), "M3": ("", "3"), "M4": ("", "4")}
    intake.keep(
        session,
        [make.arrival(region.links["ZEED"], control_id=name, patient_numbers=(("", f"before-{name}"),)) for name in numbers],
    )
    session.execute(update(InboundMessage).where(InboundMessage.control_id == "M2").values(raw_sealed=KEY_GONE))
    offered = session.scalars(select(InboundMessage.id).where(InboundMessage.control_id != "M4").order_by("seq")).all()

    replaying.number_anew(session, offered, lambda wire, raw, profile: (numbers[raw.decode()],))

    found = keys_of(session)
    before = {name: [blind(f"before-{name}")] for name in numbers}
    assert found == before | {"M1": [*before["M1"], blind("1")], "M3": [*before["M3"], blind("3")]}
