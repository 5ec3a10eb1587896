"""What comes in as a file: what it hides, what it is called, and how long looking at it takes (D11)."""

from __future__ import annotations

import io
import re
import struct
import time
import uuid
import zlib
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from mdo_portal.database import Database
from mdo_portal.domain import files, pdf_inside
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.web.documents import as_file
from tests.web.access_house import House, house
from tests.web.portal import CSRF, app_on

__all__ = ["house"]


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + b"\x08\x06\0\0\0"


def jpeg(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 10 + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" * 20
    )


PACKED = (
    b"%PDF-1.7\n1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\n"
    + zlib.compress(b"<</S/JavaScript/JS(app.alert(1))>>")
    + b"\nendstream"
)
REFUSED: dict[str, bytes] = {
    "html": b"<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg with a head": b'<?xml version="1.0"?>\n<!-- -->\n<svg onload="alert(1)"/>',
    "html before a PDF": b"<script>alert(1)</script>%PDF-1.7",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "docx that says PDF": b"PK\x03\x04[Content_Types].xml%PD",
    "program": b"MZ\x90\0" + b"\0" * 60,
    "PDF with a script": b"%PDF-1.7 <</S/JavaScript/JS(app.alert(1))>>",
    "PDF with a script, written oddly": b"%PDF-1.7 <</S/J#61vaScript>>",
    "PDF with a packed script": PACKED,
    "PDF that starts something": b"%PDF-1.7 <</S/Launch/F(cmd.exe)>>",
    "PDF with a file in it": b"%PDF-1.7 <</Type/EmbeddedFile>>",
    "PDF with a form that sends itself": b"%PDF-1.7 <</XFA[]>>",
    "PNG of 30,000 x 30,000": png(30_000, 30_000),
    "JPEG of 30,000 x 30,000": jpeg(30_000, 30_000),
    "NUL": b"text\0text",
    "too large": b"%PDF-1.7" + b"0" * files.LARGEST_UPLOAD,
}
TAKEN: dict[str, bytes] = {
    "PDF": b"%PDF-1.7 <</Type/Catalog/OpenAction[1 0 R/Fit]>>",
    "PNG": png(4_000, 4_000),
    "JPEG": jpeg(4_000, 4_000),
    "text": "verwijsbrief €".encode(),
    "EICAR, there is no scanner": rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
}


def _add(house: House, body: bytes, name: str = "brief.pdf", media_type: str = "application/pdf", kind: str = "") -> int:
    return (
        house.person("Aisha")
        .post(
            f"/cases/{house.ids['case_id']}/documents",
            data={"csrf_token": CSRF, "kind": kind, "file": (io.BytesIO(body), name, media_type)},
            content_type="multipart/form-data",
        )
        .status_code
    )


def test_files_that_hide_something_are_refused(house: House) -> None:
    assert {what: _add(house, body) for what, body in REFUSED.items()} == dict.fromkeys(REFUSED, 422)


def test_a_referral_with_such_files_names_each_and_all_else_that_is_missing(house: House) -> None:
    """Files are chosen anew after every answer: one reason at a time made people choose them three times."""
    files_ = {name: (io.BytesIO(REFUSED["NUL"]), f"{name}.pdf") for name in ("letter", "pathology_report")}
    form = {"csrf_token": CSRF, "family": "Proefman", "birth_on": "31-02-1950", **files_}

    page = house.person("Dirk").post("/register", data=form, content_type="multipart/form-data").text

    named = re.findall(r'<li><a href="#f-(\w+)">', page)
    assert set(named) >= {"letter", "pathology_report", "birth_on", "board_id", "question_board"}


def test_ordinary_files_are_taken(house: House) -> None:
    assert {what: _add(house, body) for what, body in TAKEN.items()} == dict.fromkeys(TAKEN, 302)


@pytest.mark.parametrize("what", ["PDF", "PNG", "JPEG", "text"])
def test_what_was_taken_is_shown_beside_the_case(house: House, database: Database, what: str) -> None:
    """A letter that came as text was only to be downloaded: in a meeting nobody does."""
    _add(house, TAKEN[what])
    with database.transaction() as session:
        newest = session.scalars(select(CaseDocument.id).order_by(CaseDocument.received_at.desc())).first()

    page = house.person("Aisha").get(f"/cases/{house.ids['case_id']}?document={newest}").text

    assert re.search(rf'<(?:iframe|img) [^>]*src="/documents/{newest}', page) and "Dit soort document" not in page


def test_a_file_that_is_added_once_more_is_what_it_is_said_to_be_now(house: House, database: Database) -> None:
    """First without a kind; the page said that it was added the second time too, and pathology was missing as before."""

    def missing() -> list[str]:
        with database.transaction() as session:
            return session.get_one(Case, uuid.UUID(str(house.ids["case_id"]))).missing

    with database.transaction() as session:
        session.execute(delete(CaseFact))
    assert _add(house, TAKEN["PDF"]) == 302 and "pathology" in missing()

    assert _add(house, TAKEN["PDF"], kind="pathology report") == 302 and "pathology" not in missing()


def test_what_an_epd_sent_is_shown_only_when_harmless(app: Flask) -> None:
    """Messages are never refused for their documents: what is not harmless is a download with a name that tells nothing."""
    kinds = ["application/pdf", "image/png", "image/jpeg", "text/plain", "image/svg+xml", "text/html", "application/xhtml+xml"]
    inline = 0
    with app.test_request_context():
        for body in REFUSED.values():
            for media_type in kinds:
                answer = as_file(body, media_type, "document-1")
                shown = answer.headers["Content-Disposition"].startswith("inline")
                inline += shown
                assert not shown or (answer.mimetype in kinds[:4] and not pdf_inside.is_active(body))
                assert answer.mimetype not in kinds[4:]
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert as_file(PACKED, "application/pdf", "x").headers["Content-Disposition"].startswith("attachment")
        assert as_file(TAKEN["PDF"], "application/pdf", "x").headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brief.pdf", "brief.pdf"),
        ("brief\0.pdf", "brief.pdf"),
        ("brief\r\nSet-Cookie: a.pdf", "briefSet-Cookie: a.pdf"),
        ("brief\u202efdp.exe", "brieffdp.exe"),
        ("..", "document"),
        ("", "document"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_what_it_seems(name: str, shown: str) -> None:
    assert files.clean_title(name) == shown


@pytest.mark.parametrize(
    "made",  # here, and not where the tests are collected: packing them takes a second, in every worker
    [
        lambda: zlib.compress(b"0" * 200_000_000, 9),
        lambda: b"/ObjStm" * 1_000_000,
        lambda: (b"/ObjStm stream\n" + zlib.compress(b"0" * 100_000)) * 2_000,
        lambda: b"#2f" * 2_000_000,
    ],
    ids=["one bomb", "many names", "many small bombs", "many escapes"],
)
def test_a_bomb_in_a_pdf_is_soon_put_aside(made: Callable[[], bytes]) -> None:
    body = made()
    began = time.process_time()

    pdf_inside.is_active(b"%PDF-1.7 <</Type/ObjStm>> stream\n" + body)

    assert time.process_time() - began < 3
