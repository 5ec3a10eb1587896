"""One case that went the whole way in an application of its own, and the addresses of everything it has."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from mdo_portal.database import Database
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.letters import letter_templates, patient_letters
from mdo_portal.services.letters.letter_template_choice import Place
from tests import make
from tests.people import Region
from tests.web.portal import Portal, app_on

BSN = "999911120"


@dataclass(frozen=True)
class House(Portal):
    """The application, its database, and the ids of one case that went the whole way."""

    ids: dict[str, uuid.UUID]


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with house_on(database, region) as made:
        yield made


@contextmanager
def house_on(database: Database, region: Region) -> Iterator[House]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        patient = make.identity("4711", bsn=BSN)
        referral = {"patient": patient, "documents": (make.document(),), "number": "VW-1"}
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"], **referral)
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        round_ = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        make.discussed(session, round_, viewer=region.bram, now=now)
        decision = make.signed(session, round_, viewer=region.bram, now=now)
        ids = {
            "case_id": case.id,
            "patient_id": case.patient_id,
            "round_id": round_.id,
            "meeting_id": meeting.id,
            "delivery_id": make.delivery_of(session, decision).id,
            "document_id": session.scalars(select(CaseDocument.id).where(CaseDocument.case_id == case.id)).one(),
            "request_id": uuid.uuid4(),
            "message_id": uuid.uuid4(),
            "person_id": uuid.uuid4(),
            "hospital_id": zeed.id,
            "provider_id": uuid.uuid4(),  # no secret: its button stands on the sign-in page (tests/web/test_oidc.py tries real ones)
            "identity_id": uuid.uuid4(),
            "place_id": region.boards["URO-P"],
            "membership_id": uuid.uuid4(),
            "review_id": uuid.uuid4(),
            "line_id": uuid.uuid4(),
            "board_id": region.boards["URO-P"],
            "hold_id": uuid.uuid4(),
            "grant_id": uuid.uuid4(),
            "item_id": uuid.uuid4(),
            "objection_id": uuid.uuid4(),
            "follow_id": uuid.uuid4(),
            "conflict_id": uuid.uuid4(),
            "merge_id": uuid.uuid4(),
            "template_id": letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=now).id,
        }
        patient_letters.begin(session, case, seen=0, viewer=region.dirk, now=now)
    with app_on(database) as app:
        yield House(app, database, region, ids)


def rules(app: Flask, method: str) -> list[Rule]:
    """Every route of ours with this method, machines' doors and files left out."""
    views = app.view_functions
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint != "static" and not getattr(views[rule.endpoint], "machine", False)
    ]


def addresses(house: House, method: str, ids: dict[str, uuid.UUID]) -> list[tuple[str, str]]:
    """(endpoint, path) of every route, with these ids; of a choice of words the first."""
    found = []
    with house.app.test_request_context():
        for rule in rules(house.app, method):
            path = re.sub(r"<any\(([a-z]+)[^)]*\):\w+>", r"\1", rule.rule)
            path = re.sub(r"<uuid:(\w+)>", lambda name: str(ids[name[1]]), path)
            found.append((rule.endpoint, re.sub(r"<[^>]+>", "x", path)))
    return found


def same_words(page: str, path: str) -> str:
    """The page without what differs by itself: the moment, the end of the session, the nonce, the address."""
    page = re.sub(r'content="[0-9.]+"|name="session" content="[^"]+"|nonce-[\w-]+|content="[\w-]{22,}"', "", page)
    return re.sub(r"[0-9a-f-]{36}", "", page.replace(path, ""))


READS = (
    "/worklist",
    "/worklist/rows",
    "/worklist/brief?case={case_id}",
    "/cases/{case_id}",
    "/cases/{case_id}/piece/content",
    "/cases/{case_id}/piece/rail",
    "/documents/{document_id}",
    "/meetings/{meeting_id}",
    "/meetings/{meeting_id}/agenda.pdf",
    "/meetings/{meeting_id}/room",
    "/rounds/{round_id}/signed",
    "/rounds/{round_id}/signed/piece",
    "/post?tab=all",
)
