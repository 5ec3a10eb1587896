"""Values: what they are about, what is added to them, and which panel a part is of."""

from __future__ import annotations

from mdo_portal.exchange import Section

from .make import Node, amount, condition, told
from .test_beside import one, read, words


def test_what_a_value_is_about_and_rests_on_is_shown_when_it_was_not_sent_along() -> None:
    value = one(
        "Observation", code=words("Grootte"), valueQuantity=amount(22, "mm"), focus=[{"display": "Lesie 2"}],
        derivedFrom=[{"display": "CT van 1 maart"}], device={"display": "CT 1"},
    )  # fmt: skip
    assert told(read(value)) == [("Grootte", "22 mm; betreft: Lesie 2; op grond van: CT van 1 maart; methode: CT 1")]


def test_a_part_of_a_value_that_is_a_curve_is_named() -> None:
    curve = {"origin": amount(0, "mV"), "period": 10, "dimensions": 1, "data": "1 2 3"}
    parts = [{"code": words("Pols"), "valueQuantity": amount(72, "/min")}, {"code": words("ECG"), "valueSampledData": curve}]
    found = read(one("Observation", status="final", code=words("Meting"), component=parts))
    assert (told(found), found.unmapped) == ([("Pols", "72 /min")], ("Observation/2 component[1]",))


def variant(name: str, found: str, *parts: tuple[str, str], **more: object) -> Node:
    inside = [{"code": words(label), "valueCodeableConcept": words(value)} for label, value in parts]
    return one("Observation", name, status="final", code=words("Variant"), valueString=found, component=inside, **more)


def test_panels_of_one_name_say_of_each_part_which_panel_it_is_of() -> None:
    """Which change belongs to which gene: two values of one name stand in one column without their panel."""
    found = read(
        variant("a", "aanwezig", ("Gen", "EGFR"), ("Verandering", "c.2573T>G"), ("Herkomst", "somatisch")),
        variant("b", "afwezig", ("Gen", "KRAS"), ("Herkomst", "somatisch")),
    )
    assert told(found) == [
        ("Variant (EGFR)", "aanwezig"), ("Gen", "EGFR; Variant: aanwezig"),
        ("Verandering (EGFR)", "c.2573T>G; Variant: aanwezig"), ("Herkomst (EGFR)", "somatisch; Variant: aanwezig"),
        ("Variant (KRAS)", "afwezig"), ("Gen", "KRAS; Variant: afwezig"), ("Herkomst (KRAS)", "somatisch; Variant: afwezig"),
    ]  # fmt: skip


def test_panels_that_no_coded_part_tells_apart_say_their_hour_or_are_numbered_and_those_of_other_days_neither() -> None:
    def pressure(name: str, high: float, **more: object) -> Node:
        parts = [
            {"code": words(label), "valueQuantity": amount(value, "mm[Hg]")} for label, value in (("Boven", high), ("Onder", 80))
        ]
        return one("Observation", name, status="final", code=words("Bloeddruk"), component=parts, **more)

    hours = read(
        pressure("a", 130, effectiveDateTime="2026-03-01T08:00:00+01:00"),
        pressure("b", 120, effectiveDateTime="2026-03-01T13:00:00Z"),
    )
    assert [label for label, _ in told(hours)] == [
        "Boven (2026-03-01 08:00)", "Onder (2026-03-01 08:00)", "Boven (2026-03-01 14:00)", "Onder (2026-03-01 14:00)",
    ]  # fmt: skip
    plain = read(pressure("a", 130), pressure("b", 120))
    assert [label for label, _ in told(plain)] == ["Boven (1)", "Onder (1)", "Boven (2)", "Onder (2)"]
    days = read(pressure("a", 130, effectiveDateTime="2026-03-01"), pressure("b", 120, effectiveDateTime="2026-03-02"))
    assert [label for label, _ in told(days)] == ["Boven", "Onder", "Boven", "Onder"]


def test_a_number_without_a_unit_has_none() -> None:
    assert told(read(one("Observation", code=words("VAF"), valueQuantity={"value": 0.12, "unit": "1", "code": "1"}))) == [
        ("VAF", "0.12")
    ]


def test_a_sample_has_the_number_of_its_laboratory_and_a_stay_its_diagnosis() -> None:
    taken = one("Specimen", type=words("Weefsel"), accessionIdentifier={"value": "T26-1"})
    assert told(read(taken)) == [("Materiaal", "Weefsel; T26-1")]
    stay = one(
        "Encounter", status="in-progress", type=[words("Opname")], diagnosis=[{"condition": {"display": "Longontsteking"}}],
        hospitalization={"dischargeDisposition": words("naar huis")},
    ) | {"class": {"code": "IMP"}}  # fmt: skip
    assert told(read(stay)) == [("Contact", "Opname; Longontsteking; naar huis (bezig)")]


def test_a_side_among_the_codes_of_a_place_is_part_of_it() -> None:
    """The German cancer profiles write topography and side as two codings of one place."""
    place = {
        "coding": [
            {"code": "C34.1", "display": "Oberlappen"},
            {"code": "R", "display": "rechts"},
            {"code": "39607008", "display": "Lung"},
        ]
    }
    assert told(read(condition(bodySite=[place]))) == [("", "Diagnose 1, Oberlappen (rechts)")]


def test_what_is_added_to_a_value_or_its_part_is_shown_with_it() -> None:
    """cT and pT: the prefix and the suffix of a TNM stand in extensions of its value."""
    prefix = [{"url": "https://x.example/tnm-prefix", "valueCodeableConcept": words("c")}]
    suffix = [{"url": "https://x.example/itc-suffix", "valueCodeableConcept": words("(i-)")}]
    parts = [
        {"code": words("T"), "valueCodeableConcept": words("2a"), "extension": prefix},
        {"code": words("N"), "valueCodeableConcept": {"coding": [{"code": "2", "extension": suffix}]}},
    ]
    whole = one(
        "Observation",
        status="final",
        code=words("TNM") | {"coding": [{"code": "21902-2"}]},
        valueCodeableConcept=words("IIIA") | {"extension": prefix},
        component=parts,
    )
    assert told(read(whole)) == [("TNM", "IIIA; tnm prefix: c"), ("T", "2a; tnm prefix: c"), ("N", "2; itc suffix: (i-)")]


def test_a_value_of_which_the_name_says_little_has_its_name_once() -> None:
    assert told(read(one("Observation", status="final", code=words("Score"), valueString="2"))) == [("Score", "2")]


def test_what_a_pathologist_finds_is_pathology_though_it_is_of_a_laboratory_too() -> None:
    """The German core data set gives every finding both categories."""
    laboratory = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
    microscopy = {"coding": [{"system": "http://loinc.org", "code": "22635-7"}]}
    grade = one("Observation", status="final", code=words("ISUP"), valueString="2")
    assert [fact.section for fact in read(grade | {"category": [laboratory, microscopy]}).facts] == [Section.PATHOLOGY]
    assert [fact.section for fact in read(grade | {"category": [laboratory]}).facts] == [Section.MARKER]


def test_a_preliminary_report_in_words_alone_is_told_once() -> None:
    said = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Geen maligniteit</div>'}
    assert told(read(one("DiagnosticReport", status="partial", code=words("PA"), text=said))) == [
        ("PA", "Geen maligniteit (gedeeltelijk)")
    ]


def test_a_part_that_two_panels_have_says_which_panel() -> None:
    """The T of a clinical and the T of a pathological stage: cancer registries send both, each in its own panel."""
    stages = [
        one("Observation", name, status="final", code=words(name), component=[{"code": words("T"), "valueString": said}])
        for name, said in (("Klinische TNM", "T2"), ("Pathologische TNM", "T1c"))
    ]
    assert told(read(*stages)) == [("T (Klinische TNM)", "T2"), ("T (Pathologische TNM)", "T1c")]
    assert told(read(stages[1])) == [("T", "T1c")]


def test_a_part_stands_in_the_column_of_its_own_code_where_the_whole_has_none() -> None:
    part = {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "78873005"}], "text": "T"}, "valueString": "T2"}
    found = read(one("Observation", status="final", code=words("Stadium"), component=[part])).facts
    assert [fact.section for fact in found] == [Section.DIAGNOSIS]
