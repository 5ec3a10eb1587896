"""Whatever comes, the portal itself never connects one person to another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState
from tests.chance import examples
from tests.identity_questions import CONFLICTS, born, referral
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.test_reception import hand_in, rows, understand_all


def _messages(moves: Sequence[tuple[str, str, str]]) -> list[bytes]:
    made = []
    for at, (patient, bsn, family) in enumerate(moves):
        made.append(born(referral(f"{at}", patient=patient, bsn=bsn, family=family), "19700101" if family == "B" else "19600101"))
    return made


WHO = some.tuples(some.sampled_from("12"), some.sampled_from(("", BSN, OTHER_BSN, "123456789")), some.sampled_from("AB"))


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=some.lists(WHO, min_size=2, max_size=6))
def test_nobody_is_ever_connected_to_another_by_the_portal_itself(
    database: Database, region: Region, moves: list[tuple[str, str, str]]
) -> None:
    """Without a person's word no two cases of different BSNs, or of people who differ in name and birth date, share a patient."""
    with database.transaction() as session:
        for table in (IdentityConflict, InboundMessage):
            session.query(table).delete()
        session.query(Case).filter(Case.referral_number.like("RND-%")).update({Case.referral_number: ""})
    mark = uuid.uuid4().hex[:6]
    hand_in(
        database,
        region,
        *(
            raw.replace(b"VW-", f"RND-{mark}-".encode()).replace(b"^^^ZEED^PI", f"{mark}^^^ZEED^PI".encode())
            for raw in _messages(moves)
        ),
    )
    understand_all(database)

    with database.transaction() as session:
        query = select(Case.referral_number, Case.patient_id).where(Case.referral_number.like(f"RND-{mark}-%"))
        owners = {int(number.rsplit("-", 1)[1]): patient for number, patient in session.execute(query)}
        total = session.scalar(select(func.count()).select_from(InboundMessage))
    assert total == len(moves), "every message stands somewhere"
    for one in owners:
        for other in owners:
            (number, bsn, family), (other_number, other_bsn, other_family) = moves[one], moves[other]
            if owners[one] == owners[other] and one < other:
                assert family == other_family, "name and birth date both differ"
                assert not (bsn and other_bsn and bsn != other_bsn and "123456789" not in (bsn, other_bsn)), "BSNs differ"
                assert number == other_number or bsn == other_bsn != "", "nothing says that they are one"


def test_every_message_is_understood_waits_or_was_decided_on(database: Database, region: Region) -> None:
    for raws in CONFLICTS.values():
        hand_in(database, region, *raws)
    understand_all(database)

    kept = [row for row in rows(database) if row.state is InboundState.KEPT]
    assert kept == []
