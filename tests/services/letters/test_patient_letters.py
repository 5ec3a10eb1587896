"""The letter to the patient: what the board entered in set phrases, read before it is released, outdated by a newer decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.letters import PatientLetter, PatientLetterState
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.letters import letter_patient, letters
from mdo_portal.letters.letter_template import LetterTemplate
from mdo_portal.services.letters import letter_template_choice, letter_templates, patient_letters
from tests import make, pdf_text
from tests.make import NOW
from tests.people import Region

TEXT = "Op 4 maart hebben artsen over u gesproken.\n\nDe artsen adviseren een operatie."


@dataclass
class Desk:
    """The clinician of the patient's own hospital, and the case."""

    session: Session
    region: Region
    case: Case
    round: Round

    def write(self, text: str = TEXT) -> PatientLetter:
        made = patient_letters.begin(self.session, self.case, seen=self.seen(), viewer=self.region.dirk, now=NOW)
        return patient_letters.save(self.session, self.case, text, seen=made.version, viewer=self.region.dirk, now=NOW)

    def read(self) -> PatientLetter:
        shown = patient_letters.newest(self.session, self.case.id)
        assert shown is not None
        return patient_letters.mark_read(
            self.session, self.case, shown.text, seen=shown.version, viewer=self.region.dirk, now=NOW
        )

    def release(self) -> PatientLetter:
        return patient_letters.release(self.session, self.case, seen=self.seen(), viewer=self.region.dirk, now=NOW)

    def seen(self) -> int:
        letter = patient_letters.newest(self.session, self.case.id)
        return letter.version if letter else 0

    def pdf(self, version: int) -> bytes:
        letter, at = patient_letters.printed(self.session, self.case, version)
        return letters.render("patient", letter.as_json(), at=at)


@pytest.fixture
def desk(session: Session, region: Region) -> Desk:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    return Desk(session, region, case, round_)


def test_the_draft_quotes_the_board_and_leaves_gaps_for_the_clinician(desk: Desk) -> None:
    patient_letters.begin(desk.session, desk.case, seen=0, viewer=desk.region.dirk, now=NOW)

    letter = patient_letters.newest(desk.session, desk.case.id)

    assert letter is not None and letter.state is PatientLetterState.DRAFT
    assert "Het overleg schreef: “Operatie.” [vul in: in gewone woorden]" in letter.text


def test_each_sentence_of_the_draft_begins_and_ends_as_a_sentence() -> None:
    """A title is written small in Dutch, and the board's own words often end in nothing."""
    item = {"kind": "surgery", "text": "RARP, zenuwsparend", "intent": "curative", "condition": "de scan schoon is"}
    where = {"place": "Deltamond UMC", "responsible": "dr. F.J. Wiersma", "due_on": "2026-12-25"}
    answers = {"told_by": "drs. M.A. van Loon", "told_on": "2026-12-01", "wish": "Snel weer werken", "again": "na de scan?"}

    text = letter_patient.draft(
        {
            "meeting_at": "2026-11-26T08:00:00+01:00", "outcome": "discussed", "board": "Uro-prostaat",
            "sections": {"diagnosis": "Prostaatcarcinoom cT2a", "advice": ""},
            "advice": {"items": [item | where], "answers": answers},
        }
    )  # fmt: skip

    assert "“Prostaatcarcinoom cT2a.” [vul in" in text and "“RARP, zenuwsparend.” [vul in" in text
    assert "“Snel weer werken.”" in text and "“na de scan?”" in text
    assert "Dit regelt dr. F.J. Wiersma voor u." in text
    assert "Dit bespreekt drs. M.A. van Loon met u op 1 december 2026." in text


def test_before_a_signature_there_is_nothing_to_write(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    with pytest.raises(IllegalMove):
        patient_letters.begin(session, case, seen=0, viewer=region.dirk, now=NOW)


def test_draft_read_released_and_every_version_stays(desk: Desk) -> None:
    desk.write()
    desk.read()
    made = desk.release()

    states = [one.state for one in patient_letters.history(desk.session, desk.case.id)]
    assert [state.value for state in states] == ["released", "read", "draft", "draft"]
    text = pdf_text.whole(desk.pdf(made.version))
    assert "De artsen adviseren een operatie." in text
    assert "Dirk" in text and "Concept" not in text
    assert "Geef deze brief nog niet aan de patiënt." in pdf_text.whole(desk.pdf(made.version - 1))


def test_with_a_gap_it_is_not_read_and_not_released(desk: Desk) -> None:
    desk.write(TEXT + " Bel met [Vul  in: naam")

    with pytest.raises(Incomplete):
        desk.read()


def test_words_that_were_typed_and_not_saved_are_not_read_away(desk: Desk) -> None:
    desk.write()
    with pytest.raises(Incomplete, match="nog niet bewaard"):
        patient_letters.mark_read(desk.session, desk.case, TEXT + " Getypt.", seen=desk.seen(), viewer=desk.region.dirk, now=NOW)


def test_it_is_not_released_unread(desk: Desk) -> None:
    desk.write()
    with pytest.raises(IllegalMove):
        desk.release()


def test_who_releases_has_read_it_themselves(desk: Desk) -> None:
    desk.write()
    patient_letters.mark_read(desk.session, desk.case, TEXT, seen=desk.seen(), viewer=desk.region.bram, now=NOW)
    with pytest.raises(IllegalMove):
        desk.release()


def test_another_text_must_be_read_again(desk: Desk) -> None:
    desk.write()
    desk.read()
    patient_letters.save(desk.session, desk.case, TEXT + " Meer.", seen=desk.seen(), viewer=desk.region.dirk, now=NOW)
    with pytest.raises(IllegalMove):
        desk.release()


def test_who_saw_an_older_version_changes_nothing(desk: Desk) -> None:
    desk.write()
    with pytest.raises(Stale):
        patient_letters.save(desk.session, desk.case, "Anders.", seen=1, viewer=desk.region.dirk, now=NOW)


def test_a_correction_makes_the_released_letter_outdated_and_stops_a_release(desk: Desk) -> None:
    desk.write()
    desk.read()
    desk.release()
    make.corrected(desk.session, desk.round, viewer=desk.region.bram, now=NOW + timedelta(hours=1))

    assert patient_letters.newest(desk.session, desk.case.id).outdated  # type: ignore[union-attr]
    patient_letters.save(desk.session, desk.case, TEXT, seen=desk.seen(), viewer=desk.region.dirk, now=NOW)
    with pytest.raises(IllegalMove, match="nieuwer advies"):
        desk.read()
    patient_letters.begin(desk.session, desk.case, seen=desk.seen(), viewer=desk.region.dirk, now=NOW)
    assert not patient_letters.newest(desk.session, desk.case.id).outdated  # type: ignore[union-attr]


def test_an_outdated_letter_says_so_on_every_page_that_is_printed_of_it(desk: Desk) -> None:
    desk.write(TEXT + "\n\nUw arts vertelt u meer." * 60)
    desk.read()
    released = desk.release()
    assert "Verouderd" not in pdf_text.whole(desk.pdf(released.version))

    make.corrected(desk.session, desk.round, viewer=desk.region.bram, now=NOW + timedelta(minutes=5))

    pages = pdf_text.pages(desk.pdf(released.version))
    assert len(pages) > 1 and all("Verouderd: er is een ander advies" in page for page in pages)


def test_its_template_stays_the_one_it_was_written_with(desk: Desk) -> None:
    row = letter_templates.begin(desk.session, desk.region.ada, letter_template_choice.Place(Audience.PATIENT), now=NOW)
    save = {"new_logo": b"", "now": NOW}
    letter_templates.save(
        desk.session, desk.region.ada, row.id, LetterTemplate(closing="Tot ziens in {ziekenhuis}."), seen=1, **save
    )  # type: ignore[arg-type]
    desk.write()
    before = desk.pdf(2)
    letter_templates.save(desk.session, desk.region.ada, row.id, LetterTemplate(closing="Dag."), seen=2, **save)  # type: ignore[arg-type]

    assert "Tot ziens in Ziekenhuis ZEED." in pdf_text.whole(before)
    assert desk.pdf(2) == before


def test_what_it_says_lies_sealed(desk: Desk) -> None:
    desk.write()
    kept = desk.session.scalars(select(PatientLetter.content_sealed)).all()
    assert len(kept) == 2 and not any(b"operatie" in one for one in kept)


def test_a_version_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        patient_letters.printed(desk.session, desk.case, 1)
