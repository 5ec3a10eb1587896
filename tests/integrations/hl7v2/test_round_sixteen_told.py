"""What only tells, though it holds a word of who asks: courtesies, wishes of others, what was done in answer; and who does not sign."""

from __future__ import annotations

import pytest

from .few_lines import read, referral

ASKS = ("ORC|NW|A1", "OBR|1|A1||AANM^Aanmelding MDO Long")


def asked(text: str) -> str:
    found = read("ORU^R01", *ASKS, f"OBX|1|FT|B^Brief||{text.replace('~', chr(92) + '.br' + chr(92))}")
    return str(getattr(found, "question_board", ""))


@pytest.mark.parametrize(
    "told",
    [
        "Hij wil graag behandeld worden in Zeeduyn.",
        "Patiënte wil graag een second opinion.",
        "Zij zou graag het advies van het MDO afwachten.",
        "Zijn dochter wil graag overleg.",
        "De chirurg ziet hem graag terug na behandeling.",
        "Na de bespreking in het MDO zien wij hem graag op de poli.",
        "Ik zie patiënt graag terug om het MDO-advies te bespreken.",
        "Wij zullen de behandeling graag van u overnemen.",
        "Wij bespreken hem graag met de radiotherapeut.",
        "Na het MDO informeren wij u graag over het beleid.",
        "Graag informeer ik u over de behandeling van mevrouw.",
        "Graag reageer ik op uw verzoek om advies.",
        "Voor overleg zijn wij graag beschikbaar.",
        "Bij koorts graag laagdrempelig overleggen met de dienstdoende oncoloog.",
        "Op uw verzoek beoordeelden wij patiënt.",
        "Graag het advies aan de huisarts sturen.",
        "Desgewenst geven wij graag advies.",
        "Tot nader overleg graag bereid.",
        "Wij vragen de huisarts om advies over pijnstilling.",
        "Op verzoek van patiënt wordt de behandeling gestaakt.",
        "Verzoek: behandeling met apixaban nog 3 maanden voortzetten.",
        "Wij verzoeken u de behandeling voort te zetten.",
        "We are grateful for your advice.",
        "Please do not hesitate to contact us to discuss.",
    ],
)
def test_who_tells_with_a_word_of_who_asks_asks_nothing(told: str) -> None:
    assert asked(f"Geachte collega,~~Man van 60 jaar.~{told}~~Met groet,~K. Veen") == ""


@pytest.mark.parametrize(
    "question",
    [
        "Patiënt graag bespreken in het MDO long.",
        "Gezien de leeftijd graag advies.",
        "Hij wil graag behandeld worden; graag uw advies over SBRT.",
        "Op verzoek van collega Kok graag bespreken in het MDO.",
        "Wij zouden deze patiënt graag in het MDO van donderdag willen bespreken.",
        "Graag wil ik deze vrouw met jullie bespreken.",
        "Wij horen graag of hij in aanmerking komt voor behandeling.",
        "Verzoek: bespreking in het MDO.",
        "Bij progressie graag uw advies over vervolg.",
        "Patiënte wil ik graag inbrengen in het MDO.",
        "Indien mogelijk graag deze week bespreken in het MDO.",
        "Mevrouw zou ik graag bespreken in het MDO.",
        "Na binnenkomst van de PA-uitslag graag bespreken in het MDO.",
        "Wij leggen hem graag aan u voor ter beoordeling.",
        "Graag bespreken; hij is bekend bij de huisarts met COPD.",
    ],
)
def test_who_wants_what_a_board_gives_asks_wherever_the_word_stands(question: str) -> None:
    assert asked(f"Geachte collega,~~Man van 60 jaar.~{question}~~Met groet,~K. Veen") == question


@pytest.mark.parametrize("below", ["Is SBRT mogelijk?", "Graag bespreken in MDO", "1. SBRT?"])
def test_a_doctor_who_is_named_above_the_question_does_not_sign_the_letter(below: str) -> None:
    lines = ("Overleg gehad met", "Dr. A. Kok, chirurg", below)
    found = referral(*(f"NTE|{n}||{line}" for n, line in enumerate(lines, start=1)))
    assert found.question_board == "\n".join(lines)


def test_a_question_below_thanks_without_a_greeting_is_part_of_what_is_asked() -> None:
    assert asked("Is SBRT mogelijk?~Dank u.~Of toch een wedge?") == "Is SBRT mogelijk?\nOf toch een wedge?"
