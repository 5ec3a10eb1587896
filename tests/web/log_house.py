"""A house whose log has something in it, for the tests of the log's pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.exchange import PersonName
from mdo_portal.services.access_log import audit
from mdo_portal.web import log_overdue
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, Portal, app_on

NUMBER, OTHER_NUMBER = "K-4711", "K-8822"  # four digits alone stand in many a moment


@dataclass(frozen=True)
class House(Portal):
    """The application with one patient of ZEED and one of KREE, each looked at."""

    case_id: uuid.UUID
    other_case_id: uuid.UUID

    def ask(self, path: str, **form: str) -> str:
        answer = self.person("Petra").post(path, data={"csrf_token": CSRF, **form})
        assert answer.status_code == 200, answer.text[-2000:]
        return answer.text


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    now = datetime.now(UTC) - timedelta(hours=2)
    with database.transaction() as session:
        zeed, kree = (session.get_one(Hospital, region.hospitals[code]) for code in ("ZEED", "KREE"))
        own = make.case(session, zeed, now=now, patient=make.identity(NUMBER, bsn=make.BSN), board_id=region.boards["URO-P"])
        name = PersonName(family="Anderman", initials="C")
        other = make.case(session, kree, now=now, patient=make.identity(OTHER_NUMBER, bsn=make.OTHER_BSN, name=name))
        for _ in range(3):
            audit.record(session, region.aisha, Act.CASE_READ, now=now, case=own, relation=Relation.BOARD)
        audit.record(
            session,
            region.dirk,
            Act.DOCUMENT_READ,
            now=now,
            case=own,
            relation=Relation.OWN_HOSPITAL,
            object_type="document",
            object_id=uuid.uuid4(),
        )
        audit.record(session, region.carla, Act.CASE_READ, now=now, case=other, relation=Relation.OWN_HOSPITAL)
        ids = own.id, other.id
    log_overdue.forget_all()
    with app_on(database) as app:
        yield House(app, database, region, *ids)


def rows_of(page: str) -> str:
    found = re.search(r"<tbody.*?</tbody>", page, re.S)
    return found[0] if found else ""
