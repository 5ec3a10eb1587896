"""What a message that was tried showed becomes the link's own, from the page that shows it: profile, sender, and where things stand."""

from __future__ import annotations

import html
import io
import re
import uuid
from typing import NamedTuple

import pytest
from sqlalchemy import select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Level
from mdo_portal.domain.link import Link
from tests import pdf_text
from tests.integrations.fhir.make import bundle, patient, request
from tests.integrations.hl7v2 import samples
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]

OWN = b"ZMD|1|Uro-prostaat|Binnen 3 dagen\r"


def with_own(raw: bytes = samples.REFERRAL) -> bytes:
    """The sample of a hospital that names the board in a segment of its own, and nowhere else."""
    return raw.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|").replace(b"Uro-prostaat", b"").rstrip(b"\r") + b"\r" + OWN


class New(NamedTuple):
    """A hospital that was just added, and takes part in a board; nothing is known of what it sends."""

    portal: Portal
    home: str

    @property
    def link(self) -> Link:
        with self.portal.database.transaction() as session:
            return session.scalars(select(Link).where(Link.hospital_id == uuid.UUID(self.home.rpartition("/")[2]))).one()

    def tried(self, raw: bytes, profile: str) -> str:
        form = {"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7"), "profile": profile}
        return html.unescape(self.portal.person("Ada").post(f"{self.home}/try", data=form).text)

    def taken(self, page: str, path: str, **form: str | list[str]) -> str:
        again = re.search(r'name="again" value="([^"]+)"', page)
        assert again is not None
        answer = self.portal.person("Ada").post(f"{self.home}/try/{path}", data={"csrf_token": CSRF, "again": again[1], **form})
        return html.unescape(answer.text)

    def adopted(self, profile: str) -> str:
        """The page once profile and sender were taken from its first message."""
        return self.taken(self.tried(with_own(), profile), "adopt", profile=profile, application="HIX", facility="NIEUW")


@pytest.fixture
def new(portal: Portal) -> New:
    form = {"csrf_token": CSRF, "name": "Nieuwland", "code": "NIEUW", "board": str(portal.region.boards["URO-P"])}
    return New(portal, portal.person("Ada").post("/links/new", data=form).headers["Location"])


def test_a_hospital_without_a_profile_is_set_up_from_its_first_message_with_one_button(new: New) -> None:
    page = new.tried(with_own(), "generic-v2")
    assert "Stel de koppeling zo in" in page and new.link.profile_in == ""
    assert "Dit bericht is te lezen; deze koppeling neemt het nog niet aan." in page and "wordt geweigerd" not in page

    after = new.taken(page, "adopt", profile="generic-v2", application="HIX", facility="NIEUW")

    link = new.link
    assert (link.profile_in, link.level, link.sending_applications, link.sending_facilities) == (
        "generic-v2", Level.HL7V2, ["HIX"], ["NIEUW"]
    )  # fmt: skip
    assert "De koppeling leest voortaan met dit profiel." in after and "Stel de koppeling zo in" not in after
    assert "Dit bericht wordt geweigerd." not in after


def test_before_a_profile_is_chosen_the_page_begins_with_that_of_the_epd_it_was_said_to_have(new: New) -> None:
    ada, home = new.portal.person("Ada"), new.home

    def chosen() -> str:
        found = re.search(r'<option value="([^"]+)" selected', ada.get(f"{home}/try").text)
        assert found is not None
        return found[1]

    before = chosen()
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Nieuwland", "epd": "HiX 6.3 (ChipSoft)"})

    assert (before, chosen()) == ("generic-v2", "hix")


def test_profile_and_sender_are_taken_both_or_neither(new: New) -> None:
    with new.portal.database.transaction() as session:
        zeed = session.scalars(select(Link).where(Link.hospital_id == new.portal.region.hospitals["ZEED"])).one()
        zeed.sending_applications, zeed.sending_facilities = ["HIX"], ["NIEUW"]

    page = new.adopted("hix")

    assert new.link.profile_in == "" and "De koppeling leest voortaan" not in page


def test_what_is_left_over_is_said_to_be_what_it_is_and_read_so_at_once(new: New) -> None:
    page = new.adopted("generic-v2")
    assert "Binnen 3 dagen" in page.partition('id="placing"')[2] and "goed gelezen" not in page
    assert '<a href="#placing">Kies het bij Niet geplaatst</a>' in page

    after = new.taken(page, "places", profile="generic-v2", **{"is": ["", "board_hint ZMD-2", "urgency ZMD-3"]})

    after = new.taken(after, "urgency", profile="generic-v2", word="Binnen 3 dagen", means="urgent")
    left = after.partition('id="placing"')[2]
    assert "Dit bericht wordt goed gelezen." in after and "De casus komt bij het MDO Uro-prostaat." in after
    assert "ZMD" not in left and "Dit woord kent het portaal niet" not in after
    assert 'board_hint = ["ZMD-2"' in new.link.otherwise and 'urgency = ["ZMD-3"' in new.link.otherwise
    assert '"Binnen 3 dagen" = "urgent"' in new.link.otherwise
    with new.portal.database.transaction() as session:
        details = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.seq.desc()).limit(8)).all()
    assert "places" in details and not any("Binnen" in one for one in details)


def test_where_a_field_stands_is_typed_beside_it_and_the_message_stays(new: New) -> None:
    page = new.adopted("hix")

    after = new.taken(page, "places", profile="hix", **{"at.board_hint": " zmd.2 "})

    assert "De casus komt bij het MDO Uro-prostaat." in after and 'board_hint = ["ZMD-2"' in new.link.otherwise


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Kies wat iets is, of waar het staat. Er is niets veranderd."),
        ({"is": ["urgency ZMD-2", "urgency ZMD-3"]}, "U koos twee plaatsen voor „Urgentie”."),
        ({"at.urgency": "in veld 2"}, "„in veld 2” is geen plaats in een bericht."),
        ({"is": ["patient.name PID-5", "nonsense"]}, "Kies wat iets is, of waar het staat."),
        ({"is": ["urgency ZMD-3"], "profile": "nexus"}, "met een ander profiel gelezen"),
    ],
)
def test_what_cannot_be_changes_nothing_and_the_message_is_still_there(
    new: New, form: dict[str, str | list[str]], sentence: str
) -> None:
    page = new.adopted("hix")

    after = new.taken(page, "places", **{"profile": "hix", **form})

    assert sentence in after and "Binnen 3 dagen" in after
    assert new.link.otherwise == ""


def test_a_profile_without_a_line_is_none_to_read_with(new: New) -> None:
    page = new.tried(with_own(), "hix")

    for profile in ("paper", "no-such", "folder-laid"):
        assert "Met dit profiel komt er geen bericht binnen." in new.taken(page, "adopt", profile=profile)
    assert new.link.profile_in == ""


def test_own_places_lapse_with_the_profile_and_the_page_says_so_before_and_after(new: New) -> None:
    page = new.adopted("hix")
    new.taken(page, "places", profile="hix", **{"is": "urgency ZMD-3"})

    other = new.tried(with_own(), "nexus")
    after = new.taken(other, "adopt", profile="nexus")

    assert "Wat elders staat hoort bij het vorige profiel en vervalt." in other and "ZMD-3" not in new.link.otherwise
    assert "Wat elders stond hoorde bij het vorige profiel en is vervallen." in after


def test_what_is_fhir_says_what_to_choose_when_the_hospital_has_no_profile_yet(new: New) -> None:
    page = new.tried(b'{"resourceType": "Bundle"}', "generic-v2")

    assert "Kies hieronder een profiel voor FHIR" in page and "Voortaan zo lezen" not in page


def test_a_hospital_that_sends_fhir_takes_its_profile_from_a_bundle_and_then_needs_a_token(new: New) -> None:
    page = new.tried(bundle(patient(), request()), "generic-r4")
    after = new.taken(page, "adopt", profile="generic-r4")

    assert "Stel de koppeling zo in" in page and "Voortaan zo lezen" not in page
    assert (new.link.profile_in, new.link.level) == ("generic-r4", Level.FHIR)
    assert "Stel de koppeling zo in" not in after and "Token maken" in new.portal.person("Ada").get(new.home).text


def unrouted(new: New) -> str:
    """The page of a message that names its board by a word of the hospital's own."""
    raw = with_own().replace(b"|Uro-prostaat|", b"|Urologie  regio|")
    page = new.taken(new.tried(raw, "hix"), "adopt", profile="hix", application="HIX", facility="NIEUW")
    return new.taken(page, "places", profile="hix", **{"is": "board_hint ZMD-2"})


def test_the_hospitals_own_word_for_a_board_becomes_a_name_of_it_from_the_same_page(new: New) -> None:
    before = unrouted(new)
    word = re.search(r'name="word" value="([^"]+)"', before)
    assert word is not None and "„Urologie  regio”" in before and "Dit bericht wordt goed gelezen." not in before

    after = new.taken(before, "board", profile="hix", word=word[1], board=str(new.portal.region.boards["URO-P"]))

    assert "Dit bericht wordt goed gelezen." in after and "De casus komt bij het MDO Uro-prostaat." in after
    with new.portal.database.transaction() as session:
        board = session.get_one(Board, new.portal.region.boards["URO-P"])
        detail = session.scalars(select(AuditEntry.detail).where(AuditEntry.object_id == str(board.id))).all()
    assert "urologie regio" in board.aliases and detail[-1] == "aliases"


def test_a_word_that_means_another_board_already_or_a_board_of_others_is_no_name(new: New) -> None:
    page, region = unrouted(new), new.portal.region

    taken = new.taken(page, "board", profile="hix", word="Lage GI", board=str(region.boards["URO-P"]))
    others = new.taken(page, "board", profile="hix", word="Urologie regio", board=str(region.boards["GI"]))
    nothing = new.taken(page, "board", profile="hix", word="  ", board=str(region.boards["URO-P"]))

    assert "Met dat woord wordt al het MDO Lage GI bedoeld. Er is niets veranderd." in taken
    assert "Kies welk MDO bedoeld is." in others and "Een naam van een MDO heeft hoogstens 80 tekens." in nothing
    with new.portal.database.transaction() as session:
        assert "lage gi" not in session.get_one(Board, region.boards["URO-P"]).aliases


def test_a_board_in_which_the_hospital_takes_no_part_is_called_so_and_its_name_is_given_to_no_other_board(new: New) -> None:
    """The page told to put *Lage GI* among the names of Uro-prostaat: every bowel would have come before the urologists."""
    raw = with_own().replace(b"|Uro-prostaat|", b"|Lage GI|")
    page = new.taken(new.tried(raw, "hix"), "adopt", profile="hix", application="HIX", facility="NIEUW")
    page = new.taken(page, "places", profile="hix", **{"is": "board_hint ZMD-2"})
    sealed = re.search(r'name="report" value="([^"]+)"', page)

    assert "Dat is het MDO Lage GI, en daaraan neemt dit ziekenhuis niet deel" in page
    assert "Kies de MDO’s van dit ziekenhuis" in page and "Dit MDO is bedoeld" not in page
    assert sealed is not None
    paper = new.portal.person("Ada").post(f"{new.home}/report", data={"csrf_token": CSRF, "report": sealed[1]})
    printed = " ".join(pdf_text.whole(paper.data).split())
    assert "Daar staat een MDO waaraan dit ziekenhuis niet deelneemt." in printed and "Lage GI" not in printed


def test_who_may_not_set_up_boards_reads_whom_to_ask_instead(new: New) -> None:
    page = unrouted(new)
    again = re.search(r'name="again" value="([^"]+)"', page)
    assert again is not None
    lars, home = new.portal.person("Lars"), new.portal.link("ZEED")
    form = {"csrf_token": CSRF, "profile": "hix", "message": "MSH|^~\\&|HIX|ZEED||||ORU^R01|1|P|2.4\rPID|1||7\r"}

    shown = lars.post(f"{home}/try", data=form).text
    refused = lars.post(f"{home}/try/board", data={"csrf_token": CSRF, "again": again[1], "word": "x", "board": "x"})

    assert "Dit MDO is bedoeld" in page and "Dit MDO is bedoeld" not in shown and refused.status_code == 403


def test_a_word_for_urgent_that_the_work_list_does_not_know_is_never_good_and_is_said_from_the_same_page(new: New) -> None:
    """An urgent referral looked like one that could wait, and the page called it good."""
    page = new.taken(new.adopted("hix"), "places", profile="hix", **{"is": ["board_hint ZMD-2", "urgency ZMD-3"]})
    sealed = re.search(r'name="report" value="([^"]+)"', page)
    assert sealed is not None
    report = new.portal.person("Ada").post(f"{new.home}/report", data={"csrf_token": CSRF, "report": sealed[1]})

    after = new.taken(page, "urgency", profile="hix", word="binnen 3 DAGEN", means="asap")
    wrong = new.taken(page, "urgency", profile="hix", word="Binnen 3 dagen", means="rood")

    assert "Dit woord kent het portaal niet als urgentie" in page and "Dit bericht wordt goed gelezen." not in page
    assert "Dit bericht wordt goed gelezen." in after and "Dit woord kent het portaal niet" not in after
    assert "Kies wat dit woord betekent." in wrong and "rood" not in new.link.otherwise
    words = " ".join(pdf_text.whole(report.data).split())
    assert "Dit woord kent het portaal niet als urgentie" in words and "Binnen 3 dagen" not in words
    assert "geen bekend woord voor urgentie (gewenst)" in words and "geen MDO van dit ziekenhuis" not in words


@pytest.mark.parametrize(("path", "form"), [("urgency", {"word": "rood", "means": "asap"}), ("places", {"is": "urgency ZMD-3"})])
def test_a_link_without_a_profile_learns_nothing_of_a_message_and_says_why(new: New, path: str, form: dict[str, str]) -> None:
    page = new.taken(new.tried(with_own(), "hix"), path, profile="hix", **form)
    bare = new.taken(new.tried(with_own(), "hix"), path, **form)

    assert "met een ander profiel gelezen" in page and "Kies een profiel" in bare
    assert new.link.otherwise == ""


def test_a_message_that_its_sender_calls_a_test_is_said_to_be_one_and_is_not_called_damaged(new: New) -> None:
    page = new.tried(samples.REFERRAL.replace(b"|P|2.", b"|T|2."), "generic-v2")
    assert "de afzender noemt dit een proefbericht" in page and "kon niet worden gelezen" not in page


def test_who_takes_over_a_profile_for_another_wire_reads_beforehand_what_is_read_no_more(new: New) -> None:
    """A line that runs goes on sending HL7 v2: every message of it would stand among the unreadable ones."""
    new.adopted("generic-v2")
    ends = "Wat dit EPD over HL7 v2 stuurt, wordt dan niet meer gelezen"

    assert ends in new.tried(bundle(patient(), request()), "generic-r4")
    assert ends not in new.tried(with_own(), "hix")


def test_a_bundle_on_a_line_for_hl7_v2_says_how_it_is_tried(new: New) -> None:
    new.adopted("generic-v2")

    page = new.tried(bundle(patient(), request()), "generic-v2")

    assert "Dit is FHIR; deze koppeling leest HL7 v2." in page
    assert "Kies hieronder een profiel voor FHIR en lees het opnieuw." in page
