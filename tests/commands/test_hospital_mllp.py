"""Writing down where a hospital's receiver of letters stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from mdo_portal.commands.agreements import NotAgreed
from mdo_portal.commands.hospital_mllp import Receiver, agree
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.services.links import hospitals
from tests.integrations.out.certificates import Authority
from tests.people import Region


def test_what_is_agreed_is_where_letters_go_and_as_whom(database: Database, region: Region, tmp_path: Path) -> None:
    authority = Authority()
    ours = authority.write(tmp_path, "mdo.example").read_text()
    told = agree(
        database,
        "ZEED",
        Receiver("epd.zeeduyn.example", 2575, tls=True, certificate=ours, trust=authority.pem, profile_out="hix"),
    )

    with database.transaction() as session:
        channel, address = hospitals.address_of(session, region.hospitals["ZEED"])
    assert (channel, address.host, address.port, address.tls) == (Channel.MLLP, "epd.zeeduyn.example", 2575, True)
    assert (address.certificate, address.trust, address.profile) == (ours, authority.pem, "hix")
    assert "BEGIN" not in str(told) and told["tls"] is True


@pytest.mark.parametrize(
    "said",
    [Receiver(networks=("0.0.0.0/0",)), Receiver(networks=("x",)), Receiver(certificate="no PEM"), Receiver(trust="no PEM")],
)
def test_what_would_not_be_safe_is_not_written_down(database: Database, said: Receiver) -> None:
    with pytest.raises(NotAgreed):
        agree(database, "ZEED", said)


def test_without_tls_the_network_must_be_known(database: Database, region: Region) -> None:
    agree(database, "DELT", Receiver("10.20.0.7", 2575, networks=("10.20.0.0/16",)))
    with pytest.raises(NotAgreed):
        agree(database, "DELT", Receiver(networks=()))


def test_acknowledgements_come_later_only_where_somebody_receives_them(database: Database) -> None:
    assert agree(database, "ZEED", Receiver("epd.zeeduyn.example", 2575, tls=True, application_ack=True))["application_ack"]
    assert not agree(database, "ZEED", Receiver(application_ack=False))["application_ack"]
    with database.transaction() as session:
        session.execute(update(Link).values(channel_out=Channel.PAPER))
    with pytest.raises(NotAgreed):
        agree(database, "ZEED", Receiver(application_ack=True))


def test_a_hospital_without_a_link_is_told(database: Database) -> None:
    with pytest.raises(KeyError):
        agree(database, "NONE", Receiver())
