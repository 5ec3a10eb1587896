"""A letter that leaves follows the template that was frozen when its decision was signed, in the PDF and in its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.letters.letter_template import REFERRER_SECTIONS, LetterTemplate, Section
from mdo_portal.services.letters import letter_template_choice, letter_templates
from tests import make, pdf_text
from tests.make import NOW
from tests.people import Region
from tests.pictures import png

ADVICE_FIRST = (Section("advice", "Wat wij adviseren"), *(one for one in REFERRER_SECTIONS if one.key != "advice"))


@dataclass
class Receiver:
    """Takes the second time: the first time it is not there."""

    came: list[OutgoingDecision] = field(default_factory=list)

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        self.came.append(decision)
        return Receipt(ReceiptKind.LATER if len(self.came) == 1 else ReceiptKind.ACCEPTED, "AA", reference="1")


def test_the_letter_that_leaves_is_the_one_that_was_signed_and_the_same_when_it_goes_again(
    database: Database, region: Region
) -> None:
    with database.transaction() as session:
        row = letter_templates.begin(session, region.ada, letter_template_choice.Place(Audience.REFERRER), now=NOW)
        words = LetterTemplate(closing="Met groet van {mdo}.", logo="new", sections=ADVICE_FIRST)
        letter_templates.save(session, region.ada, row.id, words, seen=1, new_logo=png(), now=NOW)
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
        letter_templates.save(session, region.ada, row.id, LetterTemplate(closing="Anders."), seen=2, new_logo=b"", now=NOW)
    receiver = Receiver()
    for at in (NOW, NOW + timedelta(hours=1)):
        dispatch.send_next(database, {Channel.MLLP: receiver}, clock=lambda at=at: at)  # type: ignore[misc]

    first, second = receiver.came
    text = pdf_text.whole(first.letter_pdf)
    assert "Met groet van Uro-prostaat." in text and "Anders." not in text
    assert b"/Subtype/Image" in first.letter_pdf
    assert first.sections[0][0] == "Wat wij adviseren"
    assert text.index("Wat wij adviseren") < text.index("Vraag aan het MDO")
    assert second.letter_pdf == first.letter_pdf
