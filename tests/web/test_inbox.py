"""The inbox on the screen: what waits for an answer is told apart, each button can do something, and the choice of rows stays."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.people import Membership, Role
from mdo_portal.services.inbox import inbox_rows, intake
from tests import make
from tests.reception_house import hand_in, understand_all
from tests.web.identity_house import House, house
from tests.web.portal import CSRF

__all__ = ["house"]

NOBODY = "kan zeggen wie de patiënt is"


def kept(house: House, reason: str, code: str = "ZEED", **over: Any) -> None:
    with house.database.transaction() as session:
        link = house.region.links[code] if code else None
        intake.keep(session, [make.arrival(link, reason=reason, at=datetime.now(UTC), **over)])


def deserted(house: House, *, but: Role | None = None) -> None:
    """Nobody at ZEED has a role any more but this one, and who looks after the network."""
    stay = {Role.ADMINISTRATOR, but} - {None}
    with house.database.transaction() as session:
        here = Membership.hospital_id == house.region.hospitals["ZEED"], Membership.role.not_in(stay)
        session.execute(update(Membership).where(*here).values(ended_at=datetime.now(UTC)))


def table(page: str) -> str:
    found = re.search(r'<table[^>]*id="inbox-list".*?</table>', page, re.DOTALL)
    return found[0] if found else ""


def filters(page: str) -> dict[str, str]:
    """The word of each state -> its count."""
    return {word.strip(): count for word, count in re.findall(r'>([\w ]+) <span class="count">(\d+)</span></a>', page)}


def test_what_waits_for_an_answer_has_its_own_filter_and_is_not_unreadable(house: House) -> None:
    kept(house, "no_patient")
    client = house.person(Role.LINK_MANAGER)

    counted = filters(client.get("/inbox").text)

    assert (counted["Wacht op antwoord"], counted["Onleesbaar"]) == ("1", "1")
    assert table(client.get("/inbox?state=waiting").text).count("<tr tabindex") == 1
    assert "Wacht op antwoord" not in table(client.get("/inbox?state=unreadable").text)


def test_a_question_is_no_last_error_of_the_link(house: House) -> None:
    page = house.person(Role.LINK_MANAGER).get(f"/links/{house.region.hospitals['ZEED']}").text

    assert "Laatste fout" not in page
    assert re.search(r"Wacht op antwoord</a></th><td[^>]*>1<", page)


@pytest.mark.parametrize("path", ["/inbox", "/inbox?state=waiting", "/links"])
def test_nobody_gets_a_way_to_a_page_that_they_may_not_open(house: House, path: str) -> None:
    ada = house.person(Role.ADMINISTRATOR, "KREE")

    assert 'href="/identities"' not in ada.get(path).text
    assert ada.get("/identities").status_code == 403


def test_who_may_not_answer_reads_who_must(house: House) -> None:
    rows = table(house.person(Role.ADMINISTRATOR, "KREE").get("/inbox?state=waiting").text)

    assert re.search(r"Alleen iemand van [\w ]+ kan antwoorden", rows)
    assert "Alleen iemand van" not in table(house.person(Role.LINK_MANAGER).get("/inbox?state=waiting").text)


@pytest.mark.parametrize("path", ["/inbox", "/inbox/rows", "/links", "/links/ZEED"])
def test_a_hospital_where_nobody_can_answer_is_named(house: House, path: str) -> None:
    path = path.replace("ZEED", str(house.region.hospitals["ZEED"]))
    ada = house.person(Role.ADMINISTRATOR, "KREE")
    assert NOBODY not in ada.get(path).text

    deserted(house)

    assert NOBODY in ada.get(path).text


@pytest.mark.parametrize(("role", "can"), [(Role.LINK_MANAGER, True), (Role.CASE_MANAGER, True), (Role.PRIVACY_OFFICER, False)])
def test_somebody_is_who_may_decide_by_their_role(house: House, role: Role, can: bool) -> None:
    house.person(role)
    deserted(house, but=role)

    assert (NOBODY not in house.person(Role.ADMINISTRATOR, "KREE").get("/inbox").text) is can


@pytest.mark.parametrize(
    ("reason", "offered"), [("no_patient", True), ("unknown_kind", True), ("no_control_id", False), ("no_header", False)]
)
def test_reading_again_is_offered_where_it_can_have_another_end(house: House, reason: str, offered: bool) -> None:
    kept(house, reason)
    client = house.person(Role.LINK_MANAGER)

    page = client.get("/inbox?state=unreadable").text
    answer = client.post("/inbox/replay", data={"csrf_token": CSRF, "reason": reason}, follow_redirects=True).text

    assert ("/replay" in page) is offered
    assert ("1 bericht wordt opnieuw gelezen" in answer) is offered


@pytest.mark.parametrize("what", ["replay", "ignore"])
def test_the_choice_of_rows_stays_after_a_button(house: House, what: str) -> None:
    kept(house, "no_patient")
    client, here = house.person(Role.LINK_MANAGER), str(house.region.hospitals["ZEED"])
    page = client.get(f"/inbox?state=unreadable&reason=no_patient&hospital={here}").text
    form = re.search(rf'<form[^>]*action="(/inbox/[^"]*/{what})".*?</form>', page, re.DOTALL)
    assert form is not None
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    answer = client.post(form[1], data=sent | {"csrf_token": CSRF})

    assert answer.headers["Location"] == f"/inbox?state=unreadable&reason=no_patient&hospital={here}"


# What it became


def told(kind: str, *lines: str) -> bytes:
    head = f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||{kind}|M{make.number()}|P|2.5|||||NLD|UNICODE UTF-8"
    return "".join(f"{line}\r" for line in (head, *lines)).encode()


PID = "PID|1||501^^^ZEED^PI||Verwezen^A^B^^^^L||19600101|F"
OBX = "OBX|1|NM|PSA^PSA^L||{}|ug/L|||||F|||202603021015"


def understood(house: House, *raws: bytes) -> None:
    """Handed in one after the other."""
    for raw in raws:
        hand_in(house.database, house.region, raw, now=datetime.now(UTC))
        understand_all(house.database, now=datetime.now(UTC))


def became(page: str) -> list[str]:
    """What the rows say a message became, the newest first; without the two of the question that stood there before."""
    said = re.findall(r'<td class="reason">(.*?)</td>', table(page), re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in said][:-2]


def referred(**over: Any) -> bytes:
    return make.hl7_referral(**({"patient": "501", "referral_number": "VW-501", "family": "Verwezen"} | over))


def close(house: House) -> None:
    with house.database.transaction() as session:
        of_patient = Case.referral_number == "VW-501"
        session.execute(update(Case).where(of_patient).values(state=CaseState.CLOSED, is_open=False))


def test_a_row_says_what_its_message_became(house: House) -> None:
    result = ("OBR|1|P1|F1|CHEM^Klinische chemie^L", OBX.format("12.4"))
    understood(
        house,
        referred(),
        referred(question="Toch bestralen?"),
        told("ORU^R01", PID, *result),
        told("SIU^S12", "SCH|1|77|||||||||^^^20260401090000", PID),
        make.hl7_referral(patient="502").replace(b"Uro-prostaat", b"iets vaags"),
    )
    close(house)
    understood(house, told("ORU^R01", PID, result[0], OBX.format("1.24")), referred(question="En nu?"))

    assert became(house.person(Role.LINK_MANAGER).get("/inbox").text) == [
        "Aanvulling of nieuwe vraag na de bespreking · MDO Uro-prostaat",
        "Uitslag of document na de bespreking · MDO Uro-prostaat",
        "Nieuwe aanmelding · nog geen MDO gekozen",
        "Afspraak · MDO Uro-prostaat",
        "Uitslag of document bij een lopende casus · MDO Uro-prostaat",
        "Aanvulling op een lopende casus · MDO Uro-prostaat",
        "Nieuwe aanmelding · MDO Uro-prostaat",
    ]


@pytest.mark.parametrize(("role", "code"), [(Role.LINK_MANAGER, "ZEED"), (Role.ADMINISTRATOR, "KREE")])
def test_whoever_may_not_see_the_case_reads_no_name_and_gets_no_way_to_it(house: House, role: Role, code: str) -> None:
    understood(house, referred())

    page = house.person(role, code).get("/inbox").text

    assert became(page) == ["Nieuwe aanmelding · MDO Uro-prostaat"]
    assert "Verwezen" not in page and "/cases/" not in page


def specialist_too(house: House) -> FlaskClient:
    """A link manager who also treats patients of the own hospital."""
    client = house.person(Role.LINK_MANAGER)
    with house.database.transaction() as session:
        both = session.scalars(select(Membership).order_by(Membership.given_at.desc().nulls_last(), Membership.id.desc())).first()
        assert both is not None
        session.add(Membership(person_id=both.person_id, hospital_id=both.hospital_id, role=Role.SPECIALIST))
    return client


def counted(house: House) -> int:
    """How many patients the newest line about the inbox says were named."""
    with house.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.act == "inbox:read").order_by(AuditEntry.seq.desc())).first()
        assert line is not None
        return line.hits


def test_whoever_may_see_the_case_reads_whom_it_is_about_and_that_is_in_the_log(house: House) -> None:
    understood(house, referred())
    client = specialist_too(house)

    page = client.get("/inbox").text

    assert re.search(r'href="/cases/[0-9a-f-]{36}">A\.B\. Verwezen \(1960\)</a>', table(page))
    assert counted(house) == 2  # the referral, and the one that asks who somebody is


def test_the_log_counts_no_name_that_stands_on_the_next_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    understood(house, referred())
    understood(house, referred(question="En nu?"))
    client = specialist_too(house)
    monkeypatch.setattr(inbox_rows, "MOST_ROWS", 1)

    page = client.get("/inbox?state=understood").text

    assert table(page).count("Verwezen") == 1 and "before=" in page
    assert counted(house) == 1


def test_of_one_hospital_the_page_of_its_link_is_one_step_back(house: House) -> None:
    """One came here by its sixth tab, and stood on the overview of all hospitals."""
    zeed = house.region.hospitals["ZEED"]
    way = f'href="/links/{zeed}"'

    lars, ada = house.person(Role.LINK_MANAGER), house.person(Role.ADMINISTRATOR, "KREE")

    assert way in lars.get(f"/inbox?hospital={zeed}").text and way in ada.get(f"/inbox?hospital={zeed}&state=unreadable").text
    assert way not in ada.get("/inbox").text
    assert f"/links/{house.region.hospitals['KREE']}" not in lars.get(f"/inbox?hospital={house.region.hospitals['KREE']}").text


def test_the_buttons_of_a_row_have_a_key_and_the_page_says_which(house: House) -> None:
    kept(house, "undecodable")

    page = house.person(Role.LINK_MANAGER).get("/inbox").text

    for key, words in {"o": "naar Opnieuw lezen", "t": "naar Terzijde leggen"}.items():
        assert f'data-row-key="{key}"' in table(page) and words in page


def test_of_one_hospital_only_its_own_messages_raise_the_alarm(house: House) -> None:
    """Above an empty list stood that a message lay unread for days: of another hospital."""
    zeed, kree = house.region.hospitals["ZEED"], house.region.hospitals["KREE"]
    with house.database.transaction() as session:
        old = datetime.now(UTC) - timedelta(days=2)
        intake.keep(session, [make.arrival(house.region.links["KREE"], reason="undecodable", at=old)])
    late, ada = "ligt er langer dan een dag", house.person(Role.ADMINISTRATOR, "KREE")

    assert late in ada.get("/inbox").text and late in ada.get(f"/inbox?hospital={kree}").text
    assert late not in ada.get(f"/inbox?hospital={zeed}").text
