"""`~` that is meant as about, in the middle of a sentence: it parts repetitions, and made two lines of `van ~5 cm`."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral


def told(value: str, kind: str = "TX") -> str:
    return labelled(referral(f"OBX|1|{kind}|X^Verslag||{value}||||||F"))["Verslag"]


@pytest.mark.parametrize(
    "said", ["Tumor van ~5 cm in RBK.", "Laesie ~3 cm, klier ~12 mm.", "sinds ~3 weken klachten", "bloedverlies ~1,5 l"]
)
def test_about_is_told_as_it_was_typed(said: str) -> None:
    assert told(said) == said
    assert told(said, "ST") == said
    assert referral(f"NTE|1||{said}").question_board == said


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Diameter: ~5 cm", "Diameter: \n5 cm"),
        ("Gewicht ~80 kg", "Gewicht \n80 kg"),
        ("Lengte ~180 cm~Gewicht ~80 kg", "Lengte \n180 cm\nGewicht \n80 kg"),
        ("Tumor in de rechter bovenkwab met uitbreiding naar mediastinum van ~5 cm", None),
        ("Tumor van~5 cm", "Tumor van\n5 cm"),
        ("Eerste regel ~2 laesies", "Eerste regel \n2 laesies"),
        ("Laesie van ~5 cm in RBK~Geen klieren", "Laesie van \n5 cm in RBK\nGeen klieren"),
    ],
)
def test_where_it_may_part_two_lines_it_does(sent: str, shown: str | None) -> None:
    assert told(sent) == (shown or sent.replace("~", "\n"))
