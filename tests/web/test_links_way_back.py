"""A link manager tries the way back before a real advice depends on it, against real receivers: HL7 v2 and FHIR."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, update

from integrations.hl7v2.text.er7 import Message
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.web.links_way_back import BY_HAND, NO_SERVER
from tests.faults.receivers import ANSWERS, Receiver
from tests.integrations.fhir.make import Told, server
from tests.integrations.fhir.pull_house import hospital as fhir_hospital
from tests.people import Region
from tests.web.portal import app_on
from tests.web.test_links_line import Portal

ON_THIS_MACHINE = ["127.0.0.0/8"]


class Trying(Portal):
    def set(self, **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Link).where(Link.id == self.region.links["ZEED"].link_id).values(**values))

    def try_it(self, what: str, name: str = "Lars") -> str:
        """What the page says afterwards."""
        who = self.person(name)
        assert self.post(who, f"/way-back/{what}").status_code == 303
        return who.get(self.link()).text


@pytest.fixture
def portal(database: Database, region: Region) -> Iterator[Trying]:
    with app_on(database) as app:
        yield Trying(app, database, region)


@pytest.fixture
def receiver(portal: Trying) -> Iterator[Receiver]:
    made = Receiver()
    portal.set(
        channel_out=Channel.MLLP, profile_out="hix", host_out="127.0.0.1", port_out=made.port, tls_out=False, inside_networks=ON_THIS_MACHINE
    )  # fmt: skip
    yield made
    made.close()


def test_a_letter_about_nobody_goes_over_the_hospitals_own_line_and_says_that_it_is_a_test(
    portal: Trying, receiver: Receiver
) -> None:
    assert "De proefbrief is aangenomen (AA)." in portal.try_it("letter")

    (raw,) = receiver.raws
    sent = Message.parse(raw)
    assert (sent.get("MSH-11"), sent.get("PID-5-1-1"), sent.get("PID-3-1")) == ("T", "Proefbrief", "PROEF")
    assert portal.logged() == ["Lars: tried a letter"]
    with portal.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0  # nobody's letter, so it stands on no list


def test_an_epd_that_does_not_know_the_patient_proves_the_way_all_the_same(portal: Trying, receiver: Receiver) -> None:
    receiver.answer = ANSWERS["AE"][0]
    assert "De weg werkt:" in portal.try_it("letter")


def test_a_receiver_that_takes_no_tests_at_all_is_told_from_one_that_is_not_there(portal: Trying, receiver: Receiver) -> None:
    receiver.answer = ANSWERS["AR"][0]
    said = portal.try_it("letter")
    assert "MSH-11 = T" in said and "De weg werkt:" not in said


def test_a_receiver_that_is_not_there_is_said_so(portal: Trying, receiver: Receiver) -> None:
    receiver.close()
    said = portal.try_it("letter")
    assert "De proefbrief is niet bevestigd." in said and "De weg werkt:" not in said
    assert "of het adres klopt dat hier is vastgelegd" in said


def test_in_fhir_every_resource_of_a_letter_that_is_tried_says_so(portal: Trying) -> None:
    told = Told()
    with server(told) as url:
        portal.set(channel_out=Channel.FHIR, profile_out="generic-r4", url_out=url, inside_networks=ON_THIS_MACHINE)
        portal.try_it("letter")
    bundle = json.loads(told.asked[0][3])
    assert {entry["resource"]["meta"]["tag"][0]["code"] for entry in bundle["entry"]} == {"HTEST"}


def test_on_paper_there_is_nothing_to_try(portal: Trying) -> None:
    portal.set(channel_out=Channel.PAPER)
    assert BY_HAND in portal.try_it("letter") and "Proefbrief sturen…" not in portal.person().get(portal.link()).text


def test_copies_for_general_practitioners_that_go_on_paper_are_not_tried_either(portal: Trying) -> None:
    lars = portal.person()
    portal.post(lars, "/gp/try")
    assert BY_HAND in lars.get(portal.link() + "/gp").text


@pytest.mark.parametrize(
    ("there", "profile", "sentence"),
    [
        (
            {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"},
            "generic-r4",
            "De FHIR-server antwoordt, en gaf ons een token.",
        ),
        (
            {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"},
            "generic-r4",
            "spreekt versie 3.0.2 en deze koppeling R4",
        ),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"}, "generic-stu3", "en gaf ons een token"),
        ({"hello": "world"}, "generic-r4", "staat iets anders dan FHIR"),
        ((200, {}, b"<html>"), "generic-r4", "staat iets anders dan FHIR"),
        ((404, {}, b"{}"), "generic-r4", "komt geen antwoord van een FHIR-server"),
        ((401, {}, b"{}"), "generic-r4", "gaf geen toegang (token)"),
        ((503, {}, b"{}"), "generic-r4", "niet bereikbaar"),
    ],
)
def test_asking_the_server_who_it_is_says_what_is_wrong_and_asks_for_nobodys_data(
    portal: Trying, there: object, profile: str, sentence: str
) -> None:
    with fhir_hospital({"metadata": there}) as there_is:
        portal.set(
            profile_in=profile, url_out=f"{there_is.url}/fhir", token_url_out=f"{there_is.url}/token", client_id_out="mdo", inside_networks=ON_THIS_MACHINE
        )  # fmt: skip
        assert sentence in portal.try_it("server")
        assert {path for _, path, _ in there_is.asked} == {"/token", "metadata"} and there_is.asked[-1][2].startswith("Bearer t")
    assert portal.logged() == ["Lars: tried the FHIR server"]


def test_an_address_inside_a_network_that_nobody_registered_is_not_asked(portal: Trying) -> None:
    with fhir_hospital({"metadata": {"resourceType": "CapabilityStatement"}}) as there_is:
        portal.set(profile_in="generic-r4", url_out=f"{there_is.url}/fhir", inside_networks=[])
        assert "gaat het portaal niet" in portal.try_it("server") and not there_is.asked


def test_without_an_address_nothing_is_asked(portal: Trying) -> None:
    portal.set(profile_in="generic-r4", url_out="")
    assert NO_SERVER in portal.try_it("server")


def test_nobody_tries_the_way_to_another_hospital(portal: Trying) -> None:
    lars = portal.person()
    assert {portal.post(lars, f"/way-back/{what}", "DELT").status_code for what in ("letter", "server")} == {404}
