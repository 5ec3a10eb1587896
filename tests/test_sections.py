"""In which column of a case a value stands, as its hospital's link says it: by the code or the name of the value."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from integrations.fhir.explain import FhirExplainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal import wiring_profiles
from mdo_portal.exchange import IncomingReferral, Section, profile_of_link
from tests.integrations.fhir.make import bundle, patient, request
from tests.integrations.hl7v2 import samples

WORDS = ("PRX", "2857-1", "Prostaatindex", "PSA-ratio", "CT van de PSA", "a.b|c", "É", 'zegt "zo"', "WHO", "x\\y")
#: (code, name): each word once as the code of a value and once as the name of a value without one
VALUES = [value for word in WORDS for value in ((word, "Bepaling"), ("", word))]


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(list(Section))), min_size=1, max_size=6))
def test_a_value_stands_in_the_column_that_was_chosen_last_for_its_code_or_name_and_no_other_value_moves(
    chosen: list[tuple[str, Section]],
) -> None:
    otherwise = ""
    for word, section in chosen:
        otherwise = wiring_profiles.section_otherwise("generic-v2", otherwise, word, section)
    last = dict(chosen)

    after = _sections(otherwise)

    assert after == [last.get(code or name, before) for (code, name), before in zip(VALUES, _sections(""), strict=True)]


@cache
def _sections(otherwise: str) -> list[str]:
    """In which columns the values stand, each with its own code and name, in one message that has them all: reading it is what costs."""
    sign = str.maketrans({"|": "\\F\\", "^": "\\S\\", "\\": "\\E\\", "&": "\\T\\"})
    segments = (
        f"OBX|{n}|ST|{code.translate(sign)}^{name.translate(sign)}^L||waarde {n}||||||F\r"
        for n, (code, name) in enumerate(VALUES, 90)
    )
    raw = samples.REFERRAL.rstrip(b"\r") + b"\r" + "".join(segments).encode()
    read = Hl7Reader().read(raw, profile_of_link("generic-v2", otherwise))
    assert isinstance(read, IncomingReferral)
    columns = {fact.text: fact.section for fact in read.facts}
    return [columns[f"waarde {n}"] for n in range(90, 90 + len(VALUES))]


def resource(kind: str, **told: object) -> dict[str, object]:
    return {"resourceType": kind, "id": f"{kind}-{len(told)}", "subject": {"reference": "Patient/p"}, **told}


def read(raw: bytes, otherwise: str) -> dict[str, tuple[str, str]]:
    """Of each value that is read: its column, and the word by which a link may give it another."""
    explained = FhirExplainer().explain(raw, profile_of_link("generic-r4", otherwise))
    return {one.value: (one.section, one.word) for one in explained.fields if one.name == "fact"}


def test_of_fhir_what_may_be_given_another_column_stands_there_once_it_is_and_nothing_else_moves() -> None:
    loinc = {"coding": [{"system": "http://loinc.org", "code": "99-1", "display": "Index"}]}
    raw = bundle(
        patient(),
        request(),
        resource(
            "Observation", code=loinc, valueString="waarde", status="final", category=[{"coding": [{"code": "laboratory"}]}]
        ),
        resource("Observation", code={"text": "Los"}, valueString="zonder code", status="final"),
        resource("Procedure", code={"coding": [{"code": "P-1", "display": "Ingreep"}]}, status="completed"),
        resource("Condition", code={"coding": [{"code": "C-1", "display": "Ziekte"}]}),
    )
    before = read(raw, "")
    assert {value: word for value, (_, word) in before.items()} == {
        "waarde": "99-1",
        "zonder code": "",
        "Ingreep": "P-1",
        "Ziekte": "",
    }

    for value, (_, word) in before.items():
        if word:
            after = read(raw, wiring_profiles.section_otherwise("generic-r4", "", word, "pathology"))
            assert {one: column for one, (column, _) in after.items()} == {
                one: "pathology" if one == value else column for one, (column, _) in before.items()
            }


def test_no_word_is_offered_for_a_column_that_the_category_decides() -> None:
    """A link that gave the code of this report another column would see it stand where it stood."""
    coded = {"coding": [{"code": "R-1", "display": "Onderzoek"}]}
    category = [{"coding": [{"system": "http://snomed.info/sct", "code": "108257001"}]}]
    raw = bundle(
        patient(), request(), resource("DiagnosticReport", code=coded, status="final", conclusion="Adenoom", category=category)
    )
    assert read(raw, "") == {"Adenoom": ("pathology", "")}
    assert read(raw, '[sections]\n"R-1" = "imaging"\n') == {"Adenoom": ("pathology", "")}


def test_of_two_values_with_one_unit_each_is_said_to_stand_in_its_own_resource() -> None:
    amount = {"value": 12, "unit": "umol/L"}
    codes = [{"coding": [{"system": "http://loinc.org", "code": f"{n}-1", "display": f"Bepaling {n}"}]} for n in range(5)]
    values = [{**resource("Observation", code=code, valueQuantity=amount), "id": f"o{n}"} for n, code in enumerate(codes)]

    explained = FhirExplainer().explain(bundle(patient(), request(), *values), "generic-r4")

    places = [one.place.partition(".")[0] for one in explained.fields if one.name == "fact"]
    assert places == [f"Observation/{n}" for n in range(2, 7)]
