"""Who may call as a hospital: one certificate is one hospital's, an acceptance has an end, and the history says who did what."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.certificate import FIELD, Certificate
from mdo_portal.domain.link import Link
from mdo_portal.errors import Incomplete
from mdo_portal.exchange import Caller
from mdo_portal.services.common import terms
from mdo_portal.services.links import line_acceptance, line_binding, lines, link_history
from mdo_portal.services.links.lines import Safety
from tests.make import NOW
from tests.people import Region

ZEED = Certificate("a" * 64, ("epd.zeeduyn.test", "hl7.zeeduyn.test"), "CN=epd.zeeduyn.test", NOW + timedelta(days=90))


@pytest.fixture
def own(region: Region) -> uuid.UUID:
    return region.links["ZEED"].link_id


def bind(session: Session, link_id: uuid.UUID, region: Region, *, one: Certificate = ZEED, by_name: bool = False) -> str:
    return line_binding.bind_certificate(session, link_id, one, by_name=by_name, by=region.lars.name, now=NOW, viewer=region.lars)


def refused(session: Session, link_id: uuid.UUID, region: Region, *, one: Certificate = ZEED, by_name: bool = False) -> str:
    with pytest.raises(Incomplete) as told:
        bind(session, link_id, region, one=one, by_name=by_name)
    return told.value.fields[FIELD]


def changes(session: Session, region: Region) -> list[tuple[str, str, str, str]]:
    rows = link_history.history(session, region.hospitals["ZEED"])
    return [(one.what.value, one.by_name, one.before, one.after) for one in reversed(rows)]


def test_who_bound_and_who_withdrew_a_certificate_stays_in_the_history(session: Session, region: Region, own: uuid.UUID) -> None:
    assert bind(session, own, region) == "a" * 64
    assert bind(session, own, region, by_name=True) == "epd.zeeduyn.test"
    assert line_binding.withdraw(session, own, "AA:" * 31 + "AA", now=NOW, viewer=region.lars)

    certificate, name = (
        f"certificate: {'a' * 16}… CN=epd.zeeduyn.test\nbound_by: Lars",
        "certificate_name: epd.zeeduyn.test\nbound_by: Lars",
    )
    assert changes(session, region) == [
        ("bound", "Lars", "", certificate),
        ("bound", "Lars", "", name),
        ("unbound", "Lars", certificate, ""),
    ]
    assert [one.spoken for one in lines.line_of(session, own, now=NOW).certificates] == ["epd.zeeduyn.test"]


def test_a_certificate_that_proves_another_hospital_is_not_bound_twice(session: Session, region: Region, own: uuid.UUID) -> None:
    other = region.links["KREE"].link_id
    bind(session, other, region)
    assert refused(session, own, region) == line_binding.ELSEWHERE
    assert bind(session, own, region, one=replace(ZEED, fingerprint="b" * 64)) == "b" * 64

    line_binding.withdraw(session, other, "a" * 64, now=NOW)
    assert bind(session, own, region) == "a" * 64


def test_one_system_of_two_hospitals_is_bound_to_both_by_who_runs_the_network(
    session: Session, region: Region, own: uuid.UUID
) -> None:
    other = region.links["KREE"].link_id
    bind(session, other, region)

    line_binding.bind_certificate(session, own, ZEED, by_name=False, by="A", now=NOW, viewer=None, is_shared=True)

    bound = [[one.spoken for one in lines.line_of(session, link, now=NOW).certificates] for link in (own, other)]
    assert bound[0] == bound[1] != []


@pytest.mark.parametrize("by_name", [False, True])
def test_a_certificate_whose_name_another_hospital_calls_with_is_not_bound(
    session: Session, region: Region, own: uuid.UUID, by_name: bool
) -> None:
    """Every certificate with that name is the other's: this one would prove both."""
    bind(session, region.links["KREE"].link_id, region, one=replace(ZEED, names=("hl7.zeeduyn.test",)), by_name=True)

    assert refused(session, own, region, one=replace(ZEED, fingerprint="b" * 64), by_name=by_name) == line_binding.ELSEWHERE


def test_a_certificate_that_ended_is_not_bound(session: Session, region: Region, own: uuid.UUID) -> None:
    assert refused(session, own, region, one=replace(ZEED, expires_at=NOW)) == line_binding.ENDED
    assert refused(session, own, region, one=replace(ZEED, names=()), by_name=True) == line_binding.NO_NAME
    assert changes(session, region) == []


@pytest.mark.parametrize(
    ("days", "good"), [(0, True), (365, True), (367, False), ((date.max - NOW.date()).days, False), (-1, False)]
)
def test_a_line_without_tls_is_accepted_for_a_year_at_most(
    session: Session, region: Region, own: uuid.UUID, days: int, good: bool
) -> None:
    until = terms.end_of(NOW.date() + timedelta(days=days))
    try:
        line_acceptance.accept_plain(session, own, by="J. de Wit, CISO", why="geen TLS", until=until, now=NOW)
    except Incomplete as told:
        assert not good and list(told.fields) == ["until"]
    else:
        assert good


def test_an_acceptance_holds_to_the_end_of_its_last_dutch_day(session: Session, region: Region, own: uuid.UUID) -> None:
    last = date(2026, 3, 29)  # the clocks go forward
    line_acceptance.accept_plain(session, own, by="J. de Wit, CISO", why="geen TLS", until=terms.end_of(last), now=NOW)

    row = lines.line_of(session, own, now=NOW)
    assert row.plain_last_day == last
    assert row.plain_accepted_until is not None and row.plain_accepted_until.isoformat() == "2026-03-29T22:00:00+00:00"


def test_an_acceptance_is_withdrawn_once_and_both_stay_in_the_history(session: Session, region: Region, own: uuid.UUID) -> None:
    until = terms.end_of(NOW.date() + timedelta(days=9))
    line_acceptance.accept_plain(session, own, by="J. de Wit, CISO", why="geen\nTLS", until=until, now=NOW, viewer=region.lars)
    assert lines.line_of(session, own, now=NOW).safety is Safety.UNSECURED

    assert line_acceptance.withdraw_plain(session, own, now=NOW, viewer=region.lars)
    assert not line_acceptance.withdraw_plain(session, own, now=NOW, viewer=region.lars)

    said = "accepted_by: J. de Wit, CISO\naccepted_why: geen TLS\naccepted_until: 11-03-2026"
    assert changes(session, region) == [("plain", "Lars", "", said), ("no_plain", "Lars", said, "")]
    assert lines.line_of(session, own, now=NOW).safety is Safety.LOCAL


def test_where_two_hospitals_sign_alike_one_that_called_is_not_bound_but_by_its_own_file(
    session: Session, region: Region, own: uuid.UUID
) -> None:
    """Only the certificate says whose a message is there: the other's renewed one, bound by mistake, would give away its patients."""
    bind(session, own, region)
    other = region.links["KREE"].link_id
    bind(session, other, region, one=replace(ZEED, fingerprint="b" * 64, names=("epd.kreek.test",)))
    lines.saw(session, {"a": Caller("", False, ZEED.fingerprint, ZEED.names)}, now=NOW)
    session.get_one(Link, other).sending_applications = list(region.links["ZEED"].sending_applications)
    session.get_one(Link, other).sending_facilities = session.get_one(Link, own).sending_facilities
    session.flush()
    renewed = replace(ZEED, fingerprint="c" * 64, names=("epd2.kreek.test",))
    lines.saw(session, {"c": Caller("", False, renewed.fingerprint, renewed.names)}, now=NOW)

    with pytest.raises(Incomplete) as told:
        line_binding.bind_called(session, own, renewed.fingerprint, by="Lars", now=NOW, viewer=region.lars)

    assert told.value.fields[FIELD] == line_binding.ALIKE
    assert bind(session, other, region, one=renewed) == renewed.fingerprint
