"""In which column of a case a value stands is said where a message that was tried shows it; the same message is read again at once."""

from __future__ import annotations

import re

from tests.integrations.hl7v2 import samples
from tests.web.test_links import portal
from tests.web.test_links_taking import New, new, with_own

__all__ = ["new", "portal"]

LABORATORY = (
    samples.REFERRAL.rstrip(b"\r") + b"\rOBX|90|NM|PRX^Prostaatindex^L||41|||||F\rOBX|91|ST|^Woonsituatie||alleenstaand||||||F\r"
)


def section_of(page: str, label: str) -> str:
    """In which column the value under this name is shown to stand."""
    row = next(one for one in page.split("<tr") if f"<b>{label}</b>" in one)
    found = re.search(r"<small>([^<]+)</small>", row)
    assert found is not None
    return found[1]


def test_a_value_in_the_wrong_column_is_given_another_where_it_is_shown_and_stands_there_at_once(new: New) -> None:
    new.adopted("generic-v2")
    page = new.tried(with_own(LABORATORY), "generic-v2")
    assert section_of(page, "Prostaatindex") == section_of(page, "Woonsituatie") == "Overig"
    assert 'value="marker PRX"' in page and 'value="condition Woonsituatie"' in page

    after = new.taken(page, "places", profile="generic-v2", section=["marker PRX", "", "condition Woonsituatie"])

    assert "Opgeslagen. Nieuwe berichten worden zo gelezen" in after
    assert section_of(after, "Prostaatindex") == "Markers" and section_of(after, "Woonsituatie") == "Conditie"
    assert section_of(after, "PSA") == "Markers", "what the profile knows of a column stays known"


def test_a_value_that_the_profile_places_leaves_that_column_for_the_one_that_was_chosen(new: New) -> None:
    new.adopted("generic-v2")
    page = new.tried(with_own(), "generic-v2")
    assert section_of(page, "PSA") == "Markers"

    after = new.taken(page, "places", profile="generic-v2", section="course 2857-1")
    again = new.taken(after, "places", profile="generic-v2", section="marker 2857-1")

    assert section_of(after, "PSA") == "Beloop"
    assert section_of(again, "PSA") == "Markers" and "2857-1" not in re.findall(r"course = \[(.*?)\]", new.link.otherwise)[0]


def test_a_column_that_there_is_not_changes_nothing(new: New) -> None:
    new.adopted("generic-v2")

    after = new.taken(new.tried(with_own(), "generic-v2"), "places", profile="generic-v2", section="elders 2857-1")

    assert "Kies wat iets is, of waar het staat. Er is niets veranderd." in after and new.link.otherwise == ""
