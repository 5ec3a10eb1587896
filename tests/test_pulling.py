"""A hospital lays data ready and tells so: the portal fetches them, shows what changed, and what goes wrong stands on a list."""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from mdo_portal import dispatch, pulling, wiring, wiring_region
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import PULL_REASONS, OutgoingQuestion, OutgoingState, Pull, PullState
from mdo_portal.exchange import Address, IncomingNotice, NotPulled, Pulled
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.dossier import snapshots
from mdo_portal.services.inbox import intake, polls, pulls, replaying
from mdo_portal.services.referrals import questions
from tests.people import Region
from tests.pulling_house import Places, first_case, now, places, until

__all__ = ["places"]


def test_a_notice_becomes_a_case_with_everything_that_lay_ready(places: Places) -> None:
    places.send()
    places.work()

    (pull,) = places.pulls()
    (fetched,) = places.messages("Bundle/pull")
    seed = next(one for one in wiring_region.invented_region().cases if one.code == first_case())
    with places.database.transaction() as session:
        case = session.get_one(Case, fetched.case_id)
        (moment,) = snapshots.of_case(session, case.id)
        documents = len(session.scalars(select(CaseDocument.id).where(CaseDocument.case_id == case.id)).all())
    assert case.referral_number == seed.number and case.hospital_id == places.hospital_id
    assert (pull.state, pull.case_id, pull.notice_sealed) == (PullState.DONE, case.id, b"")
    assert (
        moment.is_first
        and moment.size > 3
        and documents == len(wiring_region.invented_referral(seed, today=now().date()).documents)
    )
    assert fetched.state is InboundState.UNDERSTOOD and fetched.leftovers == []


def test_a_question_travels_to_the_hospital_and_its_answer_comes_back(places: Places, region: Region) -> None:
    places.send()
    places.work()
    case_id = places.messages("Bundle/pull")[0].case_id
    with places.database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.board_id = region.boards["URO-P"]
        questions.ask(session, case, "Is er een recente PSA?", viewer=region.aisha, now=now())
    asker = wiring.outward(client_secret(places.database)).asker
    assert dispatch.ask_next(places.database, asker, clock=now) and not dispatch.ask_next(places.database, asker, clock=now)

    page = httpx.get(f"{places.merwe.url}/", trust_env=False, timeout=30).text
    assert "Is er een recente PSA?" in page
    question = re.search(r'name="question" value="(\w+)"', page)
    assert question
    form = {"question": question[1], "text": "PSA 8,1 op 3 november"}
    answered = httpx.post(f"{places.merwe.url}/answer", data=form, trust_env=False, timeout=30)
    assert answered.status_code == 303
    until(lambda: len(places.messages("Task")) == 2)
    places.understand()

    with places.database.transaction() as session:
        (request,) = session.scalars(select(InformationRequest).where(InformationRequest.case_id == case_id)).all()
        sent = session.get_one(OutgoingQuestion, request.id)
    assert (request.answer, sent.state) == ("PSA 8,1 op 3 november", OutgoingState.SENT)
    assert "Beantwoord." in httpx.get(f"{places.merwe.url}/", trust_env=False, timeout=30).text


def test_a_later_pull_shows_what_came_and_what_is_no_longer_told(places: Places) -> None:
    places.send()
    places.work()
    places.send()
    with places.merwe.store.transaction() as db:  # meanwhile the EPD changed a diagnosis
        row = db.execute("SELECT kind, id, body FROM shelf WHERE kind = 'Condition' ORDER BY rowid DESC LIMIT 1").fetchone()
        body = json.loads(row["body"])
        before = body["code"]["text"]
        body["code"]["text"] = "gewijzigde diagnose"
        db.execute("UPDATE shelf SET body = ? WHERE kind = ? AND id = ?", (json.dumps(body), row["kind"], row["id"]))
    places.work()

    with places.database.transaction() as session:
        case_id = places.messages("Bundle/pull")[-1].case_id
        assert case_id is not None
        newest, first = snapshots.of_case(session, case_id)
    assert first.is_first and not newest.is_first and newest.taken_at > first.taken_at
    assert [one.text for one in newest.added] == ["gewijzigde diagnose"]
    assert [one.text for one in newest.gone] == [before]


def test_the_same_notice_twice_is_fetched_once(places: Places) -> None:
    places.send()
    (first,) = places.messages("Task")
    places.work()
    with places.database.transaction() as session:
        again = session.get_one(InboundMessage, first.id)
        again.state, again.next_attempt_at = InboundState.KEPT, None
    places.work()

    assert len(places.pulls()) == 1 and len(places.messages("Bundle/pull")) == 1


def test_what_cannot_be_fetched_is_a_row_for_a_person_and_offered_again_it_is_fetched_again(places: Places) -> None:
    places.send()
    with places.merwe.store.transaction() as db:
        rows = db.execute("SELECT * FROM shelf").fetchall()
        db.execute("DELETE FROM shelf WHERE kind = 'Task'")
    places.understand()
    places.pull()

    (stands,) = places.messages("Task/pull")
    assert (stands.state, stands.reason, stands.place) == (InboundState.UNREADABLE, "not_pulled", "refused")
    assert places.pulls()[0].state is PullState.FAILED and places.pulls()[0].notice_sealed == b""
    assert stands.place in PULL_REASONS

    with places.merwe.store.transaction() as db:  # the hospital mends it, and a person offers it again
        db.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?, ?, ?)", [tuple(row) for row in rows])
    with places.database.transaction() as session:
        replaying.replay(session, session.get_one(InboundMessage, stands.id), now=now())
    places.work()

    assert places.pulls()[0].state is PullState.DONE
    assert places.messages("Bundle/pull")[0].state is InboundState.UNDERSTOOD


def shelved_status(places: Places) -> str:
    """How our workflow task stands at the hospital."""
    with places.merwe.store.transaction() as db:
        rows = db.execute("SELECT body FROM shelf WHERE kind = 'Task'").fetchall()
    (status,) = {json.loads(row["body"])["status"] for row in rows}
    return str(status)


def test_the_hospital_hears_that_we_fetched_only_after_it_is_stored(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.send()
    places.understand()
    before = shelved_status(places)

    def disk_full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as faulty:
        faulty.setattr(intake, "keep", disk_full)
        with pytest.raises(OSError, match="no space"):
            pulling.pull_next(places.database, places.puller, clock=now)
    assert (before, shelved_status(places)) == ("requested", "requested")
    assert (places.pulls()[0].state, places.messages("Bundle/pull")) == (PullState.WAITING, [])

    later = now() + timedelta(minutes=10)
    assert pulling.pull_next(places.database, places.puller, clock=lambda: later)
    assert shelved_status(places) == "completed" and len(places.messages("Bundle/pull")) == 1


def test_a_hospital_that_does_not_hear_that_we_fetched_takes_nothing_back(places: Places) -> None:
    places.send()
    places.understand()

    class Deaf:
        pull = staticmethod(places.puller.pull)

        def finish(self, notice: IncomingNotice, address: Address) -> None:
            raise RuntimeError("whatever")

    assert pulling.pull_next(places.database, Deaf(), clock=now)
    assert places.pulls()[0].state is PullState.DONE and len(places.messages("Bundle/pull")) == 1


class Away:
    """A puller that meets nobody."""

    def __init__(self, *, again: bool) -> None:
        self.again = again
        self.tried = 0

    def pull(self, notice: IncomingNotice, address: Address, *, at: datetime) -> Pulled:
        self.tried += 1
        raise NotPulled("unreachable", again=self.again)

    def finish(self, notice: IncomingNotice, address: Address) -> None:
        raise AssertionError("nothing was fetched")


def test_a_server_that_is_away_is_tried_with_growing_pauses_and_then_a_person_hears(places: Places) -> None:
    places.send()
    places.understand()
    away, at = Away(again=True), [now()]

    waits = []
    for _ in range(pulls.MAX_ATTEMPTS):
        assert pulling.pull_next(places.database, away, clock=lambda: at[0])
        pull = places.pulls()[0]
        waits.append(pull.next_attempt_at - at[0])
        at[0] = max(pull.next_attempt_at, at[0]) + timedelta(seconds=1)

    assert away.tried == pulls.MAX_ATTEMPTS and waits[6] > waits[0]
    assert places.pulls()[0].state is PullState.FAILED
    assert [one.place for one in places.messages("Task/pull")] == ["unreachable"]
    assert not pulling.pull_next(places.database, away, clock=lambda: at[0])


def test_a_withdrawn_notice_is_not_followed_any_more(places: Places) -> None:
    places.send()
    places.understand()
    with places.database.transaction() as session:
        (pull,) = session.scalars(select(Pull)).all()
        withdrawal = IncomingNotice(number="another", group=pull.group_number, cancelled=True)
        pulls.noticed(session, withdrawal, places.link_id, message_id=uuid.uuid4(), now=now())
    places.pull()

    assert places.pulls()[0].state is PullState.CANCELLED and places.messages("Bundle/pull") == []


def test_a_notice_that_was_withdrawn_and_comes_again_is_followed(places: Places) -> None:
    """It was understood and nothing was fetched: the hospital thought that we had it."""
    places.send()
    places.understand()
    with places.database.transaction() as session:
        (pull,) = session.scalars(select(Pull)).all()
        withdrawal = IncomingNotice(number=pull.number, cancelled=True)
        pulls.noticed(session, withdrawal, places.link_id, message_id=uuid.uuid4(), now=now())
        again = session.scalars(select(InboundMessage).where(InboundMessage.kind == "Task")).one()
        again.state, again.next_attempt_at = InboundState.KEPT, None
    places.work()

    assert places.pulls()[0].state is PullState.DONE and len(places.messages("Bundle/pull")) == 1


def test_another_patient_than_announced_is_not_taken(places: Places) -> None:
    places.send()
    with places.merwe.store.transaction() as db:
        row = db.execute("SELECT id, body FROM shelf WHERE kind = 'Patient'").fetchone()
        body = json.loads(row["body"])
        for one in body["identifier"]:
            one["value"] = "999900006" if one.get("system", "").endswith("/bsn") else one["value"]
        db.execute("UPDATE shelf SET body = ? WHERE kind = 'Patient' AND id = ?", (json.dumps(body), row["id"]))
    places.work()

    assert [one.place for one in places.messages("Task/pull")] == ["other_patient"]
    with places.database.transaction() as session:
        assert session.scalars(select(Case.id).where(Case.hospital_id == places.hospital_id)).all() == []


def test_a_link_whose_token_nobody_can_open_holds_up_no_other_hospitals_data(database: Database, region: Region) -> None:
    with database.transaction() as session:
        links = {one.hospital_id: one for one in session.scalars(select(Link))}
        for n, code in enumerate(("DELT", "KREE")):
            link, at = links[region.hospitals[code]], now() + timedelta(seconds=n)
            pulls.noticed(session, IncomingNotice(code, fetches=("Patient/1",)), link.id, message_id=uuid.uuid4(), now=at)
            polls.register(session, link, "ServiceRequest?status=active", every=timedelta(minutes=10), now=at)
        links[region.hospitals["DELT"]].token_out_sealed = b"nobody can open this"

    with database.transaction() as session:
        later = now() + timedelta(minutes=1)
        pull, poll = pulls.claim(session, now=later), polls.claim(session, now=later)

    assert pull is not None and pull.address.hospital_code == "KREE"
    assert poll is not None and poll.address.hospital_code == "KREE"
