"""`mdo-portal hospital launch`: the administrator writes down how a hospital's EPD opens the portal."""

from __future__ import annotations

import pytest

from mdo_portal.commands.hospital_launch import agree
from mdo_portal.database import Database
from mdo_portal.errors import Incomplete
from mdo_portal.services.links import link_history
from mdo_portal.services.oversight import launches
from mdo_portal.services.oversight.launches import Agreed
from tests.people import Region

ISS = "https://fhir.zeeduyn.example/r4"
HERE = "https://mdo.example"


def test_it_is_written_down_in_steps_and_the_vendor_is_told_where(database: Database, region: Region) -> None:
    agree(database, "ZEED", Agreed(iss=ISS, client_id="mdo", profile="generic-stu3"), public_url=HERE)
    rest = Agreed(is_on=True, authorize_url="https://login.example/authorize", token_url="https://login.example/token")
    told = agree(database, "ZEED", rest, public_url=HERE)

    assert told["redirect_url"] == f"{HERE}/launch/back/{region.hospitals['ZEED']}" and told["launch_url"] == f"{HERE}/launch"
    with database.transaction() as session:
        server = launches.server_of(session, region.hospitals["ZEED"], ISS)
        assert server is not None and server.address.profile == "generic-stu3" and server.address.url == ISS
        assert launches.server_of(session, region.hospitals["ZEED"], "") is None
        change = link_history.history(session, region.hospitals["ZEED"])[0]
    assert change.by_name == "" and "launch_is_on: True" in change.after and "launch_iss" not in change.after


def test_half_an_agreement_is_not_turned_on_and_nobody_without_a_link_has_one(database: Database) -> None:
    with pytest.raises(Incomplete) as wrong:
        agree(database, "ZEED", Agreed(is_on=True, iss=ISS), public_url=HERE)
    assert set(wrong.value.fields) == {"authorize_url", "token_url", "client_id", "profile"}
    with pytest.raises(KeyError):
        agree(database, "ODUL", Agreed(), public_url=HERE)
