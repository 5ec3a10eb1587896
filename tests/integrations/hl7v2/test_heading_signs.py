"""A heading with another sign than a colon, in marks or brackets, or by its short name; and what only looks like one."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import read

ASKS = "Is resectie nog mogelijk?"


def asked_in(*lines: str) -> str:
    """The question that is found in a letter of these lines."""
    found = read("REF^I12", "RF1|P", "OBX|1|FT|B^Verwijsbrief||" + "\\.br\\".join(lines) + "||||||F")
    assert isinstance(found, IncomingReferral)
    return found.question_board


@pytest.mark.parametrize(
    "heading",
    [
        "Vraagstelling; {}",
        "Vraagstelling -> {}",
        "Vraagstelling => {}",
        "Vraagstelling → {}",
        "Vraagstelling — {}",
        "Vraagstelling ... {}",
        "Vraagstelling ({})",
        "<b>Vraagstelling</b>: {}",
        "Vraagstelling:: {}",
        "Vraagstelling_MDO: {}",
        "Vraagstelling MDO d.d. 20-11-2026: {}",
        "Vraagstelling aan het MDO long: {}",
        "Vraag voor de longoncologie: {}",
        "Vraagst.: {}",
        "Vraag 1) {}",
        "VS: {}",
        "V: {}",
        "VS: 3 kuren, dan {}",
        "Te beantwoorden vraag: {}",
        "De vraag is: {}",
        "Waarom MDO: {}",
        "Indicatie bespreking: {}",
        "Graag uw advies: {}",
    ],
)
def test_a_question_is_found_however_its_heading_is_written(heading: str) -> None:
    asked = asked_in("Voorgeschiedenis: COPD", heading.format(ASKS), "Medicatie: metoprolol")
    assert asked.removeprefix("3 kuren, dan ") == ASKS


@pytest.mark.parametrize("asks", ["BMI 45, nog operabel?", "gewicht 45 kg, volle dosis?", "2 kuren?", "70 Gy?"])
def test_a_question_in_which_something_measured_stands_is_one(asks: str) -> None:
    assert asked_in("Voorgeschiedenis: COPD", f"VS: {asks}", "Medicatie: metoprolol") == asks


def test_a_heading_that_asks_itself_stands_above_its_question() -> None:
    assert asked_in("Vraagstelling?", ASKS, "Medicatie: metoprolol") == ASKS


@pytest.mark.parametrize("sign", [" -> ", " = ", "; ", " ... "])
def test_the_next_heading_with_the_same_sign_ends_the_question(sign: str) -> None:
    assert asked_in(f"Vraagstelling{sign}{ASKS}", f"Medicatie{sign}metoprolol") == ASKS


@pytest.mark.parametrize(
    "line",
    [
        "VS: bloeddruk 120/80, pols 72",
        "V: 65 jaar",
        "VS: RR 120/80?",
        "VS: pols 72, RR 120/80, temp?",
        "VS: T: 38,2?",
        "v = 3?",
        "V: > 3 cm?",
        "V: 40%?",
        "Vraag van patiënt: wil graag naar huis",
        "De vraag - of hij fit is - blijft",
        "Vraagstelling beantwoord: ja",
        "Eerdere vraagstelling; chemotherapie?",
    ],
)
def test_what_only_looks_like_the_question_is_none(line: str) -> None:
    assert asked_in("Voorgeschiedenis: COPD", line, "Medicatie: metoprolol") == ""


@pytest.mark.parametrize("wish", ["Graag uw advies.", "Graag advies", "Advies gevraagd."])
def test_who_signs_below_a_wish_for_advice_is_not_the_question(wish: str) -> None:
    assert "Jansen" not in asked_in("Kan deze patiënt nog geopereerd worden?", wish, "", "Dr. A. Jansen, longarts")
    assert asked_in("Beloop: stabiel", f"{wish.rstrip('.')}:", ASKS) == ASKS


def test_more_than_so_many_is_no_sign_of_a_heading() -> None:
    assert asked_in("Beloop: stabiel", "Vraag > 3 maanden oud", "Medicatie: metoprolol") == ""


def test_another_sign_inside_a_question_ends_nothing() -> None:
    assert (
        asked_in(f"Vraagstelling: {ASKS}", "Opties; SABR of lobectomie", "FEV1 = 80%")
        == f"{ASKS}\nOpties; SABR of lobectomie\nFEV1 = 80%"
    )
