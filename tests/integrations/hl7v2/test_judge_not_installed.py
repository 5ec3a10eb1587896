"""Tables of hl7apy that our own installation lacks, for a moment or for good, say nothing of the letter."""

from __future__ import annotations

import sys

import pytest
from hl7apy import SUPPORTED_LIBRARIES

from integrations.hl7v2.sending import judge
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.text.er7 import Message
from integrations.profiles import load

from .samples import DECISION, NOW, address


def test_a_letter_is_not_called_wrong_while_they_are_gone_and_leaves_when_they_are_back(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = compose(DECISION, address("hix"), now=NOW)
    judge._is_taken.cache_clear()
    with monkeypatch.context() as gone:
        gone.setitem(sys.modules, SUPPORTED_LIBRARIES[Message.parse(raw).get("MSH-12")], None)
        with pytest.raises(ImportError):
            judge.judge(raw, DECISION, load("hix"))

    judge.judge(raw, DECISION, load("hix"))
