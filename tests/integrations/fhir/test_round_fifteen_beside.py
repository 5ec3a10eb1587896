"""What the fifteenth round of FHIR samples showed: a form in words was heard in a note of the request alone."""

from __future__ import annotations

import base64

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer

from .make import Node, bundle, patient, request
from .read_house import about, read
from .written_house import APPOINTMENT, FORM, REQUEST, TASK, letter, page

ORDER = about("ServiceRequest", status="active", intent="order", code={"text": "CT thorax"}) | {"id": "ct"}
WRITTEN = [
    about("Communication", status="completed", payload=[{"contentString": FORM}]),
    about("CommunicationRequest", status="active", payload=[{"contentString": FORM}]),
    about("List", status="current", mode="working", title="MDO-lijst", note=[{"text": FORM}]),
    APPOINTMENT | {"comment": FORM},
    APPOINTMENT | {"description": FORM},
    about("RequestGroup", status="active", intent="order", note=[{"text": FORM}], action=[{"resource": REQUEST}]),
    about("Observation", status="final", code={"text": "Aanmelding MDO"}, valueString=FORM),
    about("Observation", status="final", code={"text": "Aanmelding MDO"}, note=[{"text": FORM}]),
    about(
        "QuestionnaireResponse",
        status="completed",
        item=[{"linkId": "1", "text": "Toelichting", "answer": [{"valueString": FORM}]}],
    ),
    about(
        "DocumentReference",
        status="current",
        description="Aanmelding MDO",
        content=[{"attachment": {"contentType": "text/plain", "data": base64.b64encode(FORM.encode()).decode()}}],
    ),
    TASK | {"note": [{"text": FORM}]},
    TASK | {"description": FORM},
    letter({"title": "Aanmelding", "text": page(FORM.replace("\n", "<br/>"))}),
    letter(text=page(FORM.replace("\n", "<br/>")), section=[]),
]


@pytest.mark.parametrize("written", WRITTEN, ids=lambda one: f"{one['resourceType']} {list(one)[-1]}")
def test_a_form_in_words_beside_the_request_is_heard(written: Node) -> None:
    found = read(written)
    assert (found.question_board, found.case_manager.name, found.urgency) == ("Opereren?", "M. Zilver", "urgent")


@pytest.mark.parametrize("written", WRITTEN[:1], ids=["Communication"])
def test_so_is_one_that_the_request_holds(written: Node) -> None:
    found = read(asked=request(contained=[written], supportingInfo=[{"reference": "#x"}]))
    assert (found.question_board, found.case_manager.name, found.urgency) == ("Opereren?", "M. Zilver", "urgent")


@pytest.mark.parametrize("written", WRITTEN, ids=lambda one: f"{one['resourceType']} {list(one)[-1]}")
def test_where_the_request_asks_what_is_written_beside_it_is_told(written: Node) -> None:
    found = read(written, asked=request(note=[{"text": "Bestralen?"}]))
    assert found.question_board == "Bestralen?"
    assert found.documents or any("Opereren?" in fact.text for fact in found.facts)


@pytest.mark.parametrize(
    "silent",
    [
        about("Communication", status="not-done", payload=[{"contentString": FORM}]),
        TASK | {"id": "u", "status": "cancelled", "partOf": [{"reference": "Task/t"}], "note": [{"text": FORM}]},
        APPOINTMENT | {"status": "cancelled", "comment": FORM},
        letter({"title": "Aanmelding", "text": page(FORM)}, title="MDO-verslag", type={"text": "MDO-verslag"}),
        letter({"title": "CT thorax", "text": page(FORM)}),
        letter({"title": "Beeldvorming", "section": [{"title": "MRI", "text": page(FORM)}]}),
        about("Communication", status="completed", topic={"text": "Uitslag CT thorax"}, payload=[{"contentString": FORM}]),
        about("Communication", status="completed", payload=[{"contentString": FORM}]) | {"subject": {"display": "Mw. A. Anders"}},
        about("List", status="current", mode="working", title="Beeldvorming", note=[{"text": FORM}]),
        APPOINTMENT | {"serviceType": [{"text": "CT thorax"}], "comment": FORM},
        about("Task", status="requested", intent="order", code={"text": "CT thorax"}, description=FORM),
        about("CarePlan", status="completed", intent="plan", description=FORM),
        about("ClinicalImpression", status="completed", summary=FORM),
        about(
            "Communication",
            status="completed",
            basedOn=[{"reference": "#ct"}],
            payload=[{"contentString": FORM}],
            contained=[ORDER],
        ),
        about("Observation", status="final", code={"text": "CT thorax"}, valueString=FORM),
        about(
            "ServiceRequest", status="active", intent="order", code={"text": "CT thorax"}, note=[{"text": "Vraagstelling: Meta?"}]
        ),
    ],
    ids=[
        "never told",
        "task that ended",
        "appointment that is off",
        "report",
        "scan in a letter",
        "scan below a heading",
        "message of a scan",
        "of another in words",
        "list of scans",
        "appointment for a scan",
        "task for a scan",
        "plan that is over",
        "impression",
        "message of an order",
        "value of a scan",
        "order for a scan",
    ],
)
def test_what_is_over_or_asks_others_is_not_heard(silent: Node) -> None:
    asked = request(code={"text": "MDO urologie"})
    assert read(silent, asked=asked, who=patient(name=[{"family": "Jansen"}])).question_board == ""


def test_what_a_message_is_about_may_be_the_question() -> None:
    said = about("Communication", status="completed", topic={"text": "Vraagstelling"}, payload=[{"contentString": "Opereren?"}])
    assert read(said).question_board == "Opereren?"


def test_a_message_that_is_added_later_is_told_once() -> None:
    said = about("Communication", status="completed", payload=[{"contentString": FORM}], basedOn=[REQUEST])
    form = about("QuestionnaireResponse", status="completed", basedOn=[REQUEST], item=[]) | {"id": "f"}
    found = FhirReader().read(bundle(said, form, patient()), "generic-r4")
    assert isinstance(found, IncomingAnswer) and found.text == ""
    assert [fact.text for fact in found.facts] == [FORM]


@pytest.mark.parametrize(
    "words",
    [
        "Vraagstelling destijds: Opereren?",
        "> Vraagstelling: Opereren?\n> Behandelaar: dr. Oud",
        "Eerdere verwijzing 2019\nVraagstelling: Opereren?\nUitslag: gedaan",
        "Vraagstelling: Opereren?\nAntwoord: Ja, geopereerd",
        "MDO van 3 maart 2024\nVraagstelling: Opereren?\nAdvies: volgen",
        "Afgewezen.\nVraagstelling: Opereren?",
        "Vraag: heeft u deze e-mail per abuis ontvangen?\nDisclaimer: vertrouwelijk",
    ],
)
def test_what_was_asked_before_or_was_answered_asks_nothing_now(words: str) -> None:
    said = read(about("Communication", status="completed", payload=[{"contentString": words}]))
    assert (said.question_board, said.treating.name) == ("", "")
    assert any("ntvangen" in one.text or "pereren" in one.text for one in said.facts)  # it is told all the same


def test_what_a_pathologist_was_asked_asks_no_board() -> None:
    own = about("Observation", status="final", code={"text": "PA"}, valueString="Vraagstelling: Maligne?\nConclusie: ja")
    assert read(own).question_board == ""


def test_an_empty_answer_on_a_form_leaves_the_question_asked() -> None:
    words = "Vraagstelling: Opereren?\nAdvies:"
    said = read(about("Communication", status="completed", payload=[{"contentString": words}]))
    assert said.question_board.startswith("Opereren?")


@pytest.mark.parametrize("scan", ["Vraagstelling CT", "Vraag voor de MRI", "Klinische vraag PET-CT:"])
def test_what_a_scan_was_to_answer_asks_no_board(scan: str) -> None:
    answered = [(scan, "Metastasen?"), ("Vraagstelling", "Opereren?")]
    items = [{"linkId": str(n), "text": name, "answer": [{"valueString": said}]} for n, (name, said) in enumerate(answered)]
    said = read(about("QuestionnaireResponse", status="completed", item=items))
    assert said.question_board == "Opereren?"
    assert any(one.text == "Metastasen?" for one in said.facts)


def test_of_a_form_typed_in_the_question_the_question_is_asked() -> None:
    item = {"linkId": "1", "text": "Vraagstelling", "answer": [{"valueString": "Diagnose: darm\nVraagstelling: Opereren?"}]}
    said = read(about("QuestionnaireResponse", status="completed", item=[item]))
    assert said.question_board == "Opereren?"
    assert any("Diagnose: darm" in one.text for one in said.facts)
