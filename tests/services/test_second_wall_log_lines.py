"""Whose name a line of the access log bears: of who is there their own, and the portal's of nothing but what it did (ADR 0109)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import Tries, standing, tries

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
LINE: dict[str, Any] = {
    "at": make.NOW, "act": "case:read", "action_code": "R", "outcome": 0, "person_id": None, "person_name": "MDO-portaal", "roles": "system",
    "purpose": "TREAT", "relation": "system", "basis": "referral", "emergency": False, "object_type": "case", "object_id": "x", "hits": 0,
    "categories": "{}", "client_address": "x", "trace_id": "x", "detail": "", "event_code": "x", "alternate_id": "", "is_requestor": False,
    "sign_in_method": "", "policy": "x", "reason": "", "object_id_type": "text", "object_class": 1, "object_role": 1, "life_cycle": 1,
    "sensitivity": "R", "network_type": 1, "source_site": "x", "source_id": "x", "source_type": 4, "case_id": None, "patient_id": None,
    "hospital_id": None, "responsible_person_id": None, "acting_hospital_id": None,
}  # fmt: skip
STATEMENT = f"INSERT INTO audit_entries ({', '.join(LINE)}) VALUES ({', '.join(f':{name}' for name in LINE)})"


class Here(NamedTuple):
    zeed: uuid.UUID
    by_form: uuid.UUID
    of_form: uuid.UUID
    by_wire: uuid.UUID
    of_wire: uuid.UUID


@pytest.fixture(scope="module")
def here(standing: tuple[Database, Database], region: Region) -> Here:
    """ZEED's cases before Uro-prostaat: one that Dirk registered on the page, one that came by itself."""
    with standing[0].transaction() as session:
        zeed, uro = session.get_one(Hospital, region.hospitals["ZEED"]), region.boards["URO-P"]
        told = make.referral(number="73-1", patient=make.identity("73-1"))
        form = referrals.register(session, told, Source(zeed, make.NOW, Wire.FORM), board_id=uro)
        wire = make.case(session, zeed, board_id=uro, number="73-2", patient=make.identity("73-2"))
        return Here(zeed.id, form.id, form.patient_id, wire.id, wire.patient_id)


def written(tries: Tries, who: str, **over: Any) -> bool:
    return tries(who, STATEMENT, **(LINE | over)) == 1


def of(here: Here, case: uuid.UUID, patient: uuid.UUID, at: datetime = make.NOW) -> dict[str, Any]:
    return {"case_id": case, "patient_id": patient, "hospital_id": here.zeed, "acting_hospital_id": here.zeed, "at": at}


def test_of_a_case_the_portal_says_by_itself_that_a_form_brought_it_when_it_did(tries: Tries, here: Here) -> None:
    form, wire = of(here, here.by_form, here.of_form), of(here, here.by_wire, here.of_wire)

    assert written(tries, "Dirk", act="referral.received", **form)
    assert not written(tries, "Dirk", act="referral.received", **form | {"at": make.NOW.replace(year=2020)})
    assert not written(tries, "Dirk", act="referral.received", **form | {"patient_id": here.of_wire})
    assert not written(tries, "Dirk", act="referral.received", **wire)


@pytest.mark.parametrize(
    "act", ["case:read", "letter.sent", "referral.updated", "patient.merged", "case.destroyed", "destroy.again"]
)
@pytest.mark.parametrize("who", ["Dirk", "Bram", "Petra", "Carla", ""])
def test_nothing_else_that_the_portal_did_with_a_case_is_made_up(tries: Tries, here: Here, who: str, act: str) -> None:
    assert not written(tries, who, act=act, **of(here, here.by_form, here.of_form))


def test_in_the_portals_name_nobody_is_named(tries: Tries) -> None:
    assert written(tries, "", act="sign_in.refused")
    assert not written(tries, "", act="sign_in.refused", person_name="Bram")
    assert not written(tries, "", act="sign_in.refused", roles="chair")
    assert not written(tries, "", act="sign_in.refused", responsible_person_id=person_id("Bram"))


def test_a_line_bears_the_name_of_who_is_there(tries: Tries, here: Here) -> None:
    """Who looked is read by its name: by the patient, and by the privacy officer."""
    own = of(here, here.by_form, here.of_form) | {"person_id": person_id("Dirk"), "responsible_person_id": person_id("Dirk")}

    assert written(tries, "Dirk", **own | {"person_name": "Dirk"})
    assert not written(tries, "Dirk", **own | {"person_name": "Bram"})
    assert not written(tries, "Dirk", **own | {"person_name": "MDO-portaal"})
    assert not written(tries, "Dirk", **own | {"person_name": "onbekend"})
    assert not written(tries, "Dirk", **own | {"person_name": "Dirk", "responsible_person_id": person_id("Bram")})


def test_of_somebodys_sign_in_a_line_knows_their_name_or_none(tries: Tries, here: Here) -> None:
    line = {
        "act": "sign_out",
        "person_id": person_id("Dirk"),
        "responsible_person_id": person_id("Dirk"),
        "acting_hospital_id": here.zeed,
    }

    assert written(tries, "", **line | {"person_name": "Dirk"}) and written(tries, "", **line | {"person_name": "onbekend"})
    assert not written(tries, "", **line | {"person_name": "Bram"})
