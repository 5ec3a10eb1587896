"""Every act by which a page writes: the wall lets it through for whom it is, also where that is rare, and not for whose it is not.

Of each the page is asked as the web role; then what it wrote is said again, statement by statement, in the sessions of strangers: of nobody
(the page for signing in), of Carla, who treats elsewhere and leads another board, and of Mila, who only takes part.
"""

from __future__ import annotations

import re
import uuid

import pytest

from tests.web.smuggling_deeds_more import ALL
from tests.web.smuggling_house import House, house, said
from tests.web.smuggling_untried import UNTRIED

__all__ = ["house"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them

#: what a stranger's statement may do all the same, and why that is left
LEFT = {
    "UPDATE meetings revision": "a screen looks again, and sees the same",
    "UPDATE cases revision": "the same; who only takes part says so of what they prepare",
    "INSERT notes": "an empty one of a section that is not there yet, as every screen may make it",
    "DELETE notes": "one in which nobody typed",
    "INSERT people": "somebody without a password and without a role",
    "UPDATE people language": "which is also chosen before anybody is in",
    "INSERT audit_entries sign_out": "of no patient; a hospital's provider says so in nobody's session (ADR 0099)",
}


#: and what some of them may
THEIRS = {
    "Mila": {"DELETE advice_items": "of the case that is on; who takes part takes recommendations out"},
    "ZEED": dict.fromkeys(
        (
            "UPDATE inbound_messages state settled_at",
            "UPDATE inbound_messages state reason place settled_at offered_at attempts next_attempt_at",
        ),
        "its own messages",
    ),
}
#: nobody; who treats elsewhere, and reads one case along; who takes part in the board, and who looks on there; who connects and watches another hospital;
#: the system of another hospital, and of the own one, which calls by its token
STRANGERS = ("", "Carla", "Mila", "Olga", "Kim", "KREE", "ZEED")


@pytest.mark.parametrize("what", ALL)
def test_what_a_page_writes_is_written_by_whom_it_is_for_and_by_no_stranger(house: House, what: str) -> None:
    deed = ALL[what]
    answer, writes = house.act(deed.who, deed.path, deed.filled, read=deed.read, takes=deed.takes)

    assert answer.status_code in (200, 204, 302, 303), answer.text.partition("<main")[2][:3000]
    assert any("audit_entries" not in said(one) for one in writes), "this page wrote nothing: the form is not full"
    for stranger in STRANGERS:
        if stranger not in (deed.who, *deed.theirs_too.split()):
            did = {one for one in house.smuggle(stranger, writes) if one not in LEFT | THEIRS.get(stranger, {})}
            assert not did, stranger or "nobody"


def test_a_page_that_takes_a_form_is_tried_here_or_named_with_why_not(house: House) -> None:
    """A page that is made later stands in neither, and is asked for here."""
    asked = house.app.url_map.bind("x")
    tried = {asked.match(re.sub(r"\{\w+\}", str(uuid.UUID(int=0)), deed.path), method="POST")[0] for deed in ALL.values()}
    takes = {rule.endpoint for rule in house.app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}}
    named = {f"{room}.{one}" for rooms in UNTRIED.values() for room, pages in rooms.items() for one in pages.split()}

    assert takes - tried == named
