"""Periods that were asked for, and lists as CSV: for Dutch Excel, and for nothing that a name could start."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask import Response, request

from mdo_portal.errors import N_, PortalError
from mdo_portal.web.words import AMSTERDAM

#: what starts a formula in a spreadsheet, also behind spaces or quotes
FORMULA = re.compile(r"[\s\"']*[=+\-@|%]")
#: a row stays one line, and a terminal stays as it is
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    """The rows as a download. `name` is words, never a patient's number."""
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(heads)
    lines.writerows([cell(value) for value in row] for row in rows)
    headers = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)


def cell(value: object) -> str:
    """One value as text: a moment as local time, an apostrophe before what would be a formula, no line breaks."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
    text = CONTROL.sub(" ", str(value))
    return text if isinstance(value, int) or not FORMULA.match(text) else f"'{text}"


def moment(name: str, *, end: bool = False) -> datetime | None:
    """A day or a moment from the form, as Amsterdam means it; with `end` a bare day counts whole. Raises PortalError."""
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError as error:
        raise PortalError(N_("Deze datum is niet te lezen. Er is niets opgezocht; kies de datum opnieuw.")) from error
    local = found.replace(tzinfo=AMSTERDAM)
    return local + timedelta(days=1) if end and len(typed) == len("2026-03-02") else local
