"""What a letter asks without a heading, wherever its sentences stand; and what was asked before, of somebody else, or not at all."""

from __future__ import annotations

import pytest

from .few_lines import labelled, read, referral

ASKS = ("ORC|NW|A1", "OBR|1|A1||AANM^Aanmelding MDO Long")
GREETS = "~~Met groet,~K. Veen, longarts"


def asked(text: str, of: str = "question_board") -> str:
    found = read("ORU^R01", *ASKS, f"OBX|1|FT|B^Brief||{text.replace('~', chr(92) + '.br' + chr(92))}")
    return str(getattr(found, of))


@pytest.mark.parametrize(
    "greets",
    [
        "Met groet,",
        "Vr. gr.",
        "Met collegiale hoogachting,",
        "Beste groeten,",
        "Best wishes,",
        "Mit kollegialen Grüßen",
        "Hoogachting,",
    ],
)
def test_a_letter_ends_with_whatever_greeting(greets: str) -> None:
    assert asked(f"Geachte collega,~~Man van 60.~~Is resectie mogelijk?~~{greets}~K. Veen") == "Is resectie mogelijk?"


@pytest.mark.parametrize(
    "question",
    [
        "Ik hoor graag uw mening over SBRT.",
        "Wij vragen ons af of een resectie nog zinvol is.",
        "Onze vraag aan u is of een resectie nog zinvol is.",
        "Ik verzoek u patiënt te bespreken in het MDO met de vraag of resectie kan.",
        "I would be grateful for your advice on SABR.",
        "Wir bitten um Ihre Empfehlung zur weiteren Therapie.",
        "Kunt u aangeven of resectie mogelijk is?",
        "Gaarne uw beoordeling of radiojodium~en completering zinvol zijn.",
        "Graag bespreken i.v.m. progressie a.s. donderdag.",
        "Graag herbespreken: is resectie nu mogelijk?",
        "Graag bespreken; hij heeft eerder RT gehad.",
        "Hij kwam via de huisarts, is resectie mogelijk?",
    ],
)
def test_who_asks_says_so_anywhere_in_the_sentence(question: str) -> None:
    assert asked(f"Geachte collega,~~Man van 60 jaar.~{question}{GREETS}") == question.replace("~", "\n")


def test_a_list_stays_with_the_sentence_that_it_ends() -> None:
    asks = "Wij horen graag uw advies over:~- operatie of RT~- noodzaak EBUS"
    assert asked(f"Geachte collega,~~Man van 60.~~{asks}{GREETS}") == asks.replace("~", "\n")
    numbered = "Graag uw oordeel over de volgende punten:~1. Operatie~2. Noodzaak EBUS"
    assert asked(f"Geachte collega,~~Man van 60.~~{numbered}{GREETS}") == numbered.replace("~", "\n")


@pytest.mark.parametrize(
    ("begins", "question"),
    [
        ("Graag jullie advies over deze vrouw. Zij is 60.", "Graag jullie advies over deze vrouw."),
        ("Zouden we hem maandag kunnen bespreken? Hij is 60.", "Zouden we hem maandag kunnen bespreken?"),
        ("Hartelijk dank. Graag bespreken: kan een wedge?", "Graag bespreken: kan een wedge?"),
        ("Graag bespreken na eerdere RT. Wij hebben PET gemaakt.", "Graag bespreken na eerdere RT."),
    ],
)
def test_a_letter_that_asks_nothing_at_its_end_may_ask_as_it_begins(begins: str, question: str) -> None:
    letter = f"Betreft: Giessen~Datum: 1 maart~~Beste collega's,~~{begins}~~Voorgeschiedenis~COPD~~PET-CT volgt."
    assert asked(letter + GREETS) == question


@pytest.mark.parametrize(
    "begins",
    [
        "Dank voor uw verwijzing.",
        "Destijds vroegen wij graag uw advies over SBRT.",
        "Metastasen of hemangiomen? Hij is 60.",
        "Patiënt vraagt zich af of u hem bespreekt?",
        "In het vorige MDO was de vraagstelling: operabel?",
    ],
)
def test_what_it_tells_as_it_begins_asks_nothing(begins: str) -> None:
    assert asked(f"Beste collega's,~~{begins}~~Voorgeschiedenis~COPD~~PET-CT volgt.{GREETS}") == ""


@pytest.mark.parametrize(
    "ends",
    [
        "Kunt u mij laten weten wanneer hij wordt besproken?",
        "Mocht u beelden wensen, wilt u dat dan aangeven?",
        "Cc: huisarts~~Dit document is elektronisch ondertekend.",
    ],
)
def test_what_is_polite_or_of_the_letter_below_the_question_is_passed_over(ends: str) -> None:
    assert asked(f"Geachte collega,~~Man van 60.~~Is resectie mogelijk?~~{ends}{GREETS}") == "Is resectie mogelijk?"


@pytest.mark.parametrize(
    ("letter", "question"),
    [
        ("V: darmkanker?~Vraagstelling: BRCA-test voor OK?", "BRCA-test voor OK?"),
        ("Vraagstelling MDO 12-01-2025: operabel?~Vraagstelling: nu SBRT?", "nu SBRT?"),
        ("Vraagstelling MDO 2019: RT?~Huidige vraag: systemisch?", "systemisch?"),
        ("Vraag: operabel?~Antwoord MDO 2 feb: nee.~Vraag: SBRT?", "SBRT?"),
        (
            "Vraagstelling MDO 12-01-2025: operabel?~Advies MDO 12-01-2025: nee.~~Graag opnieuw bespreken: SBRT?",
            "Graag opnieuw bespreken: SBRT?",
        ),
    ],
)
def test_what_was_asked_before_or_is_of_the_father_gives_way(letter: str, question: str) -> None:
    assert asked(letter) == question


@pytest.mark.parametrize(
    "letter",
    [
        "Vraagstelling: SBRT?~Antwoord:",
        "Vraagstelling: SBRT?~Antwoord: nog niet bekend",
        "Vraagstelling: SBRT?~Antwoord: volgt na MDO",
        "Vraagstelling: SBRT?~Conclusie MDO Zuid: Whipple",
        "Vraagstelling MDO 12-03-2026: SBRT?~Beloop: goed",
        "V: SBRT?~Beloop: goed",
    ],
)
def test_a_question_stays_where_nobody_answered_it_or_it_is_the_only_one(letter: str) -> None:
    assert asked(letter) == "SBRT?"


@pytest.mark.parametrize(
    "text",
    [
        "VRAAGSTELLING~Is er plaats voor~TNT~of korte RT?~~BELOOP~Goed",
        "<b>Vraagstelling</b><br>Is er plaats voor:<br><b>TNT</b><br>of korte RT?<br><b>Beloop</b><br>Goed",
    ],
)
def test_words_in_capitals_or_bold_in_the_middle_of_what_asks_head_nothing(text: str) -> None:
    said = asked(text).replace(":", "")
    assert said == "Is er plaats voor\nTNT\nof korte RT?"


@pytest.mark.parametrize("nothing", ["nee", "Geen", "n.v.t."])
def test_a_specialist_who_is_asked_nothing_has_no_question(nothing: str) -> None:
    text = f"Vraag voor MDO: ablatie?~Vraag voor radioloog: {nothing}~Vraag voor patholoog: HER2 FISH?"
    assert (asked(text), asked(text, "question_radiology"), asked(text, "question_pathology")) == ("ablatie?", "", "HER2 FISH?")
    found = read("ORU^R01", *ASKS, f"OBX|1|TX|R^Vraag aan radioloog||{nothing}")
    assert getattr(found, "question_radiology", None) == ""
    assert labelled(found)["Vraag aan radioloog"] == nothing


def test_fields_below_a_question_in_notes_are_told_beside_it() -> None:
    found = referral("NTE|1||Komt zij in aanmerking voor SBRT?", "NTE|2||Medicatie: geen", "NTE|3||Allergie: jodium")
    assert found.question_board == "Komt zij in aanmerking voor SBRT?"
    assert "Medicatie: geen\nAllergie: jodium" in {fact.text for fact in found.facts}


@pytest.mark.parametrize("more", ["Keuze: SBRT of wedge", "Graag: MRI vooraf", "Tevens: is EBUS nodig?"])
def test_what_goes_on_with_the_question_in_notes_stays_in_it(more: str) -> None:
    assert referral("NTE|1||Wat is de beste behandeling?", f"NTE|2||{more}").question_board.endswith(more)


def test_why_a_case_is_discussed_is_heard_in_english() -> None:
    found = referral("OBX|1|ST|1001^REASON FOR DISCUSSION||Definitive CRT or resection")
    assert found.question_board == "Definitive CRT or resection"


@pytest.mark.parametrize(
    "letter",
    [
        "1. Beloop~Goed~2. Vraagstelling~Lokale excisie of TME?~3. Samenvatting~cT1",
        "I. Beloop~Goed~II. Vraagstelling~Lokale excisie of TME?~III. Samenvatting~cT1",
        "a) Beloop~Goed~b) Vraagstelling~Lokale excisie of TME?~c) Samenvatting~cT1",
        "Beloop~Goed~~Vraagstelling en beleid~Lokale excisie of TME?~~Samenvatting~cT1",
    ],
)
def test_chapters_without_a_colon_end_where_the_next_begins(letter: str) -> None:
    assert asked(letter) == "Lokale excisie of TME?"


def test_points_of_a_question_are_no_chapters() -> None:
    assert asked("2. Vraagstelling~1. Lokale excisie~2. TME~~Beloop: goed") == "1. Lokale excisie\n2. TME"


@pytest.mark.parametrize(
    ("letter", "soon"),
    [
        ("SPOED!~~Geachte collega,~~Vraag: RT?", "urgent"),
        ("CITO~Vraag: RT?", "urgent"),
        ("TRIAGE SEH~SPOED~Vraag: RT?", ""),
        ("Spoed~Vraag: RT?", ""),
        ("Beloop: kreeg spoed-RT~Vraag: RT?", ""),
        ("VRAAGSTELLING~Is er plaats voor spoed?", ""),
    ],
)
def test_haste_that_is_cried_above_a_letter_is_heard(letter: str, soon: str) -> None:
    assert asked(letter, "urgency") == soon


def test_who_signs_without_a_greeting_ends_a_letter() -> None:
    signed = "~Dr. A. de Kok, chirurg~Zeeduyn Ziekenhuis~Tel 0612345678"
    assert asked(f"Beste collega,~Vrouw 61 jaar.~Is ablatio nodig?{signed}") == "Is ablatio nodig?"


@pytest.mark.parametrize("wish", ["Graag uw advies.", "Graag advies"])
def test_a_wish_for_advice_above_who_signs_is_of_the_question_above_it(wish: str) -> None:
    letter = f"Kan deze patiënt nog geopereerd worden?~{wish}~~Dr. A. Jansen, longarts"
    assert asked(letter) == f"Kan deze patiënt nog geopereerd worden?\n{wish}"


def test_who_tells_of_a_doctor_signs_nothing() -> None:
    assert referral("NTE|1||Is SBRT mogelijk?", "NTE|2||Dr. Kok wil graag SBRT.").question_board.endswith(
        "Dr. Kok wil graag SBRT."
    )


def test_what_asks_the_reader_stands_above_the_wish_to_discuss() -> None:
    asks = "Wij twijfelen; hoe kijken jullie hier tegenaan?~~Wij bespreken haar graag donderdag."
    assert asked(f"Beste collega's,~~Mammacarcinoom links.~~{asks}{GREETS}") == asks.replace("~~", "\n")


@pytest.mark.parametrize(
    "ends",
    ["Verzoek aan huisarts: graag behandeling van de bloeddruk.", "Gaarne verdere behandeling en controle bij de huisarts."],
)
def test_what_is_asked_of_the_general_practitioner_is_no_question_to_a_board(ends: str) -> None:
    assert asked(f"Geachte collega,~~Wij starten chemoradiatie.~{ends}{GREETS}") == ""


def test_a_specialist_is_asked_by_a_short_name_too() -> None:
    text = "Vraag PA: ER bekend?~Vraag RAD: multifocaal?~Vraag MDO: MSB?"
    said = [asked(text, f"question_{one}") for one in ("board", "radiology", "pathology")]
    assert said == ["MSB?", "multifocaal?", "ER bekend?"]


@pytest.mark.parametrize(
    "name", ["Spoed-OK verricht", "Spoedopname", "Spoed operatie", "Spoed CT gemaakt", "Spoedconsult verricht", "SEH spoed"]
)
def test_what_was_done_in_haste_is_no_haste(name: str) -> None:
    assert referral(f"OBX|1|ST|X^{name}||Ja").urgency == ""


@pytest.mark.parametrize(
    "name", ["Is het spoed?", "Met spoed", "Spoed gewenst", "Is er sprake van spoed?", "Spoedcasus", "Spoed (binnen 1 week)"]
)
def test_haste_that_is_no_examination_s_is_haste(name: str) -> None:
    assert referral(f"OBX|1|ST|X^{name}||Ja").urgency == "urgent"


@pytest.mark.parametrize("day", ["ma 9 maart 2026", "maandag 9 maart 2026", "ma. 09-03-2026", "9 maart 2026"])
def test_a_day_of_the_week_stands_before_a_day(day: str) -> None:
    assert str(referral(f"OBX|1|ST|U^Bespreken uiterlijk op||{day}").latest_useful_on) == "2026-03-09"


@pytest.mark.parametrize("name", ["Datum laatste MDO", "Laatst besproken in MDO op", "Besproken in MDO voor start chemo"])
def test_the_day_of_a_discussion_of_before_is_no_last_useful_day(name: str) -> None:
    found = referral(f"OBX|1|DT|U^{name}||20260112")
    assert found.latest_useful_on is None
    assert labelled(found)[name] == "2026-01-12"


@pytest.mark.parametrize(
    "name",
    [
        "Laatst mogelijke MDO-datum",
        "Bespreken vóór",
        "Uiterlijke datum MDO",
        "Voor wanneer bespreken?",
        "Bespreking uiterlijk",
        "MDO vóór",
        "Bespreken in MDO voor",
        "Moet vóór deze datum besproken zijn",
    ],
)
def test_the_day_before_which_to_discuss_is_one(name: str) -> None:
    assert str(referral(f"OBX|1|DT|U^{name}||20260312").latest_useful_on) == "2026-03-12"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Vragen over erfelijkheid", "Ja, naar de klinische genetica"),
        ("Heeft patiënt nog vragen?", "Wil weten of hij kan vliegen"),
    ],
)
def test_what_a_form_answers_about_questions_asks_no_board(name: str, said: str) -> None:
    assert referral(f"OBX|1|TX|V^{name}||{said}").question_board == ""
