"""How a list names a patient."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.services.common.short_names import short_name

YEAR = date(1951, 2, 3)


@pytest.mark.parametrize(
    ("initials", "given", "family", "birth_on", "named"),
    [
        ("JP", "Jan", "de Vries", YEAR, "J.P. de Vries (1951)"),
        ("", "Jan", "de Vries", YEAR, "J. de Vries (1951)"),
        ("", "", "Vries", None, "Vries"),
        ("É", "", "Çelik", YEAR, "É. Çelik (1951)"),
    ],
)
def test_initials_family_and_year(initials: str, given: str, family: str, birth_on: date | None, named: str) -> None:
    assert short_name(initials, given, family, birth_on) == named


@pytest.mark.parametrize("family", ["علي", "כהן"])
def test_what_is_read_from_right_to_left_ends_before_the_year(family: str) -> None:
    assert short_name("", "", family, YEAR) == f"{family}\N{LEFT-TO-RIGHT MARK} (1951)"
