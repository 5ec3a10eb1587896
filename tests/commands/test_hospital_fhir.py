"""Writing down what is agreed with a hospital that speaks FHIR."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select

from mdo_portal.commands.agreements import NotAgreed
from mdo_portal.commands.hospital_fhir import Agreed, agree
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.errors import Incomplete
from mdo_portal.services.links import hospitals, link_history
from tests.people import Region

KEY = ECKey.generate_key("P-384", auto_kid=True)
KEYS = json.dumps({"keys": [KEY.as_dict(private=False)]})


def test_what_is_agreed_is_where_letters_and_pulls_go(database: Database, region: Region) -> None:
    said = Agreed(
        url="https://fhir.delta.example/stu3", token_url="https://login.delta.example/token", client_id="mdo", scopes="system/*.read",
        networks=("10.20.0.0/16",), their_client_id="epd", their_keys=KEYS, profile_out="generic-stu3", pull=True,
    )  # fmt: skip
    told = agree(database, "DELT", said)

    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        channel, address = hospitals.address_of(session, region.hospitals["DELT"])
    assert (channel, link.level, link.jwks_in) == (Channel.FHIR, Level.PULL, KEYS)
    assert (address.url, address.token_url, address.inside) == (said.url, said.token_url, ("10.20.0.0/16",))
    assert json.loads(told["our_keys"])["keys"][0]["alg"] == "ES384"


@pytest.mark.parametrize("profile", ["generic-r5", "hix"])
def test_a_profile_that_does_not_exist_or_is_of_another_wire_is_not_written_down(database: Database, profile: str) -> None:
    with pytest.raises(NotAgreed, match="generic-r4"):
        agree(database, "DELT", Agreed(url="https://fhir.delta.example/r4", profile_out=profile))


def test_what_is_agreed_stands_among_who_changed_what(database: Database, region: Region) -> None:
    agree(database, "DELT", Agreed(token_url="https://login.delta.example/token", client_id="mdo", networks=("10.20.0.0/16",)))

    with database.transaction() as session:
        change = link_history.history(session, region.hospitals["DELT"])[0]
    assert change.by_name == "" and "token_url_out: https://login.delta.example/token" in change.after
    assert "inside_networks: 10.20.0.0/16" in change.after


def test_how_often_is_asked_is_changed_alone(database: Database, region: Region) -> None:
    agree(database, "DELT", Agreed(url="https://fhir.delta.example/r4", search="ServiceRequest"))
    agree(database, "DELT", Agreed(every=900))
    with database.transaction() as session:
        assert [(one.query, one.every_seconds) for one in session.scalars(select(Poll))] == [("ServiceRequest", 900)]


def test_what_is_not_said_stays(database: Database) -> None:
    agree(database, "DELT", Agreed(url="https://fhir.delta.example/r4"))

    assert agree(database, "DELT", Agreed(networks=("10.0.0.0/8",)))["url"] == "https://fhir.delta.example/r4"


@pytest.mark.parametrize(
    "said",
    [
        Agreed(url="http://fhir.delta.example/r4"),
        Agreed(url="https://user@fhir.delta.example/r4"),
        Agreed(token_url="https://login.delta.example/token?x=1"),
        Agreed(networks=("0.0.0.0/0",)),
        Agreed(networks=("delta",)),
        Agreed(their_keys=json.dumps({"keys": [KEY.as_dict(private=True)]})),
        Agreed(certificate="no PEM"),
    ],
)
def test_what_would_not_be_safe_is_not_written_down(database: Database, said: Agreed) -> None:
    with pytest.raises((NotAgreed, Incomplete)):
        agree(database, "DELT", said)


def test_a_hospital_without_a_link_is_told(database: Database) -> None:
    with pytest.raises(KeyError):
        agree(database, "NONE", Agreed())
