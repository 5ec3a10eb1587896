"""What people copy from their EPD, a letter or a mail into a field: with its points and blanks, and whole."""

from __future__ import annotations

import re
from pathlib import Path

from mdo_portal.web import registration
from tests import make

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COPIED = f"{make.BSN[:4]}.{make.BSN[4:6]}.{make.BSN[6:]} "
FORM = {"family": "Jansen", "birth_on": " 1-2-1950 ", "bsn": COPIED, "question_board": "Operatie?", "board_id": "x"}


def test_a_referral_may_have_its_bsn_as_an_epd_shows_it() -> None:
    assert registration.check(FORM) == {}
    assert registration.referral(FORM, (), number="1").patient.bsn == make.BSN
    assert "bsn" in registration.check(FORM | {"bsn": COPIED + "1"})


def test_a_number_comes_without_what_nobody_sees_in_it() -> None:
    """Or its patient stood here twice: what the EPD sends has the number alone."""
    assert (
        registration.referral(FORM | {"local_number": "\u202a7000012\u200b "}, (), number="1").patient.local_number == "7000012"
    )
    assert "local_number" in registration.check(FORM | {"bsn": "", "local_number": "\u200b"})


def test_no_field_for_a_bsn_or_a_day_cuts_off_what_is_pasted() -> None:
    """`9999.11.120` became `9999.11.1`, and ` 01-02-1950` a day in the year 195: the browser says nothing when it cuts."""
    pages = [file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")]
    asked = [line for page in pages for line in page.splitlines() if re.search(r"(field|line)\(\"\w*(bsn|_on|until)\"", line)]
    most = [int(length) for line in asked for length in re.findall(r'"maxlength": (\d+)', line)]

    assert len(most) >= 8 and min(most) >= 20
