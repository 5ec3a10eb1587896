"""Documents: judged by their bytes, kept sealed, each once per case."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import documents
from tests import make
from tests.make import NOW
from tests.people import Region

SAMPLES = {
    b"%PDF-1.7 x": "application/pdf",
    b"junk before %PDF-1.4": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff\xe0": "image/jpeg",
    "gewone tekst, één regel".encode(): "text/plain",
    b"<script>alert(1)</script>": "application/octet-stream",
    b"<svg onload=x>": "application/octet-stream",
    b"MZ\x90\x00": "application/octet-stream",
    b"a\x00b": "application/octet-stream",
}


@pytest.mark.parametrize(("content", "media_type"), SAMPLES.items())
def test_a_document_is_what_its_bytes_are(content: bytes, media_type: str) -> None:
    assert documents.sniffed(content) == media_type


@pytest.fixture
def case(session: Session, region: Region) -> Case:
    return make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))


def add(session: Session, case: Case, content: bytes, **over: object) -> CaseDocument:
    document = make.document(content, **over)
    source = Source(session.get_one(Hospital, case.hospital_id), NOW, Wire.HL7V2)
    return session.get_one(CaseDocument, documents.add(session, case, document, source))


def test_the_same_bytes_are_kept_once(session: Session, case: Case) -> None:
    assert add(session, case, b"%PDF-1").id == add(session, case, b"%PDF-1", title="anders").id
    assert session.scalar(select(func.count()).select_from(CaseDocument).where(CaseDocument.case_id == case.id)) == 1


def test_who_wrote_it_stays_known_when_the_same_bytes_come_again_without_a_name(session: Session, case: Case) -> None:
    assert add(session, case, b"%PDF-1.7 z", author="dr. A. Krol").author == "dr. A. Krol"
    assert add(session, case, b"%PDF-1.7 z").author == "dr. A. Krol"
    session.expire_all()
    assert add(session, case, b"%PDF-1.7 z", author="dr. A. Krol (patholoog)").author == "dr. A. Krol (patholoog)"


@pytest.mark.parametrize(
    ("content", "is_cut"), [(b"%PDF-1.7 begin", True), (b"%PDF-1.7 begin en einde\n%%EOF\n", False), (b"gewone tekst", False)]
)
def test_a_pdf_of_which_the_end_never_came_says_so(session: Session, case: Case, content: bytes, *, is_cut: bool) -> None:
    assert add(session, case, content).is_cut is is_cut


def test_what_the_sender_called_it_is_remembered_when_it_is_not_true(session: Session, case: Case) -> None:
    lie = add(session, case, b"<html>", media_type="application/pdf")
    truth = add(session, case, b"%PDF-1.7", media_type="application/pdf")

    assert (lie.media_type, lie.claimed_type) == ("application/octet-stream", "application/pdf")
    assert truth.claimed_type == ""


def test_the_bytes_lie_sealed_and_come_out_as_they_came(session: Session, case: Case) -> None:
    kept = add(session, case, b"%PDF-1.7 gevoelig")

    assert b"gevoelig" not in kept.content_sealed
    assert documents.content_of(session, kept) == b"%PDF-1.7 gevoelig"
