"""Names compared as a person would, to point at a line; chains that depend on every word."""

from __future__ import annotations

import uuid

import pytest

from mdo_portal.domain.audit_chain import link
from mdo_portal.domain.audit_names import of_person, same_surname


@pytest.mark.parametrize(
    ("shown", "initial", "surname"),
    [
        ("dr. E. van den Hoek", "e", ["hoek"]),
        ("prof. dr. A.B. de Wit-Bakker", "a", ["wit", "bakker"]),
        ("Th. Müller", "t", ["muller"]),
        ("Aisha", "", ["aisha"]),
        ("", "", []),
    ],
)
def test_a_shown_name_has_an_initial_and_a_surname(shown: str, initial: str, surname: list[str]) -> None:
    assert of_person(shown) == (initial, tuple(surname))


@pytest.mark.parametrize(
    ("person", "families", "same"),
    [
        ("dr. K. Bakker", ("de Bakker",), True),
        ("dr. K. Bakker", ("Jansen", "Jansen", "Bakker-Vos"), True),
        ("dr. K. van den Berg", ("van den Hoek",), False),
        ("dr. K. Bos", ("Bosman",), False),
        ("dr. K. Müller", ("Muller",), True),
        ("dr. K. Li", ("Li",), False),  # too short to say anything
        ("dr. K. Bakker", ("", ""), False),
    ],
)
def test_a_surname_is_the_same_in_any_of_its_words(person: str, families: tuple[str, ...], same: bool) -> None:
    assert same_surname(of_person(person)[1], *families) is same


def test_a_link_depends_on_the_one_before_its_chain_its_place_and_its_words() -> None:
    chain = uuid.uuid4()
    first = link(b"", chain, 1, b"x")

    others = {link(first, chain, 1, b"x"), link(b"", uuid.uuid4(), 1, b"x"), link(b"", chain, 2, b"x"), link(b"", chain, 1, b"y")}
    assert len(others | {first}) == 5
