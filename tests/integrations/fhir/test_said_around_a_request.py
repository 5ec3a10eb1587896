"""What a message says around its request: that it is over, which one it takes the place of, who wrote it; and letters that came packed."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from integrations.fhir.text import decoded
from mdo_portal.domain.caution import Caution, cautions_in
from mdo_portal.exchange import IncomingReferral, Unreadable

from .make import Node, bundle, patient, request
from .read_house import about, read

# Whether it goes on


def _header(**more: Any) -> Node:
    return {"resourceType": "MessageHeader", "id": "h", "source": {"endpoint": "urn:epd"}} | more


@pytest.mark.parametrize(
    "said",
    [
        {"eventCoding": {"system": "urn:x", "code": "referral-cancel"}},
        {"eventUri": "urn:epd:verwijzing-ingetrokken"},
        {"eventCoding": {"code": "servicerequest-request"}, "reason": {"coding": [{"code": "delete"}]}},
        {"eventCoding": {"code": "E7", "display": "Annulering aanmelding"}},
    ],
)
def test_a_message_of_which_the_event_says_that_it_is_over_is_marked(said: Node) -> None:
    """The request in it still said *active*: it went on as if nothing had been said."""
    found = read(_header(**said))
    assert found.unmapped == ("MessageHeader/2 event/held",) and cautions_in(found.unmapped) == [Caution.HELD]
    assert not found.cancelled


@pytest.mark.parametrize("code", ["referral-request", "servicerequest-request", "cancer-referral", "stage-update"])
def test_a_message_of_which_the_event_says_that_it_is_new_is_not(code: str) -> None:
    assert read(_header(eventCoding={"code": code})).unmapped == ()


def test_a_message_that_is_over_by_its_request_too_needs_no_mark() -> None:
    found = read(_header(eventCoding={"code": "referral-cancel"}), asked=request(status="revoked"))
    assert found.cancelled and found.unmapped == ()


def _task(state: str) -> Node:
    return {"resourceType": "Task", "id": "t", "status": state, "intent": "order", "focus": {"reference": "ServiceRequest/r"}}


@pytest.mark.parametrize(
    ("state", "cautions"),
    [("rejected", [Caution.HELD]), ("failed", [Caution.HELD]), ("on-hold", [Caution.HELD]), ("completed", [])],
)
def test_a_task_that_does_not_go_on_is_said_by_its_state(state: str, cautions: list[str]) -> None:
    """*Afgewezen* stood among the words of the mark, and no rejected Task had it; of a completed one nobody was told."""
    found = read(_task(state))
    assert found.unmapped == (f"Task/2 {state}",) and cautions_in(found.unmapped) == cautions


# Which one it takes the place of


def _two(replaces: list[Node], state: str = "revoked") -> bytes:
    before = request(id="before", status=state, identifier=[{"value": "REF-1"}], code={"text": "MDO long"})
    now = request(id="now", identifier=[{"value": "REF-2"}], code={"text": "MDO long"}, replaces=replaces)
    return bundle(patient(), before, now)


def test_a_request_that_was_taken_back_and_is_replaced_is_no_second_referral() -> None:
    found = FhirReader().read(_two([{"reference": "ServiceRequest/before"}]), "generic-r4")
    assert isinstance(found, IncomingReferral) and (found.number, found.cancelled) == ("REF-2", False)
    assert found.unmapped == ("ServiceRequest/2 replaces", "ServiceRequest/1 revoked")


@pytest.mark.parametrize(("replaces", "state"), [([], "revoked"), ([{"reference": "ServiceRequest/before"}], "active")])
def test_any_other_second_request_is_one(replaces: list[Node], state: str) -> None:
    with pytest.raises(Unreadable) as refused:
        FhirReader().read(_two(replaces, state), "generic-r4")
    assert refused.value.reason == "split"


# Who wrote it


def test_who_wrote_a_request_by_its_provenance_refers_where_nobody_else_is_said_to() -> None:
    role = [{"coding": [{"code": "author"}]}]
    wrote = {
        "resourceType": "Provenance", "target": [{"reference": "ServiceRequest/r"}], "recorded": "2026-11-02T10:00:00Z",
        "agent": [
            {"type": {"coding": [{"code": "transmitter"}]}, "who": {"display": "Interface-engine"}},
            {"type": {"coding": [{"code": "author"}]}, "who": {"type": "Practitioner", "display": "dr. Holtrop"}, "onBehalfOf": {"display": "Zuidwal"}},
        ],
    }  # fmt: skip
    found = read(wrote)
    assert (found.referrer.name, found.referrer.organisation) == ("dr. Holtrop", "Zuidwal") and found.unmapped == ()
    machine = wrote["agent"][1] | {
        "who": {"display": "HIX (DUINRAND)"}
    }  # as bridges write what sent it: nobody can tell that it is one
    assert read(wrote | {"agent": [machine]}).referrer.name == ""
    other = read(wrote | {"target": [{"reference": "Condition/c"}]})
    assert other.referrer.name == "" and other.unmapped == ("Provenance/2",)
    assert read(wrote, asked=request(requester={"display": "dr. Terlouw"})).referrer.name == "dr. Terlouw"
    older = wrote | {"agent": [{"role": role, "whoReference": {"reference": "Practitioner/7", "display": "dr. Veen"}}]}
    third = FhirReader().read(
        bundle(request(resourceType="ReferralRequest"), patient(), older | {"target": [{"reference": "ReferralRequest/r"}]}),
        "generic-stu3",
    )
    assert isinstance(third, IncomingReferral) and third.referrer.name == "dr. Veen"


# Letters that came packed

LETTER = b"%PDF-1.7\n% a letter\n%%EOF\n"


def _letter(content: bytes, media: str) -> Node:
    part = {"contentType": media, "data": base64.b64encode(content).decode(), "title": "Brief"}
    return about("DocumentReference", status="current", type={"text": "Brief"}, content=[{"attachment": part}])


@pytest.mark.parametrize(
    ("media", "then"), [("application/gzip", ""), ("application/x-gzip", ""), ("application/pdf", "application/pdf")]
)
def test_a_letter_that_was_packed_is_unpacked(media: str, then: str) -> None:
    """Nobody on a ward opens a .gz, and what was called a PDF opened nowhere."""
    (document,) = read(_letter(gzip.compress(LETTER, mtime=0), media)).documents
    assert (document.content, document.media_type) == (LETTER, then)
    (words,) = read(_letter(gzip.compress("café".encode("latin-1"), mtime=0), "text/plain; charset=iso-8859-1")).documents
    assert words.content == "café".encode()


@pytest.mark.parametrize(
    "packed", [gzip.compress(LETTER, mtime=0)[:-9], b"\x1f\x8b and no more", gzip.compress(LETTER * 2, mtime=0)]
)
def test_a_letter_that_cannot_be_unpacked_or_is_too_large_stays_as_it_came(
    packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "MOST_UNPACKED", len(LETTER) + 1)
    (document,) = read(_letter(packed, "application/gzip")).documents
    assert (document.content, document.media_type) == (packed, "application/gzip")


@pytest.mark.parametrize("then", [LETTER, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 a photo", b"{\\rtf1 words}"])
def test_a_letter_that_was_written_as_base64_twice_is_the_letter(then: bytes) -> None:
    """It was kept under its own name, and opened nowhere."""
    (document,) = read(_letter(base64.encodebytes(then), "application/octet-stream")).documents
    assert document.content == then


@pytest.mark.parametrize("words", [b"JVBERi0 is how a PDF begins.", b"/9j/ is how a photo begins", b"Graag advies"])
def test_words_that_only_begin_so_are_words(words: bytes) -> None:
    (document,) = read(_letter(words, "text/plain")).documents
    assert document.content == words


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ({"coding": [{"code": "nilknown", "display": "Nil Known"}]}, "geen bekend"),
        ({"coding": [{"code": "notasked"}]}, "niet gevraagd"),
        ({"coding": [{"code": "nilknown"}], "text": "geen, volgens patiënt"}, "geen, volgens patiënt"),
        ({"coding": [{"code": "own", "display": "Onbekend bij ons"}]}, "Onbekend bij ons"),
    ],
)
def test_why_a_part_of_a_letter_is_empty_is_said_in_words(why: Node, said: str) -> None:
    letter = about(
        "Composition", status="final", type={"text": "Brief"}, date="2026-11-02", author=[{"display": "dr. Holtrop"}],
        title="Brief", section=[{"title": "Allergieën", "emptyReason": why}],
    )  # fmt: skip
    assert [one.text for one in read(letter).facts] == [said]
