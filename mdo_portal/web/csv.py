"""A list as CSV for Dutch Excel: semicolons, UTF-8 with its mark, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from mdo_portal.zone import AMSTERDAM

#: A file name stays behind in a downloads folder: words only, so that no number or date of a patient fits in.
NAME = re.compile(r"[a-z]+(-[a-z]+){0,5}")
#: What starts a formula in Excel, LibreOffice or Google Sheets, also after spaces, quotes or what the eye does not see.
FORMULA = re.compile(r"[\s\"'\u200b-\u200f\u202a-\u202e\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]")
#: No line break or control character: a row stays one line, also for programs that read lines.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_csv(rows: Iterable[Sequence[object]], *, name: str = "uitvoer") -> Response:
    """The rows (headings first) as a download `name.csv`. Raises ValueError for a name that could tell a patient."""
    if not NAME.fullmatch(name):
        raise ValueError("the name of a CSV file is words and hyphens only")
    written = io.StringIO()
    csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [cell(value) for value in row] for row in rows
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)


def cell(value: object) -> str:
    """One value as text: moments as local time, numbers as they are, and an apostrophe before what would be a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
    text = CONTROL.sub(" ", str(value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"'{text}" if FORMULA.match(text) and not is_number else text
