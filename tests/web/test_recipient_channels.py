"""The channel to general practitioners: who sets it, what cannot work, and trying it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from mdo_portal import wiring
from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import LinkChange
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.links import recipient_channels
from mdo_portal.settings import Settings
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]

HOOK = {"channel": "hook", "url": "https://post.example/mdo", "secret": "zeer-stil-woord", "phone": "088-1"}


def test_a_link_manager_sets_the_channel_and_the_secret_is_kept_sealed(house: House) -> None:
    lars, home = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/gp"

    assert lars.post(home, data={"csrf_token": CSRF, **HOOK}).status_code == 303

    page = lars.get(home).text
    with house.database.transaction() as session:
        channel, address = recipient_channels.address_of(session, house.region.hospitals["ZEED"], Audience.GP)
        told = session.scalars(select(LinkChange.after).order_by(LinkChange.at.desc())).first()
        sealed = session.scalars(select(RecipientChannel.secret_sealed)).one()
    assert (channel, address.url, address.hook_secret) == (Channel.HOOK, "https://post.example/mdo", "zeer-stil-woord")
    assert "zeer-stil-woord" not in page and "zeer-stil-woord" not in (told or "") and b"zeer-stil-woord" not in sealed

    lars.post(home, data={"csrf_token": CSRF, "channel": ""})
    with house.database.transaction() as session:
        assert session.scalars(select(RecipientChannel)).all() == []


#: what is filled in -> the field that is wrong
WRONG = {
    "a question mark": ({"channel": "hook", "url": "https://post.example?to=all"}, "url"),
    "no address": ({"channel": "fhir", "url": ""}, "url"),
    "no profile": ({"channel": "fhir", "url": "https://post.example"}, "profile_out"),
    "two addresses": ({"channel": "notice", "mail_to": "a@b.nl, c@d.nl"}, "mail_to"),
    "a header in the address": ({"channel": "notice", "mail_to": "a@b.nl\nBcc: c@d.nl"}, "mail_to"),
    "no port": ({"channel": "mllp", "host": "gp.example", "profile_out": "generic-v2"}, "port"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_channel_that_cannot_work_is_not_saved(house: House, name: str) -> None:
    form, field = WRONG[name]
    answer = house.person("Lars").post(f"/links/{house.region.hospitals['ZEED']}/gp", data={"csrf_token": CSRF, **form})

    assert answer.status_code == 422 and f'id="f-{field}-error"' in answer.text
    with house.database.transaction() as session:
        assert session.scalars(select(RecipientChannel)).all() == []


def test_a_folder_on_the_server_is_the_administrators(house: House) -> None:
    home, form = f"/links/{house.region.hospitals['ZEED']}/gp", {"channel": "folder", "folder": "/srv/mdo/huisartsen"}

    assert house.person("Lars").post(home, data={"csrf_token": CSRF, **form}).status_code == 403
    assert house.person("Ada").post(home, data={"csrf_token": CSRF, **form}).status_code == 303
    assert house.person("Lars").post(home, data={"csrf_token": CSRF, "channel": "paper"}).status_code == 403
    assert house.person("Lars").get(f"/links/{house.region.hospitals['DELT']}/gp").status_code == 404
    page = house.person("Lars").get(home).text
    assert "map op de server" in page and 'name="channel"' not in page and "/srv/mdo" not in page


def test_trying_sends_an_invented_letter_and_says_what_was_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[OutgoingDecision] = []

    class Post:
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            came.append(decision)
            return Receipt(ReceiptKind.REFUSED, "AE", text="no")

    settings: list[Settings] = []

    def outward(secret: bytes, given: Settings) -> wiring.Outward:
        settings.append(given)
        made = real(secret, given)
        return replace(made, senders={Channel.HOOK: Post()})

    real = wiring.outward
    monkeypatch.setattr(wiring, "outward", outward)
    lars, home = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/gp"
    assert lars.post(f"{home}/try", data={"csrf_token": CSRF}).status_code == 303 and came == [], "nothing to try yet"
    lars.post(home, data={"csrf_token": CSRF, **HOOK})

    answer = lars.post(f"{home}/try", data={"csrf_token": CSRF}, follow_redirects=True)

    assert "De proefbrief is niet bevestigd. De ontvanger weigert de brief." in answer.text
    assert came[0].letter_pdf.startswith(b"%PDF") and came[0].patient.bsn == "" and "proefbrief" in came[0].sections[0][1]
    assert settings[-1] == house.app.extensions["mdo_settings"], "a mail goes by this server's mail settings"
