"""A document that FHIR tells of is known by the address of its resource too: replaced, deleted or taken back it no longer counts."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations import profiles
from integrations.fhir.text.profile import is_of_another_wire, load_profile
from mdo_portal.domain.case import CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.exchange import NOT_SENT
from tests.integrations.fhir.make import Node, patient, request
from tests.people import Region
from tests.test_fhir_deleted import Server
from tests.test_fhir_told_again import FIRST, SECOND, THIRD, document

OVER, STANDS = False, True


@pytest.fixture
def server(session: Session, region: Region) -> Server:
    return Server(session, region)


def replacing(target: Node, *files: bytes, number: str = "DOC-2") -> Node:
    return document(*files, number=number, id="d2", relatesTo=[{"code": "replaces", "target": target}])


def test_a_numbered_document_that_is_deleted_at_its_address_is_over(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST))
    case = server.sends(request(), patient(), deletes="DocumentReference/d1")

    assert server.documents() == [(len(FIRST), "withdrawn", OVER)]
    assert "document.withdrawn" in server.events(case)


def test_of_another_type_that_has_the_same_id_nothing_is_deleted(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST))
    server.sends(request(), patient(), deletes="DiagnosticReport/d1")

    assert server.documents() == [(len(FIRST), "", STANDS)]


def test_a_document_that_is_replaced_by_its_address_gives_way_whatever_its_number(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST))
    server.sends(request(), patient(), replacing({"reference": "DocumentReference/d1"}, SECOND))

    assert server.documents() == [(len(FIRST), "", OVER), (len(SECOND), "", STANDS)]


@pytest.mark.parametrize("bare", [True, False])
def test_so_it_does_when_both_come_in_one_message(server: Server, bare: bool) -> None:
    target = {"reference": "urn:uuid:0000-2" if bare else "DocumentReference/d1"}
    for _ in range(2):
        server.sends(request(), patient(), document(FIRST), replacing(target, SECOND), bare=bare)

    assert server.documents() == [(len(FIRST), "", OVER), (len(SECOND), "", STANDS)]


def test_what_an_address_tells_now_takes_the_place_of_what_it_told(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST, THIRD, number=""))
    server.sends(request(), patient(), document(SECOND, THIRD, number=""))

    assert server.documents() == [(len(FIRST), "", OVER), (len(THIRD), "", STANDS), (len(SECOND), "", STANDS)]


def test_an_address_that_is_given_to_another_document_replaces_nothing(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST, number=""))
    server.sends(request(), patient(), document(SECOND, number="", type={"text": "Operatieverslag"}))

    assert server.documents() == [(len(FIRST), "", STANDS), (len(SECOND), "", STANDS)]


def test_a_final_report_at_the_address_of_a_preliminary_one_takes_its_place(server: Server) -> None:
    def report(file: bytes, status: str) -> Node:
        form = {"contentType": "application/pdf", "data": base64.b64encode(file).decode()}
        fixed = {"resourceType": "DiagnosticReport", "id": "v1", "code": {"text": "MRI"}, "subject": {"reference": "Patient/p"}}
        return fixed | {"status": status, "presentedForm": [form]}

    server.sends(request(), patient(), report(FIRST, "preliminary"))
    server.sends(request(), patient(), report(SECOND, "final"))

    assert server.documents() == [(len(FIRST), "preliminary", OVER), (len(SECOND), "", STANDS)]


def test_a_name_within_a_message_is_no_address(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST, number=""), bare=True)
    server.sends(request(), patient(), document(SECOND, number=""), bare=True)

    assert server.documents() == [(len(FIRST), "", STANDS), (len(SECOND), "", STANDS)]


def test_what_an_address_told_before_is_read_late_stands_behind_what_it_tells(server: Server) -> None:
    server.sends(request(), patient(), document(SECOND, number=""))
    server.hours = -1
    server.sends(request(), patient(), document(FIRST, number=""))

    assert server.documents() == [(len(SECOND), "", STANDS), (len(FIRST), "", OVER)]


@pytest.mark.parametrize("number", ["DOC-1", ""])
def test_a_document_that_is_taken_back_with_other_bytes_takes_what_it_was_with_it(server: Server, number: str) -> None:
    """Some leave a page without words where the document was."""
    server.sends(request(), patient(), document(FIRST, number=number))
    server.sends(request(), patient(), document(SECOND, number=number, status="entered-in-error"))

    assert server.documents() == [(len(FIRST), "withdrawn", OVER), (len(SECOND), "withdrawn", OVER)]


def test_one_of_two_under_a_number_that_is_taken_back_as_it_was_leaves_the_other(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST), document(SECOND, id="d2"))
    server.sends(request(), patient(), document(SECOND, id="d2", status="entered-in-error"))

    assert server.documents() == [(len(FIRST), "", STANDS), (len(SECOND), "withdrawn", OVER)]


def test_taken_back_without_its_number_it_is_known_by_its_address(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST))
    server.sends(request(), patient(), document(number="", status="entered-in-error"))

    assert server.documents() == [(len(FIRST), "withdrawn", OVER)]


@pytest.mark.parametrize("number", ["", "2026/d1"])
def test_a_document_of_before_addresses_were_kept_is_known_by_the_id_in_it(server: Server, number: str) -> None:
    """And by nothing but an id: numbers have strokes, too."""
    case = server.sends(request(), patient(), document(FIRST, number=""), document(SECOND, id="d2", number="2026/d1"))
    for one in server.session.scalars(select(CaseDocument).where(CaseDocument.case_id == case.id)):
        one.known_as = ""
    server.session.flush()
    over = document(number=number, id="d9", status="entered-in-error") if number else None
    server.sends(request(), patient(), *([over] if over else []), deletes="" if over else "DocumentReference/d1")

    assert [stands for _, _, stands in server.documents()] == ([STANDS, OVER] if number else [OVER, STANDS])


def announced(server: Server) -> list[tuple[str, bool]]:
    rows = server.session.scalars(select(CaseFact).where(CaseFact.label == NOT_SENT).order_by(CaseFact.id))
    return [(one.text, one.superseded_at is None) for one in rows]


def test_that_a_document_was_not_sent_is_over_when_it_comes(server: Server) -> None:
    """It stood beside the document for good: *Document niet meegestuurd*."""
    server.sends(request(), patient(), document(number=""))
    server.sends(request(), patient(), document(FIRST, id="d2"))
    assert announced(server) == [("Brief", STANDS)]

    server.sends(request(), patient(), document(FIRST, number=""))
    assert announced(server) == [("Brief", OVER)]


def test_of_two_files_that_which_did_not_come_is_still_named(server: Server) -> None:
    both, last = document(number=""), document(FIRST, number="")
    both["content"] = [
        {"attachment": one["attachment"] | {"title": name}} for name, one in zip("AB", both["content"] * 2, strict=True)
    ]
    server.sends(request(), patient(), both)
    server.sends(request(), patient(), last | {"content": [*last["content"], both["content"][1]]})

    assert announced(server) == [("A", OVER), ("B", STANDS)]


@pytest.mark.parametrize("name", [one for one in profiles.names() if not is_of_another_wire(one)])
def test_every_profile_says_in_the_same_words_that_a_document_was_not_sent(name: str) -> None:
    assert load_profile(name).label("not_sent") == NOT_SENT
