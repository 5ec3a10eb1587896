"""Values of one name under several orders of a message: each says of which order or which material it is."""

from __future__ import annotations

from .few_lines import labelled, read, referral, result

LEFT = ("OBR|1||F1|PAL^Biopt mamma links^L", "OBX|1|TX|C^Conclusie^L||Ductaal carcinoom||||||F")
RIGHT = ("OBR|2||F2|PAR^Biopt mamma rechts^L", "OBX|1|TX|C^Conclusie^L||Geen afwijkingen||||||F")


def shown(found: object) -> list[tuple[str, str]]:
    facts = getattr(found, "facts", ())
    return [(fact.label, fact.text) for fact in facts if fact.label not in ("Aangevraagd", "Materiaal")]


def test_conclusions_on_two_sides_say_which_side() -> None:
    told = [("Conclusie (Biopt mamma links)", "Ductaal carcinoom"), ("Conclusie (Biopt mamma rechts)", "Geen afwijkingen")]
    assert shown(result(*LEFT, *RIGHT)) == told
    assert shown(referral(*LEFT, *RIGHT)) == told


def test_a_name_that_stands_under_one_order_alone_needs_nothing_beside_it() -> None:
    other = ("OBR|2||F2|CHE^Chemie^L", "OBX|1|NM|PSA^PSA^L||4.1|ug/L|||||F")
    assert [label for label, _ in shown(result(*LEFT, *other))] == ["Conclusie", "PSA"]


def test_the_same_order_twice_is_told_apart_by_its_material() -> None:
    orders = (
        "OBR|1||F1|PA^Histologie^L|||||||||||^^^MAM&Mamma^Links", "OBX|1|TX|C^Conclusie^L||Carcinoom||||||F",
        "OBR|2||F2|PA^Histologie^L|||||||||||^^^MAM&Mamma^Rechts", "OBX|1|TX|C^Conclusie^L||Geen||||||F",
    )  # fmt: skip
    assert [label for label, _ in shown(result(*orders))] == ["Conclusie (Mamma, Links)", "Conclusie (Mamma, Rechts)"]


def test_a_specimen_behind_its_order_or_before_it_says_what_the_value_is_of() -> None:
    one = ("OBR|1||F1|PA^Histologie^L", "OBX|1|TX|C^Conclusie^L||Carcinoom||||||F")
    other = ("OBR|2||F2|PA^Histologie^L", "OBX|1|TX|C^Conclusie^L||Geen||||||F")
    left, right = ("SPM|1|||BIO^Biopt||||MAM^Mamma links",), ("SPM|2|||BIO^Biopt||||MAM^Mamma rechts",)
    told = ["Conclusie (Biopt, Mamma links)", "Conclusie (Biopt, Mamma rechts)"]
    assert [label for label, _ in shown(result(*one, *left, *other, *right))] == told
    assert [label for label, _ in shown(read("OUL^R22", *left, *one, *right, *other))] == told


def test_the_same_panel_on_two_days_is_told_apart_by_its_days() -> None:
    days = (
        "OBR|1||F1|CHE^Chemie^L|||20260201", "OBX|1|NM|CEA^CEA^L||4.1|ug/L|||||F",
        "OBR|2||F2|CHE^Chemie^L|||20260301", "OBX|1|NM|CEA^CEA^L||9.8|ug/L|||||F",
    )  # fmt: skip
    assert [label for label, _ in shown(result(*days))] == ["CEA", "CEA"]


def test_a_value_of_one_of_several_numbered_tumours_says_which_also_when_the_other_has_none() -> None:
    lines = (
        "OBR|1||F1|PA^Synoptisch verslag^L",
        "OBX|1|CWE|SIDE^Zijde^L|1|R^Rechts||||||F",
        "OBX|2|CWE|SIDE^Zijde^L|2|L^Links||||||F",
        "OBX|3|CWE|HER2^HER2^L|1|N^Negatief||||||F",
        "OBX|4|ST|STAGE^Stadium^L||pT2||||||F",
        "OBX|5|TX|C^Conclusie^L|1|Twee tumoren||||||F",
    )
    assert shown(result(*lines)) == [
        ("Zijde (1)", "Rechts"), ("Zijde (2)", "Links"), ("HER2 (1)", "Negatief"), ("Stadium", "pT2"), ("Conclusie", "Twee tumoren"),
    ]  # fmt: skip


def test_numbers_of_another_order_say_nothing_of_this_one() -> None:
    lines = (
        "OBR|1||F1|PA^Histologie^L", "OBX|1|CWE|SIDE^Zijde^L|1|R^Rechts||||||F", "OBX|2|CWE|SIDE^Zijde^L|2|L^Links||||||F",
        "OBR|2||F2|CH^Chemie^L", "OBX|1|NM|CEA^CEA^L|1|4.1|ug/L|||||F",
    )  # fmt: skip
    assert shown(result(*lines))[-1] == ("CEA", "4.1 ug/L")


def test_a_resistance_says_of_which_micro_organism_it_is() -> None:
    def resistance(n: int, organism: str, *drugs: str) -> list[str]:
        lines = [f"OBX|{i}|ST|{drug}^{drug}^L||R||||||F" for i, drug in enumerate(drugs, 1)]
        return [f"OBR|{n}||F{n}|AB^Gevoeligheid^L{'|' * 22}ORG&Organisme&L^{n}^{organism}", *lines]

    found = result("OBR|1||F1|BCX^Kweek^L", *resistance(2, "S. aureus", "AMX", "VAN"), *resistance(3, "E. coli", "AMX"))
    assert [label for label, _ in shown(found)] == ["AMX (S. aureus)", "VAN (S. aureus)", "AMX (E. coli)"]


def test_what_is_told_of_one_organism_alone_says_so_by_its_number() -> None:
    found = result(
        "OBR|1||F1|BCX^Kweek^L",
        "OBX|1|CE|ORG^Organisme^L|1|SA^S. aureus^L||||||F", "OBX|2|ST|VAN^Vancomycine^L|1.1|S||||||F", "OBX|3|CE|ORG^Organisme^L|2|EC^E. coli^L||||||F",
    )  # fmt: skip
    assert [label for label, _ in shown(found)] == ["Organisme (1)", "Vancomycine (1.1)", "Organisme (2)"]


def test_what_stands_under_a_specimen_is_of_that_specimen_and_not_of_the_order_before_it() -> None:
    found = read(
        "OUL^R22",
        "SPM|1|S1||TIS^Weefsel^L||||MAM^Mamma^L|LT^Links^L", "OBX|1|ST|D^Afmeting^L||2 cm||||||F", "OBR|1||F1|PA^PA^L",
        "SPM|2|S2||TIS^Weefsel^L||||MAM^Mamma^L|RT^Rechts^L", "OBX|1|ST|D^Afmeting^L||5 cm||||||F", "OBR|2||F2|PA^PA^L",
    )  # fmt: skip
    assert shown(found) == [("Afmeting (Weefsel, Mamma, Links)", "2 cm"), ("Afmeting (Weefsel, Mamma, Rechts)", "5 cm")]
    assert [fact.key for fact in getattr(found, "facts", ()) if fact.text == "5 cm"] == [""]


def test_what_stands_behind_each_of_two_specimens_of_an_order_is_of_that_specimen() -> None:
    order, share = "OBR|1||F1|NGS^NGS-panel^L", "OBX|{}|NM|TUM^Tumorcellen^L||{}|%|||||F"
    lung, liver = "SPM|1|A||W^Long", "SPM|2|B||W^Lever"
    found = labelled(result(order, "OBX|1|ST|KRAS^KRAS^L||wildtype||||||F", lung, share.format(2, 40), liver, share.format(3, 5)))
    assert (found["Tumorcellen (Long)"], found["Tumorcellen (Lever)"], found["KRAS"]) == ("40 %", "5 %", "wildtype")
    both = labelled(result(order, lung, liver, share.format(1, 40)))
    assert both["Tumorcellen"] == "40 %"
    lines = (f"OBX|{n}|TX|C^Conclusie^L|{sub}|{text}||||||F" for n, sub, text in ((1, "A", "Carcinoom"), (2, "B", "Schoon")))
    assert {"Conclusie (A)", "Conclusie (B)"} <= set(labelled(result(order, lung, share.format(1, 40), liver, *lines)))


def test_a_specimen_says_under_which_number_its_values_stand() -> None:
    values = [f"OBX|{n}|TX|C^Conclusie^L|{sub}|{text}||||||F" for n, sub, text in ((1, "I", "Carcinoom"), (2, "II", "DCIS"))]
    found = result("OBR|1|A1|F1|PA^Biopt^L", *values, "SPM|1|I||M^Mamma^L|||||LI^links", "SPM|2|^II||M^Mamma^L|||||RE^rechts")

    assert labelled(found) | {"Aangevraagd": ""} == {
        "Aangevraagd": "", "Conclusie (I)": "Carcinoom", "Conclusie (II)": "DCIS",
        "Materiaal (I)": "Mamma; links", "Materiaal (II)": "Mamma; rechts",
    }  # fmt: skip


def test_a_report_that_is_called_so_and_no_more_says_of_what_it_is() -> None:
    """The next one of that patient, in another message, was called so too."""
    ct = result("OBR|1|A1|F1|CT^CT thorax^L", "OBX|1|TX|GDT^Verslag||Geen nodus.||||||F", "OBX|2|TX|C^Conclusie||Geen.||||||F")
    both = result(
        "OBR|1|A1|F1|CT^CT thorax^L", "OBX|1|TX|V^Verslag||a||||||F", "OBR|2|A2|F2|MR^MRI^L", "OBX|1|TX|V^Verslag||b||||||F"
    )
    named = result("OBR|1|A1|F1|V^Verslag", "OBX|1|TX|V^Verslag||a||||||F", "OBX|2|TX|W^Report Text||b||||||F")

    assert [fact.label for fact in ct.facts[1:]] == ["Verslag (CT thorax)", "Conclusie"]
    assert [fact.label for fact in both.facts if fact.key] == ["Verslag (CT thorax)", "Verslag (MRI)"]
    assert [fact.label for fact in named.facts if fact.key] == ["Verslag", "Report Text (Verslag)"]


def test_but_not_of_the_board_that_is_asked() -> None:
    asked = referral(
        "NTE|1||Vraag: opereren?",
        "OBX|1|TX|V^Verslag||Nodus rechts.||||||F",
        "OBR|2|B1||CT^CT^L",
        "OBX|1|TX|W^Verslag||Nodus.||||||F",
    )
    assert {"Verslag", "Verslag (CT)"} < set(labelled(asked))
