"""Recommendations and answers: entered by the board, in order, frozen by the signature, and on the letter in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteUpdate
from mdo_portal.domain.decision import hash_of
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.letters import letter_words
from mdo_portal.services.decisions import decisions
from mdo_portal.services.planning import planning
from mdo_portal.services.room import advice, rooms
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region, board_of

OPERATION = {
    "kind": "surgery", "text": "Robotgeassisteerde prostatectomie", "intent": "curative",
    "condition": "als de PSMA-PET negatief is", "place": "Delta Medisch Centrum", "responsible": "dr. B. Bakker", "due_on": "2026-12-20",
}  # fmt: skip
IMAGING = {"kind": "imaging", "text": "PSMA-PET", "due_on": "2026-12-01"}


@pytest.fixture
def round_(session: Session, region: Region) -> Round:
    """Discussed, with a conclusion."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    return make.discussed(session, planned, viewer=region.bram)


def entered(session: Session, region: Region, round_: Round, fields: dict[str, str]) -> advice.AdviceItem:
    item = advice.add(session, round_, person_id=region.bram.person_id, now=NOW)
    return advice.change(session, round_, item.id, fields, seen=1, person_id=region.bram.person_id, now=NOW)


def test_recommendations_stand_in_the_order_of_preference(session: Session, region: Region, round_: Round) -> None:
    entered(session, region, round_, IMAGING)
    second = entered(session, region, round_, OPERATION)

    advice.put_before(session, round_, second.id, now=NOW)

    assert [(one.position, one.text) for one in advice.items_of(session, round_.id)] == [
        (1, "Robotgeassisteerde prostatectomie"),
        (2, "PSMA-PET"),
    ]


def test_what_was_entered_is_signed_and_stands_on_the_letter(session: Session, region: Region, round_: Round) -> None:
    entered(session, region, round_, OPERATION)
    entered(session, region, round_, IMAGING)
    told = {"told_by": "dr. Z. Zeeman", "told_on": "2026-11-30", "wish": "Wil zo kort mogelijk in het ziekenhuis zijn"}
    advice.answer(session, round_, told, seen=0, person_id=region.bram.person_id, now=NOW)

    signed = make.signed(session, round_, viewer=region.bram)

    assert signed.content_hash == hash_of(signed.content)
    said = letter_words.advice_of(signed.content)
    operation, imaging = said["advice"]
    assert operation.as_text().splitlines() == [
        "Operatie (curatief): Robotgeassisteerde prostatectomie",
        "Voorwaarde: als de PSMA-PET negatief is",
        "Behandeling in: Delta Medisch Centrum",
        "Verantwoordelijk: dr. B. Bakker",
        "Uiterlijk: 20-12-2026",
    ]
    assert imaging.text == "Aanvullende beeldvorming: PSMA-PET"
    assert imaging.due_on == date(2026, 12, 1)
    assert said["wish"] == told["wish"]
    assert ("Voorlichting aan de patiënt", "dr. Z. Zeeman op 30-11-2026") in said["more"]
    assert (letter_words.EXPLANATION, signed.content["sections"]["advice"]) in said["more"]


def test_a_recommendation_is_advice_enough_for_a_signature(session: Session, region: Region, round_: Round) -> None:
    session.execute(delete(NoteUpdate))
    case = session.get_one(Case, round_.case_id)
    before = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW)
    assert before.missing == ("Het advies is nog leeg.",)

    entered(session, region, round_, IMAGING)

    after = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW)
    assert after.missing == ()


def test_the_preview_shows_what_will_be_frozen_and_notices_a_change(session: Session, region: Region, round_: Round) -> None:
    item = entered(session, region, round_, IMAGING)
    case = session.get_one(Case, round_.case_id)
    seen = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW)
    advice.change(session, round_, item.id, OPERATION, seen=2, person_id=region.aisha.person_id, now=NOW)

    with pytest.raises(Stale):
        decisions.sign(
            session, round_, case, seen_hash=seen.content_hash, reason="", network=NETWORK, viewer=region.bram, now=NOW
        )


def test_the_chair_is_told_of_a_recommendation_that_says_not_what_is_to_be_done(
    session: Session, region: Region, round_: Round
) -> None:
    """A place and a day, and the letter says nothing of it."""

    def warned() -> bool:
        case = session.get_one(Case, round_.case_id)
        shown = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW)
        return any("laat die weg" in sentence for sentence in shown.warnings)

    item = entered(session, region, round_, {})
    assert not warned()
    for fields, is_warned in (({"place": "Delta", "due_on": "2026-12-20"}, True), (IMAGING, False)):
        advice.change(session, round_, item.id, fields, seen=item.revision, person_id=region.bram.person_id, now=NOW)
        assert warned() is is_warned


def test_two_people_in_one_recommendation_are_noticed(session: Session, region: Region, round_: Round) -> None:
    item = advice.add(session, round_, person_id=region.bram.person_id, now=NOW)
    advice.change(session, round_, item.id, IMAGING, seen=1, person_id=region.bram.person_id, now=NOW)

    with pytest.raises(Stale):
        advice.change(session, round_, item.id, OPERATION, seen=1, person_id=region.aisha.person_id, now=NOW)

    assert advice.items_of(session, round_.id)[0].text == "PSMA-PET"


def test_after_the_signature_nothing_can_be_added_changed_or_removed(session: Session, region: Region, round_: Round) -> None:
    item = entered(session, region, round_, OPERATION)
    make.signed(session, round_, viewer=region.bram)
    who = {"person_id": region.bram.person_id, "now": NOW + timedelta(hours=1)}

    for act in (
        lambda: advice.add(session, round_, **who),
        lambda: advice.change(session, round_, item.id, IMAGING, seen=2, **who),
        lambda: advice.remove(session, round_, item.id, now=NOW),
        lambda: advice.answer(session, round_, {"wish": "anders"}, seen=0, **who),
    ):
        with pytest.raises(IllegalMove):
            act()


def test_a_correction_begins_with_what_was_entered(session: Session, region: Region, round_: Round) -> None:
    item = entered(session, region, round_, OPERATION)
    make.signed(session, round_, viewer=region.bram)
    decisions.start_correction(session, round_, session.get_one(Case, round_.case_id))

    advice.change(session, round_, item.id, OPERATION | {"place": "Elders"}, seen=2, person_id=region.bram.person_id, now=NOW)

    assert advice.items_of(session, round_.id)[0].place == "Elders"


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "witchcraft"), ("intent", "hopeful"), ("due_on", "31-02-2026"), ("text", "x" * 2001)]
)
def test_a_value_that_does_not_fit_is_refused_with_its_field(
    session: Session, region: Region, round_: Round, field: str, value: str
) -> None:
    item = advice.add(session, round_, person_id=region.bram.person_id, now=NOW)

    with pytest.raises(Incomplete) as refused:
        advice.change(session, round_, item.id, {field: value}, seen=1, person_id=region.bram.person_id, now=NOW)

    assert set(refused.value.fields) == {field}


def test_a_recommendation_of_another_round_is_not_found(session: Session, region: Region, round_: Round) -> None:
    item = advice.add(session, round_, person_id=region.bram.person_id, now=NOW)
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    other = make.discussed(session, planned, viewer=region.bram)

    with pytest.raises(NotFound):
        advice.remove(session, other, item.id, now=NOW)


def test_a_decision_from_before_there_were_fields_reads_as_it_did() -> None:
    old = {"sections": {"advice": "Operatie."}}

    said = letter_words.advice_of(old)

    assert [one.text for one in said["advice"]] == ["Operatie."]
    assert not letter_words.entered(old)


def test_a_hospital_of_the_list_is_kept_as_that_hospital_and_any_other_as_words(
    session: Session, region: Region, round_: Round
) -> None:
    known = entered(session, region, round_, OPERATION | {"place": " ziekenhuis delt"})
    other = entered(session, region, round_, OPERATION | {"place": "Ziekenhuis DELT of elders"})
    nowhere = entered(session, region, round_, OPERATION | {"place": ""})

    items = make.signed(session, round_, viewer=region.bram).content["advice"]["items"]

    delt = region.hospitals["DELT"]
    assert [one.place_hospital_id for one in (known, other, nowhere)] == [delt, None, None]
    assert [(one["place"], one["place_hospital_id"]) for one in items] == [
        ("ziekenhuis delt", str(delt)),
        ("Ziekenhuis DELT of elders", ""),
        ("", ""),
    ]


def test_a_code_stands_beside_the_words_where_one_is_known_and_nowhere_else(
    session: Session, region: Region, round_: Round
) -> None:
    entered(session, region, round_, OPERATION)
    entered(session, region, round_, OPERATION | {"intent": "palliative"})
    entered(session, region, round_, OPERATION | {"intent": ""})

    content = make.signed(session, round_, viewer=region.bram).content

    snomed = "http://snomed.info/sct"
    assert [one["codes"] for one in content["advice"]["items"]] == [[{"system": snomed, "code": "373808002"}], [], []]
    assert content["codes"] == [{"system": snomed, "code": "384682003"}]


@pytest.mark.parametrize("filled", ["an answer", "the day of an answer", "where a recommendation is to be done", "its day"])
def test_a_case_of_which_anything_was_filled_in_is_not_taken_off_the_agenda(
    session: Session, region: Region, filled: str
) -> None:
    """The page said that it was saved."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    meeting = session.get_one(Meeting, region.meeting)
    planned = make.planned(session, case, meeting, viewer=region.aisha)
    rooms.open_meeting(session, meeting, now=NOW)
    if filled.endswith("an answer"):
        fields = {"dissent": "de radioloog is het niet eens"} if filled == "an answer" else {"told_on": "2026-03-05"}
        advice.answer(session, planned, fields, seen=0, person_id=region.mila.person_id, now=NOW)
    else:
        entered(
            session, region, planned, {"place": "Ziekenhuis ZEED"} if filled.startswith("where") else {"due_on": "2026-04-01"}
        )

    with pytest.raises(IllegalMove):
        planning.unplan(session, case, meeting, board_of(session, region), viewer=region.aisha, now=NOW)


def test_what_was_added_and_left_empty_goes_with_the_round(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    meeting = session.get_one(Meeting, region.meeting)
    planned = make.planned(session, case, meeting, viewer=region.aisha)
    rooms.open_meeting(session, meeting, now=NOW)
    entered(session, region, planned, {})
    advice.answer(session, planned, {}, seen=0, person_id=region.mila.person_id, now=NOW)

    planning.unplan(session, case, meeting, board_of(session, region), viewer=region.aisha, now=NOW)

    assert session.get(Round, planned.id) is None


def test_who_began_first_and_waited_is_told_to_screens_as_the_last(session: Session, region: Region, round_: Round) -> None:
    """Or whose clock is behind: a screen leaves out what is older than it shows."""
    first = entered(session, region, round_, IMAGING)
    told = [session.info["untold"]["advice", str(round_.id)]]
    later, earlier = NOW + timedelta(seconds=3), NOW + timedelta(seconds=1)

    for act in (
        lambda: advice.change(session, round_, first.id, OPERATION, seen=2, person_id=region.mila.person_id, now=later),
        lambda: advice.change(session, round_, first.id, IMAGING, seen=3, person_id=region.bram.person_id, now=earlier),
        lambda: advice.add(session, round_, person_id=region.bram.person_id, now=earlier),
        lambda: advice.answer(session, round_, {"wish": "x"}, seen=0, person_id=region.bram.person_id, now=earlier),
        lambda: advice.remove(session, round_, first.id, now=earlier),
    ):
        act()
        told.append(session.info["untold"]["advice", str(round_.id)])

    assert told == sorted(set(told))
