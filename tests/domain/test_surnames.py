"""Two surnames, however hospitals write them."""

from __future__ import annotations

import pytest

from mdo_portal.exchange.surnames import are_unlike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("van den Hoek", "HOEK VAN DEN"),
        ("de Bâ", "BA"),
        ("Voorbeeld-van Zand", "van Zand"),
        ("van Zand", "Voorbeeld - van Zand"),
        ("van Zand", ""),
        ("", "van Zand"),
        ("van Zand", "Иванов"),
        ("de", "van Zand"),
    ],
)
def test_alike_or_not_to_be_compared(one: str, other: str) -> None:
    assert not are_unlike(one, other)


@pytest.mark.parametrize(("one", "other"), [("van Zand", "van Hoek"), ("Zand", "Zandstra"), ("de Wit", "Bo")])
def test_no_word_in_common_is_another_name(one: str, other: str) -> None:
    assert are_unlike(one, other)
