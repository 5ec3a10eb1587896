"""What follows a sign of less than is a value, a name or a mutation: it stands, also beside the tags of a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.fhir.text.values import text

from .read_house import about, read


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("PSA <LOD, Gleason 7<br>PSA 4 > 3", "PSA <LOD, Gleason 7\nPSA 4 > 3"),
        ("dr. <Wit> belt</p>", "dr. <Wit> belt"),
        ("<p.V600E> BRAF", "<p.V600E> BRAF"),
        ("<p>CEA &lt;ref, CT &gt;T2</p>", "CEA <ref, CT >T2"),
    ],
)
def test_what_is_less_than_something_stands_beside_the_tags_of_a_page(sent: str, said: str) -> None:
    value = about("Observation", status="final", code={"text": "A"}, valueString=sent)
    assert [one.text for one in read(value).facts if one.label == "A"] == [said]


WORDS = st.lists(
    st.sampled_from(["<LOD", ">", "<", "Hb", "<6", ">100", "<ref", "T<N", "<Wit>", "<p.V600E>", "0.05", "{CT}"]), min_size=1
)


@given(WORDS, st.sampled_from(["{}", "{}<br>", "<p>{}</p>", "<b>Uitslag</b> {}", "{}</div>"]))
def test_a_page_around_plain_words_takes_none_of_their_signs(words: list[str], page: str) -> None:
    plain = " ".join(words)
    said = text(page.replace("{}", plain, 1))
    assert said.removeprefix("Uitslag ") == plain
