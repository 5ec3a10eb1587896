"""Who a message is about, and that it is a referral at all, as old and careless senders write it."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.header import read_header
from mdo_portal.exchange import IncomingReferral, IncomingResult, PatientChange, PatientMerge, Unreadable

BSN = "999911120"


def raw(*lines: str, kind: str = "REF^I12") -> bytes:
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.4||||||UNICODE UTF-8"
    return "\r".join([header, *lines, ""]).encode()


def referral(*lines: str, kind: str = "REF^I12") -> IncomingReferral:
    read = Hl7Reader().read(raw(*lines, kind=kind), "generic-v2")
    assert isinstance(read, IncomingReferral)
    return read


@pytest.mark.parametrize("pid", ["PID|1|71||||", "PID|1|||71|Giessen^J", "PID|1|||71^^^ZEED~72^^^OUD|Giessen^J"])
def test_the_number_may_stand_in_the_fields_of_before_2_3(pid: str) -> None:
    assert referral(pid).patient.local_number == "71"
    assert next(number for _, number in read_header(raw(pid)).patient_numbers) == "71"


def test_the_feed_knows_a_patient_by_what_the_reader_reads() -> None:
    assert read_header(raw('PID|1|71|""')).patient_numbers == (("", "71"),)
    assert read_header(raw("PID|1|99|71^^^ZEED|88")).patient_numbers == (("ZEED", "71"),)
    assert read_header(raw("PID|1|99|71&2^^^ZEED|88")).patient_numbers == (("ZEED", "71"),)
    assert read_header(raw("PID|1||71^^^ZEED", "MRG||||54^^^ZEED", kind="ADT^A34")).patient_numbers == (
        ("ZEED", "71"),
        ("ZEED", "54"),
    )


@pytest.mark.parametrize("number", [f"{BSN}^^^^BSN", f"{BSN}^^^ NLMINBIZA ^NNNLD ", f"{BSN}^^^NLMINBIZA~{BSN}^^^SOFI^SS"])
def test_a_bsn_is_one_and_never_stands_among_the_other_numbers(number: str) -> None:
    patient = referral(f"PID|1||7654321^^^ZEED^PI~{number}||Giessen^J").patient
    assert (patient.bsn, patient.local_number, patient.other_numbers) == (BSN, "7654321", ())


@pytest.mark.parametrize("name", ["SOFI", "RvIG", "ZEED"])
def test_a_name_before_the_oid_does_not_hide_that_it_is_a_bsn(name: str) -> None:
    """It was kept in the clear, as the hospital's own number."""
    given = f"{BSN}^^^{name}&2.16.840.1.113883.2.4.6.3&ISO^NI"
    alone = referral(f"PID|1||{given}||Giessen^J").patient
    beside = referral(f"PID|1||7654321^^^ZEED^PI~{given}||Giessen^J").patient
    assert (alone.bsn, alone.local_number, alone.other_numbers) == (BSN, "", ())
    assert (beside.bsn, beside.local_number, beside.other_numbers) == (BSN, "7654321", ())


def test_a_merged_bsn_with_a_name_before_its_oid_is_no_number_of_the_hospital() -> None:
    mrg = f"MRG|{BSN}^^^SOFI&2.16.840.1.113883.2.4.6.3&ISO"
    read = Hl7Reader().read(raw("PID|1||7654321^^^ZEED^PI||Giessen^J", mrg, kind="ADT^A40"), "generic-v2")
    assert isinstance(read, PatientMerge)
    (merged,) = read.merged
    assert (merged.previous_bsn, merged.previous) == (BSN, ())


@pytest.mark.parametrize(
    ("told", "deceased", "alive"),
    [
        ('""|""', False, True),
        ('|""', False, True),
        ("|N", False, True),
        ("20260301|N", True, False),
        ('20260301|""', True, False),
        ('""|Y', True, False),
        ("|", False, False),
        ('""|', False, False),
    ],
)
def test_a_death_that_is_revoked_is_no_death(told: str, deceased: bool, alive: bool) -> None:
    """The null of HL7 takes back; a field that is left out says nothing, and a day that is taken away leaves what is said beside it."""
    found = referral(f"PID|1||71^^^ZEED^PI||Giessen^J{'|' * 24}{told}").patient
    assert (found.deceased, found.alive) == (deceased, alive)


@pytest.mark.parametrize(
    ("name", "family", "prefix", "own"),
    [
        ("Berg^A.B.^^^van den", "van den Berg", "van den", "Berg"),
        ("Hof^A^^^in 't", "in 't Hof", "in 't", "Hof"),
        ("Berg^A^^^Dr.", "Berg", "", ""),
        ("van der Berg&van der&Berg^A^^^van der", "van der Berg", "van der", "Berg"),
    ],
)
def test_a_prefix_may_stand_where_titles_do(name: str, family: str, prefix: str, own: str) -> None:
    found = referral(f"PID|1||1^^^ZEED^PI||{name}").patient.name
    assert (found.family, found.own_prefix, found.own_family) == (family, prefix, own)


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ("Jansen^A^^^^^M~Vries^A^^^^^D", "Vries"),  # of before a marriage
        ("Anoniem^A^^^^^S~Vries^A", "Vries"),
        ("Jansen^A^^^^^M~Vries^A^^^^^L", "Vries"),
        ("Jansen^A^^^^^M", "Jansen"),
        ("Jansen^A^^^^^D~Vries^A^^^^^C", "Jansen"),
    ],
)
def test_a_name_of_before_or_another_is_the_patient_s_only_where_it_is_all(names: str, family: str) -> None:
    assert referral(f"PID|1||71^^^ZEED^PI||{names}").patient.name.family == family


@pytest.mark.parametrize(("said", "sex"), [("Vrouw", "F"), ("Female", "F"), ("Man", "M"), ("MALE", "M"), ("?", "")])
def test_sex_may_be_a_word(said: str, sex: str) -> None:
    assert referral(f"PID|1||1^^^ZEED^PI||Giessen^J||19600101|{said}").patient.sex == sex


@pytest.mark.parametrize(
    ("said", "day", "left"),
    [
        ("196001", None, ("PID-7",)),
        ("01/01/1960", None, ("PID-7",)),
        ("01-01-1960", date(1960, 1, 1), ()),
        ("", None, ()),
        ('""', None, ()),
        ("19600101", date(1960, 1, 1), ()),
    ],
)
def test_a_birth_date_that_is_none_is_named_as_not_read(said: str, day: date | None, left: tuple[str, ...]) -> None:
    read = referral(f"PID|1||1^^^ZEED^PI||Giessen^J||{said}")
    assert (read.patient.birth_on, read.unmapped) == (day, left)


@pytest.mark.parametrize("kind", ["REF", "REF^^REF_I12", "OMG", "OML", "OMI^O23", "OML^O33"])
def test_a_referral_or_order_may_say_its_kind_in_fewer_words(kind: str) -> None:
    assert referral("PID|1||1^^^ZEED^PI||Giessen^J", kind=kind).patient.local_number == "1"


def test_a_kind_with_more_than_one_meaning_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="unknown_kind"):
        Hl7Reader().read(raw("PID|1||1^^^ZEED^PI", kind="SIU"), "generic-v2")


F = "|" * 21 + "F"
"""OBR-5 to OBR-25: the results are final."""
LETTER = "OBX|1|ED|57133-1^Verwijsbrief^LN||^application^pdf^Base64^JVBERi0=||||||F"


@pytest.mark.parametrize(
    "lines",
    [
        [
            "OBR|1|P1|F1|CHEM^Klinische chemie^L",
            "OBX|1|NM|K^Kalium^L||4.1|mmol/l|||||F",
            "OBX|2|TX|VA^Verwijzend arts^L||dr. X||||||F",
        ],
        ["OBR|1|P1|F1|CHEM^Klinische chemie^L", "OBX|1|NM|K^Kalium^L||4.1", "OBX|2|TX|A^Aanmelddatum^L||1-3-2026"],
        ["OBR|1|P1|F1|CHEM^Klinische chemie^L", "OBX|1|NM|K^Kalium^L||4.1", "OBX|2|TX|V^Verwijzing^L||huisarts"],
        ["OBR|1|P1|F1|CTTH^CT thorax^L", "OBX|1|TX|VRAAG^Vraagstelling^L||Meta?||||||F", "OBX|2|TX|V^Verslag^L||Geen||||||F"],
        ["ORC|RE|P1", "OBR|1|P1|F1|CTTH^CT thorax^L", "OBX|1|TX|VRAAG^Vraagstelling^L||Meta?", "OBX|2|TX|V^Verslag^L||Geen"],
        [
            "OBR|1|P1|F1|CTTH^CT thorax^L",
            "OBX|1|TX|VRAAG^Vraagstelling^L||Meta?",
            "OBX|2|ED|V^Verslag CT^L||^application^pdf^Base64^JVBERi0=",
        ],
        ["OBR|1|P1|F1|MDO^MDO-verslag^L", "OBX|1|TX|VRAAG^Vraagstelling^L||Meta?", "OBX|2|TX|A^Advies^L||Opereren"],
        ["ORC|RE|P1", "OBR|1|P1|F1|MDO^Aanvraag MDO longen^L" + F, "OBX|1|TX|A^Advies^L||Opereren||||||F"],
        ["OBR|1|P1|F1|CT^CT thorax^L" + F, LETTER, "OBX|2|TX|V^Verslag^L||Geen||||||F"],
        ["OBR|1|P1|F1|T^Terugverwijzing huisarts^L", "OBX|1|TX|B^Brief^L||Retour"],
        ["OBR|1|P1|F1|V^Verslag na verwijzing^L", "OBX|1|TX|B^Brief^L||Gezien"],
    ],
)
def test_an_ordinary_result_is_no_referral(lines: list[str]) -> None:
    """Of a stranger it would make a case."""
    read = Hl7Reader().read(raw("PID|1||1^^^ZEED^PI||Giessen^J", *lines, kind="ORU^R01"), "generic-v2")
    assert isinstance(read, IncomingResult)


@pytest.mark.parametrize(
    "lines",
    [
        ["OBR|1|A||VERW^Verwijsbrief^L" + F, LETTER],
        ["ORC|RE|A", "OBR|1|A||X^Brief^L" + F, LETTER],
        ["OBR|1|A||V^Verwijzing urologie^L" + F, "OBX|1|FT|V^Verwijsbrief^L||Graag bespreken.||||||F"],
        [
            "OBR|1|A|B1|MDO^Uro-prostaat^L",
            "OBX|1|FT|VRAAG^Vraagstelling^L||Operatie?||||||F",
            "OBX|2|NM|2857-1^PSA^LN||12.4||||||F",
        ],
        ["ORC|RE|A", "OBR|1|A||MDO-GYN^Gynaecologie^L", "OBX|1|FT|VRAAG^Vraagstelling^L||Operatie?", "OBX|2|FT|X^CA-125^L||1240"],
        ["OBR|1|A||URO^Urologie^L", "OBX|1|FT|REDE^Reden van aanvraag^L||Operatie?||||||F"],
        ["ORC|NW|A", "OBR|1|A||URO^Urologie^L", "OBX|1|FT|VRAAG^Vraag^L||Operatie?", "OBX|2|NM|2857-1^PSA^LN||12.4||||||F"],
        ["ORC|NW|A", "OBR|1|A||MDO^Uro-prostaat^L", "OBX|1|TX|B^Brief^L||Graag bespreken."],
        ["OBR|1|A||M^MDO-aanmelding^L", "OBX|1|NM|2857-1^PSA^LN||12.4||||||F"],
        ["OBR|1|A||X^Bijlage^99zdl" + F, "OBX|1|ED|X^Bijlage^ZORGDOMEIN||^application^pdf^Base64^JVBERi0=||||||F"],
    ],
)
def test_a_letter_or_question_that_came_as_a_result_is_a_referral(lines: list[str]) -> None:
    """Of a patient nobody here knows it would be forgotten."""
    read = Hl7Reader().read(raw("PID|1||1^^^ZEED^PI||Giessen^J", *lines, kind="ORU^R01"), "generic-v2")
    assert isinstance(read, IncomingReferral)


def test_all_that_zorgdomein_sends_as_a_result_asks_for_something() -> None:
    sent = raw("PID|1||1^^^ZEED^PI||Giessen^J", "OBR|1|A||X^Bijlage^99zdl" + F, kind="ORU^R01")
    sender = sent.split(b"|")[2]
    read = Hl7Reader().read(sent.replace(b"|" + sender + b"|", b"|ZorgDomein|", 1), "generic-v2")
    assert isinstance(read, IncomingReferral)


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        (["OBR|1|A||CIS^Urologie^ZORGDOMEIN"], True),
        (["OBR|1|A||X^Bijlagen^L", "OBX|1|ED|B^Bijlage^ZorgDomein||^application^pdf^Base64^JVBERi0="], True),
        (["OBR|1|A||V^Verwijzing urologie^L"], True),
        (["ORC|NW|A", "OBR|1|A||M^Multidisciplinair overleg^L"], True),
        (["ORC|NW|A", "OBR|1|A||M^MDO-bespreking^L" + "|" * 21 + "F"], False),
        (["ORC|RE|A", "OBR|1|A||M^MDO-verslag^L"], False),
        (["ORC|NW|A", "OBR|1|A||K^Kreatinine^L"], False),
    ],
)
def test_what_asks_is_a_referral_and_what_reports_is_a_result(lines: list[str], meant: bool) -> None:
    read = Hl7Reader().read(raw("PID|1||1^^^ZEED^PI||Giessen^J", *lines, kind="ORU^R01"), "generic-v2")
    assert isinstance(read, IncomingReferral if meant else IncomingResult)


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        (["TXA|1|RB^Aanmelding MDO urologie|TX|||||||||D1", "OBX|1|TX|B^Brief||Graag bespreken."], True),
        (["TXA|1|CN|TX|||||||||D1", "OBX|1|ED|B^Verwijsbrief multidisciplinair overleg||^application^pdf^Base64^JVBERi0="], True),
        (["TXA|1|CN^Verwijsbrief cardiologie|TX|||||||||D1", "OBX|1|TX|B^Brief||x"], False),
        (["TXA|1|CN^MDO-verslag|TX|||||||||D1", "OBX|1|TX|B^Verslag||Aanmelding MDO besproken."], False),
        (["TXA|1|CN^MDO-verslag|TX|||||||||D1", "OBX|1|TX|V^Verwijzing||x"], False),
        (["TXA|1|CN^Verslag MDO en terugverwijzing|TX|||||||||D1", "OBX|1|TX|B^Brief||x"], False),
        (["TXA|1|CN^Verslag MDO na verwijzing|TX|||||||||D1", "OBX|1|TX|B^Brief||x"], False),
        (["TXA|1|CN^Aanmelding MDO met PA-verslag|TX|||||||||D1", "OBX|1|TX|B^Brief||x"], True),
    ],
)
def test_a_document_is_a_referral_when_its_title_asks_for_a_board(lines: list[str], meant: bool) -> None:
    """Of a patient nobody here knows it was forgotten."""
    read = Hl7Reader().read(raw("PID|1||1^^^ZEED^PI||Giessen^J", *lines, kind="MDM^T02"), "generic-v2")
    assert isinstance(read, IncomingReferral if meant else IncomingResult)
    if isinstance(read, IncomingReferral):
        assert (read.number, len(read.documents) + len(read.facts)) == ("D1", 1)


@pytest.mark.parametrize("doubled", ["^~\\\\&", "^\\~\\&"])
def test_delimiters_with_a_backslash_too_many_are_the_usual_ones(doubled: str) -> None:
    sent = raw("RF1|P|R||||VW9", "PID|1||7654321^^^ZEED^PI||Berg&van den&Berg^A").replace(b"^~\\&", doubled.encode(), 1)
    assert (read_header(sent).kind, read_header(sent).patient_numbers) == ("REF^I12", (("ZEED", "7654321"),))
    read = Hl7Reader().read(sent, "generic-v2")
    assert isinstance(read, IncomingReferral)
    assert (read.number, read.patient.name.own_prefix) == ("VW9", "van den")


def test_a_number_that_has_an_end_is_not_the_hospitals_own_when_another_holds() -> None:
    pid = "PID|1||7000001^^^ZEED^PI^^20200101^20211231~7001234^^^ZEED^PI||Giessen^J"
    read = Hl7Reader().read(raw(pid, kind="ADT^A08"), "generic-v2")
    assert isinstance(read, PatientChange)
    assert (read.patient.local_number, read.patient.other_numbers) == ("7001234", (("ZEED", "7000001"),))


def test_an_end_that_never_comes_is_none() -> None:
    """Databases write 9999 for `no end`: the first number is the hospital's own as it was sent."""
    pid = "PID|1||7000001^^^ZEED^PI^^20200101^99991231~7001234^^^ZEED^PI||Giessen^J"
    read = Hl7Reader().read(raw(pid, kind="ADT^A08"), "generic-v2")
    assert isinstance(read, PatientChange)
    assert read.patient.local_number == "7000001"


def test_the_name_of_before_a_merge_is_told_where_it_is_another() -> None:
    """MRG-7: it is in no list of numbers, and who judges a merge wants to know it."""

    def left(name: str) -> tuple[str, ...]:
        pid = "PID|1||71^^^ZEED^PI||Giessen^J"
        found = Hl7Reader().read(raw(pid, f"MRG|72^^^ZEED^PI||||||{name}", kind="ADT^A40"), "generic-v2")
        assert isinstance(found, PatientMerge)
        return found.unmapped

    assert left("Linde^A") == ("MRG-7",)
    assert (left("Giessen^J"), left("GIESSEN^J"), left("")) == ((), (), ())


@pytest.mark.parametrize(
    ("sent", "sex", "left"), [("W", "F", ()), ("U", "", ()), ("", "", ()), ("9", "", ()), ("Q", "", ("PID-8",))]
)
def test_a_sex_that_nobody_here_knows_is_told_as_left_over(sent: str, sex: str, left: tuple[str, ...]) -> None:
    read = Hl7Reader().read(raw(f"PID|1||71^^^ZEED^PI||Giessen^J||19600101|{sent}", kind="ADT^A08"), "generic-v2")
    assert isinstance(read, PatientChange)
    assert (read.patient.sex, read.unmapped) == (sex, left)
