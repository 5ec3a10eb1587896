"""Truth values that were sent as a word or a number (`"doNotPerform": "true"`): the judge takes them for true, and so must whoever reads.

Read past, what must not be done would stand there as asked for, and who died as alive.
"""

from __future__ import annotations

import re
from typing import Any

_SAID = dict.fromkeys(("true", "1", "yes", "y", "on", "t"), True) | dict.fromkeys(("false", "0", "no", "n", "off", "f"), False)
"""Just those that the judge takes: of any other it says that the element is wrong."""
_NAMES = ("doNotPerform", "notDone", "notGiven", "prohibited", "deleted", "exclude", "active", "isSubpotent")
_MAY_HOLD = re.compile(rf'(?:Boolean|{"|".join(_NAMES)})"\s*:\s*["01]'.encode())


def truth(value: Any) -> Any:
    """True or False for what means that; anything else as it is."""
    return _SAID.get(str(value).casefold(), value) if type(value) in (str, int) else value


def truthful(tree: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The tree of these bytes, with truth values where FHIR has them. Most messages have them: of those one look at the bytes is all."""
    return _truthful(tree) if _MAY_HOLD.search(raw) else tree


def _truthful(value: Any, name: str = "") -> Any:
    """The gate has bounded the depth."""
    if isinstance(value, dict):
        return {key: _truthful(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_truthful(one) for one in value]
    return truth(value) if name.endswith("Boolean") or name in _NAMES else value
