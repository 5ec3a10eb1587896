"""What could not be fetched stands for a person, whatever became of its notice; what comes of that patient meanwhile is not lost."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal import pulling, understanding
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.exchange import Address, IncomingNotice, MessageHeader, NotPulled, Unreadable, Wire
from mdo_portal.services.inbox import intake, pulls
from mdo_portal.services.inbox.sifting import Arrival
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.services.referrals import awaiting
from tests.pulling_house import READERS, Places, now, places

__all__ = ["places"]


class Refuses:
    """A server that gives nothing, and what it was told that it is about."""

    def pull(self, notice: IncomingNotice, address: Address, **_: object) -> None:
        self.notice = notice
        raise NotPulled("refused", again=False)


class Busy:
    """A server that says when to come back."""

    def pull(self, notice: IncomingNotice, address: Address, **_: object) -> None:
        raise NotPulled("unreachable", again=True, wait_seconds=600)


def test_a_server_that_says_when_to_come_back_is_not_asked_before(places: Places) -> None:
    places.send()
    places.understand()
    began = now()
    assert pulling.pull_next(places.database, Busy(), clock=lambda: began)  # type: ignore[arg-type]

    with places.database.transaction() as session:
        assert session.scalars(select(Pull.next_attempt_at)).one() == began + timedelta(seconds=600)


def refused(places: Places) -> Refuses:
    places.send()
    places.understand()
    server = Refuses()
    assert pulling.pull_next(places.database, server, clock=now)  # type: ignore[arg-type]
    return server


def came_behind(places: Places, notice: IncomingNotice) -> uuid.UUID:
    """Something about the same patient came, and was not kept by any referral yet."""
    numbers = ((("bsn", notice.bsn),) if notice.bsn else notice.numbers)[:1]
    assert numbers
    with places.database.transaction() as session:
        link = hospitals.link_of(session, places.link_id)
        header = MessageHeader(kind="Bundle/result", control_id="R1", patient_numbers=numbers)
        intake.keep(session, [Arrival(raw=b"{}", wire=Wire.FHIR, header=header, link=link, at=now())])
        return session.scalars(select(InboundMessage.id).where(InboundMessage.control_id == "R1")).one()


def came_while_it_is_followed(places: Places) -> uuid.UUID:
    """A result, behind a notice that a worker has just begun to follow."""
    places.send()
    places.understand()
    with places.database.transaction() as session:
        claimed = pulls.claim(session, now=now())
    assert claimed is not None
    return came_behind(places, claimed.notice)


def test_what_comes_while_a_notice_is_still_to_be_followed_waits_for_the_referral(places: Places) -> None:
    """A server that is away for an hour: all results of that hour were about nobody who had a case, and gone."""
    came = came_while_it_is_followed(places)
    with places.database.transaction() as session:
        assert awaiting.must_wait(session, came)


def test_the_feed_about_whom_a_notice_is_still_followed_is_kept_until_the_case_is_there(places: Places) -> None:
    """Nobody here had a case of them yet: a merge or a death of that hour was counted as noise, and gone."""
    places.send()
    places.understand()
    with places.database.transaction() as session:
        notice = pulls.claim(session, now=now())
        assert notice is not None
        link = hospitals.link_of(session, places.link_id)
        numbers = ((("bsn", notice.notice.bsn),) if notice.notice.bsn else notice.notice.numbers)[:1]
        headers = {
            "theirs": MessageHeader(kind="ADT^A08", control_id="theirs", patient_numbers=numbers),
            "a stranger's": MessageHeader(kind="ADT^A08", control_id="a stranger's", patient_numbers=(("", "stranger"),)),
        }
        for name, header in headers.items():
            intake.keep(session, [Arrival(raw=name.encode(), wire=Wire.HL7V2, header=header, link=link, at=now())])
        together = [Arrival(raw=b"again", wire=Wire.HL7V2, header=one, link=link, at=now()) for one in headers.values()]
        intake.keep(session, together)
        kept = session.scalars(select(InboundMessage.control_id).where(InboundMessage.kind == "ADT^A08")).all()
    assert kept == ["theirs", "theirs"]


def test_what_was_fetched_and_is_not_read_yet_is_waited_for_also_by_what_came_before_it(places: Places) -> None:
    """The result came while the server was asked, and is read in the moment between: it was about nobody who had a case, and gone."""
    came = came_while_it_is_followed(places)
    with places.database.transaction() as session:
        session.execute(update(Pull).values(next_attempt_at=now()))
    places.pull()
    assert [one.state for one in places.messages("Bundle/pull")] == [InboundState.KEPT]
    with places.database.transaction() as session:
        assert awaiting.must_wait(session, came)


@pytest.mark.parametrize("became", ["fetched", "withdrawn"])
def test_it_is_read_again_once_that_was_fetched_or_withdrawn(places: Places, became: str) -> None:
    places.send()
    places.understand()
    with places.database.transaction() as session:
        claimed = pulls.claim(session, now=now())
        assert claimed is not None
    came = came_behind(places, claimed.notice)
    waits = {"state": InboundState.UNREADABLE, "reason": awaiting.WAITS, "settled_at": now()}
    with places.database.transaction() as session:
        session.execute(update(InboundMessage).where(InboundMessage.id == came).values(**waits))
        if became == "withdrawn":
            pulls.noticed(session, replace(claimed.notice, cancelled=True), places.link_id, message_id=came, now=now())
        else:
            session.execute(update(Pull).values(next_attempt_at=now()))
    places.pull()
    fetched = places.messages("Bundle/pull")
    if fetched:
        understanding.understand(places.database, READERS, now=now(), most=1)

    with places.database.transaction() as session:
        assert session.get_one(InboundMessage, came).state is not InboundState.UNREADABLE
    assert bool(fetched) is (became == "fetched")


def test_what_comes_behind_a_notice_that_could_not_be_followed_waits_for_the_referral(places: Places) -> None:
    """It was about nobody who had a case, and not kept: a result that came between the notice and the mended link was lost."""
    told = refused(places).notice
    came = came_behind(places, told)
    with places.database.transaction() as session:
        assert awaiting.must_wait(session, came)


@pytest.mark.parametrize("sealed", [b"", b"nobody can open this"])
def test_a_notice_whose_message_is_there_no_more_still_stands_for_a_person(places: Places, sealed: bytes) -> None:
    places.send()
    places.understand()
    with places.database.transaction() as session:
        session.execute(update(InboundMessage).where(InboundMessage.kind == "Task").values(raw_sealed=sealed))
    pulling.pull_next(places.database, Refuses(), clock=now)  # type: ignore[arg-type]

    (stands,) = places.messages("Task/pull")
    assert (stands.state, stands.place) == (InboundState.UNREADABLE, "refused") and places.pulls()[0].state is PullState.FAILED


@pytest.mark.parametrize(("became", "follows"), [(InboundState.UNREADABLE, True), (InboundState.UNDERSTOOD, False)])
def test_a_notice_that_comes_again_after_what_was_fetched_could_not_be_read_is_followed_again(
    places: Places, became: InboundState, follows: bool
) -> None:
    """The hospital mended what lay ready, and told so under the same number: it was taken for what was fetched before."""
    places.send()
    places.understand()
    with places.database.transaction() as session:
        claimed = pulls.claim(session, now=now())
        assert claimed is not None
        session.execute(update(Pull).values(next_attempt_at=now()))
    places.pull()
    (bundle,) = places.messages("Bundle/pull")
    with places.database.transaction() as session:
        stands = {"state": became, "reason": "no_request", "settled_at": now()}
        session.execute(update(InboundMessage).where(InboundMessage.id == bundle.id).values(**stands))
        pulls.noticed(session, claimed.notice, places.link_id, message_id=bundle.id, now=now())

    assert (places.pulls()[0].state is PullState.WAITING) is follows


@pytest.mark.parametrize("over", [{}, {"cancelled": True}], ids=["a notice", "a withdrawal"])
@pytest.mark.parametrize("state", [PullState.WAITING, PullState.DONE])
def test_a_notice_under_a_number_that_was_of_another_patient_stands_for_a_person(
    places: Places, state: PullState, over: dict[str, Any]
) -> None:
    """Two systems give out the same numbers: the second referral was announced, acknowledged, and never fetched."""
    with places.database.transaction() as session:
        link = hospitals.link_of(session, places.link_id)
        first, other = (_told_of(session, link, number) for number in ("4711", "5822"))
        notice = IncomingNotice(number="T-1", numbers=(("urn:x", "4711"),), fetches=("ServiceRequest/1",))
        pull = pulls.noticed(session, notice, places.link_id, message_id=first, now=now())
        assert pull is not None
        pull.state = state
        session.flush()

        assert pulls.noticed(session, notice, places.link_id, message_id=first, now=now()) is pull
        theirs = replace(notice, numbers=(("urn:x", "5822"),), **over)
        with pytest.raises(Unreadable) as refused_it:
            pulls.noticed(session, theirs, places.link_id, message_id=other, now=now())
        assert pull.state is state
    assert (refused_it.value.reason, refused_it.value.where) == ("not_pulled", "other_notice")


def _told_of(session: Session, link: LinkRow, number: str) -> uuid.UUID:
    """The message of a notice about this patient."""
    header = MessageHeader(kind="Task", control_id=f"T-1 {number}", patient_numbers=(("urn:x", number), ("urn:mdo:task", "T-1")))
    intake.keep(session, [Arrival(raw=number.encode(), wire=Wire.FHIR, header=header, link=link, at=now())])
    return session.scalars(select(InboundMessage.id).where(InboundMessage.control_id == header.control_id)).one()


class Away:
    """A server that is away for now."""

    def pull(self, notice: IncomingNotice, address: Address, **_: object) -> None:
        raise NotPulled("unreachable", again=True)


def test_the_page_of_the_link_says_what_lies_ready_and_why_it_is_not_here_yet(places: Places) -> None:
    """For two hours it stood nowhere: the notice was *Gelezen*, and the case was not there."""
    places.send()
    places.understand()
    assert pulling.pull_next(places.database, Away(), clock=now)  # type: ignore[arg-type]

    with places.database.transaction() as session:
        lying = pulls.lying(session, places.link_id)

    assert lying is not None and lying.waiting == 1
    assert lying.sentence.startswith("De server van het ziekenhuis is niet bereikbaar. Laat nagaan")
