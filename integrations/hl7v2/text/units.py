"""The unit of a value, and numbers with a power in them."""

from __future__ import annotations

import re

from integrations.hl7v2.text.segment import Segment


def unit_of(segment: Segment) -> str:
    """As its code writes it, what UCUM has between braces without them (`mL/min/{1.73_m2}`, `{ratio}`); in words where it is the number
    of a code (`CD:289^mg/dl`).
    """
    code = segment.component(6)
    said = (segment.component(6, 2, 0) or code) if _CODE.fullmatch(code) else code
    return _REMARK.sub(lambda found: found[1].replace("_", " "), said) if "{" in said else said


_REMARK = re.compile(r"\{([^{}]+)\}")
_CODE = re.compile(r"(?:[A-Z]+:)?\d{3,}")


def has_unit(value: str, unit: str) -> bool:
    """Whether the value has its unit behind its number already (`5.1 mmol/l`)."""
    return bool(unit) and value.endswith(unit) and value.removesuffix(unit).rstrip()[-1:].isdigit()


def power(segment: Segment, n: int) -> str:
    """`10^9/l` and `1,73m^2` as everybody writes them, though the hat parts components; "" for anything else."""
    ten, power = segment.component(n, 1, 0), segment.component(n, 2, 0)
    return f"{ten}^{power}" if _TEN.fullmatch(ten) and _EXPONENT.fullmatch(power) else ""


_TEN = re.compile(r"(?:.*[^\d.,])?10|(?:.*[\W\d_])?[cdm]?m")
_EXPONENT = re.compile(r"[+-]?\d{1,2}(?:\D.*)?")
