"""Truth values that were sent as a word or a number (`"doNotPerform": "true"`): the judge takes them for true, and so must whoever reads.

Read past, what must not be done would stand there as asked for, and who died as alive.
"""

from __future__ import annotations

from typing import Any

from integrations.fhir.text.values import names_in

_SAID = dict.fromkeys(("true", "1", "yes", "y", "on", "t"), True) | dict.fromkeys(("false", "0", "no", "n", "off", "f"), False)
"""Just those that the judge takes: of any other it says that the element is wrong."""
_NAMES = frozenset({"doNotPerform", "notDone", "notGiven", "prohibited", "deleted", "exclude", "active", "isSubpotent"})


def truth(value: Any) -> Any:
    """True or False for what means that; anything else as it is."""
    return _SAID.get(str(value).casefold(), value) if type(value) in (str, int) else value


def truthful(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree with truth values where FHIR has them. Most messages have them: those are looked at and not made anew."""
    return _truthful(tree) if any(map(_is_one, names_in(tree))) and _is_said(tree) else tree


def _is_said(tree: Any) -> bool:
    """Whether a truth value stands there as a word or a number. Of the tree, not of its bytes: most of these may be a document."""
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if type(value) is list:
            waiting += [one for one in value if type(one) in _OPEN]
            continue
        for name, one in value.items():
            kind = type(one)
            if kind in _OPEN:
                waiting.append(one)
            elif (kind is int or (kind is str and len(one) <= _LONGEST)) and _is_one(name):
                return True
    return False


_OPEN = (dict, list)
_LONGEST = max(map(len, _SAID))
"""Most words are longer: of those it is not asked where they stand."""


def _truthful(value: Any, name: str = "") -> Any:
    """The gate has bounded the depth."""
    if isinstance(value, dict):
        return {key: _truthful(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_truthful(one) for one in value]
    return truth(value) if _is_one(name) else value


def _is_one(name: str) -> bool:
    return name in _NAMES or name.endswith("Boolean")
