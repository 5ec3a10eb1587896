"""The administrator writes a template, sees the letter about nobody, and puts an earlier version back."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from tests import pdf_text
from tests.pictures import png
from tests.web.people_house import House, house, lines

__all__ = ["house"]
LIST = "/manage/letters"


def begun(house: House, **over: str) -> str:
    """A template for the region; its address."""
    answer = house.post("Ada", LIST, **({"audience": "referrer"} | over))
    assert answer.status_code == 302
    return answer.headers["Location"]


def fields(house: House, path: str, **over: Any) -> dict[str, Any]:
    """The form as the page shows it, with what somebody typed."""
    page = house.person("Ada").get(path).text
    form: dict[str, Any] = dict(re.findall(r'name="((?:place|heading)-\w+|seen|logo_kept)"[^>]*? value="([^"]*)"', page))
    form |= dict.fromkeys(re.findall(r'name="(shown-\w+|participants|quorum|bsn)" value="1" checked', page), "1")
    form |= {"section": re.findall(r'name="section" value="(\w+)"', page), "shown-advice": "1"}
    return form | over


def test_a_template_is_written_shown_and_kept(house: House) -> None:
    path = begun(house)
    typed = fields(
        house, path, intro="Op {datum} besprak {mdo} uw patiënt.", **{"heading-question": "Uw vraag", "place-advice": "0"}
    )

    shown = house.person("Ada").post(f"{path}/preview.pdf", data=typed | {"csrf_token": "token-of-this-test"})
    assert shown.mimetype == "application/pdf"
    text = pdf_text.whole(shown.data)
    assert "Op 5 maart 2026 besprak Voorbeeld-MDO uw patiënt." in text and "V. Voorbeeld" in text
    assert text.index("Advies") < text.index("Uw vraag")

    answer = house.post("Ada", path, **typed)
    assert answer.status_code == 302
    page = house.person("Ada").get(path).text
    assert "besprak {mdo} uw patiënt." in page and "Bewaren als versie 3" in page
    assert [line.detail for line in lines(house, "letter_template:manage")] == [
        "referrer: version 1",
        "preview",
        "referrer: version 2",
    ]


def test_what_no_letter_may_say_stays_on_the_form_and_is_not_kept(house: House) -> None:
    path = begun(house)
    typed = fields(house, path, intro="Geachte {patient},")

    answer = house.post("Ada", path, **typed)
    assert answer.status_code == 422
    assert "Geachte {patient}," in answer.text and "haal andere accolades weg" in answer.text
    preview = house.post("Ada", f"{path}/preview.pdf", **typed)
    assert preview.status_code == 422 and "haal andere accolades weg" in preview.text
    assert "Bewaren als versie 2" in house.person("Ada").get(path).text


def test_a_logo_is_kept_as_a_picture_of_ours_and_another_file_is_refused(house: House) -> None:
    path = begun(house, audience="gp")
    beside = house.post("Ada", path, **fields(house, path, intro="{patient}", logo=(io.BytesIO(png()), "logo.png")))
    assert beside.status_code == 422 and "Kies het bestand opnieuw: het is niet bewaard." in beside.text
    refused = house.post("Ada", path, **fields(house, path, logo=(io.BytesIO(b"<svg onload=x()>"), "logo.png")))
    assert refused.status_code == 422 and "geen PNG" in refused.text

    assert house.post("Ada", path, **fields(house, path, logo=(io.BytesIO(png()), "logo.png"))).status_code == 302
    assert b"/Subtype/Image" in house.person("Ada").get(f"{path}/preview.pdf").data
    assert house.post("Ada", path, **fields(house, path, intro="Met logo.")).status_code == 302
    assert b"/Subtype/Image" in house.person("Ada").get(f"{path}/preview.pdf").data
    assert house.post("Ada", path, **fields(house, path, logo_away="1")).status_code == 302
    assert b"/Subtype/Image" not in house.person("Ada").get(f"{path}/preview.pdf").data


def test_an_earlier_version_is_put_back_and_a_template_taken_out_of_use(house: House) -> None:
    path = begun(house, board_id=str(house.region.boards["URO-P"]))
    house.post("Ada", path, **fields(house, path, intro="Tweede tekst."))
    house.post("Ada", path, **fields(house, path, intro="Derde tekst."))

    assert house.post("Ada", f"{path}/back", seen="3", version="2").status_code == 302
    assert "Tweede tekst." in pdf_text.whole(house.person("Ada").get(f"{path}/preview.pdf").data)
    assert "Derde tekst." in pdf_text.whole(house.person("Ada").get(f"{path}/preview.pdf?version=3").data)
    assert house.post("Ada", f"{path}/back", seen="3", version="2").status_code == 409
    assert house.post("Ada", f"{path}/out", seen="4").status_code == 302
    assert "buiten gebruik" in house.person("Ada").get(LIST).text


def test_another_screen_of_before_is_told_that_somebody_was_first(house: House) -> None:
    path = begun(house)
    typed = fields(house, path, intro="Een.")
    house.post("Ada", path, **typed)
    assert house.post("Ada", path, **typed).status_code == 409


@pytest.mark.parametrize("name", ["Bram", "Aisha", "Lars", "Petra"])
def test_only_the_administrator(house: House, name: str) -> None:
    path = begun(house)
    assert {house.person(name).get(one).status_code for one in (LIST, path, f"{path}/preview.pdf")} == {403}
    assert house.post(name, path).status_code == 403
