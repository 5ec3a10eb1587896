"""Codes of the standard as hurried software writes them (`Entered-In-Error`, `ENTERED_IN_ERROR`, `EnteredInError`), as the standard does.

The judge knows no codes: read as they stand, what was entered in error would be told, and a referral that was revoked would go on.
"""

from __future__ import annotations

from typing import Any

from integrations.fhir.text.values import Node, listed, node, nodes

_CODES = (
    "accepted", "achieved", "active", "aborted", "amended", "appended", "arrived", "asap", "available", "booked", "cancelled",
    "completed", "confirmed", "corrected", "current", "declined", "differential", "directive", "draft", "entered-in-error", "failed",
    "female", "filler-order", "final", "finished", "fulfilled", "improving", "inactive", "in-progress", "instance-order", "intended",
    "male", "noshow", "not-achieved", "not-done", "not-started", "not-taken", "on-hold", "option", "order", "original-order", "other",
    "partial", "pending", "plan", "planned", "preliminary", "preparation", "proposal", "proposed", "provisional", "ready", "received",
    "recurrence", "reflex-order", "refuted", "registered", "rejected", "relapse", "remission", "requested", "resolved", "revoked",
    "routine", "scheduled", "stat", "stopped", "superseded", "suspended", "unavailable", "unconfirmed", "unknown", "urgent", "waitlist",
)  # fmt: skip
_AMERICAN = "canceled"
_STATES = frozenset(_CODES)
_KNOWN = {code.replace("-", ""): code for code in _CODES} | {_AMERICAN: "cancelled"}
_BARE = frozenset({"status", "intent", "priority", "docStatus", "lifecycleStatus", "gender"})
_CODED = frozenset({"clinicalStatus", "verificationStatus", "achievementStatus"})
_GRAVEST = ("entered-in-error", "refuted", "not-achieved")
"""Of two states that one resource says it has, what it denies goes first: a code of the sender's own may stand before it."""
_NAMES = _BARE | _CODED


def spelled(tree: Node) -> Node:
    """The tree, in which such codes of every resource are written as the standard writes them; other words stay. It is changed."""
    waiting = [tree]
    while waiting:
        own = waiting.pop()
        for name in own.keys() & _NAMES:
            value = own[name]
            if type(value) is str:
                own[name] = _code(value)
            elif name in _CODED:
                _spell(value)
        if own.get("resourceType") == "Bundle":
            waiting += [node(node(one).get("resource")) for one in listed(own)]
        else:
            waiting += nodes(own.get("contained"))
            waiting += _passed(own["parameter"]) if "parameter" in own else ()
    return tree


def _passed(parameters: Any) -> list[Node]:
    return [found for one in nodes(parameters) for found in (node(one.get("resource")), *_passed(one.get("part")))]


def _spell(concept: Any) -> None:
    """The state that the standard knows first, whether it stands in a code, in what that is called or in words alone."""
    own = node(concept)
    coded = nodes(own.get("coding"))
    for coding in coded:
        said = [_code(one) for one in (coding.get("code"), coding.get("display")) if type(one) is str]
        known = next((one for one in said if one in _STATES), None)
        coding |= {"code": known or said[0]} if known or type(coding.get("code")) is str else {}
    if type(own.get("text")) is str and (known := _code(own["text"])) in _STATES:
        coded.append({"code": known})
    if len(coded) > len(nodes(own.get("coding"))) or len(coded) > 1:
        own["coding"] = sorted(coded, key=_rank)


def _rank(coding: Node) -> int:
    code = coding.get("code")
    return _GRAVEST.index(code) if code in _GRAVEST else len(_GRAVEST) + (code not in _STATES)


def _code(value: str) -> str:
    """Most are written as they should be: those are looked at and no more."""
    if value.islower() and " " not in value and "_" not in value and value != _AMERICAN:
        return value
    return _KNOWN.get("".join(sign for sign in value.casefold() if sign.isalnum()), value)
