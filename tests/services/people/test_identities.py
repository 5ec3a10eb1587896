"""Whom a hospital's provider names: one person, at that hospital, in that provider's own words, and nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.identity import Identity, IdentityProvider, Registration, UsedLogoutToken
from mdo_portal.domain.people import Membership
from mdo_portal.errors import NotFound
from mdo_portal.exchange import Ended, Vouched
from mdo_portal.services.people import identities, providers
from mdo_portal.services.people.identities import NotAdmitted, ProviderRow
from tests.make import NOW
from tests.people import Region, person_id

ONE = "https://aanmelden.example"
SAID = Registration(
    label="werkaccount", issuer=ONE, client_id="mdo", client_secret="geheim", scopes="openid", required_acr=(), required_amr=(),
    strong_values=(), max_age_seconds=3600, algorithms=("RS256",), extra_hosts=(), reads_userinfo=False, enabled=True,
)  # fmt: skip
VOUCHED = Vouched(ONE, "1234", strong=True, authenticated_at=NOW)
DIRK, BRAM, MILA = person_id("Dirk"), person_id("Bram"), person_id("Mila")
Registered = Callable[..., ProviderRow]


@pytest.fixture
def registered(session: Session, region: Region) -> Registered:
    """A provider of a hospital: the same one for every hospital, as Dezi or SURFconext is."""

    def make(code: str, **over: object) -> ProviderRow:
        row = providers.empty_for(session, region.ada, uuid.uuid4(), region.hospitals[code])
        providers.save(session, row, replace(SAID, **over), viewer=region.ada, now=NOW)  # type: ignore[arg-type]
        return identities.provider(session, row.provider_id, only_enabled=False)

    return make


def link(session: Session, row: ProviderRow, who: uuid.UUID, subject: str = "1234") -> Identity:
    return identities.link(session, who, row.hospital_id, row.said.issuer, subject, now=NOW)


def refused(session: Session, row: ProviderRow, vouched: Vouched, invited: uuid.UUID | None = None) -> str:
    with pytest.raises(NotAdmitted) as why:
        identities.admit(session, row, vouched, invited=invited, now=NOW)
    return why.value.code


def test_under_one_name_two_hospitals_with_one_provider_each_mean_their_own(session: Session, registered: Registered) -> None:
    zeed, delt = registered("ZEED"), registered("DELT")
    link(session, zeed, DIRK)
    link(session, delt, BRAM)

    found = [identities.admit(session, row, VOUCHED, invited=None, now=NOW).person_id for row in (zeed, delt)]

    assert found == [DIRK, BRAM]


def test_of_another_provider_the_same_name_is_nobody(session: Session, registered: Registered) -> None:
    first, second = registered("ZEED"), registered("ZEED", issuer="https://anders.example")
    link(session, first, DIRK)

    assert refused(session, second, replace(VOUCHED, issuer="https://anders.example")) == "unknown_person"
    assert refused(session, first, replace(VOUCHED, subject="12345")) == "unknown_person"
    assert refused(session, first, replace(VOUCHED, issuer="https://anders.example")) == "other_issuer"


@pytest.mark.parametrize(("own", "named", "is_let_in"), [
    ("1234", {"00001234"}, True), ("1234", {"00009999", "00001234"}, True), ("1234", set(), True), ("1234", {"00009999"}, False),
    ("", {"00001234"}, False), ("", set(), True),
])  # fmt: skip
def test_the_employer_that_is_named_is_the_hospital(
    session: Session, registered: Registered, own: str, named: set[str], is_let_in: bool
) -> None:
    row = registered("ZEED")
    row, vouched = replace(row, ura=own), replace(VOUCHED, uras=frozenset(named))
    link(session, row, DIRK)

    if is_let_in:
        assert identities.admit(session, row, vouched, invited=None, now=NOW).person_id == DIRK
    else:
        assert refused(session, row, vouched) == "other_employer"


def test_that_somebody_came_in_is_kept_with_the_tie(session: Session, registered: Registered) -> None:
    tie = link(session, registered("ZEED"), DIRK)
    later = NOW + timedelta(hours=1)

    assert tie.used_at is None
    identities.admit(session, identities.provider(session, _provider(session)), VOUCHED, invited=None, now=later)

    assert tie.used_at == later


def _provider(session: Session) -> uuid.UUID:
    return session.scalars(select(IdentityProvider.id)).one()


def test_an_invitation_makes_the_tie_once(session: Session, registered: Registered) -> None:
    row = registered("ZEED")

    first, second = (identities.admit(session, row, VOUCHED, invited=DIRK, now=NOW) for _ in range(2))

    assert (first.person_id, first.newly_linked, second.newly_linked) == (DIRK, True, False)
    assert refused(session, row, VOUCHED, invited=person_id("Lars")) == "linked_elsewhere"
    assert refused(session, row, replace(VOUCHED, subject="5678"), invited=BRAM) == "not_here"


def test_a_name_that_is_somebodys_is_tied_to_nobody_else_and_to_them_once(session: Session, registered: Registered) -> None:
    row = registered("ZEED")
    made = link(session, row, DIRK)

    assert link(session, row, DIRK) is made
    with pytest.raises(NotAdmitted) as why:
        link(session, row, person_id("Lars"))
    assert (why.value.code, why.value.person_id, made.person_id) == ("linked_elsewhere", person_id("Lars"), DIRK)


def test_who_works_elsewhere_is_tied_to_no_name_here(session: Session, registered: Registered) -> None:
    row = registered("ZEED")

    with pytest.raises(NotAdmitted) as why:
        link(session, row, BRAM)

    assert why.value.code == "not_here"
    assert session.scalars(select(Identity)).all() == []


def test_who_was_something_here_once_is_tied_no_more(session: Session, registered: Registered) -> None:
    row = registered("ZEED")
    session.scalars(select(Membership).where(Membership.person_id == DIRK)).one().ended_at = NOW

    with pytest.raises(NotAdmitted):
        link(session, row, DIRK)


def test_a_provider_that_is_switched_off_stands_nowhere_and_opens_nothing(session: Session, registered: Registered) -> None:
    on, off = registered("ZEED"), registered("DELT", enabled=False)
    link(session, off, BRAM)

    assert [one.provider_id for one in identities.buttons(session)] == [on.provider_id]
    with pytest.raises(NotFound):
        identities.provider(session, off.provider_id)
    assert identities.provider_to_confirm(session, BRAM, off.hospital_id) is None


def test_buttons_stand_by_hospital_and_of_an_invitation_only_those_of_where_one_works(
    session: Session, region: Region, registered: Registered
) -> None:
    rows = {code: registered(code) for code in ("ZEED", "DELT", "KREE")}
    names = [one.hospital_name for one in identities.buttons(session)]

    assert names == sorted(row.hospital_name for row in rows.values()) and len(set(names)) == 3
    assert [one.provider_id for one in identities.buttons(session, [region.hospitals["DELT"]])] == [rows["DELT"].provider_id]
    assert identities.buttons(session, []) == []


def test_one_confirms_with_the_provider_of_where_one_works_now_and_knows_one(session: Session, registered: Registered) -> None:
    zeed, delt = registered("ZEED"), registered("DELT")
    link(session, delt, BRAM)

    found = identities.provider_to_confirm(session, BRAM, delt.hospital_id)

    assert found is not None and found.provider_id == delt.provider_id
    assert identities.provider_to_confirm(session, BRAM, zeed.hospital_id) is None
    assert identities.provider_to_confirm(session, MILA, delt.hospital_id) is None


def test_of_two_providers_one_confirms_with_the_one_that_was_used_last(session: Session, registered: Registered) -> None:
    rows = [registered("ZEED", issuer=f"https://{name}.example", label=name) for name in ("oud", "nieuw", "nooit")]
    for row, hours in zip(rows, (1, 2, None), strict=True):
        link(session, row, DIRK).used_at = NOW + timedelta(hours=hours) if hours else None
    session.flush()

    found = identities.provider_to_confirm(session, DIRK, rows[0].hospital_id)

    assert found is not None and found.label == "nieuw"


def test_a_secret_is_kept_and_none_is_none(session: Session, registered: Registered) -> None:
    assert [registered(code, client_secret=secret).said.client_secret for code, secret in (("ZEED", "geheim"), ("DELT", ""))] == [
        "geheim",
        "",
    ]


def test_a_goodbye_is_good_once_and_forgotten_after_an_hour(session: Session, registered: Registered) -> None:
    row = registered("ZEED")
    goodbye = Ended(ONE, "nobody", "", "j-1")

    assert identities.log_out(session, row, goodbye, now=NOW) == []
    with pytest.raises(NotAdmitted):
        identities.log_out(session, row, goodbye, now=NOW + timedelta(minutes=59))
    identities.log_out(session, row, replace(goodbye, token_id="j-2"), now=NOW + timedelta(minutes=61))

    assert session.scalars(select(UsedLogoutToken.token_id)).all() == ["j-2"]
