"""Reading again is safe: whatever people and workers do with a message, in whatever order and however often, it has one effect."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.errors import IllegalMove
from mdo_portal.services.inbox import intake, replaying
from mdo_portal.understanding import understand
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.people import Region

WRONG = "[patient]\nbsn = ['PID']"
ACTS = st.lists(st.sampled_from(["replay", "replay all", "ignore", "understand", "break", "mend"]), max_size=10)


def act(database: Database, region: Region, control_id: str, what: str) -> None:
    """One thing that a person or a worker may do; what is not allowed changes nothing."""
    if what == "understand":
        while understand(database, wiring.readers(), now=NOW + timedelta(hours=1)):
            pass
        return
    with database.transaction() as session:
        message = session.scalars(select(InboundMessage).where(InboundMessage.control_id == control_id)).one()
        link = session.scalars(select(Link).where(Link.id == message.link_id)).one()
        try:
            if what == "replay":
                replaying.replay(session, message, now=NOW)
            elif what == "ignore":
                replaying.ignore(session, message, now=NOW)
            elif what == "replay all":
                replaying.replay_all(session, region.lars, Act.INBOX_REPLAY, "wrong_profile", now=NOW)
            else:
                link.otherwise = WRONG if what == "break" else ""
        except IllegalMove:
            return


@settings(max_examples=examples(8))
@given(acts=ACTS)
def test_a_message_has_one_effect_however_often_it_is_read_again(database: Database, region: Region, acts: list[str]) -> None:
    number = make.number()
    raw = make.hl7_referral(f"M{number}", patient=f"P{number}", referral_number=f"R{number}")
    header = wiring.readers()[make.Wire.HL7V2].header(raw)
    with database.transaction() as session:
        intake.keep(session, [make.Arrival(raw, make.Wire.HL7V2, header, region.links["ZEED"], NOW)])

    for what in (*acts, "mend", "replay", "understand", "replay all", "replay", "understand"):
        act(database, region, f"M{number}", what)

    with database.transaction() as session:
        message = session.scalars(select(InboundMessage).where(InboundMessage.control_id == f"M{number}")).one()
        cases = session.scalar(select(func.count()).select_from(Case).where(Case.referral_number == f"R{number}"))
        assert (message.state, cases, message.case_id is not None) == (InboundState.UNDERSTOOD, 1, True)
