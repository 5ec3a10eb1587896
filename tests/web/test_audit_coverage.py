"""Every route that can carry patient data leaves a line (G1), and without the log nothing goes out (G2)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.services.decisions import decisions
from tests import make
from tests.audit_guard import EXCEPTIONS, Guard, carries
from tests.copies import Copies
from tests.people import Region
from tests.web.access_house import READS, House, addresses, house, house_on
from tests.web.portal import CSRF
from tests.web.walk import Walk, together

__all__ = ["house"]
#: routes that nobody of the test region gets a 200 from, and why that is no hole
NOT_TRIED = {
    "home": "only sends on",
    "signing_in.nothing": "for a person without any role",
    "oidc.confirm": "leaves for the provider",
    **dict.fromkeys(("launch.out", "launch.back"), "test_launch.py: by way of an EPD"),
    "identities.one": "test_identities.py",
    "meetings.sheets": "test_case_sheets.py: in this house everything was discussed",
    "receipt_lists.printed": "test_receipt_lists.py: in this house no letter went out on paper",
    **dict.fromkeys(("follow_ups.one", "follow_ups.by_link"), "test_follow_ups.py"),
    # Their objects are not in this house; they are opened in tests of their own, under the same guard (app_on).
    **dict.fromkeys(("destruction.page", "destruction.printed"), "test_retention.py"),
    **dict.fromkeys(
        ("people.page", "people.person", "rights.explain", "rights.export", "rights.review"),
        "test_people_pages.py, test_rights_pages.py",
    ),
    **dict.fromkeys(("providers.new", "providers.page"), "test_oidc_setup.py: no patient in it"),
}
#: what these forms need to show something
FORMS = {
    "log.search": {"number": "4711"},
    "log.patient.overview": {"number": "4711"},
    "log.breach.report": {"since": "2020-01-01T00:00", "until": "2099-01-01T00:00"},
    "log.export": {},
}


def visited(walk: Walk) -> tuple[Guard, set[str]]:
    """Every route that reads, by everybody; which of them somebody got an answer from."""
    house, answered = walk.house, set(walk.answered)
    bram, petra = house.person("Bram"), house.person("Petra")
    for path in READS:
        bram.get(path.format(**house.ids))
    for name, path in addresses(house, "POST", house.ids):
        if name in FORMS:
            answered |= {name} if _posted(petra, path, FORMS[name]) else set()
    _as_before_signing(house)
    bram.get(f"/rounds/{house.ids['round_id']}/sign")
    guard = house.app.extensions["audit_guard"]
    assert isinstance(guard, Guard)
    return guard, answered | guard.carried


def _as_before_signing(house: House) -> None:
    """The page before a signature: of a correction that was begun."""
    with house.database.transaction() as session:
        round_ = session.get_one(Round, house.ids["round_id"])
        decisions.start_correction(session, round_, session.get_one(Case, round_.case_id))


def _posted(client: FlaskClient, path: str, form: dict[str, str]) -> bool:
    return client.post(path, data={"csrf_token": CSRF, **form}).status_code == 200


@together
def test_every_route_that_can_carry_patient_data_leaves_a_line(walk: Walk) -> None:
    house = walk.house
    guard, answered = visited(walk)
    views = house.app.view_functions
    asked = {name for name, _ in addresses(house, "GET", house.ids)} | set(FORMS)
    open_to_all = {name for name in asked if hasattr(views[name], "public")}
    print(f"\nroutes with patient data: {len(guard.carried)}, without a line: {len(guard.unlogged)}")
    print("\n".join(sorted(guard.carried)))

    assert guard.unlogged == []
    assert len(guard.carried) >= 19
    missed = sorted(asked - answered - open_to_all - set(NOT_TRIED))
    assert missed == [], "a route that no test person reaches"
    assert set(EXCEPTIONS) - {"static"} <= set(views)


def test_the_guard_sees_an_answer_without_a_line(house: House) -> None:
    """The guard itself: a page that shows a name and writes nothing is found."""
    leak = "van Voorbeeld"
    house.app.view_functions["health.live"] = lambda: leak
    guard = house.app.extensions["audit_guard"]
    house.app.test_client().get("/health/live")

    assert carries(leak, house.database) and guard.unlogged == ["GET health.live 200"]
    guard.unlogged.clear()


def test_a_number_inside_a_drawn_id_is_nobodys(house: House) -> None:
    assert carries("patiënt 4711", house.database) and carries("/patients/4711/", house.database)
    assert not carries("/cases/5e3f0a11-9c2d-4711-8b8e-0123456789ab", house.database)


@pytest.fixture(scope="module")
def without_log(copies: Copies, region: Region) -> Iterator[House]:
    """One for all: nothing that anybody does there is kept."""
    with copies.one() as database, house_on(database, region) as made:
        with database.transaction() as session:
            session.execute(text("ALTER TABLE audit_entries RENAME TO audit_away"))
        yield made


@pytest.mark.parametrize("path", READS)
def test_without_the_log_no_patient_data_goes_out(without_log: House, path: str) -> None:
    answer = without_log.person("Bram").get(path.format(**without_log.ids))

    assert answer.status_code == 500
    assert not answer.data.startswith(b"%PDF") and not carries(answer.text, without_log.database)


def test_without_the_log_nothing_is_written_either(without_log: House) -> None:
    dirk = without_log.person("Dirk")

    answer = dirk.post(f"/cases/{without_log.ids['case_id']}/withdraw", data={"csrf_token": CSRF, "reason": "x"})

    assert answer.status_code == 500
    with without_log.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM cases WHERE state = 'withdrawn'")) == 0


def test_a_refusal_that_cannot_be_logged_is_still_a_refusal(without_log: House) -> None:
    assert without_log.person("Carla").get(f"/cases/{without_log.ids['case_id']}").status_code == 404


def test_everybody_present_leaves_a_line_for_the_case_that_is_shown(house: House) -> None:
    """Shown in the room = read by each participant: each one's own page or piece writes it."""
    with house.database.transaction() as session:
        before = _room_lines(session)
    for name in ("Aisha", "Bram", "Mila"):
        address = f"/meetings/{house.ids['meeting_id']}/room?round={house.ids['round_id']}"
        assert "van Voorbeeld" in house.person(name).get(address).text

    with house.database.transaction() as session:
        assert _room_lines(session) - before == {"Aisha", "Bram", "Mila"}


def _room_lines(session: make.Session) -> set[str]:
    query = "SELECT person_name FROM audit_entries WHERE act = :act AND object_type = 'room' AND patient_id IS NOT NULL"
    return set(session.scalars(text(query), {"act": Act.CASE_READ.value}))


def test_a_request_has_one_number_for_all_its_lines(house: House) -> None:
    house.person("Bram").get(f"/meetings/{house.ids['meeting_id']}/room?round={house.ids['round_id']}")

    with house.database.transaction() as session:
        newest = session.scalars(text("SELECT trace_id FROM audit_entries ORDER BY seq DESC LIMIT 2")).all()
    assert len(set(newest)) == 1 and uuid.UUID(newest[0])
