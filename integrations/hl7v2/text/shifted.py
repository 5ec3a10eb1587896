"""An OBX of which the fields stand one early or one late: read as it stands, its unit is the value, and the number is nowhere."""

from __future__ import annotations

import re

_TYPES = frozenset({"NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "DT", "TS", "DTM", "TM", "ED", "RP"})
_MEASURED = frozenset({"NM", "SN", "ST", "TX"})
_NUMBER = re.compile(r"[<>]?=?\s?-?\d+(?:[.,]\d+)?")
_UNIT = re.compile(
    r"%|10[*^]\S+|[^\W\d_]?(?:[^\W\d_]{1,5}|10\S+)\s?/\s?\S+|(?:[mcd]?m|[kmn\u00b5]?g|[cdm]?l|k?u|ie|iu|m?mol|mosm|sec|s|min|mmhg|fl|pg|kpa)",
    re.IGNORECASE,
)
_CERTAIN = re.compile(r"%|(?:[mµunkpfd]|mc)?(?:mol|g|l|u|iu|ie|eq)/\S+|(?:mm|cm|kg|ml|mg|mmol)", re.IGNORECASE)
"""A unit that no answer in words looks like."""
_RANGE = re.compile(r"(?:[<>]=?\s?|[-\u2013]\s?)?\d+(?:[.,]\d+)?(?:\s?[-\u2013]\s?\d+(?:[.,]\d+)?)?(?:\^.*)?")
_STATUSES = frozenset("CDFIPRSUWX")
"""OBX-11 (table 0085)."""
_SUB, _VALUE, _UNITS, _USUAL, _STATUS = 4, 5, 6, 7, 11


def unshifted(line: str, separator: str) -> str:
    """The line of an OBX with its fields where they belong; one that is as the standard has it, as it is.

    A number with its unit and its range behind it tells, for in no field before the value stands one so; and a type where the number of
    the line belongs.
    """
    start = line.split(separator, _USUAL + 1)
    if len(start) <= _VALUE or (start[_VALUE] and not start[_SUB] and start[1] not in _TYPES):
        return line
    fields = line.split(separator)
    is_unnumbered = fields[1] in _TYPES and fields[2] not in _TYPES and bool(fields[2])
    if is_unnumbered:
        fields.insert(1, "")
    fields += [""] * (_USUAL + 1 - len(fields))
    if fields[2] in _MEASURED and _is_early(*fields[_SUB : _USUAL + 1]):
        fields.insert(_SUB, "")
    elif fields[2] in _MEASURED and not (fields[_SUB] or fields[_VALUE]) and _are(fields[_UNITS], fields[_USUAL]):
        del fields[_SUB]
    elif not is_unnumbered:
        return line
    _put_back(fields)
    return separator.join(fields)


def _is_early(sub: str, value: str, unit: str, usual: str) -> bool:
    """Whether a number, its unit and its range stand where the number of a part, the value and the unit belong."""
    is_bare = not unit and _CERTAIN.fullmatch(value) is not None and not _RANGE.fullmatch(usual)
    return _are(sub, value) and (is_bare or (bool(unit) and _RANGE.fullmatch(unit) is not None))


def _are(number: str, unit: str) -> bool:
    return _NUMBER.fullmatch(number) is not None and _UNIT.fullmatch(unit.partition("^")[0]) is not None


def _put_back(fields: list[str]) -> None:
    """The status in its own field, where it stood there or one beside it."""
    if not "".join(fields[_STATUS : _STATUS + 1]) and "".join(fields[_STATUS + 1 : _STATUS + 2]) in _STATUSES:
        del fields[_STATUS]
