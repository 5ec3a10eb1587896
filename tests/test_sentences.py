"""Sentences for people stand where they are found to be translated, whatever Python looks for them."""

from __future__ import annotations

import ast

from tests.test_house_rules import OURS, name, nodes, pytestmark

__all__ = ["pytestmark"]  # by the same worker: it has parsed every file
TRANSLATES = {"_", "N_", "gettext", "ngettext", "lazy_gettext"}


def test_no_sentence_to_translate_stands_inside_an_f_string() -> None:
    """There Babel finds it from Python 3.12 on only: with 3.11 it stayed Dutch on the English page, and nothing said so."""
    found = [
        f"{name(path)}:{call.lineno}"
        for path in OURS
        for joined in nodes(path)
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TRANSLATES
        if any(isinstance(one, ast.Constant) for one in call.args)
    ]
    assert found == []
