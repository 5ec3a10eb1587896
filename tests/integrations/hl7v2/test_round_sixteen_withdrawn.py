"""A registration that is taken back by the title of a document, or by a line of its form and nothing else; and titles that stand in TXA-16."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import PID, labelled, read

REGISTERS = "OBR|1|O1||AANM^Aanmelding MDO Long|||20260301||||||||||||||||||F"


def document(title: str, *, parent: str = "DOC-1", status: str = "AU", event: str = "T02", kind: str = "CN") -> object:
    told = f"TXA|1|{kind}|TX|20260302||||||||DOC-2|{parent}|||{title}|{status}"
    return read(f"MDM^{event}", told, "OBX|1|TX|N^Notitie||Patiënt ziet af van bespreking.")


@pytest.mark.parametrize(
    "title",
    [
        "Intrekking aanmelding MDO colorectaal",
        "Aanmelding MDO long ingetrokken",
        "Annulering verwijzing MDO",
        "Intrekking MDO-aanmelding hoofd-hals",
        "Geannuleerd: aanmelding uro-MDO",
        "Intrekking van de aanmelding voor het regionale MDO mamma",
    ],
)
@pytest.mark.parametrize("event", ["T02", "T06", "T10"])
def test_a_document_that_takes_a_registration_back_by_its_title_takes_back_the_one_before_it(title: str, event: str) -> None:
    found = document(title, event=event)
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled, found.question_board) == ("DOC-1", True, "")
    assert found.cancel_reason == "Patiënt ziet af van bespreking."


@pytest.mark.parametrize(
    ("title", "parent", "status"),
    [
        ("Intrekking aanmelding MDO colorectaal", "", "AU"),
        ("Intrekking aanmelding MDO colorectaal", "DOC-1", "CA"),
        ("Intrekking toestemming onderzoek", "DOC-1", "AU"),
        ("Annulering afspraak na MDO", "DOC-1", "AU"),
        ("Verslag MDO: verwijzing vervallen", "DOC-1", "AU"),
        ("Intrekking aanvraag CT MDO long", "DOC-1", "AU"),
        ("Annulering aanvraag beelden MDO", "DOC-1", "AU"),
        ("Annulering aanvraag MDO-verslag", "DOC-1", "AU"),
        ("Aanmelding MDO na annulering operatie", "DOC-1", "AU"),
        ("Verwijzing MDO, OK geannuleerd", "DOC-1", "AU"),
        ("Aanmelding MDO long niet ingetrokken", "DOC-1", "AU"),
        ("Verwijzing MDO: eerdere annulering vervallen", "DOC-1", "AU"),
        ("Aanmelding MDO long, intrekking ongedaan gemaakt", "DOC-1", "AU"),
        ("Annulering poliafspraak, verwijzing MDO", "DOC-1", "AU"),
    ],
)
def test_what_does_not_say_that_a_registration_before_it_is_over_takes_nothing_back(title: str, parent: str, status: str) -> None:
    assert isinstance(document(title, parent=parent, status=status), IncomingResult)


def test_a_title_where_a_file_has_its_name_is_told() -> None:
    assert "Notitie (Brief na bespreking MDO)" in labelled(document("Brief na bespreking MDO"))
    assert "Notitie" in labelled(document("brief na mdo.pdf"))


def test_a_form_that_says_that_it_is_taken_back_asks_nothing_and_takes_back() -> None:
    found = read("ORU^R01", REGISTERS, "OBX|1|ST|S^Status aanmelding||Ingetrokken", "OBX|2|TX|R^Reden intrekking||Gaat elders")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled, found.cancel_reason) == ("O1", True, "Gaat elders")


@pytest.mark.parametrize("name", ["Status MDO beelden", "Status vorige aanmelding", "Status toestemming MDO"])
def test_what_is_off_beside_a_registration_takes_it_off_no_list(name: str) -> None:
    found = read("ORU^R01", REGISTERS, f"OBX|1|ST|S^{name}||Vervallen", "OBX|2|TX|V^Vraagstelling||SBRT?")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.question_board) == (False, "SBRT?")


@pytest.mark.parametrize(
    "name", ["Status aanmelding", "Status van de aanmelding", "MDO-status", "Aanmeldstatus MDO", "Status MDO-aanmelding"]
)
def test_the_state_of_a_registration_is_one_however_it_is_called(name: str) -> None:
    found = read("ORU^R01", REGISTERS, f"OBX|1|ST|S^{name}||Ingetrokken")
    assert isinstance(found, IncomingReferral)
    assert found.cancelled


def test_a_form_that_tells_another_state_is_told() -> None:
    told = ("OBX|1|ST|S^Status aanmelding||Afgerond", "OBX|2|TX|B^Besluit||SBRT")
    assert isinstance(read("ORU^R01", REGISTERS, *told), IncomingResult)


@pytest.mark.parametrize(("system", "hint"), [("MDOPORTAAL", ""), ("MDOLONG", "MDOLONG")])
def test_a_portal_for_boards_in_one_word_is_no_board(system: str, hint: str) -> None:
    header = f"MSH|^~\\&|HIX|ZEED|{system}|NET|20260302121500||REF^I12|M2|P|2.5"
    raw = "\r".join((header, PID, "RF1|P|R|||||R1", "NTE|1||Vraag: SBRT?", "")).encode()
    assert getattr(Hl7Reader().read(raw, "generic-v2"), "board_hint", None) == hint
