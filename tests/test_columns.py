"""In which column of a case a value stands, as its hospital's link says it: by the code or the name of the value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal import wiring_profiles
from mdo_portal.exchange import IncomingReferral, Section, profile_of_link
from tests.integrations.hl7v2 import samples

WORDS = ("PRX", "2857-1", "Prostaatindex", "PSA-ratio", "CT van de PSA", "a.b|c", "É", 'zegt "zo"', "WHO", "x\\y")


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(list(Section))), min_size=1, max_size=6))
def test_a_value_stands_in_the_column_that_was_chosen_last_for_its_code_or_name_and_no_other_value_moves(
    chosen: list[tuple[str, Section]],
) -> None:
    otherwise = ""
    for word, column in chosen:
        otherwise = wiring_profiles.column_otherwise("generic-v2", otherwise, word, column)
    last = dict(chosen)
    for word in WORDS:
        for code, name in ((word, "Bepaling"), ("", word)):
            before, after = _column(code, name, ""), _column(code, name, otherwise)
            assert after == last.get(word, before)


def _column(code: str, name: str, otherwise: str) -> str:
    """In which column a value with this code and name stands."""
    sign = str.maketrans({"|": "\\F\\", "^": "\\S\\", "\\": "\\E\\", "&": "\\T\\"})
    value = f"OBX|90|ST|{code.translate(sign)}^{name.translate(sign)}^L||waarde||||||F\r".encode()
    raw = samples.REFERRAL.rstrip(b"\r") + b"\r" + value
    read = Hl7Reader().read(raw, profile_of_link("generic-v2", otherwise))
    assert isinstance(read, IncomingReferral)
    return next(fact.section for fact in read.facts if fact.text == "waarde")
