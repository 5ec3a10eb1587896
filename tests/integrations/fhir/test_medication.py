"""Drugs: doses in parts, what was given and handed out, and what a drug is made of."""

from __future__ import annotations

import pytest

from .make import Node, amount, told
from .test_beside import TO, read, words


def drug(kind: str = "MedicationRequest", **more: object) -> Node:
    fixed = {
        "resourceType": kind,
        "id": "m",
        "status": "active",
        "subject": TO,
        "medicationCodeableConcept": words("Methotrexaat"),
    }
    return fixed | ({"intent": "order"} if kind == "MedicationRequest" else {}) | more


def test_a_dose_says_on_which_days_at_what_hour_for_how_long_and_how_much_at_most() -> None:
    """Once a week, on Monday: `1 per 1 wk` alone is not what was prescribed."""
    repeat = {
        "frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "thu"], "timeOfDay": ["08:00:00"],
        "boundsPeriod": {"start": "2026-01-01", "end": "2026-03-01"},
    }  # fmt: skip
    most = {"numerator": amount(10, "mg"), "denominator": amount(1, "wk")}
    found = read(
        drug(
            dosageInstruction=[
                {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": amount(10, "mg")}], "maxDosePerPeriod": most}
            ]
        )
    )
    assert told(found) == [
        ("", "Methotrexaat; 10 mg, 1 per 1 wk, maandag, donderdag, 08:00, gedurende 2026-01-01 – 2026-03-01, maximaal 10 mg/1 wk")
    ]


def test_a_dose_says_how_fast_where_and_by_what_it_is_given() -> None:
    line = {
        "doseAndRate": [{"rateQuantity": amount(2, "ml/h")}], "site": words("linkerarm"), "method": words("infuus"), "route": words("iv"),
        "timing": {"repeat": {"boundsDuration": amount(5, "d"), "count": 3, "duration": 30, "durationUnit": "min"}},
    }  # fmt: skip
    assert told(read(drug(dosageInstruction=[line]))) == [
        ("", "Methotrexaat; 2 ml/h, 3 keer, 30 min, gedurende 5 d, iv, infuus, linkerarm")
    ]


def test_what_was_given_says_how_much() -> None:
    rate = {"numerator": amount(500, "ml"), "denominator": amount(3, "h")}
    given = drug(
        "MedicationAdministration", status="completed", effectiveDateTime="2026-02-01",
        dosage={"dose": amount(175, "mg/m2"), "rateRatio": rate, "route": words("iv")},
    )  # fmt: skip
    assert told(read(given)) == [("Toegediend", "Methotrexaat; 175 mg/m2, 500 ml/3 h, iv (afgerond)")]
    handed = drug("MedicationDispense", status="completed", quantity=amount(112, "tablet"), daysSupply=amount(14, "d"))
    assert told(read(handed)) == [("Verstrekt", "Methotrexaat; 112 tablet; 14 d (afgerond)")]


def test_a_drug_that_is_made_of_ingredients_has_a_name() -> None:
    strength = {"numerator": amount(1, "mg"), "denominator": amount(1, "stuk")}
    made = {
        "resourceType": "Medication", "id": "d", "form": words("tablet"),
        "ingredient": [{"itemCodeableConcept": words("Acenocoumarol"), "strength": strength}, {"itemCodeableConcept": words("Lactose")}],
    }  # fmt: skip
    own = drug("MedicationStatement", contained=[made], medicationReference={"reference": "#d"})
    del own["medicationCodeableConcept"]
    assert told(read(own)) == [("", "Acenocoumarol 1 mg/1 stuk, Lactose, tablet")]


def test_a_drug_that_nothing_points_at_is_named() -> None:
    assert "Medication/2" in read({"resourceType": "Medication", "id": "z", "code": words("Los middel")}).unmapped


def test_a_drug_says_who_prescribes_it_and_what_its_extensions_say_in_words_of_people() -> None:
    """MP 9 and zib 2017 have the period of use in an extension: its name was shown, and a moment in the letters of a computer."""
    period = {
        "url": "http://nictiz.nl/fhir/StructureDefinition/zib-Medication-PeriodOfUse",
        "valuePeriod": {"start": "2023-10-03T08:38:00Z"},
    }
    given = drug(extension=[period], requester={"agent": {"display": "Aalders (CAR)"}})
    assert told(read(given, profile="generic-stu3")) == [
        ("", "Methotrexaat; voorschrijver: Aalders (CAR); gebruiksperiode: 2023-10-03 10:38 – …")
    ]


@pytest.mark.parametrize(
    ("written", "dose", "said"),
    [
        (
            "Take one tablet by mouth twice daily",
            {"doseQuantity": amount(500, "mg")},
            "Take one tablet by mouth twice daily, 500 mg",
        ),
        ("2 capsules 4 times a day.", {"doseQuantity": amount(500, "mg")}, "2 capsules 4 times a day., 500 mg"),
        ("tweemaal daags 500 mg", {"doseQuantity": amount(500, "mg")}, "tweemaal daags 500 mg"),
        ("3x per dag 0,5 tablet", {"doseQuantity": amount(0.5, "tablet")}, "3x per dag 0,5 tablet"),
        ("1 à 2 tabletten", {"doseRange": {"low": amount(1, "tablet"), "high": amount(2, "tablet")}}, "1 à 2 tabletten"),
        ("in 1000 ml", {"rateQuantity": amount(100, "ml/h")}, "in 1000 ml, 100 ml/h"),
        ("zoals afgesproken", {"doseQuantity": {"unit": "mg"}}, "zoals afgesproken"),
        ("eenmaal daags", {"doseQuantity": {"value": 1}}, "eenmaal daags"),
    ],
)
def test_a_dose_in_words_says_how_much_where_the_words_do_not(written: str, dose: Node, said: str) -> None:
    """That it is 500 mg was read past, wherever somebody wrote how often it is taken."""
    found = read(drug(dosageInstruction=[{"text": written, "doseAndRate": [dose]}]))
    assert told(found) == [("", f"Methotrexaat; {said}")]
