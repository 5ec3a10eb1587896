"""Of which bacterium a sensitivity is: of two in one culture it was told nowhere, and of two that answered alike one was gone."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request
from .read_house import told, value

COLI, FAECALIS = "Escherichia coli", "Enterococcus faecalis"


def found(name: str, germ: str, *members: str, **more: Any) -> Node:
    inside = {"hasMember": [{"reference": f"Observation/{one}"} for one in members]} if members else {}
    return value("Kweek", id=name, valueCodeableConcept={"text": germ}, **inside, **more)


def answer(name: str, drug: str = "Ciprofloxacine", said: str = "S", **more: Any) -> Node:
    return value(drug, id=name, valueCodeableConcept={"text": said}, **more)


def from_(name: str) -> Node:
    return {"derivedFrom": [{"reference": f"Observation/{name}"}]}


ALIKE = [
    ("Kweek", COLI),
    ("Kweek", FAECALIS),
    (f"Ciprofloxacine ({COLI})", "S"),
    (f"Ciprofloxacine ({FAECALIS})", "S"),
]


def test_a_sensitivity_says_of_which_bacterium_it_is_by_the_members_of_each() -> None:
    assert told(found("a", COLI, "x"), found("b", FAECALIS, "y"), answer("x"), answer("y")) == ALIKE


def test_or_by_what_it_was_derived_from() -> None:
    assert told(found("a", COLI), found("b", FAECALIS), answer("x", **from_("a")), answer("y", **from_("b"))) == ALIKE


def test_or_by_a_panel_in_between_that_has_no_value_of_its_own() -> None:
    panel = value("Resistentiebepaling", id="p1", hasMember=[{"reference": "Observation/x"}])
    other = value("Resistentiebepaling", id="p2", hasMember=[{"reference": "Observation/y"}])
    assert told(found("a", COLI, "p1"), found("b", FAECALIS, "p2"), panel, other, answer("x"), answer("y")) == ALIKE


def test_drugs_that_were_tried_on_one_of_them_only_say_it_too() -> None:
    shown = told(found("a", COLI, "x"), found("b", FAECALIS, "y"), answer("x", "Nitrofurantoïne"), answer("y", "Vancomycine"))
    assert shown[2:] == [(f"Nitrofurantoïne ({COLI})", "S"), (f"Vancomycine ({FAECALIS})", "S")]


def test_of_two_of_one_kind_each_has_its_number() -> None:
    shown = told(found("a", COLI, "x"), found("b", COLI, "y"), answer("x", said="S"), answer("y", said="R"))
    assert shown == [
        ("Kweek (1)", COLI),
        ("Kweek (2)", COLI),
        (f"Ciprofloxacine ({COLI} 1)", "S"),
        (f"Ciprofloxacine ({COLI} 2)", "R"),
    ]


@pytest.mark.parametrize("kind", ["has-member", "derived-from"])
def test_in_stu3_both_are_relations(kind: str) -> None:
    def related(one: str) -> Node:
        return {"related": [{"type": kind, "target": {"reference": f"Observation/{one}"}}]}

    up, down = (("x", "y"), ()) if kind == "has-member" else ((), ("a", "b"))
    wholes = [found(one, germ, **(related(up[n]) if up else {})) for n, (one, germ) in enumerate([("a", COLI), ("b", FAECALIS)])]
    parts = [answer(one, **(related(down[n]) if down else {})) for n, one in enumerate(("x", "y"))]
    read = FhirReader().read(bundle(request(resourceType="ReferralRequest"), patient(), *wholes, *parts), "generic-stu3")
    assert isinstance(read, IncomingReferral)
    assert [(one.label, one.text) for one in read.facts] == ALIKE


def test_one_bacterium_alone_is_plain() -> None:
    assert told(found("a", COLI, "x"), answer("x")) == [("Kweek", COLI), ("Ciprofloxacine", "S")]


def test_values_with_parts_of_other_names_stay_as_they_are() -> None:
    stage = value("Klinisch stadium", id="a", valueCodeableConcept={"text": "IIA"}, hasMember=[{"reference": "Observation/x"}])
    other = value(
        "Pathologisch stadium", id="b", valueCodeableConcept={"text": "IIB"}, hasMember=[{"reference": "Observation/y"}]
    )
    shown = told(stage, other, answer("x", "cT", "2"), answer("y", "pT", "3"))
    assert shown[2:] == [("cT", "2"), ("pT", "3")]


def test_of_two_tests_that_say_the_same_the_name_tells_them_apart() -> None:
    def gene(name: str, place: str, member: str) -> Node:
        return value(name, id=place, valueCodeableConcept={"text": "Afwezig"}, hasMember=[{"reference": f"Observation/{member}"}])

    shown = told(gene("KRAS", "a", "x"), gene("NRAS", "b", "y"), answer("x", "Methode", "NGS"), answer("y", "Methode", "PCR"))
    assert shown == [
        ("KRAS", "Afwezig"),
        ("NRAS", "Afwezig"),
        ("Methode (KRAS: Afwezig)", "NGS"),
        ("Methode (NRAS: Afwezig)", "PCR"),
    ]


def test_a_circle_of_members_ends() -> None:
    shown = told(
        found("a", COLI, "x"), found("b", FAECALIS, "y"), answer("x", hasMember=[{"reference": "Observation/a"}]), answer("y")
    )
    assert (f"Ciprofloxacine ({FAECALIS})", "S") in shown


def isolate(number: str, **more: Any) -> Node:
    known = {"accessionIdentifier": {"value": number}} if number else {}
    fixed: Node = {
        "resourceType": "Specimen",
        "id": f"s{number}",
        "subject": {"reference": "Patient/p"},
        "type": {"text": "Isolaat"},
    }
    return fixed | {"parent": [{"reference": "Specimen/u"}]} | known | more


URINE = {"resourceType": "Specimen", "id": "u", "subject": {"reference": "Patient/p"}, "type": {"text": "Urine"}}


def grown(name: str, words: str, number: str) -> Node:
    return value(name, id=f"{name}-{number}", valueString=words, specimen={"reference": f"Specimen/s{number}"})


def test_where_only_the_isolate_tells_them_apart_its_number_stands_with_each() -> None:
    germs = grown("Kweek", COLI, "A-1"), grown("Kweek", FAECALIS, "A-2")
    shown = told(URINE, isolate("A-1"), isolate("A-2"), *germs, grown("Cipro", "S", "A-1"), grown("Cipro", "S", "A-2"))
    assert shown[3:] == [
        ("Kweek", f"{COLI}; materiaal: Isolaat, Urine, A-1"),
        ("Kweek", f"{FAECALIS}; materiaal: Isolaat, Urine, A-2"),
        ("Cipro", "S; materiaal: Isolaat, Urine, A-1"),
        ("Cipro", "S; materiaal: Isolaat, Urine, A-2"),
    ]


def test_two_biopsies_of_one_place_have_their_numbers_too() -> None:
    place = {"type": {"text": "Biopt"}, "parent": None, "collection": {"bodySite": {"text": "mamma links"}}}
    one = isolate("", id="s1", **place, identifier=[{"value": "T26-1"}])
    shown = told(
        one, isolate("", id="s2", **place, identifier=[{"value": "T26-2"}]), grown("ER", "pos", "1"), grown("ER", "pos", "2")
    )
    assert shown[-2:] == [
        ("ER", "pos; materiaal: Biopt, mamma links, T26-1"),
        ("ER", "pos; materiaal: Biopt, mamma links, T26-2"),
    ]


def test_materials_that_differ_in_words_need_no_number() -> None:
    other = isolate("A-2", type={"text": "Uitstrijk"}, parent=None)
    shown = told(URINE, isolate("A-1"), other, grown("Kweek", COLI, "A-1"))
    assert shown[-1] == ("Kweek", f"{COLI}; materiaal: Isolaat, Urine")


def panel(name: str, *members: str) -> Node:
    return value(name, id=name, hasMember=[{"reference": f"Observation/{one}"} for one in members])


def test_a_bacterium_that_is_only_the_name_of_its_panel_is_told() -> None:
    shown = told(panel(COLI, "x"), panel(FAECALIS, "y"), answer("x"), answer("y"))
    assert shown == [(f"Ciprofloxacine ({COLI})", "S"), (f"Ciprofloxacine ({FAECALIS})", "S")]


def test_so_it_is_when_both_sides_say_that_they_belong_together() -> None:
    shown = told(panel(COLI, "x"), panel(FAECALIS, "y"), answer("x", **from_(COLI)), answer("y", **from_(FAECALIS)))
    assert shown == [(f"Ciprofloxacine ({COLI})", "S"), (f"Ciprofloxacine ({FAECALIS})", "S")]


def test_panels_of_one_name_and_parts_of_one_panel_need_no_name() -> None:
    shown = told(panel("Bloedbeeld", "x", "y"), answer("x", "Hb", "7.1"), answer("y", "Ht", "0.4"), answer("z", "Hb", "6.9"))
    assert shown == [("Hb", "7.1"), ("Ht", "0.4"), ("Hb", "6.9")]
