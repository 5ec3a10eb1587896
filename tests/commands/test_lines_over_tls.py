"""Certificates of several hospitals on a real TLS line: whatever a message says of itself, its line proves whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mdo_portal.database import Database
from mdo_portal.services.links import line_binding
from tests.client_certificates import SERVER, Made, made
from tests.commands.tls_line import BETWEEN, ELSEWHERE, KREE, NAME, REGION, ZEED, Line, listening, renewed, revoking, says
from tests.people import Region


@pytest.fixture
def line(database: Database, region: Region, tmp_path: Path) -> Iterator[Line]:
    with database.transaction() as session:
        now = datetime.now(UTC)
        line_binding.bind(session, region.links["ZEED"].link_id, now=now, by="Test", fingerprint=ZEED.fingerprint)
        line_binding.bind(session, region.links["KREE"].link_id, now=now, by="Test", name=NAME)
    with listening(database, tmp_path, REGION.pem) as made_:
        yield made_


SAID: dict[str, tuple[bytes, str, str]] = {
    "own": (says(), "AA", "ZEED"),
    "another's": (says("KREE-EPD", m4="KREE"), "AR", ""),
    "another's application": (says("KREE-EPD"), "AR", ""),
    "another's facility, which that link does not ask for": (says(m4="KREE"), "AA", "ZEED"),
    "no name at all": (says("", m4=""), "AR", "ZEED"),
    "no application": (says(""), "AR", "ZEED"),
    "no facility": (says(m4=""), "AA", "ZEED"),
    "another's, own in MSH-22": (says("KREE-EPD", m4="KREE", m22="ZEED"), "AR", ""),
    "own, another's in MSH-22": (says(m22="KREE^^^^^KREE"), "AA", "ZEED"),
    "another's with spaces": (says("KREE-EPD ", m4=" KREE"), "AR", "ZEED"),
    "another's in small letters": (says("kree-epd", m4="kree"), "AR", "ZEED"),
    "another's in parts": (says("KREE-EPD^1.2.3^ISO"), "AR", ""),
    "another's, escaped": (says("\\X4B\\REE-EPD"), "AR", ""),
    "another's, in enhanced mode": (says("KREE-EPD", m15="AL", m16="AL"), "CR", ""),
    "own, in enhanced mode": (says(m15="AL", m16="NE"), "CA", "ZEED"),
}
"""What a message says of itself, over the line of ZEED: its acknowledgement, and whose it is then."""


def test_whatever_a_message_says_of_itself_it_is_of_the_hospital_of_its_line_or_nobodys(line: Line) -> None:
    answers = {what: line.say(ZEED, message) for what, (message, _, _) in SAID.items()}

    assert answers == {what: [code] for what, (_, code, _) in SAID.items()}
    assert dict(zip(SAID, (hospital for hospital, _ in line.kept()), strict=True)) == {what: one[2] for what, one in SAID.items()}


@pytest.mark.parametrize("head", ["ZEED", "KREE"])
def test_in_a_batch_each_message_is_judged_by_itself_whoever_its_header_names(line: Line, head: str) -> None:
    header = f"FHS|^~\\&|{head}-EPD|{head}|MDO|NET|20260302||||F1\rBHS|^~\\&|{head}-EPD|{head}|MDO|NET|20260302||||B1\r"

    answers = line.say(ZEED, header.encode() + says() + says("KREE-EPD", m4="KREE") + says("") + b"BTS|3\rFTS|1\r")

    assert answers == ["AA AR AR"]
    assert line.kept() == [("ZEED", ""), ("", "wrong_certificate"), ("ZEED", "other_name")]


IN, UNKNOWN, OUT = ["AA"], ["AR"], list[str]()
SHOWN: dict[str, tuple[Made | None, tuple[Made, ...], list[str]]] = {
    "bound by its name": (KREE, (), IN),
    "none": (None, (), OUT),
    "renewed with the same key": (renewed(KREE), (), IN),
    "not valid yet": (renewed(KREE, since=timedelta(days=1)), (), OUT),
    "ended": (made(NAME, by=REGION, ends=-timedelta(days=1)), (), OUT),
    "of a server": (made(NAME, by=REGION, uses=(SERVER,)), (), OUT),
    "by who signs for the authority": (made(NAME, by=BETWEEN), (BETWEEN,), IN),
    "by them, who are not shown": (made(NAME, by=BETWEEN), (), OUT),
    "of another authority, shown": (made(NAME, by=ELSEWHERE), (ELSEWHERE,), OUT),
    "signed by itself": (made(NAME), (), OUT),
    "signed by a hospital": (made(NAME, by=ZEED), (ZEED,), OUT),
    "in capitals": (made(NAME.upper(), by=REGION), (), IN),
    "a longer name": (made(f"{NAME}.zeeduyn.test", by=REGION), (), UNKNOWN),
    "for every name": (made("*.kreek.test", by=REGION), (), UNKNOWN),
    "with a NUL": (made(f"{NAME}\0.zeeduyn.test", by=REGION), (), UNKNOWN),
    "a letter that looks alike": (made("\u0435" + NAME[1:], by=REGION), (), UNKNOWN),
}
"""A certificate that calls for KREE, whose link is bound by a name; who is shown with it; and what its message is answered with."""


def test_a_certificate_opens_the_line_of_its_own_hospital_and_nothing_else(line: Line) -> None:
    message = [says("KREE-EPD", m4="KREE") for _ in SHOWN]

    heard = {what: line.say(one, said, chain=chain) for said, (what, (one, chain, _)) in zip(message, SHOWN.items(), strict=True)}

    assert heard == {what: wanted for what, (_, _, wanted) in SHOWN.items()}


def test_bound_by_its_print_the_next_certificate_of_the_same_key_is_another(line: Line) -> None:
    assert (line.say(ZEED, says()), line.say(renewed(ZEED), says())) == (IN, UNKNOWN)


@pytest.mark.parametrize(
    ("lists", "heard"),
    [
        (b"", IN),
        (revoking(), IN),
        (revoking(ZEED), IN),
        (revoking(KREE), OUT),
        (revoking(KREE, by=ELSEWHERE), OUT),  # of another authority: of ours there is none
        (revoking(ends=-timedelta(hours=1)), OUT),
    ],
    ids=["no list", "nobody on it", "another on it", "on it", "a list of another", "a list that is old"],
)
def test_a_certificate_that_its_authority_withdrew_opens_nothing(
    database: Database, region: Region, tmp_path: Path, lists: bytes, heard: list[str]
) -> None:
    """A list beside the authorities was read by nobody: bound by its name, a stolen certificate was good until it ended."""
    with database.transaction() as session:
        line_binding.bind(session, region.links["KREE"].link_id, now=datetime.now(UTC), by="Test", name=NAME)
    with listening(database, tmp_path, REGION.pem + lists) as line:
        assert line.say(KREE, says("KREE-EPD", m4="KREE")) == heard
