"""Which template counts, that a signature freezes it, and that a version never changes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.letters import LetterTemplateVersion
from mdo_portal.errors import IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.letters import letter_sample, letters
from mdo_portal.letters.letter_content import decision_letter
from mdo_portal.letters.letter_data import Recipient, Stamp
from mdo_portal.letters.letter_template import GP_SECTIONS, REFERRER_SECTIONS, LetterTemplate, Section, from_json
from mdo_portal.services.decisions import decisions
from mdo_portal.services.letters import letter_template_choice, letter_templates
from mdo_portal.services.letters.letter_template_choice import Place
from tests import make, pdf_text
from tests.make import NOW
from tests.people import Region
from tests.pictures import png


def template(session: Session, region: Region, place: Place, **words: Any) -> LetterTemplateVersion:
    row = letter_templates.begin(session, region.ada, place, now=NOW)
    seen = letter_templates.version_of(session, row.id).version
    said = replace(letter_templates.words(letter_templates.version_of(session, row.id)), **words)
    return letter_templates.save(session, region.ada, row.id, said, seen=seen, new_logo=b"", now=NOW)


def signed(session: Session, region: Region) -> Decision:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    return make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)


def as_pdf(session: Session, decision: Decision) -> bytes:
    stamp = Stamp(
        recipient=Recipient("dr. D. Dirksen"), bsn="", document_number=decision.document_number, signed_at=decision.signed_at,
        text_hash=decision.content_hash, reason="", logo=letter_template_choice.logo_for(session, decision.content, Audience.REFERRER),
    )  # fmt: skip
    return letters.render("decision", decision_letter(decision.content, stamp).as_json(), at=decision.signed_at)


def test_the_most_precise_template_counts(session: Session, region: Region) -> None:
    zeed, uro, gi = region.hospitals["ZEED"], region.boards["URO-P"], region.boards["GI"]
    places = {"regio": (None, None), "mdo": (uro, None), "huis": (None, zeed), "beide": (uro, zeed)}
    for name, (board, hospital) in places.items():
        template(session, region, Place(Audience.REFERRER, board, hospital), intro=name)

    def counts(board: Any, hospital: Any, audience: Audience = Audience.REFERRER) -> str:
        return letter_templates.words(letter_template_choice.in_force(session, Place(audience, board, hospital))).intro

    assert counts(uro, zeed) == "beide"
    assert counts(gi, zeed) == "huis"
    assert counts(uro, region.hospitals["DELT"]) == "mdo"
    assert counts(gi, region.hospitals["DELT"]) == "regio"
    assert counts(uro, zeed, Audience.GP) == ""


def test_out_of_use_a_more_general_one_counts(session: Session, region: Region) -> None:
    template(session, region, Place(Audience.REFERRER), intro="regio")
    own = Place(Audience.REFERRER, None, region.hospitals["ZEED"])
    made = template(session, region, own, intro="huis")

    letter_templates.take_out(session, region.ada, made.template_id, seen=made.version, now=NOW)

    assert letter_templates.words(letter_template_choice.in_force(session, own)).intro == "regio"


def test_a_new_template_begins_with_what_counts_there_now(session: Session, region: Region) -> None:
    template(session, region, Place(Audience.GP), intro="regio")

    row = letter_templates.begin(session, region.ada, Place(Audience.GP, region.boards["URO-P"]), now=NOW)

    assert letter_templates.words(letter_templates.version_of(session, row.id)).intro == "regio"
    assert letter_templates.begin(session, region.ada, Place(Audience.GP, region.boards["URO-P"]), now=NOW).id == row.id


def test_a_signed_letter_stays_the_same_bytes_when_its_template_changes(session: Session, region: Region) -> None:
    row = letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=NOW)
    words = LetterTemplate(intro="Zoals het was, over {mdo}.", logo="new")
    letter_templates.save(session, region.ada, row.id, words, seen=1, new_logo=png(), now=NOW)
    decision = signed(session, region)
    before = as_pdf(session, decision)

    letter_templates.save(session, region.ada, row.id, LetterTemplate(intro="Heel anders."), seen=2, new_logo=b"", now=NOW)

    assert "Zoals het was, over Uro-prostaat." in pdf_text.whole(before)
    assert b"/Subtype/Image" in before
    assert decision.content["template"]["referrer"]["version"] == 2
    assert as_pdf(session, decision) == before


def test_without_a_template_nothing_is_frozen(session: Session, region: Region) -> None:
    assert "template" not in signed(session, region).content


def test_a_chair_who_read_the_old_letter_reads_the_new_one_first(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.discussed(session, round_, viewer=region.bram)
    seen = decisions.preview(session, round_, case, network=make.NETWORK, viewer=region.bram, now=NOW).content_hash
    template(session, region, Place(Audience.REFERRER), intro="Nieuw.")

    with pytest.raises(Stale):
        decisions.sign(
            session, round_, case, seen_hash=seen, reason="", network=make.NETWORK, viewer=region.bram, now=NOW
        )  # fmt: skip


def test_who_saves_second_hears_that_somebody_was_first(session: Session, region: Region) -> None:
    row = letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=NOW)
    letter_templates.save(session, region.ada, row.id, LetterTemplate(intro="eerste"), seen=1, new_logo=b"", now=NOW)

    with pytest.raises(Stale):
        letter_templates.save(session, region.ada, row.id, LetterTemplate(intro="tweede"), seen=1, new_logo=b"", now=NOW)


def test_an_earlier_version_comes_back_as_a_new_one(session: Session, region: Region) -> None:
    row = letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=NOW)
    for seen, intro in ((1, "een"), (2, "twee")):
        letter_templates.save(session, region.ada, row.id, LetterTemplate(intro=intro), seen=seen, new_logo=b"", now=NOW)

    made = letter_templates.put_back(session, region.ada, row.id, 2, seen=3, now=NOW)

    assert (made.version, made.back_to, letter_templates.words(made).intro) == (4, 2, "een")
    said = session.scalars(select(LetterTemplateVersion).order_by(LetterTemplateVersion.version)).all()
    assert [one.words["intro"] for one in said] == ["", "een", "twee", "een"]


def test_a_version_out_of_use_is_not_put_back(session: Session, region: Region) -> None:
    row = letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=NOW)
    letter_templates.take_out(session, region.ada, row.id, seen=1, now=NOW)

    with pytest.raises(IllegalMove):
        letter_templates.put_back(session, region.ada, row.id, 2, seen=2, now=NOW)


HIDDEN_ADVICE = tuple(Section(one.key, one.heading, one.key != "advice") for one in REFERRER_SECTIONS)
NO_HEADING = tuple(Section(one.key, "" if one.key == "trial" else one.heading) for one in REFERRER_SECTIONS)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("intro", {"intro": "Geachte {naam},"}),
        ("closing", {"closing": "Groet { van ons"}),
        ("footer", {"footer": "x" * 101}),
        ("name", {"name": "Links\u202erechts"}),
        ("lines", {"lines": ("a", "b", "c", "d", "e")}),
        ("sections", {"sections": HIDDEN_ADVICE}),
        ("sections", {"sections": NO_HEADING}),
        ("sections", {"sections": GP_SECTIONS[:3]}),
    ],
)
def test_what_no_letter_may_say_is_refused_at_its_field(
    session: Session, region: Region, field: str, words: dict[str, Any]
) -> None:
    with pytest.raises(Incomplete) as refused:
        template(session, region, Place(Audience.REFERRER), **words)
    assert list(refused.value.fields) == [field]


def test_a_logo_that_is_no_png_is_refused(session: Session, region: Region) -> None:
    row = letter_templates.begin(session, region.ada, Place(Audience.REFERRER), now=NOW)
    with pytest.raises(Incomplete) as refused:
        letter_templates.save(session, region.ada, row.id, LetterTemplate(), seen=1, new_logo=b"<svg/>", now=NOW)
    assert list(refused.value.fields) == ["logo"]


def test_a_template_for_a_board_that_is_not_there_is_not_made(session: Session, region: Region) -> None:
    with pytest.raises(NotFound):
        letter_templates.begin(session, region.ada, Place(Audience.GP, region.hospitals["ZEED"]), now=NOW)


@pytest.mark.parametrize("audience", Audience)
def test_every_kind_prints_a_full_template_and_the_same_bytes_twice(audience: Audience) -> None:
    words = LetterTemplate(
        name="Ziekenhuis Voorbeeld", lines=("Straat 1", "1234 AB Stad"), phone="088", logo="x", salutation="Geachte {mdo},",
        intro="Over {ziekenhuis}.", closing="Op {datum}.", footer="Vragen: bel ons", bsn=True,
    )  # fmt: skip
    again = from_json(json.loads(json.dumps(words.as_json())))
    first, second = (letter_sample.sample(audience, one, network="Netwerk", logo=png()) for one in (words, again))
    text = pdf_text.whole(first)

    assert first == second
    for said in (
        "Ziekenhuis Voorbeeld",
        "Geachte Voorbeeld-MDO,",
        "Over Voorbeeldziekenhuis.",
        "Op 5 maart 2026.",
        "Vragen: bel ons",
    ):
        assert said in text
    assert "{" not in text
