"""Who seeks where something stands in a message: what is there is offered, what was typed and is not there stays and is said so."""

from __future__ import annotations

import html
import io
import re

from tests.integrations.fhir.make import bundle, patient, request
from tests.integrations.hl7v2 import samples
from tests.web.portal import CSRF
from tests.web.test_links import portal
from tests.web.test_links_taking import New, new

__all__ = ["new", "portal"]

ASKED = {"url": "https://epd.example/vraag", "valueString": "Operabel?"}


def test_what_stands_in_the_message_is_offered_by_its_place_also_where_nothing_reads_it(new: New) -> None:
    """A number in PID-20 stood nowhere on the page: who sought it had to count the separators."""
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|")
    pid = next(line for line in raw.split(b"\r") if line.startswith(b"PID"))
    raw = raw.replace(pid, b"|".join([*(pid.split(b"|") + [b""] * 20)[:20], b"999911120"]))

    before = new.tried(raw, "hix")
    page = new.taken(before, "adopt", profile="hix", application="HIX", facility="NIEUW")

    offered = html.unescape(page.partition('<datalist id="filled">')[2].partition("</datalist>")[0])
    assert '<option value="PID-20">PID-20 · 999911120</option>' in offered and "OBX" not in offered
    assert 'list="filled"' in page and "<datalist" not in before  # of a link that reads otherwise nothing can be said


def test_a_place_where_nothing_stands_is_said_to_hold_nothing_and_stays_to_be_mended(new: New) -> None:
    page = new.taken(new.adopted("hix"), "places", profile="hix", **{"at.latest_useful_on": "zmd.9"})

    assert "ontbreekt: op ZMD-9 staat in dit bericht niets" in page
    assert re.search(r'<details class="elsewhere" open>(?:(?!</details>).)*value="ZMD-9"', page)


def test_what_is_no_place_stays_in_its_box(new: New) -> None:
    page = new.taken(new.adopted("hix"), "places", profile="hix", **{"at.latest_useful_on": "in veld 2"})

    assert "„in veld 2” is geen plaats in een bericht." in page and 'value="in veld 2"' in page
    assert new.link.otherwise == ""


def test_a_place_in_fhir_may_be_typed_as_the_page_itself_writes_it_and_of_an_extension_that_is_its_url(new: New) -> None:
    """By its number another extension of the next message would have been the question."""
    said, other = (
        "ServiceRequest/1.extension[url=https://epd.example/vraag].valueString",
        {"url": "https://epd.example/pa", "valueString": "T1"},
    )
    raw = bundle(patient(), request(extension=[ASKED, other]))
    page = new.taken(new.tried(raw, "generic-r4"), "adopt", profile="generic-r4")
    assert said in page

    after = new.taken(page, "places", profile="generic-r4", **{"at.question_board": said})
    turned = new.tried(bundle(patient(), request(extension=[other, ASKED])), "generic-r4")

    assert "is geen plaats in een bericht" not in after and '"ServiceRequest.extension[url=' in new.link.otherwise
    for one in (after, turned):
        row = re.search(r'<th scope="row">Vraag aan het MDO.*?</tr>', one, re.DOTALL)
        assert row is not None and "Operabel?" in row[0] and "T1" not in row[0]


def test_a_resource_has_no_number_in_a_place_that_is_kept(new: New) -> None:
    page = new.taken(new.tried(bundle(patient(), request()), "generic-r4"), "adopt", profile="generic-r4")

    new.taken(page, "places", profile="generic-r4", **{"at.latest_useful_on": "ServiceRequest/1.occurrencePeriod.end"})

    assert '"ServiceRequest.occurrencePeriod.end"' in new.link.otherwise


def test_which_of_several_it_was_in_this_message_is_no_place_in_the_next(new: New) -> None:
    """The number was left out, and the first of them was read from then on: somebody pointed at *Operabel?* and got *T1*."""
    told = [
        {"resourceType": "Observation", "status": "final", "code": {"text": one}, "valueString": one}
        for one in ("T1", "Operabel?")
    ]
    page = new.taken(new.tried(bundle(patient(), request(), *told), "generic-r4"), "adopt", profile="generic-r4")

    after = new.taken(page, "places", profile="generic-r4", **{"at.question_board": "Observation/3.valueString"})
    one = new.portal.person("Ada").post(
        f"{new.home}/places/one", data={"csrf_token": CSRF, "field": "question_board", "place": "Observation/3.valueString"}
    )

    assert "schrijf Observation zonder nummer" in after and 'value="Observation/3.valueString"' in after
    assert "schrijf Observation zonder nummer" in html.unescape(one.text) and one.status_code == 422
    assert new.link.otherwise == ""


def test_what_has_a_word_beside_it_is_taken_by_that_word_and_the_patients_number_by_its_place(new: New) -> None:
    lines = b"ZVR|1|MDO|Uro-prostaat\rZVR|2|DATUM|20260401\r"
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|").replace(b"Uro-prostaat", b"") + lines
    page = new.taken(new.tried(raw, "hix"), "adopt", profile="hix", application="HIX", facility="NIEUW")
    assert '<option value="board_hint @line ZVR-3 MDO">' in page and '<option value="patient.bsn ZVR-3">' in page
    assert "naast MDO, op welke regel dat ook staat" in page

    after = new.taken(page, "places", profile="hix", **{"is": "board_hint @line ZVR-3 MDO"})

    assert "De casus komt bij het MDO Uro-prostaat." in after and '"@line ZVR-3 MDO"' in new.link.otherwise
    listed = html.unescape(new.portal.person("Ada").get(f"{new.home}/places").text)
    assert "eigen segment met dit woord ernaast: ZVR-3 MDO" in listed


def test_two_lines_of_one_word_are_one_place_however_often_it_is_chosen(new: New) -> None:
    """The page said that two places were chosen, of the same word twice."""
    lines = b"ZVR|1|VRAAG|Operabel?\rZVR|2|DATUM|20260401\rZVR|3|VRAAG|Of eerst chemo?\r"
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|") + lines
    page = new.taken(new.tried(raw, "hix"), "adopt", profile="hix", application="HIX", facility="NIEUW")
    offered = "question_radiology @line ZVR-3 VRAAG"
    assert page.count(f'<option value="{offered}">') == 2

    after = new.taken(page, "places", profile="hix", **{"is": [offered, offered]})

    assert "Operabel?\nOf eerst chemo?" in after and '"@line ZVR-3 VRAAG"' in new.link.otherwise


def test_a_question_that_comes_in_lines_is_said_line_by_line_and_read_of_however_many(new: New) -> None:
    """Two places were refused, and by one of them the second half of the question reached nobody."""
    lines = b"ZQU|1|Salvage bestraling?\rZQU|2|Of eerst PSMA-PET?\r"
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|").replace(b"VRAAG^Vraagstelling", b"X2^Iets") + lines
    page = new.taken(new.tried(raw, "generic-v2"), "adopt", profile="generic-v2", application="HIX", facility="NIEUW")
    assert "kies dan bij elke regel dezelfde vraag" in page

    form = {"is": ["question_board ZQU-2", "question_board ZQU(1)-2"]}
    after = new.taken(page, "places", profile="generic-v2", **form)

    assert "Salvage bestraling?\nOf eerst PSMA-PET?" in after and '"@lines ZQU-2"' in new.link.otherwise
    assert "Of eerst PSMA-PET?" not in after.partition('id="placing"')[2].partition("</form>")[0].partition("<tbody>")[2]
    listed = html.unescape(new.portal.person("Ada").get(f"{new.home}/places").text)
    assert "elk eigen segment met die naam, onder elkaar: ZQU-2" in listed


def test_what_was_chosen_stands_there_again_when_it_is_refused(new: New) -> None:
    """Six choices were gone because one of them was made twice."""
    page = new.adopted("generic-v2")

    after = new.taken(page, "places", profile="generic-v2", **{"is": ["urgency ZMD-2", "urgency ZMD-3"]})

    assert "U koos twee plaatsen voor „Urgentie”." in after
    assert '<option value="urgency ZMD-2" selected>' in after and '<option value="urgency ZMD-3" selected>' in after


def test_the_same_file_is_read_once_more_with_another_profile_and_need_not_be_chosen_again(new: New) -> None:
    """*Kies een profiel voor FHIR en lees het opnieuw* led to *plak een bericht of kies een bestand*."""
    page = new.tried(bundle(patient(), request()), "generic-v2")
    assert "Kies hieronder een profiel voor FHIR en lees het opnieuw." in page
    form = page.partition('enctype="multipart/form-data"')[2]
    again = re.search(r'name="again" value="([^"]+)"', form)
    assert again is not None and "dan wordt hetzelfde bericht nog eens gelezen" in form

    fields = {"csrf_token": CSRF, "profile": "generic-r4", "message": "", "again": again[1], "file": (io.BytesIO(b""), "")}
    after = html.unescape(new.portal.person("Ada").post(f"{new.home}/try", data=fields).text)

    assert "Bundle" in after and "Dit bericht wordt geweigerd." not in after
    assert "om de tekenset echt te proberen" not in after and "Dit bericht is te lezen" in after
